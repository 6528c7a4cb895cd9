//! Compares execution traces of the kernels for different secrets; `README.md` describes the method and what it shows.

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
compile_error!("the tracer reads the registers of x86_64 through Linux's ptrace");

mod allowlist;
mod compare;
mod controls;
mod operands;
mod secrets;
mod stages;
mod symbols;
mod tracer;

use std::process::ExitCode;

fn main() -> ExitCode {
    tracer::use_one_core();
    let functions = symbols::functions();
    let mut good = allowlist::check(&functions);
    for subject in controls::all().into_iter().chain(stages::all()) {
        good &= compare::check(&subject, &functions);
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
