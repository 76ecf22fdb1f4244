//! Who answers a customer's message: the rules of the desk in one place, pure.

use assistant::Rule;
use balance::{Facts, Ineligible, assign};
use desk::{Arm, Case, Conversation, Handler, HandoffReason, Level, Priority, RequestedBy, Topic};
use knowledge::SmallTalk;

/// What is known when a message has come in.
pub(crate) struct Situation<'a> {
    /// The conversation, after the message.
    pub(crate) conversation: &'a Conversation,
    /// The message opened a closed conversation again.
    pub(crate) was_closed: bool,
    /// The cases of this conversation.
    pub(crate) cases: &'a [Case],
    /// The same customer's case on the named topic, opened in the last days elsewhere.
    pub(crate) recent_case: Option<&'a Case>,
    /// The message's topic; `None` for none of these.
    pub(crate) topic: Option<&'a Topic>,
    /// Topics of the conversation's cases, by case.
    pub(crate) topic_of_case: &'a dyn Fn(&Case) -> Option<&'a Topic>,
    /// The message is a greeting or thanks and nothing more.
    pub(crate) small_talk: Option<SmallTalk>,
    /// The customer asks for a person in words.
    pub(crate) asks_for_person: bool,
    /// A rule that puts people first, from the words.
    pub(crate) rule: Option<Rule>,
    /// A lead flagged the customer.
    pub(crate) customer_is_flagged: bool,
    /// The brake is on: people answer everything.
    pub(crate) is_braked: bool,
    /// The message carries a file.
    pub(crate) has_files: bool,
    /// Somebody is at the desk.
    pub(crate) is_somebody_there: bool,
    /// The holder of the conversation, if any, is at the desk.
    pub(crate) holder_is_there: bool,
    /// On at least one topic the assistant may answer.
    pub(crate) assistant_answers_somewhere: bool,
    /// Secret seed of the draws.
    pub(crate) seed: &'a [u8],
    /// The id that a new case would have.
    pub(crate) case_id: &'a str,
}

/// What becomes of the conversation's cases.
#[derive(Debug, PartialEq)]
pub(crate) enum CaseStep {
    /// No topic was named yet, or its case is open already.
    None,
    /// This contact joins the customer's recent case, and inherits its arm.
    JoinRecent,
    /// A case is opened on the situation's topic.
    Open(balance::Decision),
}

/// Who answers.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// Those who had it go on; they see the message.
    Stay,
    /// A person, from the queue.
    Queue { by: RequestedBy, reason: HandoffReason, rule: Option<&'static str>, first: bool },
    /// The assistant.
    Assistant,
}

/// A route, and whether a person shall be shown a suggestion.
#[derive(Debug, PartialEq)]
pub(crate) struct Route {
    pub(crate) case: CaseStep,
    pub(crate) next: Next,
    pub(crate) draft: bool,
}

/// Decides who answers.
pub(crate) fn route(situation: &Situation<'_>) -> Route {
    let case = case_step(situation);
    let draft = wants_draft(situation, &case);
    Route { next: next(situation, &case), draft, case }
}

fn next(situation: &Situation<'_>, case: &CaseStep) -> Next {
    if let Some(next) = by_rule(situation) {
        return next;
    }
    if let Some(next) = with_people(situation) {
        return next;
    }
    if situation.is_braked {
        return queue(RequestedBy::Assignment, HandoffReason::LevelGivesPeople);
    }
    if situation.small_talk.is_some() && situation.cases.is_empty() {
        return if situation.assistant_answers_somewhere && situation.is_somebody_there {
            Next::Assistant
        } else {
            queue(RequestedBy::Assignment, HandoffReason::LevelGivesPeople)
        };
    }
    if situation.has_files {
        return queue(RequestedBy::Assistant, HandoffReason::FileToLookAt);
    }
    by_case(situation, case)
}

/// A person by wish or by rule, whoever would have answered.
fn by_rule(situation: &Situation<'_>) -> Option<Next> {
    if matches!(situation.conversation.handler, Handler::Agent(_)) && situation.holder_is_there {
        return None;
    }
    let topic_first = situation.topic.is_some_and(|topic| topic.is_people_first);
    let rule = situation.rule.map(Rule::sentence).or(if situation.customer_is_flagged {
        Some("The customer is flagged: people first.")
    } else if topic_first {
        Some("The topic is marked: people first.")
    } else {
        None
    });
    if rule.is_some() {
        return Some(Next::Queue {
            by: RequestedBy::Rule,
            reason: HandoffReason::PeopleFirst,
            rule,
            first: true,
        });
    }
    situation.asks_for_person.then(|| queue(RequestedBy::Customer, HandoffReason::AskedForPerson))
}

/// A person has the conversation, or it waits for one already.
fn with_people(situation: &Situation<'_>) -> Option<Next> {
    let conversation = situation.conversation;
    match conversation.handler {
        // A conversation that comes back must not wait for somebody who went home.
        Handler::Agent(_) if situation.was_closed && !situation.holder_is_there => {
            Some(queue(RequestedBy::Assignment, HandoffReason::LevelGivesPeople))
        }
        Handler::Agent(_) => Some(Next::Stay),
        Handler::Queue if conversation.waiting_since.is_some() => Some(Next::Stay),
        Handler::Queue | Handler::Assistant => None,
    }
}

/// By the arms of the conversation's cases: one in the human arm, and people answer all of it.
fn by_case(situation: &Situation<'_>, case: &CaseStep) -> Next {
    let people = situation.cases.iter().find(|case| case.assignment.arm == Arm::Human);
    if let Some(case) = people {
        return queue(RequestedBy::Assignment, reason_of(case.assignment.is_randomised));
    }
    match case {
        CaseStep::Open(decision) if decision.arm == Arm::Ai => Next::Assistant,
        CaseStep::Open(decision) => {
            let reason = match situation.topic {
                None => HandoffReason::NoTopic,
                Some(_) => reason_of(decision.is_randomised),
            };
            queue(RequestedBy::Assignment, reason)
        }
        CaseStep::JoinRecent => match situation.recent_case {
            Some(recent) if assistant_may(recent, situation.topic) => Next::Assistant,
            Some(recent) => {
                queue(RequestedBy::Assignment, reason_of(recent.assignment.is_randomised))
            }
            None => queue(RequestedBy::Assignment, HandoffReason::LevelGivesPeople),
        },
        CaseStep::None => {
            // The level may have been lowered since the case was assigned.
            let may = |case: &Case| assistant_may(case, (situation.topic_of_case)(case));
            if situation.cases.iter().all(may) {
                Next::Assistant
            } else {
                queue(RequestedBy::Assignment, HandoffReason::LevelGivesPeople)
            }
        }
    }
}

fn assistant_may(case: &Case, topic: Option<&Topic>) -> bool {
    case.assignment.arm == Arm::Ai && topic.is_some_and(|topic| topic.level.answers())
}

fn reason_of(is_randomised: bool) -> HandoffReason {
    if is_randomised { HandoffReason::DrawnForPeople } else { HandoffReason::LevelGivesPeople }
}

fn queue(by: RequestedBy, reason: HandoffReason) -> Next {
    Next::Queue { by, reason, rule: None, first: false }
}

/// A case is opened at the first named topic; a further topic opens a further one.
fn case_step(situation: &Situation<'_>) -> CaseStep {
    if situation.small_talk.is_some() {
        return CaseStep::None;
    }
    let known = |case: &Case| case.topic_id == situation.topic.map(|topic| topic.id);
    if situation.cases.iter().any(known) {
        return CaseStep::None;
    }
    // What a customer adds to a named case ("it is order 8821") often fits no topic by itself.
    if situation.topic.is_none() && !situation.cases.is_empty() {
        return CaseStep::None;
    }
    // A bare wish for a person names no topic.
    if situation.topic.is_none() && situation.asks_for_person {
        return CaseStep::None;
    }
    if situation.recent_case.is_some() && situation.topic.is_some() {
        return CaseStep::JoinRecent;
    }
    let (level, share, review_share) = situation
        .topic
        .map_or((Level::Off, 0.0, 0.0), |topic| (topic.level, topic.share, topic.review_share));
    let facts = Facts { level, share, review_share, ineligible: ineligible(situation) };
    CaseStep::Open(assign(situation.seed, situation.case_id, facts))
}

fn ineligible(situation: &Situation<'_>) -> Option<Ineligible> {
    if let Some(first) = situation.cases.first() {
        return Some(Ineligible::SecondTopic { first: first.assignment.arm });
    }
    let Some(topic) = situation.topic else { return Some(Ineligible::NoTopic) };
    if situation.is_braked {
        return Some(Ineligible::Braked);
    }
    if situation.rule.is_some() || situation.customer_is_flagged || topic.is_people_first {
        return Some(Ineligible::PeopleFirst);
    }
    if situation.asks_for_person || situation.conversation.queued_at.is_some() {
        return Some(Ineligible::AskedForPerson);
    }
    if !situation.is_somebody_there {
        let answers_at_night = topic.answers_at_night;
        return Some(Ineligible::NobodyAtDesk { answers_at_night });
    }
    None
}

fn wants_draft(situation: &Situation<'_>, case: &CaseStep) -> bool {
    let shown = |draft: Option<desk::DraftDraw>| draft.is_some_and(|draft| draft.is_shown);
    match case {
        CaseStep::Open(decision) => shown(decision.draft),
        CaseStep::JoinRecent => {
            situation.recent_case.is_some_and(|case| shown(case.assignment.draft))
        }
        CaseStep::None => situation.cases.iter().any(|case| shown(case.assignment.draft)),
    }
}

/// First for a rule, else by age.
pub(crate) fn priority(first: bool) -> Priority {
    if first { Priority::First } else { Priority::Normal }
}

#[cfg(test)]
mod tests {
    use desk::{AgentId, Assignment, CaseId, ConversationId, CustomerId, InboxId, Time, TopicId};
    use privacy::{Masked, RawText};
    use uuid::Uuid;

    use super::*;

    fn text(words: &str) -> Masked {
        RawText::from(words).mask()
    }

    fn conversation(handler: Handler) -> Conversation {
        let (inbox, customer) = (InboxId(Uuid::nil()), CustomerId(Uuid::nil()));
        let id = ConversationId(Uuid::nil());
        let mut row = Conversation::begin(id, 1_001, inbox, customer, &text("Hello"), Time(1));
        row.handler = handler;
        row
    }

    fn topic(level: Level) -> Topic {
        Topic {
            id: TopicId(Uuid::from_u128(7)),
            version: 1,
            name: text("Refunds"),
            slug: "refunds".to_owned(),
            description: text(""),
            level,
            share: 0.95,
            level_reason: text("A test sets it."),
            level_set_by: None,
            level_set_at: None,
            epoch: 0,
            is_by_hand: true,
            ceiling: Level::Autonomous,
            margin: 0.05,
            review_share: 0.0,
            is_people_first: false,
            answers_at_night: false,
            n_examples: 0,
            is_archived: false,
        }
    }

    fn case(topic: &Topic, arm: Arm, is_randomised: bool) -> Case {
        Case {
            id: CaseId(Uuid::from_u128(9)),
            version: 1,
            customer_id: CustomerId(Uuid::nil()),
            topic_id: Some(topic.id),
            conversation_ids: vec![ConversationId(Uuid::nil())],
            opened_at: Time(1),
            closed_at: None,
            assignment: Assignment {
                arm,
                propensity: 0.95,
                is_eligible: is_randomised,
                is_randomised,
                level: Level::Supervised,
                epoch: 0,
                draft: None,
                review: None,
                reason: text("Drawn."),
                at: Time(1),
            },
        }
    }

    /// A first message on a topic, while somebody is at the desk.
    fn situation<'a>(conversation: &'a Conversation, topic: Option<&'a Topic>) -> Situation<'a> {
        Situation {
            conversation,
            was_closed: false,
            cases: &[],
            recent_case: None,
            topic,
            topic_of_case: &|_| None,
            small_talk: None,
            asks_for_person: false,
            rule: None,
            customer_is_flagged: false,
            is_braked: false,
            has_files: false,
            is_somebody_there: true,
            holder_is_there: false,
            assistant_answers_somewhere: true,
            seed: b"seed",
            case_id: "case",
        }
    }

    fn reason(next: &Next) -> Option<HandoffReason> {
        match next {
            Next::Queue { reason, .. } => Some(*reason),
            Next::Stay | Next::Assistant => None,
        }
    }

    #[test]
    fn people_answer_by_wish_rule_level_or_want_of_a_topic() {
        use HandoffReason::{AskedForPerson, FileToLookAt, LevelGivesPeople, NoTopic, PeopleFirst};
        let (row, on, off) =
            (conversation(Handler::Assistant), topic(Level::Supervised), topic(Level::Off));
        let first = Topic { is_people_first: true, ..topic(Level::Supervised) };
        let base = |topic| situation(&row, topic);
        for (what, situation, expected, is_first) in [
            ("off", base(Some(&off)), LevelGivesPeople, false),
            ("draft", base(Some(&topic(Level::Draft))), LevelGivesPeople, false),
            ("no topic", base(None), NoTopic, false),
            (
                "a wish",
                Situation { asks_for_person: true, ..base(Some(&on)) },
                AskedForPerson,
                false,
            ),
            (
                "a wish alone",
                Situation { asks_for_person: true, ..base(None) },
                AskedForPerson,
                false,
            ),
            ("a file", Situation { has_files: true, ..base(Some(&on)) }, FileToLookAt, false),
            (
                "a word",
                Situation { rule: Some(Rule::Hardship), ..base(Some(&on)) },
                PeopleFirst,
                true,
            ),
            (
                "a flag",
                Situation { customer_is_flagged: true, ..base(Some(&on)) },
                PeopleFirst,
                true,
            ),
            ("a marked topic", base(Some(&first)), PeopleFirst, true),
            (
                "night",
                Situation { is_somebody_there: false, ..base(Some(&on)) },
                LevelGivesPeople,
                false,
            ),
            (
                "a greeting at night",
                Situation {
                    small_talk: Some(SmallTalk::Greeting),
                    is_somebody_there: false,
                    ..base(None)
                },
                LevelGivesPeople,
                false,
            ),
        ] {
            let route = route(&situation);
            assert_eq!(reason(&route.next), Some(expected), "{what}: {route:?}");
            let goes_first = matches!(route.next, Next::Queue { first: true, .. });
            assert_eq!(goes_first, is_first, "{what}: {route:?}");
            // A file is looked at by a person whichever arm was drawn: what the assistant cannot do
            // counts against it. All else is known before the draw, and none is made.
            if let (CaseStep::Open(decision), false) = (&route.case, situation.has_files) {
                assert!(decision.arm == Arm::Human && !decision.is_randomised, "{what}: {route:?}");
            }
        }
    }

    #[test]
    fn a_draw_decides_once_and_the_case_keeps_its_arm() {
        let (row, on) = (conversation(Handler::Assistant), topic(Level::Supervised));
        let mut n_assistant = 0;
        for nth in 0..400 {
            let id = format!("case-{nth}");
            let drawn = route(&Situation { case_id: &id, ..situation(&row, Some(&on)) });
            let CaseStep::Open(decision) = &drawn.case else { panic!("{drawn:?}") };
            assert!(decision.is_randomised && (decision.propensity - 0.95).abs() < 1e-9);
            let expected = match decision.arm {
                Arm::Ai => Next::Assistant,
                Arm::Human => queue(RequestedBy::Assignment, HandoffReason::DrawnForPeople),
            };
            n_assistant += usize::from(decision.arm == Arm::Ai);
            assert_eq!(drawn.next, expected);
            assert_eq!(route(&Situation { case_id: &id, ..situation(&row, Some(&on)) }), drawn);
        }
        assert!((360..=396).contains(&n_assistant), "{n_assistant} of 400 at .95");
        for (arm, expected) in [
            (Arm::Ai, Next::Assistant),
            (Arm::Human, queue(RequestedBy::Assignment, HandoffReason::DrawnForPeople)),
        ] {
            let known = [case(&on, arm, true)];
            let topics = |_: &Case| Some(&on);
            let later =
                Situation { cases: &known, topic_of_case: &topics, ..situation(&row, Some(&on)) };
            assert_eq!(route(&later), Route { case: CaseStep::None, next: expected, draft: false });
            let elsewhere =
                Situation { recent_case: Some(&known[0]), ..situation(&row, Some(&on)) };
            let joined = route(&elsewhere);
            assert_eq!(joined.case, CaseStep::JoinRecent);
            assert_eq!(matches!(joined.next, Next::Assistant), arm == Arm::Ai);
        }
    }

    #[test]
    fn a_lowered_level_and_a_second_topic_bring_people() {
        let (row, on, off) =
            (conversation(Handler::Assistant), topic(Level::Supervised), topic(Level::Off));
        let known = [case(&on, Arm::Ai, true)];
        let lowered = |_: &Case| Some(&off);
        let later =
            Situation { cases: &known, topic_of_case: &lowered, ..situation(&row, Some(&on)) };
        assert_eq!(reason(&route(&later).next), Some(HandoffReason::LevelGivesPeople));
        let other = Topic { id: TopicId(Uuid::from_u128(8)), ..topic(Level::Off) };
        let second = Situation { cases: &known, ..situation(&row, Some(&other)) };
        let second = route(&second);
        let CaseStep::Open(decision) = &second.case else { panic!("{second:?}") };
        assert!(!decision.is_randomised, "a further topic is never drawn");
    }

    #[test]
    fn who_has_it_goes_on_unless_they_went_home() {
        let held = conversation(Handler::Agent(AgentId(Uuid::nil())));
        let on = topic(Level::Supervised);
        let there = Situation { holder_is_there: true, ..situation(&held, Some(&on)) };
        assert_eq!(route(&there).next, Next::Stay);
        let hardship = Situation {
            rule: Some(Rule::Hardship),
            holder_is_there: true,
            ..situation(&held, None)
        };
        assert_eq!(route(&hardship).next, Next::Stay, "a person is there already");
        let gone = Situation { was_closed: true, ..situation(&held, Some(&on)) };
        assert!(matches!(route(&gone).next, Next::Queue { .. }));
        let mut waiting = conversation(Handler::Queue);
        waiting.waiting_since = Some(Time(1));
        assert_eq!(route(&situation(&waiting, Some(&on))).next, Next::Stay);
    }
}
