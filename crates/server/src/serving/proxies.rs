//! Who is asking where proxies stand in between: they name the client in `X-Forwarded-For`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose word about a client's address is taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies(Arc<[IpNet]>);

impl Proxies {
    pub(super) fn new(trusted: &[IpNet]) -> Self {
        Self(trusted.into())
    }

    /// The peer, or whom trusted proxies name in its place, with the peer's port. Each of them adds
    /// the address it was asked from at the end, and whatever stands before that anybody may have
    /// written: so it is read from the right, as far as the addresses are those of such proxies.
    pub(super) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let parts = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut named = parts.map(address);
        let mut client = peer;
        while self.trusts(client.ip())
            && let Some(Some(before)) = named.next()
        {
            client.set_ip(before);
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        // A listener on `[::]` sees IPv4 peers as ::ffff:10.0.0.1.
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// One address of the header; some proxies write the port as well.
fn address(part: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(part).ok()?.trim();
    text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_client_is_the_last_address_that_is_no_trusted_proxys() {
        let trusted = ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"];
        let proxies = Proxies::new(&trusted.map(|one| one.parse::<IpNet>().unwrap()));
        for (peer, lines, client) in [
            // Who is no proxy names nobody.
            ("203.0.113.9:1", &["198.51.100.7"][..], "203.0.113.9:1"),
            ("10.0.0.1:1", &[], "10.0.0.1:1"),
            ("10.0.0.1:1", &["198.51.100.7"], "198.51.100.7:1"),
            ("[::ffff:10.0.0.1]:1", &["198.51.100.7"], "198.51.100.7:1"),
            ("[fd00::1]:1", &["2001:db8::7"], "[2001:db8::7]:1"),
            // What the client wrote itself stands to the left.
            ("10.0.0.1:1", &["192.0.2.9, 198.51.100.7"], "198.51.100.7:1"),
            ("10.0.0.1:1", &["192.0.2.9", "198.51.100.7"], "198.51.100.7:1"),
            // Proxies behind each other, in one line or in several.
            ("10.0.0.1:1", &["198.51.100.7,192.0.2.1 , 10.2.3.4"], "198.51.100.7:1"),
            ("10.0.0.1:1", &["198.51.100.7", "192.0.2.1", "::ffff:10.2.3.4"], "198.51.100.7:1"),
            ("10.0.0.1:1", &["10.9.9.9, 10.2.3.4"], "10.9.9.9:1"),
            ("10.0.0.1:1", &["198.51.100.7:5555"], "198.51.100.7:1"),
            ("10.0.0.1:1", &["[2001:db8::7]:5555"], "[2001:db8::7]:1"),
            // Nothing is read beyond what is no address.
            ("10.0.0.1:1", &["198.51.100.7, unknown"], "10.0.0.1:1"),
            ("10.0.0.1:1", &["198.51.100.7, unknown, 10.2.3.4"], "10.2.3.4:1"),
            ("10.0.0.1:1", &["198.51.100.7", ""], "10.0.0.1:1"),
            ("10.0.0.1:1", &["ё"], "10.0.0.1:1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                headers.append(FORWARDED_FOR, line);
            }
            let peer: SocketAddr = peer.parse().unwrap();
            assert_eq!(proxies.client(peer, &headers).to_string(), client, "{peer} {lines:?}");
            assert_eq!(Proxies::default().client(peer, &headers), peer, "{lines:?}");
        }
    }
}
