//! A program without std that makes a key and imports it: `cargo run --manifest-path checks/no_std/Cargo.toml`.
//!
//! Whatever links std brings a panic handler with it, and this program has one already: then it does not build. To see that, build it
//! with `--features std`. The exit status says whether the calls gave what they should; 134 is a panic.
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

// The `alloc` that comes with a toolchain was compiled for unwinding and asks the linker for these two. Nothing unwinds here.
// SAFETY: no one else defines the names.
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
    match imports_what_it_makes() {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(_) => 2,
    }
}

fn imports_what_it_makes() -> Result<bool> {
    let name = KeypairName::new("my-key")?;
    let made = GeneratedKeypair::new(&name, PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048)?);
    let line = made.keypair.public_key.to_openssh();
    let is_same = import(&name, &line)? == made.keypair && fingerprint(&line)? == made.keypair.fingerprint;
    let is_refused = import(&name, "ssh-rsa AAAA").is_err();
    Ok(is_same && is_refused && made.private_key.to_openssh().starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"))
}
