//! Resolves host names to IP addresses. If somebody other than the operator has chosen the address of a request, the
//! request must not reach the private network of the machine.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::Service;

/// The hosts that a connection may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All hosts, because the operator has chosen the address.
    Everywhere,
    /// Only the public internet, because somebody else has chosen the address.
    PublicInternet,
}

/// Resolves a host name to the addresses that the connection may reach. The connection goes to one of these addresses,
/// so the program does not ask the name server a second time. A second answer could contain an address in a private
/// network (DNS rebinding).
#[derive(Debug, Clone)]
pub struct Resolver {
    system: GaiResolver,
    reach: Reach,
}

impl Resolver {
    pub fn new(reach: Reach) -> Self {
        Self { system: GaiResolver::new(), reach }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.system.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, everywhere) = (self.system.call(name), self.reach == Reach::Everywhere);
        Box::pin(async move {
            let allowed: Vec<_> = found.await?.filter(|address| everywhere || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(io::Error::other("the host has no public address"));
            }
            Ok(allowed.into_iter())
        })
    }
}

/// Whether an address belongs to the public internet (IANA special-purpose address registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, third, _] = v4.octets();
            let special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || matches!(
                    (first, second, third),
                    (0 | 240.., _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _)
                );
            !special
        }
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            let embedded = || {
                let [high, low] = [segments[6], segments[7]].map(u16::to_be_bytes);
                IpAddr::V4(Ipv4Addr::new(high[0], high[1], low[0], low[1]))
            };
            match segments {
                [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public(embedded()),
                // Only 2000::/3 is in public use. 2001::/23 has special purposes, 2001:db8::/32 is for examples, and
                // 2002::/16 contains IPv4 addresses.
                [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] => false,
                [first, ..] => (0x2000..0x4000).contains(&first),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_reached() {
        for public in ["1.1.1.1", "172.15.0.1", "100.63.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }

    #[tokio::test]
    async fn a_name_without_a_public_address_is_not_reached() {
        let mut resolver = Resolver::new(Reach::PublicInternet);
        let found = resolver.call("localhost".parse().unwrap()).await;
        assert!(found.unwrap_err().to_string().contains("no public address"));
        let mut everywhere = Resolver::new(Reach::Everywhere);
        assert!(everywhere.call("localhost".parse().unwrap()).await.unwrap().all(|address| address.ip().is_loopback()));
    }
}
