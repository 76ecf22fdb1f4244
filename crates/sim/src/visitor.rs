//! The widget's customer as a client: a session, a stream, and what they write.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{Changes, Client, ClientError};

/// Who a customer is, signed as the shop's own site would sign it.
#[derive(Debug, Clone)]
pub struct Identity {
    external_id: String,
    name: String,
    hash: String,
}

impl Identity {
    /// Signs with the inbox's identity secret.
    #[must_use]
    pub fn signed(external_id: &str, name: &str, secret: &str) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("a key of any length can be used");
        mac.update(external_id.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let hash = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { external_id: external_id.to_owned(), name: name.to_owned(), hash }
    }

    /// Signs with the inbox's identity secret, and vouches for an address, to which letters may go.
    #[must_use]
    pub fn with_address(external_id: &str, name: &str, email: &str, secret: &str) -> Self {
        let signed = Self::signed(&format!("{external_id}\n{email}"), name, secret);
        Self { external_id: external_id.to_owned(), ..signed }
    }

    /// The signature in hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// A customer's conversation, as far as a visitor looks.
#[derive(Debug, Clone, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// `open` or `closed`.
    pub state: String,
    /// The topic's name.
    pub topic: Option<String>,
}

/// A message, as far as a visitor looks.
#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    /// The conversation's id.
    pub conversation_id: String,
    /// Who wrote it.
    pub author: Author,
    /// `text` or `event`.
    pub kind: String,
    /// What kind of event.
    pub code: Option<String>,
    /// What was written.
    #[serde(default)]
    pub text: String,
    /// What may be answered with one press.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// Who wrote a message.
#[derive(Debug, Clone, Deserialize)]
pub struct Author {
    /// `customer`, `ai`, `agent` or `system`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A conversation with its messages.
#[derive(Debug, Clone, Deserialize)]
pub struct Thread {
    /// The conversation.
    pub conversation: Conversation,
    /// Its messages, in order.
    pub messages: Vec<Message>,
}

impl Message {
    /// The assistant answered with this.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        self.author.kind == "ai" && self.kind == "text"
    }

    /// The receipt of a handoff to a person.
    #[must_use]
    pub fn is_receipt(&self) -> bool {
        self.kind == "event" && self.code.as_deref() == Some("receipt")
    }

    /// An agent wrote this.
    #[must_use]
    pub fn is_by_agent(&self) -> bool {
        self.author.kind == "agent" && self.kind == "text"
    }
}

/// A customer with a session.
#[derive(Debug, Clone)]
pub struct Visitor {
    client: Client,
    token: String,
}

impl Visitor {
    /// Comes in by an inbox; without an identity nobody knows who it is.
    ///
    /// # Errors
    /// When the desk refuses or cannot be reached; so it is with all calls.
    pub async fn arrive(
        client: &Client,
        inbox: &str,
        locale: Option<&str>,
        identity: Option<&Identity>,
    ) -> Result<Self, ClientError> {
        #[derive(Deserialize)]
        struct Session {
            token: String,
        }
        let mut body = json!({ "inbox": inbox });
        if let Some(locale) = locale {
            body["locale"] = json!(locale);
        }
        if let Some(Identity { external_id, name, hash }) = identity {
            body["identity"] = json!({ "external_id": external_id, "name": name, "hash": hash });
        }
        let session: Session =
            client.call(Method::POST, "/widget/session", None, Some(body)).await?;
        Ok(Self { client: client.clone(), token: session.token })
    }

    /// Opens the stream; when this returns, nothing that happens is missed.
    ///
    /// # Errors
    /// As with all calls.
    pub async fn watch(&self) -> Result<Changes, ClientError> {
        Changes::open(self.client.stream("/widget/events", &self.token).await?).await
    }

    /// Opens a conversation. `client_id` makes it safe to send again.
    ///
    /// # Errors
    /// As with all calls.
    pub async fn ask(&self, text: &str, client_id: &str) -> Result<Thread, ClientError> {
        let body = json!({ "text": text, "client_id": client_id });
        self.post("/widget/conversations", Some(body)).await
    }

    /// Writes into a conversation.
    ///
    /// # Errors
    /// As with all calls.
    pub async fn write(&self, id: &str, text: &str) -> Result<Message, ClientError> {
        let body = json!({ "text": text });
        self.post(&format!("/widget/conversations/{id}/messages"), Some(body)).await
    }

    /// Reads a conversation.
    ///
    /// # Errors
    /// As with all calls.
    pub async fn thread(&self, id: &str) -> Result<Thread, ClientError> {
        let path = format!("/widget/conversations/{id}");
        self.client.call(Method::GET, &path, Some(&self.token), None).await
    }

    /// Says that it is solved.
    ///
    /// # Errors
    /// As with all calls.
    pub async fn close(&self, id: &str) -> Result<Conversation, ClientError> {
        self.post(&format!("/widget/conversations/{id}/close"), None).await
    }

    /// Judges a conversation from 1 to 5.
    ///
    /// # Errors
    /// As with all calls.
    pub async fn judge(&self, id: &str, score: u8) -> Result<Conversation, ClientError> {
        let body = json!({ "score": score });
        self.post(&format!("/widget/conversations/{id}/survey"), Some(body)).await
    }

    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, ClientError> {
        self.client.call(Method::POST, path, Some(&self.token), body).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_signed_by_hmac_sha_256() {
        let text = "what do ya want for nothing?";
        let identity = Identity::signed(text, "", "Jefe");
        // RFC 4231, test case 2.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(identity.hash, expected);
    }
}
