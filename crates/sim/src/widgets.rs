//! Widgets that are open and silent: each a customer with a session and an event stream.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
};

use crate::Line;

/// So many come at once.
const AT_ONCE: usize = 64;

/// Event streams; they end with this value.
pub struct Widgets {
    /// One for each customer.
    pub streams: Vec<BufReader<TcpStream>>,
}

/// Opens so many on a desk, whose address has its port; counts them as they come.
///
/// # Errors
/// When one of them is refused.
pub async fn open(
    host: &str,
    inbox: &str,
    n: usize,
    told: Arc<AtomicUsize>,
) -> Result<Widgets, String> {
    let mut work = JoinSet::new();
    for place in 0..AT_ONCE.min(n) {
        let (host, inbox, told) = (host.to_owned(), inbox.to_owned(), Arc::clone(&told));
        work.spawn(async move {
            let mut line = Line::new(&host);
            let mut streams = Vec::new();
            for _ in (place..n).step_by(AT_ONCE) {
                let body = json!({ "inbox": inbox });
                let (_, session) = line.post("/widget/session", "", &body).await?;
                let token = session["token"].as_str().ok_or("no session")?;
                streams.push(listen(&host, token).await.map_err(|error| error.to_string())?);
                told.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, String>(streams)
        });
    }
    let mut streams = Vec::with_capacity(n);
    for opened in work.join_all().await {
        streams.extend(opened?);
    }
    Ok(Widgets { streams })
}

/// A stream that has greeted.
async fn listen(host: &str, token: &str) -> std::io::Result<BufReader<TcpStream>> {
    let mut stream = BufReader::with_capacity(256, TcpStream::connect(host).await?);
    let request = format!(
        "GET /api/v1/widget/events HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut line = String::new();
    while !line.contains("hello") {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(stream)
}
