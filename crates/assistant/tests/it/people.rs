//! Wishes for a person and rules that put people first.

use assistant::{Rule, asks_for_person, people_first, says_it_did_not_help};

#[test]
fn a_person_please() {
    let asks = [
        "a person, please",
        "A PERSON PLEASE!!",
        "human",
        "Agent",
        "I want to talk to a human",
        "can i speak to someone about my order",
        "Can you put me through to a real person?",
        "let me talk to your manager",
        "get me a representative now",
        "I'd like to chat with an actual person",
        "I don't want to talk to AI",
        "connect me with somebody",
        "is there a real person I can write to",
        "Ich möchte mit einem Menschen sprechen",
        "Kann ich bitte mit einem Mitarbeiter reden",
        "Jag vill prata med en människa",
        "Quiero hablar con una persona",
        "Je voudrais parler à une personne",
        "Vorrei parlare con un operatore",
        "Ik wil met een medewerker praten",
        "Chcę rozmawiać z człowiekiem",
        "أريد التحدث إلى شخص",
        "转人工",
    ];
    for text in asks {
        assert!(asks_for_person(text), "{text}");
    }
    let other = [
        "Where is my order?",
        "Do I need to be home for someone to deliver the sofa?",
        "My neighbour is a nice person and took the parcel",
        "How do I return a gift that someone gave me",
        "What does the delivery agent need from me?",
        "Can two persons share one account",
        "is this chair made for one person or two",
        "human rights policy of your suppliers",
    ];
    for text in other {
        assert!(!asks_for_person(text), "{text}");
    }
}

#[test]
fn people_come_first() {
    let table = [
        ("I lost my job and can't pay the instalments", Some(Rule::Hardship)),
        ("I can’t afford the next payment", Some(Rule::Hardship)),
        ("My husband has died and I need to cancel his order", Some(Rule::Bereavement)),
        ("my mother passed away last week", Some(Rule::Bereavement)),
        ("Someone used my card to buy a tent", Some(Rule::Fraud)),
        ("there is an unauthorised purchase on my account", Some(Rule::Fraud)),
        ("I want to kill myself over this debt", Some(Rule::SelfHarm)),
        ("I know where you live", Some(Rule::Threat)),
        ("I'm 14 and ordered without asking my parents", Some(Rule::Minor)),
        ("my lawyer will write to you", Some(Rule::Legal)),
        ("I will take you to court", Some(Rule::Legal)),
        ("The battery died after two days", None),
        ("there is a minor scratch on the table", None),
        ("I am 15 minutes late for the pick-up", None),
        ("Where is the tennis court net I ordered", None),
        ("How long do refunds take?", None),
        ("Is the late delivery refunded?", None),
        // Danish, Norwegian and Italian, which the written cases leave out.
        ("jeg har mistet jobbet og kan ikke betale", Some(Rule::Hardship)),
        ("kan ikke betale med MobilePay", None),
        ("min mor er død, hvordan lukker jeg kontoen", Some(Rule::Bereavement)),
        ("skjermen har døde piksler", None),
        ("noen har brukt kortet mitt", Some(Rule::Fraud)),
        ("jeg er 13 år og kom til at bestille", Some(Rule::Minor)),
        ("dette er feil farge", None),
        ("I hører fra min advokat", Some(Rule::Legal)),
        ("ho perso il lavoro e non riesco a pagare le rate", Some(Rule::Hardship)),
        ("posso pagare con carta di debito?", None),
        ("mio padre è morto a maggio", Some(Rule::Bereavement)),
        ("l'avvocato vi scriverà", Some(Rule::Legal)),
        ("consegna mancata, sono a casa", None),
        ("non voglio più vivere", Some(Rule::SelfHarm)),
        ("Ich bin 15 Jahre alt", Some(Rule::Minor)),
        ("J’ai 13 ans", Some(Rule::Minor)),
        ("j'ai 14 jours pour renvoyer ?", None),
        // A letter and its accent as two characters.
        ("mi madre fallecio\u{301} ayer", Some(Rule::Bereavement)),
        ("sin embargo, no ha llegado", None),
        ("en mand med en hund, hvor er min ordre", None),
    ];
    for (text, rule) in table {
        assert_eq!(people_first(text), rule, "{text}");
    }
}

#[test]
fn it_did_not_help() {
    assert!(says_it_did_not_help("That didn’t help at all"));
    assert!(says_it_did_not_help("this is not what I asked"));
    assert!(!says_it_did_not_help("thanks, that helped"));
    assert!(!says_it_did_not_help("can you help me with a return"));
}
