//! People first, by rule: what always goes to a person, first in the queue, never by chance.
//!
//! Word lists in eight languages, never guesses of emotions. A message is held against all of them
//! at once, since short messages mislead about their language. A false alarm costs a person a
//! minute; a miss costs more.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;

use crate::words::{folded, is_apostrophe, normalised};

/// Why a person comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The customer may harm themself.
    SelfHarm,
    /// Somebody is threatened.
    Threat,
    /// Somebody has died.
    Bereavement,
    /// The customer cannot pay.
    Hardship,
    /// Somebody else used their money or name.
    Fraud,
    /// The customer is a child.
    Minor,
    /// A legal complaint.
    Legal,
}

impl Rule {
    /// One sentence for people at the desk.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SelfHarm => "The words point to self-harm.",
            Self::Threat => "The words point to a threat.",
            Self::Bereavement => "The words point to a death in the family.",
            Self::Hardship => "The words point to money trouble.",
            Self::Fraud => "The words point to fraud.",
            Self::Minor => "The customer may be a child.",
            Self::Legal => "The words point to a legal complaint.",
        }
    }
}

/// One list for each language; Danish and Norwegian share one.
const LISTS: [&str; 8] = [
    include_str!("../rules/da.txt"),
    include_str!("../rules/de.txt"),
    include_str!("../rules/en.txt"),
    include_str!("../rules/es.txt"),
    include_str!("../rules/fr.txt"),
    include_str!("../rules/it.txt"),
    include_str!("../rules/nl.txt"),
    include_str!("../rules/sv.txt"),
];

/// So many words may stand between the two parts of a phrase, or a relative and a death.
const N_WORDS_BETWEEN: usize = 6;

/// The first rule that speaks, gravest first.
#[must_use]
pub fn people_first(text: &str) -> Option<Rule> {
    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::read(&LISTS));
    let text = normalised(&apart(&folded(&text.to_lowercase())));
    let listed = RULES.first(&text);
    listed.or_else(|| is_child(&text).then_some(Rule::Minor))
}

/// All lists as one machine that walks along a text once.
struct Rules {
    finder: AhoCorasick,
    /// What each pattern stands for, in the order of the patterns.
    meanings: Vec<Meaning>,
    /// The words of all languages after which "cannot pay" is about a way of paying.
    with: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Meaning {
    role: Role,
    /// Whether any ending may follow.
    is_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A phrase that speaks by itself, unless a way of paying follows where that is asked.
    Whole {
        rule: Rule,
        not_with: bool,
    },
    /// The two parts of the phrase of this number.
    First {
        rule: Rule,
        phrase: usize,
        not_with: bool,
    },
    Second {
        phrase: usize,
    },
    /// A relative, and what is said of the dead, in the list of this number.
    Relative {
        list: usize,
    },
    Died {
        list: usize,
    },
}

impl Rules {
    fn read(lists: &[&str]) -> Self {
        let (mut patterns, mut meanings, mut with) = (Vec::new(), Vec::new(), Vec::new());
        let mut n_phrases = 0;
        for (list, text) in lists.iter().enumerate() {
            let mut section = "";
            for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                    section = name;
                    continue;
                }
                if section == "with" {
                    with.push(line.to_owned());
                    continue;
                }
                let phrase = line.strip_suffix(" (not with)");
                let (phrase, not_with) = (phrase.unwrap_or(line), phrase.is_some());
                let mut add = |part: &str, role| {
                    let is_open = part.ends_with('*');
                    patterns.push(part.trim_end_matches('*').to_owned());
                    meanings.push(Meaning { role, is_open });
                };
                match (section, phrase.split_once(" … ")) {
                    ("relative", _) => add(phrase, Role::Relative { list }),
                    ("died", _) => add(phrase, Role::Died { list }),
                    (section, None) => {
                        add(phrase, Role::Whole { rule: rule(section), not_with });
                    }
                    (section, Some((first, second))) => {
                        let rule = rule(section);
                        add(first, Role::First { rule, phrase: n_phrases, not_with });
                        add(second, Role::Second { phrase: n_phrases });
                        n_phrases += 1;
                    }
                }
            }
        }
        let finder = AhoCorasick::new(&patterns).expect("the lists are far below the limits");
        Self { finder, meanings, with }
    }

    fn first(&self, text: &str) -> Option<Rule> {
        let found: Vec<(Role, Range<usize>)> = self
            .finder
            .find_overlapping_iter(text)
            .map(|found| (self.meanings[found.pattern().as_usize()], found.range()))
            .filter(|(meaning, at)| {
                let ends = meaning.is_open || text[at.end..].starts_with(' ');
                text[..at.start].ends_with(' ') && ends
            })
            .map(|(meaning, at)| (meaning.role, at))
            .collect();
        let speaks = |(role, at): &(Role, Range<usize>)| match *role {
            Role::Whole { rule, not_with } => {
                (!not_with || !self.is_with(&text[at.end..])).then_some(rule)
            }
            Role::First { rule, phrase, not_with } => found
                .iter()
                .filter(|(role, _)| *role == Role::Second { phrase })
                .filter(|(_, second)| is_near(text, at, second))
                .any(|(_, second)| {
                    let about_paying = || {
                        self.has_with(&text[at.end..second.start])
                            || self.is_with(&text[second.end..])
                    };
                    !not_with || !about_paying()
                })
                .then_some(rule),
            Role::Relative { list } => found
                .iter()
                .filter(|(role, _)| *role == Role::Died { list })
                .any(|(_, died)| is_near(text, at, died) || is_near(text, died, at))
                .then_some(Rule::Bereavement),
            Role::Second { .. } | Role::Died { .. } => None,
        };
        found.iter().filter_map(speaks).min()
    }

    /// Whether a way of paying follows: "cannot pay with this card" is no hardship.
    fn is_with(&self, rest: &str) -> bool {
        rest.split_whitespace().next().is_some_and(|next| self.has_with(next))
    }

    fn has_with(&self, words: &str) -> bool {
        words.split_whitespace().any(|word| self.with.iter().any(|with| with == word))
    }
}

/// Articles that French and Italian write without a space: "l'huissier" is "l huissier".
fn apart(lower: &str) -> String {
    const ELIDED: &[&str] = &[
        "l", "d", "j", "n", "s", "m", "c", "t", "qu", "un", "all", "dall", "dell", "nell", "sull",
    ];
    let mut out = String::with_capacity(lower.len());
    let mut word = 0;
    for c in lower.chars() {
        if is_apostrophe(c) && ELIDED.contains(&&out[word..]) {
            out.push(' ');
        } else {
            out.push(c);
        }
        if !c.is_alphanumeric() {
            word = out.len();
        }
    }
    out
}

fn rule(section: &str) -> Rule {
    match section {
        "self harm" => Rule::SelfHarm,
        "threat" => Rule::Threat,
        "bereavement" => Rule::Bereavement,
        "hardship" => Rule::Hardship,
        "fraud" => Rule::Fraud,
        "minor" => Rule::Minor,
        "legal" => Rule::Legal,
        other => unreachable!("a list has an unknown section [{other}]"),
    }
}

fn is_near(text: &str, first: &Range<usize>, second: &Range<usize>) -> bool {
    let between = text.get(first.end..second.start);
    between.is_some_and(|between| between.split_whitespace().count() <= N_WORDS_BETWEEN)
}

/// How one says one's age; in some languages only with "years" behind the number.
const AGES: &[(&[&str], bool)] = &[
    (&["i", "am"], false),
    (&["im"], false),
    (&["ich", "bin"], false),
    (&["bin"], false),
    (&["jag", "ar"], false),
    (&["jeg", "er"], false),
    (&["ik", "ben"], false),
    (&["tengo"], true),
    (&["jai"], true),
    (&["j", "ai"], true),
    (&["ho"], true),
];

/// What may follow the age.
const AFTER_AGE: &[&str] = &[
    "years", "year", "yrs", "yo", "jahre", "ar", "jaar", "anos", "ans", "anni", "and", "so", "und",
    "och", "og", "en", "y", "et", "e",
];

/// "I am 14", "I'm 9 years old", "tengo 12 años"; not "I am 15 minutes late".
fn is_child(folded: &str) -> bool {
    let words: Vec<&str> = folded.split_whitespace().collect();
    let says_age = |place: usize| {
        AGES.iter().any(|(said, needs_years)| {
            let rest = words[place..].strip_prefix(*said);
            let Some([age, after @ ..]) = rest else { return false };
            let is_child = age.parse::<u8>().is_ok_and(|age| (5..18).contains(&age));
            let next = after.first();
            let fits = next.is_none_or(|next| AFTER_AGE.contains(next));
            is_child && fits && (!needs_years || next.is_some_and(|next| next.starts_with("an")))
        })
    };
    (0..words.len()).any(says_age)
}
