//! The shop's API over HTTP: operations by name, changes once per key, and what somebody owns.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};
use tokio::{net::TcpListener, sync::Mutex};

use crate::{Records, Refused, Shop, ShopError, change::OPEN};

type Shared = Arc<Mutex<Shop>>;

/// Serves the shop until the listener fails.
///
/// # Errors
///
/// When the listener fails.
pub async fn serve(shop: Shop, listener: TcpListener) -> std::io::Result<()> {
    axum::serve(listener, routes(shop)).await
}

/// The shop's API:
/// - `POST /{operation}` with its arguments; with the header `Idempotency-Key` it may change
///   something, once per key. 200 with the result, 422 with `{"detail"}` when the shop refuses.
/// - `POST /{operation}/quote`: `{"amount"}` in cents that it would move.
/// - `GET /calls/{key}`: `{"result"}` or `{"refused"}` of what was done under a key; 404 if nothing.
/// - `GET /customers/{id}/records`: what belongs to a customer, by kind and id.
pub fn routes(shop: Shop) -> Router {
    let shop = Arc::new(Mutex::new(shop));
    Router::new()
        .route("/{operation}", post(operate))
        .route("/{operation}/quote", post(quote))
        .route("/calls/{key}", get(read_back))
        .route("/customers/{id}/records", get(records))
        .with_state(shop)
}

async fn operate(
    State(shop): State<Shared>,
    Path(operation): Path<String>,
    headers: HeaderMap,
    Json(arguments): Json<Value>,
) -> Response {
    let mut shop = shop.lock().await;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let reply = match key {
        None => shop.look(&operation, &arguments),
        Some(key) => match shop.change(key, &operation, &arguments) {
            Ok(reply) => reply,
            Err(error @ ShopError::OtherCall) => {
                return problem(StatusCode::CONFLICT, &error.to_string());
            }
            Err(error @ ShopError::Disk(_)) => {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string());
            }
        },
    };
    match reply {
        Ok(result) => Json(result).into_response(),
        Err(refused) => refusal(&refused),
    }
}

async fn quote(
    State(shop): State<Shared>,
    Path(operation): Path<String>,
    Json(arguments): Json<Value>,
) -> Response {
    match shop.lock().await.quote(&operation, &arguments) {
        Ok(amount) => Json(json!({ "amount": amount })).into_response(),
        Err(refused) => refusal(&refused),
    }
}

async fn read_back(State(shop): State<Shared>, Path(key): Path<String>) -> Response {
    match shop.lock().await.read_back(&key) {
        Some(Ok(result)) => Json(json!({ "result": result })).into_response(),
        Some(Err(refused)) => Json(json!({ "refused": refused })).into_response(),
        None => problem(StatusCode::NOT_FOUND, "nothing was done under this key"),
    }
}

async fn records(State(shop): State<Shared>, Path(id): Path<String>) -> Response {
    match own_records(shop.lock().await.records(), &id) {
        Ok(records) => Json(records).into_response(),
        Err(_) => problem(StatusCode::NOT_FOUND, "there is no such customer"),
    }
}

/// What belongs to a customer: by kind, then by id, the fields that a desk's policy looks at.
///
/// # Errors
///
/// When there is no such customer.
pub fn own_records(records: &Records, id: &str) -> Result<Value, Refused> {
    let user = records.user(id)?;
    let empty = || Value::Object(Map::new());
    let methods: Map<String, Value> =
        user.payment_methods.keys().map(|id| (id.clone(), empty())).collect();
    let own = records.orders.values().filter(|order| order.user_id == user.user_id);
    let mut orders = Map::new();
    let mut items = Map::new();
    for order in own {
        let is_open = order.instalments.iter().any(|instalment| instalment.status == OPEN);
        let plan = if is_open { OPEN } else { "none" };
        orders.insert(order.order_id.clone(), json!({ "status": order.status, "plan": plan }));
        items.extend(order.items.iter().map(|item| (item.item_id.clone(), empty())));
    }
    let user = Map::from_iter([(id.to_owned(), empty())]);
    Ok(json!({ "user": user, "payment_method": methods, "order": orders, "item": items }))
}

fn refusal(refused: &Refused) -> Response {
    problem(StatusCode::UNPROCESSABLE_ENTITY, &refused.to_string())
}

fn problem(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}
