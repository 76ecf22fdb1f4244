//! Brings a database to the present tables, one numbered file at a time, each in a transaction.

use rusqlite::{Connection, TransactionBehavior};

/// In order; a file that has shipped is never edited.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001.sql")];

/// Runs what is missing.
///
/// # Errors
/// When the database is newer than this program, or a statement fails; nothing of that file stays.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), String> {
    let at: usize = connection
        .query_row("select user_version from pragma_user_version", [], |row| row.get::<_, i64>(0))
        .map_err(|error| error.to_string())?
        .try_into()
        .map_err(|_| "its version is negative".to_owned())?;
    if at > MIGRATIONS.len() {
        return Err(format!(
            "it was written by a newer release (version {at}, this release knows {})",
            MIGRATIONS.len()
        ));
    }
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(at) {
        let mut run = || -> rusqlite::Result<()> {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "user_version", index as i64 + 1)?;
            transaction.commit()
        };
        run().map_err(|error| format!("migration {} failed: {error}", index + 1))?;
    }
    Ok(())
}
