//! Sessions, as tower-sessions wants them kept: by a hash of their id, their data sealed.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::Row;
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::{Store, StoreError};
use crate::seal::{Purpose, hash};

/// The sessions in the database.
#[derive(Debug, Clone)]
pub(crate) struct Sessions(pub(crate) Store);

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            if self.insert(record).await.map_err(backend)? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (key, sealed, expires_ms) = self.row(record).map_err(backend)?;
        sqlx::query("UPDATE sessions SET sealed = $2, expires_ms = $3 WHERE id_hash = $1")
            .bind(key)
            .bind(sealed)
            .bind(expires_ms)
            .execute(&self.0.pool)
            .await
            .map_err(|cause| backend(cause.into()))?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.found(id).await.map_err(backend)
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(hash(&id.0.to_le_bytes()))
            .execute(&self.0.pool)
            .await
            .map_err(|cause| backend(cause.into()))?;
        Ok(())
    }
}

impl Sessions {
    /// Whether it is in now; not, if another session has its id.
    async fn insert(&self, record: &Record) -> std::result::Result<bool, StoreError> {
        let (key, sealed, expires_ms) = self.row(record)?;
        let written = sqlx::query(
            "INSERT INTO sessions (id_hash, sealed, expires_ms) VALUES ($1, $2, $3)
             ON CONFLICT (id_hash) DO NOTHING",
        )
        .bind(key)
        .bind(sealed)
        .bind(expires_ms)
        .execute(&self.0.pool)
        .await?;
        Ok(written.rows_affected() == 1)
    }

    async fn found(&self, id: &Id) -> std::result::Result<Option<Record>, StoreError> {
        let key = hash(&id.0.to_le_bytes());
        let row = sqlx::query("SELECT sealed, expires_ms FROM sessions WHERE id_hash = $1")
            .bind(&key)
            .fetch_optional(&self.0.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let expires_ms: i64 = row.try_get("expires_ms")?;
        let since_1970 = Duration::from_millis(u64::try_from(expires_ms).unwrap_or_default());
        let expiry_date = OffsetDateTime::UNIX_EPOCH
            .saturating_add(time::Duration::try_from(since_1970).unwrap_or(time::Duration::ZERO));
        if expiry_date <= OffsetDateTime::now_utc() {
            return Ok(None);
        }
        let sealed: Vec<u8> = row.try_get("sealed")?;
        let Some(text) = self.0.opened(Purpose::Session(&key), &sealed) else {
            return Ok(None);
        };
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_slice(&text)?,
            expiry_date,
        }))
    }

    fn row(&self, record: &Record) -> std::result::Result<(String, Vec<u8>, i64), StoreError> {
        let key = hash(&record.id.0.to_le_bytes());
        let text = serde_json::to_vec(&record.data)?;
        let sealed = self.0.seal.close(Purpose::Session(&key), &text)?;
        let expires_ms = record.expiry_date.unix_timestamp().saturating_mul(1000);
        Ok((key, sealed, expires_ms))
    }
}

fn backend(cause: StoreError) -> Error {
    Error::Backend(cause.to_string())
}
