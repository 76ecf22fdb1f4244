//! People apply for shifts, and a person decides, with a reason.

use desk::{
    AgentId, Application, ApplicationId, ApplicationState, Decision, Kind, LetterKind, Presence,
    Role, limits,
};
use privacy::RawText;
use store::Change;
use workforce::Zone;

use crate::{
    Caller, Result, Service, ServiceError, WorkerTerms,
    house::{new_id, retry},
    incoming::required,
    letters::letter,
    secrets,
    set_up::email_address,
    shifts::{checked, language_tags, worker},
};

/// A person decides within so many days.
pub const DECIDED_DAYS: i64 = 5;
/// More than a desk can look at.
const OPEN_MAX: i64 = 500;
/// As many as a list shows.
const LISTED_MAX: usize = 200;

/// What somebody tells who would like to take shifts.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// Who.
    pub name: RawText,
    /// Where they are told.
    pub email: RawText,
    /// Where they are.
    pub zone: String,
    /// The languages in which they would answer.
    pub languages: Vec<String>,
    /// Hours a week that they wish for.
    pub wish_hours: i64,
    /// They study.
    pub is_student: bool,
    /// What they say of themselves.
    pub words: RawText,
    /// That what they tell is kept until it is decided, and for half a year when it is no.
    pub consents: bool,
}

impl Service {
    /// Whether people may apply at this moment.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn takes_applications(&self) -> Result<bool> {
        let takes = self.settings().is_ok_and(|settings| settings.takes_applications);
        Ok(takes && self.store.n_open_applications().await? < OPEN_MAX)
    }

    /// An owner lets people apply, or no more.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn take_applications(&self, caller: &Caller, takes: bool) -> Result<()> {
        caller.at_least(Role::Owner)?;
        retry(|| async {
            let mut desk =
                self.store.desk().await?.ok_or(ServiceError::NotFound { what: "desk" })?;
            desk.takes_applications = takes;
            let mut commit = self.begin(caller);
            commit.change(Kind::DeskChanged, desk);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.reload_settings().await
    }

    /// Somebody applies. Whoever has applied with that address and was not answered yet is not told
    /// that they have: the first one stands.
    ///
    /// # Errors
    /// `Conflict` when nobody may apply; `Invalid`, `TooLong`.
    pub async fn apply(&self, new: NewApplication) -> Result<()> {
        if !self.takes_applications().await? {
            return Err(ServiceError::Conflict {
                detail: "This desk takes no applications at the moment.".to_owned(),
                hint: "Look again some other time.",
            });
        }
        if !new.consents {
            let detail = "Without your consent nothing may be kept.";
            return Err(ServiceError::invalid("consent", detail, "Tick the box, or leave it."));
        }
        if Zone::named(&new.zone).is_none() {
            let detail = format!("There is no time zone {}.", new.zone);
            return Err(ServiceError::invalid("zone", detail, "Write it like Europe/Berlin."));
        }
        if !(1..=60).contains(&new.wish_hours) {
            let detail = "Hours a week are 1 to 60.";
            return Err(ServiceError::invalid("wish_hours", detail, "Give other hours."));
        }
        let languages = language_tags(&new.languages)?;
        let name = required("name", new.name, limits::NAME_CHARS_MAX)?;
        let email = email_address(new.email)?;
        let words = required("words", new.words, limits::DESCRIPTION_CHARS_MAX)?;
        let mut commit = store::Commit::new(self.now(), desk::Actor::System);
        let application = Application {
            id: ApplicationId(new_id()),
            version: 1,
            name,
            email,
            zone: new.zone,
            languages,
            wish_hours: new.wish_hours,
            is_student: new.is_student,
            words,
            state: ApplicationState::Open,
            decision: None,
            agent_id: None,
            created_at: commit.at,
        };
        self.write_to_applicant(&mut commit, LetterKind::ApplicationTaken, &application);
        commit.changes.insert(0, Change::Add(Kind::ApplicationAdded, Box::new(application.into())));
        match self.store.commit(commit).await {
            Ok(_) | Err(store::CommitError::Taken) => {}
            Err(error) => return Err(error.into()),
        }
        self.letters.notify_one();
        Ok(())
    }

    /// Applications: those that wait first, the oldest of them first; then the latest decided ones.
    ///
    /// # Errors
    /// `Forbidden` for others than owners.
    pub async fn applications(&self, caller: &Caller) -> Result<Vec<Application>> {
        caller.at_least(Role::Owner)?;
        Ok(self.store.applications(LISTED_MAX).await?)
    }

    /// An owner takes somebody: they become an agent with terms, invited by e-mail, or with the
    /// password that they are given.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`; `Conflict` when it is decided, the address is an agent's,
    /// or there is neither a mail server nor a password.
    pub async fn accept_application(
        &self,
        caller: &Caller,
        id: ApplicationId,
        terms: WorkerTerms,
        password: Option<String>,
    ) -> Result<AgentId> {
        let by = caller.at_least(Role::Owner)?;
        let terms = checked(terms)?;
        let application = self.open_application(id).await?;
        let is_invited = password.is_none();
        let password = password.unwrap_or_else(secrets::token);
        let (name, email) = (application.name.as_str(), application.email.as_str());
        let agent = self
            .new_agent(name.into(), email.into(), &password, Role::Agent, Presence::Away)
            .await?;
        let agent_id = agent.id;
        let mut commit = self.begin(caller);
        if is_invited {
            self.invite(&mut commit, by, &agent)?;
        }
        commit.changes.insert(0, Change::Add(Kind::AgentAdded, Box::new(agent.into())));
        let worker = worker(agent_id, terms, commit.at);
        commit.changes.insert(1, Change::Add(Kind::WorkerAdded, Box::new(worker.into())));
        let decision = Decision { at: commit.at, by: by.id, reason: RawText::from("Taken").mask() };
        let accepted = Application {
            state: ApplicationState::Accepted,
            decision: Some(decision),
            agent_id: Some(agent_id),
            ..application
        };
        commit.change(Kind::ApplicationDecided, accepted);
        self.commit(caller, commit).await.map_err(decided_meanwhile)?;
        self.letters.notify_one();
        Ok(agent_id)
    }

    /// An owner says no, and why; the applicant reads it.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`; `Conflict` when it is decided.
    pub async fn refuse_application(
        &self,
        caller: &Caller,
        id: ApplicationId,
        reason: RawText,
    ) -> Result<()> {
        let by = caller.at_least(Role::Owner)?.id;
        let reason = required("reason", reason, limits::DESCRIPTION_CHARS_MAX)?;
        let application = self.open_application(id).await?;
        let mut commit = self.begin(caller);
        let refused = Application {
            state: ApplicationState::Refused,
            decision: Some(Decision { at: commit.at, by, reason }),
            ..application
        };
        self.write_to_applicant(&mut commit, LetterKind::ApplicationRefused, &refused);
        commit.change(Kind::ApplicationDecided, refused);
        self.commit(caller, commit).await.map_err(decided_meanwhile)?;
        self.letters.notify_one();
        Ok(())
    }

    async fn open_application(&self, id: ApplicationId) -> Result<Application> {
        let application = self.store.application(id).await?;
        let application = application.ok_or(ServiceError::NotFound { what: "application" })?;
        match application.state {
            ApplicationState::Open => Ok(application),
            _ => Err(decided_meanwhile(ServiceError::Stale)),
        }
    }

    fn write_to_applicant(
        &self,
        commit: &mut store::Commit,
        kind: LetterKind,
        application: &Application,
    ) {
        if self.sends_mail() {
            let fact = format!("{}/{}", kind.as_str(), application.id);
            commit.push(Change::AddLetter(letter(kind, fact, application.email.as_str())));
        }
    }
}

fn decided_meanwhile(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Stale => ServiceError::Conflict {
            detail: "This application was decided already.".to_owned(),
            hint: "Look at the list again.",
        },
        error => error,
    }
}
