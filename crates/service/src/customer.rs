//! Customers come in: anonymous, or named by a site that signs who they are.

use desk::{Actor, Customer, CustomerId, Inbox, InboxId, InboxKind, Kind, limits};
use privacy::RawText;
use store::{Change, Commit, Session, SessionSubject};

use crate::{
    Caller, Clock, Result, Service, ServiceError,
    house::{new_id, retry, taken_is_stale},
    incoming::check_length,
    secrets,
    set_up::new_inbox,
};

/// Who a site says that a customer is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The site's own key for them.
    pub external_id: RawText,
    /// Their name.
    pub name: Option<RawText>,
    /// Their address.
    pub email: Option<RawText>,
    /// Hex HMAC-SHA-256(inbox's identity secret, external id); or of the external id, a line break
    /// and the address, which vouches for both: only then letters are written to it.
    pub hash: String,
}

impl Identity {
    /// A signature over nothing says nothing: whoever it was made for, all would be one customer.
    fn check(&self) -> Result<()> {
        check_length("external_id", &self.external_id, limits::NAME_CHARS_MAX)?;
        if self.external_id.is_blank() {
            return Err(ServiceError::invalid(
                "external_id",
                "It is empty.",
                "Sign the id under which your site knows the customer, or leave the identity out.",
            ));
        }
        // A signature over a key with a line break could be one over a key and an address.
        if self.external_id.clone().mask().as_str().contains('\n') {
            return Err(ServiceError::invalid(
                "external_id",
                "It has a line break.",
                "Use another id of the customer.",
            ));
        }
        let details = [
            ("name", &self.name, limits::NAME_CHARS_MAX),
            ("email", &self.email, limits::EMAIL_CHARS_MAX),
        ];
        for (field, text, n_max) in details {
            if let Some(text) = text {
                check_length(field, text, n_max)?;
            }
        }
        Ok(())
    }
}

impl Service {
    /// The door with that public key.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn door(&self, key: &str) -> Result<Inbox> {
        let inbox = self.store.inbox_by_key(key.to_owned()).await?;
        inbox
            .filter(|inbox| inbox.kind == InboxKind::Web)
            .ok_or(ServiceError::NotFound { what: "inbox" })
    }

    /// The door of that kind, which opens with the first that comes through it.
    pub(crate) async fn inbox_of(&self, kind: InboxKind) -> Result<InboxId> {
        let inbox = new_inbox(kind);
        if let Some(known) = self.store.inbox_by_key(inbox.key.clone()).await? {
            return Ok(known.id);
        }
        let id = inbox.id;
        let mut commit = Commit::new(self.now(), Actor::System);
        commit.add(Kind::InboxOpened, inbox);
        self.store.commit(commit).await.map_err(|error| taken_is_stale(error.into()))?;
        Ok(id)
    }

    /// Whether somebody is at the desk.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_somebody_there(&self) -> Result<bool> {
        self.is_available().await
    }

    /// A customer opens the widget. Returns the session's token, its end in real time, and who.
    ///
    /// # Errors
    /// `NotFound` for an unknown door; `Unauthenticated` when the signature is wrong; `TooLong`;
    /// `Invalid` when the external id is blank.
    pub async fn welcome(
        &self,
        inbox_key: &str,
        locale: Option<String>,
        identity: Option<Identity>,
    ) -> Result<(String, desk::Time, Customer)> {
        let inbox = self.door(inbox_key).await?;
        let language = locale.as_deref().and_then(language);
        if let Some(identity) = &identity {
            identity.check()?;
        }
        retry(|| self.welcome_once(&inbox, language.clone(), identity.as_ref())).await
    }

    async fn welcome_once(
        &self,
        inbox: &Inbox,
        locale: Option<String>,
        identity: Option<&Identity>,
    ) -> Result<(String, desk::Time, Customer)> {
        let mut signs_email = false;
        let known = match identity {
            Some(identity) => {
                let external_id = identity.external_id.clone().mask();
                let secret = inbox.identity_secret.as_bytes();
                let id = external_id.as_str().as_bytes();
                let given = identity.hash.to_ascii_lowercase();
                let is_signed =
                    |parts: &[&[u8]]| secrets::same(&secrets::keyed_hash(secret, parts), &given);
                let email = identity.email.clone().filter(|email| !email.is_blank());
                signs_email = email
                    .is_some_and(|email| is_signed(&[id, b"\n", email.mask().as_str().as_bytes()]));
                if !signs_email && !is_signed(&[id]) {
                    return Err(ServiceError::Unauthenticated {
                        detail: "The signature does not fit the identity.",
                        hint: "Sign the external id with the inbox's identity secret: \
                               hex HMAC-SHA-256.",
                    });
                }
                let known = self.store.customer_by_external_id(external_id.into_string()).await?;
                match known {
                    Some(known) => Some(known),
                    None if signs_email => self.wrote_before(identity).await?,
                    None => None,
                }
            }
            None => None,
        };
        let mut commit = Commit::new(self.now(), Actor::System);
        let customer = match known {
            Some(mut customer) => {
                let before = customer.clone();
                name(&mut customer, identity, locale);
                if let Some(identity) = identity.filter(|_| customer.external_id.is_none()) {
                    customer.external_id = Some(identity.external_id.clone().mask());
                    customer.is_verified = true;
                }
                let is_same = customer.email == before.email;
                customer.has_verified_email = signs_email || is_same && before.has_verified_email;
                if customer != before {
                    commit.change(Kind::CustomerChanged, customer.clone());
                }
                customer
            }
            None => {
                let mut customer = Customer {
                    external_id: identity.map(|identity| identity.external_id.clone().mask()),
                    is_verified: identity.is_some(),
                    has_verified_email: signs_email,
                    ..Customer::new(CustomerId(new_id()), commit.at)
                };
                name(&mut customer, identity, locale);
                commit.add(Kind::CustomerAdded, customer.clone());
                customer
            }
        };
        let token = secrets::token();
        let now = Clock::real();
        let expires_at = now.plus_ms(limits::CUSTOMER_SESSION_MS);
        commit.push(Change::AddSession(Session {
            token_hash: secrets::token_hash(&token),
            subject: SessionSubject::Customer(customer.id, inbox.id),
            created_at: now,
            expires_at,
        }));
        self.store.commit(commit).await.map_err(|e| taken_is_stale(e.into()))?;
        Ok((token, expires_at, customer))
    }

    /// The customer who wrote from the address that a site vouches for, before it named them.
    async fn wrote_before(&self, identity: &Identity) -> Result<Option<Customer>> {
        let Some(email) = identity.email.clone() else { return Ok(None) };
        let found = self.store.customer_by_email(email.mask().into_string()).await?;
        Ok(found.filter(|customer| customer.external_id.is_none()))
    }

    /// A lead flags a customer: always a person, first in the queue; or takes the flag back.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn flag(&self, caller: &Caller, id: CustomerId, people_first: bool) -> Result<()> {
        caller.at_least(desk::Role::Lead)?;
        retry(|| async {
            let mut customer = self.customer(caller, id).await?;
            customer.is_people_first = people_first;
            let mut commit = self.begin(caller);
            commit.change(Kind::CustomerChanged, customer);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }
}

/// The language of a locale such as `de` or `pt-BR`, as ISO 639 writes it. What is none tells
/// nothing: a browser may be set to anything, and digits have no business here.
fn language(locale: &str) -> Option<String> {
    let language = locale.split('-').next().unwrap_or_default();
    let is_code = matches!(language.len(), 2..=3)
        && language.chars().all(|letter| letter.is_ascii_alphabetic());
    is_code.then(|| language.to_ascii_lowercase())
}

fn name(customer: &mut Customer, identity: Option<&Identity>, locale: Option<String>) {
    if let Some(identity) = identity {
        let given = |text: &Option<RawText>| {
            text.clone().filter(|text| !text.is_blank()).map(RawText::mask)
        };
        customer.name = given(&identity.name).or(customer.name.take());
        customer.email = given(&identity.email).or(customer.email.take());
    }
    customer.locale = locale.or(customer.locale.take());
}
