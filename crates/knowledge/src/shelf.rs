//! The articles of one language, ready to be ranked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::articles::ArticleText;
use crate::features::{Features, Vocabulary};
use crate::machine::{Machine, Training};
use crate::markdown::{Section, plain, sections};
use crate::query::Term;
use crate::spelling::Spelling;
use crate::words::Lexicon;

/// A bag of words: places on the shelf with their counts, sorted.
pub(crate) type Bag = Vec<(u32, f32)>;

/// Everything in one language.
#[derive(Debug)]
pub(crate) struct Shelf {
    lexicon: Lexicon,
    words: HashMap<String, u32>,
    idf: Vec<f32>,
    idf_unknown: f32,
    spelling: Spelling,
    asking: Asking,
    pub(crate) articles: Vec<Shelved>,
}

/// An article cut up.
#[derive(Debug)]
pub(crate) struct Shelved {
    pub(crate) id: Arc<str>,
    pub(crate) title: String,
    pub(crate) topics: Vec<String>,
    /// The title and each listed question.
    pub(crate) phrasings: Vec<Bag>,
    /// All words of the article, title and questions included.
    pub(crate) all: Bag,
    pub(crate) passages: Vec<Passage>,
}

/// A section with its words.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) section: Section,
    pub(crate) texts: Vec<String>,
    pub(crate) heading: Bag,
    /// One bag for each sentence.
    pub(crate) sentences: Vec<Bag>,
    pub(crate) all: Bag,
    n_words: f32,
}

/// What was learnt from the listed ways of asking: which article they belong to.
///
/// A dozen ways of asking for each article teach which words tell articles apart, which counting
/// words cannot: "change" says little, "change" beside "e-mail" a lot.
#[derive(Debug)]
struct Asking {
    vocabulary: Vocabulary,
    machine: Machine,
}

/// How well an article and its best passage fit a question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    pub(crate) article: usize,
    pub(crate) passage: usize,
    pub(crate) likeness: f32,
    pub(crate) match_share: f32,
    /// What the ways of asking teach, in [-1, 1].
    pub(crate) learnt: f32,
    pub(crate) score: f32,
}

const SATURATION: f32 = 1.2;
/// Articles answer their main question first, often without repeating its words.
const BONUS_LEAD: f32 = 0.06;
const LENGTH_SHARE: f32 = 0.2;
const N_WORDS_USUAL: f32 = 25.0;
const WEIGHT_HEADING: f32 = 2.0;
const WEIGHT_TITLE: f32 = 1.0;
/// How much a listed way of asking counts beside the words of the section.
const WEIGHT_LIKENESS: f32 = 1.0;
const WEIGHT_LEARNT: f32 = 0.8;
const COST_LEARNT: f32 = 0.5;
const N_PASSES_LEARNT: usize = 6;
const SHARE_TOPIC_RIGHT: f32 = 1.12;

impl Shelf {
    pub(crate) fn new(language: &str, texts: &[&ArticleText<'_>]) -> Shelf {
        let mut shelf = Shelf {
            lexicon: Lexicon::new(language),
            words: HashMap::new(),
            idf: Vec::new(),
            idf_unknown: 1.0,
            spelling: Spelling::default(),
            asking: Asking::learn(texts),
            articles: Vec::new(),
        };
        let mut surfaces: BTreeMap<String, u32> = BTreeMap::new();
        for text in texts {
            let article = shelf.cut(text, &mut surfaces);
            shelf.articles.push(article);
        }
        shelf.weigh();
        shelf.spelling = Spelling::new(surfaces.into_iter());
        shelf
    }

    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    pub(crate) fn find(&self, stem: &str) -> Option<u32> {
        self.words.get(stem).copied()
    }

    pub(crate) fn idf(&self, word: u32) -> f32 {
        self.idf[word as usize]
    }

    pub(crate) fn idf_unknown(&self) -> f32 {
        self.idf_unknown
    }

    /// The word that a mistyped one was meant to be.
    pub(crate) fn correct(&self, surface: &str) -> Option<(String, u32)> {
        let stem = self.lexicon.compared(self.spelling.correct(surface)?);
        self.find(&stem).map(|place| (stem, place))
    }

    /// The articles with anything in common, best first.
    pub(crate) fn rank(&self, text: &str, terms: &[Term], topic: Option<&str>) -> Vec<Fit> {
        let total: f32 = terms.iter().map(|term| term.weight).sum();
        let mut query: Bag =
            terms.iter().filter_map(|term| Some((term.word?, term.weight))).collect();
        query.sort_by_key(|&(word, _)| word);
        if query.is_empty() || total <= 0.0 {
            return Vec::new();
        }
        let length = terms.iter().map(|term| term.weight * term.weight).sum::<f32>().sqrt();
        let learnt = self.asking.scores(text);
        let mut fits: Vec<Fit> = (0..self.articles.len())
            .filter_map(|article| {
                self.fit((article, learnt[article]), &query, (total, length), topic)
            })
            .collect();
        fits.sort_by(|left, right| right.score.total_cmp(&left.score));
        fits
    }

    /// All passages of an article with how much of the question each speaks of.
    pub(crate) fn passage_score(
        &self,
        article: &Shelved,
        passage: &Passage,
        query: &Bag,
        total: f32,
    ) -> f32 {
        let length = 1.0 - LENGTH_SHARE + LENGTH_SHARE * passage.n_words / N_WORDS_USUAL;
        let title = &article.phrasings[0];
        // What stands before the first heading stands under the title.
        let is_lead = passage.section.heading.is_empty();
        let heading = if is_lead { title } else { &passage.heading };
        let mut sum = 0.0;
        for &(word, weight) in query {
            let count = count(&passage.all, word) / length
                + WEIGHT_HEADING * count(heading, word)
                + WEIGHT_TITLE * count(title, word);
            sum += weight * count * (SATURATION + 1.0) / (count + SATURATION);
        }
        sum / (total * (SATURATION + 1.0)) + if is_lead { BONUS_LEAD } else { 0.0 }
    }

    fn fit(
        &self,
        (place, learnt): (usize, f32),
        query: &Bag,
        (total, length): (f32, f32),
        topic: Option<&str>,
    ) -> Option<Fit> {
        let article = &self.articles[place];
        let shares = |bag: &Bag| query.iter().any(|&(word, _)| count(bag, word) > 0.0);
        if !shares(&article.all) {
            return None;
        }
        let likeness =
            article.phrasings.iter().map(|bag| self.cosine(query, length, bag)).fold(0.0, f32::max);
        let scores = article
            .passages
            .iter()
            .map(|passage| self.passage_score(article, passage, query, total));
        // Of equals the earlier section, which is the more general one.
        let (passage, match_share) = scores
            .enumerate()
            .reduce(|best, next| if next.1 > best.1 + 1e-6 { next } else { best })
            .unwrap_or((0, 0.0));
        let is_right = topic.is_some_and(|topic| article.topics.iter().any(|own| own == topic));
        let share = if is_right { SHARE_TOPIC_RIGHT } else { 1.0 };
        let score =
            share * (match_share + WEIGHT_LIKENESS * likeness + WEIGHT_LEARNT * (learnt + 1.0));
        Some(Fit { article: place, passage, likeness, match_share, learnt, score })
    }

    fn cosine(&self, query: &Bag, length: f32, phrase: &Bag) -> f32 {
        let (mut product, mut squares) = (0.0, 0.0);
        for &(word, _) in phrase {
            let idf = self.idf(word);
            squares += idf * idf;
            product += count(query, word) * idf;
        }
        if squares > 0.0 { product / (squares.sqrt() * length) } else { 0.0 }
    }

    fn cut(&mut self, text: &ArticleText<'_>, surfaces: &mut BTreeMap<String, u32>) -> Shelved {
        let mut phrasings = vec![self.bag(text.title, surfaces)];
        for question in text.questions {
            phrasings.push(self.bag(question, surfaces));
        }
        let mut passages = Vec::new();
        for section in sections(text.body) {
            let heading = self.bag(&section.heading, surfaces);
            let texts: Vec<String> =
                section.spans.iter().map(|span| plain(&text.body[span.start..span.end])).collect();
            let sentences: Vec<Bag> = texts.iter().map(|text| self.bag(text, surfaces)).collect();
            let all = merge(&sentences);
            let n_words = all.iter().map(|&(_, count)| count).sum();
            passages.push(Passage { section, texts, heading, sentences, all, n_words });
        }
        let mut bags = phrasings.clone();
        bags.extend(passages.iter().flat_map(|p| [p.all.clone(), p.heading.clone()]));
        Shelved {
            id: Arc::from(text.id),
            title: text.title.to_owned(),
            topics: text.topics.iter().map(|&topic| topic.to_owned()).collect(),
            phrasings,
            all: merge(&bags),
            passages,
        }
    }

    fn bag(&mut self, text: &str, surfaces: &mut BTreeMap<String, u32>) -> Bag {
        let mut bag = Bag::new();
        for word in self.lexicon.words(text) {
            *surfaces.entry(word.surface).or_default() += 1;
            let next = self.words.len() as u32;
            bag.push((*self.words.entry(word.stem).or_insert(next), 1.0));
        }
        merge(&[bag])
    }

    /// Rare words say more. Sections, not articles, are counted: they are what is chosen among.
    fn weigh(&mut self) {
        let mut n_sections = 0.0_f32;
        let mut counts = vec![0.0_f32; self.words.len()];
        for article in &self.articles {
            for passage in &article.passages {
                n_sections += 1.0;
                let bag = merge(&[passage.all.clone(), passage.heading.clone()]);
                bag.iter().for_each(|&(word, _)| counts[word as usize] += 1.0);
            }
        }
        let idf = |count: f32| (1.0 + (n_sections - count + 0.5).max(0.5) / (count + 0.5)).ln();
        self.idf = counts.into_iter().map(|count| idf(count.max(1.0))).collect();
        self.idf_unknown = idf(1.0);
    }
}

impl Asking {
    fn learn(texts: &[&ArticleText<'_>]) -> Asking {
        let mut asked: Vec<(&str, u32)> = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            asked.push((text.title, place as u32));
            asked.extend(text.questions.iter().map(|&question| (question, place as u32)));
            // Headings and lines of the body are in the article's words, not in the customers'.
            let lines = text.body.lines().filter(|line| !line.trim().is_empty());
            asked.extend(lines.map(|line| (line.trim_start_matches('#'), place as u32)));
        }
        let vocabulary = Vocabulary::learn(asked.iter().map(|(text, _)| *text));
        let rows: Vec<Features> = asked.iter().map(|(text, _)| vocabulary.features(text)).collect();
        let labels: Vec<u32> = asked.iter().map(|&(_, place)| place).collect();
        let shape = (vocabulary.n_features(), texts.len());
        let mut training = Training::new(&rows, &labels, shape, COST_LEARNT, 0);
        training.run(N_PASSES_LEARNT);
        Asking { vocabulary, machine: training.into_machine() }
    }

    /// One score for each article, in [-1, 1].
    fn scores(&self, text: &str) -> Vec<f32> {
        let mut scores = Vec::new();
        self.machine.scores(&self.vocabulary.features(text), &mut scores);
        scores.iter().map(|score| score.clamp(-1.0, 1.0)).collect()
    }
}

/// How often a word is in a bag.
pub(crate) fn count(bag: &Bag, word: u32) -> f32 {
    bag.binary_search_by_key(&word, |&(word, _)| word).map_or(0.0, |place| bag[place].1)
}

fn merge(bags: &[Bag]) -> Bag {
    let mut all: BTreeMap<u32, f32> = BTreeMap::new();
    for &(word, count) in bags.iter().flatten() {
        *all.entry(word).or_default() += count;
    }
    all.into_iter().collect()
}
