//! Conversations: lists, one with everything in it, the queue.

use std::collections::HashMap;

use desk::{
    AgentId, Case, Conversation, ConversationId, Customer, CustomerId, File, FileId, Handler,
    Handoff, HandoffId, Message, MessageId, MessageKind, Priority, Time,
};
use privacy::Masked;

use super::{ReadError, customers, n_rows};
use crate::{
    SessionSubject, Store,
    connection::{Connection, Outcome},
    differences::Ending,
    rows,
    value::{Row, Value, bad, values},
    writes::subject_columns,
};

/// A conversation with the names that lists show.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The conversation.
    pub conversation: Conversation,
    /// Its customer's name.
    pub customer_name: Option<Masked>,
    /// Whether the site signed who they are.
    pub customer_is_verified: bool,
    /// Its topic's name.
    pub topic_name: Option<Masked>,
    /// Its agent's name.
    pub agent_name: Option<Masked>,
}

/// A message with its author's name, for those who have one.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The message with its files.
    pub message: Message,
    /// The agent's or the customer's name.
    pub author_name: Option<Masked>,
}

/// A conversation with everything in it.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The conversation with its names.
    pub listed: Listed,
    /// With whom.
    pub customer: Customer,
    /// All that was written, in order.
    pub messages: Vec<Written>,
    /// The cases that came up in it.
    pub cases: Vec<Case>,
    /// Its handoffs, oldest first.
    pub handoffs: Vec<Handoff>,
}

/// A list of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Waits for a person: first those put first, then the longest waiting.
    Waiting,
    /// Held by this agent, last changed first.
    Mine(AgentId),
    /// The assistant is answering, last changed first.
    Assistant,
    /// Ended, last changed first.
    Closed,
    /// All, last changed first.
    All,
    /// All of one customer, last changed first.
    Customer(CustomerId),
}

/// Where a page begins: the sort keys of the last row of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Priority, for the queue only.
    pub priority: i64,
    /// Time of waiting or of change.
    pub at: i64,
    /// The row's id.
    pub id: String,
}

/// Rows of a list, and where the next page begins if there is one.
#[derive(Debug, Clone)]
pub struct ConversationPage {
    /// The rows.
    pub items: Vec<Listed>,
    /// The next page.
    pub next: Option<Page>,
}

/// What is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchQuery {
    /// A conversation's number.
    Number(i64),
    /// Words that a message holds, all of them. Where few hold the last one, it may be unfinished.
    Words(Vec<String>),
}

/// How many conversations each view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Waiting for a person.
    pub waiting: i64,
    /// Held by the agent who asks.
    pub mine: i64,
    /// The assistant is answering.
    pub ai: i64,
    /// Ended.
    pub closed: i64,
    /// All.
    pub all: i64,
}

/// A file with its bytes and the conversation that it is part of.
#[derive(Debug, Clone)]
pub struct StoredFile {
    /// Its name, type and size.
    pub file: File,
    /// The bytes.
    pub content: Vec<u8>,
    /// The conversation, once it is attached.
    pub conversation_id: Option<ConversationId>,
    /// The customer of that conversation.
    pub customer_id: Option<CustomerId>,
    /// What sort of message it is attached to, if it is attached.
    pub message_kind: Option<MessageKind>,
}

const LISTED: &str = "select conversations.*, customers.name as customer_name, \
    customers.is_verified as customer_is_verified, topics.name as topic_name, \
    agents.name as agent_name from conversations \
    join customers on customers.id = conversations.customer_id \
    left join topics on topics.id = conversations.topic_id \
    left join agents on agents.id = conversations.agent_id";

const WRITTEN: &str = "select messages.*, coalesce(agents.name, customers.name) as author_name \
    from messages \
    left join agents on author_type = 'agent' and agents.id = author_id \
    left join customers on author_type = 'customer' and customers.id = author_id";

impl Store {
    /// A conversation's row.
    pub async fn listed(&self, id: ConversationId) -> Result<Option<Listed>, ReadError> {
        self.read(move |c| read_listed(c, id)).await
    }

    /// A conversation with everything in it.
    pub async fn thread(&self, id: ConversationId) -> Result<Option<Thread>, ReadError> {
        self.read(move |c| {
            // One snapshot, so that the parts agree with each other.
            c.snapshot(|| read_thread(c, id))
        })
        .await
    }

    /// A page of a list.
    pub async fn conversations(
        &self,
        view: View,
        after: Option<Page>,
        limit: usize,
    ) -> Result<ConversationPage, ReadError> {
        self.read_long(move |c| list(c, view, after.as_ref(), limit)).await
    }

    /// Conversations that hold what is searched, last changed first.
    pub async fn search(
        &self,
        query: SearchQuery,
        after: Option<Page>,
        limit: usize,
    ) -> Result<ConversationPage, ReadError> {
        self.read_long(move |c| search(c, &query, after.as_ref(), limit)).await
    }

    /// How many conversations each view of this agent holds.
    pub async fn counts(&self, agent: AgentId) -> Result<Counts, ReadError> {
        let kept = "select name, value from counters \
            where name in ('queue', 'assistant', 'agent', 'closed')";
        let mine = "select count(*) as n from conversations \
            where state = 'open' and handler = 'agent' and agent_id = ?1";
        self.read(move |c| {
            let mut counts =
                Counts { mine: c.number(mine, &values![agent.to_string()])?, ..Counts::default() };
            for (name, n) in c.all(kept, &values![], |row| {
                Ok((row.get::<String>("name")?, row.get::<i64>("value")?))
            })? {
                counts.all += n;
                match name.as_str() {
                    "queue" => counts.waiting = n,
                    "assistant" => counts.ai = n,
                    "closed" => counts.closed = n,
                    _ => {}
                }
            }
            Ok(counts)
        })
        .await
    }

    /// A conversation's place in the queue, from 1; `None` when it does not wait there.
    pub async fn place(&self, id: ConversationId) -> Result<Option<i64>, ReadError> {
        self.read(move |c| {
            let Some(listed) = read_listed(c, id)? else { return Ok(None) };
            let row = listed.conversation;
            let Some(since) = row.waiting_since.filter(|_| row.handler == Handler::Queue) else {
                return Ok(None);
            };
            Ok(Some(before(c, row.priority, since, &id.to_string())? + 1))
        })
        .await
    }

    /// How many others wait before a conversation that joins the queue now, or moves in it.
    pub async fn n_before(
        &self,
        id: ConversationId,
        priority: Priority,
        since: Time,
    ) -> Result<i64, ReadError> {
        // Few wait longer than the first, and few came after the last: whoever joins the end of a
        // long queue is counted from there.
        let sql = match priority {
            Priority::First => {
                "select count(*) as n from conversations where state = 'open' \
                 and handler = 'queue' and priority = ?1 and waiting_since <= ?2 and id <> ?3"
            }
            Priority::Normal => {
                "select (select value from counters where name = 'queue') \
                 - (select count(*) from conversations where state = 'open' \
                    and handler = 'queue' and priority = ?1 and waiting_since > ?2 and id <> ?3) \
                 - (select count(*) from conversations where id = ?3 and state = 'open' \
                    and handler = 'queue') as n"
            }
        };
        let priority = rows::priority_column(priority);
        self.read(move |c| c.number(sql, &values![priority, since, id.to_string()])).await
    }

    /// A message with its files.
    pub async fn message(&self, id: MessageId) -> Result<Option<Written>, ReadError> {
        self.read(move |c| {
            let sql = format!("{WRITTEN} where messages.id = ?1");
            let Some(mut written) = c.first(&sql, &values![id.to_string()], read_written)? else {
                return Ok(None);
            };
            let sql = "select * from files where conversation_id = ?1 and message_id = ?2 \
                       order by id";
            let conversation_id = written.message.conversation_id.to_string();
            written.message.files =
                c.all(sql, &values![conversation_id, id.to_string()], rows::file)?;
            Ok(Some(written))
        })
        .await
    }

    /// The message that the sender gave that key, with its files.
    pub async fn message_by_client_id(
        &self,
        conversation_id: ConversationId,
        client_id: String,
    ) -> Result<Option<MessageId>, ReadError> {
        let sql = "select id from messages where conversation_id = ?1 and client_id = ?2";
        self.read(move |c| {
            c.first(sql, &values![conversation_id.to_string(), &client_id], |row| {
                rows::id(row, "id")
            })
        })
        .await
    }

    /// The conversation that a customer began with a message of that key.
    pub async fn conversation_by_client_id(
        &self,
        customer_id: CustomerId,
        client_id: String,
    ) -> Result<Option<ConversationId>, ReadError> {
        let sql = "select conversation_id as id from messages \
            where author_id = ?1 and client_id = ?2 and position = 1";
        self.read(move |c| {
            c.first(sql, &values![customer_id.to_string(), &client_id], |row| rows::id(row, "id"))
        })
        .await
    }

    /// A handoff.
    pub async fn handoff(&self, id: HandoffId) -> Result<Option<Handoff>, ReadError> {
        let sql = "select * from handoffs where id = ?1";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::handoff)).await
    }

    /// The last handoff of each of a customer's conversations.
    pub async fn last_handoff(&self, id: ConversationId) -> Result<Option<Handoff>, ReadError> {
        let sql = "select * from handoffs where conversation_id = ?1 order by at desc, id desc";
        self.read(move |c| c.first(sql, &values![id.to_string()], rows::handoff)).await
    }

    /// A file with its bytes.
    pub async fn file(&self, id: FileId) -> Result<Option<StoredFile>, ReadError> {
        let sql = "select files.*, customer_id, messages.kind as message_kind from files \
            left join conversations on conversations.id = files.conversation_id \
            left join messages on messages.id = files.message_id where files.id = ?1";
        self.read(move |c| {
            c.first(sql, &values![id.to_string()], |row| {
                Ok(StoredFile {
                    file: rows::file(row)?,
                    content: row.get("content")?,
                    conversation_id: rows::optional_id(row, "conversation_id")?,
                    customer_id: rows::optional_id(row, "customer_id")?,
                    message_kind: rows::optional_word(row, "message_kind", MessageKind::parse)?,
                })
            })
        })
        .await
    }

    /// Those of the files that this person uploaded and nobody attached yet.
    pub async fn unattached_files(
        &self,
        owner: SessionSubject,
        ids: Vec<FileId>,
    ) -> Result<Vec<File>, ReadError> {
        self.read(move |c| {
            let (owner_type, owner_id) = subject_columns(&owner);
            let mut files = Vec::with_capacity(ids.len());
            for id in &ids {
                let sql = "select * from files where id = ?1 and owner_type = ?2 \
                           and owner_id = ?3 and message_id is null";
                files.extend(c.first(
                    sql,
                    &values![id.to_string(), owner_type, &owner_id],
                    rows::file,
                )?);
            }
            Ok(files)
        })
        .await
    }

    /// Conversations of the assistant in which nothing was said since `before`.
    pub async fn idle_with_assistant(
        &self,
        before: Time,
        limit: usize,
    ) -> Result<Vec<ConversationId>, ReadError> {
        let sql = "select id from conversations where state = 'open' and handler = 'assistant' \
            and needs_reply = 0 and updated_at < ?1 order by updated_at limit ?2";
        self.read(move |c| c.all(sql, &values![before, n_rows(limit)], |row| rows::id(row, "id")))
            .await
    }
}

fn read_listed(connection: &Connection, id: ConversationId) -> Outcome<Option<Listed>> {
    let sql = format!("{LISTED} where conversations.id = ?1");
    connection.first(&sql, &values![id.to_string()], listed_row)
}

fn read_thread(connection: &Connection, id: ConversationId) -> Outcome<Option<Thread>> {
    let Some(listed) = read_listed(connection, id)? else { return Ok(None) };
    let customer = connection
        .first(
            "select * from customers where id = ?1",
            &values![listed.conversation.customer_id.to_string()],
            rows::customer,
        )?
        .ok_or_else(|| bad("customer_id"))?;
    let id_text = id.to_string();
    let key = &values![&id_text];
    let sql = format!("{WRITTEN} where conversation_id = ?1 order by position");
    let mut messages = connection.all(&sql, key, read_written)?;
    let mut files: HashMap<String, Vec<File>> = HashMap::new();
    let sql = "select * from files where conversation_id = ?1 order by id";
    for (message_id, file) in
        connection.all(sql, key, |row| Ok((row.get::<String>("message_id")?, rows::file(row)?)))?
    {
        files.entry(message_id).or_default().push(file);
    }
    if !files.is_empty() {
        for written in &mut messages {
            written.message.files =
                files.remove(&written.message.id.to_string()).unwrap_or_default();
        }
    }
    let sql = format!(
        "{} where cases.id in (select case_id from contacts where conversation_id = ?1) \
         order by opened_at, cases.id",
        customers::CASE
    );
    let cases = connection
        .all(&sql, key, rows::case)?
        .into_iter()
        .map(|case| customers::with_conversations(connection, case))
        .collect::<Outcome<_>>()?;
    let sql = "select * from handoffs where conversation_id = ?1 order by at, id";
    let handoffs = connection.all(sql, key, rows::handoff)?;
    Ok(Some(Thread { listed, customer, messages, cases, handoffs }))
}

fn list(
    connection: &Connection,
    view: View,
    after: Option<&Page>,
    limit: usize,
) -> Outcome<ConversationPage> {
    let (filter, key) = match view {
        View::Waiting => return list_waiting(connection, after, limit),
        View::Mine(agent) => (
            "conversations.state = 'open' and handler = 'agent' and agent_id = ?4",
            Some(agent.to_string()),
        ),
        View::Assistant => ("conversations.state = 'open' and handler = 'assistant'", None),
        View::Closed => ("conversations.state = 'closed'", None),
        View::All => ("true", None),
        View::Customer(customer) => ("customer_id = ?4", Some(customer.to_string())),
    };
    let sql = format!(
        "{LISTED} where (conversations.updated_at, conversations.id) < (?1, ?2) and {filter} \
         order by conversations.updated_at desc, conversations.id desc limit ?3"
    );
    // No time is later, so that the first page begins at the beginning.
    let mut values = Vec::from(values![
        after.map_or(i64::MAX, |page| page.at),
        after.map_or("", |page| page.id.as_str()),
        one_more(limit)
    ]);
    values.extend(key.map(Value::from));
    let items = connection.all(&sql, &values, listed_row)?;
    Ok(page(items, limit, |row| Page { priority: 0, at: row.updated_at.0, id: row.id.to_string() }))
}

fn list_waiting(
    connection: &Connection,
    after: Option<&Page>,
    limit: usize,
) -> Outcome<ConversationPage> {
    // First those put first; each priority is a walk along the index.
    let mut items = Vec::new();
    for priority in [1, 0] {
        let (at, id) = match after {
            Some(page) if page.priority < priority => continue,
            Some(page) if page.priority == priority => (page.at, page.id.as_str()),
            _ => (i64::MIN, ""),
        };
        let sql = format!(
            "{LISTED} where conversations.state = 'open' and handler = 'queue' and priority = ?1 \
             and (waiting_since, conversations.id) > (?2, ?3) \
             order by waiting_since, conversations.id limit ?4"
        );
        let n_left = one_more(limit.saturating_sub(items.len()));
        items.extend(connection.all(&sql, &values![priority, at, id, n_left], listed_row)?);
        if items.len() > limit {
            break;
        }
    }
    Ok(page(items, limit, |row| Page {
        priority: rows::priority_column(row.priority),
        at: row.waiting_since.map_or(0, |at| at.0),
        id: row.id.to_string(),
    }))
}

/// Messages looked at for one page of a search at most; who wants more asks for the next page.
const LOOKS_MAX: usize = 2_000;

/// Conversations of the newest messages with the words. One whose messages lie far apart may come
/// again on a later page.
fn search(
    connection: &Connection,
    query: &SearchQuery,
    after: Option<&Page>,
    limit: usize,
) -> Outcome<ConversationPage> {
    let words = match query {
        SearchQuery::Number(number) => {
            let sql = format!("{LISTED} where number = ?1");
            let items = connection.all(&sql, &values![*number], listed_row)?;
            return Ok(ConversationPage { items, next: None });
        }
        SearchQuery::Words(words) if words.is_empty() => {
            return Ok(ConversationPage { items: Vec::new(), next: None });
        }
        SearchQuery::Words(words) => words,
    };
    let ending = match after.map(|page| page.priority) {
        Some(WHOLE) => Ending::Whole,
        _ => Ending::Unfinished,
    };
    let before = after.map_or(i64::MAX, |page| page.at);
    let found = match after {
        Some(_) => walk(connection, words, ending, before, limit)?,
        // A finished word's newest messages are found at once; all that begin with it must be put
        // together first, which takes long just where it is not needed.
        None => match walk(connection, words, Ending::Whole, before, limit)? {
            found if found.next.is_some() => found,
            _ => walk(connection, words, Ending::Unfinished, before, limit)?,
        },
    };
    let mut items = Vec::with_capacity(found.ids.len());
    for id in &found.ids {
        items.extend(connection.first(
            &format!("{LISTED} where conversations.id = ?1"),
            &values![id],
            listed_row,
        )?);
    }
    Ok(ConversationPage { items, next: found.next })
}

/// Marks the next page of a search for whole words, where lists have the priority.
const WHOLE: i64 = 1;

/// Conversations of the newest messages, and where the next page begins.
struct Found {
    ids: Vec<String>,
    next: Option<Page>,
}

fn walk(
    connection: &Connection,
    words: &[String],
    ending: Ending,
    mut before: i64,
    limit: usize,
) -> Outcome<Found> {
    let mut ids: Vec<String> = Vec::new();
    let mut n_looks = 0;
    let mut has_more = true;
    while ids.len() < limit && has_more && n_looks < LOOKS_MAX {
        let n_wanted = (limit * 2).max(50);
        let found = connection.messages_with(words, ending, before, one_more(n_wanted - 1))?;
        has_more = found.len() == n_wanted;
        n_looks += found.len();
        for (place, id) in found {
            if ids.len() == limit {
                has_more = true;
                break;
            }
            before = place;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let priority = if ending == Ending::Whole { WHOLE } else { 0 };
    let next = has_more.then(|| Page { priority, at: before, id: String::new() });
    Ok(Found { ids, next })
}

/// One row more than asked for tells whether there is a next page.
fn one_more(limit: usize) -> i64 {
    n_rows(limit).saturating_add(1)
}

fn page(
    mut items: Vec<Listed>,
    limit: usize,
    key: impl Fn(&Conversation) -> Page,
) -> ConversationPage {
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| has_more).map(|listed| key(&listed.conversation));
    ConversationPage { items, next }
}

fn before(connection: &Connection, priority: Priority, since: Time, id: &str) -> Outcome<i64> {
    // Two walks along the index.
    let sql = "select (select count(*) from conversations where state = 'open' \
          and handler = 'queue' and priority > ?1) \
        + (select count(*) from conversations where state = 'open' and handler = 'queue' \
          and priority = ?1 and (waiting_since, id) < (?2, ?3)) as n";
    connection.number(sql, &values![rows::priority_column(priority), since, id])
}

fn listed_row(row: &Row<'_>) -> Outcome<Listed> {
    Ok(Listed {
        conversation: rows::conversation(row)?,
        customer_name: rows::optional_masked(row, "customer_name")?,
        customer_is_verified: row.get("customer_is_verified")?,
        topic_name: rows::optional_masked(row, "topic_name")?,
        agent_name: rows::optional_masked(row, "agent_name")?,
    })
}

fn read_written(row: &Row<'_>) -> Outcome<Written> {
    Ok(Written {
        message: rows::message(row)?,
        author_name: rows::optional_masked(row, "author_name")?,
    })
}
