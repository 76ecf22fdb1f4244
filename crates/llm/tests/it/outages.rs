//! Servers that are slow, full, broken or gone: nobody waits long, and the next one is asked.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::time::Duration;

use llm::{Fault, Key, Model, Models, Standing};

use crate::server::{Server, blocks, functions, question, raw, refusal, short, stream};

const WORD: &str = r#"{"choices":[{"delta":{"content":"Hi"}}]}"#;

async fn fault(script: Vec<crate::server::Scripted>) -> Fault {
    let server = Server::start(script).await;
    let (answer, _) = server.model("/v1").ask(&question(&blocks("Hello"), &functions())).await;
    answer.unwrap_err()
}

#[tokio::test]
async fn each_way_of_failing_has_its_name() {
    let long = r#"{"error":{"message":"This model's maximum context length is 4096 tokens","code":"context_length_exceeded"}}"#;
    assert_eq!(fault(vec![refusal(400, long)]).await, Fault::TooLong);
    assert_eq!(fault(vec![refusal(401, "{}")]).await, Fault::NotAllowed(401));
    // A missing key was 500 at one server: an outage like any other.
    assert_eq!(fault(vec![refusal(500, "Internal Server Error")]).await, Fault::Failed(500));
    let later = refusal(429, "{}").header("retry-after: 7");
    assert_eq!(fault(vec![later]).await, Fault::TooMany(Some(Duration::from_secs(7))));
    let inside = r#"{"error":{"message":"out of memory"}}"#;
    assert_eq!(fault(vec![stream(&[WORD, inside])]).await, Fault::Broken("out of memory".into()));
    let refused = refusal(400, r#"{"error":{"message":"no such thing"}}"#);
    assert_eq!(fault(vec![refused]).await, Fault::Refused(400, "no such thing".into()));
    assert!(matches!(fault(vec![raw("text/html", "<p>Hi")]).await, Fault::Broken(_)));
    assert!(matches!(fault(vec![stream(&["{"])]).await, Fault::Broken(_)));
    // Cut off before a word.
    assert_eq!(fault(vec![]).await, Fault::Failed(0));
    let endless = stream(&[&format!("{{\"x\":\"{}\"}}", "y".repeat(2 << 20))]);
    assert!(matches!(fault(vec![endless]).await, Fault::Broken(_)));
}

#[tokio::test]
async fn the_first_piece_the_next_and_the_end_each_have_their_time() {
    let late = raw("text/event-stream", "").then(Duration::from_secs(9), WORD);
    assert_eq!(fault(vec![late]).await, Fault::Slow("the first piece of an answer"));
    let stalls = stream(&[WORD]).then(Duration::from_secs(9), WORD);
    assert_eq!(fault(vec![stalls]).await, Fault::Slow("the next piece of an answer"));
    let mut drips = stream(&[WORD]);
    for _ in 0..30 {
        drips = drips.then(Duration::from_millis(300), &format!("data: {WORD}\n\n"));
    }
    assert_eq!(fault(vec![drips]).await, Fault::Slow("the end of an answer"));
}

#[tokio::test]
async fn nobody_waits_for_a_model_that_is_down_and_the_second_answers() {
    // A port that nobody listens on.
    let gone = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let first = Model::new(&gone, "first", Key::default(), short()).unwrap();
    let server = Server::start((0..50).map(|_| stream(&[WORD, "[DONE]"])).collect()).await;
    let models = Models::new(vec![first.clone(), server.model("/v1")]);
    let (blocks, functions) = (blocks("Hello"), functions());
    let told = models.ask(&question(&blocks, &functions)).await;
    assert!(matches!(told.asked[0].3, Some(Fault::Unreachable(_))), "{:?}", told.asked);
    assert_eq!(told.answer.unwrap().text, "Hi");
    assert!(matches!(first.standing(), Standing::Rests(_)));
    for _ in 0..20 {
        let told = models.ask(&question(&blocks, &functions)).await;
        assert_eq!(told.asked[0].3, Some(Fault::Resting));
        assert_eq!(told.answer.unwrap().text, "Hi");
    }
    assert_eq!(server.seen().len(), 21);
}

#[tokio::test]
async fn more_than_it_gets_at_once_go_elsewhere() {
    let slow = raw("text/event-stream", "").then(Duration::from_secs(9), WORD);
    let server = Server::start(vec![slow; 40]).await;
    let model = server.model("/v1");
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let model = model.clone();
            tokio::spawn(async move {
                model.ask(&question(&blocks("Hello"), &functions())).await.0.unwrap_err()
            })
        })
        .collect();
    let mut busy = 0;
    for task in tasks {
        busy += usize::from(task.await.unwrap() == Fault::Busy);
    }
    assert_eq!(busy, 8);
}

#[test]
fn an_address_or_a_name_that_is_none_is_refused_and_no_secret_is_shown() {
    let model = |url: &str, name: &str| Model::new(url, name, Key::default(), short());
    assert!(model("ftp://example.com", "x").is_err());
    assert!(model("nonsense", "x").is_err());
    assert!(model("http://example.com", " ").is_err());
    let key = Key::new(Some("hunter2".into()));
    let model = Model::new("https://models.example/v1", "x", key, short()).unwrap();
    assert!(!format!("{model:?}").contains("hunter2"));
    assert_eq!(model.host(), "models.example");
}
