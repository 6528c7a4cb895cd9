use nova_keypair::PrivateKey;

pub fn to_ssh_key_0_6(key: &PrivateKey) -> ssh_key_0_6::Result<ssh_key_0_6::PrivateKey> {
    ssh_key_0_6::PrivateKey::from_openssh(key.to_openssh().as_bytes())
}

pub fn to_ssh_key_0_7(key: &PrivateKey) -> ssh_key_0_7::Result<ssh_key_0_7::PrivateKey> {
    ssh_key_0_7::PrivateKey::from_openssh(key.to_openssh().as_bytes())
}
