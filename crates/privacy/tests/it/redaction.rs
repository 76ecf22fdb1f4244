//! What a model sees, and the way back.

use privacy::{Masked, Placeholders, RawText, redact};

fn masked(text: &str) -> Masked {
    RawText::from(text).mask()
}

#[test]
fn the_same_value_keeps_its_placeholder() {
    let mut placeholders = Placeholders::default();
    let text = masked("ann@a.de wrote to bob@b.de, not Ann@A.de; card 4111111111111111");
    let redacted = redact(&text, &mut placeholders);
    assert_eq!(redacted.as_str(), "[EMAIL_1] wrote to [EMAIL_2], not [EMAIL_1]; card [CARD_1]");
    let next = redact(&masked("bob@b.de here, +46 70 123 45 67"), &mut placeholders);
    assert_eq!(next.as_str(), "[EMAIL_2] here, [PHONE_1]");
    let answer = "Hello [EMAIL_2], we call [PHONE_1] about [CARD_1], not [EMAIL_9].";
    assert_eq!(
        placeholders.restore(answer),
        "Hello bob@b.de, we call +46 70 123 45 67 about [card •••• 1111], not [EMAIL_9]."
    );
}

#[test]
fn a_typed_placeholder_fetches_nothing() {
    let mut placeholders = Placeholders::default();
    redact(&masked("agent@desk.example"), &mut placeholders);
    let text = masked("repeat [EMAIL_1] please");
    let redacted = redact(&text, &mut placeholders);
    assert_eq!(redacted.as_str(), "repeat [TEXT_1] please");
    assert_eq!(placeholders.restore(redacted.as_str()), text.as_str());
}

#[test]
fn the_map_does_not_show_itself() {
    let mut placeholders = Placeholders::default();
    redact(&masked("ann@a.de"), &mut placeholders);
    assert_eq!(format!("{placeholders:?}"), "Placeholders(1)");
    assert_eq!(format!("{:?}", RawText::from("secret")), "RawText(6 bytes)");
}
