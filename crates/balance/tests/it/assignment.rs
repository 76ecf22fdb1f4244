//! The assignment as the evidence relies on it.

use balance::{Facts, Ineligible, Purpose, assign, draw};
use desk::{Arm, Level};

const SEED: &[u8] = b"a seed of the desk";

const VECTOR: f64 = 0.7006943845400571;

fn facts(level: Level, share: f64) -> Facts {
    Facts { level, share, review_share: 0.2, ineligible: None }
}

#[test]
fn draws_are_recomputable_and_differ_by_purpose() {
    // HMAC-SHA-256("a seed of the desk", "armcase-1"), computed with another implementation.
    let u = draw(SEED, Purpose::Arm, "case-1");
    assert_eq!(u, draw(SEED, Purpose::Arm, "case-1"));
    assert_ne!(u, draw(SEED, Purpose::Draft, "case-1"));
    assert_ne!(u, draw(b"another seed", Purpose::Arm, "case-1"));
    assert!((u - VECTOR).abs() < 1e-15, "u = {u:.17}");
}

#[test]
fn shares_are_kept() {
    for share in [0.0, 0.05, 0.5, 0.95] {
        let n = 20_000;
        let n_ai = (0..n)
            .filter(|i| {
                let decision = assign(SEED, &format!("case {i}"), facts(Level::Supervised, share));
                assert_eq!(decision.propensity, share);
                decision.arm == Arm::Ai
            })
            .count();
        let (expected, sd) = (share * f64::from(n), (share * (1.0 - share) * f64::from(n)).sqrt());
        assert!((n_ai as f64 - expected).abs() <= 4.0 * sd, "share {share}: {n_ai} of {n}");
    }
}

#[test]
fn nothing_is_drawn_where_chance_may_not_decide() {
    let cases = [
        (Ineligible::AskedForPerson, Level::Supervised, Arm::Human),
        (Ineligible::PeopleFirst, Level::Supervised, Arm::Human),
        (Ineligible::NoTopic, Level::Supervised, Arm::Human),
        (Ineligible::NobodyAtDesk { answers_at_night: true }, Level::Supervised, Arm::Ai),
        (Ineligible::NobodyAtDesk { answers_at_night: true }, Level::Draft, Arm::Human),
        (Ineligible::NobodyAtDesk { answers_at_night: false }, Level::Supervised, Arm::Human),
        (Ineligible::SecondTopic { first: Arm::Ai }, Level::Supervised, Arm::Ai),
        (Ineligible::SecondTopic { first: Arm::Ai }, Level::Off, Arm::Human),
        (Ineligible::SecondTopic { first: Arm::Human }, Level::Supervised, Arm::Human),
    ];
    for (why, level, arm) in cases {
        let decision = assign(SEED, "case", Facts { ineligible: Some(why), ..facts(level, 0.5) });
        assert_eq!(decision.arm, arm, "{why:?} at {level:?}");
        assert!(!decision.is_randomised && !decision.is_eligible, "{why:?}");
        assert!(decision.reason.ends_with('.'), "{}", decision.reason);
    }
}

#[test]
fn levels_below_supervised_keep_people() {
    let off = assign(SEED, "case", facts(Level::Off, 0.95));
    assert_eq!((off.arm, off.propensity, off.is_randomised), (Arm::Human, 0.0, false));
    let mut n_shown = 0;
    for i in 0..1_000 {
        let draft = assign(SEED, &format!("case {i}"), facts(Level::Draft, 0.5));
        assert_eq!(draft.arm, Arm::Human);
        n_shown += usize::from(draft.draft.is_some_and(|draft| draft.is_shown));
    }
    assert!((437..=563).contains(&n_shown), "{n_shown} of 1,000 drafts shown");
}

#[test]
fn answers_are_drawn_for_review_in_both_arms_by_a_draw_of_its_own() {
    let n = 20_000;
    let mut counts = [[0.0; 2]; 2];
    for i in 0..n {
        let decision = assign(SEED, &format!("case {i}"), facts(Level::Supervised, 0.5));
        let review = decision.review.expect("the topic is on");
        assert_eq!(review.probability, 0.2);
        counts[usize::from(decision.arm == Arm::Ai)][usize::from(review.is)] += 1.0;
    }
    for [no, yes] in counts {
        let share = yes / (yes + no);
        assert!((share - 0.2_f64).abs() < 0.017, "{share}: four standard deviations are .016");
    }
    assert_eq!(assign(SEED, "case", facts(Level::Off, 0.5)).review, None);
    assert!(assign(SEED, "case", facts(Level::Shadow, 0.5)).review.is_some());
    let braked = Facts { ineligible: Some(Ineligible::Braked), ..facts(Level::Autonomous, 0.95) };
    let decision = assign(SEED, "case", braked);
    assert_eq!((decision.arm, decision.review), (Arm::Human, None));
}
