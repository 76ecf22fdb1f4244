//! What is answered, from where, and what is refused.

use knowledge::{ArticleText, Index, NoAnswer, plain};

use crate::shop::{ARTICLES, index};

#[test]
fn questions_are_answered_from_the_right_article_or_refused() {
    let index = index();
    let check = |question: &str, expected: Result<&str, NoAnswer>| {
        let answer = index.answer(question, Some("en"), None);
        let found = answer.as_ref().map(|answer| &*answer.sentences[0].article);
        let grounds = index.grounds(question, Some("en"), None);
        assert_eq!(found.map_err(|reason| *reason), expected, "{question}: {grounds:?}");
    };
    check("How long does a refund take?", Ok("refunds"));
    check("when will i get my money back", Ok("refunds"));
    check("how do I reset my pasword?", Ok("password"));
    check("Can I pay by card?", Ok("payment"));
    check("can i cancel my order", Ok("cancel"));
    check("When does my gift card expire?", Ok("gift-cards"));
    check("My sister likes it here. How do I cancel an order?", Ok("cancel"));
    check("Can I pay with Bitcoin?", Err(NoAnswer::Uncertain));
    check("Do you have jobs in the warehouse?", Err(NoAnswer::NothingRelevant));
    check("Why was order 88213 split in two?", Err(NoAnswer::NothingRelevant));
    check("???", Err(NoAnswer::Empty));
    check("", Err(NoAnswer::Empty));
}

#[test]
fn another_language_is_not_answered_in_the_wrong_one() {
    let index = index();
    let answer = index.answer("Hur returnerar jag en vara?", Some("sv-SE"), None).unwrap();
    assert_eq!(&*answer.sentences[0].article, "retur");
    let german = index.answer("Wie lange dauert eine Erstattung?", Some("de"), None);
    assert_eq!(german, Err(NoAnswer::OtherLanguage));
    assert_eq!(Index::build(&[]).answer("Hello?", None, None), Err(NoAnswer::Empty));
}

#[test]
fn steps_are_given_whole_and_in_order() {
    let answer = index().answer("How do I print the return label?", Some("en"), None);
    let texts: Vec<String> = answer.unwrap().sentences.into_iter().map(|s| s.text).collect();
    let steps = ["Open the order. Choose Return.", "Print the label.", "Hand in the parcel."];
    assert!(texts.ends_with(&steps.map(str::to_owned)), "{texts:?}");
}

#[test]
fn a_list_is_never_cited_without_its_heading() {
    let article = ArticleText {
        id: "warranty",
        title: "Warranty",
        body: "The guarantee lasts three years.\n\n## Not **covered**\n- Normal wear and tear.\n\
               - Accidents.\n",
        language: "en",
        topics: &[],
        questions: &["Is wear and tear covered by the guarantee?"],
    };
    let index = Index::build(&[article]);
    let answer = index.answer("Is normal wear and tear covered?", Some("en"), None).unwrap();
    let place = |text: &str| answer.sentences.iter().position(|cited| cited.text == text);
    let heading = place("Not covered").expect("the heading is cited");
    assert!(place("Normal wear and tear.").is_some_and(|wear| wear > heading));
    let cited = &answer.sentences[heading];
    assert_eq!(plain(&article.body[cited.start..cited.end]), cited.text);
}

#[test]
fn every_cited_span_renders_to_its_text() {
    let index = index();
    let mut n_cited = 0;
    for article in ARTICLES {
        for question in article.questions {
            let Ok(answer) = index.answer(question, Some(article.language), None) else { continue };
            assert!((1..=4).contains(&answer.sentences.len()));
            for cited in answer.sentences {
                let source = ARTICLES.iter().find(|source| source.id == &*cited.article).unwrap();
                assert_eq!(plain(&source.body[cited.start..cited.end]), cited.text);
                n_cited += 1;
            }
        }
    }
    assert!(n_cited > 15, "only {n_cited} sentences were cited");
}

#[test]
fn no_text_breaks_an_index() {
    let seed = 20_261_123;
    let mut state: u64 = seed;
    let pieces = [
        "# ",
        "* ",
        "1. ",
        "[a](b)",
        "**x.** ",
        "é",
        "\n",
        "\n\n",
        "`c. d`",
        "|",
        "\\",
        "> ",
        "e.g. ",
        "word. ",
        "日本語。",
        "```\n",
        "- ",
        "__",
        "(",
        "]",
        "!",
        " ",
    ];
    for round in 0..400 {
        let mut body = String::new();
        for _ in 0..24 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            body.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        let article = ArticleText {
            id: "a",
            title: "word",
            body: &body,
            language: "en",
            topics: &[],
            questions: &["word"],
        };
        let answer = Index::build(&[article]).answer("word", None, None);
        for cited in answer.into_iter().flat_map(|answer| answer.sentences) {
            let rendered = plain(&body[cited.start..cited.end]);
            assert_eq!(rendered, cited.text, "seed {seed}, round {round}: {body:?}");
        }
    }
}

#[test]
fn ways_of_asking_are_learnt_from_and_never_shown() {
    let body = "? what do you charge to bring a sofa\n\nDelivery costs 5 euro.\n\n## Upstairs\n\
                ? will they carry it to my flat\n? fourth floor, no lift\n\n\
                The team carries to the third floor.\n\n```\n? not one\n```\n";
    let shown = "\nDelivery costs 5 euro.\n\n## Upstairs\n\nThe team carries to the third \
                 floor.\n\n```\n? not one\n```\n";
    assert_eq!(knowledge::shown(body), shown);
    let article = ArticleText {
        id: "delivery",
        title: "Delivery",
        body,
        language: "en",
        topics: &[],
        questions: &["What is the fee?"],
    };
    let index = Index::build(&[article]);
    let answer = index.answer("we live on the fourth floor with no lift", Some("en"), None);
    let first = &answer.unwrap().sentences[0];
    assert_eq!(first.text, "The team carries to the third floor.");
    assert_eq!(&body[first.start..first.end], first.text);
    for question in ["what do you charge to bring a sofa", "What is the fee?", "not one"] {
        let Ok(answer) = index.answer(question, Some("en"), None) else { continue };
        assert!(answer.sentences.iter().all(|cited| !cited.text.contains('?')), "{answer:?}");
    }
}

#[test]
fn who_chooses_from_the_nearest_sections_gets_lists_and_steps_whole() {
    let index = index();
    let near = index.nearest("How do I print the return label?", Some("en"), None, 3);
    assert_eq!(near.len(), 3);
    let steps = &near[0];
    let one = steps.cite(&[steps.sentences.len() - 1]);
    assert!(one.len() > 2 && one[0].begins_section, "all steps: {one:?}");
    assert!(one.iter().skip(1).all(|cited| !cited.begins_section));
    assert!(steps.cite(&[]).is_empty() && steps.cite(&[999]).is_empty());
    assert!(index.nearest("Wie lange dauert das?", Some("de"), None, 3).is_empty());
}
