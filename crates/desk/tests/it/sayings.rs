//! The desk's own sentences: filled in every language, and never filled twice.

use desk::sayings;
use privacy::{Masked, RawText};

const LANGUAGES: &[Option<&str>] =
    &[None, Some("en"), Some("de"), Some("sv"), Some("es"), Some("fr"), Some("ar"), Some("xx")];

fn words(text: &str) -> Masked {
    RawText::from(text).mask()
}

#[test]
fn every_language_says_everything() {
    let (name, topic, hours) = (words("Leyla {desk}"), words("Refunds {place}"), words("08 to 18"));
    let mut receipts = Vec::new();
    for language in LANGUAGES {
        let promise = sayings::promise(*language, false, &hours, false);
        assert!(promise.as_str().contains("08 to 18"), "{language:?}: {promise}");
        let receipt = sayings::receipt(*language, 1042, Some(&topic), 3, &promise);
        for part in ["1042", "Refunds {place}", "3", promise.as_str()] {
            assert!(receipt.as_str().contains(part), "{language:?}: {receipt}");
        }
        for is_there in [false, true] {
            let by_mail = sayings::promise(*language, is_there, &hours, true);
            assert!(!by_mail.as_str().contains('{'), "{language:?}: {by_mail}");
            assert_ne!(by_mail, sayings::promise(*language, is_there, &hours, false));
        }
        let joined = sayings::agent_joined(*language, &name);
        assert!(joined.as_str().contains("Leyla {desk}"), "{language:?}: {joined}");
        for said in [
            sayings::receipt(
                *language,
                7,
                None,
                1,
                &sayings::promise(*language, true, &hours, false),
            ),
            sayings::ai_notice(*language, &words("Fjordhus")),
            sayings::released(*language),
            sayings::closed(*language),
            sayings::closed_idle(*language),
            sayings::reopened(*language),
            sayings::greeting(*language),
            sayings::you_are_welcome(*language),
            sayings::person_will_answer(*language),
        ] {
            assert!(!said.as_str().contains(['{', '}']), "{language:?}: {said}");
            assert!(said.as_str().len() > 8, "{language:?}: {said}");
        }
        receipts.push(receipt.into_string());
    }
    assert_eq!(receipts[0], receipts[1], "English where the language is unknown");
    assert_eq!(receipts[0], receipts[7], "English where it is not spoken");
    receipts.dedup();
    assert_eq!(receipts.len(), 7, "each language has words of its own");
}
