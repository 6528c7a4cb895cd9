//! Checks that the functions of the vectorized kernels consist of instructions from a list.
//!
//! The list excludes what a trace of addresses does not show: instructions whose running time depends on the values of
//! their operands (division, square roots, `bsf` of zero, repeated string operations, compressed stores), and those
//! whose addresses are in vector registers (gathers, scatters).

use std::collections::BTreeMap;

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction};

use crate::symbols::Function;

/// The functions of a kernel.
struct Kernel {
    name: &'static str,
    /// A part of the path of each function.
    path: &'static str,
    /// The instruction that does the work: if it is missing, the functions have not been found.
    essential: &'static str,
    /// Instructions besides those of every kernel.
    vector: &'static [&'static str],
}

const KERNELS: [Kernel; 2] = [
    Kernel { name: "AVX2", path: "keygen::modexp::avx2::", essential: "Vfmadd213pd", vector: DOUBLES_AND_WORDS },
    Kernel { name: "IFMA", path: "keygen::modexp::ifma::", essential: "Vpmadd52huq", vector: INTEGER },
];

/// Runs once per process, before any secret exists.
const DETECTION: &str = "cpuid";

#[rustfmt::skip]
const SCALAR: &[&str] = &[
    "Adc", "Add", "And", "Andn", "Blsi", "Blsr", "Bsr", "Bt", "Bzhi", "Cmp", "Dec", "Imul", "Inc", "Lea", "Lzcnt",
    "Mov", "Movsx", "Movsxd", "Movzx", "Mul", "Mulx", "Neg", "Nop", "Not", "Or", "Pop", "Push", "Rol", "Ror", "Rorx",
    "Sar", "Sarx", "Sbb", "Shl", "Shld", "Shlx", "Shr", "Shrd", "Shrx", "Sub", "Test", "Tzcnt", "Xchg", "Xor",
    "Cmova", "Cmovae", "Cmovb", "Cmovbe", "Cmove", "Cmovne", "Cmovns", "Cmovs",
    "Seta", "Setae", "Setb", "Setbe", "Sete", "Setne", "Setns", "Sets",
    "Vzeroupper",
    // The trap of an impossible case, never executed.
    "Ud2",
];

/// Moves, permutations by constants, additions and bitwise operations.
#[rustfmt::skip]
const MOVES: &[&str] = &[
    "Movaps", "Movd", "Movdqa", "Movdqu", "Movlhps", "Movq", "Movsd", "Movups", "Paddq", "Pand", "Pandn", "Por",
    "Pshufd", "Psllq", "Psrlq", "Psubq", "Punpckhqdq", "Punpcklqdq", "Pxor", "Shufps", "Xorps",
    "Vextracti128", "Vinserti128", "Vmovaps", "Vmovapd", "Vmovd", "Vmovdqa", "Vmovdqu", "Vmovq", "Vmovsd", "Vmovupd",
    "Vmovups", "Vbroadcastsd", "Vpbroadcastq", "Vpblendd", "Vpermq", "Vpextrq", "Vpinsrq", "Vpunpcklqdq",
    "Vpunpckhqdq", "Vpaddq", "Vpand", "Vpandn", "Vpor", "Vpxor", "Vpsrlq", "Vpsllq", "Vpsubq", "Vpcmpeqq", "Vpcmpgtq",
    "Vxorps", "Vxorpd",
];

/// Additions and products of doubles, whose time depends on denormal numbers alone, which digits never are; and of words
/// of 32 bits, for trial division.
#[rustfmt::skip]
const DOUBLES_AND_WORDS: &[&str] = &[
    "Vaddpd", "Vaddsd", "Vblendvpd", "Vcvtsi2sd", "Vfmadd132pd", "Vfmadd213pd", "Vfmadd231pd", "Vfmsub132pd",
    "Vfmsub213pd", "Vfmsub231pd", "Vmulpd", "Vsubpd",
    // The rounding mode.
    "Stmxcsr",
    "Vpbroadcastd", "Vpcmpeqd", "Vpmaxud", "Vpminud", "Vpmovmskb", "Vpmuludq", "Vpslld", "Vpsrad",
];

#[rustfmt::skip]
const INTEGER: &[&str] = &[
    "Vpmadd52luq", "Vpmadd52huq", "Vpsraq", "Vpternlogq", "Vpandq", "Vpandnq", "Vporq", "Vpxorq", "Vpxord", "Valignq",
    "Vmovdqa64", "Vmovdqu64", "Vmovdqa32", "Vmovdqu32", "Vpblendmq", "Vpcmpq", "Vpcmpuq", "Vptestmq", "Vptestnmq",
    "Vextracti64x4", "Vextracti32x4", "Vinserti64x4", "Vinserti32x4", "Vbroadcasti64x4", "Vpermi2q", "Vpermt2q",
    "Kmovb", "Kmovw", "Kmovd", "Kandb", "Knotb", "Korb", "Kxorb", "Kortestb", "Kunpckbw",
];

/// Checks every kernel; returns whether all of its instructions are in the lists.
pub fn check(functions: &[Function]) -> bool {
    KERNELS.iter().fold(refuses_division(), |good, kernel| kernel.check(functions) & good)
}

impl Kernel {
    fn check(&self, functions: &[Function]) -> bool {
        let mut counts = BTreeMap::new();
        // By name, with the first place.
        let mut strangers = BTreeMap::new();
        let own = |function: &&Function| function.name.contains(self.path) && !function.name.contains(DETECTION);
        for function in functions.iter().filter(own) {
            for instruction in instructions(function.code(), function.start) {
                *counts.entry(format!("{:?}", instruction.mnemonic())).or_insert(0usize) += 1;
                if !self.allows(&instruction) {
                    let place = format!("{} + {:#x}", function.name, instruction.ip() - function.start);
                    strangers.entry(format!("{:?}", instruction.mnemonic())).or_insert(place);
                }
            }
        }
        let good = strangers.is_empty() && counts.contains_key(self.essential);
        let (kinds, total) = (counts.len(), counts.values().sum::<usize>());
        println!("{}  {} kernel: {total} instructions of {kinds} kinds", if good { "ok  " } else { "FAIL" }, self.name);
        if !counts.contains_key(self.essential) {
            println!("      no {} was found: the functions of the kernel have other names", self.essential);
        }
        for (name, place) in strangers {
            println!("      not in the list: {name} at {place}");
        }
        good
    }

    fn allows(&self, instruction: &Instruction) -> bool {
        let name = format!("{:?}", instruction.mnemonic());
        let prefixed = instruction.has_rep_prefix() || instruction.has_repne_prefix() || instruction.has_lock_prefix();
        let is_flow = !matches!(
            instruction.flow_control(),
            FlowControl::Next | FlowControl::Interrupt | FlowControl::Exception | FlowControl::XbeginXabortXend
        );
        is_flow || !prefixed && [SCALAR, MOVES, self.vector].iter().any(|list| list.contains(&name.as_str()))
    }
}

fn instructions(code: &[u8], start: u64) -> impl Iterator<Item = Instruction> {
    Decoder::with_ip(64, code, start, DecoderOptions::NONE).into_iter()
}

/// The control: instructions that no list may contain.
fn refuses_division() -> bool {
    let forbidden: [(&str, &[u8]); 4] = [
        ("Div", &[0x48, 0xf7, 0xf1]),
        ("Vdivpd", &[0xc5, 0xfd, 0x5e, 0xc1]),
        ("Vpgatherqq", &[0x62, 0xf2, 0xfd, 0x49, 0x91, 0x04, 0x08]),
        // With a `rep` prefix.
        ("Movsb", &[0xf3, 0xa4]),
    ];
    forbidden.into_iter().fold(true, |good, (name, code)| {
        let instruction = Decoder::new(64, code, DecoderOptions::NONE).decode();
        assert_eq!(format!("{:?}", instruction.mnemonic()), name);
        let refused = !KERNELS.iter().any(|kernel| kernel.allows(&instruction));
        if !refused {
            println!("FAIL  control: a list contains {name}");
        }
        good && refused
    })
}
