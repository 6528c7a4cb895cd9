//! A program without std that generates a key and imports it: `cargo run --manifest-path checks/no_std/Cargo.toml`.
//!
//! Any dependency that links std brings a panic handler, and this program already has one, so it would not build. To
//! see this, build it with `--features std`. The exit status reports whether the calls returned what they should; 134
//! is a panic.
#![no_std]
#![no_main]

extern crate alloc;

use core::ffi::{c_char, c_int};
use core::panic::PanicInfo;

use dlmalloc::GlobalDlmalloc;
use nova_keypair::{GeneratedKeypair, KeySpec, KeypairName, PrivateKey, Result, fingerprint, import};

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

// SAFETY: C's own declaration.
unsafe extern "C" {
    safe fn abort() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    abort()
}

// The `alloc` of the toolchain was compiled for unwinding and requires these two symbols from the linker. Nothing
// unwinds here.
// SAFETY: nothing else defines these names.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
// SAFETY: as above.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    abort()
}

// SAFETY: C's entry point, of C's type, and the only one.
#[unsafe(no_mangle)]
extern "C" fn main(_: c_int, _: *const *const c_char) -> c_int {
    match imports_the_generated_key() {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(_) => 2,
    }
}

fn imports_the_generated_key() -> Result<bool> {
    let name = KeypairName::new("my-key")?;
    let made = GeneratedKeypair::new(&name, PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048)?);
    let line = made.keypair.public_key.to_openssh();
    let is_same = import(&name, &line)? == made.keypair && fingerprint(&line)? == made.keypair.fingerprint;
    let is_refused = import(&name, "ssh-rsa AAAA").is_err();
    Ok(is_same && is_refused && made.private_key.to_openssh().starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"))
}
