//! An agent's event stream that is opened again whenever it breaks, and what came by it.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use desk::limits::REPLAY_EVENTS_MAX;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    customers::{answer, client},
    desk::{Desk, EMAIL, PASSWORD, Place, addresses, within},
};

/// What was not heard by then is not heard.
const HEAR_MAX: Duration = Duration::from_secs(120);
/// Longer than the desk's beat: a stream that says nothing at all is dead.
const SILENCE_MAX: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
struct Heard {
    /// The journal's numbers as they came.
    seqs: Vec<i64>,
    /// How many had come, when the stream was too far behind and went on after which number.
    resyncs: Vec<(usize, i64)>,
    n_openings: usize,
}

impl Heard {
    /// The last number that this agent knows of, by a change or by what was read afresh.
    fn last(&self) -> Option<i64> {
        let afresh = self.resyncs.last().map(|(_, seq)| *seq);
        self.seqs.last().copied().max(afresh)
    }

    /// Each change came once and in order; only more than a stream repeats was ever skipped.
    fn check(&self) {
        let mut resyncs = self.resyncs.iter().peekable();
        let mut last = self.seqs[0] - 1;
        for (n, seq) in self.seqs.iter().enumerate() {
            while let Some((_, to)) = resyncs.next_if(|(came, _)| *came == n) {
                let n_skipped = to - last;
                assert!(n_skipped > REPLAY_EVENTS_MAX as i64, "{n_skipped} skipped after {last}");
                last = *to;
            }
            assert_eq!(*seq, last + 1, "what came, and what was due");
            last = *seq;
        }
    }
}

/// An agent who listens.
pub(crate) struct Ear {
    heard: Arc<Mutex<Heard>>,
    listening: JoinHandle<()>,
}

impl Ear {
    /// Signs in and listens at one of the desks, then at the next when a stream breaks.
    pub(crate) async fn open(desks: &[&Desk]) -> Self {
        let http = client();
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let request = http.post(format!("{}/session", desks[0].api())).json(&body);
        let (_, session) = answer(request).await.unwrap();
        let token = session["token"].as_str().unwrap().to_owned();
        let heard = Arc::<Mutex<Heard>>::default();
        let listening = tokio::spawn(listen(http, addresses(desks), token, Arc::clone(&heard)));
        let is_open = || heard.lock().unwrap().n_openings > 0;
        assert!(within(HEAR_MAX, is_open).await, "no stream is opened");
        Self { heard, listening }
    }

    /// Hears everything that is in the journal by now; returns how long that took.
    pub(crate) async fn catch_up(&self, place: &Place) -> Duration {
        let end = place.number("select max(seq) from journal");
        let began = Instant::now();
        let last = || self.heard.lock().unwrap().last();
        let is_heard = within(HEAR_MAX, || last() >= Some(end)).await;
        assert!(is_heard, "heard up to {:?} of {end} in {HEAR_MAX:?}", last());
        began.elapsed()
    }

    /// Everything up to the journal's end was heard: each change once, in order.
    pub(crate) async fn check(self, place: &Place) {
        self.catch_up(place).await;
        self.listening.abort();
        let heard = self.heard.lock().unwrap();
        heard.check();
        println!(
            "an agent heard {} changes, each once, over {} openings of the stream; {} times it was \
             too far behind and read afresh",
            heard.seqs.len(),
            heard.n_openings,
            heard.resyncs.len(),
        );
    }
}

async fn listen(http: reqwest::Client, apis: Vec<String>, token: String, heard: Arc<Mutex<Heard>>) {
    for api in apis.iter().cycle() {
        let last = heard.lock().unwrap().last();
        let mut request = http.get(format!("{api}/events")).bearer_auth(&token);
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        // Whatever ends a stream, the next one goes on where it ended.
        let _ = take_in(request, &heard).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn take_in(
    request: reqwest::RequestBuilder,
    heard: &Mutex<Heard>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let sending = tokio::time::timeout(SILENCE_MAX, request.send());
    let mut answer = sending.await??.error_for_status()?;
    let mut text = Vec::new();
    while let Some(piece) = tokio::time::timeout(SILENCE_MAX, answer.chunk()).await?? {
        text.extend_from_slice(&piece);
        while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            take(&String::from_utf8(event)?, heard);
        }
    }
    Ok(())
}

fn take(event: &str, heard: &Mutex<Heard>) {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    let data: Value = field("data: ").map_or(Value::Null, |data| data.parse().unwrap());
    let mut heard = heard.lock().unwrap();
    match field("event: ") {
        Some("hello") => heard.n_openings += 1,
        Some("change") => heard.seqs.push(data["seq"].as_i64().unwrap()),
        Some("resync") => {
            let n_came = heard.seqs.len();
            heard.resyncs.push((n_came, data["seq"].as_i64().unwrap()));
        }
        _ => {}
    }
}
