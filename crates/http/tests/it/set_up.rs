//! The first run: once, whoever comes at the same time, also after an import.

use axum::http::StatusCode;
use serde_json::json;
use service::{FirstRun, Service};

use crate::place::Place;

async fn fresh(place: &Place) -> Service {
    Service::open(place.open().await, 1.0).await.unwrap()
}

fn owner(name: &str) -> FirstRun {
    FirstRun {
        desk_name: "Harbour".into(),
        name: name.into(),
        email: format!("{name}@harbour.example").as_str().into(),
        password: "three or four words".to_owned(),
        is_demo: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_owns_the_desk() {
    for is_imported in [false, true] {
        let place = Place::new();
        let service = fresh(&place).await;
        if is_imported {
            service.set_up_without_owner("Desk").await.unwrap();
        }
        assert!(service.needs_set_up());
        let (one, other) = tokio::join!(service.set_up(owner("ada")), service.set_up(owner("bob")));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|is_ok| **is_ok).count(), 1);
        assert!(service.set_up(owner("eve")).await.is_err());
        drop(service);
        let service = fresh(&place).await;
        assert!(!service.needs_set_up(), "imported: {is_imported}");
        assert_eq!(service.settings().unwrap().name.as_str(), "Harbour");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_desk_gets_its_owner_by_the_link() {
    let place = Place::new();
    let service = fresh(&place).await;
    service.set_up_without_owner("Desk").await.unwrap();
    let app = crate::app::App::around(service.clone(), place);
    assert_eq!(app.get("/setup", "").await, json!({ "needed": true, "sends_mail": false }));
    let mut given = json!({
        "key": "wrong", "desk_name": "Harbour", "name": "Ada",
        "email": "ada@harbour.example", "password": "three or four words",
    });
    let refused = app.call("POST", "/setup", "", given.clone(), &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    given["key"] = json!(service.setup_key().as_str());
    let session = app.post("/setup", "", given.clone()).await;
    let me = app.get("/me", session["token"].as_str().unwrap()).await;
    assert_eq!((&me["agent"]["role"], &me["desk"]["name"]), (&json!("owner"), &json!("Harbour")));
    assert_eq!(app.get("/setup", "").await, json!({ "needed": false, "sends_mail": false }));
    let again = app.call("POST", "/setup", "", given, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}
