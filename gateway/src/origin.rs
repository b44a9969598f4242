//! Origins and paths: what is ours.

use url::{Host, Url};

/// An origin in the form in which browsers send it, if the text is one: https, or http on this machine.
pub(crate) fn from_setting(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let origin = url.origin().ascii_serialization();
    // A path, a query or a user name would be dropped in silence; a final slash is not worth a complaint.
    let nothing_else = text.trim_end_matches('/').eq_ignore_ascii_case(&origin);
    (secure && nothing_else).then_some(origin)
}

/// Whether an address is this machine's own.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a text is a path on the own origin, and can be read as nothing else: not as another host (`//host`, and
/// `/\host`, which browsers read alike), and without the control characters that they drop.
pub(crate) fn is_own_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_as_browsers_write_it() {
        for (given, taken) in [
            ("https://portal.example", Some("https://portal.example")),
            ("https://Portal.example/", Some("https://portal.example")),
            (
                "https://portal.example:8443",
                Some("https://portal.example:8443"),
            ),
            ("http://127.0.0.1:8788", Some("http://127.0.0.1:8788")),
            ("http://localhost:1", Some("http://localhost:1")),
            ("http://portal.example", None),
            ("https://portal.example/path", None),
            ("https://user@portal.example", None),
            ("portal.example", None),
            ("*", None),
            ("null", None),
        ] {
            assert_eq!(from_setting(given).as_deref(), taken, "{given}");
        }
    }

    #[test]
    fn only_a_path_is_a_path() {
        for own in ["/", "/portal", "/portal?x=1#y"] {
            assert!(is_own_path(own), "{own}");
        }
        for other in [
            "",
            "portal",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "/a b",
        ] {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
