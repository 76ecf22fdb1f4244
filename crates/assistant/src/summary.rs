//! What a person is told at a handoff: the question, what was tried, what is missing.

use privacy::Masked;

/// One thing that was said, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Line<'a> {
    /// By the customer.
    Customer(&'a Masked),
    /// By the assistant, with the titles of its sources.
    Assistant(&'a [&'a str]),
}

/// A handoff's summary.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// What the customer needs, in their own words.
    pub text: Masked,
    /// What the assistant tried.
    pub tried: Vec<Masked>,
    /// What is not known yet.
    pub missing: Vec<Masked>,
}

/// Characters of the customer's own words that are quoted.
const QUOTE_CHARS_MAX: usize = 280;

/// Sums up a conversation from its lines. `knows_name` and `knows_email` say what the desk has on
/// record. Pure extraction: nothing is said that the lines do not hold.
#[must_use]
pub fn summary(lines: &[Line<'_>], knows_name: bool, knows_email: bool) -> Summary {
    let said: Vec<&Masked> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Customer(text) => Some(*text),
            Line::Assistant(_) => None,
        })
        .collect();
    let mut text = String::new();
    if let Some(first) = said.first() {
        text = format!("Asked: “{}”", quote(first));
    }
    if said.len() > 1 {
        let last = quote(said[said.len() - 1]);
        text = format!("{text} Last said: “{last}” ({} messages in all.)", said.len());
    }
    let tried = lines
        .iter()
        .filter_map(|line| match line {
            Line::Assistant(titles) if !titles.is_empty() => {
                Some(Masked::own_words(format!("Answered from: {}", titles.join(", "))))
            }
            _ => None,
        })
        .collect();
    let mut missing = Vec::new();
    if !said.iter().any(|text| has_reference(text.as_str())) {
        missing.push(Masked::own_words("No order number was given."));
    }
    if !knows_name && !knows_email {
        missing.push(Masked::own_words("The customer is anonymous: no name, no e-mail address."));
    }
    Summary { text: Masked::own_words(text), tried, missing }
}

fn quote(text: &Masked) -> String {
    let line = text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= QUOTE_CHARS_MAX {
        return line;
    }
    let cut: String = line.chars().take(QUOTE_CHARS_MAX - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Four digits in a row, or more, as orders and parcels have.
fn has_reference(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word.chars().filter(char::is_ascii_digit).count() >= 4)
}
