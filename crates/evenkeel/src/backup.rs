//! `backup`: all that a desk holds in one file, while it is at work or stopped.

use std::{fs, path::Path, time::Instant};

use serde_json::json;
use store::{CopyError, Location};

use crate::{
    arguments::BackupOptions,
    copied::{print, progress, refusal, seconds},
    failure::{Failure, Outcome},
};

pub(crate) async fn run(options: &BackupOptions) -> Outcome<()> {
    let began = Instant::now();
    let (from, out) = (options.place.location(), &options.out);
    check_name(&from, out, options.force)?;
    let tables = store::back_up(&from, out, progress()).await.map_err(|error| match error {
        CopyError::Full(_) => Failure::file(
            out.display(),
            &error,
            "Make room, or name a file on another disk. What was begun is removed.",
        ),
        other => refusal(&other),
    })?;
    let n_bytes = fs::metadata(out).map(|file| file.len()).unwrap_or_default();
    print(&tables, &json!({ "bytes": n_bytes, "seconds": seconds(began) }), options.json);
    Ok(())
}

fn check_name(from: &Location, out: &Path, is_forced: bool) -> Outcome<()> {
    if let Location::Sqlite(desk) = from
        && let (Ok(desk), Ok(out)) = (fs::canonicalize(desk), fs::canonicalize(out))
        && desk == out
    {
        return Err(Failure::file(out.display(), "this is the desk itself.", "Name another file."));
    }
    if out.is_dir() {
        let hint = "Name a file in it, such as desk-backup.sqlite.";
        return Err(Failure::file(out.display(), "this is a folder.", hint));
    }
    if out.exists() && !is_forced {
        let hint = "Name another file, or write over it with --force.";
        return Err(Failure::file(out.display(), "the file is there already.", hint));
    }
    Ok(())
}
