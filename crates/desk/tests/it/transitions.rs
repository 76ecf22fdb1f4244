//! Random walks through a conversation's transitions.

use desk::{
    AgentId, Conversation, ConversationId, CustomerId, Handler, InboxId, Priority, Refusal, State,
    Survey, Time,
};
use privacy::{Masked, RawText};
use uuid::Uuid;

const N_WALKS: u64 = 2_000;
const N_STEPS: usize = 40;

/// SplitMix64: a walk is its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

fn words(text: &str) -> Masked {
    RawText::from(text).mask()
}

fn begin() -> Conversation {
    let id = Uuid::from_u128;
    let (inbox, customer) = (InboxId(id(2)), CustomerId(id(3)));
    Conversation::begin(ConversationId(id(1)), 1, inbox, customer, &words("Hello"), Time(0))
}

fn step(conversation: &mut Conversation, chance: &mut Chance, at: Time) -> Result<(), Refusal> {
    let agent = AgentId(Uuid::from_u128(10 + u128::from(chance.below(3))));
    let is_open = conversation.state == State::Open;
    let is_lead = chance.below(4) == 0;
    match chance.below(12) {
        0 | 1 => {
            conversation.customer_wrote(&words("And one more thing"), at);
        }
        2 if is_open => conversation.queue(Priority::Normal, at),
        3 if is_open => conversation.queue(Priority::First, at),
        4 if is_open && !matches!(conversation.handler, Handler::Agent(_)) => {
            conversation.give_to_assistant(at);
        }
        5 if is_open && conversation.handler == Handler::Assistant => {
            conversation.assistant_wrote(&words("Refunds take five days."), at);
        }
        6 => return conversation.claim(agent, is_lead, at).map(|_| ()),
        7 => return conversation.assign(agent, at).map(|_| ()),
        8 => return conversation.release(agent, is_lead, at),
        9 => return conversation.agent_replied(agent, is_lead, &words("I look into it."), at),
        10 => return conversation.close(at),
        11 if chance.below(2) == 0 => return conversation.reopen(at),
        _ => return conversation.judge(Survey { score: 5, comment: None, at }),
    }
    Ok(())
}

fn check(before: &Conversation, after: &Conversation, outcome: Result<(), Refusal>, at: Time) {
    if outcome.is_err() {
        assert_eq!(before, after, "a refused step changes nothing");
        return;
    }
    assert_eq!(after.closed_at.is_some(), after.state == State::Closed);
    if after.state == State::Closed {
        assert_eq!(after.waiting_since, None, "nobody waits in what has ended");
        assert!(!after.has_draft);
    }
    assert!(after.waiting_since.is_none_or(|since| since <= at));
    if after.handler == Handler::Assistant {
        assert_eq!(after.waiting_since, None, "who is answered by the assistant waits for nobody");
    }
    assert!(after.priority >= before.priority, "who came first stays first");
    for (first, later) in [
        (before.queued_at, after.queued_at),
        (before.person_answered_at, after.person_answered_at),
        (before.assistant_answered_at, after.assistant_answered_at),
    ] {
        assert!(first.is_none() || first == later, "a first time happens once");
    }
    assert!(before.survey.is_none() || before.survey == after.survey, "judged once");
    if let (Some(since), Some(now)) = (before.waiting_since, after.waiting_since) {
        assert_eq!(since, now, "a wait is not begun anew");
    }
}

#[test]
fn whatever_happens_a_conversation_makes_sense() {
    let replay = std::env::var("SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    let seeds = replay.map_or(0..N_WALKS, |seed| seed..seed + 1);
    for seed in seeds {
        let walk = std::panic::catch_unwind(|| {
            let (mut conversation, mut chance) = (begin(), Chance(seed));
            for n in 1..=N_STEPS {
                let (before, at) = (conversation.clone(), Time(1_000 * n as i64));
                let outcome = step(&mut conversation, &mut chance, at);
                check(&before, &conversation, outcome, at);
            }
        });
        assert!(walk.is_ok(), "replay: SEED={seed} cargo test -p desk transitions");
    }
}

#[test]
fn who_has_it_keeps_it() {
    let (leyla, tom) = (AgentId(Uuid::from_u128(10)), AgentId(Uuid::from_u128(11)));
    let mut conversation = begin();
    conversation.customer_wrote(&words("Hello"), Time(1));
    conversation.queue(Priority::Normal, Time(1));
    assert_eq!(conversation.claim(leyla, false, Time(2)), Ok(true));
    assert_eq!(conversation.claim(leyla, false, Time(3)), Ok(false));
    assert_eq!(conversation.claim(tom, false, Time(3)), Err(Refusal::HeldBy(leyla)));
    let reply = words("Hello");
    let taken = conversation.agent_replied(tom, false, &reply, Time(4));
    assert_eq!(taken, Err(Refusal::HeldBy(leyla)));
    assert_eq!(conversation.waiting_since, Some(Time(1)), "it waits for the answer, not the claim");
    assert_eq!(conversation.release(tom, false, Time(5)), Err(Refusal::HeldBy(leyla)));
    assert_eq!(conversation.claim(tom, true, Time(6)), Ok(true), "a lead may take it over");
    assert_eq!(conversation.release(tom, false, Time(7)), Ok(()));
    assert_eq!(conversation.release(tom, false, Time(8)), Err(Refusal::NotHeld));
    assert_eq!(conversation.waiting_since, Some(Time(1)));
}

#[test]
fn a_conversation_is_full_at_its_bound() {
    let mut conversation = begin();
    for position in 1..=desk::limits::MESSAGES_PER_CONVERSATION_MAX {
        assert_eq!(conversation.next_position(), Ok(position));
    }
    assert_eq!(conversation.next_position(), Err(Refusal::Full));
}

#[test]
fn subjects_are_cut_at_their_bound() {
    let n_max = desk::limits::SUBJECT_CHARS_MAX;
    for (given, expected) in [
        ("é".repeat(n_max), "é".repeat(n_max)),
        ("é".repeat(n_max + 1), format!("{}…", "é".repeat(n_max - 1))),
        ("two\n  lines ".to_owned(), "two lines".to_owned()),
        (String::new(), String::new()),
    ] {
        assert_eq!(Conversation::subject_of(&words(&given)).as_str(), expected);
    }
}
