//! Valgrind's client requests, as far as they are needed: the instruction sequence and the numbers of `valgrind.h`
//! and `memcheck.h`, which are a stable interface.
//!
//! Outside valgrind the sequence has no effect: four rotations that cancel out, and an exchange of a register with
//! itself. The existing crates need a nightly compiler, or libclang and valgrind's headers; this code builds
//! anywhere, and can report that valgrind is missing.

use std::arch::asm;

const RUNNING_ON_VALGRIND: u64 = 0x1001;
const COUNT_ERRORS: u64 = 0x1201;
const MEMCHECK: u64 = ((b'M' as u64) << 24) | ((b'C' as u64) << 16);
const MAKE_MEM_UNDEFINED: u64 = MEMCHECK + 1;
const MAKE_MEM_DEFINED: u64 = MEMCHECK + 2;
const GET_VBITS: u64 = MEMCHECK + 8;

fn request(code: u64, argument: [u64; 3]) -> u64 {
    let [a, b, c] = argument;
    let block = [code, a, b, c, 0, 0];
    let mut result = 0u64;
    // SAFETY: on a processor this changes nothing. Valgrind reads the block, whose address is in rax, and modifies
    // its own shadow memory only, except for GET_VBITS, which writes to a buffer that `undefined_bytes` owns.
    unsafe {
        asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") block.as_ptr(), inout("rdx") result, inout("rdi") 0u64 => _,
        );
    }
    result
}

/// Returns whether this process runs under valgrind.
pub fn is_running() -> bool {
    request(RUNNING_ON_VALGRIND, [0; 3]) > 0
}

/// Returns the number of errors reported so far.
pub fn errors() -> u64 {
    request(COUNT_ERRORS, [0; 3])
}

/// Marks bytes as undefined: any later branch on them, or address computed from them, is reported.
pub fn mark_secret(bytes: &mut [u8]) {
    request(MAKE_MEM_UNDEFINED, [bytes.as_ptr() as u64, bytes.len() as u64, 0]);
}

/// Marks bytes as defined.
pub fn mark_public(bytes: &mut [u8]) {
    request(MAKE_MEM_DEFINED, [bytes.as_ptr() as u64, bytes.len() as u64, 0]);
}

/// Counts the bytes that have an undefined bit.
pub fn secret_bytes(bytes: &[u8]) -> usize {
    let mut undefined = vec![0u8; bytes.len()];
    request(GET_VBITS, [bytes.as_ptr() as u64, undefined.as_mut_ptr() as u64, bytes.len() as u64]);
    undefined.iter().filter(|&&bits| std::hint::black_box(bits) != 0).count()
}
