//! Splits an article's Markdown into sections and sentences, each with its bytes in the body.

/// A heading with what stands under it, up to the next heading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    /// The heading in plain words; empty before the first heading.
    pub(crate) heading: String,
    /// The heading's own bytes in the body, without its marks.
    pub(crate) heading_bytes: (usize, usize),
    /// How customers ask what the section answers: its lines that begin with `? `.
    pub(crate) asks: Vec<String>,
    pub(crate) spans: Vec<Span>,
}

/// One citable piece: a sentence, a whole list item or a table row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sentence,
    Bullet,
    Step,
    Row,
}

const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "etc", "approx", "no", "nr", "mr", "mrs", "ms", "dr", "st", "vs", "incl", "excl",
    "max", "min", "z.b", "d.h", "bzw", "ca", "usw", "t.ex", "bl.a", "p.ex", "f.eks", "osv", "dvs",
];

/// The sections of a body, in its order; sections without words are left out.
pub(crate) fn sections(body: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut block: Option<Span> = None;
    let mut is_code = false;
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        let (line_start, trimmed) = (start, line.trim());
        start += line.len();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            is_code = !is_code;
            close(body, &mut block, &mut sections);
        } else if is_code || trimmed.is_empty() || is_rule(trimmed) {
            close(body, &mut block, &mut sections);
        } else if let Some(heading) = heading(trimmed) {
            close(body, &mut block, &mut sections);
            let begin = line_start + line.find(heading).unwrap_or(0);
            let heading_bytes = (begin, begin + heading.len());
            let heading = plain(heading);
            sections.push(Section { heading, heading_bytes, ..Section::default() });
        } else if let Some(ask) = ask(trimmed) {
            close(body, &mut block, &mut sections);
            let section = sections.last_mut().expect("there is always a first section");
            section.asks.push(ask.to_owned());
        } else {
            read_line(body, (line_start, line), &mut block, &mut sections);
        }
    }
    close(body, &mut block, &mut sections);
    sections.retain(|section| !section.spans.is_empty());
    sections
}

/// An article as customers read it: without its lines of ways of asking.
pub fn shown(body: &str) -> String {
    let mut is_code = false;
    let is_shown = |line: &&str| {
        let trimmed = line.trim();
        is_code ^= trimmed.starts_with("```") || trimmed.starts_with("~~~");
        is_code || ask(trimmed).is_none()
    };
    body.split_inclusive('\n').filter(is_shown).collect()
}

/// A way of asking: `? ` and what customers write.
fn ask(line: &str) -> Option<&str> {
    line.strip_prefix("? ").map(str::trim_start).filter(|ask| !ask.is_empty())
}

/// The words of a piece of Markdown, on one line and without its marks.
pub fn plain(markdown: &str) -> String {
    let chars: Vec<char> = markdown.chars().collect();
    let mut words = String::with_capacity(markdown.len());
    let mut place = 0;
    while place < chars.len() {
        place = plain_char(&chars, place, &mut words);
    }
    let words = words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    words.trim().to_owned()
}

fn read_line(
    body: &str,
    (line_start, line): (usize, &str),
    block: &mut Option<Span>,
    sections: &mut [Section],
) {
    let content = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
    let content_start = line_start + line.len() - content.len();
    let end = line_start + line.trim_end().len();
    let marker = marker(content);
    if content.is_empty() {
        // A lone quote mark parts paragraphs like an empty line.
        close(body, block, sections);
        return;
    }
    if content.starts_with('|') {
        close(body, block, sections);
        let is_divider = content.trim().chars().all(|c| "|-: ".contains(c));
        if !is_divider {
            let inner = content.trim().trim_matches('|').trim();
            let start = content_start + content.find(inner).unwrap_or(0);
            push(sections, Span { start, end: start + inner.len(), kind: Kind::Row });
        }
    } else if let Some((kind, n_bytes)) = marker {
        close(body, block, sections);
        *block = Some(Span { start: content_start + n_bytes, end, kind });
    } else {
        match block {
            Some(block) => block.end = end,
            None => *block = Some(Span { start: content_start, end, kind: Kind::Sentence }),
        }
    }
}

/// A list item's marker and how many bytes it takes, with a task's box.
fn marker(content: &str) -> Option<(Kind, usize)> {
    let n_digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let mark = &content[n_digits..];
    let kind = match (n_digits, mark.chars().next()?) {
        (0, '-' | '*' | '+') => Kind::Bullet,
        (1..=3, '.' | ')') => Kind::Step,
        _ => return None,
    };
    let rest = &mark[1..];
    let words = rest.trim_start_matches([' ', '\t']);
    if words.len() == rest.len() {
        return None;
    }
    let words =
        ["[ ] ", "[x] ", "[X] "].iter().find_map(|b| words.strip_prefix(b)).unwrap_or(words);
    Some((kind, content.len() - words.len()))
}

fn heading(line: &str) -> Option<&str> {
    let words = line.trim_start_matches('#');
    let n_marks = line.len() - words.len();
    let is_heading = (1..=6).contains(&n_marks) && words.starts_with([' ', '\t']);
    is_heading.then(|| words.trim().trim_end_matches('#').trim())
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && ["-", "*", "_", "="].iter().any(|mark| line.replace(mark, "").is_empty())
}

fn close(body: &str, block: &mut Option<Span>, sections: &mut [Section]) {
    let Some(block) = block.take() else { return };
    if block.kind != Kind::Sentence {
        push(sections, block);
        return;
    }
    let mut start = block.start;
    for end in sentence_ends(&body[block.start..block.end]) {
        let piece = &body[start..block.start + end];
        let lead = piece.len() - piece.trim_start_matches(|c: char| c.is_whitespace()).len();
        push(sections, Span { start: start + lead, end: block.start + end, kind: Kind::Sentence });
        start = block.start + end;
    }
}

fn push(sections: &mut [Section], span: Span) {
    if span.start < span.end {
        sections.last_mut().expect("there is always a first section").spans.push(span);
    }
}

/// Where the sentences of a paragraph end, the end of the paragraph included.
fn sentence_ends(paragraph: &str) -> Vec<usize> {
    let chars: Vec<(usize, char)> = paragraph.char_indices().collect();
    let offset = |place: usize| chars.get(place).map_or(paragraph.len(), |&(offset, _)| offset);
    let mut ends = Vec::new();
    let mut depth = 0_i32;
    let mut is_code = false;
    let mut place = 0;
    while place < chars.len() {
        let c = chars[place].1;
        place += 1;
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = (depth - 1).max(0),
            '`' => is_code = !is_code,
            '。' | '！' | '？' if depth == 0 => ends.push(offset(place)),
            '.' | '!' | '?' | '…' | '؟' if depth == 0 && !is_code => {
                let closers = |c: char| "*_\"'”’»)".contains(c) || ".!?…".contains(c);
                let after = (place..chars.len()).find(|&next| !closers(chars[next].1));
                let after = after.unwrap_or(chars.len());
                if is_end(paragraph, offset(place - 1), &chars[after..]) {
                    ends.push(offset(after));
                    place = after;
                }
            }
            _ => {}
        }
    }
    if !paragraph[ends.last().copied().unwrap_or(0)..].trim().is_empty() {
        ends.push(paragraph.len());
    }
    ends
}

/// A full stop ends a sentence before a blank, unless it closes an abbreviation.
fn is_end(paragraph: &str, stop: usize, rest: &[(usize, char)]) -> bool {
    let Some((_, next)) = rest.first() else { return true };
    if !next.is_whitespace() {
        return false;
    }
    let following = rest.iter().map(|&(_, c)| c).find(|c| !c.is_whitespace() && *c != '*');
    if following.is_some_and(char::is_lowercase) {
        return false;
    }
    let word = paragraph[..stop].rsplit(char::is_whitespace).next().unwrap_or("");
    let word = word.trim_start_matches(['(', '*', '_', '"']).to_lowercase();
    let is_number_follows = following.is_some_and(|c| c.is_ascii_digit());
    match word.as_str() {
        // "No. 5" goes on, the answer "No." does not.
        "no" | "nr" | "max" | "min" | "ca" | "approx" => !is_number_follows,
        word => !ABBREVIATIONS.contains(&word),
    }
}

/// Writes the words that begin at `place` and returns where to go on.
fn plain_char(chars: &[char], place: usize, words: &mut String) -> usize {
    let c = chars[place];
    let next = chars.get(place + 1).copied();
    let before = place.checked_sub(1).map(|before| chars[before]);
    match c {
        '\\' if next.is_some_and(|next| next.is_ascii_punctuation()) => {
            words.extend(next);
            place + 2
        }
        '!' if next == Some('[') => place + 1,
        '[' => link(chars, place, words),
        '`' => place + 1,
        '~' if next == Some('~') => place + 2,
        '*' | '_' if is_mark(c, before, next) => place + 1,
        '|' => {
            words.truncate(words.trim_end().len());
            words.push(',');
            place + 1
        }
        c if c.is_whitespace() => {
            if !words.is_empty() && !words.ends_with(' ') {
                words.push(' ');
            }
            let mut place = place + 1;
            while c == '\n' && chars.get(place).is_some_and(|&c| c == '>' || c == ' ') {
                place += 1;
            }
            place
        }
        c => {
            words.push(c);
            place + 1
        }
    }
}

/// A star beside a word is emphasis; an underline inside a word is part of it.
fn is_mark(c: char, before: Option<char>, next: Option<char>) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '*' => is_word(before) || is_word(next),
        _ => is_word(before) != is_word(next) || is_letter(before) != is_letter(next),
    }
}

/// `[label](address)` reads as its label.
fn link(chars: &[char], place: usize, words: &mut String) -> usize {
    let close = chars[place..].iter().position(|&c| c == ']').map(|n| place + n);
    let Some(close) = close.filter(|&close| chars.get(close + 1) == Some(&'(')) else {
        words.push('[');
        return place + 1;
    };
    let Some(end) = chars[close..].iter().position(|&c| c == ')') else {
        words.push('[');
        return place + 1;
    };
    let label: String = chars[place + 1..close].iter().collect();
    words.push_str(&plain(&label));
    close + end + 1
}
