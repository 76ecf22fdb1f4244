//! A desk that holds a record of every kind.

use std::ops::Range;

use desk::{
    Actor, Agent, AgentId, Arm, Article, ArticleId, ArticleState, Assignment, Author, Call,
    CallState, Case, CaseId, DeskId, DeskSettings, DraftDraw, DraftState, EventCode, Example,
    ExampleId, File, FileId, Handoff, HandoffId, HandoffReason, JobId, Kind, Level, Message,
    MessageKind, Presence, RequestedBy, Review, ReviewId, ReviewedAnswer, Role, Source, Survey,
    Time, Topic, TopicId,
};
use store::{
    Change, Commit, FileContent, Job, JobKind, LedgerFact, Remembered, Session, SessionSubject,
};
use uuid::Uuid;

use crate::{
    place::Place,
    story::{Desk, open, text},
};

/// Fills every table of a new desk.
pub(crate) async fn furnished(place: &Place) -> Desk {
    let desk = open(place).await;
    let agent = AgentId(Uuid::now_v7());
    let topic = TopicId(Uuid::now_v7());
    let mut commit = Commit::new(Time(5), Actor::System);
    add_house(&mut commit, agent);
    add_knowledge(&mut commit, agent, topic);
    desk.store.commit(commit).await.unwrap();
    add_talk(&desk, agent, topic).await;
    desk.store.take_numbers(1_200).await.unwrap();
    // Enough for several portions of the larger tables.
    begin_many(&desk, 1_100..2_200).await;
    desk
}

/// Conversations with these numbers, many in one transaction.
pub(crate) async fn begin_many(desk: &Desk, numbers: Range<i64>) {
    let mut commits = tokio::task::JoinSet::new();
    for number in numbers {
        let at = Time(3_600_000 * (number % 7));
        let mut row = desk.conversation(number, at.0);
        let message = desk.message(&mut row, "Where is my parcel?");
        let mut commit = Commit::new(at, Actor::Customer(desk.customer));
        commit.add(Kind::ConversationOpened, row);
        commit.add(Kind::MessageAdded, message);
        let store = desk.store.clone();
        commits.spawn(async move { store.commit(commit).await });
    }
    for committed in commits.join_all().await {
        committed.unwrap();
    }
}

fn add_house(commit: &mut Commit, agent: AgentId) {
    commit.add(
        Kind::DeskOpened,
        DeskSettings {
            id: DeskId(Uuid::now_v7()),
            version: 1,
            name: text("Fjordhus"),
            hours: text("Always"),
            is_demo: false,
            draw_seed: vec![7; 32],
            fingerprint_key: vec![9; 32],
            trained_at: Some(Time(4)),
            brake: Some(desk::Brake { at: Time(4), by: None, reason: text("Tried") }),
            reads_with: "rules".to_owned(),
            staffing: desk::Staffing { share: 0.1 + 0.7, ..desk::Staffing::default() },
            takes_applications: true,
        },
    );
    commit.add(
        Kind::AgentAdded,
        Agent {
            id: agent,
            version: 1,
            name: text("Åsa"),
            email: text("asa@desk.example"),
            role: Role::Owner,
            presence: Presence::Available,
            is_disabled: false,
            password_hash: "$argon2id$".to_owned(),
            created_at: Time(5),
        },
    );
    commit.push(Change::AddSession(Session {
        token_hash: "ab".repeat(32),
        subject: SessionSubject::Agent(agent),
        created_at: Time(5),
        expires_at: Time(i64::MAX / 2),
    }));
    commit.push(Change::Remember(Remembered {
        scope: "desk".to_owned(),
        key: "set-up".to_owned(),
        fingerprint: String::new(),
        at: Time(5),
    }));
}

fn add_knowledge(commit: &mut Commit, agent: AgentId, topic: TopicId) {
    commit.add(
        Kind::TopicAdded,
        Topic {
            id: topic,
            version: 1,
            name: text("Refunds"),
            slug: "refunds".to_owned(),
            description: text("Money back"),
            level: Level::Supervised,
            share: 0.1 + 0.2,
            epoch: 3,
            is_by_hand: false,
            ceiling: Level::Supervised,
            margin: 0.08,
            review_share: 1.0 / 3.0,
            level_reason: text("Tried"),
            level_set_by: Some(agent),
            level_set_at: Some(Time(5)),
            is_people_first: false,
            answers_at_night: true,
            n_examples: 1,
            is_archived: false,
        },
    );
    commit.push(Change::AddExample(Example {
        id: ExampleId(Uuid::now_v7()),
        topic_id: topic,
        text: text("Where is my money?"),
        created_at: Time(5),
    }));
    commit.add(
        Kind::ArticleAdded,
        Article {
            id: ArticleId(Uuid::now_v7()),
            version: 1,
            slug: "refunds".to_owned(),
            title: text("Refunds"),
            body: text("Two \"days\"; 'quoted', \\ and \t tabs,\nlines, ½ and 🦆."),
            language: "en".to_owned(),
            topic_ids: vec![topic],
            questions: vec![text("How long?")],
            state: ArticleState::Published,
            updated_at: Time(5),
            updated_by: Some(agent),
            published_at: Some(Time(5)),
        },
    );
}

/// One conversation in which everything happened.
async fn add_talk(desk: &Desk, agent: AgentId, topic: TopicId) {
    let mut row = desk.conversation(1_001, 10);
    row.topic_id = Some(topic);
    row.language = Some("en".to_owned());
    row.has_draft = true;
    let first = desk.message(&mut row, "Was ist mit der Größe?");
    let write = |message: Message, author, kind| Message { author, kind, ..message };
    let note = desk.message(&mut row, "A known matter");
    let note = write(note, Author::Agent(agent), MessageKind::Note);
    let answer = Message {
        is_generated: true,
        sources: vec![Source {
            n: 1,
            article_id: Some(ArticleId(Uuid::now_v7())),
            slug: "refunds".to_owned(),
            title: text("Refunds"),
            quote: text("Two days"),
        }],
        ..write(desk.message(&mut row, "Two days."), Author::Assistant, MessageKind::Text)
    };
    let draft = Message {
        draft_state: Some(DraftState::Pending),
        ..write(desk.message(&mut row, "Perhaps so"), Author::Assistant, MessageKind::Draft)
    };
    let line = Message {
        code: Some(EventCode::Receipt),
        ..write(desk.message(&mut row, "A person comes"), Author::System, MessageKind::Event)
    };
    let reply = Message {
        client_id: Some("k-1".to_owned()),
        wrong_by: Some(agent),
        ..write(desk.message(&mut row, "I look into it"), Author::Agent(agent), MessageKind::Text)
    };
    let (row_id, message_id, file_id) = (row.id, first.id, FileId(Uuid::now_v7()));
    let mut commit = Commit::new(Time(10), Actor::Customer(desk.customer));
    for id in [file_id, FileId(Uuid::now_v7())] {
        commit.push(Change::AddFile(Box::new(FileContent {
            file: File {
                id,
                name: text("photo.png"),
                content_type: "image/png".to_owned(),
                n_bytes: 300,
            },
            owner: SessionSubject::Customer(desk.customer, desk.inbox),
            content: (0..300).map(|n| (n % 256) as u8).collect(),
            created_at: Time(10),
        })));
    }
    commit.add(Kind::ConversationOpened, row.clone());
    for message in [first, note, answer, draft, line, reply] {
        commit.add(Kind::MessageAdded, message);
    }
    commit.push(Change::AttachFile(file_id, row_id, message_id));
    let opened = case(desk, row_id, topic);
    let case_id = opened.id;
    commit.add(Kind::CaseOpened, opened);
    commit.push(Change::Ledger(LedgerFact {
        at: None,
        kind: "answered".to_owned(),
        topic_id: Some(topic),
        case_id: Some(case_id),
        data: "{\"kind\":\"answered\"}".to_owned(),
    }));
    commit.push(Change::AddReview(Box::new(Review {
        id: ReviewId(Uuid::now_v7()),
        case_id,
        conversation_id: row_id,
        topic_id: topic,
        answer: ReviewedAnswer::Unseen { text: text("Two days."), sources: Vec::new() },
        author_id: Some(agent),
        created_at: Time(10),
        verdict: None,
    })));
    commit.add(Kind::HandoffMade, handoff(row_id, topic));
    let letter_id = desk::LetterId(Uuid::now_v7());
    commit.push(Change::AddLetter(desk::Letter {
        id: letter_id,
        fact: "invitation/1".to_owned(),
        kind: desk::LetterKind::Invitation,
        recipient: "new@desk.example".to_owned(),
        agent_id: Some(agent),
        conversation_id: Some(row_id),
        sender: text("Åsa"),
        state: desk::LetterState::Waiting,
        n_attempts: 0,
        due_at: Time(11),
        failure: None,
        created_at: Time(11),
        finished_at: None,
    }));
    commit.push(Change::MarkSeen(row_id, 1));
    let webhook_id = desk::WebhookId(Uuid::now_v7());
    let delivery_id = desk::DeliveryId(Uuid::now_v7());
    commit.push(Change::AddWebhook(desk::Webhook {
        id: webhook_id,
        url: "https://hooks.example/".to_owned(),
        secret: "s".to_owned(),
        kinds: vec![Kind::MessageAdded],
        is_paused: false,
        seen: 1,
        n_failures: 0,
        retry_at: Time(0),
        created_at: Time(11),
    }));
    commit.push(Change::NoteDeliveries(
        webhook_id,
        7,
        vec![desk::Delivery {
            id: delivery_id,
            webhook_id,
            seq: 6,
            kind: Kind::MessageAdded,
            state: desk::DeliveryState::Waiting,
            n_attempts: 0,
            status: None,
            failure: None,
            created_at: Time(11),
            finished_at: None,
        }],
    ));
    let failure = "It answered 500.".to_owned();
    commit.push(Change::RetryDelivery { id: delivery_id, status: Some(500), failure });
    commit.push(Change::AddApiToken(desk::ApiToken {
        id: desk::ApiTokenId(Uuid::now_v7()),
        agent_id: agent,
        name: text("Åsas program"),
        token_hash: "c3".to_owned(),
        scope: desk::Scope::Answer,
        created_at: Time(11),
        expires_at: Time(12),
        used_at: Some(Time(11)),
    }));
    let place = desk::MailPlace { uid_validity: 7, uid: 41 };
    commit.push(Change::KeepMail(desk::IncomingMail {
        key: "b2".to_owned(),
        message_id: Some("1@mail.example".to_owned()),
        sender: text("åsa@mail.example"),
        subject: text("Soffan"),
        state: desk::MailState::Taken,
        reason: Some("none".to_owned()),
        conversation_id: Some(row_id),
        place: Some(place),
        received_at: Time(11),
    }));
    commit.push(Change::KeepMailbox { name: "help".to_owned(), place, at: Time(11) });
    commit.push(Change::KeepPasswordLink(store::PasswordLink {
        letter_id,
        agent_id: agent,
        token_hash: "a1".to_owned(),
        expires_at: Time(12),
    }));
    commit.push(Change::AddModelUse(desk::ModelUse {
        day: 20_784,
        model: "small-1".to_owned(),
        n_questions: 2,
        n_failures: 1,
        tokens_in: 900,
        tokens_out: 40,
    }));
    commit.push(Change::AddTrace {
        message_id,
        at: Time(10),
        steps: "[{\"what\":\"looked up\"}]".to_owned(),
    });
    commit.push(Change::KeepProgress(row_id, Some("{\"stack\":[]}".to_owned())));
    commit.add(Kind::CallProposed, call(row_id, case_id));
    commit.add(Kind::WorkerAdded, worker(agent));
    commit.add(Kind::ShiftAdded, shift(agent, topic));
    commit.add(Kind::ApplicationAdded, application(agent));
    commit.push(Change::NotePresence(agent, Presence::Available, Time(10)));
    commit.push(Change::NotePresence(agent, Presence::Away, Time(12)));
    commit.push(Change::NotePresence(agent, Presence::Available, Time(14)));
    commit.push(Change::AddJob(Job {
        id: JobId(Uuid::now_v7()),
        kind: JobKind::Draft,
        conversation_id: row_id,
        message_id,
        n_attempts: 0,
        due_at: Time(i64::MAX / 4),
        leased_until: Time(i64::MAX / 2),
    }));
    desk.store.commit(commit).await.unwrap();
    let mut commit = Commit::new(Time(20), Actor::Customer(desk.customer));
    row.has_draft = false;
    row.close(Time(20)).unwrap();
    row.judge(Survey { score: 4, comment: Some(text("Well")), at: Time(21) }).unwrap();
    commit.change(Kind::ConversationClosed, row);
    desk.store.commit(commit).await.unwrap();
}

fn worker(id: AgentId) -> desk::Worker {
    desk::Worker {
        id,
        version: 1,
        zone: "Europe/Oslo".to_owned(),
        laws: vec!["eu".to_owned()],
        languages: vec!["nb".to_owned(), "en".to_owned()],
        wish_hours: 12,
        week_hours_max: 20,
        rate: 21_050,
        is_active: true,
        created_at: Time(10),
    }
}

fn application(agent: AgentId) -> desk::Application {
    desk::Application {
        id: desk::ApplicationId(Uuid::now_v7()),
        version: 1,
        name: text("Noor"),
        email: text("noor@mail.example"),
        zone: "Asia/Amman".to_owned(),
        languages: vec!["ar".to_owned()],
        wish_hours: 8,
        is_student: true,
        words: text("I bought the sofa"),
        state: desk::ApplicationState::Refused,
        decision: Some(desk::Decision { at: Time(12), by: agent, reason: text("Nobody needed") }),
        agent_id: None,
        created_at: Time(11),
    }
}

fn shift(agent: AgentId, topic: TopicId) -> desk::Shift {
    desk::Shift {
        id: desk::ShiftId(Uuid::now_v7()),
        version: 1,
        starts_at: Time(3_600_000),
        ends_at: Time(4 * 3_600_000),
        language: Some("nb".to_owned()),
        topic_id: Some(topic),
        reason: text("Refunds fell"),
        rate: Some(21_050),
        extra: 25,
        state: desk::ShiftState::Cancelled,
        agent_id: Some(agent),
        published_at: Some(Time(11)),
        claimed_at: Some(Time(12)),
        cancelled: Some((Time(13), text("Nobody writes"))),
        correction: Some(desk::Correction {
            minutes: 45,
            reason: text("The train"),
            by: agent,
            at: Time(14),
        }),
        created_by: Some(agent),
        created_at: Time(10),
    }
}

fn call(conversation: desk::ConversationId, case: CaseId) -> Call {
    Call {
        key: "0f".repeat(32),
        version: 1,
        conversation_id: conversation,
        case_id: Some(case),
        tool: "refund".to_owned(),
        state: CallState::Proposed,
        customer: text("ida"),
        amount: 1_250,
        day: 20_000,
        words: text("I refund the order. Shall I?"),
        n_missing: 1,
        content: "{\"tool\":\"refund\"}".to_owned(),
        created_at: Time(10),
        updated_at: Time(10),
    }
}

fn case(desk: &Desk, conversation: desk::ConversationId, topic: TopicId) -> Case {
    Case {
        id: CaseId(Uuid::now_v7()),
        version: 1,
        customer_id: desk.customer,
        topic_id: Some(topic),
        conversation_ids: vec![conversation],
        opened_at: Time(10),
        closed_at: None,
        assignment: Assignment {
            arm: Arm::Human,
            propensity: 1.0 / 3.0,
            is_eligible: true,
            is_randomised: false,
            level: Level::Draft,
            epoch: 3,
            draft: Some(DraftDraw { is_shown: true, propensity: 0.7 }),
            review: Some(desk::ReviewDraw { is_drawn: true, propensity: 0.15 }),
            reason: text("Drawn."),
            at: Time(10),
        },
    }
}

fn handoff(conversation: desk::ConversationId, topic: TopicId) -> Handoff {
    Handoff {
        id: HandoffId(Uuid::now_v7()),
        version: 1,
        conversation_id: conversation,
        at: Time(10),
        by: RequestedBy::Customer,
        reason: HandoffReason::AskedForPerson,
        detail: None,
        summary: text("Asks for a size"),
        tried: vec![text("Refunds")],
        missing: Vec::new(),
        topic_id: Some(topic),
        place: 1,
        promise: text("Soon"),
    }
}
