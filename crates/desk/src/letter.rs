//! Letters: e-mail that the desk sends, one for each fact that somebody is told of.

use privacy::Masked;

use crate::{AgentId, ConversationId, LetterId, Time};

/// A letter. What it says is put together when it is sent: a link in it is a secret that is kept
/// nowhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Which; also the first half of its Message-ID, however often it is tried.
    pub id: LetterId,
    /// What it tells of; a fact has one letter.
    pub fact: String,
    /// What it is.
    pub kind: LetterKind,
    /// The address.
    pub recipient: String,
    /// The agent whom it is about.
    pub agent_id: Option<AgentId>,
    /// The conversation that it goes on with.
    pub conversation_id: Option<ConversationId>,
    /// Who caused it, by name.
    pub sender: Masked,
    /// Whether it has left.
    pub state: LetterState,
    /// How often it was tried in vain.
    pub n_attempts: i64,
    /// When it is tried next, in real time.
    pub due_at: Time,
    /// Why the last try failed.
    pub failure: Option<String>,
    /// Since when it is to be sent, in real time.
    pub created_at: Time,
    /// When it was sent or given up, in real time.
    pub finished_at: Option<Time>,
}

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// Somebody may work at the desk, and chooses a password.
    Invitation,
    /// An agent has forgotten their password, and chooses another.
    Reset,
    /// What a customer has not read in the widget.
    Answer,
    /// There are shifts to take.
    ShiftsOpen,
    /// The desk took a shift back.
    ShiftTakenBack,
    /// A shift begins within a day.
    ShiftSoon,
    /// Somebody has applied for shifts.
    ApplicationTaken,
    /// Their application was refused.
    ApplicationRefused,
}

/// Whether a letter has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterState {
    /// It is tried, now or later.
    Waiting,
    /// A mail server has it.
    Sent,
    /// It was given up.
    Failed,
    /// Nobody needed it any more.
    Dropped,
}

impl LetterKind {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::Answer => "answer",
            Self::ShiftsOpen => "shifts_open",
            Self::ShiftTakenBack => "shift_taken_back",
            Self::ShiftSoon => "shift_soon",
            Self::ApplicationTaken => "application_taken",
            Self::ApplicationRefused => "application_refused",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Invitation,
            Self::Reset,
            Self::Answer,
            Self::ShiftsOpen,
            Self::ShiftTakenBack,
            Self::ShiftSoon,
            Self::ApplicationTaken,
            Self::ApplicationRefused,
        ];
        all.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl LetterState {
    /// The word in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Sent, Self::Failed, Self::Dropped];
        all.into_iter().find(|state| state.as_str() == word)
    }
}
