//! `serve`: a desk on a port until somebody stops it.

use std::{
    future::Future,
    io::{self, IsTerminal, Write},
    net::SocketAddr,
    process::Stdio,
};

use service::Equipment;
use tokio::net::{TcpListener, TcpSocket};

use crate::{
    arguments::{Listening, ServeOptions},
    failure::{Failure, Outcome},
    folder::Folder,
    mail, models, playbook_files, shop_files,
};

/// Connections that the system holds until they are accepted; one that finds no place tries again
/// only a second later.
const WAITING_MAX: u32 = 4_096;

pub(crate) async fn run(options: ServeOptions) -> Outcome<()> {
    let stop = stop()?;
    let equipment = Equipment {
        playbook: playbook_files::of(&options.procedures)?,
        reading: models::of(&options.models)?,
        mail: mail::of(&options.mail)?,
        hooks_reach_anywhere: options.webhooks_anywhere,
    };
    let folder = Folder::open_with(&options.place, options.listening.speed, equipment).await?;
    let (listener, url) = listen(&options.listening)?;
    say(&format!("Evenkeel runs on {url}"));
    let first = if folder.service.needs_set_up() {
        let link = format!("{url}/setup#key={}", folder.service.setup_key());
        say(&format!("Set it up here: {link}"));
        link
    } else {
        url
    };
    say("Stop it with Ctrl-C.");
    open_browser(&options.listening, &first);
    let sample = shop_files::sample()?;
    let served = http::serve(folder.service.clone(), sample, listener, stop).await;
    served.map_err(|error| Failure::new(error.to_string(), "Start it again."))
}

/// Tells whoever started the desk; it goes on when they have stopped reading.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Takes the port, and tells the address to open.
pub(crate) fn listen(listening: &Listening) -> Outcome<(TcpListener, String)> {
    let asked = (listening.host, listening.port);
    let failed = |error: std::io::Error| {
        Failure::new(
            format!("cannot listen on {}, port {}: {error}", asked.0, asked.1),
            "Stop the program that has the port, or choose another with --port.",
        )
    };
    let listener = bind(asked.into()).map_err(failed)?;
    let mut address = listener.local_addr().map_err(failed)?;
    // Nobody can open "every address", so the link names this machine.
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok((listener, format!("http://{address}")))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows this would let two programs share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING_MAX)
}

/// Ends with Ctrl-C or, where there is such a thing, SIGTERM. Listens from the call on.
pub(crate) fn stop() -> Outcome<impl Future<Output = ()> + Send + 'static> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot listen for signals: {error}"), "Start it again.")
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(windows)]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().map_err(failed)?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}

/// Opens the page for a person at a terminal; without a browser the printed link is enough.
pub(crate) fn open_browser(listening: &Listening, url: &str) {
    if listening.no_open || !std::io::stdout().is_terminal() {
        return;
    }
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut command = std::process::Command::new(program);
    command.arg(url);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::debug!(%error, program, "no browser was opened");
    }
}
