//! `api/openapi.json` is what the program serves, and every route is in it.

use std::{collections::BTreeSet, path::PathBuf};

use axum::http::StatusCode;
use serde_json::Value;

use crate::app::App;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../api/openapi.json")
}

/// `UPDATE=1 cargo test -p http@0.1.0 description` writes the file.
#[test]
fn the_file_is_what_the_code_says() {
    let text = serde_json::to_string_pretty(&http::description()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(file().parent().unwrap()).unwrap();
        std::fs::write(file(), &text).unwrap();
    }
    let kept = std::fs::read_to_string(file()).unwrap_or_default();
    assert!(kept == text, "run: UPDATE=1 cargo test -p http@0.1.0 description");
}

fn operations() -> BTreeSet<(String, String)> {
    let description = http::description();
    let paths = description["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&String, &Value)| -> Vec<(String, String)> {
        methods.as_object().unwrap().keys().map(|m| (m.clone(), path.clone())).collect()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn every_route_is_described() {
    let source = include_str!("../../src/routes/mod.rs");
    let api = &source[source.find("let api").unwrap()..source.find(".fallback(").unwrap()];
    let mut routes = BTreeSet::new();
    for route in api.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap();
        for method in ["get", "post", "put", "patch", "delete"] {
            let is_there = |start: &str| route.contains(&format!("{start}{method}("));
            if is_there(" ") || is_there(".") {
                routes.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert!(routes.len() > 50, "the routes are still found in the source: {routes:?}");
    assert_eq!(routes, operations());
}

#[tokio::test]
async fn every_operation_exists() {
    let app = App::open().await;
    for (method, path) in operations() {
        let path = path.replace("{id}", "none").replace("{example}", "none");
        let path = path.replace("{draft}", "none");
        let answer = app.call(&method.to_uppercase(), &path, "", Value::Null, &[]).await;
        let detail = answer.json["detail"].as_str().unwrap_or_default();
        let is_known = detail != "There is no such address." && !detail.contains("that method");
        assert!(is_known, "{method} {path}: {}", answer.json);
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
}
