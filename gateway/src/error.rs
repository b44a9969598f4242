//! Why the gateway could not start.

use std::{io, net::SocketAddr};

/// Why the gateway could not start; each message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address cannot be listened on.
    #[error(
        "cannot listen on {address}: {cause}. Stop what uses that port, or choose another one with the setting {setting}"
    )]
    Listen {
        /// The setting that names the address.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },

    /// The database cannot be opened.
    #[error("cannot open the database ({name}): {cause}. {remedy}")]
    Database {
        /// Which database, without its password.
        name: String,
        /// What to do.
        remedy: &'static str,
        /// What the database said.
        #[source]
        cause: sqlx::Error,
    },

    /// The database's tables could not be brought up to date.
    #[error(
        "cannot bring the tables of the database ({name}) up to date: {cause}. If a newer gateway has used it, run that \
         one; otherwise give the gateway a database of its own"
    )]
    Migration {
        /// Which database, without its password.
        name: String,
        /// What went wrong.
        #[source]
        cause: sqlx::migrate::MigrateError,
    },

    /// Nobody vouches for the API's address.
    #[error(
        "cannot make encrypted connections: {0}. Install the certificates that the machine trusts (Debian: \
         ca-certificates)"
    )]
    Certificates(String),
}
