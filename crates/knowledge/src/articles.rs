//! What the desk gives to ranking, and what ranking gives back.

use std::sync::Arc;

/// An article as its authors wrote it.
#[derive(Debug, Clone, Copy)]
pub struct ArticleText<'a> {
    /// The article's id, opaque.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its Markdown; a line that begins with `? ` is a way of asking what its section answers.
    pub body: &'a str,
    /// ISO 639-1, such as "en".
    pub language: &'a str,
    /// Ids of the topics it belongs to.
    pub topics: &'a [&'a str],
    /// How customers ask what it answers, in whichever section.
    pub questions: &'a [&'a str],
}

/// An answer in the articles' own words.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The sentences in their order, each with its source.
    pub sentences: Vec<Cited>,
    /// How likely this answers the question, in [0, 1].
    pub confidence: f32,
}

/// A sentence and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// The sentence in plain words: `plain(&body[start..end])`.
    pub text: String,
    /// The article's id.
    pub article: Arc<str>,
    /// Where the sentence begins in the article's body, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The first sentence of another section than the one before.
    pub begins_section: bool,
}

/// A section that may answer a question, for whoever chooses from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearby {
    /// Its heading; empty before the first of an article.
    pub heading: String,
    /// Its sentences, in their order.
    pub sentences: Vec<Cited>,
    /// The heading, where the sentences mean nothing, or the opposite, without it.
    pub(crate) needed_heading: Option<Cited>,
    /// Numbered steps and the sentence before them, by place: they are worth nothing in halves.
    pub(crate) steps: Vec<usize>,
}

impl Nearby {
    /// The sentences at these places, in the section's order, with what they are not without;
    /// none if there is no such place.
    #[must_use]
    pub fn cite(&self, places: &[usize]) -> Vec<Cited> {
        let mut places: Vec<usize> =
            places.iter().copied().filter(|place| *place < self.sentences.len()).collect();
        if places.iter().any(|place| self.steps.contains(place)) {
            places.extend(&self.steps);
        }
        places.sort_unstable();
        places.dedup();
        let heading = self.needed_heading.iter().filter(|_| !places.is_empty());
        let sentences = places.iter().map(|place| &self.sentences[*place]);
        let mut cited: Vec<Cited> = heading.chain(sentences).cloned().collect();
        if let Some(first) = cited.first_mut() {
            first.begins_section = true;
        }
        cited
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nothing was asked, or there are no articles.
    Empty,
    /// No article is about it.
    NothingRelevant,
    /// Some article is near, but it may well not answer this.
    Uncertain,
    /// There are articles, but none in this language.
    OtherLanguage,
}

/// What speaks for the best section answering the question; shares in [0, 1].
#[derive(Debug, Clone, PartialEq)]
pub struct Grounds {
    /// The article's id.
    pub article: Arc<str>,
    /// The section's heading; empty before the first.
    pub heading: String,
    /// The share of what was asked that the article speaks of.
    pub coverage: f32,
    /// The share that no article speaks of.
    pub unknown: f32,
    /// How well the section fits; above 1 is well.
    pub score: f32,
    /// How far the best section of another article is behind.
    pub margin: f32,
    /// How much the message is one that only a person can answer, in [-1, 1].
    pub for_a_person: f32,
    /// All of these as one likelihood.
    pub confidence: f32,
}
