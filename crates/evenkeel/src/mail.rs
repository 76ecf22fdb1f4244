//! The mail server that a desk's options name, and the command that hands mail over.

use std::{
    io::{Read, Write},
    process::ExitCode,
};

use channels::{Mailbox, Post};
use service::Mail;
use sim::{Client, ClientError};

use crate::{
    arguments::{DeliverOptions, MailOptions},
    failure::{Failure, Outcome},
};

/// Holds the mail server's address with its password.
const URL: &str = "EVENKEEL_SMTP_URL";

/// Holds the mailbox's address with its password.
const MAILBOX: &str = "EVENKEEL_IMAP_URL";

/// What `deliver` shows, and the desk asks for.
const TOKEN: &str = "EVENKEEL_MAIL_TOKEN";
/// EX_DATAERR, EX_TEMPFAIL and EX_NOPERM of sysexits.h.
const BAD_MESSAGE: u8 = 65;
const TRY_AGAIN: u8 = 75;
const NOT_ALLOWED: u8 = 77;

/// What the options name; nothing when they name none.
pub(crate) fn of(options: &MailOptions) -> Outcome<Option<Mail>> {
    let named = options.smtp_url.clone().or_else(|| std::env::var(URL).ok());
    let mailbox = options.imap_url.clone().or_else(|| std::env::var(MAILBOX).ok());
    let mailbox = mailbox.filter(|url| !url.is_empty());
    let Some(url) = named.filter(|url| !url.is_empty()) else {
        return match mailbox {
            None => Ok(None),
            Some(_) => Err(Failure::new(
                format!("{MAILBOX} names a mailbox, but no mail server takes the answers."),
                "Name one as well: --smtp-url, --mail-from and --public-url.",
            )),
        };
    };
    let (Some(from), Some(public_url)) = (&options.mail_from, &options.public_url) else {
        return Err(Failure::new(
            format!("{URL} names a mail server, but not who letters are from and where they lead."),
            "Give both: --mail-from \"Shop <help@shop.example>\" --public-url https://desk.shop.example",
        ));
    };
    let is_address = public_url.starts_with("https://") || public_url.starts_with("http://");
    if !is_address || public_url.contains(['#', '?', ' ']) {
        return Err(Failure::new(
            format!("{public_url} is no address that a link can begin with."),
            "Write it like --public-url https://desk.shop.example",
        ));
    }
    let post = Post::new(&url, from).map_err(|fault| {
        Failure::new(fault.to_string(), "Write it like smtp://user:password@mail.example:587")
    })?;
    let public_url = public_url.trim_end_matches('/').to_owned();
    let mailbox = mailbox.map(|url| Mailbox::new(&url)).transpose().map_err(|fault| {
        let hint =
            "Write it like imaps://user:password@mail.example/INBOX, with %40 for @ in the user.";
        Failure::new(fault.to_string(), hint)
    })?;
    Ok(Some(Mail { post, public_url, token: std::env::var(TOKEN).ok(), mailbox }))
}

/// Hands a message from standard input over to a running desk, as a mail server's pipe does. How it
/// ends is what sysexits.h says, so that the server tries again or tells the sender.
pub(crate) async fn deliver(options: &DeliverOptions) -> ExitCode {
    let end = |code: u8, what: &str| {
        let _ = writeln!(std::io::stderr(), "{what}");
        ExitCode::from(code)
    };
    let mut bytes = Vec::new();
    let most = desk::limits::MAIL_BYTES_MAX as u64 + 1;
    if let Err(error) = std::io::stdin().lock().take(most).read_to_end(&mut bytes) {
        return end(TRY_AGAIN, &format!("the message cannot be read: {error}"));
    }
    let Ok(token) = std::env::var(TOKEN) else {
        return end(TRY_AGAIN, &format!("set {TOKEN}, here as at the desk"));
    };
    let client = match Client::new(&options.url) {
        Ok(client) => client,
        Err(error) => return end(TRY_AGAIN, &error.to_string()),
    };
    match client.deliver(bytes, options.recipient.as_deref(), &token).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            let code = match &error {
                ClientError::Refused { status: 400, .. } => BAD_MESSAGE,
                ClientError::Refused { status: 403, .. } => NOT_ALLOWED,
                ClientError::Refused { status: 413, .. } => BAD_MESSAGE,
                _ => TRY_AGAIN,
            };
            end(code, &error.to_string())
        }
    }
}
