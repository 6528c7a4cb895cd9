//! The NIST curves P-256, P-384 and P-521: checks whether a point is on the curve, and whether OpenSSH accepts it.
//!
//! Public keys only, so time may depend on the values. Only one evaluation of y² = x³ - 3x + b (SP 800-186, section
//! 3.2.1) is needed, which does not justify a crate for curve arithmetic. The cofactor of all three curves is 1, so
//! every point but the one at infinity, which an uncompressed encoding cannot express, has the full order.

/// A curve, named as in RFC 5656.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    NistP256,
    NistP384,
    NistP521,
}

/// The numbers of a curve (SP 800-186, section 3.2.1), as little-endian limbs.
struct Parameters<const LIMBS: usize> {
    /// Bits of the field, and of the order.
    bits: usize,
    /// The order of the field.
    prime: [u64; LIMBS],
    /// −prime^−1 mod 2^64, for Montgomery's reduction.
    negated_inverse: u64,
    /// The constant of the equation.
    b: [u64; LIMBS],
    /// The order of the group.
    order: [u64; LIMBS],
}

const P256: Parameters<4> = Parameters {
    bits: 256,
    prime: [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0x0000_0000_0000_0000, 0xffff_ffff_0000_0001],
    negated_inverse: 1,
    b: [0x3bce_3c3e_27d2_604b, 0x651d_06b0_cc53_b0f6, 0xb3eb_bd55_7698_86bc, 0x5ac6_35d8_aa3a_93e7],
    order: [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000],
};

const P384: Parameters<6> = Parameters {
    bits: 384,
    prime: [
        0x0000_0000_ffff_ffff,
        0xffff_ffff_0000_0000,
        0xffff_ffff_ffff_fffe,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
    ],
    negated_inverse: 0x100000001,
    b: [
        0x2a85_c8ed_d3ec_2aef,
        0xc656_398d_8a2e_d19d,
        0x0314_088f_5013_875a,
        0x181d_9c6e_fe81_4112,
        0x988e_056b_e3f8_2d19,
        0xb331_2fa7_e23e_e7e4,
    ],
    order: [
        0xecec_196a_ccc5_2973,
        0x581a_0db2_48b0_a77a,
        0xc763_4d81_f437_2ddf,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
    ],
};

const P521: Parameters<9> = Parameters {
    bits: 521,
    prime: [
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0x0000_0000_0000_01ff,
    ],
    negated_inverse: 1,
    b: [
        0xef45_1fd4_6b50_3f00,
        0x3573_df88_3d2c_34f1,
        0x1652_c0bd_3bb1_bf07,
        0x5619_3951_ec7e_937b,
        0xb8b4_8991_8ef1_09e1,
        0xa2da_725b_99b3_15f3,
        0x929a_21a0_b685_40ee,
        0x953e_b961_8e1c_9a1f,
        0x0000_0000_0000_0051,
    ],
    order: [
        0xbb6f_b71e_9138_6409,
        0x3bb5_c9b8_899c_47ae,
        0x7fcc_0148_f709_a5d0,
        0x5186_8783_bf2f_966b,
        0xffff_ffff_ffff_fffa,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0xffff_ffff_ffff_ffff,
        0x0000_0000_0000_01ff,
    ],
};

impl Curve {
    /// Returns the name in the blob.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NistP256 => "nistp256",
            Self::NistP384 => "nistp384",
            Self::NistP521 => "nistp521",
        }
    }

    /// Returns the bits of the field, which are also those of the order.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Self::NistP256 => 256,
            Self::NistP384 => 384,
            Self::NistP521 => 521,
        }
    }

    /// Returns the length in bytes of a coordinate in the encoding of a point.
    pub(crate) fn coordinate_bytes(self) -> usize {
        match self {
            Self::NistP256 => 32,
            Self::NistP384 => 48,
            Self::NistP521 => 66,
        }
    }

    /// Splits an uncompressed point (SEC 1, section 2.3.3) into its coordinates, not yet checked.
    pub(crate) fn split_point(self, encoded: &[u8]) -> Option<(&[u8], &[u8])> {
        let coordinates = encoded.strip_prefix(&[4])?;
        let (x, y) = coordinates.split_at_checked(self.coordinate_bytes())?;
        (y.len() == x.len()).then_some((x, y))
    }

    /// Returns whether (x, y), of [`coordinate_bytes`](Self::coordinate_bytes) each, are below the field's prime and
    /// on the curve.
    pub(crate) fn contains(self, x: &[u8], y: &[u8]) -> bool {
        match self {
            Self::NistP256 => P256.contains(x, y),
            Self::NistP384 => P384.contains(x, y),
            Self::NistP521 => P521.contains(x, y),
        }
    }

    /// Returns whether every version of OpenSSH accepts this point of the curve: up to 10.2, its
    /// `sshkey_ec_validate_public` requires x and y to have more than half the bits of the order and to be below the
    /// order minus one. No randomly generated key fails. Neither Nova nor OpenSSH 10.3 checks this.
    pub(crate) fn openssh_accepts(self, x: &[u8], y: &[u8]) -> bool {
        match self {
            Self::NistP256 => [x, y].into_iter().all(|c| P256.is_in_openssh_range(c)),
            Self::NistP384 => [x, y].into_iter().all(|c| P384.is_in_openssh_range(c)),
            Self::NistP521 => [x, y].into_iter().all(|c| P521.is_in_openssh_range(c)),
        }
    }
}

impl<const LIMBS: usize> Parameters<LIMBS> {
    /// Checks the equation as y² + 3x − b = x³, with both sides divided by R² = 2^(128·LIMBS), which
    /// [`multiply`](Self::multiply) does anyway, so no number has to be converted to Montgomery form first.
    fn contains(&self, x: &[u8], y: &[u8]) -> bool {
        let [x, y] = [x, y].map(limbs::<LIMBS>);
        if is_at_least(&x, &self.prime) || is_at_least(&y, &self.prime) {
            return false;
        }
        let one = limbs(&[1]);
        let linear = self.subtract(&self.add(&self.add(&x, &x), &x), &self.b);
        let left = self.add(&self.multiply(&y, &y), &self.multiply(&linear, &one));
        let cube = self.multiply(&self.multiply(&x, &x), &x);
        self.multiply(&left, &one) == cube
    }

    fn is_in_openssh_range(&self, coordinate: &[u8]) -> bool {
        let coordinate = limbs(coordinate);
        let mut limit = self.order;
        subtract(&mut limit, &limbs(&[1]));
        bit_length(&coordinate) > self.bits / 2 && !is_at_least(&coordinate, &limit)
    }

    /// Computes `a · b / 2^(64·LIMBS)` modulo the prime, for reduced numbers (Montgomery multiplication, limb by
    /// limb).
    fn multiply(&self, a: &[u64; LIMBS], b: &[u64; LIMBS]) -> [u64; LIMBS] {
        let mut sum = [0; LIMBS];
        // The limb above those of the sum, which is below twice the prime after each iteration.
        let mut top = 0u64;
        for &word in a {
            let carry = add_product(&mut sum, b, word);
            let (high, first) = top.overflowing_add(carry);
            let lowest = sum.first().copied().unwrap_or(0);
            let carry = add_product(&mut sum, &self.prime, lowest.wrapping_mul(self.negated_inverse));
            let (high, second) = high.overflowing_add(carry);
            // The lowest limb is zero: divide by 2^64.
            sum.rotate_left(1);
            if let Some(last) = sum.last_mut() {
                *last = high;
            }
            top = u64::from(first) + u64::from(second);
        }
        self.reduce_once(sum, top != 0)
    }

    fn add(&self, a: &[u64; LIMBS], b: &[u64; LIMBS]) -> [u64; LIMBS] {
        let mut sum = *a;
        let carry = add_product(&mut sum, b, 1);
        self.reduce_once(sum, carry != 0)
    }

    fn subtract(&self, a: &[u64; LIMBS], b: &[u64; LIMBS]) -> [u64; LIMBS] {
        let mut difference = *a;
        if subtract(&mut difference, b) {
            add_product(&mut difference, &self.prime, 1);
        }
        difference
    }

    /// Reduces `number + carry · 2^(64·LIMBS)`, which is below twice the prime, modulo the prime.
    fn reduce_once(&self, mut number: [u64; LIMBS], carry: bool) -> [u64; LIMBS] {
        if carry || is_at_least(&number, &self.prime) {
            subtract(&mut number, &self.prime);
        }
        number
    }
}

/// Converts a big-endian number to limbs. Bytes that do not fit are dropped: callers pass coordinates of the right
/// length.
fn limbs<const LIMBS: usize>(bytes: &[u8]) -> [u64; LIMBS] {
    let mut limbs = [0; LIMBS];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.rchunks(8)) {
        *limb = chunk.iter().fold(0, |limb, &byte| limb << 8 | u64::from(byte));
    }
    limbs
}

fn bit_length(number: &[u64]) -> usize {
    let top = number.iter().enumerate().rev().find(|(_, limb)| **limb != 0);
    top.map_or(0, |(index, limb)| 64 * (index + 1) - limb.leading_zeros() as usize)
}

fn is_at_least<const LIMBS: usize>(a: &[u64; LIMBS], b: &[u64; LIMBS]) -> bool {
    a.iter().rev().ge(b.iter().rev())
}

/// Computes `sum += factor · word`; returns the carry limb.
fn add_product<const LIMBS: usize>(sum: &mut [u64; LIMBS], factor: &[u64; LIMBS], word: u64) -> u64 {
    sum.iter_mut().zip(factor).fold(0, |carry, (limb, &factor)| {
        let wide = u128::from(factor) * u128::from(word) + u128::from(*limb) + u128::from(carry);
        *limb = wide as u64;
        (wide >> 64) as u64
    })
}

/// Computes `number −= other`; returns the borrow.
fn subtract<const LIMBS: usize>(number: &mut [u64; LIMBS], other: &[u64; LIMBS]) -> bool {
    number.iter_mut().zip(other).fold(false, |borrow, (limb, &other)| {
        let (difference, first) = limb.overflowing_sub(other);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *limb = difference;
        first || second
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd};
    use proptest::prelude::*;

    use super::*;

    /// The base points (SP 800-186, section 3.2.1), uncompressed.
    const BASE_POINTS: [(Curve, &str); 3] = [
        (
            Curve::NistP256,
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        ),
        (
            Curve::NistP384,
            "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        ),
        (
            Curve::NistP521,
            "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
        ),
    ];

    fn base_points() -> impl Iterator<Item = (Curve, Vec<u8>)> {
        BASE_POINTS.into_iter().map(|(curve, digits)| {
            let digits = (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16));
            (curve, digits.collect::<Result<_, _>>().unwrap())
        })
    }

    fn to_be(limbs: &[u64], length: usize) -> Vec<u8> {
        let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        bytes[bytes.len() - length..].to_vec()
    }

    /// Computes the left side of the equation minus the right one, with crypto-bigint.
    fn difference<const LIMBS: usize>(curve: &Parameters<LIMBS>, x: &[u64; LIMBS], y: &[u64; LIMBS]) -> BoxedUint {
        let number = |limbs: &[u64]| BoxedUint::from_be_slice_vartime(&to_be(limbs, 8 * LIMBS));
        let params = BoxedMontyParams::new(Odd::new(number(&curve.prime)).unwrap());
        let form = |limbs: &[u64]| BoxedMontyForm::new(number(limbs), &params);
        let three = BoxedMontyForm::new(number(&limbs::<LIMBS>(&[3])), &params);
        let x = form(x);
        (form(y).square() - ((x.square() - three) * x + form(&curve.b))).retrieve()
    }

    fn agrees<const LIMBS: usize>(curve: &Parameters<LIMBS>, x: &[u64], y: &[u64]) -> bool {
        let reduced = |number: &[u64]| -> [u64; LIMBS] {
            let mut number: [u64; LIMBS] = number[..LIMBS].try_into().unwrap();
            if !curve.bits.is_multiple_of(64) {
                number[LIMBS - 1] &= (1 << (curve.bits % 64)) - 1;
            }
            curve.reduce_once(number, false)
        };
        let (x, y) = (reduced(x), reduced(y));
        // The same curve except for the constant: b' = y² − x³ + 3x, so the point is on it.
        let b = difference(&Parameters { b: [0; LIMBS], ..*curve }, &x, &y);
        let through = Parameters { b: limbs(&b.to_be_bytes()), ..*curve };
        let [x, y] = [x, y].map(|number| to_be(&number, 8 * LIMBS));
        through.contains(&x, &y) && !curve.contains(&x, &y)
    }

    proptest! {
        /// Checks that any point is on the curve of the same field whose constant crypto-bigint computes from it, and
        /// on no other.
        #[test]
        fn the_equation_matches_crypto_bigint(
            x in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)], 9),
            y in prop::collection::vec(any::<u64>(), 9),
        ) {
            prop_assert!(agrees(&P256, &x, &y) && agrees(&P384, &x, &y) && agrees(&P521, &x, &y));
        }
    }

    #[test]
    fn base_points_are_on_their_curve_and_their_neighbors_are_not() {
        for (curve, point) in base_points() {
            let (x, y) = curve.split_point(&point).unwrap();
            assert!(curve.contains(x, y) && curve.openssh_accepts(x, y));
            for bit in 0..8 {
                let mut moved = y.to_vec();
                *moved.last_mut().unwrap() ^= 1 << bit;
                assert!(!curve.contains(x, &moved));
                assert!(!curve.contains(&moved, y));
            }
        }
    }

    #[test]
    fn only_whole_uncompressed_points_are_split() {
        for (curve, point) in base_points() {
            let mut longer = point.clone();
            longer.push(0);
            let mut compressed = point[..=curve.coordinate_bytes()].to_vec();
            compressed[0] = 2;
            let mut hybrid = point.clone();
            hybrid[0] = 6;
            for other in [&longer[..], &point[..point.len() - 1], &compressed, &hybrid, &[4], &[0], &[]] {
                assert_eq!(curve.split_point(other), None);
            }
        }
    }

    /// Checks OpenSSH's bounds, at the values on either side of each.
    #[test]
    fn openssh_accepts_coordinates_between_half_the_bits_and_the_order() {
        for (curve, point) in base_points() {
            let (x, _) = curve.split_point(&point).unwrap();
            let bytes = curve.coordinate_bytes();
            let power = |exponent: u32| {
                let mut number = alloc::vec![0; bytes];
                number[bytes - 1 - exponent as usize / 8] = 1 << (exponent % 8);
                number
            };
            let half = curve.bits() / 2;
            assert!(!curve.openssh_accepts(x, &power(half - 1)));
            assert!(curve.openssh_accepts(x, &power(half)));
            assert!(!curve.openssh_accepts(&power(half - 1), x));

            let order = match curve {
                Curve::NistP256 => to_be(&P256.order, bytes),
                Curve::NistP384 => to_be(&P384.order, bytes),
                Curve::NistP521 => to_be(&P521.order, bytes),
            };
            for (below, is_taken) in [(0, false), (1, false), (2, true)] {
                let mut number = order.clone();
                *number.last_mut().unwrap() -= below;
                assert_eq!(curve.openssh_accepts(&number, x), is_taken, "{curve:?} order - {below}");
            }
        }
    }
}
