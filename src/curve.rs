//! The NIST curves P-256, P-384 and P-521: is a point on the curve, and does OpenSSH take it.
//!
//! Public keys only, so time may depend on the values. The whole need is one evaluation of y² = x³ - 3x + b (SP 800-186, section
//! 3.2.1), which does not justify a crate of curve arithmetic. The cofactor of all three curves is 1, so every point but the one at
//! infinity, which an uncompressed encoding cannot express, has the full order.

use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams};
use crypto_bigint::{U256, U384, U576, Uint, const_monty_params};

/// A curve by its name in RFC 5656.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    NistP256,
    NistP384,
    NistP521,
}

const_monty_params!(
    P256,
    U256,
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    "The field of P-256."
);
const_monty_params!(
    P384,
    U384,
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    "The field of P-384."
);
const_monty_params!(
    P521,
    U576,
    "00000000000001ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "The field of P-521."
);

const P256_B: U256 = U256::from_be_hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
const P384_B: U384 = U384::from_be_hex(
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
);
const P521_B: U576 = U576::from_be_hex(
    "0000000000000051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
);

const P256_ORDER: U256 = U256::from_be_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const P384_ORDER: U384 = U384::from_be_hex(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
);
const P521_ORDER: U576 = U576::from_be_hex(
    "00000000000001fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
);

impl Curve {
    /// The name in the blob.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NistP256 => "nistp256",
            Self::NistP384 => "nistp384",
            Self::NistP521 => "nistp521",
        }
    }

    /// Bits of the field, which are those of the order as well.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Self::NistP256 => 256,
            Self::NistP384 => 384,
            Self::NistP521 => 521,
        }
    }

    /// Bytes of a coordinate in a point's encoding.
    pub(crate) fn coordinate_bytes(self) -> usize {
        match self {
            Self::NistP256 => 32,
            Self::NistP384 => 48,
            Self::NistP521 => 66,
        }
    }

    /// The coordinates of an uncompressed point (SEC 1, section 2.3.3), not yet checked.
    pub(crate) fn split_point(self, encoded: &[u8]) -> Option<(&[u8], &[u8])> {
        let coordinates = encoded.strip_prefix(&[4])?;
        let (x, y) = coordinates.split_at_checked(self.coordinate_bytes())?;
        (y.len() == x.len()).then_some((x, y))
    }

    /// Whether (x, y), of [`coordinate_bytes`](Self::coordinate_bytes) each, are below the field's prime and on the curve.
    pub(crate) fn contains(self, x: &[u8], y: &[u8]) -> bool {
        match self {
            Self::NistP256 => on_curve::<P256, { U256::LIMBS }>(&P256_B, &uint(x), &uint(y)),
            Self::NistP384 => on_curve::<P384, { U384::LIMBS }>(&P384_B, &uint(x), &uint(y)),
            Self::NistP521 => on_curve::<P521, { U576::LIMBS }>(&P521_B, &uint(x), &uint(y)),
        }
    }

    /// Whether every version of OpenSSH accepts this point of the curve: up to 10.2, its `sshkey_ec_validate_public` requires x and y
    /// to have more than half the bits of the order and to be below the order minus one. No key generated at random fails. Nova
    /// does not check, and neither does OpenSSH 10.3.
    pub(crate) fn openssh_takes(self, x: &[u8], y: &[u8]) -> bool {
        match self {
            Self::NistP256 => [x, y].into_iter().all(|c| in_openssh_range(&P256_ORDER, &uint(c), 256)),
            Self::NistP384 => [x, y].into_iter().all(|c| in_openssh_range(&P384_ORDER, &uint(c), 384)),
            Self::NistP521 => [x, y].into_iter().all(|c| in_openssh_range(&P521_ORDER, &uint(c), 521)),
        }
    }
}

/// A big-endian number; bytes that do not fit are not there, since callers pass whole coordinates.
fn uint<const LIMBS: usize>(bytes: &[u8]) -> Uint<LIMBS> {
    let mut padded = [0; U576::BYTES];
    let Some(padded) = padded.get_mut(..Uint::<LIMBS>::BYTES) else { return Uint::ZERO };
    let digits = padded.iter_mut().rev().zip(bytes.iter().rev());
    digits.for_each(|(digit, byte)| *digit = *byte);
    Uint::from_be_slice(padded)
}

fn on_curve<P: ConstMontyParams<LIMBS>, const LIMBS: usize>(b: &Uint<LIMBS>, x: &Uint<LIMBS>, y: &Uint<LIMBS>) -> bool {
    let p = P::PARAMS.modulus();
    if x.cmp_vartime(p).is_ge() || y.cmp_vartime(p).is_ge() {
        return false;
    }
    let x = ConstMontyForm::<P, LIMBS>::new(x);
    let y = ConstMontyForm::<P, LIMBS>::new(y);
    let b = ConstMontyForm::<P, LIMBS>::new(b);
    // x³ - 3x = x(x² - 3)
    let three = ConstMontyForm::<P, LIMBS>::new(&Uint::from_u8(3));
    y.square() == (x.square() - three) * x + b
}

fn in_openssh_range<const LIMBS: usize>(order: &Uint<LIMBS>, coordinate: &Uint<LIMBS>, bits: u32) -> bool {
    coordinate.bit_width_vartime() > bits / 2 && coordinate.cmp_vartime(&order.wrapping_sub(&Uint::ONE)).is_lt()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

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

    #[test]
    fn base_points_are_on_their_curve_and_no_neighbour_is() {
        for (curve, point) in base_points() {
            let (x, y) = curve.split_point(&point).unwrap();
            assert!(curve.contains(x, y) && curve.openssh_takes(x, y));
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

    /// OpenSSH's bounds, at the values on either side of each.
    #[test]
    fn openssh_takes_coordinates_between_half_the_bits_and_the_order() {
        for (curve, point) in base_points() {
            let (x, _) = curve.split_point(&point).unwrap();
            let bytes = curve.coordinate_bytes();
            let power = |exponent: u32| {
                let mut number = alloc::vec![0; bytes];
                number[bytes - 1 - exponent as usize / 8] = 1 << (exponent % 8);
                number
            };
            let half = curve.bits() / 2;
            assert!(!curve.openssh_takes(x, &power(half - 1)));
            assert!(curve.openssh_takes(x, &power(half)));
            assert!(!curve.openssh_takes(&power(half - 1), x));

            let order = match curve {
                Curve::NistP256 => P256_ORDER.to_be_bytes().as_ref().to_vec(),
                Curve::NistP384 => P384_ORDER.to_be_bytes().as_ref().to_vec(),
                Curve::NistP521 => P521_ORDER.to_be_bytes().as_ref()[72 - 66..].to_vec(),
            };
            for (below, is_taken) in [(0, false), (1, false), (2, true)] {
                let mut number = order.clone();
                *number.last_mut().unwrap() -= below;
                assert_eq!(curve.openssh_takes(&number, x), is_taken, "{curve:?} order - {below}");
            }
        }
    }
}
