//! `import`: topics and articles into the folder of a desk that is stopped.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use desk::Level;
use privacy::RawText;
use serde_json::json;
use service::{Imported, ImportedArticle, ImportedTopic};

use crate::{
    arguments::{ImportArticlesOptions, ImportTopicsOptions, Place},
    article_file,
    failure::{Failure, Outcome},
    folder::Folder,
    rows::{self, OUT_OF_SCOPE, Row},
    topic_file,
};

const FRESH_NAME: &str = "Evenkeel";

pub(crate) async fn topics(options: &ImportTopicsOptions) -> Outcome<()> {
    let started = Instant::now();
    let (mut topics, n_unlabelled) = read_topics(&options.file)?;
    for topic in &mut topics {
        topic.level = options.level.unwrap_or(topic.level);
        topic.share = options.share.unwrap_or(topic.share);
        topic.answers_at_night |= options.at_night;
    }
    let folder = open(&options.place).await?;
    let reason = "Set by the import.";
    let Imported { added, examples, skipped } =
        folder.service.import_topics(topics, reason).await?;
    let (skipped, seconds) = (skipped + n_unlabelled, started.elapsed().as_secs_f64());
    if options.json {
        let fields = json!({
            "topics": added, "examples": examples, "skipped": skipped, "seconds": seconds,
        });
        println!("{fields}");
    } else {
        println!("topics    {added}\nexamples  {examples}\nskipped   {skipped}");
        println!("seconds   {seconds:.2}");
    }
    Ok(())
}

pub(crate) async fn articles(options: &ImportArticlesOptions) -> Outcome<()> {
    let started = Instant::now();
    let articles = read_articles(&options.path)?;
    let folder = open(&options.place).await?;
    let Imported { added, skipped, .. } = folder.service.import_articles(articles).await?;
    let seconds = started.elapsed().as_secs_f64();
    if options.json {
        println!("{}", json!({ "articles": added, "skipped": skipped, "seconds": seconds }));
    } else {
        println!("articles  {added}\nskipped   {skipped}\nseconds   {seconds:.2}");
    }
    Ok(())
}

async fn open(place: &Place) -> Outcome<Folder> {
    let folder = Folder::open(place, 1.0).await?;
    folder.service.set_up_without_owner(FRESH_NAME).await?;
    Ok(folder)
}

/// The topics, and how many rows have no topic.
fn read_topics(path: &Path) -> Outcome<(Vec<ImportedTopic>, usize)> {
    if path.extension().is_some_and(|extension| extension == "toml") {
        let topics = topic_file::read(&rows::text(path)?).map_err(|why| {
            Failure::file(path.display(), why, "Mend the file; demo/topics.toml is an example.")
        })?;
        return Ok((topics, 0));
    }
    let rows = rows::read(path, &["train"], &[])?;
    let n_rows = rows.len();
    let topics = by_label(rows);
    let n_labelled: usize = topics.iter().map(|topic| topic.examples.len()).sum();
    if topics.is_empty() {
        return Err(Failure::file(
            path.display(),
            "no row names its topic.",
            "Add a column `category` with the topic of each row.",
        ));
    }
    Ok((topics, n_rows - n_labelled))
}

fn by_label(rows: Vec<Row>) -> Vec<ImportedTopic> {
    let mut by_label: BTreeMap<String, Vec<RawText>> = BTreeMap::new();
    for Row { text, label } in rows {
        if let Some(label) = label.filter(|label| label != OUT_OF_SCOPE) {
            by_label.entry(label).or_default().push(RawText::from(text));
        }
    }
    let topic = |(slug, examples)| ImportedTopic {
        slug,
        name: String::new(),
        description: String::new(),
        level: Level::Off,
        share: topic_file::SHARE,
        people_first: false,
        answers_at_night: false,
        examples,
    };
    by_label.into_iter().map(topic).collect()
}

fn read_articles(path: &Path) -> Outcome<Vec<ImportedArticle>> {
    let read = |path: &PathBuf| {
        let slug = path.file_stem().unwrap_or_default().to_string_lossy();
        article_file::read(&slug, &rows::text(path)?).map_err(|why| {
            Failure::file(path.display(), why, "Start with +++, title = \"…\", +++, then the text.")
        })
    };
    if !path.is_dir() {
        return Ok(vec![read(&path.to_owned())?]);
    }
    let failed = |error| Failure::file(path.display(), error, "Check the folder.");
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|extension| extension == "md") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::file(path.display(), "no file ends in .md.", "Check the folder."));
    }
    files.iter().map(read).collect()
}
