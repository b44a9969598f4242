//! Looks settings up: in the environment first, then in the configuration file, then the default.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use toml::Value;
use url::Url;

use super::problem::{Problem, variable};
use crate::seal::{KEY_BYTES, Keys};

/// The fewest bytes that a shared secret may have: as many as its HMAC has.
const SHORTEST_SECRET_BYTES: usize = 32;

/// Where settings come from. Each look-up takes its setting out, so that what remains is what nobody knows.
pub(super) struct Source {
    file: BTreeMap<String, Value>,
    environment: BTreeMap<String, String>,
}

impl Source {
    pub(super) fn new(
        file: Option<&str>,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, Problem> {
        let file = toml::from_str(file.unwrap_or_default()).map_err(|cause: toml::de::Error| {
            Problem::new(
                "the configuration file",
                format!("is not TOML: {}", cause.message()),
                "Compare it with gateway.example.toml",
            )
        })?;
        Ok(Self { file, environment })
    }

    /// Refuses what the file gives and nobody looked up, and names such variables of the environment. Those are no
    /// reason to stop: some who run programs add variables of their own that may begin alike.
    pub(super) fn finish(self) -> Result<Vec<String>, Problem> {
        if let Some(name) = self.file.keys().next() {
            return Err(Problem::new(
                name,
                "is no setting of the gateway",
                "Look for a misspelling; gateway.example.toml lists all settings that can be given",
            ));
        }
        let names = self.environment.into_keys();
        Ok(names
            .filter(|name| name.starts_with(super::PREFIX))
            .collect())
    }

    pub(super) fn optional(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let given = self.environment.remove(&variable(name));
        let filed = self.file.remove(name);
        if let Some(text) = given {
            return Ok(Some(text).filter(|text| !text.is_empty()));
        }
        match filed {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(Value::Integer(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Problem::new(
                name,
                "is not a text or a whole number",
                "Give it in quotes",
            )),
        }
    }

    pub(super) fn required(&mut self, name: &str, what: &str) -> Result<String, Problem> {
        self.optional(name)?
            .ok_or_else(|| Problem::new(name, "is missing", format!("Give {what}")))
    }

    pub(super) fn address(&mut self, name: &str, default: &str) -> Result<SocketAddr, Problem> {
        let text = self.optional(name)?.unwrap_or_else(|| default.to_owned());
        parsed(name, &text, "ADDRESS:PORT, for example 127.0.0.1:8788")
    }

    pub(super) fn address_or_off(
        &mut self,
        name: &str,
        default: &str,
    ) -> Result<Option<SocketAddr>, Problem> {
        let text = self.optional(name)?.unwrap_or_else(|| default.to_owned());
        match text.as_str() {
            "off" => Ok(None),
            text => parsed(
                name,
                text,
                "ADDRESS:PORT, for example 127.0.0.1:9464, or off",
            )
            .map(Some),
        }
    }

    pub(super) fn origin(&mut self, name: &str) -> Result<String, Problem> {
        let text = self.required(
            name,
            "the origin that browsers reach the gateway at, for example https://portal.example",
        )?;
        origin(name, &text)
    }

    pub(super) fn origins(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        let words = self.words(name)?;
        words.iter().map(|word| origin(name, word)).collect()
    }

    /// Words with spaces between them.
    pub(super) fn words(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        let text = self.optional(name)?.unwrap_or_default();
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }

    pub(super) fn path(&mut self, name: &str, default: &str) -> Result<String, Problem> {
        let text = self.optional(name)?.unwrap_or_else(|| default.to_owned());
        match crate::origin::is_own_path(&text) {
            true => Ok(text),
            false => Err(Problem::new(
                name,
                "is no path on the public origin",
                "Give it with one slash at its start, for example /portal",
            )),
        }
    }

    pub(super) fn base_path(&mut self, name: &str) -> Result<String, Problem> {
        let text = self.optional(name)?.unwrap_or_default();
        let path = text.trim_end_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        match path.is_empty() || (crate::origin::is_own_path(path) && path.chars().all(plain)) {
            true => Ok(path.to_owned()),
            false => Err(Problem::new(
                name,
                "is no path of plain letters, digits, dots and hyphens",
                "Give it with one slash at its start, for example /referrals",
            )),
        }
    }

    /// An address that a token may travel to: https, or a loopback address, which does not leave the machine.
    pub(super) fn secure_url(&mut self, name: &str, default: &str) -> Result<Url, Problem> {
        let text = self.optional(name)?.unwrap_or_else(|| default.to_owned());
        let url: Url = parsed(name, &text, "an address, for example https://api.example")?;
        let plain = url.username().is_empty() && url.password().is_none();
        if !plain || url.query().is_some() || url.fragment().is_some() {
            return Err(Problem::new(
                name,
                "carries a user name, a query or a fragment",
                "Give the address alone",
            ));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if crate::origin::is_loopback(&url) => Ok(url),
            _ => Err(Problem::new(
                name,
                "is not encrypted, and tokens travel to it",
                "Give an address that starts with https://",
            )),
        }
    }

    pub(super) fn database(&mut self, name: &str, default: &str) -> Result<String, Problem> {
        // The name that every host of programs uses for it.
        let customary = self.environment.remove("DATABASE_URL");
        let text = self
            .optional(name)?
            .or(customary)
            .unwrap_or_else(|| default.to_owned());
        let known = ["sqlite:", "postgres:", "postgresql:"];
        match known.iter().any(|scheme| text.starts_with(scheme)) {
            true => Ok(text),
            false => Err(Problem::new(
                name,
                "names neither SQLite nor PostgreSQL",
                "Give sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE",
            )),
        }
    }

    pub(super) fn keys(&mut self, name: &str) -> Result<Keys, Problem> {
        let remedy = format!(
            "Give {KEY_BYTES} random bytes in base64, as `openssl rand -base64 {KEY_BYTES}` prints them; several, \
             with spaces between them, when you change keys: the first one encrypts"
        );
        let problem = |what: &str| Problem::new(name, what, remedy.clone());
        let text = self.optional(name)?.ok_or_else(|| problem("is missing"))?;
        Keys::from_base64(text.split_whitespace()).map_err(|cause| problem(&cause.to_string()))
    }

    pub(super) fn secret(&mut self, name: &str) -> Result<Option<Vec<u8>>, Problem> {
        let Some(text) = self.optional(name)? else {
            return Ok(None);
        };
        match text.len() >= SHORTEST_SECRET_BYTES {
            true => Ok(Some(text.into_bytes())),
            false => Err(Problem::new(
                name,
                format!("is shorter than {SHORTEST_SECRET_BYTES} characters"),
                "Give a random one, as `openssl rand -hex 32` prints it",
            )),
        }
    }

    pub(super) fn duration(
        &mut self,
        name: &str,
        default: Duration,
        range: RangeInclusive<Duration>,
    ) -> Result<Duration, Problem> {
        let Some(text) = self.optional(name)? else {
            return Ok(default);
        };
        let given: SignedDuration = parsed(
            name,
            &text,
            "a time with its unit, for example 20s, 5m or 8h",
        )?;
        let given = Duration::try_from(given).unwrap_or_default();
        let length = |length: Duration| match length.as_secs() {
            0 => format!("{}ms", length.as_millis()),
            seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
            seconds => format!("{seconds}s"),
        };
        within(name, given, &range, length)
    }

    pub(super) fn number(
        &mut self,
        name: &str,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Result<u32, Problem> {
        let Some(text) = self.optional(name)? else {
            return Ok(default);
        };
        let given = parsed(name, &text, "a whole number")?;
        within(name, given, &range, |number| number)
    }
}

fn parsed<T: FromStr>(name: &str, text: &str, shape: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|_| Problem::new(name, "cannot be understood", format!("Give it as {shape}")))
}

fn within<T: PartialOrd + Copy, S: Display>(
    name: &str,
    given: T,
    range: &RangeInclusive<T>,
    shown: impl Fn(T) -> S,
) -> Result<T, Problem> {
    match range.contains(&given) {
        true => Ok(given),
        false => Err(Problem::new(
            name,
            "is out of its range",
            format!(
                "Give something from {} to {}",
                shown(*range.start()),
                shown(*range.end())
            ),
        )),
    }
}

/// An origin as browsers write it in `Origin`.
fn origin(name: &str, text: &str) -> Result<String, Problem> {
    crate::origin::from_setting(text).ok_or_else(|| {
        Problem::new(
            name,
            "is no origin that browsers keep secure cookies for",
            "Give scheme and host alone, for example https://portal.example, with http on this machine only",
        )
    })
}
