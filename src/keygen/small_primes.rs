//! The odd primes below 2^16, for trial division of secret candidates and of public moduli.

/// Every prime in the table is below this.
const LIMIT: usize = 1 << 16;
/// There are 6542 primes below 2^16, 2 among them.
const COUNT: usize = 6541;

/// The odd primes below [`LIMIT`] in ascending order, computed by the compiler with the sieve of Eratosthenes.
static ODD_PRIMES: [u16; COUNT] = {
    let mut composite = [false; LIMIT];
    let mut primes = [0; COUNT];
    let (mut found, mut candidate) = (0, 3);
    while candidate < LIMIT {
        if !composite[candidate] {
            primes[found] = candidate as u16;
            found += 1;
            let mut multiple = candidate * candidate;
            while multiple < LIMIT {
                composite[multiple] = true;
                multiple += 2 * candidate;
            }
        }
        candidate += 2;
    }
    assert!(found == COUNT);
    primes
};

/// Returns the odd primes below `bound`, in ascending order. A bound above 2^16 has the effect of 2^16.
pub(crate) fn odd_primes_below(bound: u32) -> &'static [u16] {
    ODD_PRIMES.split_at(ODD_PRIMES.partition_point(|&prime| u32::from(prime) < bound)).0
}

/// Splits `primes` into the longest consecutive groups whose products are at most `limit`; each group comes with its
/// product.
///
/// A number that shares no factor with the product has none of the group's primes as a factor, so one residue tests
/// them all.
pub(crate) fn packed(primes: &[u16], limit: u64) -> impl Iterator<Item = (u64, &[u16])> {
    let mut remaining = primes;
    core::iter::from_fn(move || {
        let mut product = 1u64;
        let mut count = 0;
        for &prime in remaining {
            match product.checked_mul(u64::from(prime)) {
                Some(larger) if larger <= limit => product = larger,
                _ => break,
            }
            count += 1;
        }
        let (group, rest) = remaining.split_at_checked(count)?;
        remaining = rest;
        (!group.is_empty()).then_some((product, group))
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_holds_the_odd_primes() {
        let primes = odd_primes_below(1 << 16);
        let by_division = (3..=u16::MAX).step_by(2).map(u32::from).filter(|&n| {
            (3..).step_by(2).take_while(|divisor| divisor * divisor <= n).all(|divisor| !n.is_multiple_of(divisor))
        });
        assert!(by_division.eq(primes.iter().map(|&prime| u32::from(prime))));
    }

    #[test]
    fn the_bound_is_exclusive() {
        assert_eq!(odd_primes_below(0), [0u16; 0]);
        assert_eq!(odd_primes_below(3), [0u16; 0]);
        assert_eq!(odd_primes_below(13), [3, 5, 7, 11]);
        assert_eq!(odd_primes_below(14), [3, 5, 7, 11, 13]);
        assert_eq!(odd_primes_below(u32::MAX).len(), COUNT);
    }

    proptest! {
        #[test]
        fn groups_are_consecutive_and_as_long_as_the_limit_allows(bound in 3..65_536u32, limit in 65_536..=u64::MAX) {
            let primes = odd_primes_below(bound);
            let groups: Vec<_> = packed(primes, limit).collect();
            prop_assert_eq!(groups.iter().map(|(_, group)| *group).collect::<Vec<_>>().concat(), primes);
            for (index, (product, group)) in groups.iter().enumerate() {
                prop_assert_eq!(*product, group.iter().map(|&prime| u64::from(prime)).product::<u64>());
                prop_assert!(*product <= limit);
                let next = groups.get(index + 1).map(|(_, group)| u128::from(group[0]));
                prop_assert!(next.is_none_or(|next| u128::from(*product) * next > u128::from(limit)));
            }
        }
    }
}
