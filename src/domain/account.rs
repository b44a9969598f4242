//! The account that a request is made for.

use std::fmt;
use std::str::FromStr;

use super::typed_text::is_unseen;

/// The UUID of the Plannr account to act for, as `X-PLANNR-ACCOUNT-UUID` carries it.
///
/// Its letters are kept as they were given: the API compares, we do not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountUuid([u8; 36]);

/// Why a text is not an account UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UuidProblem {
    /// Nothing was given.
    Empty,
    /// Not 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12 (RFC 9562, section 4).
    Shape,
}

/// An account that the person may act for, as `GET /api/v1/logins` lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What a request names.
    pub uuid: AccountUuid,
    /// The person's name, where the API gives one.
    pub name: Option<String>,
    /// The firm's name, where the API gives one.
    pub firm: Option<String>,
    /// `adviser`, `client` or another word of the API's.
    pub role: Option<String>,
    /// Whether the API marks it as the one to prefer.
    pub preferred: bool,
}

impl AccountUuid {
    /// The UUID as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It is ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for AccountUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AccountUuid {
    type Err = UuidProblem;

    /// Reads a pasted UUID; white space and invisible characters are dropped.
    ///
    /// # Errors
    /// [`UuidProblem`] if what remains is not a UUID.
    fn from_str(typed: &str) -> Result<Self, UuidProblem> {
        let seen: String = typed.chars().filter(|&c| !is_unseen(c)).collect();
        if seen.is_empty() {
            return Err(UuidProblem::Empty);
        }
        let bytes: [u8; 36] = seen.as_bytes().try_into().map_err(|_| UuidProblem::Shape)?;
        let fits = bytes.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        if fits {
            Ok(Self(bytes))
        } else {
            Err(UuidProblem::Shape)
        }
    }
}

/// The account to start with: the stored one if it is still offered, else the API's preferred one, else the
/// first adviser's, else the first. A client's account cannot send referral requests in an adviser's name.
#[must_use]
pub fn choose<'a>(offered: &'a [Account], stored: Option<&AccountUuid>) -> Option<&'a Account> {
    let is_stored = |account: &&Account| Some(&account.uuid) == stored;
    let is_adviser = |account: &&Account| account.role.as_deref() == Some("adviser");
    offered
        .iter()
        .find(is_stored)
        .or_else(|| offered.iter().find(|account| account.preferred))
        .or_else(|| offered.iter().find(is_adviser))
        .or_else(|| offered.first())
}
