//! What the words around a number say it is: an order, a parcel, or a card.

use crate::digits::{MASK_START, digit_of, mask_length};

/// How far to both sides of a number its words are read, in bytes.
const N_BYTES_AROUND: usize = 96;
/// How many words away a word may stand and still name the number.
const N_WORDS_AWAY: usize = 8;

/// Beginnings of words for what is ordered, sent, billed or sold, in the larger languages.
const ORDER_STEMS: &[&str] = &[
    "order",
    "purchas",
    "track",
    "trace",
    "parcel",
    "packag",
    "shipment",
    "shipping",
    "shipped",
    "deliver",
    "dispatch",
    "consign",
    "waybill",
    "airway",
    "courier",
    "carrier",
    "invoice",
    "referenc",
    "booking",
    "reservation",
    "receipt",
    "voucher",
    "serial",
    "barcode",
    "article",
    "product",
    "item",
    "return",
    "label",
    "freight",
    "manifest",
    "fedex",
    "postnord",
    "hermes",
    "bestell",
    "auftrag",
    "sendung",
    "paket",
    "liefer",
    "rechnung",
    "artikel",
    "kvitto",
    "beställning",
    "försändelse",
    "leverans",
    "faktura",
    "commande",
    "colis",
    "livraison",
    "facture",
    "suivi",
    "pedido",
    "encomenda",
    "paquete",
    "envío",
    "envio",
    "factura",
    "fatura",
    "seguimiento",
    "rastre",
    "ordine",
    "pacco",
    "spedizione",
    "fattura",
    "consegna",
    "bestelling",
    "pakket",
    "zending",
    "zamówieni",
    "przesyłk",
    "paczk",
    "tilaus",
    "lähety",
    "sipariş",
    "kargo",
    "заказ",
    "посылк",
    "отправлен",
    "накладн",
    "трек",
    "παραγγελ",
    "طلب",
    "شحن",
    "订单",
    "訂單",
    "快递",
    "运单",
    "注文",
    "追跡",
    "伝票",
    "주문",
    "송장",
    "ऑर्डर",
];

/// Whole words of the same kind, too short to be beginnings.
const ORDER_WORDS: &[&str] = &[
    "ref", "refs", "po", "rma", "awb", "sku", "ean", "gtin", "upc", "isbn", "imei", "sscc", "ups",
    "usps", "dhl", "dpd", "gls", "evri", "tnt", "bill", "ordre", "pakke", "trk", "inv", "ord",
    "ship", "ships", "arrive", "arrived", "arriving",
];

/// Marks that carriers and shops write straight before a number, in capitals.
const ORDER_MARKS: &[&str] = &[
    "SF", "YT", "JD", "JJD", "LP", "TBA", "SO", "PO", "ORD", "INV", "RMA", "TRK", "REF", "AWB",
    "SKU", "EAN", "WO", "DO", "SHP", "PKG", "Z", "RET", "RE", "CN", "DPD", "GLS", "UPS", "TRACK",
    "ORDER", "BOL", "PRO", "SI", "CO", "AMZ", "CTN", "DHL", "FX",
];

/// Words that come between "order" and a number that is money, not an order.
const PAYING_WORDS: &[&str] = &[
    "to", "with", "using", "from", "via", "through", "onto", "use", "try", "pay", "paying", "paid",
    "payment", "charge", "charged", "billing", "account", "bank", "on", "against", "mit", "avec",
    "con", "med", "till", "an", "auf",
];

/// "With number", in a few languages: this pair names, though "with" alone pays.
const JOINING_WORDS: &[&str] = &["with", "mit", "avec", "con", "med"];
const NUMBER_WORDS: &[&str] =
    &["number", "no", "nr", "id", "code", "nummer", "numéro", "número", "numero"];

/// Words that may follow a number which the words after it name ("… is my order").
const NAMING_VERBS: &[&str] = &[
    "is", "was", "has", "hasn", "hasnt", "isn", "isnt", "wasn", "have", "haven", "had", "still",
    "never", "not", "did", "didn", "didnt", "does", "doesn", "should", "says", "shows", "ist",
    "est", "es", "är", "war", "s", "the", "my", "our", "as",
];

/// Words that say a card is meant. Compared as whole words; endings are listed.
const CARD_WORDS: &[&str] = &[
    "card",
    "cards",
    "cardnumber",
    "cardno",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "discover",
    "diners",
    "jcb",
    "unionpay",
    "rupay",
    "mir",
    "troy",
    "elo",
    "hipercard",
    "debit",
    "cvv",
    "cvc",
    "cvv2",
    "cvc2",
    "csc",
    "pan",
    "expiry",
    "expires",
    "exp",
    "expiration",
    "thru",
    "creditcard",
    "karte",
    "kreditkarte",
    "kartennummer",
    "kartennr",
    "carte",
    "tarjeta",
    "cartão",
    "cartao",
    "kort",
    "kortet",
    "kortnummer",
    "kontokort",
    "kreditkort",
    "betalkort",
    "bankkort",
    "kaart",
    "kaartnummer",
    "creditcardnummer",
    "karta",
    "karty",
    "kartą",
    "kartę",
    "kortti",
    "kartı",
    "kartım",
    "kart",
    "carta",
    "κάρτα",
    "κάρτας",
    "כרטיס",
    "карта",
    "карты",
    "карту",
    "картой",
    "карте",
    "بطاقة",
    "بطاقتي",
];

/// The same in scripts that put no space between words.
const CARD_SIGNS: &[&str] = &["信用卡", "银行卡", "卡号", "カード", "카드", "कार्ड", "บัตร"];

enum Token<'a> {
    Word(&'a str),
    /// A run of digits: its first byte and the byte after it, in the slice that was read.
    Number(usize, usize),
    /// A mask of this crate.
    Stop,
}

/// Whether any word of `text` says that a card is meant.
pub(crate) fn has_card_word(text: &str) -> bool {
    let is_plain = text.is_ascii();
    let mut at = 0;
    while let Some((token, next)) = next_token(text, at) {
        at = next;
        if let Token::Word(word) = token
            && (3..=48).contains(&word.len())
        {
            let word = word.to_lowercase();
            if CARD_WORDS.contains(&word.as_str()) || word.starts_with("creditcard") {
                return true;
            }
        }
    }
    !is_plain && CARD_SIGNS.iter().any(|sign| text.contains(sign))
}

/// Whether the words beside `start..end` say that it is the number of an order, a parcel and so on.
/// `is_card_like` tells whether another number of the same length might be a card itself.
pub(crate) fn names_order(text: &str, start: usize, end: usize) -> bool {
    let from = text.floor_char_boundary(start.saturating_sub(N_BYTES_AROUND));
    let before = &text[from..start];
    let near = before.trim_end_matches([' ', ':', '\u{a0}']);
    // "#C4111…": the letters of some shops' numbers touch the digits.
    let code = before.trim_end_matches(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit());
    if near.ends_with(['#', '№']) || code.ends_with('#') {
        return true;
    }
    has_order_mark(before)
        || is_named_before(before, end - start)
        || is_named_after(
            &text[end..text.ceil_char_boundary((end + N_BYTES_AROUND).min(text.len()))],
        )
}

/// Marks such as `ORD-` and `1Z`: capitals that touch the number or stand a hyphen away.
fn has_order_mark(before: &str) -> bool {
    let letters = before.trim_end_matches(['-', '_']);
    let start = letters.rfind(|character: char| !character.is_ascii_uppercase());
    let mark = &letters[start.map_or(0, |at| letters.ceil_char_boundary(at + 1))..];
    ORDER_MARKS.contains(&mark)
}

fn is_named_before(before: &str, n_bytes: usize) -> bool {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some((token, next)) = next_token(before, at) {
        tokens.push(token);
        at = next;
    }
    let mut n_words = 0;
    let mut nearer = String::new();
    for token in tokens.iter().rev() {
        match token {
            Token::Stop => return false,
            // "Order 12: 4111…" names the 12; "orders 4111…, 4112…" names both.
            Token::Number(from, to) => {
                let is_alike = to - from == n_bytes && n_bytes > 8;
                if (to - from > 2 && !is_alike) || (is_alike && is_card_like(&before[*from..*to])) {
                    return false;
                }
            }
            Token::Word(word) => {
                let word = word.to_lowercase();
                if is_order_word(&word) {
                    return true;
                }
                n_words += 1;
                // "The parcel with number 4111…" is not paid with anything.
                let is_naming = JOINING_WORDS.contains(&word.as_str())
                    && NUMBER_WORDS.contains(&nearer.as_str());
                let is_paying = PAYING_WORDS.contains(&word.as_str()) && !is_naming;
                if n_words > N_WORDS_AWAY || is_paying {
                    return false;
                }
                nearer = word;
            }
        }
    }
    false
}

fn is_named_after(after: &str) -> bool {
    let mut n_words = 0;
    let mut is_named = false;
    let mut at = 0;
    while let Some((token, next)) = next_token(after, at) {
        at = next;
        match token {
            Token::Stop => return is_named,
            // "4111… is for order 12" names the 12.
            Token::Number(..) => return false,
            Token::Word(word) => {
                let word = word.to_lowercase();
                if n_words == 0 && !NAMING_VERBS.contains(&word.as_str()) && !is_order_word(&word) {
                    return false;
                }
                if !is_named && matches!(word.as_str(), "for" | "to" | "pay" | "with") {
                    return false;
                }
                is_named |= is_order_word(&word);
                n_words += 1;
                if n_words > N_WORDS_AWAY {
                    return is_named;
                }
            }
        }
    }
    is_named
}

fn is_order_word(word: &str) -> bool {
    ORDER_WORDS.contains(&word) || ORDER_STEMS.iter().any(|stem| word.starts_with(stem))
}

fn is_card_like(number: &str) -> bool {
    let digits = || number.chars().filter_map(digit_of).map(|digit| digit.0);
    crate::scheme::card_lengths(digits()) >> digits().count().min(31) & 1 == 1
}

/// The word, number or mask at or after byte `at`, and where to read on.
fn next_token(text: &str, at: usize) -> Option<(Token<'_>, usize)> {
    let is_number = |character: char| digit_of(character).is_some();
    let is_start = |character: char| {
        is_number(character) || character.is_alphabetic() || character == '[' || character == '•'
    };
    let start = at + text[at..].find(is_start)?;
    let rest = &text[start..];
    if rest.starts_with(MASK_START)
        && let Some(length) = mask_length(rest)
    {
        return Some((Token::Stop, start + length));
    }
    let first = rest.chars().next()?;
    if first == '[' || first == '•' {
        let token =
            if first == '•' { Some((Token::Stop, start + first.len_utf8())) } else { None };
        return token.or_else(|| next_token(text, start + 1));
    }
    let is_digits = is_number(first);
    let end = rest
        .find(
            |character: char| {
                if is_digits { !is_number(character) } else { !character.is_alphabetic() }
            },
        )
        .map_or(text.len(), |length| start + length);
    let token = if is_digits { Token::Number(start, end) } else { Token::Word(&text[start..end]) };
    Some((token, end))
}
