//! The results, as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use crate::criteria::CRITERIA;
use crate::distribution::{FAMILY, Of, Statistic, Test, threshold};
use crate::key::Origin;
use crate::primality::ORACLES;

pub(crate) struct Report {
    pub(crate) keys: usize,
    pub(crate) bits: u32,
    pub(crate) origin: Origin,
    /// For each criterion, the keys that fail it.
    pub(crate) failed: Vec<Vec<usize>>,
    /// For each oracle, the keys whose p or q it reports as composite.
    pub(crate) composite: Vec<Vec<usize>>,
    /// Keys whose modulus has a factor in common with another.
    pub(crate) shared: Vec<usize>,
    /// The number of primes that occurred before.
    pub(crate) repeated: usize,
    pub(crate) statistics: Vec<Statistic>,
    /// Wall-clock time: key generation, key tests.
    pub(crate) times: [Duration; 2],
}

impl Report {
    pub(crate) fn passed(&self) -> bool {
        let nobody = |lists: &[Vec<usize>]| lists.iter().all(Vec::is_empty);
        nobody(&self.failed)
            && nobody(&self.composite)
            && self.shared.is_empty()
            && self.repeated == 0
            && self.uneven().is_empty()
    }

    fn uneven(&self) -> Vec<&Statistic> {
        let threshold = threshold(&self.statistics);
        self.statistics.iter().filter(|statistic| !fair(statistic, threshold)).collect()
    }

    pub(crate) fn markdown(&self) -> String {
        let Self { keys, bits, .. } = self;
        let verdict = if self.passed() { "every criterion is met" } else { "**a criterion is not met**" };
        let [made, tested] = self.times.map(|time| time.as_secs());
        format!(
            "# Quality of {keys} keys of {bits} bits: {verdict}\n\n{}\n{}\n\
             - Keys: {}\n- Date: {}\n- Machine: {}; {}{}\n\
             - Wall clock on {} threads: {made} s to make the keys, {tested} s to test them\n",
            self.single_keys(),
            self.spread(),
            match &self.origin {
                Origin::System => "from the operating system's generator".into(),
                Origin::Seed(text) => format!("from the seed `{text}`"),
            },
            time::OffsetDateTime::now_utc().date(),
            processor(),
            openssl::version::version(),
            gmp_version(),
            rayon::current_num_threads(),
        )
    }

    fn single_keys(&self) -> String {
        let mut table = String::from("| source | what holds | keys that fail |\n|---|---|--:|\n");
        let mut row = |source: &str, property: &str, failed: String| {
            let _ = writeln!(table, "| {source} | {} | {failed} |", property.replace('|', "\\|"));
        };
        for (oracle, composite) in ORACLES.iter().zip(&self.composite) {
            row("A.1.3, B.3", &format!("p and q are prime: {}", (oracle.name)()), list(composite));
        }
        for (criterion, failed) in CRITERIA.iter().zip(&self.failed) {
            row(criterion.source, criterion.property, list(failed));
        }
        row("all keys", "no modulus has a factor in common with another: batch gcd", list(&self.shared));
        row("all keys", &format!("the {} primes are distinct: sorted", 2 * self.keys), self.repeated.to_string());
        table
    }

    fn spread(&self) -> String {
        let threshold = threshold(&self.statistics);
        let smallest = self.statistics.iter().map(|statistic| statistic.p_value).fold(1.0, f64::min);
        let mut text = format!(
            "{} p-values, none of which may be below {FAMILY}/{0} = {}; the smallest is {}.\n\n\
             | distribution of | classes | expected in each | p-value of p | of q | of both |\n|---|--:|--:|--:|--:|--:|\n",
            self.statistics.len(),
            figures(threshold),
            figures(smallest),
        );
        // Every statistic of p has a counterpart for q, in the same order.
        let of = |of: Of| self.statistics.iter().filter(move |statistic| statistic.of == of);
        let mut row = |statistic: &Statistic, p_values: String| {
            let in_each = |classes: usize| format!("{:.1}", self.keys as f64 / classes as f64);
            let (classes, expected) = match statistic.test {
                Test::ChiSquare(classes) => (classes.to_string(), in_each(classes)),
                Test::Bits(bits) => (format!("{bits} × 2"), in_each(2)),
                Test::KolmogorovSmirnov => ("KS".into(), String::new()),
            };
            let _ = writeln!(text, "| {} | {classes} | {expected} | {p_values} |", statistic.what);
        };
        let marked = |statistic: &Statistic| {
            let mark = if fair(statistic, threshold) { "" } else { "**" };
            format!("{mark}{}{mark}", figures(statistic.p_value))
        };
        for (p, q) in of(Of::P).zip(of(Of::Q)) {
            row(p, format!("{} | {} |", marked(p), marked(q)));
        }
        for both in of(Of::Both) {
            row(both, format!("| | {}", marked(both)));
        }
        text
    }

    /// Lists the failures, one per line.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (oracle, composite) in ORACLES.iter().zip(&self.composite).filter(|(_, composite)| !composite.is_empty()) {
            faults.push(format!("not prime by {}: keys {}", (oracle.name)(), list(composite)));
        }
        for (criterion, failed) in CRITERIA.iter().zip(&self.failed).filter(|(_, failed)| !failed.is_empty()) {
            faults.push(format!("not so that {} ({}): keys {}", criterion.property, criterion.source, list(failed)));
        }
        if !self.shared.is_empty() {
            faults.push(format!("a factor in common with another: keys {}", list(&self.shared)));
        }
        if self.repeated > 0 {
            faults.push(format!("primes that were there before: {}", self.repeated));
        }
        for Statistic { what, of, p_value, .. } in self.uneven() {
            faults.push(format!("uneven: {what} of {}, p-value {}", of.name(), figures(*p_value)));
        }
        faults
    }
}

/// Returns whether the p-value is at least `threshold`; NaN is not.
fn fair(statistic: &Statistic, threshold: f64) -> bool {
    statistic.p_value >= threshold
}

/// Formats the number of keys, and the first few of them by number.
fn list(keys: &[usize]) -> String {
    const SHOWN: usize = 5;
    match keys.len() {
        0 => "0".into(),
        len => {
            let shown: Vec<_> = keys.iter().take(SHOWN).map(ToString::to_string).collect();
            format!("{len} (number {}{})", shown.join(", "), if len > SHOWN { ", …" } else { "" })
        }
    }
}

fn figures(p_value: f64) -> String {
    if p_value < 0.001 { format!("{p_value:.1e}") } else { format!("{p_value:.3}") }
}

/// Returns the processor's name, with the numbers that identify its generation where the name does not.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let mut fields = info.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.trim() == name).map_or("unknown", |(_, value)| value.trim())
    };
    format!("{} (family {}, model {})", field("model name"), field("cpu family"), field("model"))
}

#[cfg(feature = "gmp")]
fn gmp_version() -> String {
    use gmp_mpfr_sys::gmp::{VERSION, VERSION_MINOR, VERSION_PATCHLEVEL};
    format!("; GMP {VERSION}.{VERSION_MINOR}.{VERSION_PATCHLEVEL}")
}

#[cfg(not(feature = "gmp"))]
fn gmp_version() -> String {
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            keys: 100,
            bits: 2048,
            origin: Origin::System,
            failed: vec![Vec::new(); CRITERIA.len()],
            composite: vec![Vec::new(); ORACLES.len()],
            shared: Vec::new(),
            repeated: 0,
            statistics: [Of::P, Of::Q, Of::Both]
                .map(|of| Statistic { what: "leading byte".into(), of, test: Test::ChiSquare(4), p_value: 0.25 })
                .into(),
            times: [Duration::ZERO; 2],
        }
    }

    #[test]
    fn a_good_run_passes() {
        let report = report();
        assert!(report.passed() && report.faults().is_empty());
        let text = report.markdown();
        assert!(text.contains("every criterion is met"));
        assert!(text.contains("| A.1.1 (4) | \\|p−q\\| > 2^(nlen/2−100) | 0 |"), "{text}");
        assert!(text.contains("| leading byte | 4 | 25.0 | 0.250 | 0.250 | |"), "{text}");
        assert!(text.contains("| leading byte | 4 | 25.0 | | | 0.250 |"), "{text}");
    }

    #[test]
    fn any_fault_fails_the_run() {
        type Fault = (fn(&mut Report), &'static str);
        let faults: [Fault; 6] = [
            (
                |r| r.failed[3] = vec![7, 9],
                "not so that √2·2^(nlen/2−1) ≤ p, q < 2^(nlen/2) (A.1.1 (3)): keys 2 (number 7, 9)",
            ),
            (
                |r| r.composite[0] = vec![1],
                "not prime by 64 rounds or more of OpenSSL's Miller–Rabin: keys 1 (number 1)",
            ),
            (|r| r.shared = (0..9).collect(), "a factor in common with another: keys 9 (number 0, 1, 2, 3, 4, …)"),
            (|r| r.repeated = 1, "primes that were there before: 1"),
            (|r| r.statistics[1].p_value = 0.0003, "uneven: leading byte of q, p-value 3.0e-4"),
            (|r| r.statistics[2].p_value = f64::NAN, "uneven: leading byte of p and q, p-value NaN"),
        ];
        for (fault, line) in faults {
            let mut report = report();
            fault(&mut report);
            assert!(!report.passed() && report.markdown().contains("**a criterion is not met**"), "{line}");
            assert_eq!(report.faults(), [line]);
        }
    }
}
