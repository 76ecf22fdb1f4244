//! Calls to a running shop, and to systems that break off, lie or say too much.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use assistant::{Arguments, Tools};
use serde_json::{Value, json};
use shop::{Buyer, Shop, sample, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tools::{Connection, Key, Told};

const TOOLS: &str = include_str!("../../../../demo/tools.toml");

struct Place {
    tools: Tools,
    connection: Connection,
    _folder: tempfile::TempDir,
}

async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let buyers = [Buyer { id: "ida".into(), name: "Ida Berg".into() }];
    let shop =
        Shop::open(sample(&buyers, 1, "2026-12-01"), &folder.path().join("shop.ndjson")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(shop, listener));
    let connection = Connection::new(&url, Key::default()).unwrap();
    Place { tools: Tools::parse(TOOLS).unwrap(), connection, _folder: folder }
}

impl Place {
    fn arguments(&self, tool: &str, given: &Value) -> Arguments {
        Arguments::read(self.tools.get(tool).unwrap(), given).unwrap()
    }

    async fn look(&self, tool: &str, given: &Value) -> Told {
        let arguments = self.arguments(tool, given);
        self.connection.look(self.tools.get(tool).unwrap(), &arguments).await
    }

    async fn pending(&self) -> String {
        let Told::Done(orders) = self.look("list_orders", &json!({ "user_id": "ida" })).await
        else {
            panic!("the shop did not list the orders")
        };
        let pending = |order: &&Value| order["status"] == "pending";
        let found = orders.as_array().unwrap().iter().find(pending).unwrap();
        found["order_id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_change_is_made_once_and_can_be_read_back() {
    let place = place().await;
    let order = place.pending().await;
    let name = "cancel_pending_order";
    let tool = place.tools.get(name).unwrap();
    let arguments =
        place.arguments(name, &json!({ "order_id": order, "reason": "no longer needed" }));
    assert_eq!(place.connection.read_back("key").await, Ok(None));
    assert!(place.connection.quote(tool, &arguments).await.unwrap() > 0);
    let first = place.connection.change(tool, &arguments, "key").await;
    let Told::Done(result) = &first else { panic!("{first:?}") };
    assert_eq!(result["status"], "cancelled");
    assert_eq!(place.connection.change(tool, &arguments, "key").await, first);
    assert_eq!(place.connection.read_back("key").await, Ok(Some(first)));
    let again = place.connection.change(tool, &arguments, "other").await;
    assert!(matches!(&again, Told::Refused(why) if why.contains("cancelled")), "{again:?}");
    assert_eq!(place.connection.read_back("other").await, Ok(Some(again)));
}

#[tokio::test]
async fn records_are_a_customers_own() {
    let place = place().await;
    let of = place.connection.records("ida").await.unwrap();
    assert_ne!(of, assistant::Records::default());
    let unknown = place.connection.records("../ida").await.unwrap();
    assert_eq!(unknown, assistant::Records::default());
}

/// A system that says this and no more.
async fn saying(answer: &'static str) -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut buffer = [0; 4_096];
            drop(stream.read(&mut buffer).await);
            drop(stream.write_all(answer.as_bytes()).await);
        }
    });
    Connection::new(&url, Key::default()).unwrap()
}

#[tokio::test]
async fn what_is_no_answer_is_unknown() {
    let tools = Tools::parse(TOOLS).unwrap();
    let tool = tools.get("cancel_pending_order").unwrap();
    let given = json!({ "order_id": "#W1", "reason": "no longer needed" });
    let arguments = Arguments::read(tool, &given).unwrap();
    for (answer, is_unknown) in [
        ("", true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{\"half\": ", true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", true),
        ("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", true),
        ("HTTP/1.1 409 No\r\ncontent-length: 0\r\n\r\n", true),
        ("HTTP/1.1 302 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", true),
        ("HTTP/1.1 422 No\r\ncontent-length: 16\r\n\r\n{\"detail\":\"no\"} ", false),
        ("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n", false),
    ] {
        let told = saying(answer).await.change(tool, &arguments, "key").await;
        assert_eq!(matches!(told, Told::Unknown(_)), is_unknown, "{answer:?}: {told:?}");
    }
}

#[tokio::test]
async fn no_card_number_comes_in_by_a_tool() {
    let tools = Tools::parse(TOOLS).unwrap();
    let tool = tools.get("list_all_product_types").unwrap();
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 42\r\n\r\n\
        {\"note\":[\"pay with 4111 1111 1111 1111\"]} ";
    let arguments = Arguments::read(tool, &json!({})).unwrap();
    let Told::Done(told) = saying(answer).await.look(tool, &arguments).await else { panic!() };
    assert!(!told.to_string().contains("4111"), "{told}");
    assert!(told.to_string().contains("pay with"), "{told}");
}

#[tokio::test]
async fn a_declared_request_has_its_arguments_where_they_belong() {
    let tools = Tools::parse(
        "[[tool]]\nname = \"order\"\nsummary = \"An order.\"\nidentity = false\n\
         http = { method = \"GET\", path = \"/v2/orders/{id}\" }\n\
         [[tool.argument]]\nname = \"id\"\nsource = \"words\"\n\
         [[tool.argument]]\nname = \"view\"\nsource = \"words\"\n",
    )
    .unwrap();
    let tool = tools.get("order").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/", listener.local_addr().unwrap());
    let connection = Connection::new(&url, Key::new(Some("secret".into()))).unwrap();
    assert!(!format!("{connection:?}").contains("\"secret\""));
    let given = json!({ "id": "#1/../2?x", "view": "all of it" });
    let arguments = Arguments::read(tool, &given).unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4_096];
        let n = stream.read(&mut buffer).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(answer).await.unwrap();
        String::from_utf8_lossy(&buffer[..n]).into_owned()
    });
    assert_eq!(connection.look(tool, &arguments).await, Told::Done(json!({})));
    let asked = asked.await.unwrap();
    let line = asked.lines().next().unwrap();
    assert_eq!(line, "GET /api/v2/orders/%231%2F..%2F2%3Fx?view=all+of+it HTTP/1.1");
    assert!(asked.contains("authorization: Bearer secret"), "{asked}");
}
