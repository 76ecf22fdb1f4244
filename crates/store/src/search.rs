//! The search index of a copy: filled at once when all messages are there, which takes a fifth of
//! the time that it takes message by message.

use crate::connection::{Connection, Outcome};

impl Connection {
    /// Tells the index of a file of all its messages. PostgreSQL was given the words with each row.
    pub(crate) fn fill_search(&self) -> Outcome<()> {
        if self.is_postgres() {
            return Ok(());
        }
        self.script(
            "insert into message_search (rowid, text) \
             select messages.row, text from messages where kind in ('text', 'note') \
             order by messages.row",
        )
    }
}
