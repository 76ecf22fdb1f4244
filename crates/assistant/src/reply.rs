//! The assistant's answer: sentences from articles, each with its source. Nothing else is said.

use desk::{ArticleId, Source};
use privacy::Masked;

/// A sentence of an article, as the article says it.
#[derive(Debug, Clone, PartialEq)]
pub struct CitedSentence {
    /// The sentence.
    pub text: Masked,
    /// It is an item of a list.
    pub is_list_item: bool,
    /// The first sentence of another section than the one before.
    pub begins_section: bool,
    /// The article.
    pub article_id: ArticleId,
    /// The article's name in addresses.
    pub slug: String,
    /// The article's heading.
    pub title: Masked,
}

/// What is sent, with what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Sentences, with the numbers of their sources in brackets.
    pub text: Masked,
    /// One a number, in order.
    pub sources: Vec<Source>,
}

/// Puts sentences together, each section a paragraph with the number of its source.
/// `None` when there is no sentence: an answer without a source is not sent.
#[must_use]
pub fn reply(sentences: &[CitedSentence]) -> Option<Reply> {
    let mut text = String::new();
    let mut sources: Vec<Source> = Vec::new();
    let is_one = |_: &CitedSentence, next: &CitedSentence| !next.begins_section;
    for run in sentences.chunk_by(is_one) {
        let n = number(&mut sources, run);
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        let mut before: Option<&CitedSentence> = None;
        for sentence in run {
            let is_after_list = before.is_some_and(|before| before.is_list_item);
            text.push_str(match before {
                None => "",
                Some(_) if sentence.is_list_item || is_after_list => "\n",
                Some(_) => " ",
            });
            if sentence.is_list_item {
                text.push_str("- ");
            }
            text.push_str(sentence.text.as_str());
            before = Some(sentence);
        }
        text.push_str(&format!(" [{n}]"));
    }
    (!sources.is_empty()).then(|| Reply { text: Masked::own_words(text), sources })
}

/// The article's number, which it keeps when it comes up again; its quote grows.
fn number(sources: &mut Vec<Source>, run: &[CitedSentence]) -> i64 {
    let quote = run.iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" ");
    let article = &run[0];
    if let Some(known) =
        sources.iter_mut().find(|known| known.article_id == Some(article.article_id))
    {
        known.quote = Masked::own_words(format!("{} … {quote}", known.quote));
        return known.n;
    }
    let n = i64::try_from(sources.len()).expect("an answer has few sources") + 1;
    sources.push(Source {
        n,
        article_id: Some(article.article_id),
        slug: article.slug.clone(),
        title: article.title.clone(),
        quote: Masked::own_words(quote),
    });
    n
}
