//! Tests whether primes are distributed like random ones: chi-square over bytes and residues, Kolmogorov-Smirnov over
//! their size.
//!
//! A prime is a uniform candidate that happens to be prime, with 0b11 at its top and 0b111 at its end. By Dirichlet's
//! theorem its residues are uniform over the classes that are coprime to the modulus. Its size is uniform except for
//! the density of primes, which falls as 1/ln x: by 0.04 % from the smallest to the largest 1024-bit prime, less for
//! larger ones. In 10,000 keys that raises the expected value of a chi-square statistic by 0.0002, where its standard
//! deviation is 11.

use std::ops::Range;

use dashu_int::UBig;
use dashu_int::ops::BitTest;
use rayon::prelude::*;
use statrs::distribution::{ChiSquared, ContinuousCDF, Uniform};
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::ks_test::{KSOneSampleAlternativeMethod::TwoSidedAsymptotic, ks_onesample};

/// Maximum probability that a run on good keys fails: the threshold of a single p-value is this divided by the number
/// of p-values (Bonferroni), whatever their dependencies.
pub(crate) const FAMILY: f64 = 0.001;

/// Minimum expected count of a class; below it the chi-square distribution is a poor approximation that far out.
const LEAST_EXPECTED: usize = 20;

/// Upper bound of the primes modulo which residues are tested, if there are enough keys: this one requires 10,440.
const LARGEST_MODULUS: u32 = 523;

/// A tested quantity, and the probability that good keys are as uneven.
pub(crate) struct Statistic {
    pub(crate) what: String,
    pub(crate) of: Of,
    pub(crate) test: Test,
    pub(crate) p_value: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Test {
    /// Chi-square over this many equally likely classes.
    ChiSquare(usize),
    /// The smallest p-value of this many bits, corrected for their number.
    Bits(usize),
    KolmogorovSmirnov,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Of {
    P,
    Q,
    Both,
}

impl Of {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P => "p",
            Self::Q => "q",
            Self::Both => "p and q",
        }
    }
}

/// Computes every statistic for which there are enough keys. `pairs` are the primes of each key, `bits` bits each, in
/// their order.
pub(crate) fn statistics(pairs: &[[&UBig; 2]], bits: usize) -> Vec<Statistic> {
    let mut all = Vec::new();
    for (of, side) in [(Of::P, 0), (Of::Q, 1)] {
        let primes: Vec<&UBig> = pairs.iter().map(|pair| pair[side]).collect();
        let mut add = |what: String, test, p_value| all.push(Statistic { what, of, test, p_value });
        for (what, low_bit, width) in fields(bits) {
            // Adjacent values form one class where there are too few keys for each.
            let merged = (0..width).find(|merged| pairs.len() >> (width - merged) >= LEAST_EXPECTED);
            let Some(merged) = merged else { continue };
            let classes = 1 << (width - merged);
            let of_prime = |prime: &&UBig| field(prime, low_bit + merged, width - merged);
            let p_value = chi_square(&count(primes.iter().map(of_prime), classes));
            add(what.into(), Test::ChiSquare(classes), p_value);
        }
        if pairs.len() >= 2 * LEAST_EXPECTED {
            let free = 3..bits - 2;
            add("each bit".into(), Test::Bits(free.len()), most_uneven_bit(&primes, free));
        }
        if !pairs.is_empty() {
            let sizes = primes.iter().map(|prime| relative_size(prime, bits)).collect();
            add("size".into(), Test::KolmogorovSmirnov, kolmogorov_smirnov(sizes));
        }
        let by_modulus = moduli(pairs.len()).into_par_iter().map(|modulus| (modulus, residues(&primes, modulus)));
        for (modulus, p_value) in by_modulus.collect::<Vec<_>>() {
            add(format!("modulo {modulus}"), Test::ChiSquare(modulus as usize - 1), p_value);
        }
    }
    let mut add = |what: String, counts: Vec<usize>| {
        let (test, p_value) = (Test::ChiSquare(counts.len()), chi_square(&counts));
        all.push(Statistic { what, of: Of::Both, test, p_value });
    };
    if pairs.len() >= 2 * LEAST_EXPECTED {
        add("which is the larger".into(), count(pairs.iter().map(|[p, q]| usize::from(p < q)), 2));
    }
    // As many of the leading bits of both as there are enough keys for, at most three.
    if let Some(width) = (1..=3).rev().find(|width| pairs.len() >> (2 * width) >= LEAST_EXPECTED) {
        let top = |prime: &UBig| field(prime, bits - 2 - width, width);
        let joint = pairs.iter().map(|[p, q]| top(p) << width | top(q));
        add(format!("leading bits jointly, {width} of each"), count(joint, 1 << (2 * width)));
    }
    for modulus in [3u8, 5, 7] {
        let residues = usize::from(modulus) - 1;
        if pairs.len() >= LEAST_EXPECTED * residues.pow(2) {
            let class = |prime: &UBig| usize::from(prime % modulus) - 1;
            let joint = pairs.iter().map(|[p, q]| class(p) * residues + class(q));
            add(format!("modulo {modulus} jointly"), count(joint, residues.pow(2)));
        }
    }
    // The p-values of good keys are uniform themselves: this one detects slight but general unevenness, or too little
    // of it.
    if !all.is_empty() {
        let p_value = kolmogorov_smirnov(all.iter().map(|statistic| statistic.p_value).collect());
        let what = "all p-values above".into();
        all.push(Statistic { what, of: Of::Both, test: Test::KolmogorovSmirnov, p_value });
    }
    all
}

/// Returns the threshold for a p-value, given their number.
pub(crate) fn threshold(statistics: &[Statistic]) -> f64 {
    FAMILY / statistics.len().max(1) as f64
}

/// Returns the free bits of a prime: name, position of the lowest, and number. Whole bytes, except for the bits that
/// candidates have set.
fn fields(bits: usize) -> [(&'static str, usize, usize); 5] {
    [
        ("leading byte", bits - 8, 6),
        ("second byte", bits - 16, 8),
        ("middle byte", bits / 2, 8),
        ("last byte but one", 8, 8),
        ("last byte", 3, 5),
    ]
}

fn field(prime: &UBig, low_bit: usize, width: usize) -> usize {
    (0..width).map(|bit| usize::from(prime.bit(low_bit + bit)) << bit).sum()
}

/// Maps a prime between 1.5·2^(bits-1) and 2^bits to a position from 0 to 1.
fn relative_size(prime: &UBig, bits: usize) -> f64 {
    const PRECISION: usize = 52;
    field(prime, bits - 2 - PRECISION, PRECISION) as f64 / (1u64 << PRECISION) as f64
}

/// Returns the odd primes with enough keys for each class of residues.
fn moduli(keys: usize) -> Vec<u32> {
    let is_prime = |n: &u32| (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    let enough = |n: &u32| keys >= LEAST_EXPECTED * (*n as usize - 1);
    (3..=LARGEST_MODULUS).step_by(2).filter(is_prime).filter(enough).collect()
}

/// Tests residues. The residue of a prime is never 0. (It is not 1 modulo e either, which is a separate criterion; e is
/// above [`LARGEST_MODULUS`].)
fn residues(primes: &[&UBig], modulus: u32) -> f64 {
    let classes = modulus as usize - 1;
    chi_square(&count(primes.iter().map(|prime| (*prime % modulus) as usize - 1), classes))
}

fn count(classes: impl Iterator<Item = usize>, len: usize) -> Vec<usize> {
    let mut counts = vec![0; len];
    for class in classes {
        counts[class] += 1;
    }
    counts
}

/// Computes the probability that some bit of good primes is set, or clear, as rarely. (For two classes chi-square
/// errs on the safe side that far out.) Detects a bit that is stuck in a few keys, where there are not enough for all
/// values of a byte.
fn most_uneven_bit(primes: &[&UBig], bits: Range<usize>) -> f64 {
    let number = bits.len() as f64;
    let p_value = |bit: usize| {
        let set = primes.iter().filter(|prime| prime.bit(bit)).count();
        chi_square(&[set, primes.len() - set])
    };
    let least = bits.into_par_iter().map(p_value).reduce(|| 1.0, f64::min);
    // Computes 1 - (1 - least)^number without loss of precision for small values.
    -(number * (-least).ln_1p()).exp_m1()
}

/// Pearson's test of counts that are expected to be equal.
fn chi_square(counts: &[usize]) -> f64 {
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    let statistic = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    ChiSquared::new(counts.len() as f64 - 1.0).map_or(0.0, |chi_squared| chi_squared.sf(statistic))
}

fn kolmogorov_smirnov(sample: Vec<f64>) -> f64 {
    let test = |uniform| ks_onesample(sample, &uniform, TwoSidedAsymptotic, NaNPolicy::Error).ok();
    Uniform::new(0.0, 1.0).ok().and_then(test).map_or(0.0, |(_, p_value)| p_value)
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha8Rng;
    use chacha20::rand_core::{Rng as _, SeedableRng as _};

    use super::*;

    const BITS: usize = 256;
    const KEYS: usize = 2_000;

    /// The same numbers each time.
    struct Generator(ChaCha8Rng);

    impl Generator {
        fn new(seed: u64) -> Self {
            Self(ChaCha8Rng::seed_from_u64(seed))
        }

        /// Generates a number with the format of a candidate and without a prime factor below [`LARGEST_MODULUS`],
        /// which is all that is tested.
        fn prime(&mut self) -> UBig {
            loop {
                let mut bytes = [0; BITS / 8];
                self.0.fill_bytes(&mut bytes);
                bytes[0] |= 0xc0;
                bytes[BITS / 8 - 1] |= 7;
                let number = UBig::from_be_bytes(&bytes);
                if moduli(usize::MAX).iter().all(|modulus| &number % modulus != 0) {
                    return number;
                }
            }
        }

        /// Generates pairs and keeps those for which `keep` returns true. Its second argument is a random number
        /// below 100.
        fn pairs(&mut self, keep: impl Fn(&[UBig; 2], u64) -> bool) -> Vec<[UBig; 2]> {
            let mut pairs = Vec::new();
            while pairs.len() < KEYS {
                let pair = [self.prime(), self.prime()];
                if keep(&pair, self.0.next_u64() % 100) {
                    pairs.push(pair);
                }
            }
            pairs
        }
    }

    fn of(pairs: &[[UBig; 2]]) -> Vec<Statistic> {
        let pairs: Vec<_> = pairs.iter().map(|[p, q]| [p, q]).collect();
        statistics(&pairs, BITS)
    }

    /// Returns the statistics that are too uneven in pairs that are kept at this rate.
    fn found(keep: impl Fn(&[UBig; 2], u64) -> bool) -> Vec<(Of, String)> {
        found_in(&Generator::new(1).pairs(keep))
    }

    fn found_in(pairs: &[[UBig; 2]]) -> Vec<(Of, String)> {
        let all = of(pairs);
        let threshold = threshold(&all);
        let found = all.into_iter().filter(|statistic| statistic.p_value < threshold);
        found.map(|statistic| (statistic.of, statistic.what)).filter(|(_, what)| !what.starts_with("all")).collect()
    }

    #[test]
    fn good_samples_pass() {
        for seed in 0..5 {
            let all = of(&Generator::new(seed).pairs(|_, _| true));
            let worst = all.iter().map(|statistic| statistic.p_value).fold(1.0, f64::min);
            assert!(worst > threshold(&all) && all.len() > 50, "{worst}");
        }
    }

    /// Checks that each kind of statistic detects its target; where possible, nothing else does.
    #[test]
    fn uneven_samples_are_found() {
        let names = |of: Of, names: &[&str]| names.iter().map(|name| (of, name.to_string())).collect::<Vec<_>>();
        // Two of the 64 leading bytes are twice as frequent, in p.
        let leading = |[p, _]: &[UBig; 2], dice| field(p, BITS - 8, 6) % 32 == 9 || dice < 50;
        assert_eq!(found(leading), names(Of::P, &["leading byte"]));
        // Larger ones are favored, in q, as by a search that steps on from a bound.
        let size = |[_, q]: &[UBig; 2], dice| relative_size(q, BITS) > 0.5 || dice < 70;
        assert!(found(size).contains(&(Of::Q, "size".into())));
        for (name, low_bit) in [("second byte", BITS - 16), ("middle byte", BITS / 2), ("last byte but one", 8)] {
            assert_eq!(found(|[p, _], _| field(p, low_bit, 8) >> 4 > 0), names(Of::P, &[name]));
        }
        assert_eq!(found(|[_, q], dice| field(q, 3, 5) & 7 > 0 || dice < 50), names(Of::Q, &["last byte"]));
        // A bit outside the bytes above, and one that is stuck, in sixty keys.
        assert_eq!(found(|[p, _], dice| p.bit(70) || dice < 70), names(Of::P, &["each bit"]));
        let stuck = Generator::new(1).pairs(|[_, q], _| q.bit(9));
        assert_eq!(found_in(&stuck[..60]), names(Of::Q, &["each bit"]));
        // A rare residue, as p ≡ 1 mod 3 would be if e were 3, and some residues that are missing.
        assert!(found(|[p, _], dice| p % 3u8 == 2 || dice < 50).contains(&(Of::P, "modulo 3".into())));
        assert_eq!(found(|[_, q], _| q % 71u8 > 5), names(Of::Q, &["modulo 71"]));
        let larger = found(|[p, q], dice| p > q || dice < 60);
        assert!(larger.contains(&(Of::Both, "which is the larger".into())), "{larger:?}");
        // Each distribution is correct, but they are dependent.
        let alike = |[p, q]: &[UBig; 2], dice| p.bit(BITS - 3) == q.bit(BITS - 3) || dice < 50;
        assert_eq!(found(alike), names(Of::Both, &["leading bits jointly, 3 of each"]));
        let alike = |[p, q]: &[UBig; 2], dice| p % 5u8 != q % 5u8 || dice < 30;
        assert_eq!(found(alike), names(Of::Both, &["modulo 5 jointly"]));
    }

    /// Checks that the residues of a counter, or bytes dealt like cards, make every p-value large.
    #[test]
    fn p_values_that_are_all_large_are_found() {
        let even: Vec<f64> = (0..100).map(|i| 0.9 + f64::from(i) / 1_000.0).collect();
        assert!(kolmogorov_smirnov(even) < 1e-6);
        assert!(chi_square(&[100; 64]) > 1.0 - 1e-9);
    }

    /// Compares with table values: the 99.9th percentiles of chi-square with 1 and 10 degrees of freedom, and
    /// Kolmogorov's 5 %.
    #[test]
    fn p_values_are_those_of_the_tables() {
        // (x-y)²/(x+y) is the statistic of two counts.
        let two = |statistic: f64| {
            let n = 1e8;
            let half = (n * statistic).sqrt() / 2.0;
            chi_square(&[(n / 2.0 + half) as usize, (n / 2.0 - half) as usize])
        };
        assert!((two(10.828) - 0.001).abs() < 1e-6);
        let chi_squared = ChiSquared::new(10.0).unwrap();
        assert!((chi_squared.sf(29.588) - 0.001).abs() < 1e-6);
        // D·√n = 1.358, for values that are all too large by D.
        let n = 10_000;
        let shifted = (0..n).map(|i| (f64::from(i) / f64::from(n) + 0.01358).min(1.0)).collect();
        assert!((kolmogorov_smirnov(shifted) - 0.05).abs() < 1e-3);
    }

    #[test]
    fn few_keys_mean_few_classes() {
        let classes = |keys: usize| {
            let pairs = Generator::new(7).pairs(|_, _| true);
            let all = of(&pairs[..keys]);
            let of_p = all.iter().filter(|statistic| statistic.of == Of::P);
            let classes = of_p.map(|statistic| match statistic.test {
                Test::ChiSquare(classes) => classes,
                Test::Bits(bits) => bits,
                Test::KolmogorovSmirnov => 0,
            });
            classes.collect::<Vec<_>>()
        };
        assert_eq!(classes(0), [0; 0]);
        assert_eq!(classes(1), [0]);
        assert_eq!(classes(40), [2, 2, 2, 2, 2, 251, 0, 2]);
        assert_eq!(classes(200), [8, 8, 8, 8, 8, 251, 0, 2, 4, 6, 10]);
        assert_eq!(classes(2_000)[..8], [64, 64, 64, 64, 32, 251, 0, 2]);
    }
}
