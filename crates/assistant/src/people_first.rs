//! People first, by rule: what always goes to a person, first in the queue, never by chance.
//!
//! Word lists, never guesses of emotions. They are English so far; a topic marked people-first
//! serves the other languages. A false alarm costs a person a minute; a miss costs more.

use crate::words::{Phrases, normalised};

/// Why a person comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The customer may harm themself.
    SelfHarm,
    /// Somebody is threatened.
    Threat,
    /// Somebody has died.
    Bereavement,
    /// The customer cannot pay.
    Hardship,
    /// Somebody else used their money or name.
    Fraud,
    /// The customer is a child.
    Minor,
    /// A legal complaint.
    Legal,
}

impl Rule {
    /// One sentence for people at the desk.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SelfHarm => "The words point to self-harm.",
            Self::Threat => "The words point to a threat.",
            Self::Bereavement => "The words point to a death in the family.",
            Self::Hardship => "The words point to money trouble.",
            Self::Fraud => "The words point to fraud.",
            Self::Minor => "The customer may be a child.",
            Self::Legal => "The words point to a legal complaint.",
        }
    }
}

static SELF_HARM: Phrases = Phrases::new(&[
    "kill myself",
    "killing myself",
    "end my life",
    "ending my life",
    "take my own life",
    "suicide",
    "suicidal",
    "self harm",
    "harm myself",
    "hurt myself",
    "dont want to live",
    "do not want to live",
    "no reason to live",
    "want to die",
    "better off dead",
]);

static THREAT: Phrases = Phrases::new(&[
    "kill you",
    "hurt you",
    "find where you live",
    "know where you live",
    "burn down",
    "burn your",
    "bomb",
    "come to your office with",
    "you will regret",
    "you will pay for this",
]);

static BEREAVEMENT: Phrases = Phrases::new(&[
    "passed away",
    "deceased",
    "bereavement",
    "bereaved",
    "funeral",
    "probate",
    "death certificate",
    "late husband",
    "late wife",
    "late mother",
    "late father",
    "late partner",
    "widow",
    "widower",
]);

static RELATIVES: Phrases = Phrases::new(&[
    "husband",
    "wife",
    "partner",
    "mother",
    "father",
    "mum",
    "mom",
    "dad",
    "son",
    "daughter",
    "brother",
    "sister",
    "grandmother",
    "grandfather",
    "gran",
    "grandma",
    "grandpa",
    "child",
    "baby",
    "friend",
    "uncle",
    "aunt",
]);

static DIED: Phrases = Phrases::new(&["died", "has died", "dying", "passed", "death"]);

static HARDSHIP: Phrases = Phrases::new(&[
    "cant afford",
    "cannot afford",
    "can not afford",
    "cant pay",
    "cannot pay",
    "can not pay",
    "unable to pay",
    "no money left",
    "no money to pay",
    "struggling to pay",
    "struggling financially",
    "struggling with money",
    "behind on my payments",
    "financial difficulty",
    "financial difficulties",
    "financial hardship",
    "money trouble",
    "money problems",
    "lost my job",
    "lost his job",
    "lost her job",
    "made redundant",
    "unemployed",
    "bankrupt",
    "bankruptcy",
    "insolvent",
    "insolvency",
    "evicted",
    "food bank",
    "debt collector",
    "debt collectors",
    "debt collection",
    "collection agency",
    "bailiff",
    "bailiffs",
    "in debt",
    "my debt",
    "my debts",
    "debt advice",
]);

static FRAUD: Phrases = Phrases::new(&[
    "fraud",
    "fraudulent",
    "fraudster",
    "identity theft",
    "stole my identity",
    "stolen identity",
    "stole my card",
    "stolen card",
    "card was stolen",
    "card has been stolen",
    "unauthorised payment",
    "unauthorised purchase",
    "unauthorised order",
    "unauthorised transaction",
    "unauthorized payment",
    "unauthorized purchase",
    "unauthorized order",
    "unauthorized transaction",
    "account was hacked",
    "account has been hacked",
    "account got hacked",
    "hacked my account",
    "hacked into my account",
    "been scammed",
    "got scammed",
    "was scammed",
    "didnt make this purchase",
    "did not make this purchase",
    "didnt place this order",
    "did not place this order",
    "didnt order this someone",
    "ordered in my name",
    "someone used my",
    "someone else used my",
    "somebody used my",
    "somebody else used my",
]);

static MINOR: Phrases = Phrases::new(&[
    "under 18",
    "under eighteen",
    "underage",
    "im a minor",
    "i am a minor",
    "still in primary school",
]);

static LEGAL: Phrases = Phrases::new(&[
    "lawyer",
    "lawyers",
    "solicitor",
    "attorney",
    "legal action",
    "legal proceedings",
    "sue you",
    "suing",
    "will sue",
    "going to sue",
    "take you to court",
    "taking you to court",
    "small claims",
    "court order",
    "ombudsman",
    "trading standards",
    "consumer agency",
    "consumer protection",
    "data protection authority",
    "breach of contract",
    "report you to",
]);

/// The first rule that speaks, gravest first.
#[must_use]
pub fn people_first(text: &str) -> Option<Rule> {
    let text = normalised(text);
    let lists = [
        (Rule::SelfHarm, &SELF_HARM),
        (Rule::Threat, &THREAT),
        (Rule::Bereavement, &BEREAVEMENT),
        (Rule::Hardship, &HARDSHIP),
        (Rule::Fraud, &FRAUD),
        (Rule::Minor, &MINOR),
        (Rule::Legal, &LEGAL),
    ];
    let listed = lists.into_iter().find(|(_, phrases)| phrases.are_in(&text)).map(|(rule, _)| rule);
    listed
        .or_else(|| RELATIVES.are_near(&text, &DIED, 3).then_some(Rule::Bereavement))
        .or_else(|| is_child(&text).then_some(Rule::Minor))
}

/// "I am 14", "I'm 9 years old"; not "I am 15 minutes late".
fn is_child(normalised: &str) -> bool {
    let words: Vec<&str> = normalised.split_whitespace().collect();
    (0..words.len()).any(|i| {
        let age_at = match words[i..] {
            ["i", "am", ..] => i + 2,
            ["im", ..] => i + 1,
            _ => return false,
        };
        let Some(age) = words.get(age_at).and_then(|word| word.parse::<u8>().ok()) else {
            return false;
        };
        let next = words.get(age_at + 1).copied();
        (5..18).contains(&age)
            && matches!(next, None | Some("years" | "year" | "yo" | "and" | "so"))
    })
}
