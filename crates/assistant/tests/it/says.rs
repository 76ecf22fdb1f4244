//! Answers and summaries.

use assistant::{CitedSentence, Line, reply, summary};
use desk::ArticleId;
use privacy::{Masked, RawText};

fn text(words: &str) -> Masked {
    RawText::from(words).mask()
}

fn cited(words: &str, article: u128, is_list_item: bool) -> CitedSentence {
    CitedSentence {
        text: text(words),
        is_list_item,
        begins_section: false,
        article_id: ArticleId(uuid::Uuid::from_u128(article)),
        slug: format!("article-{article}"),
        title: text("Title"),
    }
}

fn begins(words: &str, article: u128) -> CitedSentence {
    CitedSentence { begins_section: true, ..cited(words, article, false) }
}

#[test]
fn every_section_is_a_paragraph_with_its_number() {
    let reply = reply(&[
        begins("Refunds take five days.", 1),
        cited("They go to the card.", 1, false),
        begins("A gift card is refilled.", 2),
        begins("Write to us after ten days.", 1),
    ])
    .expect("there are sentences");
    assert_eq!(
        reply.text.as_str(),
        "Refunds take five days. They go to the card. [1]\n\nA gift card is refilled. [2]\n\n\
         Write to us after ten days. [1]"
    );
    let numbers: Vec<i64> = reply.sources.iter().map(|source| source.n).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(
        reply.sources[0].quote.as_str(),
        "Refunds take five days. They go to the card. … Write to us after ten days."
    );
}

#[test]
fn lists_stay_lists_and_nothing_is_said_without_a_source() {
    let answer = reply(&[
        cited("To return:", 1, false),
        cited("Open Orders.", 1, true),
        cited("Print the label.", 1, true),
        cited("Keep the receipt.", 1, false),
    ])
    .expect("there are sentences");
    let expected = "To return:\n- Open Orders.\n- Print the label.\nKeep the receipt. [1]";
    assert_eq!(answer.text.as_str(), expected);
    assert_eq!(reply(&[]), None);
}

#[test]
fn a_summary_quotes_and_tells_what_is_missing() {
    let (asked, last) = (text("Where is my parcel?"), text("It is order 882134."));
    let titles = ["Track your order"];
    let found = summary(
        &[Line::Customer(&asked), Line::Assistant(&titles), Line::Customer(&last)],
        false,
        false,
    );
    assert_eq!(
        found.text.as_str(),
        "Asked: “Where is my parcel?” Last said: “It is order 882134.” (2 messages in all.)"
    );
    assert_eq!(found.tried[0].as_str(), "Answered from: Track your order");
    let missing: Vec<&str> = found.missing.iter().map(Masked::as_str).collect();
    assert_eq!(missing, ["The customer is anonymous: no name, no e-mail address."]);
    let unnumbered = summary(&[Line::Customer(&asked)], true, false);
    assert_eq!(unnumbered.missing[0].as_str(), "No order number was given.");
}
