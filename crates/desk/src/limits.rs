//! Every bound of the desk in one place; each is tested at n and at n + 1.

/// Characters in one message, note or draft.
pub const MESSAGE_CHARS_MAX: usize = 4_000;
/// Characters of a conversation's subject: the first words of its first message.
pub const SUBJECT_CHARS_MAX: usize = 80;
/// Characters of the last message that lists show.
pub const PREVIEW_CHARS_MAX: usize = 140;
/// Characters in a name (of a person, a topic, an inbox, the desk).
pub const NAME_CHARS_MAX: usize = 120;
/// Characters in an e-mail address.
pub const EMAIL_CHARS_MAX: usize = 254;
/// Characters in a description, a reason, a greeting or a survey's comment.
pub const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// Characters in an article's title.
pub const TITLE_CHARS_MAX: usize = 200;
/// Characters in an article's body.
pub const ARTICLE_CHARS_MAX: usize = 50_000;
/// Ways of asking kept with one article, and topics that one article may belong to.
pub const ARTICLE_LIST_MAX: usize = 100;
/// Characters in an example sentence of a topic.
pub const EXAMPLE_CHARS_MAX: usize = 1_000;
/// Examples of one desk; training time grows with them.
pub const EXAMPLES_MAX: usize = 100_000;
/// Topics of one desk.
pub const TOPICS_MAX: usize = 1_000;
/// Files that one message may carry.
pub const FILES_PER_MESSAGE_MAX: usize = 10;
/// Bytes in one file.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Bytes in a JSON body.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Characters in a password: at least, so that guessing is slow.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Characters in a password: at most, so that hashing stays cheap.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Rows on one page of a list.
pub const PAGE_MAX: usize = 100;
/// Rows on one page when the caller names no number.
pub const PAGE_DEFAULT: usize = 50;
/// Messages that one conversation can hold; a longer one goes on in a new conversation.
pub const MESSAGES_PER_CONVERSATION_MAX: i64 = 2_000;
/// Days after its opening in which a contact joins a case (specs of the balance, §1).
pub const CASE_WINDOW_MS: i64 = 7 * 24 * 3_600_000;
/// The human share never falls below 1 − this.
pub const SHARE_MAX: f64 = 0.95;
/// A conversation that waits for its customer this long after an answer of the assistant closes.
pub const IDLE_CLOSE_MS: i64 = 24 * 3_600_000;
/// A signed-in agent's session, in real time.
pub const AGENT_SESSION_MS: i64 = 30 * 24 * 3_600_000;
/// A customer's session in the widget, in real time.
pub const CUSTOMER_SESSION_MS: i64 = 180 * 24 * 3_600_000;
/// How long an idempotency key is remembered, in real time.
pub const IDEMPOTENCY_MS: i64 = 24 * 3_600_000;
/// Journal rows that a reconnecting stream is sent; further behind, it is told to start afresh.
pub const REPLAY_EVENTS_MAX: usize = 2_000;

/// Bytes of an e-mail that comes in, with all that is attached.
pub const MAIL_BYTES_MAX: usize = 30 * 1024 * 1024;
