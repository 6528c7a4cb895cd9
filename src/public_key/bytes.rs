//! Loops over bytes that the compiler vectorizes.

/// Counts the bytes before the first one that is not a member.
pub(crate) fn prefix_length(bytes: &[u8], is_member: impl Fn(u8) -> bool) -> usize {
    /// As many as a vector of the smallest target that has any.
    const BLOCK: usize = 16;

    // Whole blocks first: the compiler vectorizes a loop without an exit.
    let mut length = whole_blocks::<{ 8 * BLOCK }>(bytes, &is_member);
    length += whole_blocks::<BLOCK>(bytes.get(length..).unwrap_or_default(), &is_member);
    let rest = bytes.get(length..).unwrap_or_default();
    match bytes.last_chunk::<BLOCK>() {
        // The last block, part of which was counted.
        Some(last) if rest.len() < BLOCK && all(last, &is_member) => bytes.len(),
        _ => length + rest.iter().take_while(|&&byte| is_member(byte)).count(),
    }
}

/// Counts the bytes of the whole blocks before the first block that has a byte that is not a member.
fn whole_blocks<const LENGTH: usize>(bytes: &[u8], is_member: impl Fn(u8) -> bool) -> usize {
    let (blocks, _) = bytes.as_chunks::<LENGTH>();
    LENGTH * blocks.iter().take_while(|block| all(block, &is_member)).count()
}

fn all<const LENGTH: usize>(block: &[u8; LENGTH], is_member: impl Fn(u8) -> bool) -> bool {
    block.iter().fold(true, |all, &byte| all & is_member(byte))
}

/// Counts the bytes that are members.
pub(crate) fn count(bytes: &[u8], is_member: impl Fn(u8) -> bool) -> usize {
    /// So many fit into the byte in which each lane counts.
    const BLOCK: usize = 128;

    let count = |block: &[u8]| block.iter().fold(0, |count: u8, &byte| count + u8::from(is_member(byte)));
    bytes.chunks(BLOCK).map(|block| usize::from(count(block))).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_prefix_is_that_of_a_loop(
            members in prop::collection::vec(b'!'.., 0..400),
            rest in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let bytes = [members, rest].concat();
            let expected = bytes.iter().take_while(|&&byte| byte > b' ').count();
            prop_assert_eq!(prefix_length(&bytes, |byte| byte > b' '), expected);
        }

        #[test]
        fn the_count_is_that_of_a_loop(bytes in prop::collection::vec(0u8..3, 0..600)) {
            prop_assert_eq!(count(&bytes, |byte| byte < 2), bytes.iter().filter(|&&byte| byte < 2).count());
        }
    }

    #[test]
    fn every_byte_may_be_a_member() {
        assert_eq!(count(&[1; 1000], |byte| byte == 1), 1000);
    }
}
