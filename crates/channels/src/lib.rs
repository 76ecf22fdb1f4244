//! The desk's doors besides the widget: e-mail that goes out.

mod paper;
pub use paper::{Paper, invitation, reset};

mod post;
pub use post::{Outgoing, Post, PostFault, Undelivered};
