//! Names the language of a message, among those the desk speaks.

use whatlang::{Detector, Lang, Script};

use crate::words::function_words;

/// ISO 639-1 codes, and the languages behind them.
const LANGUAGES: &[(&str, Lang)] = &[
    ("ar", Lang::Ara),
    ("bg", Lang::Bul),
    ("ca", Lang::Cat),
    ("cs", Lang::Ces),
    ("da", Lang::Dan),
    ("de", Lang::Deu),
    ("el", Lang::Ell),
    ("en", Lang::Eng),
    ("es", Lang::Spa),
    ("et", Lang::Est),
    ("fa", Lang::Pes),
    ("fi", Lang::Fin),
    ("fr", Lang::Fra),
    ("he", Lang::Heb),
    ("hi", Lang::Hin),
    ("hr", Lang::Hrv),
    ("hu", Lang::Hun),
    ("it", Lang::Ita),
    ("ja", Lang::Jpn),
    ("ko", Lang::Kor),
    ("lt", Lang::Lit),
    ("lv", Lang::Lav),
    ("nb", Lang::Nob),
    ("nl", Lang::Nld),
    ("pl", Lang::Pol),
    ("pt", Lang::Por),
    ("ro", Lang::Ron),
    ("ru", Lang::Rus),
    ("sk", Lang::Slk),
    ("sl", Lang::Slv),
    ("sv", Lang::Swe),
    ("th", Lang::Tha),
    ("tr", Lang::Tur),
    ("uk", Lang::Ukr),
    ("vi", Lang::Vie),
    ("zh", Lang::Cmn),
];

/// Letters that belong to some languages alone weigh as much as a small word.
const LETTERS: &[(&str, &str)] = &[
    ("ß", "de"),
    ("äöü", "de"),
    ("äöå", "sv"),
    ("äö", "fi"),
    ("ñ¿¡", "es"),
    ("çèêàùœ", "fr"),
    ("ãõ", "pt"),
    ("çêà", "pt"),
    ("àèìòù", "it"),
    ("æøå", "da"),
    ("æøå", "nb"),
    ("ąćęłńśźż", "pl"),
    ("ğışç", "tr"),
    ("äëö", "nl"),
];

/// Messages are read up to this many characters.
const N_CHARS_MAX: usize = 600;
/// What three-letter statistics say counts as much as this many small words, at full confidence.
const WEIGHT_STATISTICS: f32 = 2.0;
/// Statistics of a word or two are noise; they count in full from this many letters on.
const N_LETTERS_FULL: f32 = 40.0;
const WEIGHT_LETTER: f32 = 0.7;
/// The customer's own language counts as much as a small word and a half.
const WEIGHT_PRIOR: f32 = 1.5;
/// With less than this, nothing can be told.
const WEIGHT_MIN: f32 = 0.9;

/// The ISO 639-1 code of the language, one of `candidates` (all known ones if there are none).
///
/// `prior` is the customer's locale, such as `sv` or `sv-SE`; it decides where the words leave
/// room for doubt. `None` says that the text tells nothing, as with "ok" or "12345".
pub fn language(text: &str, candidates: &[&str], prior: Option<&str>) -> Option<&'static str> {
    let text: String = text.chars().take(N_CHARS_MAX).flat_map(char::to_lowercase).collect();
    let script = whatlang::detect_script(&text)?;
    let allowed = allowed(candidates, script);
    if script != Script::Latin {
        return by_script(&text, &allowed, script, prior.and_then(known_code));
    }
    let text = &text;
    let evidence = |code: &str| by_words(text, code) + by_letters(text, code);
    let mut scores: Vec<(&'static str, f32)> =
        allowed.iter().map(|&(code, _)| (code, evidence(code))).collect();
    if let Some((code, weight)) = by_statistics(text, &allowed) {
        scores.iter_mut().filter(|score| score.0 == code).for_each(|score| score.1 += weight);
    }
    let strongest = scores.iter().map(|score| score.1).fold(0.0, f32::max);
    if strongest < WEIGHT_MIN {
        return None;
    }
    if let Some(code) = prior.and_then(known_code) {
        scores.iter_mut().filter(|score| score.0 == code).for_each(|score| score.1 += WEIGHT_PRIOR);
    }
    // Of equals the first stays, so that the order of codes, not chance, decides.
    let best = scores.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|best| best.0)
}

/// The code of a locale such as `nb-NO`, if it is a language we know.
pub(crate) fn known_code(locale: &str) -> Option<&'static str> {
    let code = locale.split(['-', '_']).next().unwrap_or(locale).to_ascii_lowercase();
    let code = if code == "no" || code == "nn" { "nb" } else { &code };
    LANGUAGES.iter().map(|&(known, _)| known).find(|&known| known == code)
}

/// The candidates that are written in this script.
fn allowed(candidates: &[&str], script: Script) -> Vec<(&'static str, Lang)> {
    let codes: Vec<&str> = candidates.iter().filter_map(|&code| known_code(code)).collect();
    let is_candidate = |code: &str| candidates.is_empty() || codes.contains(&code);
    // Japanese may be written in Chinese characters alone.
    let is_han = |lang: &Lang| script == Script::Mandarin && *lang == Lang::Jpn;
    let of_script = |lang: &Lang| script.langs().contains(lang) || is_han(lang);
    LANGUAGES.iter().filter(|(code, lang)| is_candidate(code) && of_script(lang)).copied().collect()
}

/// Most other scripts are used by one language, or by few that differ in letters.
fn by_script(
    text: &str,
    allowed: &[(&'static str, Lang)],
    script: Script,
    prior: Option<&'static str>,
) -> Option<&'static str> {
    let has = |code: &str| allowed.iter().any(|&(allowed, _)| allowed == code);
    if script == Script::Mandarin {
        // Han characters alone may be Japanese as well; a customer who reads Japanese knows.
        let is_japanese = text.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c));
        let ja = has("ja") && (is_japanese || prior == Some("ja") || !has("zh"));
        return if ja { Some("ja") } else { has("zh").then_some("zh") };
    }
    if script == Script::Arabic && has("fa") && text.contains(['پ', 'چ', 'ژ', 'گ']) {
        return Some("fa");
    }
    if script == Script::Arabic && has("ar") {
        return Some("ar");
    }
    match allowed {
        [] => None,
        [(only, _)] => Some(only),
        several => {
            let guess = by_statistics(text, several).map(|(code, _)| code);
            let is_short = text.chars().filter(|c| c.is_alphabetic()).count() < 20;
            prior.filter(|&prior| is_short && has(prior)).or(guess)
        }
    }
}

fn by_words(text: &str, code: &str) -> f32 {
    let list = function_words(code);
    let words = text.split(|c: char| !(c.is_alphabetic() || c == '\'' || c == '\u{2019}'));
    let weight = |word: &str| match word.chars().count() {
        0 => 0.0,
        1 => 0.4,
        2 => 0.8,
        _ => 1.0,
    };
    words.filter(|word| list.contains(word)).map(weight).sum()
}

fn by_letters(text: &str, code: &str) -> f32 {
    let own = LETTERS.iter().filter(|(_, language)| *language == code);
    let letters: String = own.map(|(letters, _)| *letters).collect();
    let n_found = text.chars().filter(|&c| letters.contains(c)).count();
    (n_found as f32 * WEIGHT_LETTER).min(1.4)
}

fn by_statistics(text: &str, allowed: &[(&'static str, Lang)]) -> Option<(&'static str, f32)> {
    let detector = Detector::with_allowlist(allowed.iter().map(|&(_, lang)| lang).collect());
    let found = detector.detect(text)?;
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count() as f32;
    let trust = (n_letters / N_LETTERS_FULL).min(1.0);
    let weight = WEIGHT_STATISTICS * trust * (0.4 + 0.6 * found.confidence() as f32);
    allowed.iter().find(|(_, lang)| *lang == found.lang()).map(|&(code, _)| (code, weight))
}
