//! A connection to PostgreSQL, driven from threads that may wait.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::Future,
    sync::Arc,
    time::Duration,
};

use futures_util::future::{join, join_all};
use tokio::{runtime::Handle, task::AbortHandle};
use tokio_postgres::{Client, Config, NoTls, Statement, types::ToSql};

use crate::{
    connection::Outcome,
    differences::postgres_placeholders,
    sheet::List,
    value::{Failure, Value, Write},
};

/// For a connection and the words that begin it.
pub(crate) const CONNECT_MAX: Duration = Duration::from_secs(5);
/// A server that has not answered by then is given up: a network may be silent for hours, and the
/// system takes bytes for delivered that lie in somebody else's memory.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(8);
/// What the server is told of a connection that gives up. It lets go of what a desk holds that
/// fell silent, or all others would wait for it; and it does so before that desk gives up, so that
/// nothing is written that the desk has said it could not write.
const LETS_GO: &str = "set idle_in_transaction_session_timeout = '5s'; \
                       set statement_timeout = '10s'";

pub(crate) struct Postgres {
    runtime: Handle,
    config: Arc<Config>,
    patience: Patience,
    client: Client,
    driver: AbortHandle,
    /// No answer came in time.
    is_silent: Cell<bool>,
    statements: RefCell<HashMap<String, Statement>>,
}

/// How long a connection waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Not long: somebody waits for the desk.
    Short,
    /// For as long as it takes, such as to bring tables up to date.
    Endless,
}

/// Reads an address such as `postgres://user@host/name`.
pub(crate) fn config(url: &str) -> Result<Config, String> {
    let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let source = std::error::Error::source(&error);
        source.map_or_else(|| error.to_string(), ToString::to_string)
    })?;
    if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
        return Err("this release speaks to PostgreSQL without TLS".to_owned());
    }
    config.keepalives_idle(Duration::from_secs(10));
    // A cut network is noticed after this time, when something was sent.
    config.tcp_user_timeout(Duration::from_secs(10));
    if config.get_application_name().is_none() {
        config.application_name("evenkeel");
    }
    Ok(config)
}

async fn connect(config: &Config, patience: Patience) -> Outcome<(Client, AbortHandle)> {
    within(CONNECT_MAX, async {
        let (client, connection) = config.connect(NoTls).await.map_err(|error| {
            // Whatever the reason, nothing can be done on it.
            Failure::Lost(Failure::from(error).to_string())
        })?;
        let driver = tokio::spawn(async move {
            // The next statement on it says what happened.
            let _ = connection.await;
        });
        client.batch_execute("set synchronous_commit = on; set jit = off").await?;
        if patience == Patience::Short {
            client.batch_execute(LETS_GO).await?;
        }
        Ok((client, driver.abort_handle()))
    })
    .await
}

/// What the server does in this time; else it is taken for lost.
pub(crate) async fn within<T>(
    length: Duration,
    work: impl Future<Output = Outcome<T>>,
) -> Outcome<T> {
    let lost = |_| Err(Failure::Lost(format!("no answer within {length:?}")));
    tokio::time::timeout(length, work).await.unwrap_or_else(lost)
}

impl Postgres {
    pub(crate) async fn open(config: Arc<Config>, patience: Patience) -> Outcome<Self> {
        let (client, driver) = connect(&config, patience).await?;
        Ok(Self {
            runtime: Handle::current(),
            config,
            patience,
            client,
            driver,
            is_silent: Cell::new(false),
            statements: RefCell::default(),
        })
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.is_silent.get() || self.client.is_closed()
    }

    /// It was given up because no answer came, which is no reason to ask again at once.
    pub(crate) fn is_silent(&self) -> bool {
        self.is_silent.get()
    }

    pub(crate) fn revive(&mut self) -> Outcome<()> {
        if !self.is_lost() {
            return Ok(());
        }
        // A silent network would keep it for long.
        self.driver.abort();
        let connecting = connect(&self.config, self.patience);
        (self.client, self.driver) = self.runtime.block_on(connecting)?;
        self.is_silent.set(false);
        self.statements.borrow_mut().clear();
        Ok(())
    }

    fn wait<T>(&self, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        if self.is_silent.get() {
            return Err(Failure::Lost("the connection was given up".to_owned()));
        }
        if self.patience == Patience::Endless {
            return self.runtime.block_on(work);
        }
        let timely = async { tokio::time::timeout(ANSWER_MAX, work).await };
        self.runtime.block_on(timely).unwrap_or_else(|_| {
            self.is_silent.set(true);
            Err(Failure::Lost(format!("no answer within {ANSWER_MAX:?}")))
        })
    }

    async fn statement(&self, sql: &str) -> Outcome<Statement> {
        let known = self.statements.borrow().get(sql).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let statement = self.client.prepare(&postgres_placeholders(sql)).await?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) fn query(&self, sql: &str, values: &[Value]) -> Outcome<Vec<tokio_postgres::Row>> {
        self.wait(async {
            let statement = self.statement(sql).await?;
            Ok(self.client.query(&statement, &parameters(values)).await?)
        })
    }

    pub(crate) fn script(&self, sql: &str) -> Outcome<()> {
        self.wait(async { Ok(self.client.batch_execute(sql).await?) })
    }

    /// Sends all statements in order and a question after them, then waits for all answers.
    pub(crate) fn run_and_query(
        &self,
        writes: &[Write],
        sql: &str,
        values: &[Value],
    ) -> Outcome<Vec<tokio_postgres::Row>> {
        self.wait(async {
            let statements = self.statements_of(writes).await?;
            let last = self.statement(sql).await?;
            let values = parameters(values);
            let asked = async { self.client.query(&last, &values).await };
            let (sent, rows) = join(self.sent(writes, &statements), asked).await;
            sent?;
            Ok(rows?)
        })
    }

    /// Sends all statements in order and the end of the transaction after them.
    pub(crate) fn run_and_commit(&self, writes: &[Write]) -> Outcome<()> {
        self.wait(async {
            let statements = self.statements_of(writes).await?;
            let ended = self.client.batch_execute("commit");
            let (sent, ended) = join(self.sent(writes, &statements), ended).await;
            sent?;
            Ok(ended?)
        })
    }

    /// Adds many rows with one statement, whose parameters are their columns.
    pub(crate) fn write_lists(&self, sql: &str, lists: &[&List<'_>]) -> Outcome<()> {
        self.runtime.block_on(async {
            let statement = self.statement(sql).await?;
            let lists: Vec<&(dyn ToSql + Sync)> = lists
                .iter()
                .map(|list| -> &(dyn ToSql + Sync) {
                    match list {
                        List::Ints(list) => list,
                        List::Reals(list) => list,
                        List::Texts(list) => list,
                        List::Bytes(list) => list,
                        List::Words(list) => list,
                    }
                })
                .collect();
            self.client.execute(&statement, &lists).await?;
            Ok(())
        })
    }

    async fn statements_of(&self, writes: &[Write]) -> Outcome<Vec<Statement>> {
        let mut statements = Vec::with_capacity(writes.len());
        for write in writes {
            statements.push(self.statement(write.sql).await?);
        }
        Ok(statements)
    }

    /// The first failure in their order: those after it say only that the transaction failed.
    async fn sent(
        &self,
        writes: &[Write],
        statements: &[Statement],
    ) -> Result<(), tokio_postgres::Error> {
        let sent = writes.iter().zip(statements).map(async |(write, statement)| {
            self.client.execute(statement, &parameters(&write.values)).await
        });
        join_all(sent).await.into_iter().try_for_each(|sent| sent.map(drop))
    }

    /// Begins a transaction and locks rows, all in one journey.
    pub(crate) fn begin(
        &self,
        locks: &[(&str, &Vec<String>)],
    ) -> Outcome<Vec<Vec<tokio_postgres::Row>>> {
        self.wait(async {
            let mut statements = Vec::with_capacity(locks.len());
            for (sql, _) in locks {
                statements.push(self.statement(sql).await?);
            }
            let begun = self.client.batch_execute("begin");
            let locked =
                join_all(locks.iter().zip(&statements).map(async |((_, ids), statement)| {
                    let ids: &(dyn ToSql + Sync) = *ids;
                    self.client.query(statement, &[ids]).await
                }));
            // The first is sent first.
            let (begun, locked) = join(begun, locked).await;
            begun?;
            Ok(locked.into_iter().collect::<Result<_, _>>()?)
        })
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
