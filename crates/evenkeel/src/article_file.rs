//! An article as Markdown with TOML front matter between `+++` lines.

use privacy::RawText;
use serde::Deserialize;
use service::ImportedArticle;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    #[serde(default = "english")]
    language: String,
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    questions: Vec<String>,
}

fn english() -> String {
    "en".to_owned()
}

/// Reads an article; its slug is the file's name.
pub(crate) fn read(slug: &str, text: &str) -> Result<ImportedArticle, String> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let rest = text.strip_prefix("+++\n").ok_or("the first line is not +++")?;
    let (front, body) = rest.split_once("\n+++\n").ok_or("no second line is +++")?;
    let front: Front = toml::from_str(front).map_err(|error| error.to_string())?;
    let body = body.trim();
    if body.is_empty() {
        return Err("the article has no text".to_owned());
    }
    Ok(ImportedArticle {
        slug: slug.to_owned(),
        title: RawText::from(front.title),
        body: RawText::from(body),
        language: front.language,
        topics: front.topics,
        questions: front.questions.into_iter().map(RawText::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_and_text_are_told_apart() {
        let text = "+++\r\ntitle = \"A\"\r\ntopics = [\"b\"]\r\n+++\r\n\r\nOne.\r\n\r\n+++\r\n";
        let article = read("a", text).unwrap();
        assert_eq!((article.language.as_str(), article.topics.len()), ("en", 1));
        assert_eq!(article.body.mask().as_str(), "One.\n\n+++");
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, part) in [
            ("# A", "first line"),
            ("+++\ntitle = \"A\"\n", "second line"),
            ("+++\nlanguage = \"en\"\n+++\nText", "title"),
            ("+++\ntitle = \"A\"\n+++\n \n", "no text"),
        ] {
            let error = read("a", text).unwrap_err();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}
