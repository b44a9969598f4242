//! What is wrong with a setting.

use super::PREFIX;

/// A setting that is missing, unknown or cannot be followed. Says which one, what is wrong, and what to do.
///
/// It never repeats the value: that may be a secret.
#[derive(Debug, thiserror::Error)]
#[error("{name} {what}. {remedy}, in the configuration file or as {variable}", variable = variable(.name))]
pub struct Problem {
    name: String,
    what: String,
    remedy: String,
}

impl Problem {
    /// About the setting `name`.
    #[must_use]
    pub fn new(name: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// The setting's name, as in the configuration file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The variable of the environment for a setting.
pub(super) fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.to_ascii_uppercase())
}
