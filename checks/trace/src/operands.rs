//! The memory addresses that an instruction uses, decoded from its bytes and the registers before it.

use std::collections::HashMap;

use iced_x86::{Decoder, DecoderOptions, InstructionInfoFactory, Register, UsedMemory};

use crate::tracer::Registers;

/// Decodes each instruction once.
pub struct Operands {
    decoded: HashMap<u64, Decoded>,
    factory: InstructionInfoFactory,
}

impl Default for Operands {
    fn default() -> Self {
        Self { decoded: HashMap::new(), factory: InstructionInfoFactory::new() }
    }
}

/// The memory operands of an instruction.
pub struct Decoded(Vec<UsedMemory>);

/// The longest x86 instruction, in bytes.
const LONGEST: usize = 15;

impl Operands {
    /// Decodes the instruction at an address of this process. A fork executes the same code at the same addresses.
    pub fn decode(&mut self, address: u64) -> &Decoded {
        let factory = &mut self.factory;
        self.decoded.entry(address).or_insert_with(|| {
            // SAFETY: an instruction starts there, because the child of this process executes it. The bytes after a
            // short instruction are read as well; code is never the last of a mapping, since data follows it in every
            // file that the linker writes.
            let code = unsafe { std::slice::from_raw_parts(address as *const u8, LONGEST) };
            let instruction = Decoder::with_ip(64, code, address, DecoderOptions::NONE).decode();
            Decoded(factory.info(&instruction).used_memory().to_vec())
        })
    }
}

impl Decoded {
    /// The addresses of the operands. `None` if one of them depends on a vector register, as in gathers and scatters.
    pub fn addresses(&self, registers: &Registers) -> Option<impl Iterator<Item = u64>> {
        let is_vector = |register: Register| register.is_vector_register();
        if self.0.iter().any(|memory| is_vector(memory.index())) {
            return None;
        }
        let registers = *registers;
        Some(self.0.iter().map(move |memory| {
            memory.virtual_address(0, |register, _, _| Some(value(&registers, register))).unwrap_or_default()
        }))
    }
}

/// The value of a register in an address.
fn value(registers: &Registers, register: Register) -> u64 {
    let full = match register.full_register() {
        Register::RAX => registers.rax,
        Register::RBX => registers.rbx,
        Register::RCX => registers.rcx,
        Register::RDX => registers.rdx,
        Register::RSI => registers.rsi,
        Register::RDI => registers.rdi,
        Register::RBP => registers.rbp,
        Register::RSP => registers.rsp,
        Register::R8 => registers.r8,
        Register::R9 => registers.r9,
        Register::R10 => registers.r10,
        Register::R11 => registers.r11,
        Register::R12 => registers.r12,
        Register::R13 => registers.r13,
        Register::R14 => registers.r14,
        Register::R15 => registers.r15,
        Register::FS => return registers.fs_base,
        Register::GS => return registers.gs_base,
        // The bases of the other segments are zero in 64-bit mode.
        _ => 0,
    };
    if register.size() == 4 { full & 0xffff_ffff } else { full }
}
