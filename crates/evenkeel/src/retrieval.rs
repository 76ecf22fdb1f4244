//! `eval retrieval`: which of a folder's documents are found for what customers are after.

use std::{fs, path::Path, time::Instant};

use knowledge::{Document, Documents};
use serde::Deserialize;
use serde_json::json;

use crate::{
    arguments::EvalRetrievalOptions,
    failure::{Failure, Outcome},
    print::print,
    rows,
};

const DOCUMENTS_HINT: &str = "Name a folder of JSON files, each with `id`, `title` and `content`.";
const QUERIES_HINT: &str = "Name a JSON list of tasks, each with `required_documents` and \
                            `user_scenario.instructions`.";

#[derive(Deserialize)]
struct File {
    id: String,
    title: String,
    content: String,
}

#[derive(Deserialize)]
struct Task {
    user_scenario: Scenario,
    #[serde(default)]
    required_documents: Vec<String>,
}

#[derive(Deserialize)]
struct Scenario {
    instructions: String,
}

/// Sums over the queries.
#[derive(Default)]
struct Sums {
    recall_at_1: f64,
    recall_at_5: f64,
    recall_at_10: f64,
    reciprocal_rank: f64,
}

pub(crate) fn run(options: &EvalRetrievalOptions) -> Outcome<()> {
    let files = documents(&options.documents)?;
    let mut tasks: Vec<Task> = rows::json(&options.queries, QUERIES_HINT)?;
    tasks.retain(|task| !task.required_documents.is_empty());
    let known = |id: &String| files.iter().any(|file| file.id == *id);
    if let Some(id) = tasks.iter().flat_map(|task| &task.required_documents).find(|id| !known(id)) {
        let why = format!("the document {id} is required, but not in the folder");
        return Err(Failure::file(options.queries.display(), why, DOCUMENTS_HINT));
    }
    if tasks.is_empty() {
        let why = "no task names the documents it requires";
        return Err(Failure::file(options.queries.display(), why, QUERIES_HINT));
    }
    let read_from: Vec<Document<'_>> = files
        .iter()
        .map(|file| Document { id: &file.id, title: &file.title, content: &file.content })
        .collect();
    let started = Instant::now();
    let index = Documents::read("en", &read_from);
    let read_seconds = started.elapsed().as_secs_f64();
    let mut sums = Sums::default();
    let mut micros = Vec::with_capacity(tasks.len());
    for task in &tasks {
        let started = Instant::now();
        let found = index.search(&task.user_scenario.instructions);
        micros.push(started.elapsed().as_secs_f64() * 1e6);
        let ids: Vec<&str> = found.iter().map(|found| found.id).collect();
        sums.add(&ids, &task.required_documents);
    }
    micros.sort_by(f64::total_cmp);
    let n = tasks.len() as f64;
    let fields = json!({
        "recall_at_1": sums.recall_at_1 / n,
        "recall_at_5": sums.recall_at_5 / n,
        "recall_at_10": sums.recall_at_10 / n,
        "mrr": sums.reciprocal_rank / n,
        "p50_us": micros[micros.len() / 2],
        "n_queries": tasks.len(),
        "n_documents": files.len(),
        "read_seconds": read_seconds,
    });
    print(&fields, options.json);
    Ok(())
}

impl Sums {
    fn add(&mut self, found: &[&str], required: &[String]) {
        let is_required = |id: &&&str| required.iter().any(|required| required == **id);
        let recall = |n: usize| {
            let n_found = found.iter().take(n).filter(is_required).count();
            n_found as f64 / required.len() as f64
        };
        self.recall_at_1 += recall(1);
        self.recall_at_5 += recall(5);
        self.recall_at_10 += recall(10);
        let first = found.iter().position(|id| is_required(&id));
        self.reciprocal_rank += first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
    }
}

/// In the order of their ids, so that equals rank alike on every disk.
fn documents(folder: &Path) -> Outcome<Vec<File>> {
    let failed = |error| Failure::file(folder.display(), error, DOCUMENTS_HINT);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(rows::json::<File>(&path, DOCUMENTS_HINT)?);
        }
    }
    if files.is_empty() {
        return Err(Failure::file(folder.display(), "there is no document in it", DOCUMENTS_HINT));
    }
    files.sort_by(|left, right| left.id.cmp(&right.id));
    match files.windows(2).find(|pair| pair[0].id == pair[1].id) {
        Some(pair) => {
            let why = format!("two documents have the id {}", pair[0].id);
            Err(Failure::file(folder.display(), why, "Give each document an id of its own."))
        }
        None => Ok(files),
    }
}
