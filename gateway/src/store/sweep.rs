//! Retention: what is too old is deleted.

use std::time::Duration;

use super::{Store, StoreError};
use crate::clock::Instant;

/// How much was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) sessions: u64,
    pub(crate) sign_ins: u64,
    pub(crate) sends: u64,
    pub(crate) tickets: u64,
}

impl Store {
    /// Deletes sessions, sign-ins and used tickets that have expired, and what was sent longer than `retention` ago.
    pub(crate) async fn sweep(
        &self,
        retention: Duration,
        now: Instant,
    ) -> Result<Swept, StoreError> {
        let deleted = async |statement: &'static str, before: Instant| {
            let deleted = sqlx::query(statement).bind(before.0);
            Ok::<_, StoreError>(deleted.execute(&self.pool).await?.rows_affected())
        };
        let swept = Swept {
            sessions: deleted("DELETE FROM sessions WHERE expires_ms <= $1", now).await?,
            sign_ins: deleted("DELETE FROM sign_ins WHERE expires_ms <= $1", now).await?,
            sends: deleted(
                "DELETE FROM sends WHERE started_ms <= $1",
                now.minus(retention),
            )
            .await?,
            tickets: deleted("DELETE FROM used_tickets WHERE expires_ms <= $1", now).await?,
        };
        sqlx::query(
            "DELETE FROM send_locks WHERE account_uuid NOT IN (SELECT account_uuid FROM sends)",
        )
        .execute(&self.pool)
        .await?;
        Ok(swept)
    }
}
