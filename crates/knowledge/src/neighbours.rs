//! How near a message is to the nearest example of its likeliest topics.

use crate::features::Features;

const N_TOPICS_SEARCHED: usize = 3;
const N_SLOTS: usize = 1 << 10;

/// The word features of the examples, topic by topic.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours {
    /// Where each topic's examples begin in `starts`; one more entry closes the last.
    topics: Vec<u32>,
    /// Where each example begins in `words`; one more entry closes the last.
    starts: Vec<u32>,
    /// The place of each example among those that training was given.
    examples: Vec<u32>,
    words: Vec<(u32, f32)>,
}

impl Neighbours {
    pub(crate) fn new(rows: &[Features], labels: &[u32], n_topics: usize) -> Neighbours {
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.sort_by_key(|&example| labels[example as usize]);
        let mut topics = vec![0_u32; n_topics + 1];
        for &label in labels {
            topics[label as usize + 1] += 1;
        }
        for topic in 0..n_topics {
            topics[topic + 1] += topics[topic];
        }
        let mut words = Vec::new();
        let mut starts = vec![0];
        for &example in &order {
            words.extend_from_slice(&rows[example as usize].words);
            starts.push(words.len() as u32);
        }
        Neighbours { topics, starts, examples: order, words }
    }

    /// The cosine of the words with those of the nearest example that `is_seen`.
    pub(crate) fn nearest(
        &self,
        features: &Features,
        topics: &[usize],
        is_seen: impl Fn(usize) -> bool,
    ) -> f32 {
        let query = Query::new(&features.words);
        let mut nearest = 0.0_f32;
        for &topic in topics.iter().take(N_TOPICS_SEARCHED) {
            for place in self.topics[topic] as usize..self.topics[topic + 1] as usize {
                let words = self.starts[place] as usize..self.starts[place + 1] as usize;
                let cosine = query.dot(&self.words[words]);
                if cosine > nearest && is_seen(self.examples[place] as usize) {
                    nearest = cosine;
                }
            }
        }
        nearest
    }

    pub(crate) fn n_bytes(&self) -> usize {
        self.words.len() * size_of::<(u32, f32)>() + (self.starts.len() + self.examples.len()) * 4
    }
}

/// A message's words laid out for quick look-up; a rare clash of slots costs one word.
struct Query {
    slots: Vec<(u32, f32)>,
}

impl Query {
    fn new(words: &[(u32, f32)]) -> Query {
        let mut slots = vec![(0, 0.0); N_SLOTS];
        for &(id, value) in words {
            slots[id as usize % N_SLOTS] = (id, value);
        }
        Query { slots }
    }

    fn dot(&self, words: &[(u32, f32)]) -> f32 {
        let mut sum = 0.0;
        for &(id, value) in words {
            let slot = self.slots[id as usize % N_SLOTS];
            sum += if slot.0 == id { slot.1 * value } else { 0.0 };
        }
        sum
    }
}
