//! The mail server that a desk's options name.

use channels::Post;
use service::Mail;

use crate::{
    arguments::MailOptions,
    failure::{Failure, Outcome},
};

/// Holds the mail server's address with its password.
const URL: &str = "EVENKEEL_SMTP_URL";

/// What the options name; nothing when they name none.
pub(crate) fn of(options: &MailOptions) -> Outcome<Option<Mail>> {
    let named = options.smtp_url.clone().or_else(|| std::env::var(URL).ok());
    let Some(url) = named.filter(|url| !url.is_empty()) else { return Ok(None) };
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
    Ok(Some(Mail { post, public_url: public_url.trim_end_matches('/').to_owned() }))
}
