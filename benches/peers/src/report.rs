//! The results of a run.

use std::time::Duration;

use crate::peers::About;
use crate::provenance;
use crate::stats::Summary;

pub(crate) struct Row {
    pub(crate) about: About,
    /// In the order of generation.
    pub(crate) times: Vec<Duration>,
    pub(crate) summary: Summary,
    /// The mean relative to the mean of this crate, and its standard error; `None` for this crate.
    pub(crate) ratio: Option<(f64, f64)>,
}

pub(crate) struct Report {
    pub(crate) bits: u32,
    /// Keys of each library.
    pub(crate) keys: usize,
    /// Keys that a library generated before it was the next one's turn.
    pub(crate) row: usize,
    /// Fastest first.
    pub(crate) rows: Vec<Row>,
    pub(crate) date: String,
    pub(crate) processor: String,
    pub(crate) kernel: String,
    /// Load of the machine before and after.
    pub(crate) load: [String; 2],
}

impl Report {
    /// The first entry is this crate, with which the others are compared.
    pub(crate) fn new(bits: u32, row: usize, rows: Vec<(About, Vec<Duration>)>, load: [String; 2]) -> Self {
        let keys = rows.first().map_or(0, |(_, times)| times.len());
        let mut rows: Vec<Row> = rows
            .into_iter()
            .map(|(about, times)| Row { about, summary: Summary::new(&times), times, ratio: None })
            .collect();
        if let Some((ours, others)) = rows.split_first_mut() {
            for row in others {
                row.ratio = Some(row.summary.ratio(&ours.summary));
            }
        }
        rows.sort_by(|a, b| a.summary.mean.total_cmp(&b.summary.mean));
        Self {
            bits,
            keys,
            row,
            rows,
            date: provenance::date(),
            processor: provenance::processor(),
            kernel: provenance::kernel(),
            load,
        }
    }

    /// Describes whose turn it was.
    pub(crate) fn order(&self) -> String {
        if self.row == 1 { "alternating".into() } else { format!("{} in a row before the next library", self.row) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::peers::ConstantTime;

    /// Builds a report of three entries, the first of which is the reference.
    pub(crate) fn example() -> Report {
        let row = |name: &str, ours, constant_time, times: [u64; 4]| {
            let about = About {
                name: name.into(),
                version: "1.2.3".into(),
                ours,
                constant_time,
                timing: "a < b & c",
                rounds: "five".into(),
                scope: "key",
                generator: "its own",
            };
            (about, times.map(Duration::from_millis).to_vec())
        };
        let rows = vec![
            row("ours", true, ConstantTime::YES, [8, 9, 10, 13]),
            row("slow & old", false, ConstantTime { word: "in part", ..ConstantTime::NO }, [100, 200, 250, 450]),
            row("middling", false, ConstantTime::NO, [20, 30, 30, 40]),
        ];
        Report::new(2048, 1, rows, ["0.10".into(), "1.05".into()])
    }

    #[test]
    fn rows_are_sorted_and_compared_with_the_first() {
        let report = example();
        let rows: Vec<_> =
            report.rows.iter().map(|row| (row.about.name.as_str(), row.ratio.map(|(ratio, _)| ratio))).collect();
        assert_eq!(rows, [("ours", None), ("middling", Some(3.0)), ("slow & old", Some(25.0))]);
        assert_eq!(report.keys, 4);
        assert_eq!(report.order(), "alternating");
        assert_eq!(Report { row: 10, ..report }.order(), "10 in a row before the next library");
    }
}
