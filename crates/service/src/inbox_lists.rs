//! What agents look at: lists, counts, search, the live overview.

use desk::{Agent, ConversationId, CustomerId, Inbox, Role, Topic, limits};
use store::{
    ConversationPage, Counts, HourShare, OverviewNow, OverviewToday, Page, SearchQuery, TopicToday,
    View,
};

use crate::{Caller, Result, Service, WorkState};

/// A list of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListView {
    /// Waits for a person.
    Waiting,
    /// Held by the caller.
    Mine,
    /// The assistant is answering.
    Assistant,
    /// Ended.
    Closed,
    /// All.
    All,
}

/// The desk at a glance.
#[derive(Debug, Clone)]
pub struct Overview {
    /// When.
    pub at: desk::Time,
    /// At this moment.
    pub now: OverviewNow,
    /// In the last 24 hours.
    pub today: OverviewToday,
    /// In the last 24 hours, topic by topic.
    pub by_topic: Vec<TopicToday>,
    /// Answers by the hour.
    pub hours: Vec<HourShare>,
    /// All topics.
    pub topics: Vec<Topic>,
    /// All agents, with how many conversations each holds.
    pub agents: Vec<(Agent, i64)>,
    /// Whether the desk does its work.
    pub work: WorkState,
}

const DAY_MS: i64 = 24 * 3_600_000;

impl Service {
    /// A page of a list.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn list(
        &self,
        caller: &Caller,
        view: ListView,
        after: Option<Page>,
        limit: usize,
    ) -> Result<ConversationPage> {
        let agent = caller.agent()?;
        let view = match view {
            ListView::Waiting => View::Waiting,
            ListView::Mine => View::Mine(agent.id),
            ListView::Assistant => View::Assistant,
            ListView::Closed => View::Closed,
            ListView::All => View::All,
        };
        Ok(self.store.conversations(view, after, limit).await?)
    }

    /// Conversations with these words, or with this number ("1042", "#1042").
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn search(
        &self,
        caller: &Caller,
        words: &str,
        after: Option<Page>,
        limit: usize,
    ) -> Result<ConversationPage> {
        caller.agent()?;
        let words = words.trim();
        let query = match words.strip_prefix('#').unwrap_or(words).parse::<i64>() {
            Ok(number) if number > 0 => SearchQuery::Number(number),
            _ => SearchQuery::Words(words.split_whitespace().map(str::to_owned).collect()),
        };
        let found = self.store.search(query.clone(), after.clone(), limit).await?;
        if found.items.is_empty() && matches!(query, SearchQuery::Number(_)) {
            let query = SearchQuery::Words(vec![words.to_owned()]);
            return Ok(self.store.search(query, after, limit).await?);
        }
        Ok(found)
    }

    /// A customer's own conversations, last changed first, each with its last handoff.
    ///
    /// # Errors
    /// `Forbidden` for agents.
    pub async fn own_conversations(
        &self,
        caller: &Caller,
        after: Option<Page>,
        limit: usize,
    ) -> Result<ConversationPage> {
        let (customer_id, _) = caller.customer()?;
        Ok(self.store.conversations(View::Customer(customer_id), after, limit).await?)
    }

    /// All conversations of a customer, for whoever gives them what is kept of them.
    ///
    /// # Errors
    /// `Forbidden` for others than leads; `NotFound`.
    pub async fn conversations_of(
        &self,
        caller: &Caller,
        id: CustomerId,
    ) -> Result<Vec<ConversationId>> {
        caller.at_least(Role::Lead)?;
        self.customer(caller, id).await?;
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page =
                self.store.conversations(View::Customer(id), after, limits::PAGE_MAX).await?;
            ids.extend(page.items.iter().map(|listed| listed.conversation.id));
            after = page.next;
            if after.is_none() {
                return Ok(ids);
            }
        }
    }

    /// A conversation's last handoff.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_handoff(&self, id: desk::ConversationId) -> Result<Option<desk::Handoff>> {
        Ok(self.store.last_handoff(id).await?)
    }

    /// How many conversations each view holds.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn counts(&self, caller: &Caller) -> Result<Counts> {
        Ok(self.store.counts(caller.agent()?.id).await?)
    }

    /// Who answers and who waits at this moment, as numbers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn at_this_moment(&self) -> Result<OverviewNow> {
        Ok(self.store.overview_now().await?)
    }

    /// The desk at a glance.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn overview(&self, caller: &Caller) -> Result<Overview> {
        caller.agent()?;
        let at = self.now();
        let since = at.plus_ms(-DAY_MS);
        let held = self.store.open_by_agent().await?;
        let n_open = |id| held.iter().find(|(held_by, _)| *held_by == id).map_or(0, |(_, n)| *n);
        let agents = self.store.agents().await?;
        Ok(Overview {
            at,
            now: self.store.overview_now().await?,
            today: self.store.overview_since(since).await?,
            by_topic: self.store.topics_since(since).await?,
            hours: self.store.hours_since(since).await?,
            topics: self.store.topics().await?,
            agents: agents
                .into_iter()
                .map(|agent| {
                    let n = n_open(agent.id);
                    (agent, n)
                })
                .collect(),
            work: self.work_state().await?,
        })
    }

    /// All doors, for agents.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn inboxes(&self, caller: &Caller) -> Result<Vec<Inbox>> {
        caller.agent()?;
        Ok(self.store.inboxes().await?)
    }
}
