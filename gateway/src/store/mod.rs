//! The database: SQLite in a file, or a PostgreSQL server that several gateways share.
//!
//! One set of statements for both. They differ in how a transaction starts and in the names of types, no more.

mod sends;
mod sessions;
mod sign_ins;
mod sweep;
mod tickets;

use std::borrow::Cow;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyPool, SqlStr, Transaction};
use tokio::time::{sleep, timeout};
use url::Url;

pub(crate) use self::sends::{
    Confirmation, Doubt, Known, NewSend, Others, Outcome, Permission, Rules, SendId, State,
};
pub(crate) use self::sessions::Sessions;
pub(crate) use self::sign_ins::{Account, Kept, Lease, SignIn};
use crate::{
    Error,
    seal::{Purpose, Seal, Unopened},
};

/// How long a request waits for a connection to the database.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);
/// Connections to PostgreSQL that one gateway holds at most.
const POSTGRES_CONNECTIONS: u32 = 10;

/// How long what must not be lost is tried to be written down.
pub(crate) const PERSISTENCE: Duration = Duration::from_secs(10);
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(200);

/// Writes what must not be lost, for [`PERSISTENCE`] at most; `None` if that was in vain.
pub(crate) async fn persist<T, F>(write: impl Fn() -> F) -> Option<T>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let tries = async {
        loop {
            match write().await {
                Ok(written) => return written,
                Err(cause) => tracing::error!(%cause, "something is not written down yet"),
            }
            sleep(PAUSE_BETWEEN_TRIES).await;
        }
    };
    let written = timeout(PERSISTENCE, tries).await;
    written.ok()
}

/// Sessions, sign-ins and what became of every request.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pool: AnyPool,
    kind: Kind,
    seal: Seal,
    /// Whether it was said already that there are rows which no key opens.
    said_unopened: Arc<AtomicBool>,
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// The database, or what is in it, is of no use right now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Sealed(#[from] Unopened),
    #[error("what is stored cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
}

impl Store {
    /// Opens the database and brings its tables up to date.
    pub(crate) async fn open(url: &str, seal: Seal) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let kind = match url.starts_with("sqlite:") {
            true => Kind::Sqlite,
            false => Kind::Postgres,
        };
        let name = kind.name(url);
        let failed = |cause| Error::Database {
            name: name.clone(),
            remedy: kind.remedy(),
            cause,
        };
        let options: AnyConnectOptions = kind.with_creation(url).parse().map_err(failed)?;
        let pool = kind.pool().connect_with(options).await.map_err(failed)?;
        let migrator = Migrator::with_migrations(vec![Migration::new(
            1,
            Cow::Borrowed("sign-ins and sends"),
            MigrationType::Simple,
            SqlStr::from_static(kind.first_migration()),
            false,
        )]);
        migrator
            .run(&pool)
            .await
            .map_err(|cause| Error::Migration { name, cause })?;
        Ok(Self {
            pool,
            kind,
            seal,
            said_unopened: Arc::default(),
        })
    }

    /// Whether the database answers.
    pub(crate) async fn answers(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Whether no other process can use this database, so that a request which was started and has no outcome is one
    /// that an earlier run of this program left behind.
    pub(crate) fn is_ours_alone(&self) -> bool {
        self.kind == Kind::Sqlite
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.seal
    }

    /// What is in a sealed row; `None` if no key that is here opens it: such a row counts as none. It is left where it is,
    /// for another gateway may have got its key earlier than this one.
    fn opened(&self, purpose: Purpose<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let opened = self.seal.open(purpose, sealed);
        if let Err(cause) = &opened
            && !self.said_unopened.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%cause, "rows are passed over, this one and others like it");
        }
        opened.ok()
    }

    /// Writes what is still in memory and lets the database go.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// A transaction that writes.
    async fn begin(&self) -> sqlx::Result<Transaction<'static, Any>> {
        match self.kind {
            // Taken for writing at once: two that first read and then both want to write would fail.
            Kind::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Kind::Postgres => self.pool.begin().await,
        }
    }
}

impl Kind {
    fn pool(self) -> AnyPoolOptions {
        let pool = AnyPoolOptions::new().acquire_timeout(ACQUIRE_LIMIT);
        match self {
            Self::Postgres => {
                pool.max_connections(POSTGRES_CONNECTIONS)
                    .after_connect(|connection, _| {
                        Box::pin(async move {
                            // As for SQLite below, whatever the server's own default is; stronger ones stay.
                            let setting = "SELECT set_config('synchronous_commit', 'on', false)
                                 WHERE current_setting('synchronous_commit') <> 'remote_apply'";
                            sqlx::raw_sql(setting).execute(connection).await?;
                            Ok(())
                        })
                    })
            }
            // SQLite writes one at a time anyway, and what locks the file has to stay.
            Self::Sqlite => pool
                .max_connections(1)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                // A file does not go away; looking whether it has takes as long as a question.
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        // FULL, because what was committed has to outlast a power cut. EXCLUSIVE, because of two
                        // gateways on one file each would take the other's requests for left behind.
                        let settings = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; \
                             PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000; \
                             BEGIN IMMEDIATE; COMMIT;";
                        sqlx::raw_sql(settings).execute(connection).await?;
                        Ok(())
                    })
                }),
        }
    }

    fn first_migration(self) -> &'static str {
        match self {
            Self::Sqlite => include_str!("../../migrations/sqlite/1_sign_ins_and_sends.sql"),
            Self::Postgres => include_str!("../../migrations/postgres/1_sign_ins_and_sends.sql"),
        }
    }

    /// An address that makes the file if it is missing.
    fn with_creation(self, url: &str) -> String {
        match self {
            Self::Sqlite => {
                let parsed = Url::parse(url);
                let mut names = parsed.iter().flat_map(Url::query_pairs);
                match names.any(|(name, _)| name == "mode") {
                    true => url.to_owned(),
                    false => {
                        let mark = if url.contains('?') { '&' } else { '?' };
                        format!("{url}{mark}mode=rwc")
                    }
                }
            }
            Self::Postgres => url.to_owned(),
        }
    }

    /// What to call the database in a message: never its password.
    fn name(self, url: &str) -> String {
        match self {
            Self::Sqlite => url.to_owned(),
            Self::Postgres => "PostgreSQL".to_owned(),
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "Check that its folder exists, that the gateway may write there, and that no other gateway uses the \
                 file; the setting is database_url or DATABASE_URL"
            }
            Self::Postgres => {
                "Check that the server runs, and the host, user, password and database in the setting database_url \
                 or DATABASE_URL"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_unless_its_address_says_otherwise() {
        let with_creation = |url| Kind::Sqlite.with_creation(url);
        assert_eq!(with_creation("sqlite:a.db"), "sqlite:a.db?mode=rwc");
        assert_eq!(
            with_creation("sqlite:/x/a.db?cache=shared"),
            "sqlite:/x/a.db?cache=shared&mode=rwc"
        );
        assert_eq!(with_creation("sqlite:a.db?mode=rw"), "sqlite:a.db?mode=rw");
        // A file may be called that.
        let named = "sqlite:mode=/a.db";
        assert_eq!(with_creation(named), "sqlite:mode=/a.db?mode=rwc");
    }
}
