//! How far the desk calls: an address that somebody typed must not open what only this machine can
//! reach.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;
use url::{Host, Url};

/// Where a client may connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Wherever this machine can.
    Anywhere,
    /// Only addresses of the public internet.
    Public,
}

impl Reach {
    /// Whether an address may be connected to.
    #[must_use]
    pub fn allows(self, ip: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public => is_public(ip),
        }
    }

    /// Whether the address of a URL may be called, as far as it names a number; what a name stands
    /// for is looked at when it is called.
    #[must_use]
    pub fn allows_url(self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(ip)) => self.allows(ip.into()),
            Some(Host::Ipv6(ip)) => self.allows(ip.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        }
    }
}

/// Whether an address is one of the public internet: none of RFC 6890's special ones, also not
/// where IPv6 wraps an IPv4 address.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19));
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let wrapped = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // IPv4 in IPv6, mapped, translated, by 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            wrapped(high, low)
        }
        [0x2002, high, low, ..] => wrapped(high, low),
        // Teredo, documentation, benchmarks.
        [0x2001, 0 | 0xdb8 | 0x2, ..] => false,
        // The public internet is 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Looks names up, and leaves out what may not be reached: what is connected to is what was looked
/// at.
#[derive(Clone)]
pub struct Resolver {
    names: GaiResolver,
    reach: Reach,
}

impl Resolver {
    pub(crate) fn new(reach: Reach) -> Self {
        Self { names: GaiResolver::new(), reach }
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Resolver({:?})", self.reach)
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.names.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, reach) = (self.names.call(name), self.reach);
        Box::pin(async move {
            let all: Vec<SocketAddr> = found.await?.filter(|one| reach.allows(one.ip())).collect();
            if all.is_empty() {
                return Err(io::Error::other("it is no address of the public internet"));
            }
            Ok(all.into_iter())
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A failed step is a failed test.
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        let private = [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
            "64:ff9b:1::1",
        ];
        for ip in private {
            assert!(!Reach::Public.allows(ip.parse().unwrap()), "{ip}");
            assert!(Reach::Anywhere.allows(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "9.9.9.9",
            "172.15.0.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "::ffff:9.9.9.9",
        ] {
            assert!(Reach::Public.allows(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn numbers_are_seen_however_they_are_written() {
        for url in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://017700000001/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://127.1/",
            "https://169.254.169.254/",
        ] {
            assert!(!Reach::Public.allows_url(&Url::parse(url).unwrap()), "{url}");
        }
        assert!(Reach::Public.allows_url(&Url::parse("https://hooks.example/a").unwrap()));
    }
}
