//! What proves to the API who is asking.

use std::fmt;
use std::str::FromStr;

/// A bearer token. It is never shown: not in `Debug`, a log, an error or an address.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    issuer: Issuer,
}

/// Who gave a token out, and so which server it is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Issuer {
    Plannr,
    Gateway,
}

/// Why a text cannot be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenProblem {
    /// There is nothing.
    Empty,
    /// It holds white space, a line break or a character outside ASCII: no `Authorization` header can carry
    /// it (RFC 6750, section 2.1).
    Characters,
}

impl Token {
    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> String {
        ["Bearer ", &self.text].concat()
    }

    /// The same text as a session of the gateway's.
    #[must_use]
    pub fn of_gateway(self) -> Self {
        Self {
            issuer: Issuer::Gateway,
            ..self
        }
    }

    /// Whether it is a session of the gateway's.
    #[must_use]
    pub fn is_of_gateway(&self) -> bool {
        self.issuer == Issuer::Gateway
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl FromStr for Token {
    type Err = TokenProblem;

    /// Reads a token; white space around it is dropped, since it comes along with a copied one.
    ///
    /// # Errors
    /// [`TokenProblem`], which does not repeat the text.
    fn from_str(given: &str) -> Result<Self, TokenProblem> {
        let given = given.trim();
        if given.is_empty() {
            Err(TokenProblem::Empty)
        } else if given.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self {
                text: given.to_owned(),
                issuer: Issuer::Plannr,
            })
        } else {
            Err(TokenProblem::Characters)
        }
    }
}
