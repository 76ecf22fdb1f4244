//! What cannot be evidence changes nothing.

use balance::{
    Arms, Comparison, Outcome, Range, RateTest, Refused, discover, half_width, ratio_mismatch,
};
use desk::Arm;

#[test]
fn what_is_out_of_range_is_refused_and_changes_nothing() {
    let mut comparison = Comparison::new(0.05, Arms::default()).unwrap();
    comparison.take(Arm::Ai, 0.5, Outcome::Seen(1.0), Range::SHARE).unwrap();
    let before = comparison;
    let nan = f64::NAN;
    let scored =
        |score, review_probability, mark| Outcome::Scored { score, review_probability, mark };
    let cases = [
        (0.0, Outcome::Seen(1.0)),
        (1.0, Outcome::Seen(1.0)),
        (-0.1, Outcome::Seen(1.0)),
        (nan, Outcome::Seen(1.0)),
        (0.5, Outcome::Seen(1.5)),
        (0.5, Outcome::Seen(-0.5)),
        (0.5, Outcome::Seen(nan)),
        (0.5, scored(1.2, 0.5, None)),
        (0.5, scored(nan, 0.5, None)),
        (0.5, scored(0.5, 0.0, None)),
        (0.5, scored(0.5, 1.2, None)),
        (0.5, scored(0.5, 0.5, Some(2.0))),
        (0.5, scored(0.5, 0.5, Some(nan))),
    ];
    for (pi, outcome) in cases {
        let taken = comparison.take(Arm::Ai, pi, outcome, Range::SHARE);
        assert!(taken.is_err(), "{pi} {outcome:?}");
        assert_eq!(comparison, before);
    }
}

#[test]
fn a_review_below_the_least_probability_is_refused() {
    // Its value would lie outside the range in which the bets are safe.
    let range = Range::of_reviews(0.5).unwrap();
    let mut comparison = Comparison::new(0.05, Arms::default()).unwrap();
    let outcome = Outcome::Scored { score: 0.9, review_probability: 0.1, mark: Some(0.0) };
    let taken = comparison.take(Arm::Ai, 0.5, outcome, range);
    assert!(matches!(taken, Err(Refused::Outcome(_))), "{taken:?}");
}

#[test]
fn parameters_have_ranges() {
    assert!(Comparison::new(0.0, Arms::default()).is_err());
    assert!(Comparison::new(f64::NAN, Arms::default()).is_err());
    assert!(Range::of_reviews(0.0).is_err());
    assert!(RateTest::new().take(1.0, 0.0, Range::SHARE).is_err());
    assert!(discover(&[1.0, 2.0], 0.05, 1).is_err(), "more tests than were counted");
    assert!(discover(&[f64::NAN], 0.05, 1).is_err());
    assert!(discover(&[-1.0], 0.05, 1).is_err());
    assert!(half_width(0, 1.0, 0.05, 5_000.0).is_err());
    assert!(ratio_mismatch(1, 1, 1.0).is_err());
}
