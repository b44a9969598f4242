//! Why the sandbox could not start.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why the sandbox could not start; each message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something else answers on that port already.
    #[error(
        "port {port} is taken by another program. Stop that program, or choose another port (0 takes any free one)",
        port = .0.port()
    )]
    PortInUse(SocketAddr),

    /// The address is not one of this machine's loopback addresses, and nobody said that this is wanted.
    #[error(
        "{0} can be reached from other machines, and the sandbox's tokens are public: anybody there could read and \
         change what it holds. Listen on 127.0.0.1, or allow it with --allow-remote"
    )]
    NotLoopback(SocketAddr),

    /// The operating system refused the address for another reason.
    #[error("cannot listen on {address}: {cause}. Choose another address or port")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },

    /// The folder for the database file could not be made.
    #[error("cannot make the folder {}: {cause}. Choose a database file in a folder that you may write to", .folder.display())]
    DatabaseFolder {
        /// The folder that was to be made.
        folder: PathBuf,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },

    /// The database could not be opened.
    #[error(
        "cannot open the database {name}: {cause}. Check that it is the sandbox's own file and that you may write to \
         it; deleting it starts an empty one"
    )]
    Database {
        /// The file's path, or `in memory`.
        name: String,
        /// What SQLite said.
        #[source]
        cause: sqlx::Error,
    },

    /// The database was written by a newer sandbox, or by another program.
    #[error(
        "the database {name} has layout {found}, and this sandbox knows layouts up to {known}. Use a newer sandbox, \
         choose another file, or delete this one to start empty"
    )]
    DatabaseLayout {
        /// The file's path, or `in memory`.
        name: String,
        /// The layout number in the file.
        found: i64,
        /// The newest layout that this program can read.
        known: i64,
    },
}
