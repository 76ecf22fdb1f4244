//! `restore`: a desk from a backup, in a folder or database that holds none.

use std::time::Instant;

use serde_json::json;

use crate::{
    arguments::RestoreOptions,
    copied::{print, progress, refusal, seconds},
    failure::Outcome,
    folder::lock_place,
};

pub(crate) async fn run(options: &RestoreOptions) -> Outcome<()> {
    let began = Instant::now();
    let to = options.place.location();
    let _lock = lock_place(&to)?;
    let tables = store::restore(&options.file, &to, progress()).await;
    let tables = tables.map_err(|error| refusal(&error))?;
    print(&tables, &json!({ "verified": true, "seconds": seconds(began) }), options.json);
    Ok(())
}
