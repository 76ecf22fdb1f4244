//! Cards that come in pieces, a message at a time.

use privacy::RawText;

/// Sends messages one after the other and compares everything that is stored at the end.
#[track_caller]
fn check(messages: &[&str], expected: &[&str]) {
    let mut stored: Vec<String> = Vec::new();
    for message in messages {
        let earlier: Vec<&str> = stored.iter().map(String::as_str).collect();
        let masked = RawText::from(*message).mask_after(&earlier);
        for (index, text) in masked.rewrites {
            stored[index] = text.into_string();
        }
        stored.push(masked.text.into_string());
    }
    assert_eq!(stored, expected, "for {messages:?}");
}

#[test]
fn the_half_that_completes_a_card_covers_both() {
    check(
        &["my card is 4111 1111", "and the rest is 1111 1111"],
        &["my card is [card ••••]", "and the rest is [card •••• 1111]"],
    );
    check(&["411111111", "1111111 thanks"], &["[card ••••]", "[card •••• 1111] thanks"]);
    check(&["411111111111111", "1"], &["[card ••••]", "[card •••• 1111]"]);
    check(
        &["visa 41111111", "the last 8: 11111111"],
        &["visa [card ••••]", "the last 8: [card •••• 1111]"],
    );
}

#[test]
fn pieces_may_come_in_three_or_four_messages() {
    let masked = ["[card ••••]", "[card ••••]", "[card ••••]", "[card •••• 1111]"];
    check(&["4111", "1111", "1111", "1111"], &masked);
    check(
        &["4111", "wait", "11111111", "sorry", "1111"],
        &["[card ••••]", "wait", "[card ••••]", "sorry", "[card •••• 1111]"],
    );
}

#[test]
fn a_code_in_the_next_message_goes() {
    check(&["4111111111111111", "12/27 123"], &["[card •••• 1111]", "12/27 •••"]);
    check(&["4111111111111111", "123"], &["[card •••• 1111]", "•••"]);
    check(&["4111111111111111", "ok 123 pieces"], &["[card •••• 1111]", "ok 123 pieces"]);
}

#[test]
fn order_numbers_are_not_joined() {
    check(
        &["my order 41111111 is late", "and order 11111111 too"],
        &["my order 41111111 is late", "and order 11111111 too"],
    );
    check(&["I called 4111 1111", "on 1111 2222"], &["I called 4111 1111", "on 1111 2222"]);
    check(
        &["4111 1111", "[card •••• 4444]", "1111 1111"],
        &["4111 1111", "[card •••• 4444]", "1111 1111"],
    );
}

#[test]
fn only_the_last_eight_messages_are_looked_at() {
    let mut earlier = vec!["41111111"];
    earlier.extend(["hm"; 7]);
    let masked = RawText::from("11111111").mask_after(&earlier);
    assert_eq!(masked.rewrites.len(), 1);
    assert_eq!(masked.rewrites[0].0, 0);
    earlier.push("hm");
    let masked = RawText::from("11111111").mask_after(&earlier);
    assert!(masked.rewrites.is_empty());
    assert_eq!(masked.text.as_str(), "11111111");
}
