//! Many commits in one transaction: look at what they read, refuse those that came too late,
//! write the others, number the journal last.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use desk::{Author, Conversation, MessageKind, State};

use crate::{
    Change, Commit, CommitError, Committed, Record,
    connection::{Connection, Outcome, Wanted},
    differences::{Locked, Table},
    value::{Failure, values},
    writes::{self, Writes},
};

const HOUR_MS: i64 = 3_600_000;

/// The outcome of each commit of a batch.
pub(crate) type Results = Vec<Result<Committed, CommitError>>;

/// Writes the commits in one transaction.
///
/// # Errors
/// Of the database; then nothing of the whole batch was written, unless the connection was lost
/// at the very end.
pub(crate) fn write(connection: &Connection, node: &str, commits: &[&Commit]) -> Outcome<Results> {
    let written = write_all(connection, node, commits);
    if written.is_err() {
        connection.roll_back();
    }
    written
}

fn write_all(connection: &Connection, node: &str, commits: &[&Commit]) -> Outcome<Results> {
    let mut known = connection.begin(&wanted(commits))?;
    let mut writes = Writes::new(connection.is_postgres(), node);
    let mut counts = Counts::default();
    let mut results: Results = commits
        .iter()
        .map(|commit| {
            let after = check(commit, &known, node)?;
            for change in &commit.changes {
                counts.add(change, &known);
                writes.change(change);
            }
            known.extend(after.iter().filter_map(|(key, row)| Some((key.clone(), row.clone()?))));
            for key in after.iter().filter(|(_, row)| row.is_none()).map(|(key, _)| key) {
                known.remove(key);
            }
            Ok(Committed { entries: entries(commit) })
        })
        .collect();
    if results.iter().all(Result::is_err) {
        connection.roll_back();
        return Ok(results);
    }
    // Rows that every batch changes come last and in one order: they are held only briefly, and
    // two nodes never wait for each other in a circle.
    counts.write(&mut writes);
    number_ledger(connection, commits, &results, &mut writes)?;
    let n_entries: usize = results.iter().flatten().map(|committed| committed.entries.len()).sum();
    if n_entries > 0 {
        let n_entries = i64::try_from(n_entries).expect("a batch holds few changes");
        // The journal's numbers have no gaps and follow the order of commits over all nodes: the
        // counter's row is held until this transaction ends.
        let last = connection.run_and_number(&writes.list, NEXT_SEQ, &values![n_entries])?;
        writes.list.clear();
        let mut seq = last - n_entries;
        for entry in results.iter_mut().flatten().flat_map(|committed| &mut committed.entries) {
            seq += 1;
            entry.seq = seq;
            writes.journal(entry);
        }
        if connection.is_postgres() {
            writes.hint();
        }
    }
    writes.end();
    connection.run_and_commit(&writes.list)?;
    Ok(results)
}

/// Writes the ledger's rows: their numbers have no gaps and follow the order of commits over all
/// nodes, like the journal's.
fn number_ledger(
    connection: &Connection,
    commits: &[&Commit],
    results: &Results,
    writes: &mut Writes,
) -> Outcome<()> {
    let written = commits.iter().zip(results).filter(|(_, result)| result.is_ok());
    let facts = written.flat_map(|(commit, _)| {
        commit.changes.iter().filter_map(|change| match change {
            Change::Ledger(fact) => Some((fact.at.unwrap_or(commit.at), fact)),
            _ => None,
        })
    });
    let facts: Vec<_> = facts.collect();
    if facts.is_empty() {
        return Ok(());
    }
    let n = i64::try_from(facts.len()).expect("a batch holds few changes");
    let last = connection.run_and_number(&writes.list, NEXT_LEDGER_SEQ, &values![n])?;
    writes.list.clear();
    for ((at, fact), seq) in facts.into_iter().zip(last - n + 1..) {
        writes.ledger(seq, at, fact);
    }
    Ok(())
}

const NEXT_LEDGER_SEQ: &str =
    "update counters set value = value + ?1 where name = 'ledger' returning value as n";
const NEXT_SEQ: &str =
    "update counters set value = value + ?1 where name = 'journal' returning value as n";

type Key = (Table, String);
type Known = HashMap<Key, Locked>;

/// What must be so that a change may be written.
enum Needs {
    /// The version that was read.
    Version(i64),
    /// It is there.
    Presence,
    /// No message has the file yet, or nobody has reviewed the answer.
    NoMark,
    /// This node works on the job.
    Lease,
}

/// Which row a change looks at, and what it must find there.
fn needs(change: &Change) -> Option<(Key, Needs)> {
    Some(match change {
        Change::Change(_, record) => {
            let (table, id, version) = place(record);
            ((table, id), Needs::Version(version))
        }
        Change::DeleteArticle(article) => {
            ((Table::Articles, article.id.to_string()), Needs::Version(article.version))
        }
        Change::DeleteExample(id) => ((Table::Examples, id.to_string()), Needs::Presence),
        Change::AttachFile(id, ..) => ((Table::Files, id.to_string()), Needs::NoMark),
        Change::FinishReview(id, _) => ((Table::Reviews, id.to_string()), Needs::NoMark),
        Change::Reserve(version) => {
            ((Table::Counters, "calls".to_owned()), Needs::Version(*version))
        }
        Change::FinishJob(id) | Change::ExtendLease(id, _) | Change::RetryJob { id, .. } => {
            ((Table::Jobs, id.to_string()), Needs::Lease)
        }
        Change::ReviveJob(id, _) | Change::DropJob(id) => {
            ((Table::Jobs, id.to_string()), Needs::Presence)
        }
        _ => return None,
    })
}

fn place(record: &Record) -> (Table, String, i64) {
    match record {
        Record::Desk(desk) => (Table::Desks, desk.id.to_string(), desk.version),
        Record::Inbox(inbox) => (Table::Inboxes, inbox.id.to_string(), inbox.version),
        Record::Agent(agent) => (Table::Agents, agent.id.to_string(), agent.version),
        Record::Customer(row) => (Table::Customers, row.id.to_string(), row.version),
        Record::Topic(topic) => (Table::Topics, topic.id.to_string(), topic.version),
        Record::Article(article) => (Table::Articles, article.id.to_string(), article.version),
        Record::Conversation(row) => (Table::Conversations, row.id.to_string(), row.version),
        Record::Message(row) => (Table::Messages, row.id.to_string(), row.version),
        Record::Case(case) => (Table::Cases, case.id.to_string(), case.version),
        Record::Handoff(row) => (Table::Handoffs, row.id.to_string(), row.version),
        Record::Call(call) => (Table::Calls, call.key.clone(), call.version),
        Record::Worker(worker) => (Table::Workers, worker.id.to_string(), worker.version),
        Record::Application(one) => (Table::Applications, one.id.to_string(), one.version),
        Record::Shift(shift) => (Table::Shifts, shift.id.to_string(), shift.version),
    }
}

fn wanted(commits: &[&Commit]) -> Wanted {
    let mut wanted: BTreeMap<Table, BTreeSet<String>> = BTreeMap::new();
    for change in commits.iter().flat_map(|commit| &commit.changes) {
        if let Some(((table, id), _)) = needs(change) {
            wanted.entry(table).or_default().insert(id);
        }
    }
    wanted.into_iter().map(|(table, ids)| (table, ids.into_iter().collect())).collect()
}

/// Rows as a commit leaves them; `None` when gone.
type After = HashMap<Key, Option<Locked>>;

/// Whether a commit finds everything as it must be, and what it leaves behind.
fn check(commit: &Commit, known: &Known, node: &str) -> Result<After, CommitError> {
    let mut after = After::new();
    for change in &commit.changes {
        if let Some((key, needs)) = needs(change) {
            let row = after.get(&key).map_or_else(|| known.get(&key), Option::as_ref);
            let row = row.ok_or(CommitError::Conflict)?;
            let is_so = match needs {
                Needs::Version(version) => row.version == version,
                Needs::Presence => true,
                Needs::NoMark => row.mark.is_none(),
                Needs::Lease => row.mark.as_deref() == Some(node),
            };
            if !is_so {
                return Err(CommitError::Conflict);
            }
        }
        if let Some((key, row)) = leaves(change, node) {
            after.insert(key, row);
        }
    }
    Ok(after)
}

fn leaves(change: &Change, node: &str) -> Option<(Key, Option<Locked>)> {
    let present = |version, mark| Some(Locked { version, mark });
    Some(match change {
        Change::Add(_, record) => {
            let (table, id, _) = place(record);
            ((table, id), present(1, view(record)))
        }
        Change::Change(_, record) => {
            let (table, id, version) = place(record);
            ((table, id), present(version + 1, view(record)))
        }
        Change::DeleteArticle(article) => ((Table::Articles, article.id.to_string()), None),
        Change::AddExample(example) => {
            ((Table::Examples, example.id.to_string()), present(1, None))
        }
        Change::DeleteExample(id) => ((Table::Examples, id.to_string()), None),
        Change::AddFile(file) => ((Table::Files, file.file.id.to_string()), present(1, None)),
        Change::AttachFile(id, _, message) => {
            ((Table::Files, id.to_string()), present(1, Some(message.to_string())))
        }
        Change::AddReview(review) => ((Table::Reviews, review.id.to_string()), present(1, None)),
        Change::FinishReview(id, verdict) => {
            ((Table::Reviews, id.to_string()), present(1, Some(verdict.by.to_string())))
        }
        Change::Reserve(version) => {
            ((Table::Counters, "calls".to_owned()), present(version + 1, None))
        }
        Change::AddJob(job) => {
            ((Table::Jobs, job.id.to_string()), present(1, Some(node.to_owned())))
        }
        Change::FinishJob(id) | Change::DropJob(id) => ((Table::Jobs, id.to_string()), None),
        Change::RetryJob { id, .. } | Change::ReviveJob(id, _) => {
            ((Table::Jobs, id.to_string()), present(1, None))
        }
        _ => return None,
    })
}

/// The view that holds a conversation: `closed`, or who answers.
fn view(record: &Record) -> Option<String> {
    match record {
        Record::Conversation(row) => Some(view_of(row).to_owned()),
        _ => None,
    }
}

fn view_of(row: &Conversation) -> &'static str {
    match row.state {
        State::Closed => "closed",
        State::Open => row.handler.as_str(),
    }
}

/// A commit's journal rows, not yet numbered.
fn entries(commit: &Commit) -> Vec<desk::Entry> {
    let changes = commit.changes.iter().filter_map(|change| match change {
        Change::Add(kind, record) => Some(writes::entry(commit, *kind, record, 1)),
        Change::Change(kind, record) => {
            let (_, _, version) = place(record);
            Some(writes::entry(commit, *kind, record, version + 1))
        }
        Change::DeleteArticle(article) => {
            let record = Record::Article((**article).clone());
            let kind = desk::Kind::ArticleDeleted;
            Some(writes::entry(commit, kind, &record, article.version + 1))
        }
        _ => None,
    });
    changes.collect()
}

/// What a batch changes in the counts that are kept.
#[derive(Default)]
struct Counts {
    views: BTreeMap<&'static str, i64>,
    hours: BTreeMap<i64, (i64, i64)>,
}

const VIEWS: [&str; 4] = ["agent", "assistant", "closed", "queue"];

impl Counts {
    /// `known` holds the rows as they were before the commit.
    fn add(&mut self, change: &Change, known: &Known) {
        let (Change::Add(_, record) | Change::Change(_, record)) = change else { return };
        match &**record {
            Record::Conversation(row) => {
                let key = (Table::Conversations, row.id.to_string());
                let before = known.get(&key).and_then(|row| row.mark.as_deref());
                if let Some(before) = VIEWS.into_iter().find(|view| Some(*view) == before) {
                    *self.views.entry(before).or_default() -= 1;
                }
                *self.views.entry(view_of(row)).or_default() += 1;
            }
            Record::Message(message)
                if message.kind == MessageKind::Text && matches!(change, Change::Add(..)) =>
            {
                let hour = message.created_at.0.div_euclid(HOUR_MS);
                match message.author {
                    // A greeting, or that a person will answer, is no answer.
                    Author::Assistant if message.sources.is_empty() => {}
                    Author::Assistant => self.hours.entry(hour).or_default().0 += 1,
                    Author::Agent(_) => self.hours.entry(hour).or_default().1 += 1,
                    Author::Customer(_) | Author::System => {}
                }
            }
            _ => {}
        }
    }

    fn write(&self, writes: &mut Writes) {
        for (hour, (n_by_ai, n_by_people)) in &self.hours {
            writes.count_answers(*hour, *n_by_ai, *n_by_people);
        }
        for (name, n_more) in self.views.iter().filter(|(_, n_more)| **n_more != 0) {
            writes.count(name, *n_more);
        }
    }
}

/// What a failure of the database is for the one commit that met it.
pub(crate) fn refusal(failure: &Failure) -> CommitError {
    match failure {
        Failure::Taken(what) if what.contains("idempotency") => CommitError::Repeated,
        Failure::Taken(_) => CommitError::Taken,
        Failure::Again(_) => CommitError::Busy,
        Failure::Full(_) => CommitError::Full,
        Failure::Lost(_) => CommitError::Lost,
        Failure::Other(why) => CommitError::Failed(why.clone()),
    }
}
