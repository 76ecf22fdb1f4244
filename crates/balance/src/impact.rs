//! What the assistant did for customers in some days: outcomes of both arms, side by side.

use std::collections::HashMap;

use desk::Arm;

use crate::{Arms, Ended, Outcome, Range, Refused, TUNING, half_width};

/// A difference with its 95 % confidence sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Assistant less people, in shares.
    pub mean: f64,
    /// Half the width.
    pub half_width: f64,
    /// Cases.
    pub n: u64,
}

/// A mean of differences as cases come.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    n: u64,
    sum: f64,
    squares: f64,
}

impl Sum {
    fn add(&mut self, phi: f64) {
        self.n += 1;
        self.sum += phi;
        self.squares += phi * phi;
    }

    fn band(self) -> Option<Band> {
        let n = self.n as f64;
        let mean = self.sum / n;
        let deviation = (self.squares / n - mean * mean).max(0.0).sqrt();
        let half_width = half_width(self.n, deviation, 0.05, TUNING).ok()?;
        (self.n > 0).then_some(Band { mean, half_width, n: self.n })
    }
}

/// The outcomes of one arm; the three ways add to `n`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ArmOutcome {
    /// Cases drawn for it.
    pub n: u64,
    /// Resolved, and stayed so; by the assistant without a person.
    pub n_resolved: u64,
    /// The assistant's that a person finished.
    pub n_handed_over: u64,
    /// Of the resolved: the customer said so.
    pub n_confirmed: u64,
    /// Good outcomes, whoever finished them.
    pub n_good: u64,
    /// Reviewed answers, and the sum of their marks.
    pub n_reviewed: u64,
    /// See `n_reviewed`.
    pub marks: f64,
    /// Customers who judged, and those who judged well.
    pub n_judged: u64,
    /// See `n_judged`.
    pub n_liked: u64,
    /// Answered cases and the minutes that their first answers took.
    pub n_answered: u64,
    /// See `n_answered`.
    pub minutes: f64,
}

impl ArmOutcome {
    /// Neither resolved nor handed over.
    #[must_use]
    pub fn n_neither(&self) -> u64 {
        self.n - self.n_resolved - self.n_handed_over
    }

    fn add(&mut self, case: &Ended) {
        let one = |yes: bool| u64::from(yes);
        let is_over = case.arm == Arm::Ai && case.has_people;
        let is_resolved = case.is_good && !is_over;
        self.n += 1;
        self.n_resolved += one(is_resolved);
        self.n_handed_over += one(is_over);
        self.n_confirmed += one(is_resolved && case.is_confirmed);
        self.n_good += one(case.is_good);
        self.n_judged += one(case.rating.is_some());
        self.n_liked += one(case.rating == Some(1));
        if let Some(mark) = case.mark {
            self.n_reviewed += 1;
            self.marks += mark;
        }
        if let Some(minutes) = case.minutes {
            self.n_answered += 1;
            self.minutes += minutes;
        }
    }
}

/// What is known of the cases of some days.
#[derive(Debug, Clone, PartialEq)]
pub struct Impact {
    /// All cases whose outcome is known.
    pub n: u64,
    /// Those of topics that chance did not divide: people answer at this level.
    pub n_undivided: u64,
    /// Those that chance might not decide: a wish, a rule, the night, a further topic.
    pub n_ineligible: u64,
    /// Drawn for the assistant.
    pub ai: ArmOutcome,
    /// Drawn for people.
    pub people: ArmOutcome,
    /// Over all topics, each compared within itself.
    pub difference: Option<Band>,
    /// The same for each topic by its place, worst first.
    pub topics: Vec<(usize, Band)>,
}

impl Impact {
    /// Of cases that were opened in `from..to`, in milliseconds.
    ///
    /// # Errors
    /// Never with cases that a fold gave.
    pub fn of<'a>(
        ended: impl Iterator<Item = &'a Ended>,
        from: i64,
        to: i64,
    ) -> Result<Self, Refused> {
        let mut impact = Self {
            n: 0,
            n_undivided: 0,
            n_ineligible: 0,
            ai: ArmOutcome::default(),
            people: ArmOutcome::default(),
            difference: None,
            topics: Vec::new(),
        };
        let mut topics: HashMap<usize, (Arms, Sum)> = HashMap::new();
        let mut all = Sum::default();
        for case in ended.filter(|case| (from..to).contains(&case.opened_at)) {
            impact.n += 1;
            let is_drawn = case.is_randomised && case.propensity > 0.0 && case.propensity < 1.0;
            if !is_drawn {
                impact.n_undivided += u64::from(case.is_eligible);
                impact.n_ineligible += u64::from(!case.is_eligible);
                continue;
            }
            match case.arm {
                Arm::Ai => impact.ai.add(case),
                Arm::Human => impact.people.add(case),
            }
            let (arms, sum) = topics.entry(case.place).or_default();
            let value = Outcome::Seen(f64::from(u8::from(case.is_good))).value(Range::SHARE)?;
            let phi = arms.take(case.arm, case.propensity, value, Range::SHARE)?.phi;
            sum.add(phi);
            all.add(phi);
        }
        impact.difference = all.band();
        impact.topics =
            topics.iter().filter_map(|(place, (_, sum))| Some((*place, sum.band()?))).collect();
        impact.topics.sort_by(|(a, x), (b, y)| {
            (x.mean - x.half_width).total_cmp(&(y.mean - y.half_width)).then(a.cmp(b))
        });
        Ok(impact)
    }
}
