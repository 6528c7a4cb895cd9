//! Every kernel of the processor gives the same answers as the portable one: base-2 filter and powers of any number of
//! moduli up to twelve, in parallel.
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
    // Twelve numbers fill one batch of the widest kernel, and half of another.
    let lanes = 1 + usize::from(data[0]) % 12;
    let moduli: Vec<_> = (0..lanes).map(|lane| candidate(data, lane)).collect();
    let moduli: Vec<&[u64]> = moduli.iter().map(|n| &n[..]).collect();
    let verdicts = Kernel::Portable.base2(1024, &moduli);
    for kernel in Kernel::supported() {
        assert_eq!(kernel.base2(1024, &moduli), verdicts, "{kernel:?}");
    }

    // Bases below the modulus: the top bit is cleared.
    let bases: Vec<_> = (lanes..2 * lanes)
        .map(|lane| candidate(data, lane))
        .map(|mut n| {
            n[15] >>= 1;
            n
        })
        .collect();
    let exponents: Vec<_> = (2 * lanes..3 * lanes).map(|lane| candidate(data, lane)).collect();
    let powers: Vec<[&[u64]; 3]> = (0..lanes).map(|i| [&bases[i][..], &exponents[i], moduli[i]]).collect();
    let results = Kernel::Portable.pow(1024, &powers);
    for kernel in Kernel::supported() {
        assert_eq!(kernel.pow(1024, &powers), results, "{kernel:?}");
    }
});
