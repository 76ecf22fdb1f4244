//! Conversations: lists, one with everything in it, the queue.

use std::collections::HashMap;

use desk::{
    AgentId, Case, Conversation, ConversationId, Customer, CustomerId, File, FileId, Handler,
    Handoff, HandoffId, Message, MessageId, Priority, Time,
};
use privacy::Masked;
use rusqlite::{Connection, Row, ToSql, params};

use super::{ReadError, all, customers, first};
use crate::{SessionSubject, Store, apply::subject_columns, rows};

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
    /// Words that a message holds, all of them, the last one perhaps unfinished.
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
            c.execute_batch("begin")?;
            let thread = read_thread(c, id);
            c.execute_batch("commit")?;
            thread
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
        self.read(move |c| list(c, view, after.as_ref(), limit)).await
    }

    /// Conversations that hold what is searched, last changed first.
    pub async fn search(
        &self,
        query: SearchQuery,
        after: Option<Page>,
        limit: usize,
    ) -> Result<ConversationPage, ReadError> {
        self.read(move |c| search(c, &query, after.as_ref(), limit)).await
    }

    /// How many conversations each view of this agent holds.
    pub async fn counts(&self, agent: AgentId) -> Result<Counts, ReadError> {
        let sql = "select \
            (select count(*) from conversations where state = 'open' and handler = 'queue') as w, \
            (select count(*) from conversations \
             where state = 'open' and handler = 'agent' and agent_id = ?1) as m, \
            (select count(*) from conversations where state = 'open' and handler = 'assistant') \
             as ai, \
            (select count(*) from conversations where state = 'closed') as closed, \
            (select count(*) from conversations) as a";
        let counts = self
            .read(move |c| {
                first(c, sql, [agent.to_string()], |row| {
                    Ok(Counts {
                        waiting: row.get("w")?,
                        mine: row.get("m")?,
                        ai: row.get("ai")?,
                        closed: row.get("closed")?,
                        all: row.get("a")?,
                    })
                })
            })
            .await?;
        Ok(counts.unwrap_or_default())
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

    /// How many wait before one that would join the queue now.
    pub async fn n_before(&self, priority: Priority, since: Time) -> Result<i64, ReadError> {
        self.read(move |c| before(c, priority, since, "~")).await
    }

    /// A message with its files.
    pub async fn message(&self, id: MessageId) -> Result<Option<Written>, ReadError> {
        self.read(move |c| {
            let sql = format!("{WRITTEN} where messages.id = ?1");
            let Some(mut written) = first(c, &sql, [id.to_string()], read_written)? else {
                return Ok(None);
            };
            let sql = "select * from files where conversation_id = ?1 and message_id = ?2 \
                       order by id";
            let conversation_id = written.message.conversation_id.to_string();
            written.message.files =
                all(c, sql, params![conversation_id, id.to_string()], rows::file)?;
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
            first(c, sql, params![conversation_id.to_string(), client_id], |row| {
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
        let sql = "select conversations.id from conversations \
            join messages on messages.conversation_id = conversations.id \
            where customer_id = ?1 and client_id = ?2 and position = 1";
        self.read(move |c| {
            first(c, sql, params![customer_id.to_string(), client_id], |row| rows::id(row, "id"))
        })
        .await
    }

    /// A handoff.
    pub async fn handoff(&self, id: HandoffId) -> Result<Option<Handoff>, ReadError> {
        let sql = "select * from handoffs where id = ?1";
        self.read(move |c| first(c, sql, [id.to_string()], rows::handoff)).await
    }

    /// The last handoff of each of a customer's conversations.
    pub async fn last_handoff(&self, id: ConversationId) -> Result<Option<Handoff>, ReadError> {
        let sql = "select * from handoffs where conversation_id = ?1 order by at desc, id desc";
        self.read(move |c| first(c, sql, [id.to_string()], rows::handoff)).await
    }

    /// A file with its bytes.
    pub async fn file(&self, id: FileId) -> Result<Option<StoredFile>, ReadError> {
        let sql = "select files.*, customer_id from files \
            left join conversations on conversations.id = conversation_id where files.id = ?1";
        self.read(move |c| {
            first(c, sql, [id.to_string()], |row| {
                Ok(StoredFile {
                    file: rows::file(row)?,
                    content: row.get("content")?,
                    conversation_id: rows::optional_id(row, "conversation_id")?,
                    customer_id: rows::optional_id(row, "customer_id")?,
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
            for id in ids {
                let sql = "select * from files where id = ?1 and owner_type = ?2 \
                           and owner_id = ?3 and message_id is null";
                files.extend(first(
                    c,
                    sql,
                    params![id.to_string(), owner_type, owner_id],
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
        self.read(move |c| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            all(c, sql, params![before.0, limit], |row| rows::id(row, "id"))
        })
        .await
    }
}

fn read_listed(connection: &Connection, id: ConversationId) -> rusqlite::Result<Option<Listed>> {
    let sql = format!("{LISTED} where conversations.id = ?1");
    first(connection, &sql, [id.to_string()], listed_row)
}

fn read_thread(connection: &Connection, id: ConversationId) -> rusqlite::Result<Option<Thread>> {
    let Some(listed) = read_listed(connection, id)? else { return Ok(None) };
    let customer = first(
        connection,
        "select * from customers where id = ?1",
        [listed.conversation.customer_id.to_string()],
        rows::customer,
    )?
    .ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let id_text = id.to_string();
    let key = (id_text.as_str(),);
    let sql = format!("{WRITTEN} where conversation_id = ?1 order by position");
    let mut messages = all(connection, &sql, key, read_written)?;
    let mut files: HashMap<String, Vec<File>> = HashMap::new();
    let sql = "select * from files where conversation_id = ?1 order by id";
    for (message_id, file) in all(connection, sql, key, |row| {
        Ok((row.get::<_, String>("message_id")?, rows::file(row)?))
    })? {
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
    let cases = all(connection, &sql, key, rows::case)?
        .into_iter()
        .map(|case| customers::with_conversations(connection, case))
        .collect::<rusqlite::Result<_>>()?;
    let sql = "select * from handoffs where conversation_id = ?1 order by at, id";
    let handoffs = all(connection, sql, key, rows::handoff)?;
    Ok(Some(Thread { listed, customer, messages, cases, handoffs }))
}

fn list(
    connection: &Connection,
    view: View,
    after: Option<&Page>,
    limit: usize,
) -> rusqlite::Result<ConversationPage> {
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
    let from = match after {
        Some(_) => "(conversations.updated_at, conversations.id) < (?1, ?2)",
        None => "?1 >= 0 and ?2 is not null",
    };
    let sql = format!(
        "{LISTED} where {from} and {filter} \
         order by conversations.updated_at desc, conversations.id desc limit ?3"
    );
    let at = after.map_or(0, |page| page.at);
    let id = after.map_or(String::new(), |page| page.id.clone());
    let n_rows = n_rows(limit);
    let mut values: Vec<&dyn ToSql> = vec![&at, &id, &n_rows];
    if let Some(key) = &key {
        values.push(key);
    }
    let items = all(connection, &sql, values.as_slice(), listed_row)?;
    Ok(page(items, limit, |row| Page { priority: 0, at: row.updated_at.0, id: row.id.to_string() }))
}

fn list_waiting(
    connection: &Connection,
    after: Option<&Page>,
    limit: usize,
) -> rusqlite::Result<ConversationPage> {
    let from = match after {
        Some(_) => "(-priority, waiting_since, conversations.id) > (?1, ?2, ?3)",
        None => "?1 <= 0 and ?2 >= 0 and ?3 is not null",
    };
    let sql = format!(
        "{LISTED} where conversations.state = 'open' and handler = 'queue' and {from} \
         order by priority desc, waiting_since, conversations.id limit ?4"
    );
    let items = all(
        connection,
        &sql,
        params![
            after.map_or(0, |page| -page.priority),
            after.map_or(0, |page| page.at),
            after.map_or("", |page| &page.id),
            n_rows(limit)
        ],
        listed_row,
    )?;
    Ok(page(items, limit, |row| Page {
        priority: rows::priority_column(row.priority),
        at: row.waiting_since.map_or(0, |at| at.0),
        id: row.id.to_string(),
    }))
}

fn search(
    connection: &Connection,
    query: &SearchQuery,
    after: Option<&Page>,
    limit: usize,
) -> rusqlite::Result<ConversationPage> {
    let words = match query {
        SearchQuery::Number(number) => {
            let sql = format!("{LISTED} where number = ?1");
            let items = all(connection, &sql, [number], listed_row)?;
            return Ok(ConversationPage { items, next: None });
        }
        SearchQuery::Words(words) => words,
    };
    if words.is_empty() {
        return Ok(ConversationPage { items: Vec::new(), next: None });
    }
    // Quoted, so that nothing a person types is an operator of the index.
    let terms: Vec<String> =
        words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    let expression = format!("{}*", terms.join(" "));
    let from = match after {
        Some(_) => "(conversations.updated_at, conversations.id) < (?2, ?3)",
        None => "?2 >= 0 and ?3 is not null",
    };
    let sql = format!(
        "{LISTED} where conversations.id in (select conversation_id from message_search \
         join messages on messages.row = message_search.rowid \
         where message_search match ?1) and {from} \
         order by conversations.updated_at desc, conversations.id desc limit ?4"
    );
    let items = all(
        connection,
        &sql,
        params![
            expression,
            after.map_or(0, |page| page.at),
            after.map_or("", |page| &page.id),
            n_rows(limit)
        ],
        listed_row,
    )?;
    Ok(page(items, limit, |row| Page { priority: 0, at: row.updated_at.0, id: row.id.to_string() }))
}

/// One row more than asked for tells whether there is a next page.
fn n_rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1
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

fn before(
    connection: &Connection,
    priority: Priority,
    since: Time,
    id: &str,
) -> rusqlite::Result<i64> {
    let sql = "select count(*) from conversations where state = 'open' and handler = 'queue' \
        and (-priority, waiting_since, id) < (?1, ?2, ?3)";
    let key = params![-rows::priority_column(priority), since.0, id];
    Ok(first(connection, sql, key, |row| row.get(0))?.unwrap_or(0))
}

fn listed_row(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        conversation: rows::conversation(row)?,
        customer_name: rows::optional_masked(row, "customer_name")?,
        customer_is_verified: row.get("customer_is_verified")?,
        topic_name: rows::optional_masked(row, "topic_name")?,
        agent_name: rows::optional_masked(row, "agent_name")?,
    })
}

fn read_written(row: &Row<'_>) -> rusqlite::Result<Written> {
    Ok(Written {
        message: rows::message(row)?,
        author_name: rows::optional_masked(row, "author_name")?,
    })
}
