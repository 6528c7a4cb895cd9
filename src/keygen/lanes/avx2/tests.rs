//! The kernel against columns of 128 bits that cannot overflow, with digits at their limits, which no real modulus reaches.
use super::super::super::limbs::{limbs_for, reduce_wide, zero};
use super::*;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

const LIMIT: i128 = 1 << 63;

struct Model {
    n: Vec<i64>,
    m: Vec<i64>,
    k: Vec<i64>,
    largest: i128,
}

impl Model {
    fn check(&mut self, t: &[i128]) {
        self.largest = t.iter().fold(self.largest, |x, t| x.max(t.abs()));
        assert!(self.largest < LIMIT - (1 << 56));
    }

    fn digits(t: &[i128], mut c: i128) -> (Vec<i64>, i128) {
        let d = t.iter().map(|t| {
            let x = t + c;
            c = (x + (1 << 28)) >> 29;
            (x - (c << 29)) as i64
        });
        (d.collect(), c)
    }

    /// `rows(t, i)` adds block `i` of the product.
    fn reduce(&mut self, mut rows: impl FnMut(&mut [i128], usize)) -> Vec<i64> {
        let l = self.n.len();
        let nb = l / 6;
        let mut t = vec![0i128; 2 * l];
        rows(&mut t, 0);
        self.check(&t);
        for b in 0..nb - 1 {
            if settles(nb, b) {
                let mut c = 0;
                for t in &mut t[6 * (b + 4)..6 * (b + nb)] {
                    let next = (*t + (1 << 28)) >> 29;
                    *t += c - (next << 29);
                    c = next;
                }
                t[6 * (b + nb)] += c;
            }
            let (low, c) = Self::digits(&t[6 * b..6 * b + 6], 0);
            t[6 * b..6 * b + 6].fill(0);
            t[6 * b + 6] += c;
            rows(&mut t, b + 1);
            for i in 0..6 {
                for j in 0..l {
                    t[6 * b + 6 + i + j] += low[i] as i128 * self.m[j] as i128;
                }
            }
            self.check(&t);
        }
        let (x, _) = Self::digits(&t[l - 6..l], 0);
        let mut q = [0; 6];
        for i in 0..6 {
            for j in 0..6 - i {
                q[i + j] += x[i] as i128 * self.k[j] as i128;
            }
        }
        let (q, _) = Self::digits(&q, 0);
        for i in 0..6 {
            for j in 0..l {
                t[l - 6 + i + j] += q[i] as i128 * self.n[j] as i128;
            }
        }
        self.check(&t);
        Self::digits(&t[l - 6..], 0).0[6..].to_vec()
    }

    fn square(&mut self, a: &[i64], s: u32) -> Vec<i64> {
        let l = a.len();
        self.reduce(|t, b| {
            for i in 6 * b..6 * b + 6 {
                for j in i..l {
                    t[i + j] += (a[i] as i128 * a[j] as i128) << (s + (i != j) as u32);
                }
            }
        })
    }

    fn multiply(&mut self, a: &[i64], b: &[i64]) -> Vec<i64> {
        self.reduce(|t, block| {
            for i in 6 * block..6 * block + 6 {
                for j in 0..b.len() {
                    t[i + j] += a[i] as i128 * b[j] as i128;
                }
            }
        })
    }
}

fn limit_digits(l: usize, seed: usize) -> Vec<i64> {
    const MIN: i64 = -HALF;
    const MAX: i64 = HALF - 1;
    (0..l)
        .map(|i| match seed % 8 {
            0 => MIN,
            1 => MAX,
            2 => [MIN, MAX][i % 2],
            3 => [MAX, MIN][i / 6 % 2],
            4 => [MIN, 0][i % 2],
            5 => {
                if i < l / 2 {
                    MIN
                } else {
                    MAX
                }
            }
            6 => ((i as i64 + 1) * 0x1234_5677_1357) % HALF,
            _ => -1,
        })
        .collect()
}

#[target_feature(enable = "avx2")]
fn number<const NB: usize>(x: &[Vec<i64>; 4]) -> Number<NB> {
    let mut a = [[splat(0); 6]; NB];
    for (i, a) in a.as_flattened_mut().iter_mut().enumerate() {
        *a = lanes([0, 1, 2, 3].map(|lane| x[lane][i] as u64));
    }
    a
}

#[target_feature(enable = "avx2")]
fn compare<const NB: usize>(a: &Number<NB>, want: &[Vec<i64>; 4], what: &str) {
    for (i, a) in a.as_flattened().iter().enumerate() {
        assert_eq!(store(*a), [0, 1, 2, 3].map(|lane| want[lane][i]), "{what}, digit {i}");
    }
}

#[target_feature(enable = "avx2")]
fn extremes<const NB: usize>() -> i128 {
    let l = 6 * NB;
    let mut largest = 0;
    let odd: Vec<u64> = vec![u64::MAX; 33];
    let n = [&odd[..(NB * 174 - 12) / 64]; 4];
    let mut four = Four::<NB>::new(n, n[0].len() as u32 * 64);
    for seed in 0..64 {
        let pick =
            |shift: usize| [0, 1, 2, 3].map(|lane| limit_digits(l, seed + seed / 8 * shift + lane * (shift + 1)));
        let (n, m, k, a, b) = (pick(0), pick(1), pick(2), pick(3), pick(4));
        let mut models =
            [0, 1, 2, 3].map(|i| Model { n: n[i].clone(), m: m[i].clone(), k: k[i][..6].to_vec(), largest: 0 });
        (four.n, four.m) = (number(&n), number(&m));
        four.k = number::<NB>(&k)[0];
        for s in 0..2 {
            let mut x = number(&a);
            four.square(&mut x, splat(s));
            compare(&x, &[0, 1, 2, 3].map(|i| models[i].square(&a[i], s as u32)), "square");
        }
        let mut x = number(&a);
        four.multiply(&mut x, &number(&b));
        compare(&x, &[0, 1, 2, 3].map(|i| models[i].multiply(&a[i], &b[i])), "multiply");
        largest = models.iter().fold(largest, |x, m| x.max(m.largest));
    }
    largest
}

#[test]
fn digits_at_their_limits_match_wide_columns() {
    if Avx2::new().is_none() {
        return skipped();
    }
    // SAFETY: just asked.
    let largest = unsafe { [extremes::<6>(), extremes::<9>(), extremes::<12>()] };
    for (nb, largest) in [6, 9, 12].into_iter().zip(largest) {
        let worst = worst_column(nb) as i128;
        assert!(largest <= worst << 56);
    }
}

#[test]
fn column_bounds() {
    assert_eq!([6, 9, 12].map(worst_column), [108, 120, 120]);
}

fn skipped() {
    extern crate std;
    std::eprintln!("SKIPPED: this processor has no AVX2");
}

/// Words at their limits as often as any others.
fn number_of(bits: u32) -> impl Strategy<Value = Vec<u64>> {
    let word =
        prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX), 1 => Just(0x1fff_ffff), 1 => Just(1 << 28)];
    prop::collection::vec(word, limbs_for(bits))
}

/// `x` as an odd number of exactly `bits` bits.
fn modulus(mut x: Vec<u64>, bits: u32, low: u64) -> Vec<u64> {
    let spare = x.len() as u32 * 64 - bits;
    if let Some(top) = x.last_mut() {
        *top = (*top | 3 << 62) >> spare;
    }
    x[0] |= low;
    x
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// For any number of lanes, any size that has an instance here, and some that have none.
    #[test]
    fn avx2_matches_portable(
        (bits, moduli, bases, exponents) in prop_oneof![Just(128u32), Just(1024), Just(1032), Just(1536), Just(2048), Just(2076), Just(2080), 128..1100u32]
            .prop_flat_map(|bits| {
                let numbers = move || prop::collection::vec(number_of(bits), 6);
                (Just(bits), numbers(), numbers(), numbers())
            }),
        count in 1..6usize,
    ) {
        let Some(kernel) = Avx2::new() else { return Ok(skipped()) };
        let moduli: Vec<_> = moduli.into_iter().take(count).map(|x| modulus(x, bits, 7)).collect();
        let refs: Vec<_> = moduli.iter().map(|x| &x[..]).collect();
        let verdicts = |kernel: &dyn Fn(&mut [Choice])| {
            let mut verdicts = vec![Choice::from(0); count];
            kernel(&mut verdicts);
            verdicts.into_iter().map(bool::from).collect::<Vec<_>>()
        };
        prop_assert_eq!(verdicts(&|v| kernel.base2(bits, &refs, v)), verdicts(&|v| Portable.base2(bits, &refs, v)));

        let below: Vec<_> = bases.iter().zip(&moduli).map(|(base, n)| reduce_wide(base, n, bits)).collect();
        let exponents: Vec<_> = exponents.iter().zip(&moduli).map(|(exponent, n)| reduce_wide(exponent, n, bits)).collect();
        let powers: Vec<_> = (0..count).map(|i| Power { base: &below[i], exponent: &exponents[i], modulus: &moduli[i] }).collect();
        let results = |kernel: &dyn Fn(&mut [Limbs])| {
            let mut results = vec![zero(limbs_for(bits)); count];
            kernel(&mut results);
            results
        };
        prop_assert_eq!(results(&|r| kernel.pow(bits, &powers, r)), results(&|r| Portable.pow(bits, &powers, r)));
    }
}

/// Numbers that pass, in every lane: Mersenne primes, and pseudoprimes of the same form.
#[test]
fn base2_says_yes() {
    let Some(kernel) = Avx2::new() else { return skipped() };
    for (bits, passes) in [(521u32, true), (1279, true), (1277, true), (1021, true), (1024, false), (2048, false)] {
        let n = modulus(vec![u64::MAX; limbs_for(bits)], bits, 7);
        let other = modulus(vec![0x5555_5555_5555_5555; limbs_for(bits)], bits, 7);
        for lane in 0..4 {
            let moduli: [&[u64]; 4] = core::array::from_fn(|i| if i == lane { &n[..] } else { &other });
            let mut verdicts = [Choice::from(0); 4];
            kernel.base2(bits, &moduli, &mut verdicts);
            assert_eq!(bool::from(verdicts[lane]), passes, "2^{bits} - 1");
        }
    }
}
