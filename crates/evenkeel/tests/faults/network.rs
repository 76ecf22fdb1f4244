//! A network that is cut between one of two desks and the database.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{StatusCode, header::RETRY_AFTER};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
};

use crate::{
    Run,
    checks::check,
    customers::{Customers, Manners, client},
    desk::{Desk, Place, addresses},
    stream::Ear,
};

const N_CUSTOMERS: usize = 3;
/// Slow enough that a stream which was cut off is not too far behind to go on.
const PAUSE: Duration = Duration::from_millis(100);
const MAY_REFUSE: &[StatusCode] = &[StatusCode::SERVICE_UNAVAILABLE];
/// Whoever asks the desk that is cut off is told so by then.
const TOLD_MAX: Duration = Duration::from_secs(30);
/// Closing connections takes no longer.
const CUT_MAX: Duration = Duration::from_secs(2);
/// The other desk answers all the same: at worst after the database has let go of what the lost
/// desk held.
const OTHER_MAX: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Network {
    Whole,
    /// Connections are closed, and new ones too.
    Refusing,
    /// Nothing arrives, and nobody says so.
    Silent,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_whose_connections_are_refused_comes_back() {
    let run = Run::new("a_desk_whose_connections_are_refused", "EVENKEEL_NETWORK_CUTS", 1);
    cut("refused", &run, Network::Refusing, Duration::from_secs(3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_whose_network_is_silent_comes_back() {
    let run = Run::new("a_desk_whose_network_is_silent", "EVENKEEL_NETWORK_CUTS", 1);
    cut("silent", &run, Network::Silent, Duration::from_secs(10)).await;
}

/// Cuts one desk off for a while; customers write to the other, an agent listens at the first.
async fn cut(name: &str, run: &Run, how: Network, length: Duration) {
    let place = Place::database(name);
    let (server, _) = place.server();
    let proxy = Proxy::start(server.port()).await;
    let one = Desk::start(&place).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/{name}", proxy.port);
    let cut_off = Desk::start_on(&place, &url).await;
    let ear = Ear::open(&[&cut_off]).await;
    let mut chance = run.chance();
    let manners = |name, desks: &[&Desk]| {
        let desks = addresses(desks);
        Manners { name, desks, may_refuse: MAY_REFUSE, pause: PAUSE, clock: None }
    };
    let staying = Customers::come(N_CUSTOMERS, &mut chance, manners("stays", &[&one]));
    let changing = Customers::come(N_CUSTOMERS, &mut chance, manners("changes", &[&one, &cut_off]));
    for _ in 0..run.n {
        // Some are in the middle of something when it happens.
        let pause_ms = 200 + chance.below(300) as u64;
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        proxy.set(how);
        let began = Instant::now();
        let mut longest = Duration::ZERO;
        while began.elapsed() < length {
            let took = is_told_to_wait(&cut_off, began).await;
            longest = longest.max(took);
        }
        proxy.set(Network::Whole);
        let took = ear.catch_up(&place).await;
        println!(
            "{how:?}: whoever asked the desk without a database was told after {longest:?}; then \
             its stream had caught up after {took:?}"
        );
    }
    let (stayed, changed) = (staying.leave().await, changing.leave().await);
    let mut acknowledged = [stayed.client_ids(), changed.client_ids()].concat();
    acknowledged.sort_unstable();
    place.settle().await;
    check(&place, &acknowledged);
    ear.check(&place).await;
    println!(
        "{} messages acknowledged, none lost, none twice; whoever stayed with the other desk \
         waited {:?} at most and was refused {} times, whoever tried both {:?} and {} times",
        acknowledged.len(),
        stayed.longest,
        stayed.n_refused,
        changed.longest,
        changed.n_refused,
    );
    assert!(stayed.longest < OTHER_MAX, "at the other desk somebody waited {:?}", stayed.longest);
    assert!(changed.longest < TOLD_MAX, "somebody waited {:?}", changed.longest);
}

/// Asks once, of a desk that has been without its database since then; returns how long the
/// refusal took.
async fn is_told_to_wait(desk: &Desk, since: Instant) -> Duration {
    let began = Instant::now();
    let request = client().post(format!("{}/widget/session", desk.api()));
    let sending = request.json(&json!({ "inbox": "web" })).send();
    let answer = tokio::time::timeout(TOLD_MAX, sending).await;
    let answer = answer.unwrap_or_else(|_| panic!("no answer after {TOLD_MAX:?}")).unwrap();
    let took = began.elapsed();
    // One may still get through while the connections are being closed.
    if !(answer.status().is_success() && since.elapsed() < CUT_MAX) {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
        assert!(answer.headers().contains_key(RETRY_AFTER), "{answer:?}");
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    took
}

/// A way to the database that can be cut.
struct Proxy {
    port: u16,
    network: Arc<watch::Sender<Network>>,
}

impl Proxy {
    async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let network = Arc::new(watch::Sender::new(Network::Whole));
        let told = Arc::clone(&network);
        tokio::spawn(async move {
            loop {
                let (from, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(from, to, told.subscribe()));
            }
        });
        Self { port, network }
    }

    fn set(&self, network: Network) {
        self.network.send_replace(network);
    }
}

async fn carry(from: TcpStream, to: u16, mut network: watch::Receiver<Network>) {
    if network.wait_for(|network| *network != Network::Silent).await.is_err()
        || *network.borrow() == Network::Refusing
    {
        return;
    }
    let Ok(to) = TcpStream::connect(("127.0.0.1", to)).await else { return };
    let (from_reads, from_writes) = from.into_split();
    let (to_reads, to_writes) = to.into_split();
    let mut refusing = network.clone();
    tokio::select! {
        _ = refusing.wait_for(|network| *network == Network::Refusing) => {}
        ((), ()) = async {
            tokio::join!(
                pump(from_reads, to_writes, network.clone()),
                pump(to_reads, from_writes, network.clone()),
            )
        } => {}
    }
}

/// Passes on what comes, unless the network is silent; what came last before that waits too.
async fn pump(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    mut network: watch::Receiver<Network>,
) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(n @ 1..) = from.read(&mut bytes).await {
        if network.wait_for(|network| *network != Network::Silent).await.is_err()
            || to.write_all(&bytes[..n]).await.is_err()
        {
            return;
        }
    }
    // The end is a packet as well.
    let _ = network.wait_for(|network| *network != Network::Silent).await;
    let _ = to.shutdown().await;
}
