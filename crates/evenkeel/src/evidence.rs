//! `balance stream`, `detect` and `ebh`: the tests of the balance on numbers from a file.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use balance::{Arms, Comparison, Detector, Range, discover, half_width};
use desk::Arm;
use serde::Deserialize;
use serde_json::json;

use crate::{
    arguments::{BalanceDetectOptions, BalanceEbhOptions, BalanceStreamOptions},
    failure::{Failure, Outcome},
    print::print,
};

/// A matured case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseRow {
    arm: i64,
    pi: f64,
    y: Option<f64>,
    f: Option<f64>,
    s: Option<i64>,
    q: Option<f64>,
    g: Option<f64>,
}

impl CaseRow {
    fn arm(&self) -> Result<Arm, balance::Refused> {
        match self.arm {
            0 => Ok(Arm::Human),
            1 => Ok(Arm::Ai),
            other => Err(balance::Refused::Arm(other)),
        }
    }

    /// The outcome and its range. Without an announced `q_min` a row's own `q` is taken for it,
    /// which is right where q is the same for all.
    fn outcome(&self, q_min: Option<f64>) -> Result<(balance::Outcome, Range), String> {
        match (self.y, self.f, self.s, self.q) {
            (Some(y), None, None, None) if self.g.is_none() => {
                Ok((balance::Outcome::Seen(y), Range::SHARE))
            }
            (None, Some(score), Some(s @ (0 | 1)), Some(q)) => {
                if (s == 1) != self.g.is_some() {
                    return Err(balance::Refused::Mark.to_string());
                }
                let least = q_min.unwrap_or(q);
                if q < least {
                    return Err(balance::Refused::Review(q).to_string());
                }
                let range = Range::of_reviews(least).map_err(|refused| refused.to_string())?;
                let outcome =
                    balance::Outcome::Scored { score, review_probability: q, mark: self.g };
                Ok((outcome, range))
            }
            _ => Err("a row has y, or f, s (0 or 1) and q, with g when s is 1".to_owned()),
        }
    }
}

pub(crate) fn stream(options: &BalanceStreamOptions) -> Outcome<()> {
    let refused = |refused: balance::Refused| bad_option(&refused.to_string());
    let arms = Arms::new(options.prior, options.k0);
    let mut comparison = Comparison::new(options.margin, arms).map_err(refused)?;
    if let Some(q_min) = options.q_min {
        Range::of_reviews(q_min).map_err(refused)?;
    }
    let mut trace = Vec::new();
    rows(&options.file, |row: CaseRow| {
        let arm = row.arm().map_err(|refused| refused.to_string())?;
        let (outcome, range) = row.outcome(options.q_min)?;
        let step = comparison.take(arm, row.pi, outcome, range);
        let step = step.map_err(|refused| refused.to_string())?;
        if options.trace {
            let (phi, ln_e) = (step.difference.phi, comparison.ln_e());
            trace.push(json!({ "phi": phi, "bound": step.bound, "ln_e": ln_e }));
        }
        Ok(())
    })?;
    for row in trace {
        println!("{row}");
    }
    let (n_ai, n_human) = comparison.arms().n();
    let (m_ai, m_human) = comparison.arms().means();
    let interval = match (comparison.difference(), comparison.deviation()) {
        (Some(mean), Some(deviation)) => {
            let half = half_width(comparison.n(), deviation, options.alpha, options.tuning);
            let half = half.map_err(refused)?;
            Some((mean - half, mean + half))
        }
        _ => None,
    };
    let fields = json!({
        "ln_e": comparison.ln_e(),
        "n": comparison.n(),
        "n_ai": n_ai,
        "n_human": n_human,
        "m_ai": m_ai,
        "m_human": m_human,
        "delta_hat": comparison.difference(),
        "cs_low": interval.map(|(low, _)| low),
        "cs_high": interval.map(|(_, high)| high),
    });
    print(&fields, options.json);
    Ok(())
}

/// Something that happened to an answer, or did not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignRow {
    x: i64,
}

pub(crate) fn detect(options: &BalanceDetectOptions) -> Outcome<()> {
    if options.alarm.is_nan() || options.alarm <= 0.0 {
        return Err(bad_option("alarm is not above 0"));
    }
    let mut detector = Detector::new();
    let mut alarm_at = None;
    // An option that is out of range is told even of an empty file.
    Detector::new().take_sign(false, options.b0).map_err(|why| bad_option(&why.to_string()))?;
    rows(&options.file, |row: SignRow| {
        let is_bad = match row.x {
            0 => false,
            1 => true,
            other => return Err(format!("x is {other}, not 0 or 1")),
        };
        detector.take_sign(is_bad, options.b0).map_err(|refused| refused.to_string())?;
        if alarm_at.is_none() && detector.m() >= options.alarm {
            alarm_at = Some(detector.n());
        }
        Ok(())
    })?;
    let fields = json!({ "m": detector.m(), "alarm_at": alarm_at, "n": detector.n() });
    print(&fields, options.json);
    Ok(())
}

pub(crate) fn ebh(options: &BalanceEbhOptions) -> Outcome<()> {
    let budget = options.budget.unwrap_or(options.e_values.len());
    let found = discover(&options.e_values, options.alpha, budget);
    let found = found.map_err(|refused| bad_option(&refused.to_string()))?;
    let fields = json!({
        "k": found.k,
        "promoted": found.promoted,
        "budget": budget,
        "alpha": options.alpha,
    });
    print(&fields, options.json);
    Ok(())
}

fn bad_option(why: &str) -> Failure {
    Failure::new(why, "See `evenkeel balance --help` for what each option takes.")
}

/// Reads rows, each an object on a line of its own; `-` is standard input. One that is not taken
/// ends the command with its number.
fn rows<T: for<'a> Deserialize<'a>>(
    path: &Path,
    mut take: impl FnMut(T) -> Result<(), String>,
) -> Outcome<()> {
    const HINT: &str = "Give NDJSON: one JSON object on each line, without other fields.";
    let failed = |why: &dyn std::fmt::Display| Failure::file(path.display(), why, HINT);
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| failed(&error))?)
    };
    for (n, line) in BufReader::new(source).lines().enumerate() {
        let line = line.map_err(|error| failed(&error))?;
        if line.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(&line).map_err(|error| error.to_string());
        row.and_then(&mut take).map_err(|why| failed(&format!("row {}: {why}", n + 1)))?;
    }
    Ok(())
}
