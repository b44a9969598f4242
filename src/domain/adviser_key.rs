//! The 8-character referral code of an adviser.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::typed_text::is_unseen;

/// How many characters a referral code has. Source: the API's page on creating a referral connection.
pub const KEY_LENGTH: usize = 8;

/// An adviser's referral code: exactly [`KEY_LENGTH`] printable ASCII characters, none of them a space.
///
/// The API promises the length and nothing else, so neither an alphabet nor a case is assumed.
///
/// ```
/// # use referral_connect::domain::adviser_key::AdviserKey;
/// let key: AdviserKey = " ABC1-2345\n".parse()?;
/// assert_eq!(key.as_str(), "ABC12345");
/// # Ok::<(), referral_connect::domain::adviser_key::KeyProblem>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AdviserKey([u8; KEY_LENGTH]);

/// Why a text is not a referral code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// Nothing was typed, or nothing that can be seen.
    Empty,
    /// Fewer than [`KEY_LENGTH`] characters.
    TooShort {
        /// How many characters there are.
        found: usize,
    },
    /// More than [`KEY_LENGTH`] characters.
    TooLong {
        /// How many characters there are.
        found: usize,
    },
    /// A character that is not printable ASCII.
    Character(char),
}

/// What happens to the letters of a code before it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyCase {
    /// Sent as typed.
    #[default]
    Preserve,
    /// ASCII letters become upper case.
    Upper,
}

impl AdviserKey {
    /// The code as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It is ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The code in the case that the host asked for.
    #[must_use]
    pub fn in_case(mut self, case: KeyCase) -> Self {
        if case == KeyCase::Upper {
            self.0.make_ascii_uppercase();
        }
        self
    }
}

impl fmt::Display for AdviserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AdviserKey {
    type Err = KeyProblem;

    /// Reads what a person typed or pasted.
    ///
    /// White space and invisible characters are dropped wherever they stand and full-width forms fold to
    /// ASCII. Hyphens and dashes are dropped only if that is what makes the code fit: one may be part of it.
    ///
    /// # Errors
    /// The first [`KeyProblem`] that a person has to mend.
    fn from_str(typed: &str) -> Result<Self, KeyProblem> {
        let seen: String = typed
            .chars()
            .filter(|&c| !is_unseen(c))
            .map(folded)
            .collect();
        let found = seen.chars().count();
        let code = if found > KEY_LENGTH {
            let bare: String = seen.chars().filter(|&c| !is_dash(c)).collect();
            let fewer = bare.chars().count();
            match fewer.cmp(&KEY_LENGTH) {
                Ordering::Equal => bare,
                Ordering::Greater => return Err(KeyProblem::TooLong { found: fewer }),
                Ordering::Less => return Err(KeyProblem::TooLong { found }),
            }
        } else {
            seen
        };
        if let Some(strange) = code.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(KeyProblem::Character(strange));
        }
        match (code.len(), code.as_bytes().try_into()) {
            (0, _) => Err(KeyProblem::Empty),
            (_, Ok(code)) => Ok(Self(code)),
            (found, Err(_)) => Err(KeyProblem::TooShort { found }),
        }
    }
}

/// Full-width forms (U+FF01 to U+FF5E) are ASCII typed with an East Asian input method.
fn folded(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Hyphens, dashes and the minus sign: Unicode's general category `Pd`, and U+2212.
fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{058A}'
            | '\u{05BE}'
            | '\u{1400}'
            | '\u{1806}'
            | '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '\u{2E17}'
            | '\u{2E1A}'
            | '\u{2E3A}'..='\u{2E3B}'
            | '\u{2E40}'
            | '\u{2E5D}'
            | '\u{301C}'
            | '\u{3030}'
            | '\u{30A0}'
            | '\u{FE31}'..='\u{FE32}'
            | '\u{FE58}'
            | '\u{FE63}'
            | '\u{10D6E}'
            | '\u{10EAD}'
    )
}
