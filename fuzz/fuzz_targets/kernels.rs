//! The kernels give the same answers: base-2 filter and powers of four moduli of any bits, in parallel.
#![no_main]

use nova_keypair::internals::Kernel;

/// 1024 bits from the data, repeated as needed, with the bits of a candidate forced: the top two, and 7 modulo 8.
fn candidate(data: &[u8], lane: usize) -> Vec<u64> {
    let bytes: Vec<u8> = data.iter().copied().cycle().skip(lane * 37).take(128).collect();
    let mut limbs: Vec<u64> =
        bytes.chunks_exact(8).map(|c| u64::from_le_bytes(c.try_into().expect("eight bytes"))).collect();
    limbs[0] |= 7;
    limbs[15] |= 3 << 62;
    limbs
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if data.is_empty() {
        return;
    }
    let moduli: Vec<_> = (0..4).map(|lane| candidate(data, lane)).collect();
    let moduli: Vec<&[u64]> = moduli.iter().map(|n| &n[..]).collect();
    assert_eq!(Kernel::Best.base2(1024, &moduli), Kernel::Portable.base2(1024, &moduli));

    // Bases below the modulus: the top bit is cleared.
    let bases: Vec<_> = (4..8)
        .map(|lane| candidate(data, lane))
        .map(|mut n| {
            n[15] >>= 1;
            n
        })
        .collect();
    let exponents: Vec<_> = (8..12).map(|lane| candidate(data, lane)).collect();
    let powers: Vec<[&[u64]; 3]> = (0..4).map(|i| [&bases[i][..], &exponents[i], moduli[i]]).collect();
    assert_eq!(Kernel::Best.pow(1024, &powers), Kernel::Portable.pow(1024, &powers));
});
