//! A whole desk as lines of JSON: written by `export --what all`, put back by `restore`.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
    time::Instant,
};

use serde_json::json;

use crate::{
    arguments::ExportOptions,
    copied::{print, progress, refusal, seconds},
    failure::{Failure, Outcome},
};

const BUFFER: usize = 1 << 20;
const HINT: &str = "Make room, or name another file.";

pub(crate) async fn export(options: &ExportOptions) -> Outcome<()> {
    let began = Instant::now();
    let path = &options.out;
    let failed = |error: std::io::Error| Failure::file(path.display(), error, HINT);
    let from = options.place.location();
    if path == Path::new("-") {
        let written = store::write_lines(&from, Box::new(std::io::stdout()), progress()).await;
        return written.map(|_| ()).map_err(|error| refusal(&error));
    }
    // It bears its name only when it is whole.
    let part = path.with_extension("part");
    let file = for_owner_alone(&part).map_err(failed)?;
    let out: Box<dyn Write + Send> = Box::new(BufWriter::with_capacity(BUFFER, file));
    let written = store::write_lines(&from, out, progress()).await;
    let tables = match written {
        Ok(tables) => tables,
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            return Err(refusal(&error));
        }
    };
    File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
    std::fs::rename(&part, path).map_err(failed)?;
    let more = json!({ "file": path.display().to_string(), "seconds": seconds(began) });
    print(&tables, &more, options.json);
    Ok(())
}

/// It holds what customers wrote.
fn for_owner_alone(path: &Path) -> std::io::Result<File> {
    let mut open = OpenOptions::new();
    open.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path)
}

/// The file's lines, if it is one of lines; a backup is none.
pub(crate) fn of(path: &Path) -> Outcome<Option<Box<dyn BufRead + Send>>> {
    let failed = |error: std::io::Error| Failure::file(path.display(), error, "Check its name.");
    let mut lines = BufReader::with_capacity(BUFFER, File::open(path).map_err(failed)?);
    let is_json = lines.fill_buf().map_err(failed)?.first() == Some(&b'{');
    Ok(is_json.then(|| Box::new(lines) as Box<dyn BufRead + Send>))
}
