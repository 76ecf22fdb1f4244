//! How long things took: shares of them, second by second, and as a picture.

use std::{fmt::Write, time::Duration};

/// Durations with the moment at which each was due.
#[derive(Debug, Clone, Default)]
pub struct Timing {
    /// Microseconds since the start, microseconds taken.
    all: Vec<(u64, u32)>,
}

impl Timing {
    /// Something was due `at` after the start and took so long from then on.
    pub fn add(&mut self, at: Duration, took: Duration) {
        let at = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        self.all.push((at, u32::try_from(took.as_micros()).unwrap_or(u32::MAX)));
    }

    /// Takes over what another measured.
    pub fn join(&mut self, other: Self) {
        self.all.extend(other.all);
    }

    /// How many.
    #[must_use]
    pub fn n(&self) -> usize {
        self.all.len()
    }

    /// The time in ms within which this share of all was done; 0 when there is none. Exact: by
    /// rank, without buckets.
    #[must_use]
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let mut took: Vec<u32> = self.all.iter().map(|&(_, took)| took).collect();
        quantile(&mut took, share)
    }

    /// For each second: how many were due in it, and the median and 99th percentile in ms.
    #[must_use]
    pub fn seconds(&self) -> Vec<(usize, f64, f64)> {
        let n = self.all.iter().map(|&(at, _)| at / 1_000_000).max().map_or(0, |last| last + 1);
        let mut seconds = vec![Vec::new(); usize::try_from(n).unwrap_or(0)];
        for &(at, took) in &self.all {
            seconds[(at / 1_000_000) as usize].push(took);
        }
        seconds
            .into_iter()
            .map(|mut took| (took.len(), quantile(&mut took, 0.5), quantile(&mut took, 0.99)))
            .collect()
    }

    /// A picture of the seconds: median and 99th percentile over time, and how many a second.
    #[must_use]
    pub fn svg(&self, title: &str) -> String {
        let seconds = self.seconds();
        let (width, height, left, top) = (760.0, 300.0, 60.0, 34.0);
        let n = seconds.len().max(2);
        let worst = seconds.iter().map(|second| second.2).fold(1.0, f64::max);
        let most = seconds.iter().map(|second| second.0).max().unwrap_or(1).max(1);
        let x = |i: usize| left + (width - left - 20.0) * i as f64 / (n - 1) as f64;
        let y = |share: f64| top + (height - top - 40.0) * (1.0 - share);
        let line = |value: &dyn Fn(&(usize, f64, f64)) -> f64| {
            let points: Vec<String> = seconds
                .iter()
                .enumerate()
                .map(|(i, second)| format!("{:.1},{:.1}", x(i), y(value(second))))
                .collect();
            points.join(" ")
        };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#334\">\n\
             <title>{title}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
             <text x=\"{left}\" y=\"18\" font-size=\"14\">{title}</text>\n"
        );
        for step in 0..=4 {
            let share = f64::from(step) / 4.0;
            let at = y(share);
            let _ = writeln!(
                svg,
                "<line x1=\"{left}\" x2=\"{:.0}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#dde\"/>\
                 <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{:.1} ms</text>",
                width - 20.0,
                left - 6.0,
                at + 4.0,
                worst * share
            );
        }
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"#aab\" stroke-dasharray=\"3 3\"/>\n\
             <polyline points=\"{}\" fill=\"none\" stroke=\"#b4572e\" stroke-width=\"1.5\"/>\n\
             <polyline points=\"{}\" fill=\"none\" stroke=\"#2a6f6f\" stroke-width=\"1.5\"/>",
            line(&|second| second.0 as f64 / most as f64),
            line(&|second| second.2 / worst),
            line(&|second| second.1 / worst),
        );
        let _ = writeln!(
            svg,
            "<text x=\"{left}\" y=\"{:.0}\"><tspan fill=\"#2a6f6f\">median</tspan>  \
             <tspan fill=\"#b4572e\" dx=\"12\">99th percentile</tspan>  \
             <tspan fill=\"#778\" dx=\"12\">how many (most in a second: {most})</tspan>  \
             <tspan dx=\"12\">over {} s</tspan></text>\n</svg>",
            height - 12.0,
            seconds.len()
        );
        svg
    }
}

fn quantile(took: &mut [u32], share: f64) -> f64 {
    if took.is_empty() {
        return 0.0;
    }
    took.sort_unstable();
    let rank = (share * took.len() as f64).ceil() as usize;
    f64::from(took[rank.clamp(1, took.len()) - 1]) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_by_rank() {
        let mut timing = Timing::default();
        assert!(timing.quantile_ms(0.5).abs() < f64::EPSILON);
        for ms in 1..=100 {
            timing.add(Duration::from_millis(ms * 30), Duration::from_millis(ms));
        }
        assert!((timing.quantile_ms(0.5) - 50.0).abs() < 1e-9);
        assert!((timing.quantile_ms(0.99) - 99.0).abs() < 1e-9);
        assert!((timing.quantile_ms(1.0) - 100.0).abs() < 1e-9);
        assert_eq!(timing.seconds().iter().map(|second| second.0).sum::<usize>(), 100);
        assert_eq!(timing.seconds().len(), 4);
        assert!(timing.svg("x").contains("polyline"));
    }
}
