//! The vocabulary of the desk and its transitions; pure: no clock, no chance, no I/O.

mod id;
mod time;

mod people;

mod inbox;

mod topic;

mod article;

mod conversation;

mod message;

mod case;

mod call;

mod review;

mod handoff;

mod letter;

mod mail;

mod journal;

mod webhook;

mod shift;

mod application;

pub mod limits;
pub mod sayings;

pub use application::{Application, ApplicationState, Decision};
pub use article::{Article, ArticleState};
pub use call::{Call, CallState};
pub use case::{Arm, Assignment, Case, DraftDraw, ReviewDraw};
pub use conversation::{
    AuthorType, Conversation, Handler, LastMessage, Priority, Refusal, State, Survey,
};
pub use handoff::{Handoff, HandoffReason, RequestedBy};
pub use id::{
    AgentId, ApiTokenId, ApplicationId, ArticleId, CaseId, ConversationId, CustomerId, DeliveryId,
    DeskId, ExampleId, FileId, HandoffId, InboxId, JobId, LetterId, MessageId, NotAnId, ReviewId,
    ShiftId, TopicId, WebhookId,
};
pub use inbox::{Brake, DeskSettings, Inbox, InboxKind, ModelUse};
pub use journal::{Actor, Entry, Kind, Subject};
pub use letter::{Letter, LetterKind, LetterState};
pub use mail::{IncomingMail, MailPlace, MailState};
pub use message::{Author, Door, DraftState, EventCode, File, Message, MessageKind, Source};
pub use people::{Agent, Customer, Presence, Role};
pub use review::{Review, ReviewVerdict, ReviewedAnswer};
pub use shift::{Correction, Shift, ShiftState, Staffing, Worker};
pub use time::Time;
pub use topic::{Example, Level, Topic};
pub use webhook::{ApiToken, Delivery, DeliveryState, Scope, Webhook};
