//! The use cases, one file each: load, decide, commit. The one place where a decision, a
//! transaction and an effect meet.

mod error;
pub use error::{Result, ServiceError};

mod caller;
pub use caller::{Caller, Idempotency, Who};

mod clock;
pub use clock::Clock;

mod house;
pub use house::{Equipment, Service};

mod typing;
pub use typing::Typing;

mod secrets;
pub use secrets::same as is_same_secret;

mod access;

mod brain;
pub use brain::{Understanding, Verdict};
pub use knowledge::shown;

mod incoming;
pub use incoming::{Incoming, holds_card};

mod masking;

mod route;

mod receive_message;
pub use receive_message::Received;

mod ask_for_person;

mod calls;
pub use calls::CallSheet;

mod playbook;
pub use playbook::{Playbook, asked_for};

mod procedure;

mod arrive;
pub use arrive::Delivered;

mod fetch;

mod contact;
pub use contact::{Contacted, KnownContact, NewContact};

mod webhooks;
pub use webhooks::{DueDelivery, HookTrial, WebhookChange};

mod api_tokens;
pub use api_tokens::TOKEN_BEGINS;

mod shifts;
pub use shifts::{NewShifts, Offer, OwnData, OwnShifts, PayLine, WorkedShift, WorkerTerms};

mod applications;
pub use applications::{DECIDED_DAYS, NewApplication};

mod staffing;
pub use staffing::{PeoplesPart, Plan, PlannedHalfhour};

mod letters;
pub use letters::{Mail, MailState};

mod models;
pub use models::{Reading, ReadingState};

mod trace;
pub use trace::TraceStep;

mod hand_over;

mod answer;

mod reply;
pub use reply::Outgoing;

mod hold;
pub use hold::Step;

mod correct_topic;

mod call_wrong;

mod survey;

mod customer;
pub use customer::Identity;

mod alphabet;

mod files;
pub use files::Upload;

mod inbox_lists;
pub use inbox_lists::{ListView, Overview};

mod set_up;
pub use set_up::{FirstRun, SignedIn};

mod agents;
pub use agents::{AgentChange, NewAgent};

mod desk_settings;

mod ledger;

mod levels;
pub use levels::{Replayed, read_row as read_ledger_row, rules};

mod reviews;
pub use reviews::{Marking, Sheet};

mod topics;
pub use topics::{LevelSetting, TopicChange, Training, Trial};

mod articles;
pub use articles::ArticleInput;

mod failed_jobs;
pub use failed_jobs::WorkState;

mod listeners;
pub use listeners::Listening;

mod live;
pub use live::{Form, LiveChange};

mod idempotency;
pub use idempotency::Replay;

mod import;
pub use import::{Imported, ImportedArticle, ImportedTopic};

mod sample;
pub use sample::{Sample, SampleState};

mod sweep;
