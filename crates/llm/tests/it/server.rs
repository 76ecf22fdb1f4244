//! A server that answers requests by script, byte by byte where need be.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use llm::{Block, Field, Function, Instruction, Key, Model, Patience, Question, Takes};
use privacy::{Placeholders, RawText, redact};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// One answer of the script.
#[derive(Clone)]
pub(crate) struct Scripted {
    status: u16,
    headers: String,
    /// Each piece after a wait.
    pieces: Vec<(Duration, Vec<u8>)>,
    /// Only to a request whose path is this; others get 404.
    path: Option<&'static str>,
}

/// A stream of these events.
pub(crate) fn stream(events: &[&str]) -> Scripted {
    let text: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    raw("text/event-stream", &text)
}

/// An answer of one kind in one piece.
pub(crate) fn raw(kind: &str, text: &str) -> Scripted {
    Scripted {
        status: 200,
        headers: format!("content-type: {kind}\r\n"),
        pieces: vec![(Duration::ZERO, text.as_bytes().to_vec())],
        path: None,
    }
}

/// A refusal.
pub(crate) fn refusal(status: u16, body: &str) -> Scripted {
    Scripted { status, ..raw("application/json", body) }
}

impl Scripted {
    pub(crate) fn at(self, path: &'static str) -> Self {
        Self { path: Some(path), ..self }
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        self.headers.push_str(&format!("{line}\r\n"));
        self
    }

    /// The same, each byte a piece of its own.
    pub(crate) fn in_bytes(mut self) -> Self {
        let bytes: Vec<u8> = self.pieces.iter().flat_map(|(_, piece)| piece.clone()).collect();
        self.pieces = bytes.into_iter().map(|byte| (Duration::ZERO, vec![byte])).collect();
        self
    }

    /// The same, and another piece after a wait.
    pub(crate) fn then(mut self, wait: Duration, text: &str) -> Self {
        self.pieces.push((wait, text.as_bytes().to_vec()));
        self
    }
}

/// A server and what it was asked.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Server {
    /// Answers in this order; after the last it closes each connection.
    pub(crate) async fn start(script: Vec<Scripted>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(VecDeque::from(script)));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { url, seen }
    }

    /// The bodies that came, in order, with their paths.
    pub(crate) fn seen(&self) -> Vec<(String, Value)> {
        self.seen.lock().unwrap().clone()
    }

    /// A client of it that does not wait long.
    pub(crate) fn model(&self, below: &str) -> Model {
        let url = format!("{}{below}", self.url);
        Model::new(&url, "stub", Key::new(Some("secret".into())), short()).unwrap()
    }
}

/// Long enough for a busy machine, short enough for a test.
pub(crate) fn short() -> Patience {
    let ms = Duration::from_millis;
    Patience { first: ms(1_500), next: ms(700), total: ms(4_000) }
}

async fn answer(
    mut stream: TcpStream,
    script: Arc<Mutex<VecDeque<Scripted>>>,
    log: Arc<Mutex<Vec<(String, Value)>>>,
) {
    let mut request = Vec::new();
    let (head, length) = loop {
        let mut bytes = [0; 4096];
        let n = stream.read(&mut bytes).await.unwrap_or(0);
        if n == 0 {
            return;
        }
        request.extend_from_slice(&bytes[..n]);
        let text = String::from_utf8_lossy(&request);
        if let Some(end) = text.find("\r\n\r\n") {
            let head = text[..end].to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            break (head, (end + 4, length));
        }
    };
    while request.len() < length.0 + length.1 {
        let mut bytes = [0; 4096];
        let n = stream.read(&mut bytes).await.unwrap();
        request.extend_from_slice(&bytes[..n]);
    }
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let body = serde_json::from_slice(&request[length.0..]).unwrap();
    assert!(head.contains("authorization: bearer secret"), "{head}");
    log.lock().unwrap().push((path.clone(), body));
    let next = {
        let mut script = script.lock().unwrap();
        let fits = script.front().is_none_or(|next| next.path.is_none_or(|wanted| wanted == path));
        if fits { script.pop_front() } else { Some(refusal(404, r#"{"detail":"Not Found"}"#)) }
    };
    let Some(Scripted { status, headers, pieces, .. }) = next else { return };
    let head = format!("HTTP/1.1 {status} S\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    for (wait, piece) in pieces {
        tokio::time::sleep(wait).await;
        if stream.write_all(&piece).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

/// An instruction for tests.
pub(crate) const INSTRUCTION: Instruction =
    Instruction { name: "test", edition: 1, text: "Call something." };

/// What is asked in the tests.
pub(crate) fn functions() -> Vec<Function> {
    let redacted = |text: &str| redact(&RawText::from(text).mask(), &mut Placeholders::default());
    let slot =
        Field { name: "slot", about: "Which.", takes: Takes::OneOf(vec![redacted("order")]) };
    let value = Field { name: "value", about: "What.", takes: Takes::Text };
    let sentences = Field { name: "sentences", about: "Their numbers.", takes: Takes::Numbers };
    vec![
        Function { name: "set_slot", about: "Give a value.", fields: vec![slot, value] },
        Function { name: "answer", about: "Answer.", fields: vec![sentences] },
        Function { name: "cancel", about: "Leave it.", fields: vec![] },
    ]
}

/// A customer's words as a block.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let line = redact(&RawText::from(text).mask(), &mut Placeholders::default());
    vec![Block { title: "customer", lines: vec![line] }]
}

/// A question about these blocks.
pub(crate) fn question<'a>(blocks: &'a [Block], functions: &'a [Function]) -> Question<'a> {
    Question { instruction: &INSTRUCTION, blocks, functions, tokens_max: 200 }
}
