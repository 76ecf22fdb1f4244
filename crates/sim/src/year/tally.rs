//! What a year came to, and the means of several.

use super::{World, WorldTopic};

/// What a year came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// Cases.
    pub contacts: f64,
    /// Money.
    pub cost: f64,
    /// Bad outcomes.
    pub bad: f64,
    /// Cases that the assistant answered.
    pub ai: f64,
    /// Rises to *autonomous*.
    pub promotions: f64,
    /// Of these, while the assistant was truly worse than people by more than the margin, and had
    /// been for a week.
    pub false_promotions: f64,
    /// Falls.
    pub demotions: f64,
}

/// A topic's day.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Day {
    pub(super) n_ai: f64,
    pub(super) n_human: f64,
    pub(super) bad: f64,
    pub(super) reviews: f64,
}

impl Tally {
    pub(super) fn add(&mut self, world: &World, day: &Day) {
        let n = day.n_ai + day.n_human;
        let costs = &world.costs;
        let ai_case = costs.ai_per_case + world.escalation_share * costs.person_per_case;
        let answers = day.n_ai * ai_case + day.n_human * costs.person_per_case;
        let of_a_case = if n > 0.0 { answers / n } else { 0.0 };
        self.contacts += n;
        self.ai += day.n_ai;
        self.bad += day.bad;
        self.cost +=
            answers + day.reviews * costs.review + day.bad * world.repeat_cost_share * of_a_case;
    }

    /// Share of good outcomes.
    #[must_use]
    pub fn good_share(&self) -> f64 {
        1.0 - self.bad / self.contacts.max(1.0)
    }

    /// Share of cases that the assistant answered.
    #[must_use]
    pub fn ai_share(&self) -> f64 {
        self.ai / self.contacts.max(1.0)
    }

    /// Names and values, in the order in which they are shown.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, f64); 8] {
        [
            ("contacts", self.contacts),
            ("cost", self.cost),
            ("bad", self.bad),
            ("good_share", self.good_share()),
            ("ai_share", self.ai_share()),
            ("promotions", self.promotions),
            ("false_promotions", self.false_promotions),
            ("demotions", self.demotions),
        ]
    }
}

/// Whether a rise on that day was wrong: nobody can know of a drop in the last week.
pub(super) fn is_false(world: &World, topic: &WorldTopic, day: u32) -> bool {
    (day.saturating_sub(7)..=day)
        .all(|day| topic.ai_good_on(day) < topic.people_good - world.margin - 1e-12)
}

/// Means over years, and how they spread.
#[derive(Debug, Clone, Default)]
pub struct Years {
    years: Vec<Tally>,
}

impl Years {
    /// Takes in a year.
    pub fn add(&mut self, year: Tally) {
        self.years.push(year);
    }

    /// Name, mean and standard deviation of each field; the deviation of one year is 0.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, f64, f64)> {
        let n = self.years.len() as f64;
        let Some(first) = self.years.first() else { return Vec::new() };
        let names = first.fields();
        let column = |place: usize| self.years.iter().map(move |year| year.fields()[place].1);
        (0..names.len())
            .map(|place| {
                let mean = column(place).sum::<f64>() / n;
                let spread: f64 = column(place).map(|value| (value - mean).powi(2)).sum();
                let deviation = if n > 1.0 { (spread / (n - 1.0)).sqrt() } else { 0.0 };
                (names[place].0, mean, deviation)
            })
            .collect()
    }
}
