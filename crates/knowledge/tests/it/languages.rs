//! Languages of short and long messages, and what says nothing.

use knowledge::SmallTalk::{Goodbye, Greeting, Thanks};
use knowledge::{language, small_talk};

const ALL: &[&str] = &[
    "en", "de", "sv", "es", "fr", "it", "nl", "pt", "da", "nb", "fi", "pl", "ar", "he", "tr", "ja",
    "zh",
];

#[test]
fn languages_are_told_apart() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(language(text, ALL, None), expected, "{text}");
    };
    check("Where is my order?", Some("en"));
    check("I want to return the lamp that I bought last week", Some("en"));
    check("Wo ist meine Bestellung?", Some("de"));
    check("Var är min beställning?", Some("sv"));
    check("¿Dónde está mi pedido?", Some("es"));
    check("Où est ma commande ?", Some("fr"));
    check("Dov'è il mio ordine?", Some("it"));
    check("Waar is mijn bestelling?", Some("nl"));
    check("Onde está a minha encomenda? Não chegou", Some("pt"));
    check("Hvornår får jeg mine penge tilbage? Jeg har ikke hørt noget", Some("da"));
    check("Når får jeg pengene tilbake? Jeg har ikke hørt noe", Some("nb"));
    check("Missä minun tilaukseni on?", Some("fi"));
    check("Gdzie jest moje zamówienie?", Some("pl"));
    check("أين طلبي؟", Some("ar"));
    check("איפה ההזמנה שלי?", Some("he"));
    check("Siparişim nerede? Henüz gelmedi", Some("tr"));
    check("注文した商品はどこですか", Some("ja"));
    check("我的订单在哪里", Some("zh"));
    check("12345", None);
    check("ok", None);
    check("", None);
}

#[test]
fn candidates_and_the_customers_locale_decide_what_words_leave_open() {
    assert_eq!(language("Jeg har ikke fået det", &["da", "en"], None), Some("da"));
    assert_eq!(language("Hvor er min ordre?", ALL, Some("nb-NO")), Some("nb"));
    assert_eq!(language("Hvor er min ordre?", ALL, Some("da")), Some("da"));
    assert_eq!(language("Where is my order, I paid for it", ALL, Some("sv")), Some("en"));
    assert_eq!(language("注文", ALL, Some("ja")), Some("ja"));
    assert_eq!(language("Привет, где мой заказ?", &["en", "de"], None), None);
}

#[test]
fn small_talk_is_only_that() {
    let check = |text: &str, expected| assert_eq!(small_talk(text), expected, "{text}");
    check("hi", Some(Greeting));
    check("Hello there!", Some(Greeting));
    check("Guten Tag", Some(Greeting));
    check("Thank you so much!", Some(Thanks));
    check("tack så mycket", Some(Thanks));
    check("ok thanks, bye", Some(Goodbye));
    check("thanks, where is my parcel?", None);
    check("Hi, I want a refund", None);
    check("ok", None);
    check("", None);
}
