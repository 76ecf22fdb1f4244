//! The settings of the desk and of its doors.

use desk::{DeskSettings, InboxId, Kind, Role, limits};
use privacy::RawText;

use crate::{Caller, Result, Service, ServiceError, house::retry, incoming::required};

impl Service {
    /// An owner changes the desk's name or hours; what is `None` stays.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `TooLong`.
    pub async fn change_desk(
        &self,
        caller: &Caller,
        name: Option<RawText>,
        hours: Option<RawText>,
    ) -> Result<()> {
        caller.at_least(Role::Owner)?;
        let name = name.map(|name| required("name", name, limits::NAME_CHARS_MAX)).transpose()?;
        let hours =
            hours.map(|hours| required("hours", hours, limits::NAME_CHARS_MAX)).transpose()?;
        retry(|| async {
            let mut desk: DeskSettings =
                self.store.desk().await?.ok_or(ServiceError::NotFound { what: "desk" })?;
            desk.name = name.clone().unwrap_or(desk.name);
            desk.hours = hours.clone().unwrap_or(desk.hours);
            let mut commit = self.begin(caller);
            commit.change(Kind::DeskChanged, desk);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.reload_settings().await
    }

    /// A lead changes a door's name or greeting; what is `None` stays.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `TooLong`.
    pub async fn change_inbox(
        &self,
        caller: &Caller,
        id: InboxId,
        name: Option<RawText>,
        greeting: Option<RawText>,
    ) -> Result<()> {
        let name = name.map(|name| required("name", name, limits::NAME_CHARS_MAX)).transpose()?;
        let greeting = greeting
            .map(|words| required("greeting", words, limits::DESCRIPTION_CHARS_MAX))
            .transpose()?;
        retry(|| async {
            let mut inbox = self.inbox(caller, id).await?;
            inbox.name = name.clone().unwrap_or(inbox.name);
            inbox.greeting = greeting.clone().unwrap_or(inbox.greeting);
            let mut commit = self.begin(caller);
            commit.change(Kind::InboxChanged, inbox);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }
}
