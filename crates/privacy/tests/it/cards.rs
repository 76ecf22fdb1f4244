//! Cards, one line per case.

use privacy::RawText;

fn check(input: &str, expected: &str) {
    assert_eq!(RawText::from(input).mask().as_str(), expected, "for {input:?}");
}

#[test]
fn cards_in_all_spellings() {
    check("4111111111111111", "[card •••• 1111]");
    check("card4111111111111111exp", "card[card •••• 1111]exp");
}
