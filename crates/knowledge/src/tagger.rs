//! Learns from marked examples where in a message dates, amounts, names and the like stand.
//!
//! A structured perceptron with averaged weights (Collins, "Discriminative Training Methods for
//! Hidden Markov Models", 2002): each word gets a tag, and the best row of tags is found at once.

use std::collections::{HashMap, HashSet};

use crate::chance::{Chance, mix};

const N_PASSES: usize = 12;
/// The tag of a word that belongs to nothing.
const OUTSIDE: usize = 0;

/// A part of a text and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Such as "date" or "amount of money".
    pub name: String,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// A text with its marked parts, which do not overlap.
#[derive(Debug, Clone, Copy)]
pub struct MarkedText<'a> {
    /// What a customer wrote.
    pub text: &'a str,
    /// Its parts.
    pub parts: &'a [Marked],
}

/// Marks the parts of a message.
#[derive(Debug, Clone)]
pub struct Tagger {
    names: Vec<String>,
    /// Words that more than one example has: all others are taken for names and the like.
    common: HashSet<String>,
    features: HashMap<u64, u32>,
    /// One for each feature and tag, feature by feature.
    weights: Vec<f32>,
    /// One for each pair of tags that follow each other.
    follows: Vec<f32>,
}

/// A word, a number or a mark of punctuation.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    start: usize,
}

impl Tagger {
    /// Learns from examples; the same examples and seed give the same tagger.
    pub fn train(examples: &[MarkedText<'_>], seed: u64) -> Tagger {
        let mut names: Vec<String> =
            examples.iter().flat_map(|e| e.parts).map(|part| part.name.clone()).collect();
        names.sort();
        names.dedup();
        let common = common(examples);
        let mut features = HashMap::new();
        let rows: Vec<(Vec<Vec<u32>>, Vec<usize>)> = examples
            .iter()
            .map(|example| {
                let tokens = tokens(example.text);
                let ids = hashes(&tokens, &common).into_iter().map(|of_token| {
                    let known = |hash| {
                        let next = features.len() as u32;
                        *features.entry(hash).or_insert(next)
                    };
                    of_token.into_iter().map(known).collect()
                });
                (ids.collect(), tags(&tokens, example.parts, &names))
            })
            .collect();
        let mut learning = Learning::new(features.len(), 1 + 2 * names.len());
        let mut chance = Chance::new(seed);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        for _ in 0..N_PASSES {
            chance.shuffle(&mut order);
            for &row in &order {
                let (ids, right) = &rows[row];
                learning.learn(ids, right);
            }
        }
        let (weights, follows) = learning.averaged();
        Tagger { names, common, features, weights, follows }
    }

    /// The marked parts of a message, in their order.
    pub fn mark(&self, text: &str) -> Vec<Marked> {
        let tokens = tokens(text);
        let known = |hash: u64| self.features.get(&hash).copied();
        let ids: Vec<Vec<u32>> = hashes(&tokens, &self.common)
            .into_iter()
            .map(|of_token| of_token.into_iter().filter_map(known).collect())
            .collect();
        let tags = best_tags(&ids, &self.weights, &self.follows, 1 + 2 * self.names.len());
        let mut parts: Vec<Marked> = Vec::new();
        for (token, &tag) in tokens.iter().zip(&tags) {
            let end = token.start + token.text.len();
            match (begins(tag), parts.last_mut()) {
                _ if tag == OUTSIDE => {}
                (false, Some(last)) => last.end = end,
                _ => parts.push(Marked {
                    name: self.names[(tag - 1) / 2].clone(),
                    start: token.start,
                    end,
                }),
            }
        }
        parts
    }
}

fn common(examples: &[MarkedText<'_>]) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for example in examples {
        let words: HashSet<String> =
            tokens(example.text).iter().map(|token| token.text.to_lowercase()).collect();
        words.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(word, _)| word).collect()
}

/// Odd tags begin a part, the even ones after them go on with it.
fn begins(tag: usize) -> bool {
    tag % 2 == 1
}

/// Whether a tag may stand after another: only what has begun goes on.
fn may_follow(before: usize, tag: usize) -> bool {
    tag == OUTSIDE || begins(tag) || before == tag || before + 1 == tag
}

fn tags(tokens: &[Token<'_>], parts: &[Marked], names: &[String]) -> Vec<usize> {
    tokens
        .iter()
        .map(|token| {
            let is_in = |part: &&Marked| part.start <= token.start && token.start < part.end;
            let Some(part) = parts.iter().find(is_in) else { return OUTSIDE };
            let begin = 1 + 2 * names.binary_search(&part.name).unwrap_or_default();
            let first = tokens.iter().find(|token| token.start >= part.start);
            let is_first = first.is_some_and(|first| first.start == token.start);
            if is_first { begin } else { begin + 1 }
        })
        .collect()
}

/// The tags with the highest sum (Viterbi).
fn best_tags(ids: &[Vec<u32>], weights: &[f32], follows: &[f32], n_tags: usize) -> Vec<usize> {
    let mut before = vec![f32::NEG_INFINITY; n_tags];
    // A text begins as if after something that is outside.
    before[OUTSIDE] = 0.0;
    let mut from: Vec<Vec<usize>> = Vec::with_capacity(ids.len());
    for of_token in ids {
        let mut scores = vec![0.0_f32; n_tags];
        for &id in of_token {
            let row = &weights[id as usize * n_tags..][..n_tags];
            scores.iter_mut().zip(row).for_each(|(score, weight)| *score += weight);
        }
        let mut came = vec![OUTSIDE; n_tags];
        for tag in 0..n_tags {
            let reach = (0..n_tags)
                .filter(|&last| may_follow(last, tag))
                .map(|last| (before[last] + follows[last * n_tags + tag], last))
                .max_by(|left, right| left.0.total_cmp(&right.0));
            let (score, last) = reach.unwrap_or((f32::NEG_INFINITY, OUTSIDE));
            scores[tag] += score;
            came[tag] = last;
        }
        before = scores;
        from.push(came);
    }
    let mut tag = (0..n_tags).max_by(|&a, &b| before[a].total_cmp(&before[b])).unwrap_or(OUTSIDE);
    let mut tags = vec![OUTSIDE; ids.len()];
    for place in (0..ids.len()).rev() {
        tags[place] = tag;
        tag = from[place][tag];
    }
    tags
}

/// Weights while they are learnt; their average over all steps is what is kept.
struct Learning {
    n_tags: usize,
    weights: Vec<f32>,
    follows: Vec<f32>,
    /// Each change times the step at which it came.
    weights_late: Vec<f64>,
    follows_late: Vec<f64>,
    step: f64,
}

impl Learning {
    fn new(n_features: usize, n_tags: usize) -> Learning {
        Learning {
            n_tags,
            weights: vec![0.0; n_features * n_tags],
            follows: vec![0.0; n_tags * n_tags],
            weights_late: vec![0.0; n_features * n_tags],
            follows_late: vec![0.0; n_tags * n_tags],
            step: 1.0,
        }
    }

    fn learn(&mut self, ids: &[Vec<u32>], right: &[usize]) {
        self.step += 1.0;
        let found = best_tags(ids, &self.weights, &self.follows, self.n_tags);
        if found == right {
            return;
        }
        for (tags, sign) in [(right, 1.0_f32), (&found[..], -1.0)] {
            let mut before = OUTSIDE;
            for (of_token, &tag) in ids.iter().zip(tags) {
                for &id in of_token {
                    let place = id as usize * self.n_tags + tag;
                    self.weights[place] += sign;
                    self.weights_late[place] += f64::from(sign) * self.step;
                }
                let place = before * self.n_tags + tag;
                self.follows[place] += sign;
                self.follows_late[place] += f64::from(sign) * self.step;
                before = tag;
            }
        }
    }

    fn averaged(self) -> (Vec<f32>, Vec<f32>) {
        let step = self.step;
        let average = |now: Vec<f32>, late: Vec<f64>| -> Vec<f32> {
            let pairs = now.into_iter().zip(late);
            pairs.map(|(now, late)| now - (late / step) as f32).collect()
        };
        (average(self.weights, self.weights_late), average(self.follows, self.follows_late))
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut run: Option<usize> = None;
    let is_inside =
        |c: char, first: char| c.is_alphanumeric() && c.is_ascii_digit() == first.is_ascii_digit();
    for (place, c) in text.char_indices() {
        if let Some(start) = run {
            let first = text[start..].chars().next().unwrap_or(' ');
            if is_inside(c, first) {
                continue;
            }
            tokens.push(Token { text: &text[start..place], start });
            run = None;
        }
        if c.is_alphanumeric() {
            run = Some(place);
        } else if !c.is_whitespace() {
            tokens.push(Token { text: &text[place..place + c.len_utf8()], start: place });
        }
    }
    if let Some(start) = run {
        tokens.push(Token { text: &text[start..], start });
    }
    tokens
}

/// What speaks for the tag of each token: itself, its neighbours, and what kind of words they are.
fn hashes(tokens: &[Token<'_>], common: &HashSet<String>) -> Vec<Vec<u64>> {
    let lower: Vec<String> = tokens.iter().map(|token| token.text.to_lowercase()).collect();
    let kinds: Vec<&str> = tokens.iter().zip(&lower).map(|(t, l)| kind(t.text, l)).collect();
    let at = |place: usize, step: isize| -> Option<usize> {
        place.checked_add_signed(step).filter(|&place| place < tokens.len())
    };
    let word = |place: usize, step: isize| at(place, step).map_or("|", |place| &lower[place]);
    let rare = |place: usize, step: isize| match at(place, step) {
        Some(place) if common.contains(&lower[place]) => &lower[place],
        Some(place) => kinds_rare(kinds[place]),
        None => "|",
    };
    let kind = |place: usize, step: isize| at(place, step).map_or("|", |place| kinds[place]);
    (0..tokens.len())
        .map(|i| {
            let mut found = Vec::with_capacity(32);
            let mut add = |role: u64, parts: &[&str]| found.push(hash(role, parts));
            add(0, &[]);
            for (role, step) in (1..).zip(-2..=2) {
                add(role, &[word(i, step)]);
                add(role + 10, &[kind(i, step)]);
            }
            add(20, &[word(i, -1), word(i, 0)]);
            add(21, &[word(i, 0), word(i, 1)]);
            add(22, &[kind(i, -1), kind(i, 0)]);
            add(23, &[kind(i, 0), kind(i, 1)]);
            add(24, &[kind(i, -1), kind(i, 0), kind(i, 1)]);
            add(25, &[kind(i, -2), kind(i, -1), kind(i, 0)]);
            add(26, &[kind(i, 0), kind(i, 1), kind(i, 2)]);
            add(27, &[word(i, -1), kind(i, 0)]);
            add(28, &[word(i, -2), word(i, -1)]);
            add(29, &[kind(i, 0), word(i, 1)]);
            let letters: Vec<(usize, char)> = lower[i].char_indices().collect();
            for n in 2..=4 {
                if letters.len() > n {
                    add(30, &[&lower[i][letters[letters.len() - n].0..]]);
                    add(31, &[&lower[i][..letters[n].0]]);
                }
            }
            add(34, &[rare(i, 0)]);
            add(35, &[rare(i, -1), rare(i, 0)]);
            add(36, &[rare(i, 0), rare(i, 1)]);
            add(32, &[kind(i, -3), kind(i, -2)]);
            add(33, &[kind(i, 3), kind(i, 2)]);
            found
        })
        .collect()
}

fn hash(role: u64, parts: &[&str]) -> u64 {
    parts.iter().fold(mix(role ^ 0x7a66), |hash, part| {
        let bytes = part.bytes().fold(hash, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
        });
        mix(bytes ^ 0xff)
    })
}

/// What stands for a word that hardly any example has.
fn kinds_rare(kind: &'static str) -> &'static str {
    if kind == "word" { "a rare word" } else { kind }
}

/// What kind of word it is; a closed class, or its shape.
fn kind(text: &str, lower: &str) -> &'static str {
    let lists: [(&str, &[&str]); 12] = [
        ("weekday", WEEKDAYS),
        ("month", MONTHS),
        ("ordinal", ORDINALS),
        ("numeral", NUMERALS),
        (
            "unit",
            &[
                "day",
                "days",
                "week",
                "weeks",
                "month",
                "months",
                "year",
                "years",
                "weekend",
                "weekends",
                "quarter",
                "fortnight",
            ],
        ),
        ("clock unit", &["hour", "hours", "minute", "minutes", "min", "mins", "second", "seconds"]),
        (
            "part of day",
            &["morning", "afternoon", "evening", "night", "noon", "midday", "midnight", "am", "pm"],
        ),
        ("near day", &["today", "tomorrow", "yesterday", "tonight", "now"]),
        (
            "currency",
            &[
                "pound", "pounds", "euro", "euros", "dollar", "dollars", "quid", "pence", "cent",
                "cents", "gbp", "eur", "usd", "grand", "£", "$", "€",
            ],
        ),
        ("which", &["last", "next", "this", "past", "previous", "coming", "following"]),
        ("clock word", &["past", "half", "quarter", "o", "clock", "oclock"]),
        (
            "border",
            &[
                "from", "to", "until", "till", "between", "and", "since", "by", "before", "after",
                "through",
            ],
        ),
    ];
    if let Some((name, _)) = lists.iter().find(|(_, words)| words.contains(&lower)) {
        return name;
    }
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if first.is_ascii_digit() => match text.len() {
            1 => "digit",
            2 => "digits 2",
            3 => "digits 3",
            4 => "digits 4",
            _ => "digits",
        },
        Some(first) if first.is_uppercase() => "name-like",
        Some(first) if first.is_alphabetic() => "word",
        _ => "mark",
    }
}

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thurs",
    "fri",
    "sat",
    "sun",
];
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
];
const ORDINALS: &[&str] = &[
    "st",
    "nd",
    "rd",
    "th",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "thirtieth",
];
const NUMERALS: &[&str] = &[
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "k",
    "couple",
    "few",
];
