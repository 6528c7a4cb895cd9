//! RSA key generation of nova-keypair and other libraries, in one process, alternating, by CPU time of the thread.
//!
//! Writes a table, a chart and the raw times of each key size into `results/`.

mod chart;
mod check;
mod clock;
mod peers;
mod provenance;
mod report;
mod stats;
mod table;

use std::error::Error;
use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use peers::Peer;
use report::Report;

/// Key sizes, and number of keys per library: five minutes in total on a processor of 2021.
const PLAN: [(u32, usize); 3] = [(2048, 200), (3072, 40), (4096, 20)];

/// One key in this many has its primes tested again.
const SAMPLE: usize = 8;

const USAGE: &str = "\
Usage: nova-keypair-peers [--bits 2048|3072|4096] [--keys N] [--row N] [--out DIR]

  --bits    only keys of this size
  --keys    keys of each peer, instead of 200, 40 and 20
  --row     keys that a peer generates before it is the next one's turn, instead of 1
  --out     where the results go, instead of results/ beside the manifest";

struct Options {
    bits: Option<u32>,
    keys: Option<usize>,
    row: usize,
    out: PathBuf,
}

fn main() -> ExitCode {
    match options(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut args: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
    let results = concat!(env!("CARGO_MANIFEST_DIR"), "/results");
    let mut options = Options { bits: None, keys: None, row: 1, out: results.into() };
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value\n\n{USAGE}"));
        match arg.as_str() {
            "--bits" => options.bits = Some(value()?.parse()?),
            "--keys" => options.keys = Some(value()?.parse()?),
            "--row" => options.row = value()?.parse()?,
            "--out" => options.out = value()?.into(),
            _ => return Err(format!("{arg} is unknown\n\n{USAGE}").into()),
        }
    }
    if options.keys == Some(0) || options.row == 0 {
        return Err("--keys and --row must be at least 1".into());
    }
    if options.bits.is_some_and(|bits| PLAN.iter().all(|(planned, _)| *planned != bits)) {
        return Err("--bits must be 2048, 3072 or 4096".into());
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(&options.out)?;
    let peers = peers::all();
    let start = Instant::now();
    for (bits, keys) in PLAN {
        if options.bits.is_some_and(|wanted| wanted != bits) {
            continue;
        }
        let report = compare(&peers, bits, options.keys.unwrap_or(keys), options.row)?;
        let write =
            |extension: &str, text: String| fs::write(options.out.join(format!("rsa-{bits}.{extension}")), text);
        let table = table::markdown(&report);
        write("svg", chart::svg(&report))?;
        write("csv", table::csv(&report))?;
        println!("{table}");
        write("md", table)?;
    }
    eprintln!("{} s, results in {}", start.elapsed().as_secs(), options.out.display());
    Ok(())
}

/// Generates `row` keys with each library in every round, and at least `keys` in all.
fn compare(peers: &[Box<dyn Peer>], bits: u32, keys: usize, row: usize) -> Result<Report, Box<dyn Error>> {
    let rounds = keys.div_ceil(row);
    let progress = std::io::stderr().is_terminal();
    let load_before = provenance::load();
    let elsewhere_before = clock::other_threads();
    let mut times = vec![Vec::with_capacity(rounds * row); peers.len()];
    // The first round is not counted: it initializes generators and tables.
    for round in 0..=rounds {
        if progress {
            eprint!("\rRSA-{bits}: round {round} of {rounds} ");
        }
        // The first library rotates from round to round, so none always runs with the caches that another one left.
        for turn in 0..peers.len() {
            let index = (round + turn) % peers.len();
            let (peer, times) = (&peers[index], &mut times[index]);
            let named = |what: String| format!("{}: {what}", peer.about(bits).name);
            // The checks come after the row, so that nothing else runs within one.
            let generated: Result<Vec<_>, _> = (0..row).map(|_| peer.generate(bits)).collect();
            for (place, (numbers, time)) in generated.map_err(|error| named(error.to_string()))?.into_iter().enumerate()
            {
                let violates = |property: String| named(format!("the answer violates a property: {property}"));
                check::key(&numbers, bits).map_err(violates)?;
                if (round * row + place).is_multiple_of(SAMPLE) {
                    check::primes(&numbers).map_err(violates)?;
                }
                if round > 0 {
                    times.push(time);
                }
            }
        }
    }
    if progress {
        eprintln!();
    }
    // The clock measures one thread only, so work in other threads would be missed.
    let elsewhere = clock::other_threads().saturating_sub(elsewhere_before);
    let counted: Duration = times.iter().flatten().sum();
    if elsewhere > counted / 1000 {
        return Err(format!("other threads of this process worked for {elsewhere:?}, which is not counted").into());
    }
    let abouts = peers.iter().map(|peer| peer.about(bits));
    Ok(Report::new(bits, row, abouts.zip(times).collect(), [load_before, provenance::load()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options, String> {
        options(args.iter().map(|arg| (*arg).to_owned())).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read() {
        let options =
            parse(&["--bits", "3072", "--keys", "5", "--row", "2", "--out", "there"]).expect("these are right");
        assert_eq!((options.bits, options.keys, options.row), (Some(3072), Some(5), 2));
        assert_eq!(options.out, PathBuf::from("there"));
        assert!(parse(&[]).is_ok_and(|options| options.out.ends_with("results")));
        for wrong in
            [&["--bits"][..], &["--bits", "1024"], &["--keys", "0"], &["--keys", "x"], &["--row", "0"], &["--help"]]
        {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_peer_makes_keys() {
        for peer in peers::all() {
            let about = peer.about(2048);
            let (numbers, time) = peer.generate(2048).expect("a peer makes a key");
            assert_eq!(check::key(&numbers, 2048), Ok(()), "{}", about.name);
            assert!(!time.is_zero(), "{}", about.name);
        }
    }
}
