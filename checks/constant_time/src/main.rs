//! Measures constant time; `README.md` describes the method and what it shows.
//!
//! Without arguments it generates one 2048-bit key, as in continuous integration; with `--all` one key of every size.

#[cfg(not(nova_keypair_ctgrind))]
compile_error!(
    "run this from the root of the repository, with RUSTFLAGS unset: cargo run --release --config checks/constant_time/config.toml --manifest-path checks/constant_time/Cargo.toml"
);
#[cfg(not(target_arch = "x86_64"))]
compile_error!("the sequence of valgrind's client requests is known for x86_64 alone");

mod memcheck;
#[path = "../../../tests/suite/skip.rs"]
mod skip;
mod stream;
mod subject;

use std::process::{Command, ExitCode};

use nova_keypair::internals::{self, Kernel};
use skip::skip;
use stream::Watched;
use subject::Case;

/// Sizes, each with a stream whose second prime comes early, because valgrind is about fifty times slower than the
/// processor: the earliest that `--search` found among the first 200 streams for 2048 and 2064 bits, and among 100
/// for the others.
const SHORT: [(u32, u64); 1] = [(2048, 99)];
const ALL: [(u32, u64); 4] = [(2048, 99), (2064, 182), (3072, 92), (4096, 6)];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let good = match arguments[..] {
        ["--subject", bits, stream, p, q, modulus] => {
            let number = |text: &str| text.parse::<u64>().unwrap();
            assert!(memcheck::is_running());
            subject::run(&Case {
                bits: number(bits) as u32,
                stream: number(stream),
                primes: [number(p), number(q)],
                modulus: from_hex(modulus),
            })
        }
        [] => drive(&SHORT),
        ["--all"] => drive(&ALL),
        ["--search", bits, count] => {
            search(bits.parse().unwrap(), count.parse().unwrap());
            true
        }
        _ => {
            eprintln!("arguments: none, or --all");
            false
        }
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn drive(cases: &[(u32, u64)]) -> bool {
    let Ok(version) = Command::new("valgrind").arg("--version").output() else {
        skip("valgrind is not installed, so nothing was shown about constant time");
        return true;
    };
    println!("{}", String::from_utf8_lossy(&version.stdout).trim());
    cases.iter().fold(true, |good, &(bits, stream)| under_valgrind(&prepare(bits, stream)) & good)
}

/// Generates the key once, to learn which draws are its primes.
fn prepare(bits: u32, stream: u64) -> Case {
    let mut draws: Vec<Vec<u8>> = Vec::new();
    let mut source = Watched::new(stream, |_, bytes: &mut [u8]| {
        let mut candidate = bytes.to_vec();
        // The bits that det-keygen forces.
        *candidate.first_mut().unwrap() |= 0xc0;
        *candidate.last_mut().unwrap() |= 7;
        draws.push(candidate);
    });
    let key = internals::generate(Kernel::Best, bits, &mut source).unwrap();
    let place = |prime: &Vec<u8>| draws.iter().position(|draw| draw == prime).unwrap() as u64;
    Case { bits, stream, primes: [place(&key.p), place(&key.q)], modulus: key.n }
}

/// Finds the streams whose second prime comes earliest; the constants above come from here.
fn search(bits: u32, count: u64) {
    let mut found: Vec<(u64, u64)> = (0..count).map(|stream| (prepare(bits, stream).primes[1], stream)).collect();
    found.sort();
    println!("{:?}", &found[..found.len().min(10)]);
}

fn under_valgrind(case: &Case) -> bool {
    let log = std::env::temp_dir().join(format!("constant-time-{}.log", std::process::id()));
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=memcheck", "--error-limit=no", "--num-callers=50", "-s"]);
    valgrind.arg(format!("--log-file={}", log.display()));
    valgrind.arg(std::env::current_exe().unwrap());
    valgrind.args(["--subject", &case.bits.to_string(), &case.stream.to_string()]);
    valgrind.args(case.primes.map(|index| index.to_string())).arg(to_hex(&case.modulus));
    let good = valgrind.status().is_ok_and(|status| status.success());
    if !good {
        eprintln!("{}", std::fs::read_to_string(&log).unwrap_or_default());
    }
    let _ = std::fs::remove_file(&log);
    good
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
