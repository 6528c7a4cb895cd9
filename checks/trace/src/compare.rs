//! Compares the traces of a subject for all of its secrets.

use std::time::Instant;

use crate::operands::Operands;
use crate::secrets::Secret;
use crate::symbols::Function;
use crate::tracer::trace;

/// A computation on secrets.
pub struct Subject {
    pub name: String,
    pub expect: Expect,
    pub secrets: Vec<Secret>,
    pub run: Box<dyn Fn(&Secret)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    Same,
    Different,
}

/// Where a trace first differs from that of the first secret.
enum Difference {
    /// The address of the next instruction.
    Instruction { found: u64 },
    /// The address of a memory operand of the instruction.
    Operand { at: u64 },
    /// The addresses are in a vector register, which the tracer does not read.
    Vector { at: u64 },
    /// One of the traces is longer.
    Length,
}

/// A trace: for each instruction its address, followed by the addresses of its memory operands.
type Trace = Vec<u64>;

/// Traces the subject with each secret; returns whether the result is the expected one.
pub fn check(subject: &Subject, functions: &[Function]) -> bool {
    let start = Instant::now();
    let mut slot = subject.secrets[0].clone();
    // Resolves symbols, detects the processor and fills the allocator's lists before the first fork.
    (subject.run)(&slot);
    let (mut operands, mut reference, mut steps, mut difference) = (Operands::default(), Trace::new(), 0u64, None);
    for (index, secret) in subject.secrets.iter().enumerate() {
        let (mut at, mut found) = (0, None);
        let slot_address = &raw mut slot;
        let ended = trace(
            // SAFETY: `slot` outlives the call, and only the child, which has its own copy, writes to it.
            &mut || unsafe { (*slot_address).copy_from(secret) },
            // SAFETY: as above.
            &|| (subject.run)(unsafe { &*slot_address }),
            &mut |registers| {
                let decoded = operands.decode(registers.rip);
                let Some(addresses) = decoded.addresses(registers) else {
                    found = Some(Difference::Vector { at: registers.rip });
                    return false;
                };
                for (operand, address) in std::iter::once(registers.rip).chain(addresses).enumerate() {
                    if index == 0 {
                        reference.push(address);
                    } else if reference.get(at) != Some(&address) {
                        found = Some(match (reference.get(at), operand) {
                            (None, _) => Difference::Length,
                            (_, 0) => Difference::Instruction { found: registers.rip },
                            _ => Difference::Operand { at: registers.rip },
                        });
                        return false;
                    }
                    at += 1;
                }
                steps += 1;
                true
            },
        );
        match ended {
            Err(error) => {
                println!("FAIL  {}: {error}", subject.name);
                return false;
            }
            Ok(true) if at != reference.len() => found = Some(Difference::Length),
            Ok(_) => {}
        }
        if found.is_some() {
            difference = found;
            break;
        }
    }
    let good = difference.is_some() == (subject.expect == Expect::Different);
    let must = if subject.expect == Expect::Same { "must be equal" } else { "must differ" };
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}  {:<58} {} traces, {steps:>9} steps, {must} ({seconds:.1} s)",
        if good { "ok  " } else { "FAIL" },
        subject.name,
        subject.secrets.len()
    );
    if let Some(difference) = difference.filter(|_| !good) {
        println!("      {}", describe(&difference, functions));
    }
    good
}

fn describe(difference: &Difference, functions: &[Function]) -> String {
    let place = |address: u64| match functions.iter().find(|function| function.range().contains(&address)) {
        Some(function) => format!("{} + {:#x}", function.name, address - function.start),
        None => format!("{address:#x}, in a library"),
    };
    match *difference {
        Difference::Instruction { found } => format!("another instruction is executed: {}", place(found)),
        Difference::Operand { at } => format!("another memory address is used by {}", place(at)),
        Difference::Vector { at } => format!("a gather or scatter, whose addresses are not traced: {}", place(at)),
        Difference::Length => "one trace is longer than the other".to_owned(),
    }
}
