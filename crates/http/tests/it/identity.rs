//! Who a page says that a customer is.

use serde_json::{Value, json};

use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_has_bounds() {
    let app = App::open().await;
    let (fits, long) = ("n".repeat(120), "n".repeat(121));
    let mail = format!("{}@shop.example", "m".repeat(241));
    for (external_id, name, email, status) in [
        // Nobody signs an empty key on purpose, so the signature is not looked at.
        ("", None, None, 400),
        ("  ", None, None, 400),
        ("customer 7", Some(&long), None, 400),
        ("customer 7", None, Some(format!("m{mail}")), 400),
        // The bounds are kept; the signature is wrong.
        ("customer 7", Some(&fits), Some(mail), 401),
    ] {
        let hash = "0".repeat(64);
        let identity =
            json!({ "external_id": external_id, "name": name, "email": email, "hash": hash });
        let body = json!({ "inbox": "web", "identity": identity });
        let answer = app.call("POST", "/widget/session", "", body, &[]).await;
        assert_eq!(answer.status, status, "{external_id:?}: {}", answer.json);
        assert_ne!(answer.json["hint"], Value::Null);
    }
}
