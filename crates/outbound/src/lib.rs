//! How the desk calls out over HTTP: to an address that can be called, encrypted where it says so,
//! with a secret that is for one host.

mod reach;
pub use reach::{Reach, Resolver};

use std::{fmt, time::Duration};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use url::Url;

/// A client. Cloning is cheap. It follows no redirects: a secret is for one host.
pub type Client = legacy::Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// The secret that is sent along; it is never written anywhere.
#[derive(Clone, Default)]
pub struct Key(Option<String>);

impl Key {
    /// A secret; an empty one is none.
    pub fn new(secret: Option<String>) -> Self {
        Self(secret.filter(|secret| !secret.is_empty()))
    }

    /// What is sent in the header `Authorization`.
    pub fn header(&self) -> Option<String> {
        self.0.as_ref().map(|secret| format!("Bearer {secret}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "a secret" } else { "none" })
    }
}

/// Reads an address.
///
/// # Errors
///
/// When that is no `http://` or `https://` address.
pub fn address(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|error| Fault(format!("{text}: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Fault(format!("{text}: only http:// and https:// addresses can be called")));
    }
    Ok(url)
}

/// A client that waits so long for a connection, and connects to nothing beyond its reach; whether
/// an address that is a number is within it, its caller asks first ([`Reach::allows_url`]).
///
/// # Errors
///
/// When the system's certificates cannot be read.
pub fn client(connect: Duration, reach: Reach) -> Result<Client, Fault> {
    let mut connector = HttpConnector::new_with_resolver(Resolver::new(reach));
    connector.set_connect_timeout(Some(connect));
    connector.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| Fault(format!("the system's certificates: {error}")))?
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector);
    Ok(legacy::Client::builder(TokioExecutor::new()).build(connector))
}

/// Why nothing can be called.
#[derive(Debug)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
