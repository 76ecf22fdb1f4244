//! Own words and quoted ones: what somebody wrote, and what their mail program put below it.

/// How mail programs begin what they quote, before a date or a name.
const QUOTE_BEGINS: [&str; 12] =
    ["On ", "Am ", "Den ", "El ", "Le ", "Il ", "Op ", "Em ", "W dniu ", "في ", "Dne ", "På "];
/// What such a line says before its colon, wherever.
const QUOTE_SAYS: [&str; 13] = [
    "wrote",
    "writes",
    "schrieb",
    "skrev",
    "escribió",
    "écrit",
    "scritto",
    "schreef",
    "geschreven",
    "escreveu",
    "napisał",
    "napsal",
    "كتب",
];
/// Lines after which everything is quoted.
const QUOTE_FROM: [&str; 8] = [
    "-----original message-----",
    "-----ursprüngliche nachricht-----",
    "-----ursprungligt meddelande-----",
    "-----mensaje original-----",
    "-----message d'origine-----",
    "-----original-nachricht-----",
    "begin forwarded message:",
    "________________________________",
];
/// Headings of a quoted message, one below the other.
const HEADINGS: [&str; 14] = [
    "from:",
    "von:",
    "från:",
    "de:",
    "da:",
    "van:",
    "sent:",
    "gesendet:",
    "skickat:",
    "enviado:",
    "envoyé :",
    "date:",
    "datum:",
    "fecha:",
];

/// The words of a message without what it quotes and without a signature, and what it quotes; the
/// whole of it and nothing where no words would be left.
pub(crate) fn own_words(text: &str) -> (String, String) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut quoted: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        if line == "--" {
            // A signature; what is quoted below it still is.
            at = (at..lines.len()).find(|at| is_from_here(&lines, *at)).unwrap_or(lines.len());
            quoted.extend(&lines[at..]);
            break;
        }
        if is_from_here(&lines, at) {
            quoted.extend(&lines[at..]);
            break;
        }
        let n = attribution(&lines, at);
        if n > 0 {
            // Answers below or between what is quoted are own words; without marks all is quoted.
            let is_marked = lines[at + n..].iter().any(|line| line.trim_start().starts_with('>'));
            if !is_marked {
                quoted.extend(&lines[at..]);
                break;
            }
            quoted.extend(&lines[at..at + n]);
            at += n;
            continue;
        }
        match line.starts_with('>') {
            true => quoted.push(lines[at]),
            false => kept.push(lines[at].trim_end()),
        }
        at += 1;
    }
    let own = kept.join("\n");
    let mut own = own.trim().to_owned();
    while own.contains("\n\n\n") {
        own = own.replace("\n\n\n", "\n\n");
    }
    match own.is_empty() {
        true => (text.trim().to_owned(), String::new()),
        false => (own, quoted.join("\n").trim().to_owned()),
    }
}

fn is_from_here(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim().to_lowercase();
    let is_heading = |at: usize| {
        lines.get(at).is_some_and(|line| {
            let line = line.trim().trim_start_matches('*').to_lowercase();
            HEADINGS.iter().any(|heading| line.starts_with(heading))
        })
    };
    QUOTE_FROM.iter().any(|mark| line.starts_with(mark)) || is_heading(at) && is_heading(at + 1)
}

/// How many lines from here on say who is quoted; long ones are broken.
fn attribution(lines: &[&str], at: usize) -> usize {
    let first = lines[at].trim_start();
    if !QUOTE_BEGINS.iter().any(|begins| first.starts_with(begins)) {
        return 0;
    }
    (1..=3)
        .find(|n| {
            let Some(all) = lines.get(at..at + n) else { return false };
            let whole = all.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            let has_date = whole.chars().any(|c| c.is_numeric()) || whole.contains('@');
            let says = QUOTE_SAYS.iter().any(|says| whole.contains(says));
            has_date && says && whole.ends_with(':')
        })
        .unwrap_or(0)
}
