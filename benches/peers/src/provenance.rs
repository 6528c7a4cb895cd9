//! Provenance of the figures: machine, date, versions.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

const LOCK: &str = include_str!("../Cargo.lock");

/// Returns the version of a crate that this program is built with.
pub(crate) fn crate_version(name: &str) -> &'static str {
    let mut lines = LOCK.lines();
    let heading = format!("name = \"{name}\"");
    lines.find(|line| *line == heading);
    lines.next().and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"')).unwrap_or("unknown")
}

/// Returns the compilers: rustc for Rust, cc for AWS-LC and GMP.
pub(crate) fn compilers() -> [&'static str; 2] {
    [env!("PEERS_RUSTC"), env!("PEERS_CC")]
}

/// Returns the processor's name, with the numbers that identify its generation where the name does not.
pub(crate) fn processor() -> String {
    let Ok(info) = fs::read_to_string("/proc/cpuinfo") else {
        return format!("unknown {} processor", std::env::consts::ARCH);
    };
    let field = |name: &str| {
        let mut fields = info.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.trim() == name).map_or("unknown", |(_, value)| value.trim())
    };
    let count = info.lines().filter(|line| line.starts_with("processor")).count();
    let wanted = ["avx2", "bmi2", "adx", "avx512ifma"];
    let flags: Vec<_> = field("flags").split(' ').filter(|flag| wanted.contains(flag)).collect();
    let (name, family, model) = (field("model name"), field("cpu family"), field("model"));
    format!("{name} (family {family}, model {model}; {}), {count} logical processors", flags.join(" "))
}

/// Returns name and release of the kernel.
pub(crate) fn kernel() -> String {
    let read = |name| fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap_or_else(|_| "unknown".into());
    format!("{} {}", read("ostype").trim(), read("osrelease").trim())
}

/// Returns the load: the number of runnable processes, averaged over the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

/// Returns the current date, in UTC.
pub(crate) fn date() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    date_of_day(seconds / 86_400)
}

/// Counts in 400-year eras of years that start in March, which puts the leap day at the end of the year.
fn date_of_day(days_since_1970: u64) -> String {
    const DAYS_PER_ERA: u64 = 146_097;
    // Days from 1 March 0000 to 1 January 1970.
    let days = days_since_1970 + 719_468;
    let (era, day) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let known = [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_088, "2024-12-31"),
            (47_541, "2100-03-01"),
        ];
        for (day, date) in known {
            assert_eq!(date_of_day(day), date);
        }
    }

    #[test]
    fn versions_are_found() {
        assert_eq!(crate_version("nova-keypair-peers"), env!("CARGO_PKG_VERSION"));
        assert!(crate_version("rsa").starts_with("0.10."));
        assert_eq!(crate_version("no-such-crate"), "unknown");
    }
}
