//! The desk's memory: state, journal and jobs in one database; the only SQL of the project.

mod commit;
pub use commit::{
    Change, Commit, CommitError, Committed, FileContent, Job, JobKind, Record, Remembered, Session,
    SessionSubject,
};

mod open;
pub use open::{OpenError, Store};

mod writer;

mod apply;

mod read;
pub use read::{
    ConversationPage, Counts, HourShare, IdempotentAnswer, Listed, OverviewNow, OverviewToday,
    Page, ReadError, SearchQuery, StoredFile, Thread, TopicToday, View, Written,
};

mod rows;

mod migrate;
