//! The functions of this program, from its symbol table.

use std::ops::Range;

use object::{Object as _, ObjectSymbol as _, SymbolKind};

pub struct Function {
    /// The demangled path.
    pub name: String,
    /// The address of the first instruction in this process.
    pub start: u64,
    pub size: u64,
}

impl Function {
    pub fn range(&self) -> Range<u64> {
        self.start..self.start + self.size
    }

    /// The instructions, as they are in memory.
    pub fn code(&self) -> &'static [u8] {
        // SAFETY: the symbol table states the extent of the function, which is mapped as long as the program runs.
        unsafe { std::slice::from_raw_parts(self.start as *const u8, self.size as usize) }
    }
}

/// Reads all functions of the running program.
pub fn functions() -> Vec<Function> {
    let path = std::env::current_exe().expect("the path of this program");
    let bytes = std::fs::read(path).expect("the file of this program");
    let file = object::File::parse(&*bytes).expect("an ELF file");
    let symbols = || file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0);
    // The program is position-independent: one function whose address is known gives the offset.
    let anchor = symbols()
        .find(|symbol| symbol.name() == Ok("nova_keypair_trace_anchor"))
        .expect("the symbol of the anchor: build without stripping");
    let offset = (nova_keypair_trace_anchor as extern "C" fn() as usize as u64).wrapping_sub(anchor.address());
    symbols()
        .map(|symbol| Function {
            name: format!("{:#}", rustc_demangle::demangle(symbol.name().unwrap_or_default())),
            start: symbol.address().wrapping_add(offset),
            size: symbol.size(),
        })
        .collect()
}

#[unsafe(no_mangle)]
extern "C" fn nova_keypair_trace_anchor() {
    std::hint::black_box(());
}

/// Describes an address in a library: the closest exported symbol before it.
pub fn in_library(address: u64) -> String {
    // SAFETY: all fields are pointers, which may be null.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: the function reads no memory at the address, and writes to the structure.
    if unsafe { libc::dladdr(address as *const libc::c_void, &raw mut info) } == 0 || info.dli_sname.is_null() {
        return format!("{address:#x}, outside of this program");
    }
    // SAFETY: the name is a C string of a library that stays loaded.
    let name = unsafe { std::ffi::CStr::from_ptr(info.dli_sname) }.to_string_lossy();
    format!(
        "{name} + {:#x}, in a library ({address:#x} - {:#x})",
        address - info.dli_saddr as u64,
        info.dli_fbase as u64
    )
}
