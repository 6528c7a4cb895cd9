//! The search patterns: every eight consecutive bytes of every secret, in each format in which memory may hold it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Gcd as _, NonZero};
use hmac::{Hmac, KeyInit as _, Mac as _};
use nova_keypair::PrivateKey;
use pkcs1::der::Decode as _;
use rsa::{pkcs1, pkcs8};
use sha2::Sha256;
#[cfg(feature = "ed25519")]
use sha2::{Digest as _, Sha512};

/// Eight bytes hold 48 bits of a secret in its sparsest format, so one in 2^26 watches of the length of these tests
/// finds something by chance.
pub(crate) const WINDOW: usize = 8;

/// Windows of secrets, and the secrets they belong to.
#[derive(Default)]
pub(crate) struct Secrets {
    /// Sorted before the search.
    windows: Vec<(u64, u16)>,
    names: Vec<String>,
    /// Bit h is set if a window has the hash h, which rules out most places in memory.
    filter: Vec<u64>,
}

const FILTER_BITS: u32 = 22;

fn hash(window: u64) -> usize {
    (window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER_BITS)) as usize
}

impl Secrets {
    pub(crate) fn new() -> Self {
        Self { filter: vec![0; 1 << (FILTER_BITS - 6)], ..Self::default() }
    }

    /// Returns the secret that has this window, and its format.
    pub(crate) fn find(&self, window: u64) -> Option<String> {
        let hash = hash(window);
        if (self.filter[hash / 64] >> (hash % 64)) & 1 == 0 {
            return None;
        }
        let place = self.windows.binary_search_by_key(&window, |(window, _)| *window).ok()?;
        Some(self.names[usize::from(self.windows[place].1)].clone())
    }

    /// Adds a text or bytes that have one format only.
    pub(crate) fn bytes(mut self, name: &str, bytes: &[u8]) -> Self {
        self.add(name, bytes);
        self.sorted()
    }

    /// Adds a number, given in big-endian bytes, in all its formats.
    pub(crate) fn number(mut self, name: &str, big_endian: &[u8]) -> Self {
        self.add_number(name, big_endian);
        self.sorted()
    }

    /// Adds candidates, accepted or not: as drawn, and with the forced bits of a candidate.
    pub(crate) fn candidates<'a>(mut self, drawn: impl IntoIterator<Item = &'a [u8]>) -> Self {
        drawn.into_iter().for_each(|bytes| self.add_candidate(bytes));
        self.sorted()
    }

    /// Adds what an Ed25519 key is computed from and written as: the seed, its SHA-512, the scalar, and the base64 of the
    /// seed (RFC 8032, section 5.1.5).
    #[cfg(feature = "ed25519")]
    pub(crate) fn ed25519(mut self, seed: &[u8; 32]) -> Self {
        self.add("the Ed25519 seed", seed);
        self.add_base64("the Ed25519 seed", seed);
        let mut hash = Sha512::digest(seed);
        self.add("the SHA-512 of the Ed25519 seed", &hash);
        hash[0] &= 248;
        hash[31] = hash[31] & 127 | 64;
        let scalar: Vec<u8> = hash[..32].iter().rev().copied().collect();
        self.add_number("the scalar", &scalar);
        self.sorted()
    }

    /// Adds the numbers of a key, its intermediate values, and the base64 of each.
    pub(crate) fn key(mut self, key: &PrivateKey) -> Self {
        let der = key.to_pkcs8_der();
        let info = pkcs8::PrivateKeyInfoRef::from_der(&der).unwrap();
        let key = pkcs1::RsaPrivateKey::<pkcs1::UintRef<'_>>::from_der(info.private_key.as_bytes()).unwrap();
        for (name, number) in [
            ("d", key.private_exponent),
            ("p", key.prime1),
            ("q", key.prime2),
            ("dP", key.exponent1),
            ("dQ", key.exponent2),
            ("qInv", key.coefficient),
        ] {
            self.add_number(name, number.as_bytes());
            self.add_base64(name, number.as_bytes());
        }
        let [p, q] = [key.prime1, key.prime2].map(|prime| halved(prime.as_bytes()));
        self.add_number("(p-1)/2", &p);
        self.add_number("(q-1)/2", &q);
        let [p, q] = [p, q].map(|half| BoxedUint::from_be_slice_vartime(&half));
        let lambda = p.concatenating_mul(&q).div_rem_vartime(&NonZero::new(p.gcd_vartime(&q)).unwrap()).0;
        self.add_number("λ/2", &lambda.to_be_bytes());
        self.add_number("λ", &lambda.shl_vartime(1).unwrap().to_be_bytes());
        self.sorted()
    }

    /// Adds a seed and the states that HMAC_DRBG passes through from it, together with the candidates that it
    /// generates: K and V after each of `requests` requests (C2SP `det-keygen`).
    pub(crate) fn seed(mut self, seed: &[u8], bits: u16, requests: usize) -> Self {
        self.add("the seed", seed);
        let material = [seed, b"det RSA key gen", &bits.to_be_bytes()].concat();
        let hmac = |key: &[u8; 32], parts: &[&[u8]]| -> [u8; 32] {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().into()
        };
        let (mut k, mut v) = ([0; 32], [1; 32]);
        for separator in [0u8, 1] {
            k = hmac(&k, &[&v, &[separator], &material]);
            v = hmac(&k, &[&v]);
        }
        for _ in 0..requests {
            self.add("K of the generator", &k);
            let mut candidate = Vec::new();
            while candidate.len() < usize::from(bits / 16) {
                v = hmac(&k, &[&v]);
                candidate.extend(v);
            }
            candidate.truncate(usize::from(bits / 16));
            k = hmac(&k, &[&v, &[0]]);
            v = hmac(&k, &[&v]);
            self.add("V of the generator", &v);
            self.add_candidate(&candidate);
        }
        self.sorted()
    }

    fn sorted(mut self) -> Self {
        self.windows.sort_unstable();
        // Formats have some windows in common: the first format that was added gives the name.
        self.windows.dedup_by_key(|(window, _)| *window);
        for &(window, _) in &self.windows {
            let hash = hash(window);
            self.filter[hash / 64] |= 1 << (hash % 64);
        }
        self
    }

    fn add(&mut self, name: &str, bytes: &[u8]) {
        let index = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        for window in bytes.windows(WINDOW) {
            // Runs of zeros and the like occur everywhere.
            let distinct = (1..WINDOW).filter(|&i| !window[..i].contains(&window[i])).count() + 1;
            if distinct >= 5 {
                self.windows.push((u64::from_le_bytes(window.try_into().unwrap()), index as u16));
            }
        }
    }

    fn add_number(&mut self, name: &str, big_endian: &[u8]) {
        self.add(&format!("{name}, big-endian"), big_endian);
        let little_endian: Vec<u8> = big_endian.iter().rev().copied().collect();
        self.add(&format!("{name}, in little-endian limbs"), &little_endian);
        // For trial division: 28 bits in 32. For a kernel: 47 bits in a double, from -2^46 to 2^46; with or without
        // adjacent digits, because those may belong to other lanes. For the usual inversion algorithm: 62 bits in 64.
        let of_28: Vec<u8> = digits(&little_endian, 28).flat_map(|digit| (digit as u32).to_le_bytes()).collect();
        self.add(&format!("{name}, in digits of 28 bits"), &of_28);
        let mut carry = 0;
        for digit in digits(&little_endian, 47) {
            let digit = digit.cast_signed() + carry;
            carry = (digit + (1 << 46)) >> 47;
            self.add(&format!("{name}, in digits of 47 bits"), &((digit - (carry << 47)) as f64).to_le_bytes());
        }
        let of_62: Vec<u8> = digits(&little_endian, 62).flat_map(u64::to_le_bytes).collect();
        self.add(&format!("{name}, in digits of 62 bits"), &of_62);
    }

    fn add_candidate(&mut self, drawn: &[u8]) {
        self.add("a candidate as drawn", drawn);
        let mut candidate = drawn.to_vec();
        candidate[0] |= 0xc0;
        *candidate.last_mut().unwrap() |= 7;
        self.add_number("a candidate", &candidate);
    }

    /// Returns the base64 of a number in a longer text, which may begin at any of three places of a group. Without
    /// the characters at either end, which depend on the adjacent bytes.
    fn add_base64(&mut self, name: &str, bytes: &[u8]) {
        for start in 0..3 {
            let text = STANDARD.encode(&bytes[start..start + (bytes.len() - start) / 3 * 3]);
            self.add(&format!("{name}, in base64"), text.as_bytes());
        }
    }
}

/// Returns digits of this many bits, lowest first.
fn digits(little_endian: &[u8], bits: usize) -> impl Iterator<Item = u64> {
    (0..(little_endian.len() * 8).div_ceil(bits)).map(move |index| {
        let at = index * bits;
        let mut bytes = [0; 16];
        for (byte, &value) in bytes.iter_mut().zip(&little_endian[at / 8..]) {
            *byte = value;
        }
        ((u128::from_le_bytes(bytes) >> (at % 8)) as u64) & ((1 << bits) - 1)
    })
}

/// Returns half of a big-endian number, rounded down.
fn halved(big_endian: &[u8]) -> Vec<u8> {
    let before = [0].iter().chain(big_endian);
    before.zip(big_endian).map(|(before, byte)| before << 7 | byte >> 1).collect()
}
