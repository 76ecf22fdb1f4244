//! Parts of messages and labels, learnt from few examples.

use knowledge::{Labelled, Labeller, Marked, MarkedText, Tagger};

/// A sentence whose parts are written as `[date: 3 May]`.
fn written(text: &str) -> (String, Vec<Marked>) {
    let (mut plain, mut parts) = (String::new(), Vec::new());
    for piece in text.split_inclusive(']') {
        match piece.split_once('[') {
            Some((before, part)) => {
                plain.push_str(before);
                let (name, words) = part.trim_end_matches(']').split_once(": ").expect("a name");
                let start = plain.len();
                plain.push_str(words);
                parts.push(Marked { name: name.to_owned(), start, end: plain.len() });
            }
            None => plain.push_str(piece),
        }
    }
    (plain, parts)
}

fn tagger() -> Tagger {
    let texts = [
        "pay [amount: 20 pounds] to [person: Ida Berg] on [date: 3 May]",
        "move the payment from [date: 1 June] to [date: 9 June] please",
        "send [amount: £15.50] to [person: Ole]",
        "did I pay [amount: 300 euros] on [date: Monday]?",
        "I paid [person: Nils Dahl] on [date: Friday]",
        "where is my card",
        "how much did I spend in [date: March]",
        "give [person: Eva Lind] [amount: 7 pounds]",
        "cancel the payment of [amount: £80] on [date: 21 April]",
        "I have three cards and want one more",
    ];
    let rows: Vec<(String, Vec<Marked>)> = texts.iter().map(|text| written(text)).collect();
    let examples: Vec<MarkedText<'_>> =
        rows.iter().map(|(text, parts)| MarkedText { text, parts }).collect();
    Tagger::train(&examples, 1)
}

#[test]
fn parts_are_marked_in_sentences_that_were_never_seen() {
    let tagger = tagger();
    for text in [
        "pay [amount: 45 pounds] to [person: Per Holm] on [date: 12 June]",
        "where is my new card",
        "cancel [amount: £6] on [date: Thursday]",
        "ärende: pay [amount: £15.50] to [person: Åsa]",
    ] {
        let (plain, parts) = written(text);
        assert_eq!(tagger.mark(&plain), parts, "{text}");
    }
}

#[test]
fn any_text_is_marked_within_its_own_letters() {
    let tagger = tagger();
    for text in ["", " ", "£", "10am", "日本 3 May", "a\u{301}b £9", "[]", &"x ".repeat(3_000)]
    {
        let mut last = 0;
        for part in tagger.mark(text) {
            assert!(part.start >= last && part.start < part.end, "{text}: {part:?}");
            assert!(text.get(part.start..part.end).is_some(), "{text}: {part:?}");
            last = part.end;
        }
    }
    assert!(Tagger::train(&[], 1).mark("3 May").is_empty());
}

#[test]
fn several_labels_are_named_at_once_and_none_where_none_is() {
    let rows = [
        ("my card is lost", vec!["card", "lost"]),
        ("I lost my phone", vec!["lost"]),
        ("a new card please", vec!["card", "new"]),
        ("open a new account", vec!["account", "new"]),
        ("close my account", vec!["account"]),
        ("good morning", vec![]),
        ("thank you", vec![]),
        ("is my card blocked", vec!["card"]),
        ("the lost card came back", vec!["card", "lost"]),
        ("a new phone number", vec!["new"]),
    ];
    let rows: Vec<(&str, Vec<String>)> = rows
        .into_iter()
        .map(|(text, labels)| (text, labels.into_iter().map(str::to_owned).collect()))
        .collect();
    let examples: Vec<Labelled<'_>> =
        rows.iter().map(|(text, labels)| Labelled { text, labels }).collect();
    let labeller = Labeller::train(&examples, 1);
    assert_eq!(labeller.labels("I lost the card"), ["card", "lost"]);
    assert_eq!(labeller.labels("a new account"), ["account", "new"]);
    assert!(labeller.labels("good evening to you").is_empty());
}
