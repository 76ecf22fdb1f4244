//! Topics as TOML: `[[topic]]` with slug, name, description, level, share and examples.

use desk::{Level, limits};
use privacy::RawText;
use serde::Deserialize;
use service::ImportedTopic;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topic: Vec<Entry>,
}

/// One topic as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    description: String,
    level: Option<String>,
    share: Option<f64>,
    #[serde(default)]
    people_first: bool,
    #[serde(default)]
    answers_at_night: bool,
    #[serde(default)]
    pub(crate) examples: Vec<String>,
}

/// The assistant's share where a file says nothing.
pub(crate) const SHARE: f64 = 0.5;

pub(crate) fn entries(text: &str) -> Result<Vec<Entry>, String> {
    toml::from_str::<File>(text).map(|file| file.topic).map_err(|error| error.to_string())
}

pub(crate) fn read(text: &str) -> Result<Vec<ImportedTopic>, String> {
    entries(text)?.into_iter().map(topic).collect()
}

fn topic(entry: Entry) -> Result<ImportedTopic, String> {
    let name = entry.level.as_deref().unwrap_or("off");
    let level = Level::parse(name);
    let level = level.ok_or_else(|| format!("{}: no level is called {name}", entry.slug))?;
    if level == Level::Autonomous {
        let why = "autonomous is earned, or set on the page with a reason; a file begins lower";
        return Err(format!("{}: {why}", entry.slug));
    }
    let share = entry.share.unwrap_or(SHARE);
    if !(0.0..=limits::SHARE_MAX).contains(&share) {
        return Err(format!("{}: a share is from 0 to {}", entry.slug, limits::SHARE_MAX));
    }
    Ok(ImportedTopic {
        slug: entry.slug,
        name: entry.name,
        description: entry.description,
        level,
        share,
        people_first: entry.people_first,
        answers_at_night: entry.answers_at_night,
        examples: entry.examples.into_iter().map(RawText::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_needs_only_its_slug() {
        let topics = read("[[topic]]\nslug = \"returns\"").unwrap();
        assert_eq!((topics[0].level, topics[0].share), (Level::Off, SHARE));
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (line, part) in [
            ("level = \"sometimes\"", "no level is called sometimes"),
            ("level = \"autonomous\"", "autonomous is earned"),
            ("share = 0.96", "a share is from 0 to"),
            ("shares = 0.5", "unknown field"),
        ] {
            let error = read(&format!("[[topic]]\nslug = \"returns\"\n{line}")).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
