//! Prints how well the demo shop's articles answer: `answers [--each | --fit]`.
//!
//! Each file of `demo/questions` is asked and judged by its key; `--each` prints every answer.
//! `--fit` asks each listed way of asking without it, and then without its section, and prints the
//! grounds of the best section as tab-separated values, with 1 where it is the right one.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use knowledge::{Classifier, Grounds, Index};

#[path = "../tests/it/demo.rs"]
mod demo;

use demo::{Article, Shop};

/// Ways of asking are left out in so many turns.
const N_FOLDS: usize = 8;

fn main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let shop = Shop::read(&folder);
    let mode = std::env::args().nth(1).unwrap_or_default();
    if mode == "--fit" {
        fit(&shop);
    } else {
        ask_files(&shop, &folder.join("questions"), mode == "--each");
    }
}

fn ask_files(shop: &Shop, folder: &Path, is_each: bool) {
    let began = Instant::now();
    let (classifier, index) = (shop.classifier(), demo::index(&shop.articles));
    println!("learnt in {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
    println!(
        "{:<24}{:>5}{:>10}{:>7}{:>12}{:>17}",
        "file", "n", "answered", "right", "none is", "answered of them"
    );
    for file in demo::question_files(folder) {
        let questions = demo::questions(&file);
        let mut nanos = Vec::new();
        let mut tally = demo::Tally::default();
        for question in &questions {
            let started = Instant::now();
            let topic = classifier.classify(&question.text).decided;
            let answer = index.answer(&question.text, Some("en"), topic.as_deref());
            nanos.push(started.elapsed().as_nanos());
            let mark = tally.add(question, answer.as_ref().ok());
            if is_each {
                let grounds = index.grounds(&question.text, Some("en"), topic.as_deref());
                let at = grounds.map_or(String::new(), |g| {
                    format!("{:.2} {}#{}", g.confidence, g.article, g.heading)
                });
                let said = answer
                    .map_or_else(|reason| format!("{reason:?}"), |answer| demo::words(&answer));
                println!("{}\t{mark}\t{}\t{at}\t{said}", question.id, question.text);
            }
        }
        nanos.sort_unstable();
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        println!(
            "{name:<24}{:>5}{:>10}{:>7}{:>12}{:>17}    median {:.0} us    wrong: {}",
            tally.n,
            tally.n_answered,
            tally.n_right,
            tally.n_none,
            tally.n_none_answered,
            nanos[nanos.len() / 2] as f64 / 1e3,
            tally.wrong.join(" ")
        );
    }
}

fn fit(shop: &Shop) {
    let (articles, classifier) = (&shop.articles, shop.classifier());
    let asked: Vec<(usize, String, String)> = articles
        .iter()
        .enumerate()
        .flat_map(|(place, article)| {
            article.asks().into_iter().map(move |(heading, ask)| (place, heading, ask))
        })
        .collect();
    for fold in 0..N_FOLDS {
        let without: Vec<Article> = articles
            .iter()
            .enumerate()
            .map(|(place, article)| {
                let out =
                    asked.iter().enumerate().filter(|(i, a)| i % N_FOLDS == fold && a.0 == place);
                let out: Vec<&str> = out.map(|(_, (_, _, ask))| ask.as_str()).collect();
                article.without_asks(&out)
            })
            .collect();
        let index = demo::index(&without);
        for (_, (place, heading, ask)) in
            asked.iter().enumerate().filter(|(i, _)| i % N_FOLDS == fold)
        {
            print_row("own", (&index, &classifier), ask, &|g| {
                *g.article == *articles[*place].id && g.heading == *heading
            });
        }
    }
    // Whole sections are left out, a few of every article at a time.
    for fold in 0..N_FOLDS {
        let without: Vec<Article> = articles
            .iter()
            .map(|article| article.without_sections(|nth| nth % N_FOLDS == fold))
            .collect();
        let index = demo::index(&without);
        for article in articles {
            for ask in article.asks_of_sections(|nth| nth % N_FOLDS == fold).iter().step_by(3) {
                print_row("out", (&index, &classifier), ask, &|_| false);
            }
        }
    }
}

fn print_row(
    kind: &str,
    (index, classifier): (&Index, &Classifier),
    ask: &str,
    is_right: &dyn Fn(&Grounds) -> bool,
) {
    let topic = classifier.classify(ask).decided;
    let Some(g) = index.grounds(ask, Some("en"), topic.as_deref()) else { return };
    println!(
        "{kind}\t{}\t{:.4}\t{:.4}\t{:.4}\t{:.4}\t{:.4}\t{ask}\t{}#{}",
        u8::from(is_right(&g)),
        g.coverage,
        g.unknown,
        g.score,
        g.margin,
        g.for_a_person,
        g.article,
        g.heading
    );
}
