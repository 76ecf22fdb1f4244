//! Makes each draw again from the desk's seed and the case's id, and compares it with what was
//! stored before anybody answered.

use balance::{Decision, Facts, assign};
use desk::Arm;
use store::{Check, Doctor, DrawnCase, ReadError};

/// Cases that are read at once.
const PAGE: usize = 5_000;

/// Looks at all cases, and names the first that differs.
pub(crate) async fn check(doctor: &Doctor) -> Check {
    let (is_ok, detail) = match redraw(doctor).await {
        Ok(Ok((n_cases, n_drawn))) => {
            (true, format!("{n_cases} cases, {n_drawn} of them drawn again and the same"))
        }
        Ok(Err(difference)) => (false, difference),
        Err(error) => (false, error.to_string()),
    };
    Check { name: "draws", is_ok, detail }
}

async fn redraw(doctor: &Doctor) -> Result<Result<(usize, usize), String>, ReadError> {
    let Some(seed) = doctor.draw_seed().await? else { return Ok(Ok((0, 0))) };
    let (mut n_cases, mut n_drawn, mut after) = (0, 0, String::new());
    loop {
        let page = doctor.cases_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(Ok((n_cases, n_drawn))) };
        after = last.case_id.clone();
        for case in &page {
            if let Some(difference) = difference(&seed, case) {
                return Ok(Err(format!("case {}: {difference}", case.case_id)));
            }
            let was_drawn = case.assignment.is_randomised || case.assignment.draft.is_some();
            n_drawn += usize::from(was_drawn);
        }
        n_cases += page.len();
    }
}

/// What the same facts would give now. Reasons are words, which a release may change.
fn difference(seed: &[u8], case: &DrawnCase) -> Option<String> {
    let stored = &case.assignment;
    if !stored.is_eligible {
        let is_sure = match stored.arm {
            Arm::Ai => stored.propensity == 1.0,
            Arm::Human => stored.propensity == 0.0,
        };
        let was_drawn = stored.is_randomised || stored.draft.is_some() || stored.review.is_some();
        return (was_drawn || !is_sure)
            .then(|| "chance may not have decided it, and is said to have".to_owned());
    }
    let share = stored.draft.map_or(stored.propensity, |draft| draft.propensity);
    let review_share = stored.review.map_or(0.0, |review| review.propensity);
    let facts = Facts { level: stored.level, share, review_share, ineligible: None };
    let Decision { arm, propensity, is_randomised, draft, review, .. } =
        assign(seed, &case.case_id, facts);
    let is_reviewed = review.is_some_and(|review| review.is);
    let stored_is_reviewed = stored.review.is_some_and(|review| review.is_drawn);
    if (arm, propensity, is_randomised, draft, is_reviewed)
        == (stored.arm, stored.propensity, stored.is_randomised, stored.draft, stored_is_reviewed)
    {
        return None;
    }
    let say = |arm: Arm, propensity, draft: Option<desk::DraftDraw>| match draft {
        Some(draft) if draft.is_shown => format!("a draft shown at {}", draft.propensity),
        Some(draft) => format!("no draft shown at {}", draft.propensity),
        None => format!("{} at {propensity}", arm.as_str()),
    };
    Some(format!(
        "stored is {}, the draw gives {}",
        say(stored.arm, stored.propensity, stored.draft),
        say(arm, propensity, draft)
    ))
}

#[cfg(test)]
mod tests {
    use desk::{Assignment, DraftDraw, Level, Time};
    use privacy::RawText;

    use super::*;

    fn case(level: Level, share: f64, nth: u32) -> DrawnCase {
        let case_id = format!("case-{nth}");
        let facts = Facts { level, share, review_share: 0.0, ineligible: None };
        let decision = assign(b"seed", &case_id, facts);
        let assignment = Assignment {
            arm: decision.arm,
            propensity: decision.propensity,
            is_eligible: decision.is_eligible,
            is_randomised: decision.is_randomised,
            level,
            epoch: 0,
            draft: decision.draft,
            review: None,
            reason: RawText::from(decision.reason).mask(),
            at: Time(1),
        };
        DrawnCase { case_id, assignment }
    }

    #[test]
    fn what_was_drawn_is_drawn_again_and_what_was_changed_is_found() {
        let other = |arm| if arm == Arm::Ai { Arm::Human } else { Arm::Ai };
        for nth in 0..50 {
            for level in [Level::Off, Level::Draft, Level::Supervised] {
                for share in [0.0, 0.3, 0.95] {
                    let drawn = case(level, share, nth);
                    assert_eq!(difference(b"seed", &drawn), None, "{drawn:?}");
                    let mut turned = drawn.clone();
                    turned.assignment.arm = other(drawn.assignment.arm);
                    assert!(difference(b"seed", &turned).is_some(), "{turned:?}");
                }
            }
            let mut hidden = case(Level::Draft, 0.3, nth);
            hidden.assignment.draft = hidden
                .assignment
                .draft
                .map(|draft| DraftDraw { is_shown: !draft.is_shown, ..draft });
            assert!(difference(b"seed", &hidden).is_some(), "{hidden:?}");
            let mut sure = case(Level::Supervised, 0.3, nth);
            sure.assignment.is_eligible = false;
            assert!(difference(b"seed", &sure).is_some(), "{sure:?}");
        }
    }
}
