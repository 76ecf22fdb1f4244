//! Articles: written, published, ranked anew at once.

use desk::{Article, ArticleId, ArticleState, Kind, Role, TopicId, limits};
use privacy::{Masked, RawText};
use store::Change;

use crate::{
    Caller, Result, Service, ServiceError,
    house::new_id,
    incoming::{check_length, required},
    levels::changed,
    topics::slug,
};

/// An article as somebody wrote it.
#[derive(Debug, Clone)]
pub struct ArticleInput {
    /// Its heading.
    pub title: RawText,
    /// Markdown.
    pub body: RawText,
    /// ISO 639-1.
    pub language: String,
    /// What it is about.
    pub topic_ids: Vec<TopicId>,
    /// How customers ask for it.
    pub questions: Vec<RawText>,
}

impl Service {
    /// All articles, last changed first.
    ///
    /// # Errors
    /// `Forbidden` for customers.
    pub async fn articles(&self, caller: &Caller) -> Result<Vec<Article>> {
        caller.agent()?;
        Ok(self.store.articles().await?)
    }

    /// The published articles, for everybody, by title.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn published_articles(&self) -> Result<Vec<Article>> {
        let mut articles = self.store.articles().await?;
        articles.retain(|article| article.state == ArticleState::Published);
        articles.sort_by(|a, b| a.title.as_str().cmp(b.title.as_str()));
        Ok(articles)
    }

    /// A published article, for everybody.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn published_article(&self, slug: &str) -> Result<Article> {
        let article = self.store.article_by_slug(slug.to_owned()).await?;
        article
            .filter(|article| article.state == ArticleState::Published)
            .ok_or(ServiceError::NotFound { what: "article" })
    }

    /// A lead writes an article; customers do not see it yet.
    ///
    /// # Errors
    /// `Forbidden`, `Invalid`, `TooLong`; `Conflict` when there is one of that title.
    pub async fn add_article(&self, caller: &Caller, input: ArticleInput) -> Result<ArticleId> {
        let agent_id = caller.at_least(Role::Lead)?.id;
        let mut article = blank(slug(&input_title(&input)?), self.now());
        self.fill(&mut article, input).await?;
        article.updated_by = Some(agent_id);
        let id = article.id;
        let mut commit = self.begin(caller);
        commit.add(Kind::ArticleAdded, article);
        self.commit(caller, commit).await?;
        Ok(id)
    }

    /// A lead changes an article that they read at `version`.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Invalid`, `TooLong`; `Conflict` when it changed since.
    pub async fn change_article(
        &self,
        caller: &Caller,
        id: ArticleId,
        version: i64,
        input: ArticleInput,
    ) -> Result<()> {
        let agent_id = caller.at_least(Role::Lead)?.id;
        let mut article = self.article(caller, id).await?;
        check_version(&article, version)?;
        self.fill(&mut article, input).await?;
        article.updated_by = Some(agent_id);
        self.save_article(caller, article, Kind::ArticleChanged).await
    }

    /// A lead publishes an article or takes it back; the assistant follows at once.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn publish(&self, caller: &Caller, id: ArticleId, state: ArticleState) -> Result<()> {
        caller.at_least(Role::Lead)?;
        let mut article = self.article(caller, id).await?;
        if article.state == state {
            return Ok(());
        }
        article.state = state;
        let kind = match state {
            ArticleState::Published => {
                article.published_at = Some(self.now());
                Kind::ArticlePublished
            }
            ArticleState::Draft => {
                article.published_at = None;
                Kind::ArticleUnpublished
            }
        };
        self.save_article(caller, article, kind).await
    }

    /// A lead deletes an article. Answers that quote it keep their quotes.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`; `Conflict` when it changed in between.
    pub async fn delete_article(&self, caller: &Caller, id: ArticleId) -> Result<()> {
        caller.at_least(Role::Lead)?;
        let article = self.article(caller, id).await?;
        let mut commit = self.begin(caller);
        if article.state == ArticleState::Published {
            changed(&mut commit, &article.topic_ids, &named(&article));
        }
        commit.push(Change::DeleteArticle(Box::new(article)));
        self.commit(caller, commit).await.map_err(changed_since)?;
        self.index_articles().await
    }

    async fn save_article(&self, caller: &Caller, mut article: Article, kind: Kind) -> Result<()> {
        let mut commit = self.begin(caller);
        article.updated_at = commit.at;
        // What nobody sees and nothing quotes changes no answer.
        if article.state == ArticleState::Published || kind == Kind::ArticleUnpublished {
            changed(&mut commit, &article.topic_ids, &named(&article));
        }
        commit.change(kind, article);
        self.commit(caller, commit).await.map_err(changed_since)?;
        self.index_articles().await
    }

    async fn fill(&self, article: &mut Article, input: ArticleInput) -> Result<()> {
        article.title = required("title", input.title, limits::TITLE_CHARS_MAX)?;
        check_length("body", &input.body, limits::ARTICLE_CHARS_MAX)?;
        article.body = input.body.mask();
        let is_code =
            input.language.len() == 2 && input.language.chars().all(|c| c.is_ascii_lowercase());
        if !is_code {
            return Err(ServiceError::invalid(
                "language",
                "That is no language code.",
                "Use two lower-case letters, such as en.",
            ));
        }
        article.language = input.language;
        let n_max = limits::ARTICLE_LIST_MAX;
        if input.questions.len() > n_max || input.topic_ids.len() > n_max {
            return Err(ServiceError::TooLong { field: "questions", n_max });
        }
        let topics = self.topics_by_id().await?;
        if input.topic_ids.iter().any(|id| !topics.contains_key(id)) {
            return Err(ServiceError::invalid(
                "topic_ids",
                "There is no such topic.",
                "Choose from the list of topics.",
            ));
        }
        article.topic_ids = input.topic_ids;
        article.questions = input
            .questions
            .into_iter()
            .map(|question| required("questions", question, limits::EXAMPLE_CHARS_MAX))
            .collect::<Result<Vec<Masked>>>()?;
        Ok(())
    }
}

/// An article as the ledger names it.
fn named(article: &Article) -> String {
    format!("The article “{}”", article.title)
}

fn input_title(input: &ArticleInput) -> Result<String> {
    let title = required("title", input.title.clone(), limits::TITLE_CHARS_MAX)?;
    Ok(title.into_string())
}

/// An unpublished article without words.
pub(crate) fn blank(slug: String, at: desk::Time) -> Article {
    Article {
        id: ArticleId(new_id()),
        version: 1,
        slug,
        title: Masked::default(),
        body: Masked::default(),
        language: "en".to_owned(),
        topic_ids: Vec::new(),
        questions: Vec::new(),
        state: ArticleState::Draft,
        updated_at: at,
        updated_by: None,
        published_at: None,
    }
}

fn check_version(article: &Article, version: i64) -> Result<()> {
    if article.version == version { Ok(()) } else { Err(changed_since(ServiceError::Stale)) }
}

fn changed_since(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Stale => ServiceError::Conflict {
            detail: "Somebody else changed the article in between.".to_owned(),
            hint: "Load it again, compare, then save.",
        },
        other => other,
    }
}
