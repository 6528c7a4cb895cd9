//! The report as Markdown, and the times as CSV.

use std::fmt::Write as _;

use crate::provenance::compilers;
use crate::report::Report;
use crate::stats::{figures, milliseconds};

pub(crate) fn markdown(report: &Report) -> String {
    let Report { bits, keys, date, processor, kernel, load: [before, after], .. } = report;
    let order = report.order();
    let [rustc, cc] = compilers();
    format!(
        "# RSA-{bits}: CPU time of one key\n\n\
         ![Distributions](rsa-{bits}.svg)\n\n\
         Milliseconds of one thread, {keys} keys each, {order}. Ratio: mean over the mean of nova-keypair's first row. After ± stands \
         the standard error.\n\n\
         {}\n\
         {}\n\
         - Date: {date}\n\
         - Machine: {processor}; {kernel}; load {before} before the run, {after} after it, of which the run itself is 1\n\
         - Compilers: {rustc}, release profile, no flags for this processor; {cc}\n\
         - Single times: [rsa-{bits}.csv](rsa-{bits}.csv). How they were taken, and what to make of them: [README](../README.md)\n",
        times(report),
        subjects(report),
    )
}

fn times(report: &Report) -> String {
    let mut table =
        String::from("| | mean | median | min | std. dev. | ratio | constant-time |\n|---|--:|--:|--:|--:|--:|---|\n");
    for row in &report.rows {
        let summary = &row.summary;
        let ratio =
            row.ratio.map_or("1".into(), |(ratio, error)| format!("{} ± {error:.1$}", figures(ratio), digits(ratio)));
        let _ = writeln!(
            table,
            "| {} | {} ± {:.*} | {} | {} | {} | {ratio} | {} |",
            row.about.name,
            figures(summary.mean),
            digits(summary.mean),
            summary.error,
            figures(summary.median()),
            figures(summary.min),
            figures(summary.deviation),
            row.about.constant_time.word,
        );
    }
    table
}

/// Returns the number of decimals that [`figures`] writes, for the error of the same value.
fn digits(value: f64) -> usize {
    figures(value).split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

fn subjects(report: &Report) -> String {
    let mut table = String::from(
        "| | version | what a call does | Miller-Rabin rounds for a prime | generator | constant-time |\n|---|---|---|---|---|---|\n",
    );
    for about in report.rows.iter().map(|row| &row.about) {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {}: {} |",
            about.name,
            about.version,
            about.scope,
            about.rounds,
            about.generator,
            about.constant_time.word,
            about.timing,
        );
    }
    table
}

/// Writes one line per key and one column per library, in milliseconds.
pub(crate) fn csv(report: &Report) -> String {
    let line = |fields: Vec<String>| fields.join(",") + "\n";
    let mut csv = line(report.rows.iter().map(|row| format!("\"{}\"", row.about.name)).collect());
    for index in 0..report.keys {
        csv += &line(report.rows.iter().map(|row| format!("{:.3}", milliseconds(row.times[index]))).collect());
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::example;

    #[test]
    fn figures_stand_in_their_columns() {
        let text = markdown(&example());
        for line in [
            "| ours | 10.0 ± 1.1 | 9.50 | 8.00 | 2.16 | 1 | yes |",
            "| middling | 30.0 ± 4.1 | 30.0 | 20.0 | 8.16 | 3.00 ± 0.52 | no |",
            "| slow & old | 1.2.3 | key | five | its own | in part: a < b & c |",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }

    #[test]
    fn csv_has_every_time() {
        let text = csv(&example());
        assert_eq!(text.lines().nth(1), Some("8.000,20.000,100.000"));
        assert_eq!(text.lines().count(), 5);
    }
}
