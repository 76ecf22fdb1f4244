//! Every formula against numbers that were computed elsewhere.

use balance::{
    Arms, Comparison, Detector, Outcome, Range, Tried, cost_per_good, discover, gate, half_width,
    holdout_for_width, ratio_mismatch, satisfaction,
};
use desk::Arm;
use serde_json::Value;

fn vectors(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    all[name].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn close(name: &str, got: f64, expected: f64) {
    let scale = expected.abs().max(1.0);
    assert!((got - expected).abs() <= 1e-12 * scale, "{name}: {got} instead of {expected}");
}

fn arm(value: &Value) -> Arm {
    if number(value) == 1.0 { Arm::Ai } else { Arm::Human }
}

#[test]
fn doubly_sampled_cases() {
    let vector = vectors("V1_aipw_double_sampled");
    let arms = Arms::new(number(&vector["m_prior"]), number(&vector["k0"]));
    let mut comparison = Comparison::new(number(&vector["delta"]), arms).unwrap();
    for (n, row) in vector["rows"].as_array().unwrap().iter().enumerate() {
        let outcome = Outcome::Scored {
            score: number(&row["f"]),
            review_probability: number(&row["q"]),
            mark: row["G"].as_f64(),
        };
        let range = Range::of_reviews(number(&row["q"])).unwrap();
        let pi = number(&row["pi"]);
        let step = comparison.take(arm(&row["arm"]), pi, outcome, range).unwrap();
        let name = |what: &str| format!("row {} {what}", n + 1);
        close(&name("m1"), step.difference.mean_ai, number(&row["m1"]));
        close(&name("m0"), step.difference.mean_human, number(&row["m0"]));
        close(&name("value"), step.value, number(&row["yhat"]));
        close(&name("phi"), step.difference.phi, number(&row["phi"]));
        close(&name("B"), step.bound, number(&row["B"]));
        close(&name("ln E"), comparison.ln_e(), number(&row["logE"]));
    }
    assert_eq!(comparison.n(), 10);
}

#[test]
fn a_stream_of_yes_and_no() {
    let vector = vectors("V2_binary_stream");
    let mut comparison = Comparison::new(0.05, Arms::default()).unwrap();
    let mut n_checked = 0;
    for i in 1..=2_000_u64 {
        let arm = if (i * 7_919) % 10 < 5 { Arm::Ai } else { Arm::Human };
        let n_bad = if arm == Arm::Ai { 12 } else { 15 };
        let good = f64::from(u8::from((i * 104_729) % 100 >= n_bad));
        comparison.take(arm, 0.5, Outcome::Seen(good), Range::SHARE).unwrap();
        assert!(comparison.ln_e() < 20.0_f64.ln(), "promoted at {i}");
        if let Some(expected) = vector["logE"][i.to_string()].as_f64() {
            close(&format!("ln E at {i}"), comparison.ln_e(), expected);
            n_checked += 1;
        }
    }
    assert_eq!((n_checked, comparison.arms().n()), (8, (1_000, 1_000)));
}

#[test]
fn a_detector() {
    let vector = vectors("V3_sr_edetector");
    let (base, threshold) = (number(&vector["b0"]), number(&vector["threshold"]));
    let first = (1..=200).map(|i| (i * 31) % 100 < 15);
    let second = (1..=200).map(|i| (i * 37) % 100 < 35);
    let mut detector = Detector::new();
    let (mut alarm_at, mut n_checked) = (None, 0);
    for is_bad in first.chain(second) {
        detector.take_sign(is_bad, base).unwrap();
        if detector.m() >= threshold {
            alarm_at.get_or_insert(detector.n());
        }
        if let Some(expected) = vector["M"][detector.n().to_string()].as_f64() {
            close(&format!("M at {}", detector.n()), detector.m(), expected);
            n_checked += 1;
        }
    }
    assert_eq!((n_checked, alarm_at), (7, vector["alarm_at"].as_u64()));
}

#[test]
fn discoveries() {
    let vector = vectors("V4_eBH");
    let mut e: Vec<f64> = vector["e"].as_array().unwrap().iter().map(number).collect();
    let found = discover(&e, number(&vector["alpha"]), 10).unwrap();
    assert_eq!(serde_json::json!(found.promoted), vector["rejected"]);
    assert_eq!(found.k, 6);
    // Those that fail a floor enter with nothing.
    for failed in vector["floor_failed"]["topics"].as_array().unwrap() {
        e[failed.as_u64().unwrap() as usize] = 0.0;
    }
    assert_eq!(discover(&e, 0.05, 10).unwrap().k, 0);
}

#[test]
fn confidence_sequences() {
    for row in vectors("V5_asympCS").as_array().unwrap() {
        let (n, sd) = (row["n"].as_u64().unwrap(), number(&row["sd"]));
        let alpha = number(&row["alpha"]);
        let two_sided = half_width(n, sd, alpha, balance::TUNING).unwrap();
        close("two-sided", two_sided, number(&row["halfwidth_two_sided"]));
        let one_sided = half_width(n, sd, 2.0 * alpha, balance::TUNING).unwrap();
        close("one-sided", one_sided, number(&row["halfwidth_one_sided"]));
    }
    // 850 of 1,000 against 846 of 1,000, to the printed digits.
    let deviation = (2.0 * (0.85_f64 * 0.15 + 0.846 * 0.154)).sqrt();
    let half = half_width(2_000, deviation, 0.05, balance::TUNING).unwrap();
    let printed = |value: f64| format!("{value:.6}");
    assert_eq!([printed(-0.004 - half), printed(-0.004 + half)], ["-0.054154", "0.046154"]);
}

#[test]
fn ratio_mismatches() {
    for row in vectors("V6_SRM_logE")["rows"].as_array().unwrap() {
        let n = |name: &str| row[name].as_u64().unwrap();
        let got = ratio_mismatch(n("n1"), n("n0"), number(&row["pi"])).unwrap();
        let expected = number(&row["ln_e"]);
        // A difference of logarithms of 10⁴ digits' size: the last digits are the library's.
        assert!((got - expected).abs() < 1e-9, "{got} instead of {expected}");
    }
}

#[test]
fn holdouts() {
    let vector = vectors("V7_holdout");
    for row in vector["rows"].as_array().unwrap() {
        let h = holdout_for_width(number(&vector["s2"]), number(&row["n"]), number(&row["w"]));
        assert_eq!(h, number(&row["h"]));
    }
    assert_eq!(holdout_for_width(0.1275, 100.0, 0.01), 0.5, "nothing is enough");
}

#[test]
fn a_gate() {
    let vector = vectors("V8_CRC");
    let data = vector["data"].as_object().unwrap();
    let tried: Vec<Tried> = data
        .iter()
        .map(|(threshold, row)| Tried {
            threshold: threshold.parse().unwrap(),
            risk: number(&row[1]),
        })
        .collect();
    assert_eq!(gate(&tried, 400, number(&vector["alpha"])), vector["tau"].as_f64());
    assert_eq!(gate(&tried, 400, 0.05), None, "no threshold is safe");
    // One that is safe below one that is not does not count.
    let hole = [(0.5, 0.01), (0.6, 0.2), (0.7, 0.02)];
    let hole = hole.map(|(threshold, risk)| Tried { threshold, risk });
    assert_eq!(gate(&hole, 400, 0.1), Some(0.7));
}

#[test]
fn bounds_of_satisfaction() {
    let vector = vectors("V9_manski");
    let n = |name: &str| vector[name].as_u64().unwrap();
    let got = satisfaction(n("good"), n("responded"), n("n"));
    assert_eq!(got.of_answers, vector["naive"].as_f64());
    assert_eq!((got.low, got.high), (number(&vector["lower"]), number(&vector["upper"])));
    assert_eq!(satisfaction(0, 0, 0).high, 1.0);
}

#[test]
fn the_cost_of_a_good_resolution() {
    let vector = vectors("V10_cost_per_good");
    let of = |name: &str| number(&vector[name]);
    let p = of("p");
    let covariance = of("corr") * of("sdC") * (p * (1.0 - p)).sqrt();
    let n = vector["n"].as_u64().unwrap();
    let got = cost_per_good(of("meanC"), of("sdC"), p, covariance, n).unwrap();
    close("ratio", got.per_good, of("ratio"));
    close("error", got.error, of("se"));
    close("low", got.per_good - 1.96 * got.error, number(&vector["ci"][0]));
    close("high", got.per_good + 1.96 * got.error, number(&vector["ci"][1]));
}
