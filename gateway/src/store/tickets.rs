//! Frame tickets that were used.

use super::{Store, StoreError};
use crate::{clock::Instant, seal::hash};

impl Store {
    /// Uses a ticket up. Only one of all requests to all gateways is told that it was unused.
    pub(crate) async fn use_ticket(&self, id: &str, expires: Instant) -> Result<bool, StoreError> {
        let written = sqlx::query(
            "INSERT INTO used_tickets (id_hash, expires_ms) VALUES ($1, $2) ON CONFLICT (id_hash) DO NOTHING",
        )
        .bind(hash(id.as_bytes()))
        .bind(expires.0)
        .execute(&self.pool)
        .await?;
        Ok(written.rows_affected() == 1)
    }
}
