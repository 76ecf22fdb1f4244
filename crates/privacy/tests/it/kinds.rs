//! The other kinds, one line per case.

use privacy::{Kind, find, mask_kinds};

#[track_caller]
fn check(kind: Kind, input: &str, expected: &str) {
    assert_eq!(mask_kinds(input, &[kind]).0, expected, "for {input:?}");
}

#[test]
fn ibans() {
    check(Kind::Iban, "pay DE89 3704 0044 0532 0130 00 now", "pay [iban] now");
    check(Kind::Iban, "se4550000000058398257466.", "[iban].");
    check(Kind::Iban, "GB82-WEST-1234-5698-7654-32", "[iban]");
    check(Kind::Iban, "DE89370400440532013001", "DE89370400440532013001");
}

#[test]
fn email_addresses() {
    check(Kind::Email, "write to <ann.b+c@mail.example.org>.", "write to <[email]>.");
    check(Kind::Email, "jürgen@müller.de, x@y", "[email], x@y");
    check(Kind::Email, "a@b.co@c.de", "[email]@c.de");
    check(Kind::Email, "see @home and 3 @ 4.50", "see @home and 3 @ 4.50");
}

#[test]
fn telephone_numbers() {
    check(Kind::Phone, "+46 70 123 45 67", "[phone]");
    check(Kind::Phone, "call (415) 555-2671 or 415.555.2671", "call [phone] or [phone]");
    check(Kind::Phone, "0701234567, 06 12 34 56 78", "[phone], [phone]");
    check(Kind::Phone, "0049 30 1234567", "[phone]");
    check(Kind::Phone, "my mobile: 612345678", "my mobile: [phone]");
    for other in ["order 0701234567", "612345678", "23.11.2026", "2026-11-23", "costs 1299 kr"] {
        check(Kind::Phone, other, other);
    }
}

#[test]
fn numbers_of_persons() {
    check(Kind::Id, "ssn 078-05-1120", "ssn [id]");
    check(Kind::Id, "811218-9876 and 198112189876", "[id] and [id]");
    check(Kind::Id, "AB123456C, AB 12 34 56 C", "[id], [id]");
    check(Kind::Id, "86095742719", "[id]");
    check(Kind::Id, "12345678Z and X1234567L", "[id] and [id]");
    check(Kind::Id, "44051401359", "[id]");
    check(Kind::Id, "529.982.247-25", "[id]");
    check(Kind::Id, "131052-308T", "[id]");
    for other in ["811218-9877", "666-12-1234", "12345678A", "order 8112189876", "QQ123456C"] {
        check(Kind::Id, other, other);
    }
}

#[test]
fn secrets() {
    check(Kind::Secret, "password: hunter2!", "password: [secret]!");
    check(Kind::Secret, "My password is Tr0ub4dor&3.", "My password is [secret].");
    check(Kind::Secret, "pin 1234", "pin [secret]");
    check(Kind::Secret, "your code is 482913", "your code is [secret]");
    check(Kind::Secret, "key sk-abcdefghijklmnop1234", "key [secret]");
    check(
        Kind::Secret,
        "Authorization: Bearer abcdefghijklmnop.q",
        "Authorization: Bearer [secret]",
    );
    for other in [
        "my password is wrong",
        "reset my password",
        "postal code 12345",
        "promo code is 2026",
        "pink 1234",
        "order code: 12345",
        "I forgot my password, help",
    ] {
        check(Kind::Secret, other, other);
    }
}

#[test]
fn kinds_have_names_and_do_not_overlap() {
    for kind in Kind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    assert!("cards".parse::<Kind>().is_err());
    let text = "a@b.de +46701234567 4111 1111 1111 1111 cvc 123 DE89370400440532013000 pin 1234";
    let found = find(text, &Kind::ALL);
    let kinds: Vec<Kind> = found.iter().map(|place| place.kind).collect();
    use Kind::{Card, Email, Iban, Phone, Secret};
    assert_eq!(kinds, [Email, Phone, Card, Card, Iban, Secret]);
}
