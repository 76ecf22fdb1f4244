//! What the desk knows, held ready in memory: learnt topics and ranked articles.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use assistant::{CitedSentence, Procedure, Procedures};
use desk::{Article, ArticleId, ArticleState, Subject, Topic, TopicId, sayings};
use knowledge::{Classifier, Index, NoAnswer, SmallTalk};
use privacy::Masked;

use crate::{
    Result, Service, ServiceError,
    playbook::{Playbook, Starter},
};

/// Training is repeatable: the same examples give the same model.
const TRAINING_SEED: u64 = 42;

/// Languages that are told apart besides those of the desk's own sentences and articles.
const LANGUAGES: [&str; 16] = [
    "en", "de", "sv", "es", "fr", "it", "nl", "pt", "da", "nb", "fi", "pl", "ar", "he", "tr", "ja",
];

/// So many sections of articles are shown to a model.
const SECTIONS_SHOWN: usize = 5;

/// Immutable; a change makes a new one.
pub(crate) struct Brain {
    classifier: Arc<Classifier>,
    starter: Arc<Starter>,
    index: Index,
    articles: HashMap<Arc<str>, ArticleRef>,
    n_examples: usize,
    n_topics: usize,
}

struct ArticleRef {
    id: ArticleId,
    slug: String,
    title: Masked,
    body: Masked,
}

/// What a message says, as far as the desk can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Understanding {
    /// The topics that fit best, with shares in [0, 1], best first.
    pub ranked: Vec<(TopicId, f32)>,
    /// The topic; `None` for none of these.
    pub decided: Option<TopicId>,
    /// It is a greeting or thanks and nothing more.
    pub small_talk: Option<SmallTalk>,
}

/// What the assistant can say to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Sentences of articles.
    Sentences(Vec<CitedSentence>, f32),
    /// Nothing that is certain enough.
    NoAnswer,
    /// Articles exist, but none in the customer's language.
    OtherLanguage,
}

impl Brain {
    pub(crate) fn empty() -> Self {
        let starter = Arc::new(Starter::learn(&assistant::Procedures::default(), &[]));
        Self::new(Arc::new(Classifier::train(&[], TRAINING_SEED)), starter, &[], 0, 0)
    }

    fn new(
        classifier: Arc<Classifier>,
        starter: Arc<Starter>,
        articles: &[Article],
        n_examples: usize,
        n_topics: usize,
    ) -> Self {
        let published: Vec<&Article> =
            articles.iter().filter(|article| article.state == ArticleState::Published).collect();
        let ids: Vec<String> = published.iter().map(|article| article.id.to_string()).collect();
        let topics: Vec<Vec<String>> = published
            .iter()
            .map(|article| article.topic_ids.iter().map(ToString::to_string).collect())
            .collect();
        let topics: Vec<Vec<&str>> =
            topics.iter().map(|ids| ids.iter().map(String::as_str).collect()).collect();
        let questions: Vec<Vec<&str>> = published
            .iter()
            .map(|article| article.questions.iter().map(Masked::as_str).collect())
            .collect();
        let texts: Vec<knowledge::ArticleText<'_>> = published
            .iter()
            .enumerate()
            .map(|(i, article)| knowledge::ArticleText {
                id: &ids[i],
                title: article.title.as_str(),
                body: article.body.as_str(),
                language: &article.language,
                topics: &topics[i],
                questions: &questions[i],
            })
            .collect();
        let articles = published
            .iter()
            .zip(&ids)
            .map(|(article, id)| {
                let known = ArticleRef {
                    id: article.id,
                    slug: article.slug.clone(),
                    title: article.title.clone(),
                    body: article.body.clone(),
                };
                (Arc::from(id.as_str()), known)
            })
            .collect();
        Self { classifier, starter, index: Index::build(&texts), articles, n_examples, n_topics }
    }

    pub(crate) fn n_examples(&self) -> usize {
        self.n_examples
    }

    pub(crate) fn n_topics(&self) -> usize {
        self.n_topics
    }

    pub(crate) fn understand(&self, text: &Masked) -> Understanding {
        let small_talk = knowledge::small_talk(text.as_str());
        let classification = self.classifier.classify(text.as_str());
        Understanding {
            ranked: classification
                .ranked
                .iter()
                .filter_map(|scored| Some((scored.topic.parse().ok()?, scored.confidence)))
                .collect(),
            decided: match small_talk {
                Some(_) => None,
                None => classification.decided.and_then(|topic| topic.parse().ok()),
            },
            small_talk,
        }
    }

    /// The procedure that a message asks for, and whether that is certain.
    pub(crate) fn procedure<'a>(
        &self,
        procedures: &'a Procedures,
        text: &Masked,
        language: Option<&str>,
        topics: &[&str],
    ) -> Option<(&'a Procedure, bool)> {
        self.starter.procedure(procedures, text.as_str(), language, topics)
    }

    pub(crate) fn answer(
        &self,
        text: &Masked,
        language: Option<&str>,
        topic: Option<TopicId>,
    ) -> Verdict {
        let topic = topic.map(|id| id.to_string());
        match self.index.answer(text.as_str(), language, topic.as_deref()) {
            Ok(answer) => {
                let sentences: Vec<CitedSentence> =
                    answer.sentences.iter().filter_map(|cited| self.cite(cited)).collect();
                if sentences.is_empty() {
                    return Verdict::NoAnswer;
                }
                Verdict::Sentences(sentences, answer.confidence)
            }
            Err(NoAnswer::OtherLanguage) => Verdict::OtherLanguage,
            Err(_) => Verdict::NoAnswer,
        }
    }

    /// What articles have nearest to a text, for a model to choose from.
    pub(crate) fn shown(
        &self,
        text: &Masked,
        language: Option<&str>,
        topic: Option<TopicId>,
    ) -> Shown {
        let topic = topic.map(|id| id.to_string());
        Shown(self.index.nearest(text.as_str(), language, topic.as_deref(), SECTIONS_SHOWN))
    }

    /// The sentences of these numbers, each with its source.
    pub(crate) fn chosen(&self, shown: &Shown, numbers: &[usize]) -> Vec<CitedSentence> {
        let mut chosen = Vec::new();
        let mut first = 1;
        for section in &shown.0 {
            let places: Vec<usize> =
                numbers.iter().filter_map(|number| number.checked_sub(first)).collect();
            first += section.sentences.len();
            chosen.extend(section.cite(&places).iter().filter_map(|cited| self.cite(cited)));
        }
        chosen
    }

    fn cite(&self, cited: &knowledge::Cited) -> Option<CitedSentence> {
        let article = self.articles.get(&cited.article)?;
        Some(CitedSentence {
            // Words of an article, which went in masked.
            text: Masked::own_words(cited.text.trim()),
            is_list_item: begins_list_item(article.body.as_str(), cited.start),
            begins_section: cited.begins_section,
            article_id: article.id,
            slug: article.slug.clone(),
            title: article.title.clone(),
        })
    }
}

/// Sections of articles whose sentences are numbered from one on.
pub(crate) struct Shown(Vec<knowledge::Nearby>);

impl Shown {
    pub(crate) fn is_empty(&self) -> bool {
        self.n() == 0
    }

    /// How many sentences.
    pub(crate) fn n(&self) -> usize {
        self.0.iter().map(|section| section.sentences.len()).sum()
    }

    /// Each section's heading, and its sentences with their numbers.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut number = 0;
        for section in &self.0 {
            if !section.heading.is_empty() {
                lines.push(format!("{}:", section.heading));
            }
            for sentence in &section.sentences {
                number += 1;
                lines.push(format!("{number}. {}", sentence.text));
            }
        }
        lines
    }
}

/// Whether the span that starts here is a whole item of a Markdown list.
fn begins_list_item(body: &str, start: usize) -> bool {
    let line_start = body.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |i| i + 1);
    let Some(lead) = body.get(line_start..start) else { return false };
    let item = |text: &str| {
        let text = text.trim_start();
        let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
        text.starts_with("- ")
            || text.starts_with("* ")
            || (digits.len() < text.len() && digits.starts_with(". "))
    };
    // The span may begin with the bullet itself or right after it.
    (lead.trim().is_empty() && body.get(start..).is_some_and(item))
        || (item(lead) && lead.trim_end().len() <= 3)
}

impl Service {
    /// What a message says.
    #[must_use]
    pub fn understand(&self, text: &Masked) -> Understanding {
        self.brain().understand(text)
    }

    /// Learns topics and articles from the store.
    pub(crate) async fn learn(&self) -> Result<()> {
        let _alone = self.learning.lock().await;
        let examples = self.store.all_examples().await?;
        let articles = self.store.articles().await?;
        let playbook = self.playbook();
        let brain = tokio::task::spawn_blocking(move || {
            let topics: Vec<String> =
                examples.iter().map(|example| example.topic_id.to_string()).collect();
            let texts: Vec<knowledge::Example<'_>> = examples
                .iter()
                .zip(&topics)
                .map(|(example, topic)| knowledge::Example { text: example.text.as_str(), topic })
                .collect();
            let mut distinct: Vec<&String> = topics.iter().collect();
            distinct.sort_unstable();
            distinct.dedup();
            let classifier = Arc::new(Classifier::train(&texts, TRAINING_SEED));
            let starter = Arc::new(starter(&playbook, &articles));
            Brain::new(classifier, starter, &articles, examples.len(), distinct.len())
        })
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
        self.replace_brain(brain);
        Ok(())
    }

    /// Ranks the articles anew; the topics stay as they were learnt.
    pub(crate) async fn index_articles(&self) -> Result<()> {
        self.learnt().await;
        let _alone = self.learning.lock().await;
        let articles = self.store.articles().await?;
        let before = self.brain();
        let playbook = self.playbook();
        let brain = tokio::task::spawn_blocking(move || {
            Brain::new(
                Arc::clone(&before.classifier),
                Arc::new(starter(&playbook, &articles)),
                &articles,
                before.n_examples,
                before.n_topics,
            )
        })
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
        self.replace_brain(brain);
        Ok(())
    }

    fn replace_brain(&self, brain: Brain) {
        *self.brain.write().expect("no code panics while it holds this lock") = Arc::new(brain);
        self.has_learnt.send_replace(true);
    }

    /// All topics, by id; kept until one changes.
    pub(crate) async fn topics_by_id(&self) -> Result<Arc<HashMap<TopicId, Topic>>> {
        self.topics
            .get(self.store.n_changes(Subject::Topic), async || {
                let topics = self.store.topics().await?;
                Ok(Arc::new(topics.into_iter().map(|topic| (topic.id, topic)).collect()))
            })
            .await
    }

    /// Whether somebody is there to answer; kept until an agent changes.
    pub(crate) async fn is_available(&self) -> Result<bool> {
        self.available
            .get(self.store.n_changes(Subject::Agent), async || {
                Ok(self.store.n_available().await? > 0)
            })
            .await
    }
}

/// Something that was read, and as of which change.
pub(crate) struct Kept<T>(Mutex<Option<(u64, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Kept<T> {
    /// What is known as of this change; `read` finds it out when it is not.
    async fn get(&self, n_changes: u64, read: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        let known = self.0.lock().expect("no code panics while it holds this lock").clone();
        if let Some((_, value)) = known.filter(|(as_of, _)| *as_of == n_changes) {
            return Ok(value);
        }
        // Counted before it was read: what changes meanwhile makes it old at once.
        let value = read().await?;
        let kept = Some((n_changes, value.clone()));
        *self.0.lock().expect("no code panics while it holds this lock") = kept;
        Ok(value)
    }
}

/// Learns which procedure a message asks for; what articles answer asks for none.
fn starter(playbook: &Playbook, articles: &[Article]) -> Starter {
    let published = articles.iter().filter(|article| article.state == ArticleState::Published);
    let questions: Vec<String> = published
        .flat_map(|article| std::iter::once(&article.title).chain(&article.questions))
        .map(|text| text.as_str().to_owned())
        .collect();
    Starter::learn(playbook.procedures(), &questions)
}

/// The language of a text, ISO 639-1; `prior` is one that is likely, such as the reader's.
pub(crate) fn language(text: &Masked, prior: Option<&str>) -> Option<&'static str> {
    knowledge::language(text.as_str(), &LANGUAGES, prior)
}

/// The language of the desk's own sentences to this customer.
pub(crate) fn spoken(language: Option<&str>) -> Option<&'static str> {
    sayings::languages().into_iter().find(|spoken| Some(*spoken) == language)
}
