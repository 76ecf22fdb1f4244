//! The desk's doors besides the widget: e-mail that goes out and comes in, and systems that are told
//! what happens.

mod arriving;
pub use arriving::{Arriving, Attachment, read_head, read_mail};

mod hook;
pub use hook::{Hooks, Told, Untold};
pub use outbound::Reach;

mod mailbox;
pub use mailbox::{Fetched, Mailbox, MailboxFault, Open, Place};

mod paper;
pub use paper::{
    Paper, Said, answer, application_refused, application_taken, invitation, reset, shift_soon,
    shift_taken_back, shifts_open,
};

mod post;
pub use post::{Enclosed, Outgoing, Post, PostFault, Undelivered};

/// Whether a host is this very machine: nothing has to be encrypted on the way to it.
fn is_this_machine(host: &str) -> bool {
    let ip = host.trim_matches(['[', ']']).parse();
    host == "localhost" || ip.is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

mod quotes;

mod returned;
pub use returned::Returned;
