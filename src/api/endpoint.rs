//! Where the API is.

use std::str::FromStr;

use crate::domain::cut::cut;

/// The base address of the API, without a slash at its end: an origin with an optional path, or a path alone,
/// which means the page's own origin.
///
/// A token travels to this address, so it is https, or a loopback address, which does not leave the device
/// (the same exception as in W3C Secure Contexts, section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    address: String,
    is_on_device: bool,
}

/// Why a text cannot be used as the API's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointProblem {
    /// Neither an `https` or `http` address nor a path.
    Shape,
    /// `http` to another machine: the token could be read on the way.
    NotEncrypted,
    /// It carries a user name, a query or a fragment.
    Extras,
}

impl Endpoint {
    /// The address of a path below `/api/v1`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        [&self.address, "/api/v1/", path].concat()
    }

    /// Whether it is reached without leaving the device, and so without the internet.
    #[must_use]
    pub fn is_on_device(&self) -> bool {
        self.is_on_device
    }

    fn of(address: &str, is_on_device: bool) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            is_on_device,
        }
    }

    /// The address as requests are built on it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::of("https://api.plannrcrm.com", false)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointProblem;

    /// Reads an address; white space around it and slashes at its end are dropped.
    ///
    /// # Errors
    /// [`EndpointProblem`] if no request should go there.
    fn from_str(given: &str) -> Result<Self, EndpointProblem> {
        let given = given.trim();
        if !given.bytes().all(|byte| byte.is_ascii_graphic())
            || given.bytes().any(|byte| byte == b'\\')
        {
            return Err(EndpointProblem::Shape);
        }
        if given.bytes().any(|byte| b"?#".contains(&byte)) {
            return Err(EndpointProblem::Extras);
        }
        // Two slashes would name another host.
        if given.starts_with('/') && !given.starts_with("//") {
            return Ok(Self::of(given, false));
        }
        let (scheme, rest) = cut(given, b':')
            .and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)))
            .ok_or(EndpointProblem::Shape)?;
        let authority = cut(rest, b'/').map_or(rest, |(authority, _)| authority);
        if cut(authority, b'@').is_some() {
            return Err(EndpointProblem::Extras);
        }
        let host = host_of(authority).ok_or(EndpointProblem::Shape)?;
        let is_on_device = is_loopback(host);
        match scheme.to_ascii_lowercase().as_str() {
            "https" => {}
            "http" if is_on_device => {}
            "http" => return Err(EndpointProblem::NotEncrypted),
            _ => return Err(EndpointProblem::Shape),
        }
        Ok(Self::of(given, is_on_device))
    }
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (address, after) = cut(bracketed, b']')?;
            // Whether it is one is for the browser to say; what is in brackets is no name, in any case.
            if !address
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte))
            {
                return None;
            }
            match after {
                "" => (address, None),
                _ => (address, Some(after.strip_prefix(':')?)),
            }
        }
        None => match cut(authority, b':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok());
    (!host.is_empty() && port_fits).then_some(host)
}

/// 127.0.0.0/8, as four numbers. Whether each fits is for the browser to say: it makes no request to one that does not.
fn is_loopback_v4(address: &str) -> bool {
    let dots = address.bytes().filter(|&byte| byte == b'.').count();
    let is_numbers = address
        .bytes()
        .all(|byte| byte == b'.' || byte.is_ascii_digit());
    address.starts_with("127.") && dots == 3 && is_numbers
}

fn is_loopback(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name == "::1" || is_loopback_v4(&name)
}
