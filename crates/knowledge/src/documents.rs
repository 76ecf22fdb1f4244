//! Finds which documents of a large collection a long description speaks of (BM25 by section).

use std::collections::{BTreeMap, HashMap};

use crate::markdown::{plain, sections};
use crate::words::Lexicon;

/// How slowly a word that comes again adds less (k1), and how much long sections are held back (b):
/// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
const SATURATION: f32 = 2.0;
const LENGTH_SHARE: f32 = 0.75;
/// A word of the title counts as often in each section.
const WEIGHT_TITLE: f32 = 5.0;

/// A document as it was written.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Its id, opaque.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its Markdown.
    pub content: &'a str,
}

/// Documents ready to be searched; a document is as near as its nearest section.
#[derive(Debug)]
pub struct Documents {
    lexicon: Lexicon,
    ids: Vec<String>,
    /// The document of each section.
    of: Vec<u32>,
    words: HashMap<String, Vec<Posting>>,
}

/// A section that has a word, and what the word is worth there.
#[derive(Debug, Clone, Copy)]
struct Posting {
    section: u32,
    weight: f32,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    /// Its id.
    pub id: &'a str,
    /// How near it is; comparable within one search only.
    pub score: f32,
}

impl Documents {
    /// Reads documents of one language (ISO 639-1).
    pub fn read(language: &str, documents: &[Document<'_>]) -> Documents {
        let lexicon = Lexicon::new(language);
        let (mut of, mut lengths) = (Vec::new(), Vec::new());
        let mut counts: HashMap<String, Vec<Posting>> = HashMap::new();
        for (place, document) in documents.iter().enumerate() {
            for text in texts(document.content) {
                let section = of.len() as u32;
                let bag = bag(&lexicon, document.title, &text);
                lengths.push(bag.values().sum::<f32>());
                of.push(place as u32);
                for (word, weight) in bag {
                    counts.entry(word).or_default().push(Posting { section, weight });
                }
            }
        }
        let n_sections = of.len() as f32;
        let usual = (lengths.iter().sum::<f32>() / n_sections.max(1.0)).max(1.0);
        for postings in counts.values_mut() {
            let n = postings.len() as f32;
            let idf = (1.0 + (n_sections - n + 0.5) / (n + 0.5)).ln();
            for posting in postings {
                let length = lengths[posting.section as usize] / usual;
                let held_back = SATURATION * (1.0 - LENGTH_SHARE + LENGTH_SHARE * length);
                let count = posting.weight;
                posting.weight = idf * count * (SATURATION + 1.0) / (count + held_back);
            }
        }
        let ids = documents.iter().map(|document| document.id.to_owned()).collect();
        Documents { lexicon, ids, of, words: counts }
    }

    /// The documents that share a word with the query, nearest first; of equals the earlier one.
    pub fn search(&self, query: &str) -> Vec<Found<'_>> {
        let mut sections = vec![0.0_f32; self.of.len()];
        for (word, times) in bag(&self.lexicon, "", query) {
            for posting in self.words.get(&word).into_iter().flatten() {
                sections[posting.section as usize] += times * posting.weight;
            }
        }
        let mut best = vec![0.0_f32; self.ids.len()];
        for (&document, &score) in self.of.iter().zip(&sections) {
            let best = &mut best[document as usize];
            *best = best.max(score);
        }
        let found = self.ids.iter().zip(best).filter(|&(_, score)| score > 0.0);
        let mut found: Vec<Found<'_>> = found.map(|(id, score)| Found { id, score }).collect();
        found.sort_by(|left, right| right.score.total_cmp(&left.score));
        found
    }
}

/// The sections in plain words, each with its heading; an empty document still has its title.
fn texts(content: &str) -> Vec<String> {
    let texts: Vec<String> = sections(content)
        .into_iter()
        .map(|section| {
            let spans = section.spans.iter().map(|span| plain(&content[span.start..span.end]));
            std::iter::once(section.heading.clone()).chain(spans).collect::<Vec<_>>().join("\n")
        })
        .collect();
    if texts.is_empty() { vec![String::new()] } else { texts }
}

/// In the order of the words, so that sums are the same wherever they are made.
fn bag(lexicon: &Lexicon, title: &str, text: &str) -> BTreeMap<String, f32> {
    let mut bag = BTreeMap::new();
    for word in lexicon.words(title) {
        *bag.entry(word.stem).or_default() += WEIGHT_TITLE;
    }
    for word in lexicon.words(text) {
        *bag.entry(word.stem).or_default() += 1.0;
    }
    bag
}
