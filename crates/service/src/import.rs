//! Topics and articles from files: what is there stays, what is new is added.

use std::collections::{HashMap, HashSet};

use desk::{Actor, ArticleState, Example, ExampleId, Kind, Level, Topic, TopicId, limits};
use privacy::{Masked, RawText};
use store::{Change, Commit};

use crate::{
    Result, Service, ServiceError,
    articles::blank,
    house::new_id,
    topics::{new_topic, slug},
};

/// Examples that share one commit.
const CHUNK: usize = 1_000;

/// A topic with its examples.
#[derive(Debug, Clone)]
pub struct ImportedTopic {
    /// Its stable name in files.
    pub slug: String,
    /// As people see it; from the slug when empty.
    pub name: String,
    /// What belongs to it.
    pub description: String,
    /// Its level, and the assistant's share.
    pub level: Level,
    /// In [0, .95].
    pub share: f64,
    /// Always a person.
    pub people_first: bool,
    /// The assistant may answer while nobody is at the desk.
    pub answers_at_night: bool,
    /// Sentences that teach it.
    pub examples: Vec<RawText>,
}

/// An article with the slugs of its topics.
#[derive(Debug, Clone)]
pub struct ImportedArticle {
    /// Its name in addresses.
    pub slug: String,
    /// Its heading.
    pub title: RawText,
    /// Markdown.
    pub body: RawText,
    /// ISO 639-1.
    pub language: String,
    /// What it is about.
    pub topics: Vec<String>,
    /// How customers ask for it.
    pub questions: Vec<RawText>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Topics or articles added.
    pub added: usize,
    /// Examples added.
    pub examples: usize,
    /// Rows that were there already, blank or too long.
    pub skipped: usize,
}

impl Service {
    /// Adds topics and examples; levels of topics that exist stay as they are.
    ///
    /// # Errors
    /// `Conflict` before the desk is set up; when the store cannot be written.
    pub async fn import_topics(
        &self,
        topics: Vec<ImportedTopic>,
        reason: &str,
    ) -> Result<Imported> {
        let imported = self.add_topics(topics, reason).await?;
        self.learn_anew().await?;
        Ok(imported)
    }

    /// Adds them without learning them yet.
    pub(crate) async fn add_topics(
        &self,
        topics: Vec<ImportedTopic>,
        reason: &str,
    ) -> Result<Imported> {
        self.settings()?;
        let mut imported = Imported::default();
        let known = self.store.topics().await?;
        let mut by_slug: HashMap<String, Topic> =
            known.into_iter().map(|topic| (topic.slug.clone(), topic)).collect();
        let mut seen: HashSet<(TopicId, String)> = self
            .store
            .all_examples()
            .await?
            .into_iter()
            .map(|example| (example.topic_id, example.text.into_string()))
            .collect();
        for given in topics {
            // A file's categories are somebody's words, too.
            let category = RawText::from(given.slug.as_str()).mask();
            let key = slug(category.as_str());
            let is_new = !by_slug.contains_key(&key);
            let mut topic = match by_slug.remove(&key) {
                Some(topic) => topic,
                None => imported_topic(key.clone(), &category, &given, reason, self.now()),
            };
            let mut texts = Vec::new();
            for text in given.examples {
                let fits = !text.is_blank() && text.n_chars() <= limits::EXAMPLE_CHARS_MAX;
                let text = text.mask();
                if fits && seen.insert((topic.id, text.as_str().to_owned())) {
                    texts.push(text);
                } else {
                    imported.skipped += 1;
                }
            }
            topic.n_examples += i64::try_from(texts.len()).unwrap_or(i64::MAX);
            imported.added += usize::from(is_new);
            imported.examples += texts.len();
            let mut commit = Commit::new(self.now(), Actor::System);
            if is_new {
                commit.add(Kind::TopicAdded, topic.clone());
            } else if !texts.is_empty() {
                commit.change(Kind::TopicChanged, topic.clone());
            }
            for chunk in texts.chunks(CHUNK) {
                for text in chunk {
                    commit.push(Change::AddExample(Example {
                        id: ExampleId(new_id()),
                        topic_id: topic.id,
                        text: text.clone(),
                        created_at: commit.at,
                    }));
                }
                let full = std::mem::replace(&mut commit, Commit::new(self.now(), Actor::System));
                self.store.commit(full).await?;
            }
            if !commit.changes.is_empty() {
                self.store.commit(commit).await?;
            }
            by_slug.insert(key, topic);
        }
        Ok(imported)
    }

    /// Adds published articles; those that exist stay as they are.
    ///
    /// # Errors
    /// `Invalid` for a topic that is not there; when the store cannot be written.
    pub async fn import_articles(&self, articles: Vec<ImportedArticle>) -> Result<Imported> {
        let imported = self.add_articles(articles).await?;
        self.index_articles().await?;
        Ok(imported)
    }

    /// Adds them without ranking them yet.
    pub(crate) async fn add_articles(&self, articles: Vec<ImportedArticle>) -> Result<Imported> {
        self.settings()?;
        let topics = self.store.topics().await?;
        let mut imported = Imported::default();
        for given in articles {
            if self.store.article_by_slug(given.slug.clone()).await?.is_some() {
                imported.skipped += 1;
                continue;
            }
            let mut commit = Commit::new(self.now(), Actor::System);
            let mut article = blank(given.slug.clone(), commit.at);
            article.title = given.title.mask();
            article.body = given.body.mask();
            article.language = given.language;
            article.questions = given.questions.into_iter().map(RawText::mask).collect();
            article.state = ArticleState::Published;
            article.published_at = Some(commit.at);
            for name in &given.topics {
                let is_named = |topic: &&Topic| topic.slug == *name || topic.name.as_str() == name;
                let topic = topics.iter().find(is_named).ok_or_else(|| {
                    ServiceError::invalid(
                        "topics",
                        format!(
                            "Article {} names the topic {name}, which is not there.",
                            given.slug
                        ),
                        "Import the topics first, or name one by its name or slug as it is.",
                    )
                })?;
                article.topic_ids.push(topic.id);
            }
            commit.add(Kind::ArticleAdded, article);
            self.store.commit(commit).await?;
            imported.added += 1;
        }
        Ok(imported)
    }
}

fn imported_topic(
    slug: String,
    category: &Masked,
    given: &ImportedTopic,
    reason: &str,
    at: desk::Time,
) -> Topic {
    let name = if given.name.is_empty() {
        category.as_str().replace(['_', '-'], " ")
    } else {
        given.name.clone()
    };
    let mask = |text: &str| RawText::from(text).mask();
    Topic {
        description: mask(&given.description),
        level: given.level,
        share: given.share.clamp(0.0, limits::SHARE_MAX),
        level_reason: if given.level == Level::Off { Masked::default() } else { mask(reason) },
        level_set_at: Some(at),
        is_people_first: given.people_first,
        answers_at_night: given.answers_at_night,
        ..new_topic(slug, mask(&name))
    }
}
