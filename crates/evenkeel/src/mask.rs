//! `mask`: covers personal data line by line.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    path::Path,
    time::{Duration, Instant},
};

use privacy::mask_kinds;
use serde_json::json;

use crate::{
    arguments::MaskOptions,
    failure::{Failure, Outcome},
    rows,
};

pub(crate) fn run(options: &MaskOptions) -> Outcome<()> {
    let text = read(options.file.as_deref())?;
    let mut found: BTreeMap<&str, usize> =
        options.only.iter().map(|kind| (kind.name(), 0)).collect();
    let (mut n_lines, mut spent) = (0_usize, Duration::ZERO);
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let started = Instant::now();
        let (covered, places) = mask_kinds(line, &options.only);
        spent += started.elapsed();
        n_lines += 1;
        for place in places {
            *found.entry(place.kind.name()).or_default() += 1;
        }
        if !options.json {
            masked.push_str(&covered);
            masked.push_str(end);
        }
    }
    if options.json {
        let us_per_line = spent.as_secs_f64() * 1e6 / n_lines.max(1) as f64;
        println!("{}", json!({ "lines": n_lines, "found": found, "us_per_line": us_per_line }));
        return Ok(());
    }
    match io::stdout().lock().write_all(masked.as_bytes()) {
        // Whoever reads, such as `head`, has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => {
            written.map_err(|error| Failure::new(error.to_string(), "Check where the output goes."))
        }
    }
}

fn read(file: Option<&Path>) -> Outcome<String> {
    if let Some(path) = file {
        return rows::text(path);
    }
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::file("standard input", error, "Name a file instead."))?;
    String::from_utf8(bytes).map_err(|error| {
        let why = format!("byte {} is not UTF-8", error.utf8_error().valid_up_to() + 1);
        Failure::file("standard input", why, "Convert it to UTF-8 first.")
    })
}
