//! Prints how well a shop's articles answer: `answers [FOLDER_OF_ARTICLES [QUESTIONS.json]]`.
//!
//! Each listed way of asking is left out in turn and asked (it should find its article), then each
//! whole article (its questions should be refused, unless another article answers them as well).
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use knowledge::{ArticleText, Classifier, Example, Index};

struct Article {
    id: String,
    title: String,
    topics: Vec<String>,
    questions: Vec<String>,
    body: String,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from).or_else(demo_folder);
    let Some(folder) = folder else {
        println!("skipped: no demo/articles found; name the folder");
        return;
    };
    let articles = read(&folder);
    match arguments.next() {
        Some(questions) => ask_each(&articles, &topics(&folder), Path::new(&questions)),
        None => leave_out(&articles),
    }
}

fn demo_folder() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|folder| folder.join("demo/articles")).find(|folder| folder.is_dir())
}

/// Topics and their examples, from the file beside the folder; none if there is no such file.
fn topics(folder: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(folder.with_file_name("topics.toml")).unwrap_or_default();
    let mut examples = Vec::new();
    for block in text.split("[[topic]]").skip(1) {
        let quoted = |rest: &str| -> Vec<String> {
            rest.split('"').skip(1).step_by(2).map(str::to_owned).collect()
        };
        let after = |key: &str| block.split(key).nth(1).unwrap_or("");
        let slug = quoted(after("slug = ").lines().next().unwrap_or("")).concat();
        let list = after("examples = ").split("\n]").next().unwrap_or("");
        examples.extend(quoted(list).into_iter().map(|text| (slug.clone(), text)));
    }
    examples
}

fn leave_out(articles: &[Article]) {
    let is_verbose = std::env::var_os("VERBOSE").is_some();
    let (mut n, mut n_answered, mut n_right, mut n_found) = (0, 0, 0, 0);
    let mut n_foreign_answered = 0;
    let n_most = articles.iter().map(|article| article.questions.len()).max().unwrap_or(0);
    // One question of each article is left out at a time, so that few indexes are built.
    let without_nth: Vec<Index> = (0..n_most)
        .map(|nth| build(articles, &|a, text| a.questions.get(nth).is_none_or(|q| q != text), ""))
        .collect();
    for article in articles {
        let foreign = build(articles, &|_, _| true, &article.id);
        for (question, index) in article.questions.iter().zip(&without_nth) {
            let Some(grounds) = index.grounds(question, Some("en"), None) else { continue };
            let is_answered = index.answer(question, Some("en"), None).is_ok();
            let is_right = *grounds.article == *article.id;
            n += 1;
            n_found += usize::from(is_right);
            n_answered += usize::from(is_answered);
            n_right += usize::from(is_answered && is_right);
            let without = foreign.grounds(question, Some("en"), None);
            let is_foreign_answered = foreign.answer(question, Some("en"), None).is_ok();
            n_foreign_answered += usize::from(is_foreign_answered);
            if is_verbose {
                println!("{}\t{question}\t{grounds:?}", if is_right { "own" } else { "other" });
                println!("foreign\t{question}\t{without:?}");
            }
        }
    }
    println!(
        "{n} ways of asking left out: best article right {n_found}, answered {n_answered}, of \
         these right {n_right}; with the article left out, answered {n_foreign_answered}"
    );
}

/// `QUESTIONS.json` has lists of objects with a "text"; each is printed with its answer.
fn ask_each(articles: &[Article], topics: &[(String, String)], questions: &Path) {
    let examples: Vec<Example<'_>> =
        topics.iter().map(|(topic, text)| Example { text, topic }).collect();
    let classifier = Classifier::train(&examples, 1);
    let index = build(articles, &|_, _| true, "");
    let text = std::fs::read_to_string(questions).expect("the questions can be read");
    let mut nanos = Vec::new();
    for piece in text.split("\"id\":").skip(1) {
        let piece = piece.replace("\\\"", "'");
        let strings: Vec<&str> = piece.split('"').collect();
        let id = strings[1];
        let at = strings.iter().position(|string| *string == "text").expect("has a text") + 2;
        let question = strings[at].to_owned();
        let started = Instant::now();
        let topic = classifier.classify(&question).decided;
        let answer = index.answer(&question, Some("en"), topic.as_deref());
        nanos.push(started.elapsed().as_nanos());
        match answer {
            Ok(answer) => {
                let words: Vec<&str> = answer.sentences.iter().map(|s| s.text.as_str()).collect();
                let article = &answer.sentences[0].article;
                println!(
                    "{id}\tYES {:.2}\t{question}\t[{article}] {}",
                    answer.confidence,
                    words.join(" / ")
                );
            }
            Err(reason) => {
                let grounds = index.grounds(&question, Some("en"), topic.as_deref());
                let guess = grounds.map(|g| format!("{} {:.2}", g.article, g.confidence));
                println!("{id}\tno {reason:?}\t{question}\t{}", guess.unwrap_or_default());
            }
        }
    }
    nanos.sort_unstable();
    println!("median {:.1} us an answer", nanos[nanos.len() / 2] as f64 / 1e3);
}

fn build(articles: &[Article], is_kept: &dyn Fn(&Article, &str) -> bool, without: &str) -> Index {
    let kept: Vec<(&Article, Vec<&str>, Vec<&str>)> = articles
        .iter()
        .filter(|article| article.id != without)
        .map(|article| {
            let questions = article.questions.iter().map(String::as_str);
            let questions = questions.filter(|question| is_kept(article, question)).collect();
            (article, questions, article.topics.iter().map(String::as_str).collect())
        })
        .collect();
    let texts: Vec<ArticleText<'_>> = kept
        .iter()
        .map(|(article, questions, topics)| ArticleText {
            id: &article.id,
            title: &article.title,
            body: &article.body,
            language: "en",
            topics,
            questions,
        })
        .collect();
    Index::build(&texts)
}

fn read(folder: &Path) -> Vec<Article> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(article)
        .collect()
}

/// Front matter between `+++` lines; only what the program needs is read of it.
fn article(path: &PathBuf) -> Article {
    let text = std::fs::read_to_string(path).expect("the article can be read");
    let mut parts = text.splitn(3, "+++\n");
    let (front, body) = (parts.nth(1).expect("front matter"), parts.next().expect("a body"));
    let strings = |key: &str| -> Vec<String> {
        let rest = front.split(&format!("{key} = ")).nth(1).unwrap_or("");
        let rest =
            if rest.starts_with('[') { rest.split("\n]").next() } else { rest.lines().next() };
        let rest = rest.unwrap_or("");
        let rest = if key == "topics" { rest.lines().next().unwrap_or("") } else { rest };
        rest.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let title = strings("title").concat();
    Article {
        id,
        title,
        topics: strings("topics"),
        questions: strings("questions"),
        body: body.to_owned(),
    }
}
