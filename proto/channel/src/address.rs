//! A coordinator's address, as people write it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use cotejo_language::Message;
use tonic::transport::Uri;

/// The port of a coordinator where none is named.
pub const DEFAULT_PORT: u16 = 7420;

/// Where a coordinator can be dialled: a host and a port, written `http://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Uri);

/// A text that is no coordinator's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError {
    /// The text.
    pub text: String,
    /// What keeps it from being an address.
    pub problem: AddressProblem,
}

impl AddressError {
    /// What a person is told.
    pub fn message(&self) -> Message {
        let why = Message::new(match self.problem {
            AddressProblem::Syntax => "address-syntax",
            AddressProblem::Encrypted => "address-encrypted",
            AddressProblem::Scheme => "address-scheme",
            AddressProblem::Path => "address-path",
            AddressProblem::Host => "address-host",
            AddressProblem::Port => "address-port",
        });
        Message::new("problem-address").with("address", &self.text).of("why", why)
    }

    /// What to do about it.
    pub fn remedy() -> Message {
        Message::new("remedy-address")
    }
}

cotejo_language::displayed_in_english!(AddressError);
impl std::error::Error for AddressError {}

/// What keeps a text from being an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressProblem {
    /// It is no URL at all.
    Syntax,
    /// It is encrypted, which this version is not.
    Encrypted,
    /// It begins with another scheme than `http`.
    Scheme,
    /// A path or a query follows.
    Path,
    /// There is no host.
    Host,
    /// There is something else than a port after the host, or a user's name before it.
    Port,
}

impl Address {
    /// Whether it can only be this PC.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host.eq_ignore_ascii_case("localhost") || ip(host).is_some_and(|ip| ip.is_loopback())
    }

    /// The socket behind an address of this PC; none for another PC's.
    pub fn loopback(&self) -> Option<SocketAddr> {
        let ip = ip(self.host()).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        self.is_loopback().then(|| SocketAddr::new(ip, self.port()))
    }

    /// As the transport takes it.
    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }

    fn host(&self) -> &str {
        self.0.host().expect("an address has a host")
    }

    fn port(&self) -> u16 {
        self.0.port_u16().expect("an address has a port")
    }
}

fn ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Default for Address {
    /// A coordinator on this PC, which listens where it does by default.
    fn default() -> Self {
        SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT)).into()
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        address.to_string().parse().expect("a socket's address is a host and a port")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}", self.host(), self.port())
    }
}

impl FromStr for Address {
    type Err = AddressError;

    /// `http://` and the usual port go without saying.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        completed(text).map(Self).map_err(|problem| AddressError { text: text.to_owned(), problem })
    }
}

fn completed(text: &str) -> Result<Uri, AddressProblem> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let uri: Uri = with_scheme.parse().map_err(|_| AddressProblem::Syntax)?;
    match uri.scheme_str() {
        Some("http") => {}
        Some("https") => return Err(AddressProblem::Encrypted),
        _ => return Err(AddressProblem::Scheme),
    }
    if uri.path() != "/" || uri.query().is_some() {
        return Err(AddressProblem::Path);
    }
    let host = uri.host().filter(|host| !host.is_empty()).ok_or(AddressProblem::Host)?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let port = match authority.strip_prefix(host).ok_or(AddressProblem::Port)? {
        "" => DEFAULT_PORT,
        _ => uri.port_u16().ok_or(AddressProblem::Port)?,
    };
    format!("http://{host}:{port}").parse().map_err(|_| AddressProblem::Syntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        for (text, whole) in [
            ("http://server:9000", "http://server:9000"),
            ("http://server:80/", "http://server:80"),
            ("server", "http://server:7420"),
            ("192.168.1.2:80", "http://192.168.1.2:80"),
            ("http://[::1]", "http://[::1]:7420"),
            ("[::1]:80", "http://[::1]:80"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), whole);
        }
        assert_eq!(Address::default().to_string(), "http://127.0.0.1:7420");
        assert_eq!(Address::from("[::1]:80".parse::<SocketAddr>().unwrap()).to_string(), "http://[::1]:80");
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_problem() {
        for (text, problem) in [
            ("", AddressProblem::Syntax),
            ("http://", AddressProblem::Syntax),
            ("a b", AddressProblem::Syntax),
            ("server:99999", AddressProblem::Port),
            ("ftp://server", AddressProblem::Scheme),
            ("https://server", AddressProblem::Encrypted),
            ("http://server/path", AddressProblem::Path),
            ("server?a=b", AddressProblem::Path),
            ("me@server", AddressProblem::Port),
            ("server:", AddressProblem::Port),
            ("server:port", AddressProblem::Port),
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!((error.text.as_str(), error.problem), (text, problem), "{error}");
        }
    }

    #[test]
    fn this_pc_is_known_by_its_addresses() {
        let of = |text: &str| text.parse::<Address>().unwrap();
        for local in ["127.0.0.1", "127.9.9.9:1", "localhost", "[::1]:7420"] {
            assert!(of(local).is_loopback(), "{local}");
        }
        for other in ["10.0.0.1", "server", "localhost.example.org", "[2001:db8::1]", "0.0.0.0"] {
            assert!(!of(other).is_loopback() && of(other).loopback().is_none(), "{other}");
        }
        assert_eq!(of("localhost:80").loopback().unwrap().to_string(), "127.0.0.1:80");
        assert_eq!(of("[::1]:80").loopback().unwrap().to_string(), "[::1]:80");
    }
}
