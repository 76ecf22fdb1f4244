//! The sample shop's files, held by the program.

use std::collections::BTreeMap;

use desk::Level;
use serde::Deserialize;
use service::{ImportedArticle, ImportedTopic, Sample};
use sim::shop;

use crate::{
    article_file,
    failure::{Failure, Outcome},
    topic_file,
};

include!(concat!(env!("OUT_DIR"), "/shop_files.rs"));

/// Agents, customers and what both say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    #[serde(rename = "agent")]
    pub(crate) agents: Vec<Person>,
    #[serde(rename = "customer")]
    customers: Vec<Customer>,
    #[serde(rename = "reply")]
    replies: Vec<Reply>,
    #[serde(rename = "follow_up")]
    follow_ups: Vec<FollowUp>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: String,
    /// Of those who take shifts.
    pub(crate) terms: Option<Terms>,
}

/// The terms on which somebody takes shifts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    pub(crate) zone: String,
    pub(crate) laws: Vec<String>,
    pub(crate) languages: Vec<String>,
    pub(crate) wish_hours: i64,
    pub(crate) week_hours_max: i64,
    pub(crate) rate: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Customer {
    name: String,
    locale: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    topic: String,
    texts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FollowUp {
    kind: String,
    texts: Vec<String>,
}

pub(crate) fn people() -> Outcome<People> {
    toml::from_str(PEOPLE).map_err(|error| broken("people.toml", &error.to_string()))
}

impl People {
    /// The customers' names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.customers.iter().map(|customer| customer.name.as_str())
    }
}

/// Questions as customers of such a shop ask them.
pub(crate) fn questions() -> Outcome<Vec<String>> {
    #[derive(Deserialize)]
    struct Questions {
        question: Vec<Question>,
    }
    #[derive(Deserialize)]
    struct Question {
        text: String,
    }
    let read: Questions = toml::from_str(QUESTIONS)
        .map_err(|error| broken("questions/development.toml", &error.to_string()))?;
    Ok(read.question.into_iter().map(|question| question.text).collect())
}

/// The topics; where the assistant answers, it also does so while nobody is at the desk.
pub(crate) fn topics() -> Outcome<Vec<ImportedTopic>> {
    let mut topics = topic_file::read(TOPICS).map_err(|why| broken("topics.toml", &why))?;
    for topic in &mut topics {
        topic.answers_at_night = topic.level == Level::Supervised;
    }
    Ok(topics)
}

/// Topics and articles, for a desk that wants to see some.
pub(crate) fn sample() -> Outcome<Sample> {
    Ok(Sample { topics: topics()?, articles: articles()? })
}

pub(crate) fn articles() -> Outcome<Vec<ImportedArticle>> {
    let read = |&(slug, text): &(&str, &str)| {
        article_file::read(slug, text).map_err(|why| broken(slug, &why))
    };
    ARTICLES.iter().map(read).collect()
}

/// What the simulated people say, by the names that the API gives to topics.
pub(crate) fn script(people: People) -> Outcome<shop::Script> {
    let entries = topic_file::entries(TOPICS).map_err(|why| broken("topics.toml", &why))?;
    let names: BTreeMap<String, String> =
        entries.iter().map(|entry| (entry.slug.clone(), entry.name.clone())).collect();
    let customer = |Customer { name, locale }| shop::Customer { name, locale };
    let reply =
        |Reply { topic, texts }: Reply| (names.get(&topic).cloned().unwrap_or(topic), texts);
    Ok(shop::Script {
        customers: people.customers.into_iter().map(customer).collect(),
        replies: people.replies.into_iter().map(reply).collect(),
        follow_ups: people.follow_ups.into_iter().map(|next| (next.kind, next.texts)).collect(),
        topics: entries
            .into_iter()
            .map(|entry| shop::Topic { name: entry.name, examples: entry.examples })
            .collect(),
    })
}

fn broken(file: &str, why: &str) -> Failure {
    Failure::file(file, why, "This release is broken: please report it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_is_whole() {
        let (topics, articles) = (topics().unwrap(), articles().unwrap());
        assert_eq!((topics.len(), articles.len()), (12, 52));
        for article in &articles {
            let is_asked_for = article.body.clone().mask().as_str().contains("\n? ");
            assert!(is_asked_for, "{} has no ways of asking", article.slug);
            for name in &article.topics {
                let is_there = topics.iter().any(|topic| topic.slug == *name);
                assert!(is_there, "{} names the topic {name}", article.slug);
            }
        }
        assert!(topics.iter().any(|topic| topic.people_first && !topic.answers_at_night));
    }

    #[test]
    fn everybody_has_something_to_say() {
        let people = people().unwrap();
        assert_eq!(people.agents.iter().filter(|agent| agent.role == "owner").count(), 1);
        let agents = || people.agents.iter().filter(|agent| agent.role == "agent");
        assert_eq!(agents().filter(|agent| agent.terms.is_none()).count(), 2);
        assert_eq!(agents().filter(|agent| agent.terms.is_some()).count(), 3);
        let script = script(people).unwrap();
        assert_eq!(script.customers.len(), 24);
        for topic in &script.topics {
            assert!(!topic.examples.is_empty(), "nobody writes about {}", topic.name);
            assert!(script.replies.contains_key(&topic.name), "no reply on {}", topic.name);
        }
        for kind in ["thanks", "more", "unsolved", "person", "solved", "goodbye"] {
            assert!(script.follow_ups.contains_key(kind), "nobody says {kind}");
        }
    }
}
