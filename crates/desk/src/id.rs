//! Identifiers: UUIDv7, one type per record so that two cannot be swapped.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// The text given is not a UUID in its usual hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not an id")
    }
}

impl std::error::Error for NotAnId {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                // Other spellings of a UUID (braces, no hyphens) would give one record two names.
                if text.len() != 36 {
                    return Err(NotAnId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )*};
}

ids!(
    /// A person who answers.
    AgentId,
    /// A token with which a program calls the desk.
    ApiTokenId,
    /// Somebody who would like to take shifts.
    ApplicationId,
    /// An article of the help centre.
    ArticleId,
    /// What one customer needs on one topic.
    CaseId,
    /// A conversation.
    ConversationId,
    /// A person who asks.
    CustomerId,
    /// What another system is told of one fact.
    DeliveryId,
    /// The desk's own settings.
    DeskId,
    /// A sentence that teaches a topic.
    ExampleId,
    /// An answer that is reviewed.
    ReviewId,
    /// An attached file.
    FileId,
    /// A handoff to a person.
    HandoffId,
    /// A door to the desk.
    InboxId,
    /// Work to be done after a commit.
    JobId,
    /// A letter: e-mail that the desk sends.
    LetterId,
    /// A message, note, draft or event line.
    MessageId,
    /// Paid time at the desk.
    ShiftId,
    /// A topic.
    TopicId,
    /// A system that is told what happens.
    WebhookId,
);
