//! Cards in one message, one line per case.

use privacy::RawText;

#[track_caller]
fn check(input: &str, expected: &str) {
    assert_eq!(RawText::from(input).mask().as_str(), expected, "for {input:?}");
}

#[track_caller]
fn stays(input: &str) {
    check(input, input);
}

#[test]
fn every_scheme_is_known() {
    for number in [
        "4111111111111111",
        "4222222222222",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "6011000990139424",
        "30569309025904",
        "38520000023237",
        "36227206271667",
        "3530111333300000",
        "6200000000000005",
        "6250941006528599",
        "5018000000000009",
        "6759649826438453",
        "2200000000000004",
        "9792030000000000",
        "6062826786276634",
        "5066991111111118",
    ] {
        let last = &number[number.len() - 4..];
        check(number, &format!("[card •••• {last}]"));
    }
}

#[test]
fn signs_between_digits_do_not_hide_a_card() {
    for written in [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111/1111/1111/1111",
        "4111_1111_1111_1111",
        "4111,1111,1111,1111",
        "4111|1111|1111|1111",
        "4111  1111--1111 - 1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111\n1111\n1111\n1111",
        "4111\r\n11111111\t1111",
        "4111–1111—1111−1111",
        "4111\u{a0}1111\u{2009}1111\u{2007}1111",
        "4111\u{3000}1111\u{2003}11111111",
        "4111\u{200b}1111\u{200d}1111\u{feff}1111",
        "41111111\u{ad}11111111",
        "4111\u{202e}1111\u{200f}11111111",
        "4111%201111%201111%201111",
        "4111+1111+1111+1111",
        "4111&nbsp;1111&#160;11111111",
        "4111\\n1111\\n11111111",
        "4111<br>1111<br/>1111<br>1111",
        "41-11111-111 1111.11",
        "4111%1111%1111%1111",
        "%34111 1111 1111 1111",
        "4111\\u00a0111111111111",
    ] {
        check(written, "[card •••• 1111]");
    }
}

#[test]
fn digits_of_other_scripts_do_not_hide_a_card() {
    check("٤١١١١١١١١١١١١١١١", "[card •••• 1111]");
    check("۴۱۱۱ ۱۱۱۱ ۱۱۱۱ ۱۱۱۱", "[card •••• 1111]");
    check("४१११११११११११११११", "[card •••• 1111]");
    check("４１１１１１１１１１１１１１１１", "[card •••• 1111]");
    check("𝟒𝟏𝟏𝟏 1111 ١١١١ 1111", "[card •••• 1111]");
    check("④①①① ①①①① ①①①① ①①①①", "[card •••• 1111]");
    check("⁴¹¹¹ ¹¹¹¹ ¹¹¹¹ ¹¹¹¹", "[card •••• 1111]");
    let keycaps: String =
        "4111111111111111".chars().map(|c| format!("{c}\u{fe0f}\u{20e3}")).collect();
    check(&keycaps, "[card •••• 1111]\u{fe0f}\u{20e3}");
}

#[test]
fn letters_and_brackets_do_not_hide_a_card() {
    check("card4111111111111111exp", "card[card •••• 1111]exp");
    check("4111111111111111abc", "[card •••• 1111]abc");
    check("(4111111111111111)", "([card •••• 1111])");
    check("https://a.example/?n=4111111111111111&m=1", "https://a.example/?n=[card •••• 1111]&m=1");
    check("{\"n\":\"5555555555554444\"}", "{\"n\":\"[card •••• 4444]\"}");
    check("41111111111111111227", "[card •••• 1111]");
    check("41111111111111111227123", "[card •••• 1111]");
    check("4111111111111111123", "[card •••• 1111]");
    check("my card 04111111111111111", "my card 0[card •••• 1111]");
}

#[test]
fn two_cards_are_two_masks() {
    check("4111111111111111 and 5555555555554444", "[card •••• 1111] and [card •••• 4444]");
    check("41111111111111115555555555554444", "[card •••• 1111][card •••• 4444]");
    check("5555 5555 5555 4444378282246310005", "[card •••• 4444][card •••• 0005]");
    check("5555555555554444, 378282246310005", "[card •••• 4444], [card •••• 0005]");
}

#[test]
fn pieces_with_words_between_are_found() {
    check("4111 1111 and then 1111 1111", "[card ••••] and then [card •••• 1111]");
    check("card 41111111 then 11111111", "card [card ••••] then [card •••• 1111]");
}

#[test]
fn the_code_beside_a_card_goes() {
    check("4111111111111111 CVC 123", "[card •••• 1111] CVC •••");
    check("4111 1111 1111 1111 12/27 123", "[card •••• 1111] 12/27 •••");
    check("4111111111111111|12|2027|123", "[card •••• 1111]|12|2027|•••");
    check("4111111111111111\n12/27\n123", "[card •••• 1111]\n12/27\n•••");
    check("4111111111111111 exp 12/27, cvv: 123.", "[card •••• 1111] exp 12/27, cvv: •••.");
    check("378282246310005 exp 0128 code 1234", "[card •••• 0005] exp 0128 code •••");
    check("my security code is 123", "my security code is •••");
    check("CVV2 123", "CVV2 •••");
    check("cvv123", "cvv•••");
    check("cvc 1 2 3", "cvc •••");
    check("Prüfziffer: 123", "Prüfziffer: •••");
    check("123 is the cvv", "••• is the cvv");
    stays("room 123 is cold");
}

#[test]
fn words_save_a_bare_number_but_never_a_grouped_one() {
    // 4539578763621486 passes for a Visa.
    stays("Where is my order 4539578763621486?");
    stays("order #4539578763621486");
    stays("4539578763621486 is my tracking number");
    stays("ORD-4539578763621486");
    stays("Sendung 4539578763621486 fehlt");
    stays("orders 4539578763621487 and 4539578763621486");
    check("4539578763621486", "[card •••• 1486]");
    check("order 4539 5787 6362 1486", "order [card •••• 1486]");
    check("order 4539-5787-6362-1486", "order [card •••• 1486]");
    check("order 3782-822463-10005", "order [card •••• 0005]");
    check("order 45395787\u{200b}63621486", "order 4[card •••• 1486]".replace("4[", "[").as_str());
    check("visa for order 4539578763621486", "visa for order [card •••• 1486]");
    check("refund my order to 4539578763621486", "refund my order to [card •••• 1486]");
    check("order 1234: 4539578763621486", "order 1234: [card •••• 1486]");
    check("4539578763621486 for order 1234", "[card •••• 1486] for order 1234");
}

#[test]
fn what_is_no_card_stays() {
    stays("1Z4111111111111111");
    stays("1ZAB38520000023237");
    stays("#C38081371247137");
    stays("My package with number 4978560622451 is lost");
    stays("1Z999AA10123456784");
    stays("9400 1112 0255 5546 5783 10");
    stays("RR123456785SE, FedEx 999999999999");
    stays("302-4111111-1111111");
    stays("30.05.2026 14:05:33");
    stays("2026-11-23 14:05:33.123456");
    stays("1764000999999 and 1764000999999999");
    stays("DE89 3704 0044 0532 0130 00");
    stays("ES91 2100 0418 4502 0005 1332");
    stays("4111111111111112");
    stays("550e8400-e29b-41d4-a716-446655440000");
    stays("barcode 4006381333931");
    stays("[card •••• 1111] 1111 1111 1111");
    stays("");
}
