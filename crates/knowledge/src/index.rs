//! Ranks articles, and answers with sentences of theirs or says that it cannot.

use std::collections::BTreeMap;

use crate::articles::{Answer, ArticleText, Cited, Grounds, Nearby, NoAnswer};
use crate::language::known_code;
use crate::markdown::Kind;
use crate::query::{Term, terms};
use crate::shelf::{Fit, Passage, Shelf, Shelved, count};

/// All articles of a desk, by language.
#[derive(Debug)]
pub struct Index {
    shelves: BTreeMap<String, Shelf>,
}

/// Answers are given from this confidence on.
const CONFIDENCE_MIN: f32 = 0.52;
/// Below this nothing was really found.
const COVERAGE_MIN: f32 = 0.25;
/// However alike the rest is, an answer that leaves so much of the question out is none.
const UNKNOWN_MAX: f32 = 0.4;
/// So many sections are cited, the second only when it is hardly behind.
const N_SECTIONS_MAX: usize = 2;
const GAP_NEAR: f32 = 0.3;
/// An answer is short; only numbered steps may make it longer.
const N_SENTENCES_MAX: usize = 4;
const N_SENTENCES_MAX_OF_TWO: usize = 3;
/// Longer lists of steps are cited like other sentences.
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

    /// The sections that are nearest to a question, best first, whether or not one answers it: for
    /// whoever can tell, such as a model. None in a language without articles.
    pub fn nearest(
        &self,
        query: &str,
        language: Option<&str>,
        topic: Option<&str>,
        n: usize,
    ) -> Vec<Nearby> {
        let Some(shelf) = self.best(query, language, topic).map(|found| found.shelf) else {
            return Vec::new();
        };
        let ranking = shelf.rank(query, &terms(query, shelf), topic);
        let passages = ranking.fits.iter().take(n).map(|fit| &shelf.passages[fit.passage]);
        passages.map(|passage| nearby(&shelf.articles[passage.article], passage)).collect()
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
    /// The best section, and the next where it is nearly as good.
    passages: Vec<&'a Passage>,
    terms: Vec<Term>,
    grounds: Grounds,
}

fn code(language: &str) -> String {
    known_code(language).map_or_else(|| language.to_lowercase(), str::to_owned)
}

fn find<'a>(shelf: &'a Shelf, query: &str, topic: Option<&str>) -> Option<Found<'a>> {
    let terms = terms(query, shelf);
    let ranking = shelf.rank(query, &terms, topic);
    let best = *ranking.fits.first()?;
    let near = ranking.fits.iter().take_while(|fit| fit.score >= best.score - GAP_NEAR);
    let passages: Vec<&Passage> =
        near.take(N_SECTIONS_MAX).map(|fit| &shelf.passages[fit.passage]).collect();
    let place = passages[0].article;
    let article = &shelf.articles[place];
    let is_cited =
        |fit: &Fit| passages.iter().any(|p| p.article == shelf.passages[fit.passage].article);
    let of_others = |fit: &&Fit| !is_cited(fit);
    let next = ranking.fits.iter().find(of_others).map_or(0.0, |fit| fit.score);
    let total: f32 = terms.iter().map(|term| term.weight).sum();
    let share = |is_counted: &dyn Fn(&Term) -> bool| -> f32 {
        terms.iter().filter(|term| is_counted(term)).map(|term| term.weight).sum::<f32>() / total
    };
    let is_known = |term: &Term| term.word.is_some_and(|word| count(&article.all, word) > 0.0);
    let mut grounds = Grounds {
        article: article.id.clone(),
        heading: passages[0].section.heading.clone(),
        coverage: share(&is_known),
        unknown: share(&|term| term.word.is_none()),
        score: best.score,
        margin: best.score - next,
        for_a_person: ranking.for_a_person,
        confidence: 0.0,
    };
    grounds.confidence = confidence(&grounds);
    Some(Found { shelf, passages, terms, grounds })
}

/// A logistic rule, fitted on how the demo's articles are asked for, with each way of asking and
/// then each whole section left out in turn, and on messages for a person, each left out in turn.
fn confidence(grounds: &Grounds) -> f32 {
    // What no article knows is scarce where the rule was fitted, yet it is a sure sign that the
    // answer is not here ("Can I pay with Bitcoin?"): its weight is set, not fitted.
    let logit = -3.5 + 1.3 * grounds.coverage - 2.0 * grounds.unknown
        + 1.2 * grounds.margin
        + grounds.score
        - 1.7 * grounds.for_a_person;
    1.0 / (1.0 + (-logit).exp())
}

fn nearby(article: &Shelved, passage: &Passage) -> Nearby {
    let spans = &passage.section.spans;
    Nearby {
        heading: passage.section.heading.clone(),
        sentences: (0..spans.len()).map(|place| cited(article, passage, place)).collect(),
        needed_heading: heading(article, passage),
        steps: steps(passage),
    }
}

/// The sentences of the sections, best section first, each with its heading where it is needed.
fn choose(found: &Found<'_>) -> Vec<Cited> {
    let mut chosen = Vec::new();
    let n_most = if found.passages.len() == 1 { N_SENTENCES_MAX } else { N_SENTENCES_MAX_OF_TWO };
    for passage in &found.passages {
        let article = &found.shelf.articles[passage.article];
        let heading = heading(article, passage);
        let places = sentences(passage, &found.terms, heading.is_none(), n_most);
        let first = chosen.len();
        chosen.extend(heading);
        chosen.extend(places.into_iter().map(|place| cited(article, passage, place)));
        chosen[first].begins_section = true;
    }
    chosen
}

/// A list right under its heading means nothing, or the opposite, without it: "Not covered".
fn heading(article: &Shelved, passage: &Passage) -> Option<Cited> {
    let section = &passage.section;
    let is_list = section.spans.first().is_some_and(|first| first.kind != Kind::Sentence);
    let (start, end) = section.heading_bytes;
    let text = section.heading.clone();
    let article = article.id.clone();
    let cited = Cited { text, article, start, end, begins_section: false };
    (is_list && !section.heading.is_empty()).then_some(cited)
}

/// Where the sentences that are cited stand in the section: all of a short section, else its lead,
/// which carries what the others refer to, and those nearest to the question.
fn sentences(passage: &Passage, terms: &[Term], has_lead: bool, n_most: usize) -> Vec<usize> {
    let spans = &passage.section.spans;
    let steps = steps(passage);
    if !steps.is_empty() {
        return steps;
    }
    let score = |place: usize| -> f32 {
        let bag = &passage.sentences[place];
        let words = terms.iter().filter_map(|term| Some((term.word?, term.weight)));
        let shared = words.filter(|&(word, _)| count(bag, word) > 0.0);
        // A long sentence has more words by chance.
        shared.map(|(_, weight)| weight).sum::<f32>() / (6.0 + bag.len() as f32).sqrt()
    };
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by(|&left, &right| score(right).total_cmp(&score(left)));
    let lead = has_lead.then_some(0);
    let others = order.into_iter().filter(|&place| Some(place) != lead);
    let mut chosen: Vec<usize> = lead.into_iter().chain(others).take(n_most).collect();
    chosen.sort_unstable();
    chosen
}

/// The places of numbered steps, which are worth nothing in halves, and of the sentence that leads to
/// them; none where there are too many.
fn steps(passage: &Passage) -> Vec<usize> {
    let spans = &passage.section.spans;
    let steps: Vec<usize> = (0..spans.len()).filter(|&at| spans[at].kind == Kind::Step).collect();
    match steps.first() {
        Some(first) if steps.len() <= N_STEPS_MAX => {
            first.checked_sub(1).into_iter().chain(steps).collect()
        }
        _ => Vec::new(),
    }
}

fn cited(article: &Shelved, passage: &Passage, place: usize) -> Cited {
    let span = passage.section.spans[place];
    let text = passage.texts[place].clone();
    let article = article.id.clone();
    Cited { text, article, start: span.start, end: span.end, begins_section: false }
}
