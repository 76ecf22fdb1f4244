//! The first run, and signing in and out.

use std::sync::{Arc, atomic::Ordering};

use desk::{
    Actor, Agent, AgentId, DeskId, DeskSettings, Inbox, InboxId, InboxKind, Kind, Presence, Role,
    Time, limits,
};
use privacy::{Masked, RawText};
use store::{Change, Commit, CommitError, Session, SessionSubject};

use crate::{
    Caller, Clock, Result, Service, ServiceError,
    house::{new_id, retry},
    incoming::required,
    secrets,
};

/// What the first person tells.
#[derive(Debug, Clone)]
pub struct FirstRun {
    /// The company's name.
    pub desk_name: RawText,
    /// Their own.
    pub name: RawText,
    /// Their address, to sign in with.
    pub email: RawText,
    /// Their password.
    pub password: String,
    /// A demo: simulated customers write here.
    pub is_demo: bool,
}

/// Somebody is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session's token; told once.
    pub token: String,
    /// In real time.
    pub expires_at: Time,
    /// Who.
    pub agent: Agent,
}

impl Service {
    /// Whether this desk has no owner yet; it may hold imported topics and articles.
    #[must_use]
    pub fn needs_set_up(&self) -> bool {
        !self.has_owner.load(Ordering::Relaxed)
    }

    /// The key of the set-up link, which only the person who started the program can see.
    #[must_use]
    pub fn setup_key(&self) -> Arc<String> {
        Arc::clone(&self.setup_key)
    }

    /// Whether that is the key of the set-up link.
    #[must_use]
    pub fn is_setup_key(&self, key: &str) -> bool {
        secrets::same(key, &self.setup_key)
    }

    /// The first run: desk, web inbox, owner.
    ///
    /// # Errors
    /// `Conflict` when the desk is set up already; `Invalid`, `TooLong`.
    pub async fn set_up(&self, first: FirstRun) -> Result<SignedIn> {
        let done = || ServiceError::Conflict {
            detail: "This desk is set up already.".to_owned(),
            hint: "Sign in, or ask an owner for an account.",
        };
        if !self.needs_set_up() {
            return Err(done());
        }
        let desk_name = required("desk_name", first.desk_name, limits::NAME_CHARS_MAX)?;
        let owner = self
            .new_agent(first.name, first.email, &first.password, Role::Owner, Presence::Available)
            .await?;
        let mut commit = Commit::new(self.now(), Actor::Agent(owner.id));
        commit.add(Kind::AgentAdded, owner.clone());
        commit.push(Change::NotePresence(owner.id, Presence::Available, commit.at));
        match self.settings() {
            // What `import` opened gets its name and its owner now.
            Ok(settings) => {
                let mut desk = (*settings).clone();
                desk.name = desk_name;
                commit.change(Kind::DeskChanged, desk);
            }
            Err(_) => self.open_desk(&mut commit, desk_name, first.is_demo),
        }
        // Of two at once, the first takes it: here, and on all nodes together.
        commit.push(Change::Remember(store::Remembered {
            scope: "desk".to_owned(),
            key: "set-up".to_owned(),
            fingerprint: String::new(),
            at: Clock::real(),
        }));
        if self.has_owner.swap(true, Ordering::Relaxed) {
            return Err(done());
        }
        if let Err(error) = self.store.commit(commit).await {
            let is_late = error == CommitError::Repeated;
            self.has_owner.store(is_late, Ordering::Relaxed);
            return Err(if is_late { done() } else { error.into() });
        }
        self.reload_settings().await?;
        self.start_session(owner).await
    }

    /// A desk without people yet, as `import` into an empty folder needs it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_up_without_owner(&self, name: &str) -> Result<()> {
        if self.settings().is_ok() {
            return Ok(());
        }
        let mut commit = Commit::new(self.now(), Actor::System);
        self.open_desk(&mut commit, Masked::own_words(name), false);
        self.store.commit(commit).await?;
        self.reload_settings().await
    }

    fn open_desk(&self, commit: &mut Commit, name: Masked, is_demo: bool) {
        commit.add(
            Kind::DeskOpened,
            DeskSettings {
                id: DeskId(new_id()),
                version: 1,
                name,
                hours: Masked::own_words("Monday to Friday, 08:00 to 18:00"),
                is_demo,
                draw_seed: secrets::random::<32>().to_vec(),
                fingerprint_key: secrets::random::<32>().to_vec(),
                trained_at: None,
                brake: None,
                reads_with: self.reading.reads_with(),
                staffing: desk::Staffing::default(),
                takes_applications: false,
            },
        );
        commit.add(Kind::InboxOpened, new_inbox(InboxKind::Web));
    }

    /// An agent who is not stored yet.
    pub(crate) async fn new_agent(
        &self,
        name: RawText,
        email: RawText,
        password: &str,
        role: Role,
        presence: Presence,
    ) -> Result<Agent> {
        let name = required("name", name, limits::NAME_CHARS_MAX)?;
        let email = email_address(email)?;
        check_password(password)?;
        Ok(Agent {
            id: AgentId(new_id()),
            version: 1,
            name,
            email,
            role,
            presence,
            is_disabled: false,
            password_hash: secrets::hash_password(password.to_owned()).await?,
            created_at: self.now(),
        })
    }

    /// An agent signs in.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for an unknown address as for a wrong password.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn> {
        let email = email.trim().to_lowercase();
        let agent = self.store.agent_by_email(email).await?.filter(|agent| !agent.is_disabled);
        let hash = agent.as_ref().map(|agent| agent.password_hash.clone());
        let fits = password.chars().count() <= limits::PASSWORD_CHARS_MAX
            && secrets::is_password(password.to_owned(), hash).await?;
        match agent {
            Some(agent) if fits => self.start_session(agent).await,
            _ => Err(ServiceError::Unauthenticated {
                detail: "The address or the password is wrong.",
                hint: "Check the address and the password, or ask an owner for a new one.",
            }),
        }
    }

    pub(crate) async fn start_session(&self, agent: Agent) -> Result<SignedIn> {
        let token = secrets::token();
        let now = Clock::real();
        let expires_at = now.plus_ms(limits::AGENT_SESSION_MS);
        let mut commit = Commit::new(self.now(), Actor::Agent(agent.id));
        commit.push(Change::AddSession(Session {
            token_hash: secrets::token_hash(&token),
            subject: SessionSubject::Agent(agent.id),
            created_at: now,
            expires_at,
        }));
        self.store.commit(commit).await?;
        Ok(SignedIn { token, expires_at, agent })
    }

    /// An agent signs out: this session ends, and they are away.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sign_out(&self, caller: &Caller, token: &str) -> Result<()> {
        retry(|| async {
            let agent = self.agent(caller, caller.agent()?.id).await?;
            let mut commit = self.begin(caller);
            commit.push(Change::DeleteSession(secrets::token_hash(token)));
            if agent.presence == Presence::Available {
                commit.push(Change::NotePresence(agent.id, Presence::Away, commit.at));
                let away = Agent { presence: Presence::Away, ..agent };
                commit.change(Kind::AgentPresence, away);
            }
            self.store.commit(commit).await?;
            Ok(())
        })
        .await
    }
}

/// An address in lower case, as far as one can tell without writing to it.
pub(crate) fn email_address(given: RawText) -> Result<Masked> {
    let email = required("email", given, limits::EMAIL_CHARS_MAX)?;
    let email = email.as_str().trim().to_lowercase();
    let is_address = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.len() > 2 && !email.contains(char::is_whitespace)
    });
    if !is_address {
        return Err(ServiceError::invalid(
            "email",
            "That is no e-mail address.",
            "Write it like name@example.com.",
        ));
    }
    Ok(Masked::own_words(email))
}

/// Long enough to be slow to guess.
pub(crate) fn check_password(password: &str) -> Result<()> {
    let n_chars = password.chars().count();
    if n_chars > limits::PASSWORD_CHARS_MAX {
        return Err(ServiceError::TooLong { field: "password", n_max: limits::PASSWORD_CHARS_MAX });
    }
    if n_chars < limits::PASSWORD_CHARS_MIN {
        return Err(ServiceError::invalid(
            "password",
            format!("It has fewer than {} characters.", limits::PASSWORD_CHARS_MIN),
            "Choose a longer one; a few words are good.",
        ));
    }
    Ok(())
}

/// A door that is not stored yet; there is one of each kind.
pub(crate) fn new_inbox(kind: InboxKind) -> Inbox {
    let (name, greeting) = match kind {
        InboxKind::Web => ("Web", "How can we help?"),
        InboxKind::Email => ("E-mail", ""),
        InboxKind::Api => ("Other ways", ""),
    };
    Inbox {
        id: InboxId(new_id()),
        version: 1,
        kind,
        name: Masked::own_words(name),
        key: kind.as_str().to_owned(),
        greeting: Masked::own_words(greeting),
        identity_secret: secrets::token(),
    }
}
