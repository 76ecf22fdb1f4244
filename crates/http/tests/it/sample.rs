//! The sample shop comes and goes in one step, and takes nothing along that is somebody's own.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;

async fn step(app: &App, method: &str) -> Value {
    let answer = app.call(method, "/sample", &app.owner, Value::Null, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{method}: {}", answer.json);
    answer.json
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_and_goes() {
    let app = App::open().await;
    let (none, all) =
        (json!({ "topics": 0, "articles": 0 }), json!({ "topics": 1, "articles": 1 }));
    assert_eq!(step(&app, "GET").await, none);
    for expected in [("POST", &all), ("POST", &all), ("DELETE", &none), ("DELETE", &none)] {
        assert_eq!(step(&app, expected.0).await, *expected.1, "{}", expected.0);
    }
    assert_eq!(step(&app, "POST").await, all, "it comes back");
    let topics = app.get("/topics", &app.owner).await;
    let sofas: Vec<&Value> = topics["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|topic| topic["slug"] == "sofas")
        .collect();
    assert_eq!(sofas.len(), 1, "{topics}");
    assert_eq!((&sofas[0]["level"], &sofas[0]["archived"]), (&"off".into(), &false.into()));
    assert_eq!(sofas[0]["n_examples"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_or_put_to_use_stays() {
    let app = App::open().await;
    step(&app, "POST").await;
    let articles = app.get("/articles", &app.owner).await;
    let articles = articles["items"].as_array().unwrap();
    let sofa = articles.iter().find(|article| article["slug"] == "sofa-care").unwrap();
    let path = format!("/articles/{}", sofa["id"].as_str().unwrap());
    let mut article = app.get(&path, &app.owner).await;
    let fields = ["title", "body", "language", "topic_ids", "questions", "version"];
    article.as_object_mut().unwrap().retain(|field, _| fields.contains(&field.as_str()));
    article["body"] = "Brush the cover twice a week.".into();
    let changed = app.call("PUT", &path, &app.owner, article, &[]).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.json);
    let topics = app.get("/topics", &app.owner).await;
    let topics = topics["items"].as_array().unwrap();
    let sofas = topics.iter().find(|topic| topic["slug"] == "sofas").unwrap();
    let level = format!("/topics/{}/level", sofas["id"].as_str().unwrap());
    let given = json!({ "level": "draft", "reason": "We sell sofas." });
    let set = app.call("PUT", &level, &app.owner, given, &[]).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.json);
    assert_eq!(step(&app, "DELETE").await, json!({ "topics": 0, "articles": 0 }));
    assert_eq!(app.get(&path, &app.owner).await["slug"], "sofa-care");
    let topic = app.get(&format!("/topics/{}", sofas["id"].as_str().unwrap()), &app.owner).await;
    assert_eq!(topic["archived"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_owner_may() {
    let app = App::open().await;
    let agent = app.agent().await;
    for method in ["POST", "DELETE"] {
        let answer = app.call(method, "/sample", &agent, Value::Null, &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.json);
    }
}
