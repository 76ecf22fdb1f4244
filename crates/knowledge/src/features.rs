//! Turns a message into weighted word and character n-grams (TF-IDF).

use crate::chance::mix;

/// Messages are read up to this many characters; the topic is named well before.
const N_CHARS_MAX: usize = 2_000;
/// Two words of a text are a pair where at most so many words lead from one to the other; wider
/// ones told no more on held-out messages.
const N_WORDS_APART_MAX: usize = 6;
const GRAM_CHARS_MIN: usize = 2;
const GRAM_CHARS_MAX: usize = 5;
/// The row of the constant feature that carries the bias.
pub(crate) const BIAS: u32 = 0;

/// A sparse vector, sorted by feature; the word block and the character block each have length 1.
#[derive(Debug, Clone, Default)]
pub(crate) struct Features {
    pub(crate) ids: Vec<u32>,
    pub(crate) values: Vec<f32>,
    /// Share of the word weight whose words were seen in training.
    pub(crate) known_share: f32,
}

/// The features that training saw, with their inverse document frequencies.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    pairs: Pairs,
    slots: Vec<Slot>,
    idf: Vec<f32>,
    idf_unknown: f32,
    /// The weight of what a single text has.
    idf_unique: f32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    mark: u32,
    id: u32,
}

/// What is done with features that a single text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rare {
    Kept,
    Dropped,
}

/// Which pairs of words are features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// Neighbours in their order.
    Near,
    /// Also words near each other in any order, where more than one text has them: "card lost".
    Apart,
}

/// A feature while texts are read.
#[derive(Debug, Clone, Copy)]
struct Seen {
    n_texts: u32,
    /// The last text that had it.
    last: u32,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Apart,
    /// Neighbours and parts of words.
    Other,
}

#[derive(Default)]
struct Grams {
    words: Vec<u64>,
    unigrams: Vec<u64>,
    /// Where in `words` the pairs begin that are apart.
    apart_from: usize,
    chars: Vec<u64>,
}

impl Vocabulary {
    /// Learns the features of `texts`; rare ones are pairs of words and parts of words that a
    /// single text has.
    pub(crate) fn learn<'a>(
        texts: impl Iterator<Item = &'a str>,
        rare: Rare,
        pairs: Pairs,
    ) -> Vocabulary {
        let mut vocabulary = Vocabulary {
            pairs,
            slots: vec![Slot::default(); 1 << 12],
            idf: vec![1.0],
            idf_unknown: 1.0,
            idf_unique: 1.0,
        };
        let mut hashes = vec![u64::from(BIAS)];
        let mut seen = vec![Seen { n_texts: 0, last: 0, kind: Kind::Word }];
        let mut n_texts = 0_u32;
        let mut grams = Grams::default();
        for text in texts {
            n_texts += 1;
            grams.read(text, pairs);
            for (nth, &hash) in grams.words.iter().chain(&grams.chars).enumerate() {
                let id = vocabulary.insert(hash, &mut hashes) as usize;
                if id == seen.len() {
                    seen.push(Seen { n_texts: 0, last: 0, kind: grams.kind(nth) });
                }
                if seen[id].last != n_texts {
                    seen[id].n_texts += 1;
                    seen[id].last = n_texts;
                }
            }
        }
        let is_kept: fn(&Seen) -> bool = match rare {
            Rare::Kept => |seen| seen.kind != Kind::Apart || seen.n_texts > 1,
            Rare::Dropped => |seen| seen.kind == Kind::Word || seen.n_texts > 1,
        };
        if rare == Rare::Dropped || pairs == Pairs::Apart {
            seen = vocabulary.keep(&hashes, &seen, is_kept);
        }
        let n_texts = n_texts as f32;
        let idf = |count: f32| ((1.0 + n_texts) / (1.0 + count)).ln() + 1.0;
        vocabulary.idf = seen.iter().map(|seen| idf(seen.n_texts as f32)).collect();
        vocabulary.idf_unknown = idf(0.0);
        vocabulary.idf_unique = idf(1.0);
        vocabulary
    }

    /// Forgets the other features and numbers these anew.
    fn keep(&mut self, hashes: &[u64], seen: &[Seen], is_kept: fn(&Seen) -> bool) -> Vec<Seen> {
        let kept: Vec<usize> = (0..seen.len()).filter(|&id| is_kept(&seen[id])).collect();
        self.slots = vec![Slot::default(); (kept.len() * 2).next_power_of_two()];
        for (id, &old) in kept.iter().enumerate().skip(1) {
            place(&mut self.slots, hashes[old], id as u32);
        }
        kept.into_iter().map(|id| seen[id]).collect()
    }

    pub(crate) fn n_features(&self) -> usize {
        self.idf.len()
    }

    pub(crate) fn n_bytes(&self) -> usize {
        self.slots.len() * size_of::<Slot>() + self.idf.len() * size_of::<f32>()
    }

    /// The features of one message; what training never saw is left out.
    pub(crate) fn features(&self, text: &str) -> Features {
        self.features_of(text, f32::INFINITY)
    }

    /// The features of an example as if it had not been learnt from: what it alone has is unknown.
    pub(crate) fn features_unseen(&self, text: &str) -> Features {
        self.features_of(text, self.idf_unique)
    }

    fn features_of(&self, text: &str, unknown_from: f32) -> Features {
        let mut grams = Grams::default();
        grams.read(text, self.pairs);
        let known_share = self.known_share(&grams.unigrams, unknown_from);
        let words = self.weigh(&grams.words, unknown_from);
        let chars = self.weigh(&grams.chars, unknown_from);
        let mut all: Vec<(u32, f32)> = Vec::with_capacity(1 + words.len() + chars.len());
        all.push((BIAS, 1.0));
        all.extend_from_slice(&words);
        all.extend_from_slice(&chars);
        let (ids, values) = all.into_iter().unzip();
        Features { ids, values, known_share }
    }

    fn known_share(&self, unigrams: &[u64], unknown_from: f32) -> f32 {
        let (mut known, mut total) = (0.0, 0.0);
        for &hash in unigrams {
            match self.find_known(hash, unknown_from) {
                Some(id) => {
                    known += self.idf[id as usize];
                    total += self.idf[id as usize];
                }
                None => total += self.idf_unknown,
            }
        }
        if total > 0.0 { known / total } else { 0.0 }
    }

    fn weigh(&self, hashes: &[u64], unknown_from: f32) -> Vec<(u32, f32)> {
        let mut ids: Vec<u32> =
            hashes.iter().filter_map(|&hash| self.find_known(hash, unknown_from)).collect();
        ids.sort_unstable();
        let mut weighted = Vec::with_capacity(ids.len());
        let mut square_sum = 0.0_f32;
        for run in ids.chunk_by(|left, right| left == right) {
            // A word said three times does not mean three times as much.
            let frequency = if run.len() == 1 { 1.0 } else { 1.0 + (run.len() as f32).ln() };
            let value = frequency * self.idf[run[0] as usize];
            square_sum += value * value;
            weighted.push((run[0], value));
        }
        if square_sum > 0.0 {
            let scale = square_sum.sqrt().recip();
            weighted.iter_mut().for_each(|(_, value)| *value *= scale);
        }
        weighted
    }

    fn find_known(&self, hash: u64, unknown_from: f32) -> Option<u32> {
        self.find(hash).filter(|&id| self.idf[id as usize] < unknown_from)
    }

    fn find(&self, hash: u64) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mark = mark_of(hash);
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot.mark == mark {
                return Some(slot.id);
            }
            if slot.mark == 0 {
                return None;
            }
            place = (place + 1) & mask;
        }
    }

    /// `hashes` holds the full hash of each feature, which growing the table needs again.
    fn insert(&mut self, hash: u64, hashes: &mut Vec<u64>) -> u32 {
        if let Some(id) = self.find(hash) {
            return id;
        }
        if hashes.len() * 2 > self.slots.len() {
            self.slots = vec![Slot::default(); self.slots.len() * 2];
            for (id, &hash) in hashes.iter().enumerate().skip(1) {
                place(&mut self.slots, hash, id as u32);
            }
        }
        let id = hashes.len() as u32;
        hashes.push(hash);
        place(&mut self.slots, hash, id);
        id
    }
}

fn mark_of(hash: u64) -> u32 {
    ((hash >> 32) as u32).max(1)
}

fn place(slots: &mut [Slot], hash: u64, id: u32) {
    let mask = slots.len() - 1;
    let mut place = hash as usize & mask;
    while slots[place].mark != 0 {
        place = (place + 1) & mask;
    }
    slots[place] = Slot { mark: mark_of(hash), id };
}

impl Grams {
    /// Words of two and more letters or digits, their pairs, and the n-grams inside each word.
    fn read(&mut self, text: &str, pairs: Pairs) {
        self.words.clear();
        self.unigrams.clear();
        self.chars.clear();
        let text: String = text.chars().take(N_CHARS_MAX).flat_map(char::to_lowercase).collect();
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        self.unigrams.extend(words.filter(|word| is_word(word)).map(word_hash));
        self.words.extend_from_slice(&self.unigrams);
        self.words.extend(self.unigrams.windows(2).map(|pair| pair_hash(pair[0], pair[1])));
        self.apart_from = self.words.len();
        if pairs == Pairs::Apart {
            self.read_apart();
        }
        let mut padded: Vec<char> = Vec::with_capacity(32);
        for piece in text.split_whitespace() {
            padded.clear();
            padded.push(' ');
            padded.extend(piece.chars());
            padded.push(' ');
            self.read_chars(&padded);
        }
    }

    /// The pairs of words near each other, each the same whichever comes first.
    fn read_apart(&mut self) {
        for (place, &word) in self.unigrams.iter().enumerate() {
            for &other in self.unigrams[place + 1..].iter().take(N_WORDS_APART_MAX) {
                self.words.push(apart_hash(word, other));
            }
        }
    }

    /// What stands at a place of the words followed by the characters.
    fn kind(&self, nth: usize) -> Kind {
        if nth < self.unigrams.len() {
            Kind::Word
        } else if (self.apart_from..self.words.len()).contains(&nth) {
            Kind::Apart
        } else {
            Kind::Other
        }
    }

    fn read_chars(&mut self, padded: &[char]) {
        for start in 0..padded.len() {
            let mut hash = 0x0c4a_u64;
            for (position, &c) in padded[start..].iter().take(GRAM_CHARS_MAX).enumerate() {
                hash = (hash ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
                if position + 1 >= GRAM_CHARS_MIN {
                    self.chars.push(mix(hash));
                }
            }
        }
    }
}

/// One Latin letter says nothing, one Chinese character does.
fn is_word(word: &str) -> bool {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(_), Some(_)) => true,
        (Some(only), None) => only > '\u{2e7f}',
        _ => false,
    }
}

fn word_hash(word: &str) -> u64 {
    mix(word.bytes().fold(0x7701_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
    }))
}

fn pair_hash(left: u64, right: u64) -> u64 {
    mix(left.rotate_left(1).wrapping_add(right) ^ 0x2b1a)
}

fn apart_hash(word: u64, other: u64) -> u64 {
    pair_hash(word.min(other), word.max(other)) ^ 0x99
}
