//! Finds primes that two keys share: by batch gcd over the moduli alone, and by comparing the primes.

use dashu_int::UBig;
use dashu_int::ops::Gcd;
use rayon::prelude::*;

/// Returns the positions of the moduli that share a factor with another.
///
/// D. J. Bernstein, How to find smooth parts of integers: with P the product of all, gcd(n, (P mod n²)/n) is the
/// factor that n has in common with the others. A product tree computes P, and a remainder tree reduces P modulo each
/// n².
pub(crate) fn batch_gcd(moduli: &[UBig]) -> Vec<usize> {
    let mut tree = vec![moduli.to_vec()];
    while let Some(level) = tree.last().filter(|level| level.len() > 1) {
        let products = level.par_chunks(2).map(|pair| pair.iter().fold(UBig::ONE, |product, n| product * n)).collect();
        tree.push(products);
    }
    let mut remainders = tree.pop().unwrap_or_default();
    for level in tree.iter().rev() {
        remainders = level.par_iter().enumerate().map(|(position, n)| &remainders[position / 2] % n.sqr()).collect();
    }
    let common = |(n, remainder): (&UBig, &UBig)| n.gcd(remainder / n) != UBig::ONE;
    let shared: Vec<bool> =
        if moduli.len() > 1 { moduli.par_iter().zip(&remainders).map(common).collect() } else { Vec::new() };
    (0..shared.len()).filter(|position| shared[*position]).collect()
}

/// Counts the numbers that occurred before.
pub(crate) fn repeated<'a>(numbers: impl Iterator<Item = &'a UBig>) -> usize {
    let mut sorted: Vec<_> = numbers.collect();
    sorted.par_sort_unstable();
    sorted.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Products of distinct primes, two each; then one shares a prime with another.
    #[test]
    fn shared_primes_are_found() {
        let is_prime = |n: &u64| (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
        let primes: Vec<u64> = (1_000..).filter(is_prime).take(40).collect();
        for count in 0..20 {
            let pairs: Vec<_> = primes.chunks(2).take(count).collect();
            let moduli: Vec<UBig> = pairs.iter().map(|pair| (pair[0] * pair[1]).into()).collect();
            assert_eq!(batch_gcd(&moduli), [0; 0]);
            for shared in 0..count {
                let with = |other: u64| [moduli.clone(), vec![(primes[2 * shared + 1] * other).into()]].concat();
                // By one prime, or by all of it.
                assert_eq!(batch_gcd(&with(primes[39])), [shared, count]);
                assert_eq!(batch_gcd(&with(primes[2 * shared])), [shared, count]);
            }
        }
    }

    #[test]
    fn repetitions_are_counted() {
        let numbers = |list: &[u8]| repeated(list.iter().map(|n| UBig::from(*n)).collect::<Vec<_>>().iter());
        assert_eq!([&[][..], &[5], &[3, 1, 2], &[3, 1, 3], &[7, 1, 7, 1, 7]].map(numbers), [0, 0, 0, 1, 3]);
    }
}
