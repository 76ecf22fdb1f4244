//! The sections of one language's articles, ready to be ranked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::articles::ArticleText;
use crate::asking::Asking;
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
    pub(crate) passages: Vec<Passage>,
}

/// What all sections of an article share.
#[derive(Debug)]
pub(crate) struct Shelved {
    pub(crate) id: Arc<str>,
    pub(crate) topics: Vec<String>,
    title: Bag,
    /// All words of the article, title and ways of asking included.
    pub(crate) all: Bag,
}

/// A section with its words.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) article: usize,
    pub(crate) section: Section,
    pub(crate) texts: Vec<String>,
    /// One bag for each sentence.
    pub(crate) sentences: Vec<Bag>,
    heading: Bag,
    /// In how many ways of asking each word is.
    asks: Bag,
    all: Bag,
    n_words: f32,
}

/// How well a section fits a question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    pub(crate) passage: usize,
    pub(crate) score: f32,
}

/// All sections by their fit, best first, and how much the message is one that only a person can
/// answer, in [-1, 1].
#[derive(Debug)]
pub(crate) struct Ranking {
    pub(crate) fits: Vec<Fit>,
    pub(crate) for_a_person: f32,
}

// These were chosen on the demo's ways of asking, each asked of articles that do not list it.
const SATURATION: f32 = 0.6;
const LENGTH_SHARE: f32 = 0.2;
const N_WORDS_USUAL: f32 = 25.0;
const WEIGHT_HEADING: f32 = 2.0;
const WEIGHT_TITLE: f32 = 2.0;
/// For each way of asking that has the word.
const WEIGHT_ASK: f32 = 0.2;
const WEIGHT_LEARNT: f32 = 0.8;
const BONUS_TOPIC_RIGHT: f32 = 0.4;

/// A number of so many digits names one certain thing, such as an order.
const N_DIGITS_OF_ONE: usize = 5;

impl Shelf {
    pub(crate) fn new(language: &str, texts: &[&ArticleText<'_>]) -> Shelf {
        let mut shelf = Shelf {
            lexicon: Lexicon::new(language),
            words: HashMap::new(),
            idf: Vec::new(),
            idf_unknown: 1.0,
            spelling: Spelling::default(),
            asking: Asking::default(),
            articles: Vec::new(),
            passages: Vec::new(),
        };
        let mut surfaces: BTreeMap<String, u32> = BTreeMap::new();
        for text in texts {
            shelf.cut(text, &mut surfaces);
        }
        shelf.weigh();
        shelf.spelling = Spelling::new(surfaces.into_iter());
        shelf.asking = Asking::learn(language, &shelf.passages, |text| shelf.read(text));
        shelf
    }

    pub(crate) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// A text with its words as they are compared, so that both can be learnt from.
    fn read(&self, text: &str) -> String {
        let words = self.lexicon.words(text).into_iter().map(|word| {
            let n_digits = word.surface.bytes().filter(u8::is_ascii_digit).count();
            // Which order it is does not matter; that one is named does.
            if n_digits >= N_DIGITS_OF_ONE { "0one".to_owned() } else { word.stem }
        });
        [text.to_owned(), "|".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
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

    /// Ranks the sections; none where the question shares no word with any article.
    pub(crate) fn rank(&self, text: &str, terms: &[Term], topic: Option<&str>) -> Ranking {
        let total: f32 = terms.iter().map(|term| term.weight).sum();
        let mut query: Bag =
            terms.iter().filter_map(|term| Some((term.word?, term.weight))).collect();
        query.sort_by_key(|&(word, _)| word);
        if query.is_empty() || total <= 0.0 {
            return Ranking { fits: Vec::new(), for_a_person: -1.0 };
        }
        let (learnt, for_a_person) = self.asking.scores(&self.read(text));
        let fit = |place: usize| {
            let passage = &self.passages[place];
            let article = &self.articles[passage.article];
            let is_right = topic.is_some_and(|topic| article.topics.iter().any(|t| t == topic));
            let score = self.match_share(article, passage, &query) / total
                + WEIGHT_LEARNT * learnt[place]
                + if is_right { BONUS_TOPIC_RIGHT } else { 0.0 };
            Fit { passage: place, score }
        };
        let mut fits: Vec<Fit> = (0..self.passages.len()).map(fit).collect();
        // Of equals the earlier section, which is the more general one.
        fits.sort_by(|left, right| right.score.total_cmp(&left.score));
        Ranking { fits, for_a_person }
    }

    /// The weight of what the question and the section's own words share (BM25's saturation).
    fn match_share(&self, article: &Shelved, passage: &Passage, query: &Bag) -> f32 {
        let length = 1.0 - LENGTH_SHARE + LENGTH_SHARE * passage.n_words / N_WORDS_USUAL;
        let share = |word: u32| {
            let count = count(&passage.all, word) / length
                + WEIGHT_HEADING * count(&passage.heading, word)
                + WEIGHT_TITLE * count(&article.title, word)
                + WEIGHT_ASK * count(&passage.asks, word);
            count / (count + SATURATION)
        };
        query.iter().map(|&(word, weight)| weight * share(word)).sum()
    }

    fn cut(&mut self, text: &ArticleText<'_>, surfaces: &mut BTreeMap<String, u32>) {
        let title = self.bag(text.title, surfaces);
        let first = self.passages.len();
        for mut section in sections(text.body) {
            if section.heading.is_empty() {
                // What stands before the first heading stands under the title.
                section.asks.push(text.title.to_owned());
            }
            let heading = self.bag(&section.heading, surfaces);
            let asks: Vec<Bag> = section.asks.iter().map(|ask| self.bag(ask, surfaces)).collect();
            let asks = merge(&asks);
            let texts: Vec<String> =
                section.spans.iter().map(|span| plain(&text.body[span.start..span.end])).collect();
            let sentences: Vec<Bag> = texts.iter().map(|text| self.bag(text, surfaces)).collect();
            let all = merge(&sentences);
            let n_words = all.iter().map(|&(_, count)| count).sum();
            let article = self.articles.len();
            self.passages.push(Passage {
                article,
                section,
                texts,
                sentences,
                heading,
                asks,
                all,
                n_words,
            });
        }
        for question in text.questions {
            let bag = self.bag(question, surfaces);
            self.give(first, question, bag);
        }
        let mut bags = vec![title.clone()];
        for passage in &self.passages[first..] {
            bags.push(passage.all.clone());
            bags.push(passage.heading.clone());
            bags.push(passage.asks.clone());
        }
        let topics = text.topics.iter().map(|&topic| topic.to_owned()).collect();
        self.articles.push(Shelved { id: Arc::from(text.id), topics, title, all: merge(&bags) });
    }

    /// Gives a way of asking for the whole article to the section that shares most words with it.
    fn give(&mut self, first: usize, question: &str, bag: Bag) {
        let shared = |passage: &Passage| {
            let is_in = |word| count(&passage.all, word) + count(&passage.heading, word) > 0.0;
            bag.iter().filter(|&&(word, _)| is_in(word)).count()
        };
        // Of equals the first.
        let Some(best) =
            (first..self.passages.len()).rev().max_by_key(|&p| shared(&self.passages[p]))
        else {
            return;
        };
        let passage = &mut self.passages[best];
        passage.section.asks.push(question.to_owned());
        passage.asks = merge(&[std::mem::take(&mut passage.asks), bag]);
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
        let n_sections = self.passages.len() as f32;
        let mut counts = vec![0.0_f32; self.words.len()];
        for passage in &self.passages {
            let bag = merge(&[passage.all.clone(), passage.heading.clone()]);
            bag.iter().for_each(|&(word, _)| counts[word as usize] += 1.0);
        }
        let idf = |count: f32| (1.0 + (n_sections - count + 0.5).max(0.5) / (count + 0.5)).ln();
        self.idf = counts.into_iter().map(|count| idf(count.max(1.0))).collect();
        self.idf_unknown = idf(1.0);
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
