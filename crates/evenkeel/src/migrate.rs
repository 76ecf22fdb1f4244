//! `migrate`: a desk that is stopped, from one place to another, compared row by row.

use std::{path::PathBuf, time::Instant};

use serde_json::json;
use store::{CopyError, Location};

use crate::{
    arguments::MigrateOptions,
    copied::{print, progress, refusal, seconds},
    failure::{Failure, Outcome},
    folder::{DATABASE, lock_place},
};

pub(crate) async fn run(options: &MigrateOptions) -> Outcome<()> {
    let began = Instant::now();
    let from = place(&options.from, options)?;
    let to = place(&options.to, options)?;
    if from == to {
        return Err(refusal(&CopyError::SamePlace));
    }
    // A folder is made for the desk that comes, not for one that is missing.
    let is_desk = matches!(&from, Location::Sqlite(file) if file.ends_with(DATABASE));
    let is_missing = matches!(&from, Location::Sqlite(file) if !file.exists());
    if is_missing {
        return Err(refusal(&CopyError::NoDesk(from)));
    }
    let _from_lock = if is_desk { lock_place(&from)? } else { None };
    let _to_lock = lock_place(&to)?;
    let tables = store::copy_desk(&from, &to, progress()).await;
    let tables = tables.map_err(|error| refusal(&error))?;
    print(&tables, &json!({ "verified": true, "seconds": seconds(began) }), options.json);
    Ok(())
}

/// What a word, a path or an address means.
fn place(named: &str, options: &MigrateOptions) -> Outcome<Location> {
    match named {
        "sqlite" => Ok(Location::Sqlite(options.data.join(DATABASE))),
        "postgres" => {
            let address = options.database.clone();
            let address = address.or_else(|| std::env::var("EVENKEEL_DATABASE").ok());
            address.filter(|url| !url.is_empty()).map(Location::Postgres).ok_or_else(|| {
                Failure::new(
                    "the address of PostgreSQL is missing.",
                    "Name it with --database or in EVENKEEL_DATABASE.",
                )
            })
        }
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Location::Postgres(url.to_owned()))
        }
        path => {
            let path = PathBuf::from(path);
            let is_file = path.extension().is_some_and(|end| end == "sqlite");
            Ok(Location::Sqlite(if is_file { path } else { path.join(DATABASE) }))
        }
    }
}
