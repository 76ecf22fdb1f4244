//! Finds e-mail addresses.

use std::ops::Range;

const N_LOCAL_MAX: usize = 64;
const N_DOMAIN_MAX: usize = 253;

/// The byte ranges of all e-mail addresses of a text, in order.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let floor = found.last().map_or(0, |range| range.end);
        if let Some(range) = around(text, at, floor) {
            found.push(range);
        }
    }
    found
}

fn around(text: &str, at: usize, floor: usize) -> Option<Range<usize>> {
    let is_local = |c: char| {
        c.is_alphanumeric() || (c.is_ascii_graphic() && "!#$%&'*+-/=?^_`{|}~.".contains(c))
    };
    let local = text.get(floor..at)?.char_indices().rev().take(N_LOCAL_MAX);
    let start = local.take_while(|(_, c)| is_local(*c)).last()?.0 + floor;
    // A mark that opens a quotation or a list is no part of the name.
    let name = text[start..at].trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let domain = &text[at + 1..];
    let is_domain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let n_bytes: usize =
        domain.chars().take(N_DOMAIN_MAX).take_while(|c| is_domain(*c)).map(char::len_utf8).sum();
    let host = domain[..n_bytes].trim_end_matches(['.', '-']);
    let (front, last) = host.rsplit_once('.')?;
    let is_host = !front.is_empty()
        && !host.contains("..")
        && last.chars().count() >= 2
        && last.starts_with(char::is_alphabetic);
    (is_host && !name.is_empty()).then(|| at - name.len()..at + 1 + host.len())
}
