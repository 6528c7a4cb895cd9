//! Statistics of a series of times.

use std::time::Duration;

/// A series of times, in milliseconds.
pub(crate) struct Summary {
    pub(crate) mean: f64,
    /// The standard error of the mean.
    pub(crate) error: f64,
    pub(crate) deviation: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// The lower quartile, the median, the upper quartile.
    pub(crate) quartiles: [f64; 3],
}

impl Summary {
    pub(crate) fn new(times: &[Duration]) -> Self {
        let mut sorted: Vec<f64> = times.iter().copied().map(milliseconds).collect();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        let mean = sorted.iter().sum::<f64>() / count;
        let squares: f64 = sorted.iter().map(|time| (time - mean).powi(2)).sum();
        // Bessel's correction; a single time has no deviation.
        let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
        Self {
            mean,
            error: deviation / count.sqrt(),
            deviation,
            min: quantile(&sorted, 0.0),
            max: quantile(&sorted, 1.0),
            quartiles: [0.25, 0.5, 0.75].map(|part| quantile(&sorted, part)),
        }
    }

    pub(crate) fn median(&self) -> f64 {
        self.quartiles[1]
    }

    /// Returns the ratio of the means, and its standard error.
    pub(crate) fn ratio(&self, to: &Self) -> (f64, f64) {
        let ratio = self.mean / to.mean;
        (ratio, ratio * (self.error / self.mean).hypot(to.error / to.mean))
    }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Formats three significant figures, or the integer part if that is longer: neither series nor clock is more
/// precise.
pub(crate) fn figures(value: f64) -> String {
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.digits$}")
}

/// Interpolates linearly between the two nearest (Hyndman and Fan's definition 7).
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let position = part * (sorted.len() as f64 - 1.0);
    let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    below + (above - below) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(times: &[u64]) -> Summary {
        Summary::new(&times.iter().map(|&time| Duration::from_millis(time)).collect::<Vec<_>>())
    }

    #[test]
    fn known_series() {
        let odd = summary(&[5, 1, 2, 3, 9]);
        assert_eq!((odd.min, odd.quartiles, odd.max, odd.mean), (1.0, [2.0, 3.0, 5.0], 9.0, 4.0));
        assert!((odd.deviation - 10f64.sqrt()).abs() < 1e-9);
        assert!((odd.error - 2f64.sqrt()).abs() < 1e-9);
        assert_eq!(summary(&[1, 2, 3, 4]).quartiles, [1.75, 2.5, 3.25]);
        let one = summary(&[7]);
        assert_eq!((one.min, one.median(), one.max, one.deviation), (7.0, 7.0, 7.0, 0.0));
    }

    #[test]
    fn ratio_is_of_means() {
        let (ratio, error) = summary(&[8, 12]).ratio(&summary(&[5, 5]));
        assert_eq!(ratio, 2.0);
        assert!((error - 0.4).abs() < 1e-9);
    }

    #[test]
    fn three_figures() {
        let shown = [1.0, 9.994, 9.996, 12.34, 99.94, 99.96, 1234.5].map(figures);
        assert_eq!(shown, ["1.00", "9.99", "10.0", "12.3", "99.9", "100", "1234"]);
    }
}
