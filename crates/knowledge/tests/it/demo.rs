//! The demo shop's articles, topics and questions with their keys, as files.
#![allow(dead_code, reason = "the example and the test use different parts")]

use std::path::{Path, PathBuf};

use knowledge::{Answer, ArticleText, Classifier, Example, Index};
use serde::Deserialize;

pub(crate) struct Shop {
    pub(crate) articles: Vec<Article>,
    pub(crate) examples: Vec<(String, String)>,
}

#[derive(Clone)]
pub(crate) struct Article {
    pub(crate) id: String,
    front: Front,
    body: String,
}

#[derive(Clone, Deserialize)]
struct Front {
    title: String,
    topics: Vec<String>,
    #[serde(default)]
    questions: Vec<String>,
}

/// A customer's question and what a right answer holds.
#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) text: String,
    /// A right answer has at least one of these; none where no article answers it.
    pub(crate) must: Vec<String>,
}

/// How a file of questions was answered.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Questions that some article answers.
    pub(crate) n: usize,
    pub(crate) n_answered: usize,
    pub(crate) n_right: usize,
    /// Questions that no article answers.
    pub(crate) n_none: usize,
    pub(crate) n_none_answered: usize,
    pub(crate) wrong: Vec<String>,
}

#[derive(Deserialize)]
struct Topics {
    topic: Vec<Topic>,
}

#[derive(Deserialize)]
struct Topic {
    slug: String,
    examples: Vec<String>,
}

#[derive(Deserialize)]
struct Questions {
    question: Vec<Question>,
}

impl Shop {
    pub(crate) fn read(folder: &Path) -> Shop {
        let articles =
            files(&folder.join("articles"), "md").iter().map(|f| Article::read(f)).collect();
        let topics: Topics = toml::from_str(&text(&folder.join("topics.toml"))).expect("topics");
        let of_topic = |topic: Topic| {
            let slug = topic.slug;
            topic.examples.into_iter().map(move |example| (slug.clone(), example))
        };
        Shop { articles, examples: topics.topic.into_iter().flat_map(of_topic).collect() }
    }

    pub(crate) fn classifier(&self) -> Classifier {
        let example = |(topic, text)| Example { text, topic };
        let pairs = self.examples.iter().map(|(topic, text)| (topic.as_str(), text.as_str()));
        Classifier::train(&pairs.map(example).collect::<Vec<_>>(), 42)
    }
}

impl Article {
    fn read(file: &Path) -> Article {
        let text = text(file);
        let mut parts = text.splitn(3, "+++\n");
        let (front, body) = (parts.nth(1).expect("front matter"), parts.next().expect("a body"));
        Article {
            id: file.file_stem().expect("a name").to_string_lossy().into_owned(),
            front: toml::from_str(front)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display())),
            body: body.to_owned(),
        }
    }

    /// Its sections: each begins with its heading, but for the first.
    fn sections(&self) -> Vec<String> {
        let mut sections = vec![String::new()];
        for line in self.body.split_inclusive('\n') {
            if line.starts_with("## ") {
                sections.push(String::new());
            }
            sections.last_mut().expect("one at least").push_str(line);
        }
        sections
    }

    /// The ways of asking, each with the heading above it.
    pub(crate) fn asks(&self) -> Vec<(String, String)> {
        let of_section = |section: String| {
            let heading = section.lines().next().and_then(|line| line.strip_prefix("## "));
            let heading = heading.unwrap_or("").to_owned();
            asks(&section).into_iter().map(move |ask| (heading.clone(), ask))
        };
        self.sections().into_iter().flat_map(of_section).collect()
    }

    pub(crate) fn without_asks(&self, out: &[&str]) -> Article {
        let is_in =
            |line: &&str| line.strip_prefix("? ").is_none_or(|ask| !out.contains(&ask.trim()));
        let body = self.body.split_inclusive('\n').filter(is_in).collect();
        Article { body, ..self.clone() }
    }

    pub(crate) fn without_sections(&self, is_out: impl Fn(usize) -> bool) -> Article {
        let sections = self.sections().into_iter().enumerate();
        let body = sections.filter(|(nth, _)| !is_out(*nth)).map(|(_, section)| section).collect();
        Article { body, ..self.clone() }
    }

    pub(crate) fn asks_of_sections(&self, is_in: impl Fn(usize) -> bool) -> Vec<String> {
        let sections = self.sections().into_iter().enumerate();
        sections.filter(|(nth, _)| is_in(*nth)).flat_map(|(_, section)| asks(&section)).collect()
    }
}

impl Tally {
    /// Counts an answer and says how it was: right, wrong, none.
    pub(crate) fn add(&mut self, question: &Question, answer: Option<&Answer>) -> &'static str {
        let words = answer.map(words);
        let is_answerable = !question.must.is_empty();
        let is_right = words.as_ref().is_some_and(|words| {
            question.must.iter().any(|phrase| words.contains(phrase.as_str()))
        });
        let is_answered = usize::from(words.is_some());
        if is_answerable {
            self.n += 1;
            self.n_answered += is_answered;
            self.n_right += usize::from(is_right);
        } else {
            self.n_none += 1;
            self.n_none_answered += is_answered;
        }
        match (words, is_right) {
            (None, _) => "none",
            (Some(_), true) => "right",
            (Some(_), false) => {
                self.wrong.push(question.id.clone());
                "WRONG"
            }
        }
    }
}

/// The sentences of an answer.
pub(crate) fn words(answer: &Answer) -> String {
    let words: Vec<&str> = answer.sentences.iter().map(|cited| cited.text.as_str()).collect();
    words.join(" / ")
}

pub(crate) fn index(articles: &[Article]) -> Index {
    let lists: Vec<(Vec<&str>, Vec<&str>)> = articles
        .iter()
        .map(|article| {
            let questions = article.front.questions.iter().map(String::as_str).collect();
            (article.front.topics.iter().map(String::as_str).collect(), questions)
        })
        .collect();
    let texts: Vec<ArticleText<'_>> = articles
        .iter()
        .zip(&lists)
        .map(|(article, (topics, questions))| ArticleText {
            id: &article.id,
            title: &article.front.title,
            body: &article.body,
            language: "en",
            topics,
            questions,
        })
        .collect();
    Index::build(&texts)
}

pub(crate) fn question_files(folder: &Path) -> Vec<PathBuf> {
    files(folder, "toml")
}

pub(crate) fn questions(file: &Path) -> Vec<Question> {
    let questions: Questions = toml::from_str(&text(file)).expect("questions");
    questions.question
}

fn asks(section: &str) -> Vec<String> {
    section
        .lines()
        .filter_map(|line| line.strip_prefix("? "))
        .map(|ask| ask.trim().to_owned())
        .collect()
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == end)).collect();
    paths.sort();
    paths
}
