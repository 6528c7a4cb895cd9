//! Keys whose private half is published, so they protect nothing.
//!
//! Factory keys of appliances (the `rapid7/ssh-badkeys` collection), the default keys of Vagrant's images, and sample
//! keys from the documentation and test suites of OpenStack Nova, cloud-init and SSH libraries, which users do paste.
//! Each is listed by the hash of its number, so it is found with any exponent; no key is included. The list cannot cover
//! all leaked keys: the absence of a key does not vouch for it. A [`Blocklist`](super::blocklist::Blocklist) covers
//! millions more.

use crate::public_key::blob::KeyBlob;
use crate::weakness::number_hash::NumberHash;

/// Returns whether the private half of a key is published.
///
/// False positives: a key that is not listed matches one of the hashes with a probability of 142 · 2^−64 = 2^−56.8.
pub(super) fn is_published(key: &KeyBlob) -> bool {
    PUBLISHED.binary_search(&NumberHash::of(key).first_word()).is_ok()
}

/// The first 64 bits of the [`NumberHash`] of each key, in ascending order. `tests/data/regenerate` writes the table
/// from `tests/data/ssh/compromised.json`, which names the origin of each key.
#[rustfmt::skip]
const PUBLISHED: [u64; 142] = [
    0x06c22f3be974abb7, // rapid7/ssh-badkeys: advantech_eki_rsa.pub
    0x072be6b48ca59779, // rapid7/ssh-badkeys: Trendnet_tvip310pi_rsa.pub
    0x07c673a1a577190a, // sshnet/SSH.NET: Key.ECDSA.Encrypted.pub
    0x0ae2b2ee82f58841, // hierynomus/sshj: id_ecdsa_521_rfc4716_signed_by_ecdsa.pub
    0x0d66cab67d514c47, // rapid7/ssh-badkeys: Sagemcom_2740_rsa.pub
    0x0da0f4a9bc5baf60, // sshnet/SSH.NET: Key.OPENSSH.ED25519.Encrypted.Aes.256.CBC.pub
    0x0e9f6ca2f8be98cd, // connectbot/sshlib: openssh_rsa_2048.pub
    0x0ed8ee3e7f07c53d, // libssh2/libssh2: id_rsa_pkcs8_encrypted.pub
    0x11b777e06683f6bf, // rapid7/ssh-badkeys: Alice_1121_rsa.pub
    0x1229c2415c12c33f, // hierynomus/sshj: id_ecdsa_256_rfc4716_signed_by_ecdsa.pub
    0x132cd69ea0e91759, // RustCrypto/SSH: id_rsa_3072.pub
    0x1453fe0a23bd6a07, // hierynomus/sshj: id_ecdsa_384_rfc4716_signed_by_ed25519.pub
    0x17ff0d3a91f815d8, // sshnet/SSH.NET: Key.OPENSSH.ED25519.Encrypted.ChaCha20.Poly1305.pub
    0x183b8b5a6da27ac8, // sshnet/SSH.NET: Key.OPENSSH.ECDSA.Encrypted.pub
    0x1cf861d629e65ed3, // rapid7/ssh-badkeys: Zyxel_pmg1006_dsa.pub
    0x1f78833b2166345c, // sshnet/SSH.NET: Key.OPENSSH.ECDSA521.Encrypted.pub
    0x2121a8afe6e11f4b, // rapid7/ssh-badkeys: barracuda_load_balancer_vm.pub
    0x21931573bdfa56c3, // hierynomus/sshj: id_ed25519_384_pem_signed_by_ed25519.pub
    0x21e460edc2f70812, // connectbot/sshlib: openssh_ed25519.pub
    0x228c7bd173caba2f, // libssh2/libssh2: id_ecdsa_pem.pub
    0x23222700a4082ead, // hierynomus/sshj: id_ed25519_384_rfc4716_signed_by_ecdsa.pub
    0x23c99871e9d8db43, // rapid7/ssh-badkeys: Tplink_w8950n_rsa.pub
    0x25e17b2257ff6398, // sshnet/SSH.NET: Key.OPENSSH.ECDSA.Encrypted.Aes.128.CTR.txt.pub
    0x25f3f966018f0b54, // hierynomus/sshj: id_ecdsa_384_rfc4716_signed_by_ecdsa.pub
    0x278f8fdf038fefd0, // sshnet/SSH.NET: Key.OPENSSH.RSA.Encrypted.pub
    0x2a99f370117f6528, // canonical/cloud-init: id_rsa.test2.pub
    0x2cdf9981c6fd23fd, // rapid7/ssh-badkeys: f5-bigip-cve-2012-1493.pub
    0x30560c7163cba62c, // rapid7/ssh-badkeys: Quanta_LTE.pub
    0x31a7bb5fb284207e, // rapid7/ssh-badkeys: Zyxel_fsg2200_rsa.pub
    0x356250d74dfc4074, // hierynomus/sshj: id_ecdsa_256_pem_signed_by_ecdsa.pub
    0x359f10fb3a180e5b, // rapid7/ssh-badkeys: Huawei_bm626_dsa.pub
    0x3671790090d12a1a, // rapid7/ssh-badkeys: monroe-dasdec-cve-2013-0137.pub
    0x39636bd50a5b7fc7, // connectbot/sshlib: openssh_ed25519_encrypted.pub
    0x3be7391915fc5d50, // sshnet/SSH.NET: Key.ECDSA521.Encrypted.pub
    0x3ffe63c94083dc9b, // sshnet/SSH.NET: Key.OPENSSH.ED25519.Encrypted.Aes.256.CTR.pub
    0x40b3614d0fb467ad, // rapid7/ssh-badkeys: kali-rpi2.pub
    0x41f3f35b5901e3c8, // sshnet/SSH.NET: Key.OPENSSH.ECDSA521.Encrypted.Aes.192.CBC.txt.pub
    0x426c93e1e1424a7e, // rapid7/ssh-badkeys: Trendnet_tew715apo_dsa.pub
    0x479050e185e95ce5, // rapid7/ssh-badkeys: Trendnet_tew816drm_rsa.pub
    0x4c13871d90c485aa, // rapid7/ssh-badkeys: Cisco_rv120w_dsa.pub
    0x4e49616297ba31cd, // hierynomus/sshj: id_ecdsa_256_rfc4716_signed_by_ed25519.pub
    0x4f537f8d449f5312, // rapid7/ssh-badkeys: Ont_g4020w_rsa.pub
    0x4f98c00b46ad6691, // canonical/cloud-init: id_rsa.test3.pub
    0x4fd9973c9cc206ef, // rapid7/ssh-badkeys: vagrant-default.pub
    0x50e74640bfb13feb, // rapid7/ssh-badkeys: Seagate_GoFlex_rsa.pub
    0x514520354db447f8, // rapid7/ssh-badkeys: Moxa_6150_rsa.pub
    0x517b04ef22f4a49d, // rapid7/ssh-badkeys: moovbox_host_dsa.pub
    0x535655af16e5b8d5, // rapid7/ssh-badkeys: Trendnet_tew715apo_rsa.pub
    0x5586c08cd821d026, // rapid7/ssh-badkeys: Pace_V5542_dsa.pub
    0x55ad35d1bce74fd2, // rapid7/ssh-badkeys: Westermo_MRD310_dsa.pub
    0x560a0f458edde8b6, // openstack/nova: keypairs-list-resp.json
    0x57092744747f882f, // libssh2/libssh2: id_ecdsa_pkcs8_encrypted.pub
    0x5db0e6c6eef99106, // libssh2/libssh2: id_ecdsa_pem_encrypted.pub
    0x5f87a24b011ef7ab, // libssh2/libssh2: id_ed25519_pkcs8_encrypted.pub
    0x62921650e84888d0, // sshnet/SSH.NET: Key.OPENSSH.ECDSA384.Encrypted.pub
    0x629d038b1a4d8b4d, // hierynomus/sshj: id_ed25519_384_pem_signed_by_ecdsa.pub
    0x64d05455197a3691, // rapid7/ssh-badkeys: Comtrend_AR5387UN_rsa.pub
    0x652a87fa5fa72e95, // sshnet/SSH.NET: Key.OPENSSH.ED25519.Encrypted.Aes.128.CBC.pub
    0x6573d8970b616678, // rapid7/ssh-badkeys: ceragon-fibeair-cve-2015-0936.pub
    0x665eea8c2369fa9e, // rapid7/ssh-badkeys: Cisco_rv120w_rsa.pub
    0x68e0a81cd08df70b, // connectbot/sshlib: openssh_ecdsa_256.pub
    0x6e8a368104e8534d, // rapid7/ssh-badkeys: Telefonica-de-Espana_rsa.pub
    0x6ee19159dd5530ce, // rapid7/ssh-badkeys: Moxa_ia240_dsa.pub
    0x71152505366f884a, // hierynomus/sshj: id_ecdsa_521_pem_signed_by_rsa.pub
    0x71a485e7178722a5, // canonical/cloud-init: id_rsa.test1.pub
    0x72c756e53da2d843, // hierynomus/sshj: id_ecdsa_521_pem_signed_by_ed25519.pub
    0x74116e1e606879b6, // rapid7/ssh-badkeys: zyxel-vmg1312_rsa.pub
    0x765032a58b7d375d, // rapid7/ssh-badkeys: Cisco_rtp300_rsa.pub
    0x77f1ff8fa276a788, // rapid7/ssh-badkeys: Innacomm_w3400v_rsa.pub
    0x78b8850644c4bc5a, // rapid7/ssh-badkeys: Zyxel_pmg1006_rsa.pub
    0x78e905f120c25490, // rapid7/ssh-badkeys: Westermo_MRD310_rsa.pub
    0x7b992769ff10ecc5, // rapid7/ssh-badkeys: Zyxel_p870h_rsa.pub
    0x7bd097d6bf46284f, // rapid7/ssh-badkeys: Cisco_rtp300_dsa.pub
    0x7dfea7cd91715f29, // sshnet/SSH.NET: Key.OPENSSH.ED25519.Encrypted.pub
    0x7e310ddd708ce241, // hashicorp/vagrant: vagrant.pub.ed25519
    0x7ef0565b9b43866a, // rapid7/ssh-badkeys: EVW3226_rsa.pub
    0x81189a8993d58a31, // connectbot/sshlib: openssh_ecdsa_256_encrypted.pub
    0x822a24210ca735b2, // sshnet/SSH.NET: Key.OPENSSH.ECDSA521.pub
    0x8292d403d2b4a116, // sshnet/SSH.NET: Key.ECDSA521.pub
    0x82af4d09d51adf38, // rapid7/ssh-badkeys: Cisco_RV315W_dsa.pub
    0x837ac6bd764654d9, // rapid7/ssh-badkeys: Trendnet_tdmc500_rsa.pub
    0x839edfd6c50fed75, // sshnet/SSH.NET: Key.ECDSA384.Encrypted.pub
    0x83abe9261a350767, // sshnet/SSH.NET: Key.OPENSSH.RSA.pub
    0x83aefa0fc0194ac1, // hierynomus/sshj: id_ecdsa_521_pem_signed_by_ecdsa.pub
    0x88fd10348bde3448, // rapid7/ssh-badkeys: Tplink_w8950nd_rsa.pub
    0x8927b56c45b2ef23, // sshnet/SSH.NET: Key.ECDSA.pub
    0x8a1085de14298137, // rapid7/ssh-badkeys: Tplink_tdw8960n-V1_rsa.pub
    0x8a4da3daf323a94d, // RustCrypto/SSH: id_ecdsa_p521.pub
    0x8abdeb7dd7ef6ce4, // rapid7/ssh-badkeys: Trendnet_tew816drm_dsa.pub
    0x8e560417a524693a, // libssh2/libssh2: ca_host_ed25519.pub
    0x901778650cfc99bd, // rapid7/ssh-badkeys: Seagate_GoFlex_dsa.pub
    0x92f3e6503720704e, // libssh2/libssh2: id_ed25519_openssh_signed.pub
    0x93ce499ff602e876, // canonical/cloud-init: cloud-config-ansible-managed.txt
    0x960b358e17574913, // hierynomus/sshj: id_ecdsa_384_pem_signed_by_ecdsa.pub
    0x970925b033bc2d77, // rapid7/ssh-badkeys: Huawei_bm626_rsa.pub
    0x9783fbbf41301051, // rapid7/ssh-badkeys: moovbox_host_rsa.pub
    0x9a5007aaf2b877a4, // rapid7/ssh-badkeys: Zhone_6512a1_rsa.pub
    0x9cd3613ad9101d6e, // hierynomus/sshj: id_ecdsa_256_pem_signed_by_rsa.pub
    0x9cd9d8cce59c3e9f, // rapid7/ssh-badkeys: tandberg-vcs.pub
    0x9f3236c7330a77c2, // connectbot/sshlib: ed25519-openssh2-private-key.txt.pub
    0x9f910d32e6c6c3d7, // rapid7/ssh-badkeys: Zyxel_sbg3300_rsa.pub
    0xa0fb89c52967dfba, // rapid7/ssh-badkeys: loadbalancer.org-enterprise-va.pub
    0xa84481d715f3ba17, // rapid7/ssh-badkeys: Trendnet_tvip310pi_dsa.pub
    0xab2280ef04ac337b, // connectbot/sshlib: openssh_ecdsa_521.pub
    0xadb5b4bcf7b81a0c, // rapid7/ssh-badkeys: array-networks-vapv-vxag.pub
    0xb38e20079381cc17, // libssh2/libssh2: id_rsa_pkcs8.pub
    0xb58943015ea830fc, // openstack/nova: test_crypto.py
    0xb598430ae6162f6d, // sshnet/SSH.NET: Key.OPENSSH.RSA.Encrypted.Aes.192.CTR.txt.pub
    0xb5c576fe8b369202, // rapid7/ssh-badkeys: quantum-dxi-v1000.pub
    0xb9c12f37b3d47889, // openstack/nova: test_crypto.py
    0xbc06c1144c1fdb3b, // canonical/cloud-init: test_ssh_keys_provided.py
    0xbeec8431c10668e7, // sshnet/SSH.NET: Key.OPENSSH.ED25519.Encrypted.Aes.128.GCM.pub
    0xbf3ae37bcb5b5f28, // rapid7/ssh-badkeys: Edimax_AR-7167_dsa.pub
    0xbfedaee32938017a, // hierynomus/sshj: id_ed25519_384_pem_signed_by_rsa.pub
    0xc1c7b9b656f0349f, // sshnet/SSH.NET: Key.OPENSSH.ECDSA384.Encrypted.Aes.256.GCM.txt.pub
    0xc2bb2f0eb5610afb, // RustCrypto/SSH: id_ecdsa_p384.pub
    0xc30f7d003f4863ee, // sshnet/SSH.NET: Key.OPENSSH.ED25519.Encrypted.3Des.CBC.pub
    0xc3ab667ba1760f10, // gophercloud/gophercloud: fixtures_test.go
    0xca3ab92c2df8030b, // hierynomus/sshj: id_rsa_2048_pem_signed_by_ecdsa.pub
    0xd01d3b5528880057, // rapid7/ssh-badkeys: Edimax_AR-7167_rsa.pub
    0xd02cb2d78e6bb090, // libssh2/libssh2: id_ed25519_pkcs8.pub
    0xd54618220edfc4a0, // rapid7/ssh-badkeys: zyxel-q100_rsa.pub
    0xd59337f69086a7da, // rapid7/ssh-badkeys: Linksys_X1000_rsa.pub
    0xd9086212e834f710, // connectbot/sshlib: openssh_rsa_2048_encrypted.pub
    0xd9b8bd159e3ffd70, // rapid7/ssh-badkeys: Moxa_ia240_rsa.pub
    0xdad1eba0f28bc998, // canonical/cloud-init: test_ssh_keys_provided.py
    0xdb7efa7bcea0cae7, // sshnet/SSH.NET: Key.OPENSSH.ECDSA384.pub
    0xe6ce0396efc98350, // hierynomus/sshj: id_ecdsa_384_pem_signed_by_ed25519.pub
    0xe6deefab08d8c8d9, // sshnet/SSH.NET: Key.OPENSSH.ED25519.pub
    0xec246ccae0b35f1d, // sshnet/SSH.NET: Key.DSA.pub
    0xedda82ec367a6744, // canonical/cloud-init: test_ssh_keys_provided.py
    0xef288150be722840, // rapid7/ssh-badkeys: Sagemcom_sx682_dsa.pub
    0xf1b0b4084de7bc07, // connectbot/sshlib: openssh_ecdsa_384.pub
    0xf312c61547a870a3, // hierynomus/sshj: id_ed25519_384_rfc4716_signed_by_ed25519.pub
    0xf41c7bce33ca3beb, // sshnet/SSH.NET: Key.ECDSA384.pub
    0xf5601b446df2b3f9, // rapid7/ssh-badkeys: Actiontec_q2000_rsa.pub
    0xf5986c1aaea589e1, // libssh2/libssh2: id_ecdsa_pkcs8.pub
    0xf6a64465adb1392e, // rapid7/ssh-badkeys: Cisco_RV315W_rsa.pub
    0xf9e0f290cd314b11, // hierynomus/sshj: id_ecdsa_256_pem_signed_by_ed25519.pub
    0xfb4f0ba31d43dc26, // hierynomus/sshj: id_ecdsa_384_pem_signed_by_rsa.pub
    0xfedc32fd27dcab9e, // sshnet/SSH.NET: Key.OPENSSH.ECDSA.pub
    0xff4ca2ed42f0fd2c, // hierynomus/sshj: id_ecdsa_521_rfc4716_signed_by_ed25519.pub
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_as_the_search_needs() {
        assert!(PUBLISHED.is_sorted_by(|a, b| a < b));
    }
}
