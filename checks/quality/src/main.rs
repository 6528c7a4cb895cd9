//! Generates thousands of keys and tests them with independent implementations; the README lists the tests and
//! thresholds.
//!
//! Markdown is written to stdout, progress to stderr. The exit status reports whether every criterion is met.

mod criteria;
mod distribution;
mod key;
mod primality;
mod report;
mod shared;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use key::{Key, Origin};
use nova_keypair::KeySpec;
use primality::ORACLES;
use rayon::prelude::*;
use report::Report;

const USAGE: &str = "\
Usage: key-quality [--keys N] [--bits 2048|3072|4096] [--seed TEXT]

10,000 keys of 2048 bits from the operating system's generator, if nothing else is asked for.
With --seed, of at least eight bytes, the same keys each time: for trials, not for use.
";

struct Arguments {
    keys: usize,
    size: KeySpec,
    origin: Origin,
}

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let result = arguments().and_then(|arguments| arguments.map(run).transpose());
    match result {
        Ok(None) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Ok(Some(report)) => {
            print!("{}", report.markdown());
            for fault in report.faults() {
                eprintln!("*** {fault}");
            }
            if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("key-quality: {error}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Option<Arguments>, Failure> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { keys: 10_000, size: KeySpec::Rsa2048, origin: Origin::System };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("keys") => arguments.keys = parser.value()?.parse()?,
            Long("bits") => arguments.size = KeySpec::from_rsa_bits(parser.value()?.parse()?)?,
            Long("seed") => arguments.origin = Origin::Seed(parser.value()?.string()?),
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(argument.unexpected().into()),
        }
    }
    // A single key cannot share a prime with another one.
    if arguments.keys < 2 { Err("at least two keys are needed".into()) } else { Ok(Some(arguments)) }
}

fn run(Arguments { keys: count, size, origin }: Arguments) -> Result<Report, Failure> {
    let start = Instant::now();
    let progress = Progress::new("keys made", count);
    let keys = (0..count).into_par_iter().with_max_len(1).map(|index| {
        progress.step();
        Key::make(&origin, size, index)
    });
    let keys: Vec<Key> = keys.collect::<Result<_, _>>()?;
    let made = start.elapsed();

    eprintln!("looking for shared primes");
    let moduli: Vec<_> = keys.iter().map(|key| key.n.clone()).collect();
    let shared = shared::batch_gcd(&moduli);
    let repeated = shared::repeated(keys.iter().flat_map(Key::primes));
    eprintln!("looking at distributions");
    let primes: Vec<_> = keys.iter().map(Key::primes).collect();
    let statistics = distribution::statistics(&primes, size.bits() as usize / 2);

    let failed = keys_by_fault(&keys, criteria::CRITERIA.len(), "keys held against the criteria", criteria::failed);
    let composite = keys_by_fault(&keys, ORACLES.len(), "keys tested for primality", |key| {
        let calls_composite = |oracle: &usize| !key.primes().into_iter().all(ORACLES[*oracle].is_prime);
        (0..ORACLES.len()).filter(calls_composite).collect()
    });
    let times = [made, start.elapsed() - made];
    Ok(Report { keys: count, bits: size.bits(), origin, failed, composite, shared, repeated, statistics, times })
}

/// Lists, for each of these faults, the keys that have it.
fn keys_by_fault(
    keys: &[Key],
    faults: usize,
    what: &'static str,
    of: impl Fn(&Key) -> Vec<usize> + Sync,
) -> Vec<Vec<usize>> {
    let progress = Progress::new(what, keys.len());
    let by_key: Vec<Vec<usize>> = keys
        .par_iter()
        .map(|key| {
            progress.step();
            of(key)
        })
        .collect();
    let with = |fault| (0..keys.len()).filter(|index| by_key[*index].contains(&fault)).collect();
    (0..faults).map(with).collect()
}

/// Writes a line to stderr every five seconds.
struct Progress {
    what: &'static str,
    total: usize,
    done: Mutex<(usize, Instant)>,
}

impl Progress {
    fn new(what: &'static str, total: usize) -> Self {
        Self { what, total, done: Mutex::new((0, Instant::now())) }
    }

    fn step(&self) {
        // A panic elsewhere ends the run by itself.
        let Ok(mut done) = self.done.lock() else { return };
        let (count, last) = &mut *done;
        *count += 1;
        if last.elapsed() > Duration::from_secs(5) || *count == self.total {
            eprintln!("{}: {count} of {}", self.what, self.total);
            *last = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that keys of the engine pass, and that the same keys with one fault fail under its name.
    #[test]
    fn faults_are_attributed_to_their_keys() {
        let keys: Vec<_> = (0..4).map(key::tests::key).collect();
        assert!(keys_by_fault(&keys, criteria::CRITERIA.len(), "", criteria::failed).iter().all(Vec::is_empty));
        let found = keys_by_fault(&keys, 3, "", |key| if key.n == keys[2].n { vec![0, 2] } else { vec![2] });
        assert_eq!(found, [vec![2], vec![], vec![0, 1, 2, 3]]);
    }

    #[test]
    fn a_short_run_passes() {
        let origin = Origin::Seed("the keys of the tests".into());
        let report = run(Arguments { keys: 20, size: KeySpec::Rsa2048, origin }).unwrap();
        assert!(report.passed(), "{:?}", report.faults());
        assert_eq!(report.statistics.len(), 3);
    }
}
