//! A sample shop in a desk: its topics and articles, added and taken away again in one step.

use desk::{Kind, Level, Role, Topic};
use store::Change;

use crate::{Caller, ImportedArticle, ImportedTopic, Result, Service, house::retry};

/// What the sample shop brings.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Its topics; whatever their files say, they are off in a desk.
    pub topics: Vec<ImportedTopic>,
    /// Its articles.
    pub articles: Vec<ImportedArticle>,
}

/// How much of the sample shop is in the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SampleState {
    /// Its topics that are in use.
    pub topics: usize,
    /// Its articles, word for word.
    pub articles: usize,
}

impl Service {
    /// How much of the sample shop is in the desk.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn sample_state(&self, caller: &Caller, sample: &Sample) -> Result<SampleState> {
        caller.agent()?;
        let topics = self.store.topics().await?;
        let articles = self.store.articles().await?;
        Ok(SampleState {
            topics: topics.iter().filter(|t| !t.is_archived && is_sample_topic(sample, t)).count(),
            articles: articles.iter().filter(|article| is_sample_article(sample, article)).count(),
        })
    }

    /// An owner adds the sample shop; every topic is off. What is there already stays, and what
    /// was taken away comes back.
    ///
    /// # Errors
    /// `Forbidden`; when the store cannot be written.
    pub async fn add_sample(&self, caller: &Caller, sample: &Sample) -> Result<SampleState> {
        caller.at_least(Role::Owner)?;
        let off = |topic: &ImportedTopic| ImportedTopic { level: Level::Off, ..topic.clone() };
        // Examples of archived topics are not read, so the import would add them once more.
        self.archive(caller, sample, false).await?;
        self.add_topics(sample.topics.iter().map(off).collect(), "").await?;
        self.add_articles(sample.articles.clone()).await?;
        self.learn_anew().await?;
        self.sample_state(caller, sample).await
    }

    /// An owner takes the sample shop away: its articles are deleted and its topics archived.
    /// What somebody changed or put to use is theirs and stays.
    ///
    /// # Errors
    /// `Forbidden`; when the store cannot be written.
    pub async fn remove_sample(&self, caller: &Caller, sample: &Sample) -> Result<SampleState> {
        caller.at_least(Role::Owner)?;
        for article in self.store.articles().await? {
            if is_sample_article(sample, &article) {
                let mut commit = self.begin(caller);
                commit.push(Change::DeleteArticle(Box::new(article)));
                self.store.commit(commit).await?;
            }
        }
        self.archive(caller, sample, true).await?;
        self.learn_anew().await?;
        self.sample_state(caller, sample).await
    }

    async fn archive(&self, caller: &Caller, sample: &Sample, is_archived: bool) -> Result<()> {
        retry(|| async {
            let mut commit = self.begin(caller);
            for topic in self.store.topics().await? {
                if topic.is_archived != is_archived && is_sample_topic(sample, &topic) {
                    commit.change(Kind::TopicChanged, Topic { is_archived, ..topic });
                }
            }
            if !commit.changes.is_empty() {
                self.store.commit(commit).await?;
            }
            Ok(())
        })
        .await
    }
}

/// The words tell, so that nothing has to be remembered: a topic as the sample describes it, which
/// nobody put to use.
fn is_sample_topic(sample: &Sample, topic: &Topic) -> bool {
    topic.level == Level::Off
        && sample.topics.iter().any(|own| {
            own.slug == topic.slug
                && own.name == topic.name.as_str()
                && own.description == topic.description.as_str()
        })
}

/// An article as the sample has it, word for word.
fn is_sample_article(sample: &Sample, article: &desk::Article) -> bool {
    sample.articles.iter().any(|own| {
        own.slug == article.slug
            && own.title.clone().mask() == article.title
            && own.body.clone().mask() == article.body
    })
}
