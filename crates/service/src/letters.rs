//! Letters: invitations and new passwords by e-mail. A letter is a row in the commit of what it
//! tells of; it is sent afterwards, again and again until a mail server has it or refuses it.

use std::time::Duration;

use channels::{Enclosed, Mailbox, Outgoing, Paper, Post, Said, Undelivered};
use desk::{
    Actor, Agent, AgentId, Author, Conversation, ConversationId, Customer, CustomerId, Door,
    EventCode, IncomingMail, Kind, Letter, LetterId, LetterKind, LetterState, MailState as Outcome,
    Message, MessageId, MessageKind, Role, Shift, sayings,
};
use privacy::{Masked, RawText};
use store::{Change, Commit, LetterCounts, PasswordLink, Written};

use crate::{
    Caller, Clock, Result, Service, ServiceError, SignedIn,
    applications::DECIDED_DAYS,
    brain::spoken,
    house::{back_off, new_id, retry},
    secrets,
    set_up::check_password,
    shifts::zone_of,
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// An invitation's link.
const INVITATION_DAYS: i64 = 7;
/// A link to a new password.
const RESET_HOURS: i64 = 1;
/// Whoever asks for a new password again within this time is told of it by the letter before.
const RESET_AGAIN_MS: i64 = 5 * 60_000;
/// The first wait before a letter is tried again; it doubles with each try.
const RETRY_MS: i64 = 30_000;
/// The longest such wait.
const RETRY_MAX_MS: i64 = store::LETTER_PUT_OFF_MS_MAX;
/// A letter that no server has taken by then is given up.
const GIVE_UP_MS: i64 = 3 * DAY_MS;
/// A mail server has so long for a letter.
const PATIENCE: Duration = Duration::from_secs(50);
/// A customer who has the widget open sees an answer by then, and gets no letter.
const AWAY_MS: i64 = 120_000;
/// Who writes by e-mail is answered by then: what is said in one go goes out in one letter.
const SOON_MS: i64 = 5_000;
/// Files that go along with one letter, in bytes; mail servers take little more.
const ENCLOSED_BYTES_MAX: i64 = 15 * 1024 * 1024;
/// Letters of a signature in an address; the local part of one has 64 at most.
const SIGNATURE_CHARS: usize = 20;
/// Longer than two letters may take: no two nodes send the same one at once.
const LEASE_MS: i64 = 120_000;
/// Letters that are sent one after the other before it is looked again.
const AT_ONCE: usize = 20;
/// It is looked so often, or when somebody says that there is one.
const PAUSE: Duration = Duration::from_secs(5);
/// Shifts that one letter tells of.
const SHIFTS_MAX: usize = 12;
/// As many as a list shows.
const LISTED_MAX: usize = 50;

/// The mail server, and where the desk is found from outside.
#[derive(Clone)]
pub struct Mail {
    /// The server.
    pub post: Post,
    /// The desk's address, such as `https://desk.fjordhus.example`; links begin with it.
    pub public_url: String,
    /// What whoever hands mail over has to know; without it no mail comes in that way.
    pub token: Option<String>,
    /// The mailbox into which customers write.
    pub mailbox: Option<Mailbox>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Mail({:?}, {})", self.post, self.public_url)
    }
}

/// How the desk's letters are doing.
#[derive(Debug, Clone)]
pub struct MailState {
    /// The mail server's host and who letters are from; `None` where no server is named.
    pub server: Option<(String, String)>,
    /// How many there are.
    pub counts: LetterCounts,
    /// Those that have not left, the ones given up first.
    pub unsent: Vec<Letter>,
    /// The mailbox that is read, for people, and why it cannot be read at this moment.
    pub mailbox: Option<(String, Option<String>)>,
    /// Mail that came in within thirty days.
    pub incoming: Vec<(Outcome, i64)>,
    /// The latest that could not be taken in.
    pub quarantined: Vec<IncomingMail>,
}

impl MailState {
    /// How many messages in that state came in.
    #[must_use]
    pub fn n_incoming(&self, state: Outcome) -> i64 {
        self.incoming.iter().find(|(one, _)| *one == state).map_or(0, |(_, n)| *n)
    }
}

impl Service {
    /// Whether the desk can send letters.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// Whether somebody may hand mail over with this token.
    #[must_use]
    pub fn takes_mail(&self, token: &str) -> bool {
        let known = self.mail.as_ref().and_then(|mail| mail.token.as_deref());
        known.is_some_and(|known| !known.is_empty() && secrets::same(known, token))
    }

    /// How letters are doing.
    ///
    /// # Errors
    /// `Forbidden` for others than owners.
    pub async fn mail_state(&self, caller: &Caller) -> Result<MailState> {
        caller.at_least(Role::Owner)?;
        let server = self.mail.as_ref();
        Ok(MailState {
            server: server.map(|mail| (mail.post.host().to_owned(), mail.post.from())),
            counts: self.store.letter_counts().await?,
            unsent: self.store.unsent_letters(LISTED_MAX).await?,
            mailbox: server
                .and_then(|mail| mail.mailbox.as_ref())
                .map(|mailbox| (mailbox.name(), self.mailbox_fault())),
            incoming: self.store.incoming_mail_counts(Clock::real().plus_ms(-30 * DAY_MS)).await?,
            quarantined: self.store.quarantined_mail(LISTED_MAX).await?,
        })
    }

    /// An owner has a letter tried again that was given up.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`; `Conflict` where it was not given up, or there is no mail server.
    pub async fn retry_letter(&self, caller: &Caller, id: LetterId) -> Result<()> {
        caller.at_least(Role::Owner)?;
        self.needs_mail()?;
        let letter = self.store.letter(id).await?.ok_or(NOT_FOUND)?;
        if letter.state != LetterState::Failed {
            return Err(ServiceError::Conflict {
                detail: "This letter was not given up.".to_owned(),
                hint: "Look at the list again.",
            });
        }
        let mut commit = self.begin(caller);
        commit.push(Change::ReviveLetter(id, Clock::real()));
        self.commit(caller, commit).await?;
        self.letters.notify_one();
        Ok(())
    }

    /// A letter that invites an agent of the same commit.
    pub(crate) fn invite(&self, commit: &mut Commit, by: &Agent, agent: &Agent) -> Result<()> {
        self.needs_mail()?;
        let fact = format!("invitation/{}", agent.id);
        commit.push(with_password(LetterKind::Invitation, fact, agent, by));
        Ok(())
    }

    /// An owner invites an agent once more, who has not come yet or lost the letter.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`; `Conflict` where they are disabled, or there is no mail server.
    pub async fn invite_again(&self, caller: &Caller, id: AgentId) -> Result<()> {
        let by = caller.at_least(Role::Owner)?.clone();
        self.needs_mail()?;
        let agent = self.agent(caller, id).await?;
        if agent.is_disabled {
            return Err(ServiceError::Conflict {
                detail: "This agent is disabled.".to_owned(),
                hint: "Enable them first.",
            });
        }
        let mut commit = self.begin(caller);
        let fact = format!("invitation/{}/{}", agent.id, new_id());
        commit.push(with_password(LetterKind::Invitation, fact, &agent, &by));
        self.commit(caller, commit).await?;
        self.letters.notify_one();
        Ok(())
    }

    /// Somebody says that they have forgotten the password of this address. Nobody is told whether
    /// there is such an agent.
    ///
    /// # Errors
    /// `Conflict` where there is no mail server.
    pub async fn forgot_password(&self, email: &str) -> Result<()> {
        self.needs_mail()?;
        let email = email.trim().to_lowercase();
        let agent = self.store.agent_by_email(email).await?.filter(|agent| !agent.is_disabled);
        let Some(agent) = agent else { return Ok(()) };
        let mut commit = Commit::new(self.now(), Actor::System);
        let now = Clock::real().0.div_euclid(RESET_AGAIN_MS);
        let fact = format!("reset/{}/{now}", agent.id);
        commit.push(with_password(LetterKind::Reset, fact, &agent, &agent));
        self.store.commit(commit).await?;
        self.letters.notify_one();
        Ok(())
    }

    /// Whoever holds the link of a letter chooses a password; the link, and all others of this
    /// agent, are worth nothing afterwards, and their sessions end.
    ///
    /// # Errors
    /// `Invalid` for a password that is none; `Unauthenticated` where the link has ended or was used.
    pub async fn choose_password(&self, token: &str, password: String) -> Result<SignedIn> {
        check_password(&password)?;
        let hash = secrets::token_hash(token);
        let ended = || ServiceError::Unauthenticated {
            detail: "This link has ended, or was used.",
            hint: "Ask for a new one on the sign-in page, or ask an owner to invite you again.",
        };
        // Nobody makes the desk hash passwords with links that are none.
        self.store.password_link(hash.clone(), Clock::real()).await?.ok_or_else(ended)?;
        let password_hash = secrets::hash_password(password).await?;
        let agent = retry(|| async {
            let id = self.store.password_link(hash.clone(), Clock::real()).await?;
            let id = id.ok_or_else(ended)?;
            let found = self.store.agent(id).await?;
            let found = found.filter(|agent| !agent.is_disabled).ok_or_else(ended)?;
            let agent = Agent { password_hash: password_hash.clone(), ..found };
            let mut commit = Commit::new(self.now(), Actor::Agent(id));
            commit.change(Kind::AgentChanged, agent.clone());
            commit.push(Change::DropPasswordLinks(id));
            commit.push(Change::DeleteSessionsOf(store::SessionSubject::Agent(id)));
            self.store.commit(commit).await?;
            Ok(Agent { version: agent.version + 1, ..agent })
        })
        .await?;
        self.start_session(agent).await
    }

    /// Sends what is to be sent, for as long as the desk is at work.
    pub(crate) fn start_letters(&self) {
        let Some(mail) = self.mail.clone() else { return };
        let service = self.clone();
        tokio::spawn(async move {
            loop {
                match service.send_letters(&mail).await {
                    Ok(AT_ONCE) => continue,
                    Ok(_) => {}
                    Err(error) => tracing::error!(%error, "letters could not be sent"),
                }
                tokio::select! {
                    () = service.letters.notified() => {}
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        });
    }

    /// How many were tried.
    async fn send_letters(&self, mail: &Mail) -> Result<usize> {
        let now = Clock::real();
        let due = self.store.claim_letters(now, now.plus_ms(LEASE_MS), AT_ONCE).await?;
        for letter in &due {
            self.send_letter(mail, letter).await?;
            // The lease is for all of them.
            if Clock::real().ms_since(now) > LEASE_MS / 2 {
                break;
            }
        }
        Ok(due.len())
    }

    async fn send_letter(&self, mail: &Mail, letter: &Letter) -> Result<()> {
        let now = Clock::real();
        let mut commit = Commit::new(self.now(), Actor::System);
        let finish =
            |at, state, failure| Change::FinishLetter { id: letter.id, at, state, failure };
        let Some(written) = self.written(mail, letter).await? else {
            commit.push(finish(now, LetterState::Dropped, None));
            self.store.commit(commit).await?;
            return Ok(());
        };
        let id = letter.id.to_string();
        let thread = letter.conversation_id.map(|id| format!("conversation-{id}"));
        let outgoing = Outgoing {
            reply_to: written.reply_to.as_deref(),
            thread: thread.as_deref(),
            answers: written.answers.as_deref(),
            enclosed: &written.enclosed,
            is_generated: written.is_generated,
            ..Outgoing::new(&id, &letter.recipient, &written.paper)
        };
        let sent = match tokio::time::timeout(PATIENCE, mail.post.send(&outgoing)).await {
            Ok(sent) => sent,
            Err(_) => Err(Undelivered::Later("the mail server does not answer".to_owned())),
        };
        let now = Clock::real();
        match sent {
            Ok(()) => {
                commit.push(finish(now, LetterState::Sent, None));
                commit.changes.extend(written.tells_of.map(|(id, n)| Change::MarkSeen(id, n)));
            }
            Err(Undelivered::Later(failure)) if now.ms_since(letter.created_at) < GIVE_UP_MS => {
                tracing::warn!(letter = %letter.id, failure, "a letter has to wait");
                let due_at = now.plus_ms(back_off(RETRY_MS, letter.n_attempts, RETRY_MAX_MS));
                commit.push(Change::RetryLetter { id: letter.id, due_at, failure });
            }
            Err(Undelivered::Later(failure)) => {
                return self.did_not_arrive(letter, &failure, false).await;
            }
            Err(Undelivered::Never(failure)) => {
                return self.did_not_arrive(letter, &failure, true).await;
            }
        }
        self.store.commit(commit).await?;
        Ok(())
    }

    /// A letter did not and will not arrive. What it told a customer, an agent has to tell otherwise:
    /// a note says so. Nothing more is sent to an address that is none.
    pub(crate) async fn did_not_arrive(
        &self,
        letter: &Letter,
        failure: &str,
        is_final: bool,
    ) -> Result<()> {
        tracing::error!(letter = %letter.id, failure, "a letter did not arrive");
        retry(|| async {
            let mut commit = Commit::new(self.now(), Actor::System);
            commit.push(Change::FinishLetter {
                id: letter.id,
                at: Clock::real(),
                state: LetterState::Failed,
                failure: Some(failure.to_owned()),
            });
            let thread = match letter.conversation_id {
                Some(id) => self.store.thread(id).await?,
                None => None,
            };
            if let Some(thread) = thread {
                let mut conversation = thread.listed.conversation;
                // A conversation that is full has no room for it; the settings show the letter.
                if let Ok(position) = conversation.next_position() {
                    let words = format!(
                        "The letter to {} did not arrive. The mail server says: {failure}",
                        letter.recipient
                    );
                    commit.add(Kind::MessageAdded, note(&conversation, position, words, commit.at));
                    conversation.updated_at = commit.at;
                    commit.change(Kind::ConversationChanged, conversation);
                }
                let customer = thread.customer;
                if is_final && address_of(&customer) == Some(letter.recipient.as_str()) {
                    let customer = Customer { has_verified_email: false, ..customer };
                    commit.change(Kind::CustomerChanged, customer);
                }
            }
            self.store.commit(commit).await?;
            Ok(())
        })
        .await
    }

    /// What a letter says now; `None` where it is not needed any more.
    async fn written(&self, mail: &Mail, letter: &Letter) -> Result<Option<Words>> {
        match letter.kind {
            LetterKind::Invitation => self.with_link(mail, letter, INVITATION_DAYS * 24).await,
            LetterKind::Reset => self.with_link(mail, letter, RESET_HOURS).await,
            LetterKind::Answer => self.unread(mail, letter).await,
            LetterKind::ShiftsOpen => self.offered(mail, letter).await,
            LetterKind::ApplicationTaken | LetterKind::ApplicationRefused => {
                self.to_applicant(mail, letter).await
            }
            LetterKind::ShiftTakenBack | LetterKind::ShiftSoon => self.of_shift(mail, letter).await,
        }
    }

    /// A letter with a link of its own.
    async fn with_link(&self, mail: &Mail, letter: &Letter, hours: i64) -> Result<Option<Words>> {
        let settings = self.settings()?;
        let name = settings.name.as_str();
        let Some(agent) = self.recipient(letter).await? else { return Ok(None) };
        let token = secrets::token();
        let mut commit = Commit::new(self.now(), Actor::System);
        commit.push(Change::KeepPasswordLink(PasswordLink {
            letter_id: letter.id,
            agent_id: agent.id,
            token_hash: secrets::token_hash(&token),
            expires_at: Clock::real().plus_ms(hours * HOUR_MS),
        }));
        self.store.commit(commit).await?;
        let link = format!("{}/password#token={token}", mail.public_url);
        let paper = match letter.kind {
            LetterKind::Invitation => {
                channels::invitation(name, letter.sender.as_str(), &link, INVITATION_DAYS)
            }
            _ => channels::reset(name, &link, RESET_HOURS),
        };
        Ok(Some(Words { paper, ..Words::default() }))
    }

    /// The shifts that a worker may take by now.
    async fn offered(&self, mail: &Mail, letter: &Letter) -> Result<Option<Words>> {
        let Some(agent) = self.recipient(letter).await? else { return Ok(None) };
        let Some((worker, offers)) = self.takeable(agent.id).await? else { return Ok(None) };
        if offers.is_empty() {
            return Ok(None);
        }
        let zone = zone_of(&worker)?;
        let mut lines: Vec<String> = Vec::new();
        for offer in offers.iter().take(SHIFTS_MAX) {
            let Shift { starts_at, ends_at, reason, .. } = &offer.shift;
            let (from, until) = (zone.words(starts_at.0), zone.words(ends_at.0));
            let until = until.rsplit(' ').next().unwrap_or(&until).to_owned();
            lines.push(format!("{from} to {until}. {reason}"));
        }
        let more = offers.len() - lines.len();
        if more > 0 {
            lines.push(format!("And {more} more."));
        }
        let settings = self.settings()?;
        let link = format!("{}/shifts", mail.public_url);
        let paper = channels::shifts_open(settings.name.as_str(), &lines, &link);
        Ok(Some(Words { paper, ..Words::default() }))
    }

    /// A shift that its worker has no more, or that begins soon; the letter's fact names it.
    async fn of_shift(&self, mail: &Mail, letter: &Letter) -> Result<Option<Words>> {
        let Some(agent) = self.recipient(letter).await? else { return Ok(None) };
        let id = letter.fact.split('/').nth(1).and_then(|id| id.parse().ok());
        let Some(id) = id else { return Ok(None) };
        let shift = self.shift(id).await?;
        let Some(worker) = self.store.worker(agent.id).await? else { return Ok(None) };
        let settings = self.settings()?;
        let name = settings.name.as_str();
        let zone = zone_of(&worker)?;
        let when = zone.words(shift.starts_at.0);
        let link = format!("{}/shifts", mail.public_url);
        let is_theirs = shift.agent_id == Some(agent.id);
        let paper = match (letter.kind, &shift.cancelled) {
            (LetterKind::ShiftTakenBack, Some((at, why))) => {
                let is_paid = shift.starts_at.0 - at.0 < workforce::NOTICE_MS;
                channels::shift_taken_back(name, &when, why.as_str(), is_paid, &link)
            }
            (LetterKind::ShiftSoon, None) if is_theirs && shift.starts_at > self.now() => {
                channels::shift_soon(name, &when, &link)
            }
            _ => return Ok(None),
        };
        Ok(Some(Words { paper, ..Words::default() }))
    }

    /// What somebody is told who has applied; the letter's fact names it.
    async fn to_applicant(&self, mail: &Mail, letter: &Letter) -> Result<Option<Words>> {
        let id = letter.fact.split('/').nth(1).and_then(|id| id.parse().ok());
        let Some(id) = id else { return Ok(None) };
        let Some(application) = self.store.application(id).await? else { return Ok(None) };
        let settings = self.settings()?;
        let name = settings.name.as_str();
        let link = format!("{}/join", mail.public_url);
        let paper = match (letter.kind, &application.decision) {
            (LetterKind::ApplicationTaken, None) => {
                channels::application_taken(name, DECIDED_DAYS, &link)
            }
            (LetterKind::ApplicationRefused, Some(decision)) => {
                channels::application_refused(name, decision.reason.as_str(), &link)
            }
            _ => return Ok(None),
        };
        Ok(Some(Words { paper, ..Words::default() }))
    }

    /// The agent whom a letter is about, unless they may not sign in any more.
    async fn recipient(&self, letter: &Letter) -> Result<Option<Agent>> {
        let Some(id) = letter.agent_id else { return Ok(None) };
        Ok(self.store.agent(id).await?.filter(|agent| !agent.is_disabled))
    }

    /// What a customer has not been given in the widget or by an earlier letter.
    async fn unread(&self, mail: &Mail, letter: &Letter) -> Result<Option<Words>> {
        let Some(id) = letter.conversation_id else { return Ok(None) };
        let seen = self.store.seen(id).await?;
        let Some(thread) = self.store.thread(id).await? else { return Ok(None) };
        // Another address by now: whoever had this one is not to read it.
        if address_of(&thread.customer) != Some(letter.recipient.as_str()) {
            return Ok(None);
        }
        let conversation = &thread.listed.conversation;
        let language = spoken(conversation.language.as_deref());
        let settings = self.settings()?;
        let frame = sayings::letter_frame(language, &settings.name, conversation.number);
        let unread = told(&thread.messages, seen);
        let Some(last) = unread.last() else { return Ok(None) };
        let tells_of = Some((id, last.message.position));
        let is_generated = unread.iter().any(|one| one.message.is_generated);
        let enclosed = self.enclosed(&unread).await?;
        let said = |one: &&Written| {
            let message = &one.message;
            let who = match message.author {
                Author::Assistant => frame.ai.to_owned(),
                Author::System => settings.name.to_string(),
                _ => one.author_name.as_ref().map_or_else(String::new, ToString::to_string),
            };
            let mut words = message.text.as_str().to_owned();
            for file in &message.files {
                words.push_str(if words.is_empty() { "" } else { "\n" });
                words.push_str(file.name.as_str());
            }
            let choices = message.choices.iter().map(ToString::to_string).collect();
            Said { who, words, choices }
        };
        let unread: Vec<Said> = unread.iter().map(said).collect();
        // In the thread that the customer began, under their own subject.
        let began_by_mail =
            thread.messages.first().is_some_and(|one| one.message.door != Door::Chat);
        let (subject, begins) = match began_by_mail {
            true => (format!("Re: {}", conversation.subject), ""),
            false => (frame.subject.clone(), frame.begins),
        };
        let paper = channels::answer(language, &subject, (begins, frame.ends), &unread);
        let mark = self.reply_mark(conversation)?;
        let reply_to = Some(mail.post.plus_address(&mark));
        let answers = self.store.last_mail_of(id).await?.and_then(|mail| mail.message_id);
        Ok(Some(Words { paper, reply_to, tells_of, is_generated, answers, enclosed }))
    }

    /// The files of what is told, as many as a letter holds.
    async fn enclosed(&self, told: &[&Written]) -> Result<Vec<Enclosed>> {
        let (mut enclosed, mut room) = (Vec::new(), ENCLOSED_BYTES_MAX);
        for file in told.iter().flat_map(|one| &one.message.files) {
            room -= file.n_bytes;
            if room < 0 {
                break;
            }
            if let Some(stored) = self.store.file(file.id).await? {
                enclosed.push(Enclosed {
                    name: stored.file.name.to_string(),
                    content_type: stored.file.content_type,
                    content: stored.content,
                });
            }
        }
        Ok(enclosed)
    }

    /// What stands in the address to which a customer answers: the conversation's number, and a
    /// signature without which nobody gets into it.
    pub(crate) fn reply_mark(&self, conversation: &Conversation) -> Result<String> {
        let settings = self.settings()?;
        let id = conversation.id.to_string();
        let key = &settings.fingerprint_key;
        let signature = secrets::keyed_hash(key, &[b"letters to ", id.as_bytes()]);
        Ok(format!("{}.{}", conversation.number, &signature[..SIGNATURE_CHARS]))
    }

    /// A letter about what is written to a customer: at once where they came by e-mail, else in case
    /// that they do not see it in the widget.
    pub(crate) fn write_to(
        &self,
        commit: &mut Commit,
        customer: &Customer,
        (conversation_id, door): (ConversationId, Door),
        fact: String,
    ) {
        let Some(address) = address_of(customer).filter(|_| self.sends_mail()) else { return };
        let letter = letter(LetterKind::Answer, fact, address);
        let wait = if door == Door::Chat { AWAY_MS } else { SOON_MS };
        commit.push(Change::AddLetter(Letter {
            conversation_id: Some(conversation_id),
            due_at: letter.due_at.plus_ms(wait),
            ..letter
        }));
    }

    /// The customer's widget was given a conversation's messages up to this one.
    pub async fn was_given(&self, customer: CustomerId, id: ConversationId, position: i64) {
        if !self.sends_mail() {
            return;
        }
        let marked = async {
            let customer = self.store.customer(customer).await?;
            let has_letters = customer.as_ref().is_some_and(|one| address_of(one).is_some());
            if has_letters && self.store.seen(id).await? < position {
                let mut commit = Commit::new(self.now(), Actor::System);
                commit.push(Change::MarkSeen(id, position));
                self.store.commit(commit).await?;
            }
            Ok::<_, ServiceError>(())
        };
        if let Err(error) = marked.await {
            tracing::warn!(%error, "a letter may tell what was seen already");
        }
    }

    pub(crate) fn needs_mail(&self) -> Result<&Mail> {
        self.mail.as_ref().ok_or_else(|| ServiceError::Conflict {
            detail: "This desk has no mail server.".to_owned(),
            hint: "Name one with --smtp-url, --mail-from and --public-url, or ask an owner for a \
                   password.",
        })
    }
}

/// What is sent.
#[derive(Default)]
struct Words {
    paper: Paper,
    reply_to: Option<String>,
    /// The customer knows the conversation up to here afterwards.
    tells_of: Option<(ConversationId, i64)>,
    is_generated: bool,
    /// The Message-ID of the customer's last e-mail.
    answers: Option<String>,
    enclosed: Vec<Enclosed>,
}

/// The address to which letters may go: one that the site has signed, or that they wrote from.
pub(crate) fn address_of(customer: &Customer) -> Option<&str> {
    let email = customer.email.as_ref().filter(|_| customer.has_verified_email)?;
    Some(email.as_str())
}

/// Through which door the customer came last.
pub(crate) fn last_door(messages: &[Written]) -> Door {
    let mut messages = messages.iter().rev().map(|written| &written.message);
    let last = messages.find(|message| matches!(message.author, Author::Customer(_)));
    last.map_or(Door::Chat, |message| message.door)
}

/// What a letter tells of: answers after this position, the notice that AI writes if it does, and a
/// receipt that no answer followed.
fn told(messages: &[Written], seen: i64) -> Vec<&Written> {
    let is_answer = |message: &Message| {
        message.kind == MessageKind::Text
            && matches!(message.author, Author::Assistant | Author::Agent(_))
    };
    let unread = || messages.iter().filter(|one| one.message.position > seen);
    let last_answer = unread().map(|one| &one.message).rfind(|one| is_answer(one));
    let last_answer = last_answer.map_or(0, |message| message.position);
    let has_ai = unread().any(|one| one.message.author == Author::Assistant);
    unread()
        .filter(|one| match one.message.code {
            Some(EventCode::AiNotice) => has_ai,
            Some(EventCode::Receipt) => one.message.position > last_answer,
            _ => is_answer(&one.message),
        })
        .collect()
}

/// A line for agents, written by the desk itself.
fn note(conversation: &Conversation, position: i64, words: String, at: desk::Time) -> Message {
    Message::new(
        MessageId(new_id()),
        conversation.id,
        position,
        Author::System,
        MessageKind::Note,
        RawText::from(words).mask(),
        at,
    )
}

const NOT_FOUND: ServiceError = ServiceError::NotFound { what: "letter" };

/// A letter that is due now.
pub(crate) fn letter(kind: LetterKind, fact: String, recipient: &str) -> Letter {
    let now = Clock::real();
    Letter {
        id: LetterId(new_id()),
        fact,
        kind,
        recipient: recipient.to_owned(),
        agent_id: None,
        conversation_id: None,
        sender: Masked::default(),
        state: LetterState::Waiting,
        n_attempts: 0,
        due_at: now,
        failure: None,
        created_at: now,
        finished_at: None,
    }
}

/// A letter with a link to a password, which somebody caused.
fn with_password(kind: LetterKind, fact: String, to: &Agent, by: &Agent) -> Change {
    Change::AddLetter(Letter {
        agent_id: Some(to.id),
        sender: by.name.clone(),
        ..letter(kind, fact, to.email.as_str())
    })
}
