//! The API's description: OpenAPI 3.1, made from the types on the wire. `api/openapi.json` is this
//! document; a test holds the two together, and every operation to a route.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    problem,
    routes::{
        agents, balance, calls, files, house, join, knowledge, mail, shifts, webhooks, what_if,
        widget,
    },
    stream,
    wire::{self, ListOf},
};

/// Who may call an operation.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Anybody,
    Agents,
    Customers,
    Both,
}

/// All operations with the shapes that they take and give.
struct Api {
    /// Shapes that come in: a field with a default may be left out.
    taken: SchemaGenerator,
    /// Shapes that go out: every field is there.
    given: SchemaGenerator,
    paths: Map<String, Value>,
}

/// One operation in the making.
struct Operation<'a> {
    api: &'a mut Api,
    method: &'static str,
    path: &'static str,
    value: Value,
}

/// The document.
pub(crate) fn description() -> Value {
    let settings = |serialize: bool| {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        if serialize { settings.for_serialize() } else { settings.for_deserialize() }
    };
    let mut api = Api {
        taken: settings(false).into_generator(),
        given: settings(true).into_generator(),
        paths: Map::new(),
    };
    api.house();
    api.inbox();
    api.knowledge();
    api.balance();
    api.shifts();
    api.widget();
    api.document()
}

impl Api {
    fn house(&mut self) {
        use Who::{Agents, Anybody, Both};
        self.get(
            "/setup",
            "setUpState",
            "Tells whether the desk waits for its first run.",
            Anybody,
        )
        .gives::<wire::SetUpState>(200);
        self.post("/setup", "setUp", "Names the desk and makes the owner's account.", Anybody)
            .takes::<house::SetUp>()
            .gives::<wire::Session>(201);
        self.post("/session", "signIn", "Signs an agent in.", Anybody)
            .takes::<house::SignIn>()
            .gives::<wire::Session>(201);
        self.delete("/session", "signOut", "Signs out; the agent is away then.", Agents).nothing();
        let help = "Sends a letter to whoever has forgotten their password.";
        self.post("/password/forgot", "forgotPassword", help, Anybody)
            .takes::<mail::ForgotPassword>()
            .nothing();
        let help = "Sets a password by the link of a letter, and signs in.";
        self.post("/password", "choosePassword", help, Anybody)
            .takes::<mail::ChoosePassword>()
            .gives::<wire::Session>(201);
        self.get("/mail", "mailState", "Tells how letters are doing; for owners.", Agents)
            .gives::<wire::Mail>(200);
        let help =
            "Hands over an e-mail that came in; for mail servers, with the desk's mail token.";
        self.post("/mail/incoming", "deliverMail", help, Anybody)
            .query::<mail::HandingOver>()
            .takes_file()
            .gives::<wire::Delivered>(200);
        let help = "Tries a letter again that was given up; for owners.";
        self.post("/mail/letters/{id}/retry", "retryLetter", help, Agents).nothing();
        self.get("/me", "me", "Tells who is signed in, and the desk's settings.", Agents)
            .gives::<wire::Me>(200);
        self.put("/me/presence", "setPresence", "Says whether one is at the desk.", Agents)
            .takes::<house::Presenting>()
            .gives::<wire::Agent>(200);
        self.get("/agents", "listAgents", "Lists the people at the desk.", Agents)
            .gives::<ListOf<wire::Agent>>(200);
        self.post("/agents", "addAgent", "Adds an agent; for owners.", Agents)
            .takes::<house::Adding>()
            .gives::<wire::Agent>(201);
        self.patch("/agents/{id}", "changeAgent", "Changes an agent; for owners.", Agents)
            .takes::<house::Changing>()
            .gives::<wire::Agent>(200);
        let help = "Tries a message once more that could not be taken in; for owners.";
        self.post("/mail/incoming/{key}/retry", "retryMail", help, Agents)
            .gives::<wire::Delivered>(200);
        let help = "Drops a message that could not be taken in; for owners.";
        self.delete("/mail/incoming/{key}", "dropMail", help, Agents).nothing();
        let help = "Tells of a contact by telephone or another way, so that its repeat counts.";
        self.post("/contacts", "addContact", help, Agents)
            .takes::<agents::AddContact>()
            .gives::<wire::Contact>(201);
        self.get(
            "/webhooks",
            "listWebhooks",
            "Lists who is told what happens; for owners.",
            Agents,
        )
        .gives::<ListOf<wire::Webhook>>(200);
        let help = "Has a system told what happens from now on; for owners.";
        self.post("/webhooks", "addWebhook", help, Agents)
            .takes::<webhooks::AddWebhook>()
            .gives::<wire::Webhook>(201);
        self.patch("/webhooks/{id}", "changeWebhook", "Changes it; for owners.", Agents)
            .takes::<webhooks::ChangeWebhook>()
            .gives::<wire::Webhook>(200);
        self.delete("/webhooks/{id}", "removeWebhook", "Tells it no more; for owners.", Agents)
            .nothing();
        let help = "Tells it `ping` now, and how that went; for owners.";
        self.post("/webhooks/{id}/test", "testWebhook", help, Agents)
            .gives::<wire::WebhookTrial>(200);
        let help = "Lists the latest 50 deliveries, those given up first; for owners.";
        self.get("/webhooks/{id}/deliveries", "listDeliveries", help, Agents)
            .gives::<ListOf<wire::Delivery>>(200);
        let replay = "/webhooks/{id}/deliveries/{delivery}/replay";
        let help = "Tells it once more, under the id that it had; for owners.";
        self.post(replay, "replayDelivery", help, Agents).nothing();
        let help = "Lists one's own tokens for programs; an owner's list has everybody's.";
        self.get("/tokens", "listTokens", help, Agents).gives::<ListOf<wire::ApiToken>>(200);
        let help = "Makes a token with which a program calls in one's name.";
        self.post("/tokens", "addToken", help, Agents)
            .takes::<webhooks::AddApiToken>()
            .gives::<wire::NewApiToken>(201);
        self.delete("/tokens/{id}", "removeToken", "Ends a token.", Agents).nothing();
        let help = "Invites an agent by e-mail once more; for owners.";
        self.post("/agents/{id}/invite", "inviteAgent", help, Agents).nothing();
        self.patch("/desk", "changeDesk", "Changes the desk's name and hours.", Agents)
            .takes::<house::DeskChange>()
            .gives::<wire::Desk>(200);
        self.get("/sample", "sampleState", "Tells how much of the sample shop is here.", Agents)
            .gives::<wire::Sample>(200);
        self.post("/sample", "addSample", "Adds the sample shop, every topic off.", Agents)
            .gives::<wire::Sample>(200);
        self.delete("/sample", "removeSample", "Takes away what is still the sample's.", Agents)
            .gives::<wire::Sample>(200);
        self.get("/inboxes", "listInboxes", "Lists the doors of the desk.", Agents)
            .gives::<ListOf<wire::Inbox>>(200);
        self.patch("/inboxes/{id}", "changeInbox", "Changes a door's name and greeting.", Agents)
            .takes::<house::InboxChange>()
            .gives::<wire::Inbox>(200);
        self.post("/files", "keepFile", "Keeps a file that a message will carry.", Both)
            .query::<files::Naming>()
            .takes_file()
            .gives::<wire::FileRef>(201);
        self.get("/files/{id}", "showFile", "Gives a file's content.", Both).gives_file();
        self.get("/events", "agentEvents", "Tells agents every change as it happens.", Agents)
            .query::<stream::From>()
            .streams();
    }

    fn inbox(&mut self) {
        use Who::Agents;
        self.get("/conversations", "listConversations", "Lists a view, or searches.", Agents)
            .query::<agents::Listing>()
            .gives::<ListOf<wire::Conversation>>(200);
        self.get("/conversations/{id}", "openConversation", "Gives a whole conversation.", Agents)
            .gives::<wire::ConversationDetail>(200);
        self.post("/conversations/{id}/messages", "write", "Sends a reply or a note.", Agents)
            .takes::<agents::Writing>()
            .gives::<wire::Message>(201);
        self.post("/conversations/{id}/claim", "claim", "Takes a conversation.", Agents)
            .takes::<agents::Claiming>()
            .gives::<wire::Conversation>(200);
        self.post("/conversations/{id}/release", "release", "Gives it back to the queue.", Agents)
            .gives::<wire::Conversation>(200);
        self.post("/conversations/{id}/assign", "assign", "Gives it to an agent.", Agents)
            .takes::<agents::Assigning>()
            .gives::<wire::Conversation>(200);
        self.post("/conversations/{id}/close", "close", "Ends a conversation.", Agents)
            .gives::<wire::Conversation>(200);
        self.post("/conversations/{id}/reopen", "reopen", "Opens it again.", Agents)
            .gives::<wire::Conversation>(200);
        self.put("/conversations/{id}/topic", "correctTopic", "Corrects the topic.", Agents)
            .takes::<agents::Correcting>()
            .gives::<wire::Conversation>(200);
        self.post("/conversations/{id}/typing", "typing", "Tells that one writes.", Agents)
            .nothing();
        let wrong = "/conversations/{id}/messages/{message}/wrong";
        self.post(wrong, "callWrong", "Says that an answer was wrong.", Agents)
            .gives::<wire::Message>(200);
        let trace = "/conversations/{id}/messages/{message}/trace";
        self.get(trace, "trace", "Tells how the assistant came to a message.", Agents)
            .gives::<ListOf<wire::TraceStep>>(200);
        let discard = "/conversations/{id}/drafts/{draft}/discard";
        self.post(discard, "discardDraft", "Puts the assistant's draft aside.", Agents)
            .gives::<wire::Message>(200);
        self.patch("/customers/{id}", "flagCustomer", "Puts people first for them.", Agents)
            .takes::<agents::Flagging>()
            .gives::<wire::Customer>(200);
        let help = "Gives all that is kept of a customer; for leads.";
        self.get("/customers/{id}/data", "customerData", help, Agents)
            .gives::<wire::CustomerData>(200);
        self.get("/counts", "counts", "Counts the conversations of each view.", Agents)
            .gives::<agents::Counts>(200);
        let help = "Shows what reads messages for the assistant, and what models were asked.";
        self.get("/assistant", "assistant", help, Agents).gives::<wire::Assistant>(200);
        self.get("/jobs/failed", "failedJobs", "Lists work that was given up.", Agents)
            .gives::<ListOf<wire::FailedJob>>(200);
        self.post("/jobs/{id}/retry", "retryJob", "Tries given-up work again.", Agents).nothing();
        self.delete("/jobs/{id}", "dropJob", "Drops given-up work.", Agents).nothing();
        self.get("/calls", "callsToApprove", "Lists calls that wait for people.", Agents)
            .gives::<ListOf<wire::Call>>(200);
        self.post("/calls/{id}/approve", "approveCall", "Approves a call.", Agents)
            .gives::<wire::Call>(200);
        self.post("/calls/{id}/refuse", "refuseCall", "Refuses a call.", Agents)
            .takes::<calls::Refusing>()
            .gives::<wire::Call>(200);
        self.post("/calls/{id}/look", "lookAgain", "Asks what came of a call.", Agents)
            .gives::<wire::Call>(200);
        self.get("/overview", "overview", "Shows the desk at a glance.", Agents)
            .gives::<wire::Overview>(200);
    }

    fn balance(&mut self) {
        use Who::Agents;
        self.get("/balance", "showBalance", "Shows each topic's evidence and level.", Agents)
            .gives::<wire::Balance>(200);
        self.get("/balance/decisions", "listDecisions", "Lists what was decided.", Agents)
            .query::<balance::OfTopic>()
            .gives::<ListOf<wire::Decided>>(200);
        self.post("/balance/replay", "replayLedger", "Makes every decision again.", Agents)
            .gives::<wire::Replay>(200);
        self.post("/balance/freeze", "freeze", "Pulls the brake: people answer all.", Agents)
            .takes::<balance::Braking>()
            .nothing();
        self.post("/balance/thaw", "thaw", "Takes the brake off.", Agents)
            .takes::<balance::Braking>()
            .nothing();
        self.post("/what-if", "whatIf", "Simulates a year of the desk's own topics.", Agents)
            .takes::<what_if::Asked>()
            .gives::<wire::Answered>(200);
        self.get("/reviews", "countReviews", "Tells how far the reviews are.", Agents)
            .gives::<wire::Reviews>(200);
        self.post("/reviews/next", "nextReview", "Gives the next answer to mark.", Agents)
            .gives::<wire::Sheet>(200);
        self.post("/reviews/{id}", "markReview", "Marks an answer.", Agents)
            .takes::<balance::Marked>()
            .nothing();
        self.post("/reviews/{id}/skip", "skipReview", "Leaves it to somebody else.", Agents)
            .nothing();
        self.get("/impact", "impact", "Reports what the assistant did for customers.", Agents)
            .query::<balance::Span>()
            .gives::<wire::Report>(200);
        self.get("/impact.csv", "impactTable", "The same as a table.", Agents)
            .query::<balance::Span>()
            .gives_file();
    }

    fn shifts(&mut self) {
        use Who::Agents;
        let help = "Shows one's own shifts, those that one may take, one's hours and pay.";
        self.get("/me/shifts", "ownShifts", help, Agents).gives::<wire::OwnPage>(200);
        let help = "Gives all that is kept of one as somebody who takes shifts.";
        self.get("/me/data", "ownData", help, Agents).gives::<wire::OwnData>(200);
        let help = "Gives an agent's shifts to their calendar program, by a secret address.";
        self.get("/calendar/{id}/{key}", "calendar", help, Who::Anybody).gives_file();
        let help = "Lists shifts that begin in a span of time; for leads.";
        self.get("/shifts", "listShifts", help, Agents)
            .query::<shifts::Span>()
            .gives::<ListOf<wire::Shift>>(200);
        let help = "Plans shifts, and may offer them at once; for leads.";
        self.post("/shifts", "addShifts", help, Agents)
            .takes::<shifts::AddShifts>()
            .gives::<shifts::AddedShifts>(201);
        let help = "Offers a planned shift; for leads.";
        self.post("/shifts/{id}/publish", "publishShift", help, Agents).nothing();
        let help = "Takes a shift: every rule is checked, and a refusal says which.";
        self.post("/shifts/{id}/claim", "claimShift", help, Agents).nothing();
        let help = "Gives one's own shift back before it begins.";
        self.post("/shifts/{id}/release", "releaseShift", help, Agents).nothing();
        let help = "Takes a shift back from whoever has it; for leads.";
        self.post("/shifts/{id}/cancel", "cancelShift", help, Agents)
            .takes::<shifts::CancelShift>()
            .nothing();
        let help = "Says what is paid of a shift that is over; for leads.";
        self.post("/shifts/{id}/correct", "correctShift", help, Agents)
            .takes::<shifts::CorrectShift>()
            .nothing();
        let help = "Tells whether one may apply for shifts.";
        self.get("/join", "joining", help, Who::Anybody).gives::<wire::Joining>(200);
        let help = "Applies for shifts; a person decides.";
        self.post("/join", "apply", help, Who::Anybody).takes::<join::Apply>().nothing();
        let help = "Lets people apply, or no more; for owners.";
        self.put("/join", "takeApplications", help, Agents).takes::<join::Opening>().nothing();
        let help = "Lists applications, those that wait first; for owners.";
        self.get("/applications", "listApplications", help, Agents)
            .gives::<ListOf<wire::Application>>(200);
        let help = "Takes an applicant: an agent who takes shifts; for owners.";
        self.post("/applications/{id}/accept", "acceptApplication", help, Agents)
            .takes::<join::Accept>()
            .nothing();
        let help = "Tells an applicant no, and why; for owners.";
        self.post("/applications/{id}/refuse", "refuseApplication", help, Agents)
            .takes::<join::RefuseApplication>()
            .nothing();
        let help = "Shows what the next two weeks need, and who is there; for leads.";
        self.get("/plan", "showPlan", help, Agents).gives::<wire::Plan>(200);
        let help = "Sets what the desk wants of the people who answer; for leads.";
        self.put("/staffing", "setStaffing", help, Agents)
            .takes::<wire::Staffing>()
            .gives::<wire::Staffing>(200);
        self.get("/workers", "listWorkers", "Lists who takes shifts; for leads.", Agents)
            .gives::<ListOf<wire::Worker>>(200);
        let help = "Sets the terms on which an agent takes shifts; for leads.";
        self.put("/workers/{id}", "setWorker", help, Agents)
            .takes::<shifts::SetWorker>()
            .gives::<wire::Worker>(200);
        let help = "Shows what shifts that are over are paid: one's own, or for leads all.";
        self.get("/pay", "showPay", help, Agents)
            .query::<shifts::Paying>()
            .gives::<wire::PayStatement>(200);
        self.get("/pay.csv", "payTable", "The same as a table.", Agents)
            .query::<shifts::Paying>()
            .gives_file();
    }

    fn knowledge(&mut self) {
        use Who::Agents;
        self.get("/topics", "listTopics", "Lists the topics.", Agents)
            .gives::<ListOf<wire::Topic>>(200);
        self.post("/topics", "addTopic", "Adds a topic; it is off.", Agents)
            .takes::<knowledge::NewTopic>()
            .gives::<wire::Topic>(201);
        self.post("/topics/retrain", "retrain", "Learns the topics anew, now.", Agents)
            .gives::<wire::Retrained>(200);
        self.post("/topics/test", "testSentence", "Tells what a sentence would lead to.", Agents)
            .takes::<knowledge::Trying>()
            .gives::<wire::TopicTest>(200);
        self.get("/topics/{id}", "openTopic", "Gives a topic.", Agents).gives::<wire::Topic>(200);
        self.patch("/topics/{id}", "changeTopic", "Changes a topic.", Agents)
            .takes::<knowledge::ChangedTopic>()
            .gives::<wire::Topic>(200);
        self.put("/topics/{id}/level", "setLevel", "Sets a level by hand, with a reason.", Agents)
            .takes::<knowledge::SetLevel>()
            .gives::<wire::Topic>(200);
        self.get("/topics/{id}/examples", "listExamples", "Lists what teaches a topic.", Agents)
            .gives::<ListOf<wire::Example>>(200);
        self.post("/topics/{id}/examples", "addExample", "Adds an example sentence.", Agents)
            .takes::<knowledge::NewExample>()
            .gives::<wire::Example>(201);
        let example = "/topics/{id}/examples/{example}";
        self.delete(example, "deleteExample", "Deletes an example sentence.", Agents).nothing();
        self.get("/articles", "listArticles", "Lists the articles.", Agents)
            .query::<knowledge::ListingArticles>()
            .gives::<ListOf<wire::ArticleSummary>>(200);
        self.post("/articles", "addArticle", "Adds an article, unpublished.", Agents)
            .takes::<knowledge::WrittenArticle>()
            .gives::<wire::Article>(201);
        self.post(
            "/articles/preview",
            "previewArticle",
            "Shows Markdown as customers see it.",
            Agents,
        )
        .takes::<knowledge::Previewing>()
        .gives::<wire::Preview>(200);
        self.get("/articles/{id}", "openArticle", "Gives an article.", Agents)
            .gives::<wire::Article>(200);
        self.put(
            "/articles/{id}",
            "changeArticle",
            "Changes an article read at a version.",
            Agents,
        )
        .takes::<knowledge::WrittenArticle>()
        .gives::<wire::Article>(200);
        self.delete("/articles/{id}", "deleteArticle", "Deletes an article.", Agents).nothing();
        self.post("/articles/{id}/publish", "publishArticle", "Publishes it.", Agents)
            .gives::<wire::Article>(200);
        self.post("/articles/{id}/unpublish", "unpublishArticle", "Takes it back.", Agents)
            .gives::<wire::Article>(200);
    }

    fn widget(&mut self) {
        use Who::{Anybody, Customers};
        self.get("/widget/config", "widgetConfig", "Tells what the widget shows first.", Anybody)
            .query::<widget::Configuring>()
            .gives::<wire::WidgetConfig>(200);
        self.post("/widget/session", "welcome", "Begins a customer's session.", Anybody)
            .takes::<widget::Coming>()
            .gives::<wire::WidgetSession>(201);
        self.get("/widget/conversations", "ownConversations", "Lists one's own.", Customers)
            .query::<widget::Listing>()
            .gives::<ListOf<wire::WidgetConversation>>(200);
        self.post("/widget/conversations", "ask", "Begins a conversation.", Customers)
            .takes::<widget::Writing>()
            .gives::<wire::WidgetThread>(200)
            .gives::<wire::WidgetThread>(201);
        let one = "/widget/conversations/{id}";
        self.get(one, "openOwn", "Gives one's own conversation.", Customers)
            .gives::<wire::WidgetThread>(200);
        let messages = "/widget/conversations/{id}/messages";
        self.post(messages, "say", "Says something more.", Customers)
            .takes::<widget::Writing>()
            .gives::<wire::WidgetMessage>(200)
            .gives::<wire::WidgetMessage>(201);
        let person = "/widget/conversations/{id}/person";
        self.post(person, "askForPerson", "A person, please; at any time.", Customers)
            .gives::<wire::WidgetConversation>(200);
        let place = "/widget/conversations/{id}/place";
        self.get(place, "place", "Tells the place in the queue.", Customers)
            .gives::<wire::Place>(200);
        let typing = "/widget/conversations/{id}/typing";
        self.post(typing, "customerTyping", "Tells that one writes.", Customers).nothing();
        let survey = "/widget/conversations/{id}/survey";
        self.post(survey, "judge", "Judges a closed conversation, once.", Customers)
            .takes::<widget::Judging>()
            .gives::<wire::WidgetConversation>(200);
        let close = "/widget/conversations/{id}/close";
        self.post(close, "closeOwn", "Says that it is done.", Customers)
            .gives::<wire::WidgetConversation>(200);
        self.get("/widget/events", "customerEvents", "Tells a customer every change.", Customers)
            .query::<stream::From>()
            .streams();
    }

    fn document(mut self) -> Value {
        for event in [
            self.given.subschema_for::<stream::Seq>(),
            self.given.subschema_for::<stream::Change>(),
            self.given.subschema_for::<stream::Writes>(),
            self.given.subschema_for::<wire::WebhookEvent>(),
            self.given.subschema_for::<problem::Body<'static>>(),
        ] {
            debug_assert!(event.get("$ref").is_some(), "shapes are shared by name");
        }
        let mut schemas = self.given.take_definitions(true);
        schemas.extend(self.taken.take_definitions(true));
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Evenkeel",
                "version": env!("CARGO_PKG_VERSION"),
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
                "description": DESCRIPTION,
            },
            "servers": [{ "url": "/api/v1" }],
            "paths": self.paths,
            "components": {
                "schemas": schemas,
                "parameters": { "IdempotencyKey": {
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": "The same key with the same request is carried out once.",
                    "schema": { "type": "string", "minLength": 1 },
                } },
                "securitySchemes": {
                    "agent": { "type": "http", "scheme": "bearer",
                        "description": "The token of POST /session, or its cookie." },
                    "customer": { "type": "http", "scheme": "bearer",
                        "description": "The token of POST /widget/session." },
                },
                "responses": { "Problem": {
                    "description": "What happened and what to do next (RFC 9457).",
                    "content": { "application/problem+json": {
                        "schema": { "$ref": "#/components/schemas/Problem" },
                    } },
                } },
            },
        })
    }

    fn get(&mut self, path: &'static str, id: &str, summary: &str, who: Who) -> Operation<'_> {
        self.operation("get", path, id, summary, who)
    }

    fn post(&mut self, path: &'static str, id: &str, summary: &str, who: Who) -> Operation<'_> {
        self.operation("post", path, id, summary, who)
    }

    fn put(&mut self, path: &'static str, id: &str, summary: &str, who: Who) -> Operation<'_> {
        self.operation("put", path, id, summary, who)
    }

    fn patch(&mut self, path: &'static str, id: &str, summary: &str, who: Who) -> Operation<'_> {
        self.operation("patch", path, id, summary, who)
    }

    fn delete(&mut self, path: &'static str, id: &str, summary: &str, who: Who) -> Operation<'_> {
        self.operation("delete", path, id, summary, who)
    }

    fn operation(
        &mut self,
        method: &'static str,
        path: &'static str,
        id: &str,
        summary: &str,
        who: Who,
    ) -> Operation<'_> {
        let security = match who {
            Who::Anybody => json!([]),
            Who::Agents => json!([{ "agent": [] }]),
            Who::Customers => json!([{ "customer": [] }]),
            Who::Both => json!([{ "agent": [] }, { "customer": [] }]),
        };
        let mut parameters: Vec<Value> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .map(|name| {
                json!({ "name": name, "in": "path", "required": true,
                    "schema": { "type": "string" } })
            })
            .collect();
        if method != "get" && who != Who::Anybody {
            parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
        }
        let value = json!({
            "operationId": id,
            "summary": summary,
            "security": security,
            "parameters": parameters,
            "responses": { "default": { "$ref": "#/components/responses/Problem" } },
        });
        Operation { api: self, method, path, value }
    }
}

const DESCRIPTION: &str = "Times are RFC 3339 in UTC. A list is read page by page with \
    `next_cursor`. Unknown fields are refused. An event stream begins with `hello` (EventHello), \
    then tells `change` (EventChange), `typing` (EventTyping) and, when too much was missed, \
    `resync` (EventHello): fetch everything afresh. Its `id` is the journal's number, to be sent \
    back as `Last-Event-ID`.";

impl Operation<'_> {
    fn takes<T: JsonSchema>(mut self) -> Self {
        let schema = self.api.taken.subschema_for::<T>();
        self.value["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        self
    }

    fn takes_file(mut self) -> Self {
        self.value["requestBody"] = json!({ "required": true, "content": { "*/*": {} } });
        self
    }

    fn query<T: JsonSchema>(mut self) -> Self {
        let schema: Schema = self.api.taken.root_schema_for::<T>();
        let required = schema.get("required").and_then(Value::as_array).cloned();
        let required = required.unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object).cloned();
        let parameters = self.value["parameters"].as_array_mut().expect("it begins as a list");
        for (name, schema) in properties.unwrap_or_default() {
            let is_required = required.iter().any(|known| known == name.as_str());
            parameters.push(
                json!({ "name": name, "in": "query", "required": is_required, "schema": schema }),
            );
        }
        self
    }

    fn gives<T: JsonSchema>(mut self, status: u16) -> Self {
        let schema = self.api.given.subschema_for::<T>();
        self.respond(status, &json!({ "application/json": { "schema": schema } }));
        self
    }

    fn gives_file(mut self) {
        self.respond(200, &json!({ "*/*": {} }));
    }

    fn nothing(mut self) {
        self.value["responses"]["204"] = json!({ "description": "Done." });
    }

    fn streams(mut self) {
        let schema = json!({ "type": "string", "description": "Server-sent events." });
        self.respond(200, &json!({ "text/event-stream": { "schema": schema } }));
    }

    fn respond(&mut self, status: u16, content: &Value) {
        let description = if status == 201 { "It is there now." } else { "As asked for." };
        self.value["responses"][status.to_string()] =
            json!({ "description": description, "content": content });
    }
}

impl Drop for Operation<'_> {
    fn drop(&mut self) {
        let path = self.api.paths.entry(self.path).or_insert_with(|| json!({}));
        path[self.method] = self.value.take();
    }
}
