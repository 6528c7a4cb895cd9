//! Keys whose private half is published, so they protect nothing.
//!
//! Factory keys of appliances (the `rapid7/ssh-badkeys` collection) and the sample keys of OpenStack Nova's
//! documentation and tests, which users do paste. Each is listed by the SHA-256 of its key blob; no key is included.
//! 64 entries cannot cover all leaked keys (the Debian keys of CVE-2008-0166 alone are some hundred thousand): the
//! absence of a key from the list does not vouch for it.

use sha2::{Digest, Sha256};

/// Returns whether the private half of the key with this blob is published.
pub(super) fn is_published(blob: &[u8]) -> bool {
    let hash: [u8; 32] = Sha256::digest(blob).into();
    let halves =
        [0, 16].map(|start| hash.iter().skip(start).take(16).fold(0, |half, &byte| half << 8 | u128::from(byte)));
    PUBLISHED.binary_search(&halves.into()).is_ok()
}

/// The SHA-256 of each blob, as two big-endian halves, in ascending order.
#[rustfmt::skip]
const PUBLISHED: [(u128, u128); 64] = [
    (0x00a0016b2e3abc16b66e1318654d95ff, 0x3e6eaa50145dcb814f13245b830777db), // host/Westermo_MRD310_rsa
    (0x028831256efe633bb6fd77b621801fe9, 0x56964494c195a9fbe786abb956aaa744), // host/Huawei_bm626_rsa
    (0x0479d10bee56c57593163997c54abfd8, 0xf2e58d4f3f5fd6db72988d104935c46d), // host/Trendnet_tew715apo_rsa
    (0x0695b8bf1c7824c7d7361e8f3daf70f3, 0x4c7a62c0daece6752dc04247060933f8), // host/Comtrend_AR5387UN_rsa
    (0x06e092220e124de1bc4184bc74a49718, 0x2416a4707f3deec50d11775a9b1e07d1), // host/Edimax_AR-7167_rsa
    (0x089fd4fc5f717f89e00e08d92f6f8e3c, 0x1a12199ee0114d7ca028d558f2f4aaa1), // host/Zyxel_p870h_rsa
    (0x17d29822ca47f41872d2886fbd63c480, 0xfe47782508799679a40fbc5eed84932f), // host/Alice_1121_rsa
    (0x1a1d1e22ed40ca6ff2aa31583ab9d305, 0xf85823b6fefb435022f923c2c19f16f2), // host/zyxel-vmg1312_rsa
    (0x1c22a672e957f0fae611762d9ca9f7c4, 0xc9c77671c2fc0efe81c796999367ab40), // host/moovbox_host_rsa
    (0x1cbec7721880acc982240c9609825a2f, 0xb351b0e90b8bee6ece079360da79cdae), // host/Pace_V5542_dsa
    (0x1dba325e7968eb634ae506274d74fcfe, 0xb2b2c0f1eb4a8caf55f28c40868f9ca7), // host/Sagemcom_2740_rsa
    (0x20eefd2166894490bcfd93363dfa6cc7, 0x39293a4e3e458d29a9b5add2ff7984f8), // host/Moxa_ia240_rsa
    (0x288d68a47ca1362f1ee9c8f5901b362b, 0x94ee3e3e8d139fbca3a85cb108ca498f), // host/Cisco_rtp300_rsa
    (0x29d928da2652f03008f1911812195624, 0xe128277275155a0a213847b8a3f15f2f), // host/Trendnet_tew816drm_rsa
    (0x2b489b05dad244ee2a0472e7b4f6fe72, 0x0f075ddc5c794318ced1433f0ea4087d), // host/Trendnet_tew715apo_dsa
    (0x2dbdf40c983c62f0a785b555870ea4fd, 0x646dc5728df3ee135595504210d50fb5), // host/Trendnet_tdmc500_rsa
    (0x2dc9787428cecf81f7efb6ac4205cd04, 0xafa48ca803fd134c55993468c8798981), // host/Cisco_rv120w_rsa
    (0x30043301808721d9696de95ddf4a9c9e, 0x35399d5469e3618d55fb76630689758d), // host/Tplink_w8950n_rsa
    (0x3047381dfb0e94ca89dfff503139ab2a, 0x7e578ffc9f9cc213316f04c1f51f4f0c), // authorized/loadbalancer.org-enterprise-va
    (0x3058d5846a4e4239d33c3346974e09be, 0x75ad43ec0c6546809a491c8b0c1e9a64), // openstack/nova: nova_encryption_test
    (0x3105dc3ffb535d624a7ebcad810c0f66, 0x027202dd16a9d6538d127da81787425f), // host/Tplink_tdw8960n-V1_rsa
    (0x3cb69639d96d9e7b0ac9f22d613551c9, 0x689c9018ff4f800d44cb57229f3ef5fd), // openstack/nova: folsom_sample_SEED_DOC_KEY
    (0x44f4fdf4478bed6c305afb6ece344998, 0xb413d832f8cc487c586fd5c544198488), // host/Cisco_RV315W_rsa
    (0x4c2f4035ad4579ec3c680fa3c529345f, 0x657c57b7bb7e94ab6322f7317754edc0), // host/Seagate_GoFlex_dsa
    (0x56d8ea6797e269ea19de65ce622e3d2e, 0x4f5a3b7d624f8a5a84a14ff493e240f7), // authorized/quantum-dxi-v1000
    (0x5ad45207c5c6e51d0b144d4abd1295ee, 0xc6b6a530900696d59bc5bb40b6c26f90), // host/Seagate_GoFlex_rsa
    (0x5ce5a22f44a221c8479e5d54006a92c1, 0x1fa3c3104f33d8a1881834e8f934c878), // host/Zyxel_sbg3300_rsa
    (0x67eab85e14b0598eead0120354f475bf, 0xf4b7d3a163181b2277bb4babff242313), // authorized/ceragon-fibeair-cve-2015-0936
    (0x68a64cc62e75797518c09457274d49cb, 0xe88be902f284551a30e1b471248a2587), // host/zyxel-q100_rsa
    (0x68fa184f69cf21f86abfa04895b082a5, 0xb0e38ab07168314eb4f7d9d8adb4b96c), // authorized/monroe-dasdec-cve-2013-0137
    (0x6f8ff9b84bbc2ac167d7dba3bb33b1c6, 0xe9bfcdfd653bd6a95e0258407315c2a9), // host/Trendnet_tvip310pi_dsa
    (0x72c1447c57b7dae5285902dca356328d, 0x142aa6ecb5a65b99145bcafcba35109a), // host/Moxa_6150_rsa
    (0x7708e1a75df7e2ea246bd0cbede8553e, 0x053b3ed65500f985d1ed316ebca56b51), // host/Westermo_MRD310_dsa
    (0x77b06fd4eef7a6fb20efe5eeb0ea6c67, 0xa79d1b714143d2ae74188d0c134a2475), // host/moovbox_host_dsa
    (0x7ca922fa8f4cc8893c5d44e19917e87a, 0x326e75c79fee61af928a0c0812f2a823), // host/advantech_eki_rsa
    (0x8082555767cf0600ea0aa4ebffe9bc07, 0xd1e1d8a38fbf15684c2335a7a841c1d1), // host/Linksys_X1000_rsa
    (0x875803f13d35ed7275f4d8d8df00fd56, 0x86fcd631d8509b9b7f6336dca2d4ece5), // host/Sagemcom_sx682_dsa
    (0x88460864bb18dccb47cec86810c31da2, 0x453a24bea296ba75db3759a7349ffe1b), // host/Tplink_w8950nd_rsa
    (0x8e4859eab09740c7853a2e40de761f1d, 0x72f16026c685849e9e648f5d9e2765cf), // host/Trendnet_tew816drm_dsa
    (0x913127fcca46a9b29c6d16c1ce176d87, 0x0cdfd4c64613123881559a7fd80d6c0e), // host/Trendnet_tvip310pi_rsa
    (0x952dc70ed2ca936d7949c9c14af08ca8, 0xf2b2885f66bcfd28dd71bb6c95cf1c88), // host/Cisco_RV315W_dsa
    (0x9b3634452919bf7473e6949972e71300, 0x264484b928d9a8531b61e1922ca640d0), // host/Telefonica-de-Espana_rsa
    (0x9bbd786283058f32c974741bbbbb111f, 0xde81c68f13ce6b806c5a818d40211022), // host/Innacomm_w3400v_rsa
    (0xac625884962b4caeb271e57fbf6d1f24, 0x23be153bbcae5102347dd61ea7064062), // host/Zyxel_pmg1006_dsa
    (0xaf493841ab8e2a596eaf5a900292a153, 0x856d83c604903352ffa4e53ae96c48a3), // host/Huawei_bm626_dsa
    (0xb39430fcfa1c1ebbd7607971690bd223, 0xc96875a262b8266b4e9f8a8c4530d2d7), // host/Actiontec_q2000_rsa
    (0xba16afe5e652003feabfaed5adfacb18, 0x6c0820a4fc102d6d8a28a43946d1119f), // openstack/nova: api_sample_post_resp
    (0xbe6a57ddef3ddfd906b7fa2e7e8410a9, 0xb2419c2d3bc7171541265a4c718113ce), // host/Edimax_AR-7167_dsa
    (0xbf8f8659c1b77dfc48ef602edbd10fba, 0x776a5ad755547691c187df38aa98b25c), // host/Zhone_6512a1_rsa
    (0xc210cfdf18ca0447adb5b0ee79cc6d1a, 0xc7d60524feefc81be8c71d07d3fb8c25), // authorized/barracuda_load_balancer_vm
    (0xc2e0b0f5ea3b04f3638efedef2a997af, 0x28e967d306b292309aef0aa121ff4e2b), // host/tandberg-vcs
    (0xcda11f4b4cf36780f219fd018d73cf90, 0x48beea9bb326cef71246c49b75d24aa5), // host/Zyxel_fsg2200_rsa
    (0xcfbc5627427a056df35e106b75ccf43e, 0x2f54f3c4df49063fcdd3d87b23dbc720), // host/Zyxel_pmg1006_rsa
    (0xd110a0bdaf5f8ef3e7e9390df3d86455, 0x01c8a4790a7ef7ec1a662d9ce8248b48), // host/Quanta_LTE
    (0xd4ce11ce13325ae152ffceae3d8fdc7b, 0x6a6b87f7554c75bb883d91869aae3990), // authorized/vagrant-default
    (0xd53fedbfe92e631264629882b2e85bfd, 0x213ca4b07b824cd31f8de1fcb8d0ddcb), // host/EVW3226_rsa
    (0xe11109a26cbf65b19b2d571b67347f8b, 0xa090bb317e108e8332fbbf9470b18783), // host/kali-rpi2
    (0xf177a222e30c1ba8d1158cb0b97a8966, 0x22c7205716a16374c9747e7d80a8cbd0), // host/Cisco_rtp300_dsa
    (0xf4e0bd73aa102858a698f213c7ef9867, 0xb01b7e665c0c09a58543ffbbce304094), // host/Cisco_rv120w_dsa
    (0xf69acc6ea852e10b5ea05435651243a9, 0x204b5a81d73f2281d22591d391a1ae8e), // authorized/f5-bigip-cve-2012-1493
    (0xf7db6b9363aff51bf5c20c90f202db10, 0x37218d22df8f428bcf6c2d5a70354fba), // openstack/nova: nova_mocked_generate
    (0xf8b435ae44564b7539c496f39421b2ba, 0x23a8aac7e4537cfcb2f7aa536f1b3a38), // host/Ont_g4020w_rsa
    (0xfc92e9eb3eae184dc13dcb3bd114286f, 0xa40e744590ea70c2d3163b7a33ce09cd), // authorized/array-networks-vapv-vxag
    (0xfebafd847745976ebdf5b7feca8e6811, 0x18f5c1db3f24ac8eac78bcb7106e110b), // host/Moxa_ia240_dsa
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_as_the_search_needs() {
        assert!(PUBLISHED.is_sorted_by(|a, b| a < b));
    }
}
