//! Dates as Nova writes them.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

/// Formats a time since the Unix epoch in UTC, as `2014-05-07T12:06:13.681238`.
pub(crate) fn format_timestamp(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let micros = since_epoch.subsec_micros();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}")
}

/// Returns year, month and day of the Gregorian calendar, given the days since 1 January 1970.
///
/// The year is taken to start on 1 March, so that the leap day is its last one.
fn date(days_since_epoch: u64) -> (u64, u64, u64) {
    const DAYS_IN_4_YEARS: u64 = 4 * 365 + 1;
    const DAYS_IN_CENTURY: u64 = 25 * DAYS_IN_4_YEARS - 1;
    const DAYS_IN_400_YEARS: u64 = 4 * DAYS_IN_CENTURY + 1;
    /// From 1 March of the year 0 to 1 January 1970.
    const EPOCH: u64 = 719_468;
    /// The days before each month, from March on.
    const MONTHS: [u64; 12] = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337];

    let days = days_since_epoch + EPOCH;
    let (cycle, days) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    // The last century of a cycle and the last year of four years are a day longer than the others.
    let century = (days / DAYS_IN_CENTURY).min(3);
    let days = days - century * DAYS_IN_CENTURY;
    let (four_years, days) = (days / DAYS_IN_4_YEARS, days % DAYS_IN_4_YEARS);
    let year = (days / 365).min(3);
    let days = days - year * 365;
    let year = cycle * 400 + century * 100 + four_years * 4 + year;

    let (month, first) = (3..).zip(MONTHS).take_while(|(_, first)| *first <= days).last().unwrap_or((3, 0));
    let day = days - first + 1;
    if month <= 12 { (year, month, day) } else { (year + 1, month - 12, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `datetime.fromtimestamp(…, UTC).strftime('%Y-%m-%dT%H:%M:%S.%f')` of CPython.
    #[test]
    fn timestamps_match_cpython() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00.000000"),
            (1_399_464_373, 681_238_999, "2014-05-07T12:06:13.681238"),
            (951_782_399, 0, "2000-02-28T23:59:59.000000"),
            (951_782_400, 0, "2000-02-29T00:00:00.000000"),
            (951_868_800, 0, "2000-03-01T00:00:00.000000"),
            (4_107_542_399, 0, "2100-02-28T23:59:59.000000"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000000"),
            (1_735_689_599, 999_999_999, "2024-12-31T23:59:59.999999"),
            (1_735_689_600, 1_000, "2025-01-01T00:00:00.000001"),
            (253_402_300_799, 0, "9999-12-31T23:59:59.000000"),
        ] {
            assert_eq!(format_timestamp(Duration::new(seconds, nanos)), text);
        }
    }

    /// Over 800 years, and without an overflow at the end of time.
    #[test]
    fn days_follow_each_other() {
        let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let mut expected = (1970, 1, 1);
        for days in 0..292_194 {
            assert_eq!(date(days), expected);
            let (year, month, day) = expected;
            let length = match month {
                2 => 28 + u64::from(is_leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, day) if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(format_timestamp(Duration::MAX), "584554051223-11-09T07:00:15.999999");
    }
}
