//! Compares the traces of a subject for all of its secrets.

use std::io;
use std::iter::once;
use std::time::Instant;

use crate::operands::Operands;
use crate::secrets::Secret;
use crate::symbols::{self, Function};
use crate::tracer::Child;

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
    let (steps, difference) = match compare(subject) {
        Ok(result) => result,
        Err(error) => {
            println!("FAIL  {}: {error}", subject.name);
            return false;
        }
    };
    let good = difference.is_some() == (subject.expect == Expect::Different);
    let must = if subject.expect == Expect::Same { "must be equal" } else { "must differ" };
    println!(
        "{}  {:<50} {} traces, {steps:>8} steps, {must} ({:.1} s)",
        if good { "ok  " } else { "FAIL" },
        subject.name,
        subject.secrets.len(),
        start.elapsed().as_secs_f64()
    );
    if let Some(difference) = difference.filter(|_| !good) {
        println!("      {}", describe(&difference, functions));
    }
    good
}

/// Returns the number of steps, and where the first trace that differs from that of the first secret does so.
fn compare(subject: &Subject) -> io::Result<(u64, Option<Difference>)> {
    let mut slot = subject.secrets[0].clone();
    // Resolves symbols, detects the processor and fills the allocator's lists before the first fork.
    (subject.run)(&slot);
    let mut children = Vec::with_capacity(subject.secrets.len());
    let address = &raw mut slot;
    for secret in &subject.secrets {
        // SAFETY: `slot` outlives the child, which has a copy of its own; only the child writes to it.
        let prepare = || unsafe { (*address).copy_from(secret) };
        // SAFETY: as above.
        children.push(Child::start(prepare, &|| (subject.run)(unsafe { &*address }))?);
    }
    let (mut operands, mut reference, mut steps) = (Operands::default(), Trace::new(), 0);
    for (index, child) in children.iter_mut().enumerate() {
        let (mut at, mut difference) = (0, None);
        let ended = child.trace(&mut |registers| {
            let Some(addresses) = operands.decode(registers.rip).addresses(registers) else {
                difference = Some(Difference::Vector { at: registers.rip });
                return false;
            };
            for (operand, address) in once(registers.rip).chain(addresses).enumerate() {
                if index == 0 {
                    reference.push(address);
                } else if reference.get(at) != Some(&address) {
                    difference = Some(match (reference.get(at), operand) {
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
        })?;
        if ended && at != reference.len() {
            difference = Some(Difference::Length);
        }
        if difference.is_some() {
            return Ok((steps, difference));
        }
    }
    Ok((steps, None))
}

fn describe(difference: &Difference, functions: &[Function]) -> String {
    let place = |address: u64| match functions.iter().find(|function| function.range().contains(&address)) {
        Some(function) => format!("{} + {:#x}", function.name, address - function.start),
        None => symbols::in_library(address),
    };
    match *difference {
        Difference::Instruction { found } => format!("another instruction is executed: {}", place(found)),
        Difference::Operand { at } => format!("another memory address is used by {}", place(at)),
        Difference::Vector { at } => format!("a gather or scatter, whose addresses are not traced: {}", place(at)),
        Difference::Length => "one trace is longer than the other".to_owned(),
    }
}
