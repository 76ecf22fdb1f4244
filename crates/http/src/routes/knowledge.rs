//! Topics and articles.

use axum::{
    Json as Answer,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use desk::{ArticleId, ArticleState, ExampleId, Level, TopicId};
use privacy::RawText;
use schemars::JsonSchema;
use serde::Deserialize;
use service::{ArticleInput, LevelSetting, TopicChange};

use crate::{
    body::{Json, Path, Query},
    caller::Signed,
    pages,
    problem::Problem,
    routes::limit,
    state::Desk,
    wire::{self, ListOf, Ref, time},
};

type Reply<T> = Result<Answer<T>, Problem>;

pub(crate) async fn topics(State(desk): State<Desk>, signed: Signed) -> Reply<ListOf<wire::Topic>> {
    let topics = desk.service.topics(&signed.caller).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    let items = topics.iter().map(|topic| wire::Topic::new(topic, &agents)).collect();
    Ok(Answer(ListOf::whole(items)))
}

async fn one(desk: &Desk, signed: &Signed, id: TopicId) -> Reply<wire::Topic> {
    let topic = desk.service.topic(&signed.caller, id).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    Ok(Answer(wire::Topic::new(&topic, &agents)))
}

pub(crate) async fn topic(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<TopicId>,
) -> Reply<wire::Topic> {
    one(&desk, &signed, id).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AddTopic")]
pub(crate) struct NewTopic {
    #[schemars(with = "String")]
    name: RawText,
    #[schemars(with = "Option<String>")]
    description: Option<RawText>,
    #[serde(default)]
    people_first: bool,
}

pub(crate) async fn add_topic(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<NewTopic>,
) -> Result<Response, Problem> {
    let id = desk
        .service
        .add_topic(&signed.caller, given.name, given.description, given.people_first)
        .await?;
    Ok((StatusCode::CREATED, one(&desk, &signed, id).await?).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeTopic")]
pub(crate) struct ChangedTopic {
    #[schemars(with = "Option<String>")]
    name: Option<RawText>,
    #[schemars(with = "Option<String>")]
    description: Option<RawText>,
    people_first: Option<bool>,
    answers_at_night: Option<bool>,
    archived: Option<bool>,
}

pub(crate) async fn change_topic(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<TopicId>,
    Json(given): Json<ChangedTopic>,
) -> Reply<wire::Topic> {
    let change = TopicChange {
        name: given.name,
        description: given.description,
        people_first: given.people_first,
        answers_at_night: given.answers_at_night,
        archived: given.archived,
    };
    desk.service.change_topic(&signed.caller, id, change).await?;
    one(&desk, &signed, id).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetLevel {
    #[schemars(extend("enum" = ["off", "shadow", "draft", "supervised", "autonomous"]))]
    level: String,
    share: Option<f64>,
    /// Evidence raises it from here; otherwise it is set by hand.
    #[serde(default)]
    by_evidence: bool,
    /// How much worse than people counts as worse, from .01 to .2.
    margin: Option<f64>,
    /// No evidence lifts it above this.
    #[schemars(extend("enum" = ["shadow", "draft", "supervised", "autonomous"]))]
    ceiling: Option<String>,
    #[schemars(with = "String")]
    reason: RawText,
}

pub(crate) async fn set_level(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<TopicId>,
    Json(given): Json<SetLevel>,
) -> Reply<wire::Topic> {
    let parse = |word: &str| {
        Level::parse(word).ok_or_else(|| {
            let hint = "Use off, shadow, draft, supervised or autonomous.";
            Problem::bad_request("There is no such level.", hint)
        })
    };
    let setting = LevelSetting {
        level: parse(&given.level)?,
        share: given.share,
        by_evidence: given.by_evidence,
        margin: given.margin,
        ceiling: given.ceiling.as_deref().map(parse).transpose()?,
        reason: given.reason,
    };
    desk.service.set_level(&signed.caller, id, setting).await?;
    one(&desk, &signed, id).await
}

pub(crate) async fn examples(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<TopicId>,
) -> Reply<ListOf<wire::Example>> {
    let examples = desk.service.examples(&signed.caller, id).await?;
    Ok(Answer(ListOf::whole(examples.iter().map(wire::Example::from).collect())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AddExample")]
pub(crate) struct NewExample {
    #[schemars(with = "String")]
    text: RawText,
}

pub(crate) async fn add_example(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<TopicId>,
    Json(given): Json<NewExample>,
) -> Result<Response, Problem> {
    let example = desk.service.add_example(&signed.caller, id, given.text).await?;
    Ok((StatusCode::CREATED, Answer(wire::Example::from(&example))).into_response())
}

pub(crate) async fn delete_example(
    State(desk): State<Desk>,
    signed: Signed,
    Path((id, example)): Path<(TopicId, ExampleId)>,
) -> Result<StatusCode, Problem> {
    desk.service.delete_example(&signed.caller, id, example).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn retrain(State(desk): State<Desk>, signed: Signed) -> Reply<wire::Retrained> {
    let training = desk.service.train(&signed.caller).await?;
    Ok(Answer(wire::Retrained {
        trained_at: time(training.trained_at),
        n_examples: training.n_examples,
        n_topics: training.n_topics,
        seconds: training.seconds,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TestSentence")]
pub(crate) struct Trying {
    #[schemars(with = "String")]
    text: RawText,
    language: Option<String>,
}

pub(crate) async fn try_sentence(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<Trying>,
) -> Reply<wire::TopicTest> {
    let language = given.language.as_deref();
    let trial = desk.service.try_sentence(&signed.caller, given.text, language).await?;
    let topics = desk.service.topics(&signed.caller).await?;
    let named = |id: TopicId| {
        let topic = topics.iter().find(|topic| topic.id == id)?;
        Some(Ref { id: id.to_string(), name: topic.name.to_string() })
    };
    let guesses = trial.understanding.ranked.iter();
    let guesses = guesses
        .filter_map(|&(id, confidence)| Some(wire::TopicGuess { topic: named(id)?, confidence }));
    Ok(Answer(wire::TopicTest {
        topics: guesses.collect(),
        language: trial.language.map(str::to_owned),
        decided: trial.understanding.decided.and_then(named),
        people_first: trial.people_first,
        answer: trial.answer.map(|(reply, confidence)| wire::TestAnswer {
            text: reply.text.to_string(),
            sources: reply.sources.iter().map(wire::Source::from).collect(),
            confidence,
        }),
        would: trial.would,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListingArticles {
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

pub(crate) async fn articles(
    State(desk): State<Desk>,
    signed: Signed,
    Query(query): Query<ListingArticles>,
) -> Reply<ListOf<wire::ArticleSummary>> {
    let state = query
        .state
        .map(|word| {
            let hint = "Use draft or published.";
            let bad = || Problem::bad_request("There is no such state.", hint);
            ArticleState::parse(&word).ok_or_else(bad)
        })
        .transpose()?;
    let articles = desk.service.articles(&signed.caller).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    let n = limit(query.limit)?;
    let mut matching =
        articles.iter().filter(|article| state.is_none_or(|state| article.state == state));
    if let Some(cursor) = &query.cursor {
        // The page goes on behind the last article of the page before.
        matching.find(|article| article.id.to_string() == *cursor);
    }
    let mut page: Vec<_> = matching.take(n + 1).collect();
    let has_more = page.len() > n;
    page.truncate(n);
    Ok(Answer(ListOf {
        next_cursor: page.last().filter(|_| has_more).map(|article| article.id.to_string()),
        items: page.iter().map(|article| wire::ArticleSummary::new(article, &agents)).collect(),
    }))
}

async fn article_of(desk: &Desk, signed: &Signed, id: ArticleId) -> Reply<wire::Article> {
    let article = desk.service.article(&signed.caller, id).await?;
    let agents = desk.service.agents(&signed.caller).await?;
    Ok(Answer(wire::Article::new(&article, &agents)))
}

pub(crate) async fn article(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ArticleId>,
) -> Reply<wire::Article> {
    article_of(&desk, &signed, id).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WriteArticle")]
pub(crate) struct WrittenArticle {
    #[schemars(with = "String")]
    title: RawText,
    #[schemars(with = "String")]
    body: RawText,
    language: Option<String>,
    #[serde(default)]
    topic_ids: Vec<String>,
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    questions: Vec<RawText>,
    version: Option<i64>,
}

impl WrittenArticle {
    fn input(self) -> Result<ArticleInput, Problem> {
        let topic_ids = self
            .topic_ids
            .iter()
            .map(|text| text.parse().map_err(|_| Problem::not_found("topic")))
            .collect::<Result<_, _>>()?;
        Ok(ArticleInput {
            title: self.title,
            body: self.body,
            language: self.language.unwrap_or_else(|| "en".to_owned()),
            topic_ids,
            questions: self.questions,
        })
    }
}

pub(crate) async fn add_article(
    State(desk): State<Desk>,
    signed: Signed,
    Json(given): Json<WrittenArticle>,
) -> Result<Response, Problem> {
    let id = desk.service.add_article(&signed.caller, given.input()?).await?;
    Ok((StatusCode::CREATED, article_of(&desk, &signed, id).await?).into_response())
}

pub(crate) async fn change_article(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ArticleId>,
    Json(given): Json<WrittenArticle>,
) -> Reply<wire::Article> {
    let version = given.version.ok_or_else(|| {
        Problem::bad_request("The version is missing.", "Send the version that you read.")
    })?;
    desk.service.change_article(&signed.caller, id, version, given.input()?).await?;
    article_of(&desk, &signed, id).await
}

pub(crate) async fn publish(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ArticleId>,
) -> Reply<wire::Article> {
    desk.service.publish(&signed.caller, id, ArticleState::Published).await?;
    article_of(&desk, &signed, id).await
}

pub(crate) async fn unpublish(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ArticleId>,
) -> Reply<wire::Article> {
    desk.service.publish(&signed.caller, id, ArticleState::Draft).await?;
    article_of(&desk, &signed, id).await
}

pub(crate) async fn delete_article(
    State(desk): State<Desk>,
    signed: Signed,
    Path(id): Path<ArticleId>,
) -> Result<StatusCode, Problem> {
    desk.service.delete_article(&signed.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PreviewArticle")]
pub(crate) struct Previewing {
    #[schemars(with = "String")]
    body: RawText,
}

pub(crate) async fn preview(signed: Signed, Json(given): Json<Previewing>) -> Reply<wire::Preview> {
    signed.caller.agent()?;
    Ok(Answer(wire::Preview { html: pages::html(&service::shown(given.body.mask().as_str())) }))
}
