//! Finds card numbers, whole or in pieces, and the codes beside them.

use std::cell::OnceCell;
use std::ops::Range;

use crate::digits::{self, Digit, Escapes, Gap};
use crate::scheme::{self, N_DIGITS_MAX, N_DIGITS_MIN};
use crate::{code, context, iban};

/// A stretch of bytes to cover, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) cover: Cover,
}

/// What stands in a text where a card stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// A card, with the last four digits that may be kept.
    Card([u8; 4]),
    /// A piece of a card whose end stands further on.
    Piece,
    /// The three or four digits beside a card.
    Code,
}

impl Cover {
    fn written(self) -> String {
        match self {
            Cover::Card([a, b, c, d]) => format!("{} {a}{b}{c}{d}]", digits::MASK_START),
            Cover::Piece => format!("{}]", digits::MASK_START),
            Cover::Code => "•••".to_owned(),
        }
    }
}

/// How many earlier messages a card may be spread over.
const N_EARLIER_MAX: usize = 8;
/// Words between two pieces of a card in one message take no more bytes than this.
const N_BYTES_BETWEEN: usize = 48;

/// How often a text is looked at again after something was found in it.
const N_LOOKS_MAX: usize = 4;

/// The cards and codes of one text, in order.
pub(crate) fn find_in(text: &str) -> Vec<Span> {
    find_after(text, &[]).0
}

/// The cards and codes of one text, and the pieces in earlier texts that it completes.
pub(crate) fn find_after(text: &str, earlier: &[&str]) -> (Vec<Span>, Vec<(usize, Vec<Span>)>) {
    let (mut own, older) = look(text, earlier);
    // Taking out a code or a card can bring digits together that make another one, and masked
    // text must hold no card either: look until nothing turns up.
    for _ in 0..N_LOOKS_MAX {
        if own.is_empty() {
            break;
        }
        let covered = cover(text.to_owned(), &own);
        let (more, _) = look(&covered, &[]);
        if more.is_empty() {
            break;
        }
        let more = more.iter().map(|span| uncovered(span, &own)).collect::<Vec<_>>();
        own.extend(more);
        own = merged(own);
    }
    (own, older)
}

/// A span of the covered text, as one of the text before it was covered.
fn uncovered(span: &Span, covers: &[Span]) -> Span {
    let (mut start, mut end) = (span.start, span.end);
    // Where the walk stands in the text as it was, and in the covered one.
    let (mut was, mut is) = (0, 0);
    for cover in covers {
        is += cover.start - was;
        was = cover.end;
        is += cover.cover.written().len();
        if is <= span.start {
            start = was + (span.start - is);
        }
        if is <= span.end {
            end = was + (span.end - is);
        }
    }
    Span { start, end, cover: span.cover }
}

fn look(text: &str, earlier: &[&str]) -> (Vec<Span>, Vec<(usize, Vec<Span>)>) {
    if !text.bytes().any(|byte| byte.is_ascii_digit() || byte >= 0x80) {
        return (Vec::new(), Vec::new());
    }
    let n_skipped = earlier.len().saturating_sub(N_EARLIER_MAX);
    let mut texts: Vec<&str> = earlier[n_skipped..].to_vec();
    texts.push(text);
    let mut by_text = vec![Vec::new(); texts.len()];
    search(&texts, Escapes::Decoded, &mut by_text);
    if digits::has_escapes(text) {
        search(&texts[texts.len() - 1..], Escapes::Literal, &mut by_text[texts.len() - 1..]);
    }
    let found = by_text.pop().expect("the text itself is the last one");
    let mut own = merged(found);
    own.extend(code::find(text, &own, earlier.last().copied()));
    own.sort_by_key(|span| span.start);
    let older = by_text.into_iter().enumerate().filter(|(_, spans)| !spans.is_empty());
    (own, older.map(|(index, spans)| (index + n_skipped, merged(spans))).collect())
}

/// Writes the masks into a text.
pub(crate) fn cover(text: String, spans: &[Span]) -> String {
    if spans.is_empty() {
        return text;
    }
    let mut covered = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        covered.push_str(&text[at..span.start]);
        covered.push_str(&span.cover.written());
        at = span.end;
    }
    covered.push_str(&text[at..]);
    covered
}

/// One text with what is found out about it only when a decision needs it.
struct Page<'a> {
    text: &'a str,
    has_card_word: OnceCell<bool>,
    ibans: OnceCell<Vec<Range<usize>>>,
}

impl Page<'_> {
    fn has_card_word(&self) -> bool {
        *self.has_card_word.get_or_init(|| context::has_card_word(self.text))
    }

    fn is_in_iban(&self, start: usize, end: usize) -> bool {
        let ibans = self.ibans.get_or_init(|| iban::find(self.text));
        let at = ibans.partition_point(|iban| iban.end < end);
        ibans.get(at).is_some_and(|iban| iban.start <= start && end <= iban.end)
    }
}

/// Digits `first..end` are a card; digits up to `tail` are an expiry or code glued to it.
#[derive(Clone, Copy)]
struct Window {
    first: usize,
    end: usize,
    tail: usize,
}

fn search(texts: &[&str], escapes: Escapes, by_text: &mut [Vec<Span>]) {
    let current = texts.len() - 1;
    let (own, _) = digits::read(texts[current], current as u16, escapes);
    if own.is_empty() || (current == 0 && own.len() < N_DIGITS_MIN) {
        return;
    }
    let pages: Vec<Page<'_>> = texts
        .iter()
        .map(|text| Page { text, has_card_word: OnceCell::new(), ibans: OnceCell::new() })
        .collect();
    for window in whole_cards(&own, &pages[current]) {
        // A percent sign is a sign of its own only between groups as cards have them.
        let groups = || group_lengths(&own, window.first..window.end);
        if escapes == Escapes::Decoded || is_card_grouping(&groups()) {
            by_text[current].push(span_of(&own, window));
        }
    }
    if escapes == Escapes::Literal {
        return;
    }
    let row = in_a_row(texts, own, escapes);
    pieces(&row, &pages, by_text, Reach::Any);
    if current > 0 {
        // "The last 8: 1111 1111" has a number of its own; a second look leaves short ones out.
        pieces(&without_short_groups(&row), &pages, by_text, Reach::OverMessages);
    }
}

fn span_of(digits: &[Digit], window: Window) -> Span {
    let mut last = [0; 4];
    for (place, digit) in digits[window.end - 4..window.end].iter().enumerate() {
        last[place] = digit.value;
    }
    Span {
        start: digits[window.first].start,
        end: digits[window.tail - 1].end,
        cover: Cover::Card(last),
    }
}

/// The cards that stand in one stretch of digits and signs.
fn whole_cards(digits: &[Digit], page: &Page<'_>) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut from = 0;
    while from < digits.len() {
        let length = digits[from + 1..].iter().position(|digit| digit.gap >= Gap::Words);
        let to = length.map_or(digits.len(), |length| from + 1 + length);
        if to - from >= N_DIGITS_MIN {
            cards_of_chain(digits, from..to, page, &mut windows);
        }
        from = to;
    }
    windows
}

fn cards_of_chain(
    digits: &[Digit],
    chain: Range<usize>,
    page: &Page<'_>,
    windows: &mut Vec<Window>,
) {
    let mut group_start = chain.start;
    let mut group_end = chain.start;
    for first in chain.clone() {
        if first == group_end {
            let length = digits[first + 1..chain.end]
                .iter()
                .position(|digit| digit.gap != Gap::Joined)
                .unwrap_or(chain.end - first - 1);
            group_start = first;
            group_end = first + 1 + length;
        } else if !(group_end - first >= N_DIGITS_MIN && group_end - first <= N_DIGITS_MAX) {
            // A card starts where a group starts, or else it ends a group of its own.
            continue;
        }
        let is_inside = first != group_start;
        let lengths = scheme::card_lengths(digits[first..chain.end].iter().map(|d| d.value));
        for length in LENGTHS_BY_RANK.into_iter().filter(|length| lengths >> length & 1 == 1) {
            let end = first + length;
            let Some(tail) = tail_of(digits, &chain, end, length) else { continue };
            let window = Window { first, end, tail };
            let is_accepted = if is_inside {
                end == group_end && first - group_start <= 6 && page.has_card_word()
            } else {
                !is_something_else(digits, &chain, window, page)
            };
            if is_accepted {
                windows.push(window);
            }
        }
    }
}

/// The commonest lengths first: the first card at a place lends the mask its last four digits.
const LENGTHS_BY_RANK: [usize; 7] = [16, 15, 14, 19, 18, 17, 13];

/// Where the digits end that belong to a card ending at `end`: there, or behind an expiry date or
/// code that was typed on without a space. `None` if the group goes on with anything else.
fn tail_of(digits: &[Digit], chain: &Range<usize>, end: usize, length: usize) -> Option<usize> {
    let n_left =
        digits[end..chain.end].iter().take(10).take_while(|d| d.gap == Gap::Joined).count();
    let values = |from: usize| digits[end + from].value * 10 + digits[end + from + 1].value;
    let is_month = || (1..=12).contains(&values(0));
    let is_year = || (20..=45).contains(&values(2));
    let is_long_year = || values(2) == 20 && (20..=45).contains(&values(4));
    let is_tail = match n_left {
        0 => true,
        3 => length >= 15,
        4 => length == 15 || (is_month() && is_year()),
        6 => is_month() && is_long_year(),
        7 | 8 => is_month() && is_year(),
        9 => is_month() && is_long_year(),
        _ => {
            // Two cards without a space between them.
            let behind = digits[end..chain.end].iter().map(|digit| digit.value);
            return (n_left >= 10 && scheme::card_lengths(behind) != 0).then_some(end);
        }
    };
    is_tail.then_some(end + n_left)
}

/// Whether a number that could be a card is, by its shape or by the words beside it, another thing.
fn is_something_else(
    digits: &[Digit],
    chain: &Range<usize>,
    window: Window,
    page: &Page<'_>,
) -> bool {
    let start = digits[window.first].start;
    let end = digits[window.tail - 1].end;
    if page.is_in_iban(start, end) || is_date_and_time(digits, window, page.text) {
        return true;
    }
    if page.has_card_word() {
        return false;
    }
    let (from, to) = with_neighbours(digits, chain, window, page.text);
    let is_named = || context::names_order(page.text, from, to);
    // A piece out of something longer, though not out of a page of digits.
    if chain.len() > window.tail - window.first && chain.len() <= 2 * N_DIGITS_MAX {
        let groups = group_lengths(digits, chain.clone());
        let is_postal = matches!(chain.len(), 20 | 22)
            && digits[chain.start].value == 9
            && (2..=5).contains(&digits[chain.start + 1].value)
            && groups.iter().take(5).all(|length| *length == 4);
        if (is_postal && (is_postal_check(&digits[chain.clone()]) || is_named()))
            || groups == [3, 7, 7]
        {
            return true;
        }
    }
    is_in_parcel_number(page.text, start, end)
        || (is_open_to_doubt(digits, window, page.text) && is_named())
}

/// `1Z`, sixteen letters or digits, and nothing that touches them: a parcel of UPS.
fn is_in_parcel_number(text: &str, start: usize, end: usize) -> bool {
    const N_BYTES: usize = 18;
    let bytes = text.as_bytes();
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric();
    let n_before = bytes[..start].iter().rev().take(N_BYTES).take_while(is_word).count();
    let n_behind = bytes[end..].iter().take(N_BYTES).take_while(is_word).count();
    let word = &bytes[start - n_before..end + n_behind];
    word.len() == N_BYTES && word[..2].eq_ignore_ascii_case(b"1Z")
}

/// The bytes of a window and of what a single hyphen or slash ties to it ("2026-4539…").
fn with_neighbours(
    digits: &[Digit],
    chain: &Range<usize>,
    window: Window,
    text: &str,
) -> (usize, usize) {
    let is_tie = |at: usize| {
        digits[at].gap == Gap::Joined
            || matches!(&text[digits[at - 1].end..digits[at].start], "-" | "/")
    };
    let mut first = window.first;
    while first > chain.start && window.first - first < N_DIGITS_MAX && is_tie(first) {
        first -= 1;
    }
    let mut end = window.tail;
    while end < chain.end && end - window.tail < N_DIGITS_MAX && is_tie(end) {
        end += 1;
    }
    (digits[first].start, digits[end - 1].end)
}

/// A day and a time to the second have fourteen digits, as some cards do.
fn is_date_and_time(digits: &[Digit], window: Window, text: &str) -> bool {
    let groups = group_lengths(digits, window.first..window.end);
    if groups != [2, 2, 4, 2, 2, 2] {
        return false;
    }
    let sign = |at: usize| {
        let digit = window.first + at;
        &text[digits[digit - 1].end..digits[digit].start]
    };
    sign(2) == sign(4) && sign(10) == ":" && sign(12) == ":"
}

/// The check digit of the United States' parcel numbers.
fn is_postal_check(digits: &[Digit]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit.value) * if place % 2 == 1 { 3 } else { 1 })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether words may save this number: only if it is written as no card is written. Spaces, signs
/// nobody sees, mixed scripts and groups of four leave no doubt.
fn is_open_to_doubt(digits: &[Digit], window: Window, text: &str) -> bool {
    let row = &digits[window.first..window.tail];
    if row.iter().any(|digit| digit.zero != row[0].zero || digit.zero >> 31 == 1)
        || row[1..].iter().any(|digit| digit.gap == Gap::Hidden)
    {
        return false;
    }
    let groups = group_lengths(digits, window.first..window.tail);
    if groups.len() == 1 || groups.iter().any(|length| *length >= N_DIGITS_MIN) {
        return true;
    }
    let mut signs = row.windows(2).filter(|pair| pair[1].gap != Gap::Joined);
    !is_card_grouping(&groups)
        && signs.all(|pair| matches!(&text[pair[0].end..pair[1].start], "-" | "/"))
}

/// Whether groups of these lengths are how people write a card.
fn is_card_grouping(groups: &[usize]) -> bool {
    let Some((last, front)) = groups.split_last() else { return false };
    groups.len() > 1
        && ((front.iter().all(|length| *length == 4) && *last <= 4)
            || groups.iter().all(|length| length % 4 == 0 || *length <= 2)
            || matches!(groups, [4, 6, 4 | 5] | [6, 10] | [6, 13] | [4, 5, 5] | [5, 5, 5]))
}

fn group_lengths(digits: &[Digit], range: Range<usize>) -> Vec<usize> {
    let mut lengths: Vec<usize> = Vec::new();
    for (place, digit) in digits[range].iter().enumerate() {
        match lengths.last_mut() {
            Some(length) if place > 0 && digit.gap == Gap::Joined => *length += 1,
            _ => lengths.push(1),
        }
    }
    lengths
}

/// All digits of the earlier texts' ends and of the current one, one after the other.
fn in_a_row(texts: &[&str], own: Vec<Digit>, escapes: Escapes) -> Vec<Digit> {
    let mut row: Vec<Digit> = Vec::new();
    let mut gap = Gap::Words;
    for (index, text) in texts[..texts.len() - 1].iter().enumerate() {
        let (mut digits, behind) = digits::read(text, index as u16, escapes);
        if let Some(first) = digits.first_mut() {
            first.gap = first.gap.max(gap);
            gap = behind.max(Gap::Words);
        } else {
            gap = gap.max(behind);
        }
        row.append(&mut digits);
    }
    // A card that ends in the current text starts at most so many digits before it.
    let mut row = row.split_off(row.len().saturating_sub(N_DIGITS_MAX * 2));
    let n_older = row.len();
    row.extend(own);
    row[n_older].gap = row[n_older].gap.max(gap);
    row
}

fn without_short_groups(row: &[Digit]) -> Vec<Digit> {
    let mut kept = Vec::with_capacity(row.len());
    let mut gap = Gap::Joined;
    let mut at = 0;
    while at < row.len() {
        let length = row[at + 1..].iter().take_while(|digit| digit.gap == Gap::Joined).count() + 1;
        gap = gap.max(row[at].gap);
        if length > 2 {
            let start = kept.len();
            kept.extend_from_slice(&row[at..at + length]);
            kept[start].gap = gap;
            gap = Gap::Joined;
        } else {
            gap = gap.max(Gap::Words);
        }
        at += length;
    }
    kept
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Any,
    OverMessages,
}

/// Cards whose pieces stand in several messages, or in one with words between them.
fn pieces(row: &[Digit], pages: &[Page<'_>], by_text: &mut [Vec<Span>], reach: Reach) {
    let current = (pages.len() - 1) as u16;
    let n_older = row.iter().take_while(|digit| digit.message < current).count();
    let mut next_break = 0;
    for first in n_older.saturating_sub(N_DIGITS_MAX)..row.len() {
        if row[first].gap == Gap::Joined || row.len() - first < N_DIGITS_MIN {
            continue;
        }
        // Nothing to do where the next nineteen digits stand together.
        next_break = next_break.max(first + 1);
        while next_break < row.len() && row[next_break].gap < Gap::Words {
            next_break += 1;
        }
        if next_break >= (first + N_DIGITS_MAX).min(row.len()) {
            continue;
        }
        let lengths = scheme::card_lengths(row[first..].iter().map(|digit| digit.value));
        for length in LENGTHS_BY_RANK.into_iter().filter(|length| lengths >> length & 1 == 1) {
            let end = first + length;
            if end > n_older
                && row.get(end).is_none_or(|digit| digit.gap != Gap::Joined)
                && next_break < end
                && is_one_card(&row[first..end], pages, reach)
            {
                push_pieces(row, first..end, by_text);
            }
        }
    }
}

/// Whether pieces that would make a card together were meant to.
fn is_one_card(card: &[Digit], pages: &[Page<'_>], reach: Reach) -> bool {
    let breaks = || card.windows(2).filter(|pair| pair[1].gap >= Gap::Words);
    let is_over_messages = card[0].message != card[card.len() - 1].message;
    if breaks().any(|pair| pair[1].gap == Gap::Barrier)
        || (reach == Reach::OverMessages && !is_over_messages)
    {
        return false;
    }
    let mut messages: Vec<u16> = card.iter().map(|digit| digit.message).collect();
    messages.dedup();
    let has_card_word = messages.iter().any(|message| pages[usize::from(*message)].has_card_word());
    let groups = group_lengths(card, 0..card.len());
    let is_grouped = groups.iter().all(|length| *length == 4) || groups[..] == [4, 6, 5];
    let are_near = breaks().filter(|pair| pair[0].message == pair[1].message).all(|pair| {
        let between = &pages[usize::from(pair[0].message)].text[pair[0].end..pair[1].start];
        between.len() <= N_BYTES_BETWEEN
            && (is_grouped || (has_card_word && between.contains(char::is_whitespace)))
    });
    are_near && (has_card_word || !are_other_things(card, pages, is_grouped))
}

/// Two order numbers, or an order number and a date, can add up to a card by chance.
fn are_other_things(card: &[Digit], pages: &[Page<'_>], is_grouped: bool) -> bool {
    let mut n_pieces = 0;
    let mut n_named = 0;
    let mut has_date = false;
    for piece in card.chunk_by(|_, next| next.gap < Gap::Words) {
        let text = pages[usize::from(piece[0].message)].text;
        n_pieces += 1;
        let (start, end) = (piece[0].start, piece[piece.len() - 1].end);
        n_named += usize::from(context::names_order(text, start, end));
        has_date |= is_date(piece);
    }
    has_date || n_named == n_pieces || (n_named > 0 && !is_grouped)
}

fn is_date(piece: &[Digit]) -> bool {
    let two = |at: usize| piece[at].value * 10 + piece[at + 1].value;
    match group_lengths(piece, 0..piece.len())[..] {
        [2, 2, 4] => {
            matches!(two(4), 19 | 20) && two(0).min(two(2)) <= 12 && two(0).max(two(2)) <= 31
        }
        [4, 2, 2] => matches!(two(0), 19 | 20) && two(4) <= 12 && two(6) <= 31,
        _ => false,
    }
}

fn push_pieces(row: &[Digit], card: Range<usize>, by_text: &mut [Vec<Span>]) {
    let mut last = [0; 4];
    for (place, digit) in row[card.end - 4..card.end].iter().enumerate() {
        last[place] = digit.value;
    }
    let mut from = card.start;
    for place in card.start + 1..=card.end {
        if place == card.end || row[place].gap >= Gap::Words {
            let cover = if place == card.end { Cover::Card(last) } else { Cover::Piece };
            let span = Span { start: row[from].start, end: row[place - 1].end, cover };
            by_text[usize::from(row[from].message)].push(span);
            from = place;
        }
    }
}

/// Overlapping finds become one: what any reading takes for a card is covered.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.start);
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => {
                last.end = last.end.max(span.end);
                if !matches!(last.cover, Cover::Card(_)) {
                    last.cover = span.cover;
                }
            }
            _ => merged.push(span),
        }
    }
    merged
}
