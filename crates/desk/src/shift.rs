//! Shifts: paid time at the desk that somebody takes, and the terms on which they work.

use privacy::Masked;

use crate::{AgentId, ShiftId, Time, TopicId};

/// The terms on which an agent takes shifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Who.
    pub id: AgentId,
    /// Grows by one with each change, and with each shift that they take or give back.
    pub version: i64,
    /// Where they are, such as `Europe/Berlin`; it says which day and week it is for them.
    pub zone: String,
    /// The rules of rest and hours that hold for them; the strictest of several.
    pub laws: Vec<String>,
    /// The languages in which they answer.
    pub languages: Vec<String>,
    /// Hours a week that they wish for.
    pub wish_hours: i64,
    /// Hours a week at most.
    pub week_hours_max: i64,
    /// Minor units of the desk's currency an hour.
    pub rate: i64,
    /// They take no more shifts when this is false; those that are theirs stay so.
    pub is_active: bool,
    /// Since when, on the desk's clock.
    pub created_at: Time,
}

/// Where a shift stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShiftState {
    /// Planned, and shown to planners only.
    Draft,
    /// Offered: whoever may can take it.
    Open,
    /// Somebody has it.
    Claimed,
    /// The desk took it back.
    Cancelled,
}

impl ShiftState {
    /// The word on screen, in the API and in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Draft, Self::Open, Self::Claimed, Self::Cancelled];
        all.into_iter().find(|state| state.as_str() == word)
    }
}

/// Paid time at the desk for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Which.
    pub id: ShiftId,
    /// Grows by one with each change.
    pub version: i64,
    /// When it begins, on the desk's clock.
    pub starts_at: Time,
    /// When it ends.
    pub ends_at: Time,
    /// Only for those who answer in this language.
    pub language: Option<String>,
    /// The topic on which the assistant fell, if that is why.
    pub topic_id: Option<TopicId>,
    /// Why it is offered, in words for those who may take it.
    pub reason: Masked,
    /// Minor units an hour of whoever has it, as it was when they took it.
    pub rate: Option<i64>,
    /// Percent that it is paid more than an hour's rate.
    pub extra: i64,
    /// Where it stands.
    pub state: ShiftState,
    /// Who has it, or had it when it was taken back.
    pub agent_id: Option<AgentId>,
    /// When it was offered.
    pub published_at: Option<Time>,
    /// When it was taken.
    pub claimed_at: Option<Time>,
    /// When the desk took it back, and why.
    pub cancelled: Option<(Time, Masked)>,
    /// What a person says is paid, instead of what the presence says.
    pub correction: Option<Correction>,
    /// Who planned it; nobody when the desk did.
    pub created_by: Option<AgentId>,
    /// Since when it is planned.
    pub created_at: Time,
}

/// A person says what is paid of a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Minutes.
    pub minutes: i64,
    /// Why.
    pub reason: Masked,
    /// Who says so.
    pub by: AgentId,
    /// When.
    pub at: Time,
}

/// What the desk wants of the people who answer, and what it may offer by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Staffing {
    /// Minutes of a person that a case takes.
    pub handling_minutes: f64,
    /// Customers are to be answered within so many seconds,
    pub within_seconds: i64,
    /// this share of them, in (0, 1).
    pub share: f64,
    /// Hours of shifts that open by themselves when the assistant falls; 0 when a person decides.
    pub fall_hours: i64,
    /// So many people are at the desk without a shift from Monday to Friday,
    pub n_regular: i64,
    /// from this hour,
    pub regular_from: i64,
    /// until this one.
    pub regular_until: i64,
    /// Whose hours these are, such as `Europe/Oslo`.
    pub zone: String,
    /// The currency of all pay, three letters.
    pub currency: String,
}

impl Default for Staffing {
    fn default() -> Self {
        Self {
            handling_minutes: 8.0,
            within_seconds: 120,
            share: 0.8,
            fall_hours: 40,
            n_regular: 0,
            regular_from: 8,
            regular_until: 18,
            zone: "UTC".to_owned(),
            currency: "EUR".to_owned(),
        }
    }
}
