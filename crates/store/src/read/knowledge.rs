//! Topics, examples and articles.

use desk::{Article, ArticleId, Example, Topic, TopicId};

use super::ReadError;
use crate::{
    Store,
    connection::Outcome,
    rows,
    value::{Row, values},
};

impl Store {
    /// All topics, by name; archived ones too.
    pub async fn topics(&self) -> Result<Vec<Topic>, ReadError> {
        self.read_long(|c| c.all("select * from topics order by name, id", &values![], rows::topic))
            .await
    }

    /// A topic.
    pub async fn topic(&self, id: TopicId) -> Result<Option<Topic>, ReadError> {
        let sql = "select * from topics where id = ?1";
        self.read_long(move |c| c.first(sql, &values![id.to_string()], rows::topic)).await
    }

    /// A topic's examples, newest first.
    pub async fn examples(&self, topic_id: TopicId) -> Result<Vec<Example>, ReadError> {
        let sql = "select * from examples where topic_id = ?1 order by id desc";
        self.read_long(move |c| c.all(sql, &values![topic_id.to_string()], example)).await
    }

    /// The examples of all topics in use, in the order in which they were added.
    pub async fn all_examples(&self) -> Result<Vec<Example>, ReadError> {
        let sql = "select examples.* from examples join topics on topics.id = topic_id \
                   where is_archived = 0 order by examples.id";
        self.read_long(move |c| c.all(sql, &values![], example)).await
    }

    /// All articles, last changed first.
    pub async fn articles(&self) -> Result<Vec<Article>, ReadError> {
        let sql = "select * from articles order by updated_at desc, id desc";
        self.read_long(move |c| c.all(sql, &values![], rows::article)).await
    }

    /// An article.
    pub async fn article(&self, id: ArticleId) -> Result<Option<Article>, ReadError> {
        let sql = "select * from articles where id = ?1";
        self.read_long(move |c| c.first(sql, &values![id.to_string()], rows::article)).await
    }

    /// The article with that name in addresses.
    pub async fn article_by_slug(&self, slug: String) -> Result<Option<Article>, ReadError> {
        let sql = "select * from articles where slug = ?1";
        self.read_long(move |c| c.first(sql, &values![&slug], rows::article)).await
    }
}

fn example(row: &Row<'_>) -> Outcome<Example> {
    Ok(Example {
        id: rows::id(row, "id")?,
        topic_id: rows::id(row, "topic_id")?,
        text: rows::masked(row, "text")?,
        created_at: rows::time(row, "created_at")?,
    })
}
