//! Draws the distributions as SVG: for each library a dot per key, and below the dots a box plot.
//!
//! The time axis is logarithmic, so equal distances are equal factors everywhere. The chart sets its own background
//! and follows the reader's choice of light or dark.

use std::fmt::Write as _;

use crate::report::{Report, Row};
use crate::stats::{figures, milliseconds};

const WIDTH: f64 = 900.0;
/// The plot area, between names on the left and figures on the right.
const LEFT: f64 = 215.0;
const RIGHT: f64 = 740.0;
/// The right edge of the right column of figures; the mean ends further left.
const EDGE: f64 = WIDTH - 24.0;
const MEAN_EDGE: f64 = EDGE - 62.0;
const TOP: f64 = 88.0;
const ROW: f64 = 62.0;
const FOOT: f64 = 62.0;
/// Distance between the centers of adjacent dots.
const DOT: f64 = 3.6;
/// Maximum extent of a swarm to either side.
const SPREAD: f64 = 18.0;

// Classes, because presentation attributes would serve one color scheme only.
const STYLE: &str = "\
text{font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2328}\
.title{font-size:17px;font-weight:600}.soft{fill:#59636e;font-size:12px}.name,.mean{font-weight:600}.end{text-anchor:end}.mid{text-anchor:middle}\
.back{fill:#fff;stroke:#d1d9e0}.grid{stroke:#d1d9e0;stroke-width:1}.dots{fill:none;stroke-width:3;stroke-linecap:round;stroke-opacity:.55}\
.whisker{stroke-width:1.5}.box{fill-opacity:.3}.median{stroke-width:2.5}.point{stroke:#fff!important;stroke-width:1.5;paint-order:stroke}\
.ours{stroke:#0969da;fill:#0969da}.yes{stroke:#57606a;fill:#57606a}.part{stroke:#8250df;fill:#8250df}.no{stroke:#9a6700;fill:#9a6700}\
text.ours,text.yes,text.part,text.no{stroke:none}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.soft{fill:#9198a1}.back{fill:#0d1117;stroke:#3d444d}.grid{stroke:#2f353d}\
.ours{stroke:#4493f8;fill:#4493f8}.yes{stroke:#9ea7b3;fill:#9ea7b3}.part{stroke:#ab7df8;fill:#ab7df8}.no{stroke:#d29922;fill:#d29922}\
.dots{fill:none}.point{stroke:#0d1117!important}}";

pub(crate) fn svg(report: &Report) -> String {
    let axis = Axis::new(report);
    let bottom = TOP + ROW * report.rows.len() as f64;
    let height = bottom + FOOT;
    let title = format!("RSA-{} key generation: CPU time of one key", report.bits);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">{title}</title>\n<desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"back\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n",
        escape(&description(report)),
        WIDTH - 1.0,
        height - 1.0,
    );
    let mut text = |class: &str, x: f64, y: f64, text: &str| {
        let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(text));
    };
    text("title", 24.0, 34.0, &title);
    let processor = report.processor.split(" (").next().unwrap_or_default();
    text(
        "soft",
        24.0,
        54.0,
        &format!("{} keys each, {}, one thread · {processor} · {}", report.keys, report.order(), report.date),
    );
    text("soft end", MEAN_EDGE, TOP - 8.0, "mean");
    text("soft end", EDGE, TOP - 8.0, "ratio");
    text(
        "soft mid",
        (LEFT + RIGHT) / 2.0,
        height - 14.0,
        "dot: one key · box: the middle half · bar: median · diamond: mean · logarithmic scale",
    );

    for tick in axis.ticks() {
        let x = axis.x(tick);
        let label = if tick < 1000.0 { format!("{tick} ms") } else { format!("{} s", tick / 1000.0) };
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} {TOP}V{bottom}\"/><text class=\"soft mid\" x=\"{x:.1}\" y=\"{}\">{label}</text>",
            bottom + 18.0
        );
    }
    for (index, row) in report.rows.iter().enumerate() {
        draw(&mut svg, &axis, row, TOP + ROW * index as f64);
    }
    svg + "</svg>\n"
}

fn draw(svg: &mut String, axis: &Axis, row: &Row, top: f64) {
    let class = if row.about.ours { "ours" } else { row.about.constant_time.class };
    let summary = &row.summary;
    let (name, mean) = (escape(&row.about.name), figures(summary.mean));
    let version = row.about.version.split([' ', ',']).next().unwrap_or_default();
    let label = escape(&format!("{version} · {}", row.about.constant_time.label));
    let ratio = row.ratio.map_or("1".into(), |(ratio, _)| figures(ratio));
    let (upper, lower) = (top + 27.0, top + 44.0);
    let _ = writeln!(
        svg,
        "<text class=\"name\" x=\"24\" y=\"{upper}\">{name}</text><text class=\"soft {class}\" x=\"24\" y=\"{lower}\">{label}</text>\
         <text class=\"mean end\" x=\"{MEAN_EDGE}\" y=\"{}\">{mean} ms</text><text class=\"end\" x=\"{EDGE}\" y=\"{0}\">{ratio}×</text>",
        top + 36.0,
    );

    let mut dots = String::new();
    let mut positions: Vec<f64> = row.times.iter().map(|&time| axis.x(milliseconds(time))).collect();
    positions.sort_by(f64::total_cmp);
    for (x, y) in swarm(&positions) {
        let _ = write!(dots, "M{x:.1} {:.1}h0", top + 22.0 + y);
    }
    let _ = writeln!(svg, "<path class=\"dots {class}\" d=\"{dots}\"/>");

    let [lower_quartile, median, upper_quartile] = summary.quartiles.map(|time| axis.x(time));
    let (min, max, mean) = (axis.x(summary.min), axis.x(summary.max), axis.x(summary.mean));
    let middle = top + 50.0;
    let _ = writeln!(
        svg,
        "<path class=\"whisker {class}\" d=\"M{min:.1} {middle}H{max:.1}\"/>\
         <rect class=\"box {class}\" x=\"{lower_quartile:.1}\" y=\"{}\" width=\"{:.1}\" height=\"8\"/>\
         <path class=\"median {class}\" d=\"M{median:.1} {}v10\"/>\
         <path class=\"point {class}\" d=\"M{mean:.1} {}l4 4l-4 4l-4 -4z\"/>",
        middle - 4.0,
        upper_quartile - lower_quartile,
        middle - 5.0,
        middle - 4.0,
    );
}

/// Maps milliseconds to the horizontal position.
struct Axis {
    min: f64,
    max: f64,
}

impl Axis {
    fn new(report: &Report) -> Self {
        let all = || report.rows.iter().map(|row| &row.summary);
        let min = all().map(|summary| summary.min).fold(f64::INFINITY, f64::min);
        let max = all().map(|summary| summary.max).fold(0.0, f64::max);
        // A clock that has not moved would give the logarithm of zero.
        let min = min.max(0.001);
        Self { min: min / 1.1, max: max.max(min) * 1.1 }
    }

    fn x(&self, time: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (time.max(self.min) / self.min).ln() / (self.max / self.min).ln()
    }

    /// Returns 1, 2 and 5 times the powers of ten inside the range.
    fn ticks(&self) -> Vec<f64> {
        let decades = -3..=7;
        let ticks = decades.flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
        ticks.filter(|tick| (self.min..=self.max).contains(tick)).collect()
    }
}

/// Places dots at these positions, which ascend, as near to the line as possible without overlap: the thickness of
/// the swarm shows the density.
fn swarm(positions: &[f64]) -> Vec<(f64, f64)> {
    let steps = (SPREAD / DOT * 2.0) as usize;
    let offsets: Vec<f64> = (0..=2 * steps)
        .map(|step| DOT / 2.0 * step.div_ceil(2) as f64 * if step % 2 == 0 { 1.0 } else { -1.0 })
        .collect();
    let mut placed: Vec<(f64, f64)> = Vec::with_capacity(positions.len());
    for &x in positions {
        let near = placed.iter().rev().take_while(|(other, _)| x - other < DOT);
        let near: Vec<_> = near.copied().collect();
        let free = |y: &f64| near.iter().all(|(other_x, other_y)| (x - other_x).hypot(y - other_y) >= DOT * 0.999);
        // Dots overlap where no room is left.
        let y = offsets.iter().copied().find(free).unwrap_or(0.0);
        placed.push((x, y));
    }
    placed
}

fn description(report: &Report) -> String {
    let rows = report.rows.iter().map(|row| {
        let ratio = row.ratio.map_or(String::new(), |(ratio, _)| format!(", {} times ours", figures(ratio)));
        format!("{} ({}): mean {} ms{ratio}", row.about.name, row.about.constant_time.label, figures(row.summary.mean))
    });
    rows.collect::<Vec<_>>().join("; ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::example;

    #[test]
    fn every_row_and_every_key_is_drawn() {
        let svg = svg(&example());
        assert_eq!(svg.matches("class=\"dots").count(), 3);
        assert_eq!(svg.matches("h0").count(), 12);
        assert!(svg.contains("slow &amp; old") && !svg.contains("slow & old"));
        assert!(svg.contains(">10 ms<") && svg.contains(">100 ms<") && !svg.contains(">1 s<"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn equal_distances_are_equal_factors() {
        let axis = Axis { min: 1.0, max: 100.0 };
        assert_eq!((axis.x(1.0), axis.x(100.0)), (LEFT, RIGHT));
        assert!((axis.x(10.0) - (LEFT + RIGHT) / 2.0).abs() < 1e-9);
        assert_eq!(axis.ticks(), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
    }

    #[test]
    fn dots_keep_their_distance() {
        let dots = swarm(&[0.0, 0.0, 0.5, 1.0, 9.0]);
        for (index, a) in dots.iter().enumerate() {
            for b in &dots[..index] {
                assert!((a.0 - b.0).hypot(a.1 - b.1) >= DOT * 0.99, "{a:?} {b:?}");
            }
        }
        assert_eq!(dots.last(), Some(&(9.0, 0.0)));
        // More dots than there is room for: they overlap, but do not leave their band.
        assert!(swarm(&[1.0; 100]).iter().all(|(_, y)| y.abs() <= SPREAD));
    }
}
