//! The desk's memory: state, journal and jobs in one database; the only SQL of the project.

mod commit;
pub use commit::{
    Change, Commit, CommitError, Committed, FileContent, Job, JobKind, LedgerFact, LedgerRow,
    PasswordLink, Record, Remembered, Session, SessionSubject,
};

mod open;
pub use open::{Health, LiveBatch, Location, OpenError, Store};

mod connection;

mod differences;
pub(crate) use differences::Table;

mod postgres;

mod listen;

mod value;

mod checkpoint;

mod writer;

mod batch;

mod writes;

mod jobs;
pub use jobs::PUT_OFF_MS_MAX;

mod read;
pub use read::{
    Arrivals, AtDesk, Budget, ConversationPage, Counts, DeliveryCounts, HandedOver, HourShare,
    IdempotentAnswer, JobCounts, JobFailure, LETTER_PUT_OFF_MS_MAX, LetterCounts, Listed,
    OverviewNow, OverviewToday, Page, ReadError, ReviewCounts, SearchQuery, StoredFile, Thread,
    TopicToday, View, Written,
};

mod rows;

mod peer;
pub use peer::{Batches, Peer};

mod migrate;

mod tables;

mod sheet;

mod search;

mod unfinished;

mod part;

mod copy;
pub use copy::{CopyError, TableRows, Tell, copy_desk};

mod backup;
pub use backup::back_up;

mod lines;
pub use lines::{read_lines, write_lines};

mod restore;
pub use restore::restore;

mod doctor;
pub use doctor::{Check, Doctor, DrawnCase};
