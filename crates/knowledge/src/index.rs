//! Ranks articles, and answers with sentences of theirs or says that it cannot.

use std::collections::BTreeMap;

use crate::articles::{Answer, ArticleText, Cited, Grounds, Hit, NoAnswer};
use crate::language::known_code;
use crate::markdown::Kind;
use crate::query::{Term, terms};
use crate::shelf::{Bag, Fit, Passage, Shelf, Shelved, count};

/// All articles of a desk, by language.
#[derive(Debug)]
pub struct Index {
    shelves: BTreeMap<String, Shelf>,
}

/// Answers are given from this confidence on.
const CONFIDENCE_MIN: f32 = 0.5;
/// Below this nothing was really found.
const COVERAGE_MIN: f32 = 0.25;
/// However alike the rest is, an answer that leaves so much of the question out is none.
const UNKNOWN_MAX: f32 = 0.3;
/// The article's lead goes before when it has this much of what the best sentence has.
const SHARE_LEAD: f32 = 0.5;
/// An answer is short; only numbered steps may make it longer.
const N_SENTENCES_MAX: usize = 4;
/// So many are taken of the section itself.
const N_NEAREST_MAX: usize = 3;
/// Steps are worth nothing in halves.
const N_STEPS_MAX: usize = 8;

impl Index {
    /// Reads the articles.
    pub fn build(articles: &[ArticleText<'_>]) -> Index {
        let mut by_language: BTreeMap<String, Vec<&ArticleText<'_>>> = BTreeMap::new();
        for article in articles {
            by_language.entry(code(article.language)).or_default().push(article);
        }
        let shelves = by_language
            .into_iter()
            .map(|(language, articles)| (language.clone(), Shelf::new(&language, &articles)))
            .collect();
        Index { shelves }
    }

    /// The sections nearest to a query, best first; `language` limits them to one language.
    pub fn search(&self, query: &str, language: Option<&str>, limit: usize) -> Vec<Hit> {
        let mut hits = Vec::new();
        for shelf in self.shelves(language) {
            let terms = terms(query, shelf);
            for fit in shelf.rank(query, &terms, None).into_iter().take(limit) {
                hits.push(hit(shelf, fit));
            }
        }
        hits.sort_by(|left, right| right.score.total_cmp(&left.score));
        hits.truncate(limit);
        hits
    }

    /// Answers in the articles' own words, or says why not; `topic` is the classifier's guess.
    ///
    /// # Errors
    /// When nothing was asked, nothing is near, or what is near may well not be the answer.
    pub fn answer(
        &self,
        query: &str,
        language: Option<&str>,
        topic: Option<&str>,
    ) -> Result<Answer, NoAnswer> {
        if self.shelves.is_empty() || !query.chars().any(char::is_alphanumeric) {
            return Err(NoAnswer::Empty);
        }
        if self.shelves(language).next().is_none() {
            return Err(NoAnswer::OtherLanguage);
        }
        let Some(found) = self.best(query, language, topic) else {
            return Err(NoAnswer::NothingRelevant);
        };
        if found.grounds.coverage < COVERAGE_MIN {
            return Err(NoAnswer::NothingRelevant);
        }
        if found.grounds.confidence < CONFIDENCE_MIN || found.grounds.unknown > UNKNOWN_MAX {
            return Err(NoAnswer::Uncertain);
        }
        let sentences = choose(&found);
        Ok(Answer { sentences, confidence: found.grounds.confidence })
    }

    /// What speaks for an answer, whether or not one is given.
    pub fn grounds(
        &self,
        query: &str,
        language: Option<&str>,
        topic: Option<&str>,
    ) -> Option<Grounds> {
        self.best(query, language, topic).map(|found| found.grounds)
    }

    fn shelves(&self, language: Option<&str>) -> impl Iterator<Item = &Shelf> {
        let wanted = language.map(code);
        let is_wanted = move |code: &String| wanted.as_ref().is_none_or(|wanted| wanted == code);
        self.shelves.iter().filter(move |(code, _)| is_wanted(code)).map(|(_, shelf)| shelf)
    }

    fn best(&self, query: &str, language: Option<&str>, topic: Option<&str>) -> Option<Found<'_>> {
        let found = self.shelves(language).filter_map(|shelf| find(shelf, query, topic));
        found.reduce(
            |best, next| {
                if next.grounds.confidence > best.grounds.confidence { next } else { best }
            },
        )
    }
}

struct Found<'a> {
    shelf: &'a Shelf,
    fit: Fit,
    terms: Vec<Term>,
    grounds: Grounds,
}

fn code(language: &str) -> String {
    known_code(language).map_or_else(|| language.to_lowercase(), str::to_owned)
}

fn hit(shelf: &Shelf, fit: Fit) -> Hit {
    let article = &shelf.articles[fit.article];
    let (heading, text) = match article.passages.get(fit.passage) {
        Some(passage) => (passage.section.heading.clone(), passage.texts.join(" ")),
        None => (String::new(), String::new()),
    };
    let heading = if heading.is_empty() { article.title.clone() } else { heading };
    Hit { article: article.id.clone(), heading, text, score: fit.score }
}

fn find<'a>(shelf: &'a Shelf, query: &str, topic: Option<&str>) -> Option<Found<'a>> {
    let terms = terms(query, shelf);
    let fits = shelf.rank(query, &terms, topic);
    let fit = *fits.iter().find(|fit| !shelf.articles[fit.article].passages.is_empty())?;
    let article = &shelf.articles[fit.article];
    let runner_up = fits.iter().filter(|other| other.article != fit.article).map(|f| f.score);
    let runner_up = runner_up.fold(0.0, f32::max);
    let total: f32 = terms.iter().map(|term| term.weight).sum();
    let share = |is_counted: &dyn Fn(&Term) -> bool| -> f32 {
        terms.iter().filter(|term| is_counted(term)).map(|term| term.weight).sum::<f32>() / total
    };
    let is_known = |term: &Term| term.word.is_some_and(|word| count(&article.all, word) > 0.0);
    let mut grounds = Grounds {
        article: article.id.clone(),
        coverage: share(&is_known),
        unknown: share(&|term| term.word.is_none()),
        likeness: fit.likeness.min(1.0),
        match_share: fit.match_share.min(1.0),
        learnt: fit.learnt,
        margin: ((fit.score - runner_up) / fit.score.max(1e-6)).clamp(0.0, 1.0),
        is_topic_right: topic.is_some_and(|topic| article.topics.iter().any(|own| own == topic)),
        confidence: 0.0,
    };
    grounds.confidence = confidence(&grounds);
    Some(Found { shelf, fit, terms, grounds })
}

/// A logistic rule, fitted on how a shop's own articles are asked for, with each way of asking
/// and then each whole article left out in turn.
fn confidence(grounds: &Grounds) -> f32 {
    // What no article knows was scarce where the rule was fitted, yet it is the surest sign that
    // the answer is not here ("Can I pay with Bitcoin?"): its weight is set, not fitted.
    let topic = if grounds.is_topic_right { 0.3 } else { 0.0 };
    let logit = -3.2 + 1.5 * grounds.coverage - 6.0 * grounds.unknown
        + 4.4 * grounds.match_share
        + 0.8 * grounds.margin
        + 2.0 * grounds.learnt
        + topic;
    1.0 / (1.0 + (-logit).exp())
}

/// The best passage's lead and its sentences nearest to the question, in their order.
fn choose(found: &Found<'_>) -> Vec<Cited> {
    let article = &found.shelf.articles[found.fit.article];
    let passage = &article.passages[found.fit.passage];
    let query: Bag = {
        let words = found.terms.iter().filter_map(|term| Some((term.word?, term.weight)));
        let mut query: Bag = words.collect();
        query.sort_by_key(|&(word, _)| word);
        query
    };
    let heading = heading(article, passage);
    let lead =
        lead(article, passage, &query).map(|lead| cited(article, &article.passages[0], lead));
    let before: Vec<Cited> = lead.into_iter().chain(heading.clone()).collect();
    let n_most = N_NEAREST_MAX.min(N_SENTENCES_MAX - before.len());
    let mut chosen =
        steps(passage).unwrap_or_else(|| nearest(passage, &query, heading.is_none(), n_most));
    chosen.sort_unstable();
    chosen.dedup();
    let chosen = chosen.into_iter().map(|place| cited(article, passage, place));
    before.into_iter().chain(chosen).collect()
}

/// A list right under its heading means nothing, or the opposite, without it: "Not covered".
fn heading(article: &Shelved, passage: &Passage) -> Option<Cited> {
    let section = &passage.section;
    let is_list = section.spans.first().is_some_and(|first| first.kind != Kind::Sentence);
    let (start, end) = section.heading_bytes;
    let text = section.heading.clone();
    let cited = Cited { text, article: article.id.clone(), start, end };
    (is_list && !section.heading.is_empty()).then_some(cited)
}

/// The article's first sentence, where the chosen section is another and the sentence speaks of
/// the question as well: sections are written to be read after it.
fn lead(article: &Shelved, passage: &Passage, query: &Bag) -> Option<usize> {
    let first = article.passages.first().filter(|first| first.section.heading.is_empty())?;
    if passage.section.heading.is_empty() {
        return None;
    }
    let shared = |bag: &Bag| -> f32 {
        query.iter().filter(|&&(word, _)| count(bag, word) > 0.0).map(|&(_, weight)| weight).sum()
    };
    let best = passage.sentences.iter().map(shared).fold(0.0, f32::max);
    let own = shared(first.sentences.first()?);
    (own > 0.0 && own >= SHARE_LEAD * best).then_some(0)
}

/// Numbered steps are given whole, with the sentence that leads to them.
fn steps(passage: &Passage) -> Option<Vec<usize>> {
    let spans = &passage.section.spans;
    let steps: Vec<usize> = (0..spans.len()).filter(|&at| spans[at].kind == Kind::Step).collect();
    let first = *steps.first().filter(|_| steps.len() <= N_STEPS_MAX)?;
    Some(first.checked_sub(1).into_iter().chain(steps).collect())
}

fn nearest(passage: &Passage, query: &Bag, has_lead: bool, n_most: usize) -> Vec<usize> {
    let score = |place: usize| -> f32 {
        let bag = &passage.sentences[place];
        let shared = query.iter().filter(|&&(word, _)| count(bag, word) > 0.0);
        // A long sentence has more words by chance.
        shared.map(|&(_, weight)| weight).sum::<f32>() / (6.0 + bag.len() as f32).sqrt()
    };
    let mut order: Vec<usize> = (0..passage.sentences.len()).collect();
    order.sort_by(|&left, &right| score(right).total_cmp(&score(left)).then(left.cmp(&right)));
    let n_relevant = order.iter().filter(|&&place| score(place) > 0.0).count();
    // The lead carries what the others refer to; where nothing matches it is followed by the next.
    let mut chosen: Vec<usize> = if has_lead { vec![0] } else { Vec::new() };
    for &place in order.iter().take(n_relevant.max(2)) {
        if chosen.len() < n_most && !chosen.contains(&place) {
            chosen.push(place);
        }
    }
    chosen
}

fn cited(article: &Shelved, passage: &Passage, place: usize) -> Cited {
    let span = passage.section.spans[place];
    let text = passage.texts[place].clone();
    Cited { text, article: article.id.clone(), start: span.start, end: span.end }
}
