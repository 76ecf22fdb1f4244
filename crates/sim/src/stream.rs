//! Reads a desk's event stream: bytes in any pieces, changes out.

use std::collections::VecDeque;

use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::Value;

use crate::ClientError;

/// A stream whose event is longer than this is no desk's.
const EVENT_BYTES_MAX: usize = 4 << 20;

/// One change: the subject's current form, `null` when it is gone or no longer visible.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Change {
    /// `conversation`, `message`, …
    pub subject: String,
    /// The subject's id.
    pub id: String,
    /// Its current form.
    pub data: Value,
}

/// The changes of an open stream, in order.
pub struct Changes {
    body: futures_util::stream::BoxStream<'static, Result<Vec<u8>, ClientError>>,
    parser: Parser,
    ready: VecDeque<Event>,
}

impl Changes {
    /// Takes over a stream and waits for its `hello`: what happens from here on is not missed.
    pub(crate) async fn open(answer: reqwest::Response) -> Result<Self, ClientError> {
        let body = answer.bytes_stream().map(|piece| Ok(piece?.to_vec())).boxed();
        let mut changes = Self { body, parser: Parser::default(), ready: VecDeque::new() };
        while changes.event().await?.name != "hello" {}
        Ok(changes)
    }

    /// The next change.
    ///
    /// # Errors
    /// `Unreachable` when the stream ends; `Malformed`.
    pub async fn next(&mut self) -> Result<Change, ClientError> {
        loop {
            let event = self.event().await?;
            if event.name == "change" {
                return serde_json::from_str(&event.data)
                    .map_err(|error| ClientError::Malformed(format!("a change: {error}")));
            }
        }
    }

    async fn event(&mut self) -> Result<Event, ClientError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            match self.body.next().await {
                Some(piece) => self.parser.feed(&piece?, &mut self.ready)?,
                None => return Err(ClientError::Unreachable("the stream ended".to_owned())),
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Event {
    name: String,
    data: String,
}

/// Puts lines together to events, as the HTML standard describes server-sent events.
#[derive(Debug, Default)]
struct Parser {
    line: Vec<u8>,
    event: Event,
    n_data_lines: usize,
}

impl Parser {
    fn feed(&mut self, piece: &[u8], ready: &mut VecDeque<Event>) -> Result<(), ClientError> {
        for &byte in piece {
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            let line = std::str::from_utf8(line)
                .map_err(|_| ClientError::Malformed("the stream is not UTF-8".to_owned()))?;
            self.end_line(line, ready);
        }
        if self.line.len() + self.event.data.len() > EVENT_BYTES_MAX {
            return Err(ClientError::Malformed("an event is too long".to_owned()));
        }
        Ok(())
    }

    fn end_line(&mut self, line: &str, ready: &mut VecDeque<Event>) {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.n_data_lines) > 0 {
                ready.push_back(event);
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.n_data_lines > 0 {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.n_data_lines += 1;
            }
            // Ids are for clients that come back; comments keep connections open.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "event: hello\ndata: {\"seq\": 8}\n\n: beat\n\nid: 9\r\nevent: change\r\n\
        data: {\"subject\":\"message\",\r\ndata:\"id\":\"ø\",\"data\":null}\r\n\r\nevent: half\n";

    #[test]
    fn events_do_not_depend_on_the_pieces() {
        let change = "{\"subject\":\"message\",\n\"id\":\"ø\",\"data\":null}";
        for size in 1..TEXT.len() {
            let (mut parser, mut ready) = (Parser::default(), VecDeque::new());
            for piece in TEXT.as_bytes().chunks(size) {
                parser.feed(piece, &mut ready).unwrap();
            }
            let named = |name: &str, data: &str| Event { name: name.into(), data: data.into() };
            let expected = [named("hello", "{\"seq\": 8}"), named("change", change)];
            assert_eq!(ready, expected, "pieces of {size} bytes");
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let (mut parser, mut ready) = (Parser::default(), VecDeque::new());
        parser.feed(&vec![b'a'; EVENT_BYTES_MAX], &mut ready).unwrap();
        assert!(parser.feed(b"a", &mut ready).is_err());
    }
}
