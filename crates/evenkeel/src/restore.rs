//! `restore`: a desk from a backup or an export, in a folder or database that holds none.

use std::time::Instant;

use serde_json::json;

use crate::{
    arguments::RestoreOptions,
    copied::{print, progress, refusal, seconds},
    failure::Outcome,
    folder::lock_place,
    lines,
};

pub(crate) async fn run(options: &RestoreOptions) -> Outcome<()> {
    let began = Instant::now();
    let to = options.place.location();
    let _lock = lock_place(&to)?;
    let tables = match lines::of(&options.file)? {
        Some(lines) => store::read_lines(lines, &to, progress()).await,
        None => store::restore(&options.file, &to, progress()).await,
    };
    let tables = tables.map_err(|error| refusal(&error))?;
    print(&tables, &json!({ "verified": true, "seconds": seconds(began) }), options.json);
    Ok(())
}
