//! What customers say about the conversation itself: a person, please; that did not help.

use crate::words::{Phrases, normalised};

static ENGLISH_VERBS: Phrases = Phrases::new(&[
    "speak",
    "speaking",
    "talk",
    "talking",
    "chat",
    "connect me",
    "transfer me",
    "put me through",
    "put me on",
    "pass me",
    "forward me",
    "hand me over",
    "hand me",
    "refer me",
    "get me",
    "give me",
    "let me",
    "i want",
    "i need",
    "i would like",
    "id like",
    "i prefer",
    "id prefer",
    "id rather have",
    "can i get",
    "can i have",
    "could i get",
    "could i have",
    "may i have",
    "get hold of",
    "reach",
    "contact",
    "is there",
    "are you",
    "i demand",
    "switch me",
]);

static PEOPLE: Phrases = Phrases::new(&[
    "person",
    "human",
    "human being",
    "real person",
    "real human",
    "live person",
    "live agent",
    "live chat agent",
    "real agent",
    "agent",
    "an agent",
    "representative",
    "rep",
    "operator",
    "adviser",
    "advisor",
    "staff member",
    "member of staff",
    "employee",
    "colleague",
    "supervisor",
    "manager",
    "customer service person",
    "support person",
    "actual person",
    "actual human",
]);

static TALK: Phrases = Phrases::new(&[
    "speak",
    "speaking",
    "talk",
    "talking",
    "chat",
    "connect me",
    "transfer me",
    "put me through",
]);

static SOMEONE: Phrases = Phrases::new(&[
    "someone",
    "somebody",
    "anyone",
    "anybody",
    "a real one",
    "customer service",
    "customer support",
    "support team",
    "your team",
]);

/// Said alone, or with "please" and the like.
const ALONE: &[&str] = &[
    "person",
    "human",
    "agent",
    "operator",
    "representative",
    "rep",
    "real person",
    "real human",
    "live agent",
    "human agent",
    "live person",
    "someone real",
    "adviser",
    "advisor",
];

const FILLERS: &[&str] =
    &["a", "an", "the", "please", "pls", "plz", "now", "hello", "hi", "hey", "ok", "no", "just"];

static PHRASES: Phrases = Phrases::new(&[
    "not a bot",
    "not a robot",
    "not a machine",
    "no bot",
    "no bots",
    "no robot",
    "stop the bot",
    "human please",
    "person please",
    "agent please",
    "need a human",
    "want a human",
    "need a person",
    "want a person",
    "not ai",
    "not an ai",
    "dont want ai",
    "dont want an ai",
    "dont want to talk to ai",
    // German
    "mit einem menschen",
    "mit einer person",
    "echter mensch",
    "echten menschen",
    "mit einem mitarbeiter",
    "mit einer mitarbeiterin",
    "mit jemandem sprechen",
    "einen menschen bitte",
    "mensch bitte",
    "mitarbeiter bitte",
    "kein bot",
    "keinen bot",
    // Swedish, Norwegian, Danish
    "prata med en människa",
    "prata med en person",
    "tala med en människa",
    "prata med någon",
    "en människa tack",
    "en riktig människa",
    "riktig person",
    "människa tack",
    "snakke med et menneske",
    "snakke med en person",
    "tale med et menneske",
    "tale med en medarbejder",
    "et menneske takk",
    "et menneske tak",
    // Spanish, Portuguese, Italian
    "hablar con una persona",
    "hablar con alguien",
    "hablar con un humano",
    "hablar con un agente",
    "una persona por favor",
    "un agente por favor",
    "persona real",
    "falar com uma pessoa",
    "falar com um atendente",
    "falar com alguém",
    "uma pessoa por favor",
    "pessoa real",
    "parlare con una persona",
    "parlare con un operatore",
    "parlare con qualcuno",
    "un operatore per favore",
    "una persona per favore",
    // French
    "parler à une personne",
    "parler à un humain",
    "parler à quelqu un",
    "parler à quelquun",
    "parler avec une personne",
    "parler à un conseiller",
    "parler à un agent",
    "une personne s il vous plaît",
    "un humain s il vous plaît",
    "un conseiller",
    // Dutch, Polish, Finnish
    "met een mens",
    "met een medewerker",
    "met iemand spreken",
    "een mens alstublieft",
    "rozmawiać z człowiekiem",
    "rozmawiać z konsultantem",
    "z człowiekiem",
    "puhua ihmisen kanssa",
    "ihminen kiitos",
    "asiakaspalvelija",
    // Arabic, Hebrew, Turkish
    "التحدث إلى شخص",
    "التحدث مع شخص",
    "التحدث إلى إنسان",
    "أريد شخص",
    "أريد موظف",
    "موظف خدمة العملاء",
    "לדבר עם אדם",
    "לדבר עם בן אדם",
    "לדבר עם נציג",
    "נציג אנושי",
    "bir insanla",
    "gerçek bir kişi",
    "müşteri temsilcisi",
    "temsilciye bağlan",
]);

/// Not split by spaces, so found anywhere.
const UNSPACED: &[&str] =
    &["人工客服", "转人工", "真人", "人工服务", "担当者", "オペレーター", "人と話"];

/// Whether the customer asks for a person, in words.
#[must_use]
pub fn asks_for_person(text: &str) -> bool {
    if UNSPACED.iter().any(|phrase| text.contains(phrase)) {
        return true;
    }
    let text = normalised(text);
    PHRASES.are_in(&text)
        || ENGLISH_VERBS.are_near(&text, &PEOPLE, 4)
        || TALK.are_near(&text, &SOMEONE, 3)
        || is_alone(&text)
}

fn is_alone(normalised: &str) -> bool {
    let words: Vec<&str> =
        normalised.split_whitespace().filter(|word| !FILLERS.contains(word)).collect();
    ALONE.contains(&words.join(" ").as_str())
}

static DID_NOT_HELP: Phrases = Phrases::new(&[
    "didnt help",
    "did not help",
    "doesnt help",
    "does not help",
    "not helpful",
    "unhelpful",
    "no help",
    "useless",
    "not what i asked",
    "isnt what i asked",
    "thats not my question",
    "didnt answer my question",
    "did not answer my question",
    "doesnt answer my question",
    "does not answer my question",
    "not my question",
    "wrong answer",
    "you dont understand",
    "you do not understand",
    "you didnt understand",
    "dont you understand",
    "thats wrong",
    "thats not right",
    "still not working",
    "still doesnt work",
    "tried that already",
    "already tried that",
    "ich habe das schon versucht",
    "hilft mir nicht",
    "hat nicht geholfen",
    "hjälpte inte",
    "hjälper inte",
    "no me ayuda",
    "no me ha ayudado",
    "ne m aide pas",
    "pas utile",
]);

/// Whether the customer says that the assistant's answer did not help.
#[must_use]
pub fn says_it_did_not_help(text: &str) -> bool {
    DID_NOT_HELP.are_in(&normalised(text))
}
