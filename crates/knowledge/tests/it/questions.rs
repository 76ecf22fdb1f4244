//! The demo's articles answer what its customers ask, and leave the rest to people.

use std::path::PathBuf;

use crate::demo::{Shop, Tally, index, question_files, questions};

/// Shares of the answerable questions that are answered, and of the answers that are right; and
/// how many may be answered of those that no article answers. A little below what was measured.
const FLOORS: &[(&str, f64, f64, usize)] =
    &[("development", 0.92, 0.97, 2), ("earlier", 0.66, 0.94, 4), ("held-out", 0.59, 0.94, 2)];

#[test]
fn the_demo_answers_as_well_as_before() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let shop = Shop::read(&folder);
    let (classifier, index) = (shop.classifier(), index(&shop.articles));
    for file in question_files(&folder.join("questions")) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let floor = FLOORS.iter().find(|floor| floor.0 == name);
        let &(_, answered, right, n_foreign) = floor.unwrap_or_else(|| panic!("no floor: {name}"));
        let mut tally = Tally::default();
        for question in questions(&file) {
            let topic = classifier.classify(&question.text).decided;
            let answer = index.answer(&question.text, Some("en"), topic.as_deref());
            tally.add(&question, answer.as_ref().ok());
        }
        let share = |part: usize, of: usize| part as f64 / of as f64;
        let is_well = share(tally.n_answered, tally.n) >= answered
            && share(tally.n_right, tally.n_answered) >= right
            && tally.n_none_answered <= n_foreign;
        assert!(is_well, "{name}: {tally:?}; see `cargo run -p knowledge --example answers`");
    }
}
