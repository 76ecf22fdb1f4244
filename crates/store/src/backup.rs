//! A backup: one file that is a desk itself, as of one moment, whether or not the desk works on.

use std::path::Path;

use crate::{
    Location,
    connection::{Connection, Outcome},
    copy::{
        CopyError, TableRows, Tell, blocking, check_desk, check_sound, connect, fill, fill_file,
    },
    migrate::version,
    part::Part,
    tables::TABLES,
    value::values,
};

/// Writes all that a desk holds to a file, which is there when it is complete.
///
/// # Errors
/// See [`CopyError`]; then the file is as it was before.
pub async fn back_up(
    from: &Location,
    file: &Path,
    tell: Tell,
) -> Result<Vec<TableRows>, CopyError> {
    let source = connect(from).await?;
    let (from, file) = (from.clone(), file.to_owned());
    blocking(move || {
        let part = Part::unique(&file);
        if source.is_postgres() {
            check_desk(&source, &from)?;
            return fill_file(part, |to| fill(&source, to, &tell));
        }
        if version(&source)? == 0 {
            return Err(CopyError::NoDesk(from));
        }
        let tables = write_out(&source, part.path())?;
        // Damage is carried along; it shall not take the place of an older, sound backup.
        check_sound(&Connection::sqlite_reader(part.path())?, &from)?;
        part.finish()?;
        Ok(tables)
    })
    .await
}

/// Writes what a file holds at this moment to another one, without the room that is not used.
pub(crate) fn write_out(from: &Connection, to: &Path) -> Result<Vec<TableRows>, CopyError> {
    let name = to
        .to_str()
        .ok_or_else(|| CopyError::Failed(format!("the name {} is not UTF-8", to.display())))?;
    from.all("vacuum into ?1", &values![name], |_| Ok(()))?;
    Ok(count(&Connection::sqlite_reader(to)?)?)
}

/// How many rows each table has; one of an earlier release may not be there.
fn count(connection: &Connection) -> Outcome<Vec<TableRows>> {
    let mut tables = Vec::with_capacity(TABLES.len());
    for table in &TABLES {
        if !connection.columns(table.name)?.is_empty() {
            let sql = format!("select count(*) as n from {}", table.name);
            let n_rows = usize::try_from(connection.number(&sql, &values![])?).unwrap_or_default();
            tables.push(TableRows { name: table.name, n_rows });
        }
    }
    Ok(tables)
}
