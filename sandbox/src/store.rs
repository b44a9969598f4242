//! What the sandbox remembers, in SQLite.
//!
//! Nothing here runs by itself: a status that changes with time is worked out in the query, from the
//! instant that it is asked for.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use jiff::Timestamp;
use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow},
};

use crate::{
    Database, Error,
    script::{Direction, Form},
    wire::Parties,
};

/// The open database.
pub(crate) struct Store {
    pool: SqlitePool,
}

/// A connection as it stands at the moment it was read.
pub(crate) struct Connection {
    pub(crate) uuid: String,
    pub(crate) adviser_key: String,
    pub(crate) direction: String,
    pub(crate) status: String,
    pub(crate) form: Form,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) parties: Parties,
}

/// A connection about to be recorded.
pub(crate) struct NewConnection<'a> {
    pub(crate) account_uuid: &'a str,
    pub(crate) adviser_key: &'a str,
    pub(crate) direction: Direction,
    pub(crate) status: &'static str,
    pub(crate) settles: Option<(&'static str, Timestamp)>,
    pub(crate) form: Form,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) parties: Parties,
}

/// What a list is narrowed to; an empty list narrows nothing.
#[derive(Default)]
pub(crate) struct Filters {
    pub(crate) uuids: Vec<String>,
    pub(crate) statuses: Vec<String>,
    pub(crate) directions: Vec<String>,
    pub(crate) recipient_uuids: Vec<String>,
}

/// Which part of a list is wanted.
pub(crate) struct Window {
    pub(crate) order: Order,
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

/// Which way a list runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    NewestFirst,
    OldestFirst,
}

/// An email and the connection it is about.
pub(crate) struct Email {
    pub(crate) id: String,
    pub(crate) connection: Connection,
}

/// What an answer to a request did.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    Now,
    /// It was answered before, is past its date, or never waited for an answer.
    NotAnyMore,
}

/// A request as it arrived on the create route.
pub(crate) struct Received {
    pub(crate) at: Timestamp,
    pub(crate) method: String,
    /// The request line's path, with the query if there was one.
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// As text; bytes that are no UTF-8 are replaced.
    pub(crate) body: String,
}

/// Each entry brings the database from the layout of its index to the next one.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// The table `now`: every connection with the status that it has at the moment `?1`, in microseconds. A
/// request past its date says `pending` for five seconds more, as with a server that looks for stale requests
/// now and then.
macro_rules! status_now {
    () => {
        "WITH now AS (
            SELECT *,
                CASE
                    WHEN status = 'pending' AND settles_us <= ?1 THEN settles_as
                    WHEN status = 'pending' AND expires_us + 5000000 <= ?1 THEN 'expired'
                    ELSE status
                END AS status_now,
                CASE
                    WHEN status = 'pending' AND settles_us <= ?1 THEN settles_us
                    WHEN status = 'pending' AND expires_us + 5000000 <= ?1 THEN expires_us + 5000000
                    ELSE updated_us
                END AS updated_now
            FROM connections
        ) "
    };
}

/// The account `?2`, and [`Filters`] as JSON arrays in `?3` to `?6`.
macro_rules! narrowed {
    () => {
        "WHERE account_uuid = ?2
            AND (?3 = '[]' OR uuid IN (SELECT value FROM json_each(?3)))
            AND (?4 = '[]' OR status_now IN (SELECT value FROM json_each(?4)))
            AND (?5 = '[]' OR direction IN (SELECT value FROM json_each(?5)))
            AND (?6 = '[]'
                OR parties ->> '$.recipient_firm.uuid' IN (SELECT value FROM json_each(?6))
                OR parties ->> '$.recipient_account.uuid' IN (SELECT value FROM json_each(?6)))"
    };
}

impl Store {
    /// Opens the database and brings its layout up to date.
    pub(crate) async fn open(database: &Database) -> Result<Self, Error> {
        let (name, options) = match database {
            Database::Memory => (
                "in memory".to_owned(),
                SqliteConnectOptions::new().in_memory(true),
            ),
            Database::File(path) => {
                if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
                    fs::create_dir_all(folder).map_err(|cause| Error::DatabaseFolder {
                        folder: PathBuf::from(folder),
                        cause,
                    })?;
                }
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal);
                (path.display().to_string(), options)
            }
        };
        let failed = |cause| Error::Database {
            name: name.clone(),
            cause,
        };
        // One connection that is never let go: a database in memory lives only as long as its connection,
        // and SQLite writes one at a time anyway.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(
                options
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5)),
            )
            .await
            .map_err(failed)?;
        let store = Self { pool };
        store.migrate(&name).await?;
        Ok(store)
    }

    async fn migrate(&self, name: &str) -> Result<(), Error> {
        let failed = |cause| Error::Database {
            name: name.to_owned(),
            cause,
        };
        let mut transaction = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed)?;
        let found: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        let known = MIGRATIONS.len();
        let Some(missing) = usize::try_from(found)
            .ok()
            .and_then(|n| MIGRATIONS.get(n..))
        else {
            return Err(Error::DatabaseLayout {
                name: name.to_owned(),
                found,
                known: known as i64,
            });
        };
        for migration in missing {
            sqlx::raw_sql(*migration)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        if !missing.is_empty() {
            // A pragma takes no bound values; the number is this program's own.
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
                "PRAGMA user_version = {known}"
            )))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    /// Writes what is still in memory to the file and lets it go.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// Forgets everything.
    pub(crate) async fn empty(&self) -> sqlx::Result<()> {
        sqlx::raw_sql(
            "BEGIN; DELETE FROM emails; DELETE FROM connections; DELETE FROM requests; COMMIT;",
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Records a connection and the email about it, both or neither.
    pub(crate) async fn record(&self, new: NewConnection<'_>) -> sqlx::Result<Connection> {
        let uuid = uuid::Uuid::new_v4().to_string();
        let parties = serde_json::to_string(&new.parties).map_err(encode)?;
        let mut transaction = self.pool.begin().await?;
        let id = sqlx::query(
            "INSERT INTO connections (uuid, account_uuid, adviser_key, direction, status, settles_as,
                 settles_us, form, created_us, updated_us, expires_us, parties)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11)",
        )
        .bind(&uuid)
        .bind(new.account_uuid)
        .bind(new.adviser_key)
        .bind(new.direction.as_str())
        .bind(new.status)
        .bind(new.settles.map(|(status, _)| status))
        .bind(new.settles.map(|(_, at)| at.as_microsecond()))
        .bind(new.form.as_str())
        .bind(new.created.as_microsecond())
        .bind(new.expires.as_microsecond())
        .bind(parties)
        .execute(&mut *transaction)
        .await?
        .last_insert_rowid();
        sqlx::query("INSERT INTO emails (id, connection_id) VALUES (?1, ?2)")
            .bind(uuid::Uuid::new_v4().to_string())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Connection {
            uuid,
            adviser_key: new.adviser_key.to_owned(),
            direction: new.direction.as_str().to_owned(),
            status: new.status.to_owned(),
            form: new.form,
            created: new.created,
            updated: new.created,
            expires: new.expires,
            parties: new.parties,
        })
    }

    /// One account's connections, narrowed by `filters`, sorted by the second in which they were made, and
    /// within one by their arrival.
    pub(crate) async fn list(
        &self,
        account_uuid: &str,
        filters: &Filters,
        window: Window,
        now: Timestamp,
    ) -> sqlx::Result<Vec<Connection>> {
        sqlx::query(concat!(
            status_now!(),
            "SELECT * FROM now ",
            narrowed!(),
            " ORDER BY created_us / 1000000 * ?7, id * ?7 LIMIT ?8 OFFSET ?9"
        ))
        .bind(now.as_microsecond())
        .bind(account_uuid)
        .bind(list(&filters.uuids)?)
        .bind(list(&filters.statuses)?)
        .bind(list(&filters.directions)?)
        .bind(list(&filters.recipient_uuids)?)
        .bind(match window.order {
            Order::OldestFirst => 1,
            Order::NewestFirst => -1,
        })
        .bind(i64::from(window.limit))
        .bind(i64::from(window.offset))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(connection)
        .collect()
    }

    /// How many connections an account has, narrowed by `filters`.
    pub(crate) async fn count(
        &self,
        account_uuid: &str,
        filters: &Filters,
        now: Timestamp,
    ) -> sqlx::Result<u32> {
        sqlx::query_scalar(concat!(
            status_now!(),
            "SELECT count(*) FROM now ",
            narrowed!()
        ))
        .bind(now.as_microsecond())
        .bind(account_uuid)
        .bind(list(&filters.uuids)?)
        .bind(list(&filters.statuses)?)
        .bind(list(&filters.directions)?)
        .bind(list(&filters.recipient_uuids)?)
        .fetch_one(&self.pool)
        .await
    }

    /// Every email, newest first.
    pub(crate) async fn emails(&self, now: Timestamp) -> sqlx::Result<Vec<Email>> {
        sqlx::query(concat!(
            status_now!(),
            "SELECT now.*, emails.id AS email FROM emails JOIN now ON now.id = connection_id
             ORDER BY now.id DESC"
        ))
        .bind(now.as_microsecond())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(email)
        .collect()
    }

    /// The email with this id.
    pub(crate) async fn email(&self, id: &str, now: Timestamp) -> sqlx::Result<Option<Email>> {
        sqlx::query(concat!(
            status_now!(),
            "SELECT now.*, emails.id AS email FROM emails JOIN now ON now.id = connection_id
             WHERE emails.id = ?2"
        ))
        .bind(now.as_microsecond())
        .bind(id)
        .fetch_optional(&self.pool)
        .await?
        .as_ref()
        .map(email)
        .transpose()
    }

    /// Takes the recipient's answer, if the request still waits for one.
    pub(crate) async fn answer(
        &self,
        connection_uuid: &str,
        status: &str,
        now: Timestamp,
    ) -> sqlx::Result<Answered> {
        // One statement, so that of two clicks at once only one counts.
        let written = sqlx::query(
            "UPDATE connections SET status = ?3, updated_us = ?1, settles_as = NULL, settles_us = NULL
             WHERE uuid = ?2 AND status = 'pending' AND expires_us > ?1
                 AND (settles_us IS NULL OR settles_us > ?1)",
        )
        .bind(now.as_microsecond())
        .bind(connection_uuid)
        .bind(status)
        .execute(&self.pool)
        .await?;
        Ok(match written.rows_affected() {
            0 => Answered::NotAnyMore,
            _ => Answered::Now,
        })
    }

    /// Keeps a request as it arrived.
    pub(crate) async fn keep(&self, request: &Received) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO requests (received_us, method, path, headers, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(request.at.as_microsecond())
        .bind(&request.method)
        .bind(&request.path)
        .bind(serde_json::to_string(&request.headers).map_err(encode)?)
        .bind(&request.body)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Every request that was kept, in the order of their arrival.
    pub(crate) async fn kept(&self) -> sqlx::Result<Vec<Received>> {
        sqlx::query("SELECT * FROM requests ORDER BY id")
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                Ok(Received {
                    at: instant(row, "received_us")?,
                    method: row.try_get("method")?,
                    path: row.try_get("path")?,
                    headers: serde_json::from_str(row.try_get("headers")?).map_err(decode)?,
                    body: row.try_get("body")?,
                })
            })
            .collect()
    }
}

fn connection(row: &SqliteRow) -> sqlx::Result<Connection> {
    Ok(Connection {
        uuid: row.try_get("uuid")?,
        adviser_key: row.try_get("adviser_key")?,
        direction: row.try_get("direction")?,
        status: row.try_get("status_now")?,
        form: Form::from_word(row.try_get("form")?),
        created: instant(row, "created_us")?,
        updated: instant(row, "updated_now")?,
        expires: instant(row, "expires_us")?,
        parties: serde_json::from_str(row.try_get("parties")?).map_err(decode)?,
    })
}

fn email(row: &SqliteRow) -> sqlx::Result<Email> {
    Ok(Email {
        id: row.try_get("email")?,
        connection: connection(row)?,
    })
}

fn instant(row: &SqliteRow, column: &str) -> sqlx::Result<Timestamp> {
    Timestamp::from_microsecond(row.try_get(column)?).map_err(decode)
}

/// Values as a JSON array, for `json_each`.
fn list(values: &[String]) -> sqlx::Result<String> {
    serde_json::to_string(values).map_err(encode)
}

fn encode(cause: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Encode(Box::new(cause))
}

fn decode(cause: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(cause))
}
