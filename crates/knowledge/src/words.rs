//! Words as ranking sees them: stems, without small words, one for all that mean the same.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

const FUNCTIONS: &str = include_str!("../words/functions.txt");
const SAME_EN: &str = include_str!("../words/en.txt");
const FILLER_EN: &str = include_str!("../words/en-filler.txt");
/// The longest phrase that stands for one word.
const N_PHRASE_WORDS_MAX: usize = 4;
/// "Send … back": so many words at most from the first to the last.
const N_OPEN_WORDS_MAX: usize = 8;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// As written, in small letters; the last one where a phrase became one word.
    pub(crate) surface: String,
    /// What it is compared by.
    pub(crate) stem: String,
    pub(crate) role: Role,
}

/// How much a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// What the text is about.
    Content,
    /// Around it: "I wanted", "my sister".
    Filler,
    /// A number; a long one names one certain thing.
    Number,
}

/// The rules of one language.
pub(crate) struct Lexicon {
    stemmer: Option<Stemmer>,
    functions: &'static HashSet<&'static str>,
    filler: HashSet<String>,
    /// Stems of a phrase, joined by blanks, and the stem that stands for it.
    same: HashMap<String, String>,
    /// First and last stem of a phrase that is open in between, and the stem that stands for it.
    open: HashMap<(String, String), String>,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("n_same", &self.same.len()).finish_non_exhaustive()
    }
}

/// The small words of a language; empty where we know none.
pub(crate) fn function_words(code: &str) -> &'static HashSet<&'static str> {
    static LISTS: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
        let lines = FUNCTIONS.lines().filter_map(|line| line.split_once(": "));
        lines.map(|(code, words)| (code, words.split(' ').collect())).collect()
    });
    static NONE: LazyLock<HashSet<&'static str>> = LazyLock::new(HashSet::new);
    LISTS.get(code).unwrap_or(&NONE)
}

impl Lexicon {
    pub(crate) fn new(code: &str) -> Lexicon {
        let mut lexicon = Lexicon {
            stemmer: algorithm(code).map(Stemmer::create),
            functions: function_words(code),
            filler: HashSet::new(),
            same: HashMap::new(),
            open: HashMap::new(),
        };
        if code == "en" {
            let lines = FILLER_EN.lines().filter(|line| !line.starts_with('#'));
            let words = lines.flat_map(str::split_whitespace);
            lexicon.filler = words.map(str::to_owned).collect();
            lexicon.read_same(SAME_EN);
        }
        lexicon
    }

    /// The words of a text that are more than small words.
    pub(crate) fn words(&self, text: &str) -> Vec<Word> {
        let surfaces = split(text);
        let stems: Vec<String> = surfaces.iter().map(|surface| self.stem(surface)).collect();
        let mut words = Vec::with_capacity(surfaces.len());
        let mut place = 0;
        while place < surfaces.len() {
            if let Some((stem, n_words)) = self.phrase_at(&stems[place..]) {
                let surface = surfaces[place + n_words - 1].clone();
                let role = if self.filler.contains(&stem) { Role::Filler } else { Role::Content };
                words.push(Word { surface, stem, role });
                place += n_words;
                continue;
            }
            if let Some(stem) = self.open_at(&stems[place..]) {
                words.push(Word { surface: surfaces[place].clone(), stem, role: Role::Content });
                place += 1;
                continue;
            }
            let (surface, stem) = (surfaces[place].clone(), stems[place].clone());
            place += 1;
            if !self.functions.contains(surface.as_str()) && !is_letter(&surface) {
                let role = self.role(&surface);
                words.push(Word { surface, stem, role });
            }
        }
        words
    }

    pub(crate) fn stem(&self, surface: &str) -> String {
        // Possessives first, so that "parcel's" meets "parcel" in every language.
        let word = surface.strip_suffix("'s").unwrap_or(surface);
        match &self.stemmer {
            Some(stemmer) => stemmer.stem(word).into_owned(),
            None => word.to_owned(),
        }
    }

    /// What a word that is spelt like this is compared by.
    pub(crate) fn compared(&self, surface: &str) -> String {
        let stem = self.stem(surface);
        self.same.get(&stem).cloned().unwrap_or(stem)
    }

    fn role(&self, surface: &str) -> Role {
        if surface.chars().all(|c| c.is_ascii_digit()) {
            Role::Number
        } else if self.filler.contains(surface) {
            Role::Filler
        } else {
            Role::Content
        }
    }

    fn phrase_at(&self, stems: &[String]) -> Option<(String, usize)> {
        (1..=stems.len().min(N_PHRASE_WORDS_MAX)).rev().find_map(|n_words| {
            let stem = if n_words == 1 {
                self.same.get(&stems[0])
            } else {
                self.same.get(&stems[..n_words].join(" "))
            };
            stem.map(|stem| (stem.clone(), n_words))
        })
    }

    /// "Send the two chairs back": what is between the ends is read by itself.
    fn open_at(&self, stems: &[String]) -> Option<String> {
        let last = stems.len().min(N_OPEN_WORDS_MAX);
        (2..last).find_map(|n| self.open.get(&(stems[0].clone(), stems[n].clone())).cloned())
    }

    fn read_same(&mut self, lines: &str) {
        let key = |phrase: &str, lexicon: &Lexicon| -> String {
            let stems: Vec<String> =
                split(phrase).iter().map(|surface| lexicon.stem(surface)).collect();
            stems.join(" ")
        };
        for line in lines.lines().filter(|line| !line.starts_with('#')) {
            let Some((canonical, others)) = line.split_once(": ") else { continue };
            let canonical = key(canonical, self);
            for phrase in others.split(", ") {
                if let Some((first, last)) = phrase.split_once(" … ") {
                    let ends = (key(first, self), key(last, self));
                    self.open.entry(ends).or_insert_with(|| canonical.clone());
                    continue;
                }
                let phrase = key(phrase, self);
                self.same.entry(phrase).or_insert_with(|| canonical.clone());
            }
            self.same.entry(canonical.clone()).or_insert(canonical);
        }
    }
}

/// Words in small letters; Chinese and Japanese, which have no blanks, as pairs of characters.
fn split(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let mut words = Vec::new();
    let is_inside = |c: char| c.is_alphanumeric() || c == '\'';
    for word in lower.split(|c: char| !is_inside(c)) {
        let word = word.trim_matches('\'');
        if word.is_empty() {
            continue;
        }
        let letters: Vec<char> = word.chars().collect();
        if letters.iter().any(|&c| ('\u{3040}'..='\u{9fff}').contains(&c)) && letters.len() > 2 {
            words.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            words.push(word.to_owned());
        }
    }
    words
}

fn is_letter(surface: &str) -> bool {
    surface.len() == 1 && !surface.as_bytes()[0].is_ascii_digit()
}

fn algorithm(code: &str) -> Option<Algorithm> {
    Some(match code {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nb" => Algorithm::Norwegian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}
