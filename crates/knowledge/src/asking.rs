//! Learns from the listed ways of asking which section a message asks for, or that none can help.
//!
//! Counting words cannot do this: "change" says little, "change" beside "e-mail" a lot.

use crate::features::{Features, Pairs, Rare, Vocabulary};
use crate::machine::{Machine, Training};
use crate::shelf::Passage;

/// What is asked of every desk and no article can answer: a look into one's own records, a
/// decision, an exception, other companies' matters.
const FOR_A_PERSON_EN: &str = include_str!("../words/en-person.txt");

/// One line for so many others at most.
const SHARE_FOR_A_PERSON: usize = 8;
const COST: f32 = 0.7;
const N_PASSES: usize = 6;

/// One score for each section, and one for what only a person can answer.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    learnt: Option<(Vocabulary, Machine)>,
    n_sections: usize,
}

impl Asking {
    /// `read` gives a text with its words as they are compared.
    pub(crate) fn learn(
        language: &str,
        passages: &[Passage],
        read: impl Fn(&str) -> String,
    ) -> Asking {
        let n_sections = passages.len();
        let mut asked: Vec<(String, u32)> = Vec::new();
        for (place, passage) in passages.iter().enumerate() {
            let section = &passage.section;
            let texts = section.asks.iter().chain(&passage.texts).chain([&section.heading]);
            asked.extend(texts.map(|text| (read(text), place as u32)));
        }
        let for_a_person = if language == "en" { FOR_A_PERSON_EN } else { "" };
        let lines = for_a_person.lines().filter(|line| !line.starts_with('#'));
        // Beside few articles, all of them together would outweigh every section.
        let n_most = asked.len() / SHARE_FOR_A_PERSON;
        let every = lines.clone().count().div_ceil(n_most.max(1)).max(1);
        asked.extend(lines.step_by(every).map(|line| (read(line), n_sections as u32)));
        // With so many classes, what a single text has would more than double what is kept.
        let texts = asked.iter().map(|(text, _)| text.as_str());
        let vocabulary = Vocabulary::learn(texts, Rare::Dropped, Pairs::Near);
        let rows: Vec<Features> = asked.iter().map(|(text, _)| vocabulary.features(text)).collect();
        let labels: Vec<u32> = asked.iter().map(|&(_, place)| place).collect();
        let shape = (vocabulary.n_features(), n_sections + 1);
        let mut training = Training::new(&rows, &labels, shape, COST, 0);
        training.run(N_PASSES);
        Asking { learnt: Some((vocabulary, training.into_machine())), n_sections }
    }

    /// The sections' scores and the person's, each in [-1, 1].
    pub(crate) fn scores(&self, text: &str) -> (Vec<f32>, f32) {
        let Some((vocabulary, machine)) = &self.learnt else {
            return (vec![-1.0; self.n_sections], -1.0);
        };
        let mut scores = Vec::new();
        machine.scores(&vocabulary.features(text), &mut scores);
        scores.iter_mut().for_each(|score| *score = score.clamp(-1.0, 1.0));
        let for_a_person = scores[self.n_sections];
        scores.truncate(self.n_sections);
        (scores, for_a_person)
    }
}
