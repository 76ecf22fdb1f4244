//! People first on written cases in six languages: who is found, and who is sent in vain.
#![allow(clippy::unwrap_used)] // A file that cannot be read is a failed test.

use std::collections::BTreeMap;

use assistant::{Rule, people_first};

const CASES: &str = include_str!("../people_first.csv");

/// Of one language, or of all.
#[derive(Default)]
struct Count {
    with_rule: usize,
    found: usize,
    by_its_rule: usize,
    without: usize,
    in_vain: usize,
}

#[test]
fn written_cases_reach_a_person_and_few_others_do() {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for row in csv::Reader::from_reader(CASES.as_bytes()).records() {
        let row = row.unwrap();
        let (text, language, rule) = (&row[0], &row[1], &row[2]);
        let found = people_first(text);
        for name in [language, "all"] {
            let count = counts.entry(name.to_owned()).or_default();
            if rule.is_empty() {
                count.without += 1;
                count.in_vain += usize::from(found.is_some());
            } else {
                count.with_rule += 1;
                count.found += usize::from(found.is_some());
                count.by_its_rule += usize::from(found.map(name_of) == Some(rule));
            }
        }
        let expected = (!rule.is_empty()).then_some(rule);
        if found.map(name_of) != expected {
            println!("{language}: {text}: {found:?} instead of {rule:?}");
        }
    }
    for (name, count) in &counts {
        let Count { with_rule, found, by_its_rule, without, in_vain } = count;
        println!(
            "{name}: {found} of {with_rule} found, {by_its_rule} by their rule; {in_vain} of {without} in vain"
        );
    }
    let all = &counts["all"];
    assert!(all.with_rule + all.without >= 500);
    assert!(all.found * 100 >= all.with_rule * 95, "recall below .95");
    assert!(all.in_vain * 100 <= all.without * 5, "too many sent in vain");
}

fn name_of(rule: Rule) -> &'static str {
    match rule {
        Rule::SelfHarm => "self_harm",
        Rule::Threat => "threat",
        Rule::Bereavement => "bereavement",
        Rule::Hardship => "hardship",
        Rule::Fraud => "fraud",
        Rule::Minor => "minor",
        Rule::Legal => "legal",
    }
}
