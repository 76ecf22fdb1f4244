//! What is true in a simulated year, and known to nobody in it.

use serde::Deserialize;

/// A desk's year.
#[derive(Debug, Clone, Deserialize)]
pub struct World {
    /// What it is called.
    pub name: String,
    /// How long it is.
    pub days: u32,
    /// Prices.
    pub costs: Costs,
    /// Share of the assistant's cases that a person must finish.
    pub escalation_share: f64,
    /// What a bad outcome costs, as a share of the topic's cost of a case on that day.
    pub repeat_cost_share: f64,
    /// Share of bad outcomes that show on the same day.
    pub fast_signal_sensitivity: f64,
    /// Shares that are reviewed.
    pub review_share: ReviewShare,
    /// δ.
    pub margin: f64,
    /// The least share of people at *autonomous*.
    #[serde(default = "least_holdout")]
    pub holdout: f64,
    /// Days until an outcome is known.
    pub maturity_days: u32,
    /// The topics.
    pub topics: Vec<WorldTopic>,
}

/// Prices, each of one.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Costs {
    /// A case that people answer.
    pub person_per_case: f64,
    /// A case that the assistant answers.
    pub ai_per_case: f64,
    /// A review.
    pub review: f64,
}

/// Shares of cases that are reviewed.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct ReviewShare {
    /// At least, of unseen answers.
    pub shadow: f64,
    /// Of answers that customers got.
    pub live: f64,
}

/// What customers write about.
#[derive(Debug, Clone, Deserialize)]
pub struct WorldTopic {
    /// What it is called.
    pub name: String,
    /// `simple`, `medium` or `complex`.
    pub class: String,
    /// On average.
    pub cases_per_day: f64,
    /// Share of people's answers that are good.
    pub people_good: f64,
    /// The assistant's, which changes on some days.
    pub ai_good: Vec<Step>,
    /// How much better unseen answers look than they are.
    pub shadow_optimism: f64,
}

/// A share from a day on.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Step {
    /// The day.
    pub from_day: u32,
    /// The share.
    pub good: f64,
}

fn least_holdout() -> f64 {
    balance::HOLDOUT_MIN
}

impl World {
    /// A year like Klarna's: twelve topics, of which some are for the assistant and some are not.
    #[must_use]
    pub fn klarna() -> Self {
        Self::parse(include_str!("klarna-year.json")).expect("the built-in year is a world")
    }

    /// Reads a world.
    ///
    /// # Errors
    /// When it is no world, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let world: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        world.check()?;
        Ok(world)
    }

    fn check(&self) -> Result<(), String> {
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        if !(1..=36_500).contains(&self.days) || self.topics.is_empty() {
            return Err("days is not from 1 to 36500, or there is no topic".to_owned());
        }
        if !(self.margin > 0.0 && self.margin < 1.0) {
            return Err(format!("margin is {}, not between 0 and 1", self.margin));
        }
        for (name, share) in [
            ("escalation_share", self.escalation_share),
            ("fast_signal_sensitivity", self.fast_signal_sensitivity),
            ("review_share.shadow", self.review_share.shadow),
            ("review_share.live", self.review_share.live),
        ] {
            if !is_share(share) {
                return Err(format!("{name} is {share}, not in [0, 1]"));
            }
        }
        for topic in &self.topics {
            let name = &topic.name;
            if !(0.0..=1e6).contains(&topic.cases_per_day) {
                return Err(format!("{name}: cases_per_day is not from 0 to a million"));
            }
            let all_good = topic.ai_good.iter().map(|step| step.good);
            if !all_good.chain([topic.people_good]).all(is_share) {
                return Err(format!("{name}: a share of good answers is not in [0, 1]"));
            }
            if topic.ai_good.first().is_none_or(|step| step.from_day != 0)
                || !topic.ai_good.is_sorted_by_key(|step| step.from_day)
            {
                return Err(format!("{name}: ai_good does not begin at day 0 and go on in order"));
            }
        }
        Ok(())
    }
}

impl WorldTopic {
    /// The assistant's share of good answers on that day.
    pub(super) fn ai_good_on(&self, day: u32) -> f64 {
        let begun = self.ai_good.iter().take_while(|step| step.from_day <= day);
        begun.last().map_or(0.0, |step| step.good)
    }

    /// How good an unseen answer looks to its reviewer.
    pub(super) fn shadow_good_on(&self, day: u32) -> f64 {
        (self.ai_good_on(day) + self.shadow_optimism).min(0.97)
    }
}
