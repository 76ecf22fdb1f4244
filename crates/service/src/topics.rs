//! Topics, the sentences that teach them, their levels, and a trial of one sentence.

use std::time::Instant;

use assistant::{people_first, reply};
use desk::{Example, ExampleId, Kind, Level, Role, Topic, TopicId, limits};
use privacy::{Masked, RawText};
use store::Change;

use crate::{
    Caller, Result, Service, ServiceError, Understanding, Verdict,
    house::{new_id, retry},
    incoming::{check_length, required},
    ledger::note,
    levels::setting as setting_of,
};

/// What changes of a topic; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct TopicChange {
    /// As people see it.
    pub name: Option<RawText>,
    /// What belongs to it.
    pub description: Option<RawText>,
    /// Always a person, first in the queue.
    pub people_first: Option<bool>,
    /// The assistant may answer while nobody is at the desk.
    pub answers_at_night: Option<bool>,
    /// No longer used.
    pub archived: Option<bool>,
}

/// A level as a person sets it.
#[derive(Debug, Clone)]
pub struct LevelSetting {
    /// The level.
    pub level: Level,
    /// The assistant's share, in [0, .95]; one half if not given.
    pub share: Option<f64>,
    /// Evidence raises it from here.
    pub by_evidence: bool,
    /// δ, in [.01, .2]; as it is if not given.
    pub margin: Option<f64>,
    /// No evidence lifts it above this; as it is if not given.
    pub ceiling: Option<Level>,
    /// Why.
    pub reason: RawText,
}

/// What a training gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// When.
    pub trained_at: desk::Time,
    /// From how many sentences.
    pub n_examples: usize,
    /// Of how many topics.
    pub n_topics: usize,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// What the desk would do with a sentence.
#[derive(Debug, Clone)]
pub struct Trial {
    /// ISO 639-1.
    pub language: Option<&'static str>,
    /// Topics.
    pub understanding: Understanding,
    /// The rule that puts a person first, if one speaks.
    pub people_first: Option<&'static str>,
    /// What the assistant would say.
    pub answer: Option<(assistant::Reply, f32)>,
    /// In one sentence.
    pub would: String,
}

impl Service {
    /// All topics.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn topics(&self, caller: &Caller) -> Result<Vec<Topic>> {
        caller.agent()?;
        Ok(self.store.topics().await?)
    }

    /// A lead adds a topic; it is off.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `TooLong`; `Conflict` when there is one of that name.
    pub async fn add_topic(
        &self,
        caller: &Caller,
        name: RawText,
        description: Option<RawText>,
        people_first: bool,
    ) -> Result<TopicId> {
        caller.at_least(Role::Lead)?;
        let name = required("name", name, limits::NAME_CHARS_MAX)?;
        let description = description.unwrap_or_else(|| RawText::from(""));
        check_length("description", &description, limits::DESCRIPTION_CHARS_MAX)?;
        if self.store.topics().await?.len() >= limits::TOPICS_MAX {
            return Err(ServiceError::TooLong { field: "topics", n_max: limits::TOPICS_MAX });
        }
        let topic = Topic {
            description: description.mask(),
            is_people_first: people_first,
            ..new_topic(slug(name.as_str()), name)
        };
        let id = topic.id;
        let mut commit = self.begin(caller);
        commit.add(Kind::TopicAdded, topic);
        self.commit(caller, commit).await?;
        Ok(id)
    }

    /// A lead changes a topic.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `TooLong`.
    pub async fn change_topic(
        &self,
        caller: &Caller,
        id: TopicId,
        change: TopicChange,
    ) -> Result<()> {
        caller.at_least(Role::Lead)?;
        let name =
            change.name.map(|name| required("name", name, limits::NAME_CHARS_MAX)).transpose()?;
        if let Some(description) = &change.description {
            check_length("description", description, limits::DESCRIPTION_CHARS_MAX)?;
        }
        let description = change.description.map(RawText::mask);
        retry(|| async {
            let mut topic = self.topic(caller, id).await?;
            topic.name = name.clone().unwrap_or(topic.name);
            topic.description = description.clone().unwrap_or(topic.description);
            topic.is_people_first = change.people_first.unwrap_or(topic.is_people_first);
            topic.answers_at_night = change.answers_at_night.unwrap_or(topic.answers_at_night);
            topic.is_archived = change.archived.unwrap_or(topic.is_archived);
            let mut commit = self.begin(caller);
            commit.change(Kind::TopicChanged, topic);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        if change.archived.is_some() {
            self.retrain.notify_one();
        }
        Ok(())
    }

    /// A lead sets a level by hand, or lets evidence decide from here, with a reason. People-first
    /// topics stay off.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `TooLong`.
    pub async fn set_level(
        &self,
        caller: &Caller,
        id: TopicId,
        setting: LevelSetting,
    ) -> Result<()> {
        let agent_id = caller.at_least(Role::Lead)?.id;
        let LevelSetting { level, share, by_evidence, margin, ceiling, reason } = setting;
        let reason = required("reason", reason, limits::DESCRIPTION_CHARS_MAX)?;
        if by_evidence && matches!(level, Level::Off | Level::Autonomous) {
            return Err(ServiceError::invalid(
                "level",
                "Evidence cannot begin there.",
                "Let it begin at shadow, draft or supervised.",
            ));
        }
        if margin.is_some_and(|margin| !(0.01..=0.2).contains(&margin)) {
            return Err(ServiceError::invalid(
                "margin",
                "The margin is not from 0.01 to 0.2.",
                "Give 0.05, less where money or safety is at stake, 0.1 where it is harmless.",
            ));
        }
        if share.is_some_and(|share| !(0.0..=limits::SHARE_MAX).contains(&share)) {
            return Err(ServiceError::invalid(
                "share",
                "The share is not from 0 to 0.95.",
                "Some cases always stay with people, so that we keep knowing how people do.",
            ));
        }
        retry(|| async {
            let mut topic = self.topic(caller, id).await?;
            if topic.is_people_first && level != Level::Off {
                return Err(ServiceError::Conflict {
                    detail: "People come first on this topic.".to_owned(),
                    hint: "Take the people-first mark away first, if that is right.",
                });
            }
            let mut commit = self.begin(caller);
            let before = topic.clone();
            topic.level = level;
            topic.share = share.unwrap_or(0.5);
            topic.epoch += 1;
            topic.is_by_hand = !by_evidence;
            topic.margin = margin.unwrap_or(topic.margin);
            topic.ceiling = ceiling.unwrap_or(topic.ceiling);
            topic.level_reason = reason.clone();
            topic.level_set_by = Some(agent_id);
            topic.level_set_at = Some(commit.at);
            note(&mut commit, &setting_of(&topic, Some(agent_id)));
            let (was, is) = ([before], [topic]);
            self.open_for_fall(&mut commit, &was, &is, false).await?;
            let [topic] = is;
            commit.change(Kind::TopicLevelSet, topic);
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await
    }

    /// A topic's examples, newest first.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn examples(&self, caller: &Caller, id: TopicId) -> Result<Vec<Example>> {
        self.topic(caller, id).await?;
        Ok(self.store.examples(id).await?)
    }

    /// A lead adds an example; the topics are learnt anew soon after.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `TooLong`.
    pub async fn add_example(
        &self,
        caller: &Caller,
        topic_id: TopicId,
        text: RawText,
    ) -> Result<Example> {
        caller.at_least(Role::Lead)?;
        let text = required("text", text, limits::EXAMPLE_CHARS_MAX)?;
        self.learnt().await;
        if self.brain().n_examples() >= limits::EXAMPLES_MAX {
            return Err(ServiceError::TooLong { field: "examples", n_max: limits::EXAMPLES_MAX });
        }
        let example = retry(|| async {
            let mut topic = self.topic(caller, topic_id).await?;
            let mut commit = self.begin(caller);
            let example = Example {
                id: ExampleId(new_id()),
                topic_id,
                text: text.clone(),
                created_at: commit.at,
            };
            topic.n_examples += 1;
            commit.change(Kind::TopicChanged, topic);
            commit.push(Change::AddExample(example.clone()));
            self.commit(caller, commit).await?;
            Ok(example)
        })
        .await?;
        self.retrain.notify_one();
        Ok(example)
    }

    /// A lead deletes an example.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn delete_example(
        &self,
        caller: &Caller,
        topic_id: TopicId,
        id: ExampleId,
    ) -> Result<()> {
        caller.at_least(Role::Lead)?;
        retry(|| async {
            let mut topic = self.topic(caller, topic_id).await?;
            let known = self.store.examples(topic_id).await?;
            if !known.iter().any(|example| example.id == id) {
                return Err(ServiceError::NotFound { what: "example" });
            }
            let mut commit = self.begin(caller);
            topic.n_examples -= 1;
            commit.change(Kind::TopicChanged, topic);
            commit.push(Change::DeleteExample(id));
            self.commit(caller, commit).await?;
            Ok(())
        })
        .await?;
        self.retrain.notify_one();
        Ok(())
    }

    /// Learns all topics now.
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn train(&self, caller: &Caller) -> Result<Training> {
        caller.at_least(Role::Lead)?;
        let began = Instant::now();
        self.learn().await?;
        let seconds = began.elapsed().as_secs_f64();
        let trained_at = self.note_training().await?;
        let brain = self.brain();
        Ok(Training {
            trained_at,
            n_examples: brain.n_examples(),
            n_topics: brain.n_topics(),
            seconds,
        })
    }

    /// From how many sentences of how many topics the desk has learnt.
    #[must_use]
    pub fn model_size(&self) -> (usize, usize) {
        let brain = self.brain();
        (brain.n_examples(), brain.n_topics())
    }

    /// Learns topics and articles, and notes when.
    pub(crate) async fn learn_anew(&self) -> Result<desk::Time> {
        self.learn().await?;
        self.note_training().await
    }

    pub(crate) async fn note_training(&self) -> Result<desk::Time> {
        let trained_at = retry(|| async {
            let Some(mut desk) = self.store.desk().await? else { return Ok(self.now()) };
            let mut commit = store::Commit::new(self.now(), desk::Actor::System);
            let at = commit.at;
            desk.trained_at = Some(at);
            commit.change(Kind::DeskTrained, desk);
            self.store.commit(commit).await?;
            Ok(at)
        })
        .await?;
        self.reload_settings().await?;
        Ok(trained_at)
    }

    /// What the desk would do with a sentence; nothing is stored.
    ///
    /// # Errors
    /// `Forbidden`, `TooLong`.
    pub async fn try_sentence(
        &self,
        caller: &Caller,
        text: RawText,
        language: Option<&str>,
    ) -> Result<Trial> {
        caller.agent()?;
        let text = required("text", text, limits::MESSAGE_CHARS_MAX)?;
        self.learnt().await;
        let told = crate::brain::language(&text, language);
        let understanding = self.understand(&text);
        let topics = self.topics_by_id().await?;
        let topic = understanding.decided.and_then(|id| topics.get(&id));
        let topic = topic.filter(|topic| !topic.is_archived);
        let language = told.or(language);
        let answer = match self.brain().answer(&text, language, topic.map(|topic| topic.id)) {
            Verdict::Sentences(sentences, confidence) => {
                reply(&sentences).map(|reply| (reply, confidence))
            }
            Verdict::NoAnswer | Verdict::OtherLanguage => None,
        };
        let rule = people_first(text.as_str()).map(assistant::Rule::sentence);
        let would = if understanding.small_talk.is_some() {
            "A greeting or thanks: no case is opened.".to_owned()
        } else if assistant::asks_for_person(text.as_str()) {
            "A person answers: the customer asks for one.".to_owned()
        } else {
            would(rule, topic, answer.is_some())
        };
        Ok(Trial { language: told, understanding, people_first: rule, answer, would })
    }
}

fn would(rule: Option<&str>, topic: Option<&Topic>, has_answer: bool) -> String {
    if let Some(rule) = rule {
        return format!("A person answers, first in the queue. {rule}");
    }
    let Some(topic) = topic else {
        return "A person answers: the sentence fits none of the topics.".to_owned();
    };
    if topic.is_people_first {
        return format!("A person answers, first in the queue: “{}” is marked so.", topic.name);
    }
    let share = topic.share * 100.0;
    match (topic.level, has_answer) {
        (Level::Off, _) => format!("A person answers: “{}” is off.", topic.name),
        (Level::Shadow, _) => {
            format!("A person answers; the assistant practises unseen on “{}”.", topic.name)
        }
        (_, false) => "A person answers: no article answers this with certainty.".to_owned(),
        (Level::Draft, true) => {
            format!("A person answers, in {share:.0} % of the cases with a suggestion.")
        }
        (Level::Supervised | Level::Autonomous, true) => {
            format!("The assistant answers {share:.0} % of such cases, people the others.")
        }
    }
}

/// A topic that is off.
pub(crate) fn new_topic(slug: String, name: Masked) -> Topic {
    Topic {
        id: TopicId(new_id()),
        version: 1,
        name,
        slug,
        description: Masked::default(),
        level: Level::Off,
        share: 0.5,
        epoch: 0,
        is_by_hand: true,
        ceiling: Level::Autonomous,
        margin: 0.05,
        review_share: 0.0,
        level_reason: Masked::default(),
        level_set_by: None,
        level_set_at: None,
        is_people_first: false,
        answers_at_night: false,
        n_examples: 0,
        is_archived: false,
    }
}

/// A name as addresses and files have it: lower case letters, digits and hyphens.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_end_matches('-').chars().take(80).collect();
    if slug.is_empty() { new_id().to_string() } else { slug }
}
