//! Sign-ins: a person's tokens, the accounts to choose from, and the chosen one.

use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::{Store, StoreError};
use crate::{clock::Instant, seal::Purpose};

/// What is known of a person who signed in. It has no `Debug`: it holds the tokens.
#[derive(Clone)]
pub(crate) struct SignIn {
    pub(crate) id: String,
    /// The fingerprint of the partner's user in a frame; empty for a cookie session.
    pub(crate) frame_user: String,
    /// Empty as long as none is chosen.
    pub(crate) account_uuid: String,
    pub(crate) kept: Kept,
    pub(crate) access_expires: Instant,
    pub(crate) version: i64,
    pub(crate) expires: Instant,
}

/// What is sealed of a sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) accounts: Vec<Account>,
}

/// An account that the person may act for, as little of it as a page needs to let choose.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) firm: String,
    pub(crate) role: String,
}

/// Whether the caller is the one to renew the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lease {
    Taken,
    /// Another request renews them right now, or has.
    Others,
}

impl Store {
    /// Keeps a new sign-in. For a frame's user, who may have any of these fingerprints, it takes the place of earlier ones.
    pub(crate) async fn add_sign_in(
        &self,
        new: &SignIn,
        frame_users: &[String],
    ) -> Result<(), StoreError> {
        let sealed = self.sealed(&new.id, &new.kept)?;
        let mut transaction = self.begin().await?;
        for frame_user in frame_users {
            sqlx::query("DELETE FROM sign_ins WHERE frame_user = $1")
                .bind(frame_user)
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(
            "INSERT INTO sign_ins (id, frame_user, account_uuid, sealed, access_expires_ms, renewing_until_ms,
                 version, sends, expires_ms)
             VALUES ($1, $2, $3, $4, $5, 0, 1, 0, $6)",
        )
        .bind(&new.id)
        .bind(&new.frame_user)
        .bind(&new.account_uuid)
        .bind(sealed)
        .bind(new.access_expires.0)
        .bind(new.expires.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The sign-in with this id, if it has not expired.
    pub(crate) async fn sign_in(
        &self,
        id: &str,
        now: Instant,
    ) -> Result<Option<SignIn>, StoreError> {
        self.sign_in_where(
            "SELECT * FROM sign_ins WHERE id = $1 AND expires_ms > $2",
            id,
            now,
        )
        .await
    }

    /// The sign-in of a partner's user, by that user's fingerprints.
    pub(crate) async fn sign_in_of_frame_user(
        &self,
        fingerprints: &[String],
        now: Instant,
    ) -> Result<Option<SignIn>, StoreError> {
        for fingerprint in fingerprints {
            let found = self
                .sign_in_where(
                    "SELECT * FROM sign_ins WHERE frame_user = $1 AND expires_ms > $2",
                    fingerprint,
                    now,
                )
                .await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    async fn sign_in_where(
        &self,
        statement: &'static str,
        value: &str,
        now: Instant,
    ) -> Result<Option<SignIn>, StoreError> {
        let row = sqlx::query(statement)
            .bind(value)
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let id: String = row.try_get("id")?;
        let sealed: Vec<u8> = row.try_get("sealed")?;
        let Some(kept) = self.opened(Purpose::SignIn(&id), &sealed) else {
            return Ok(None);
        };
        Ok(Some(SignIn {
            kept: serde_json::from_slice(&kept)?,
            frame_user: row.try_get("frame_user")?,
            account_uuid: row.try_get("account_uuid")?,
            access_expires: Instant(row.try_get("access_expires_ms")?),
            version: row.try_get("version")?,
            expires: Instant(row.try_get("expires_ms")?),
            id,
        }))
    }

    /// Takes the right to renew the tokens, for one of all requests and all gateways.
    pub(crate) async fn lease_renewal(
        &self,
        seen: &SignIn,
        until: Instant,
        now: Instant,
    ) -> Result<Lease, StoreError> {
        let written = sqlx::query(
            "UPDATE sign_ins SET renewing_until_ms = $3
             WHERE id = $1 AND version = $2 AND renewing_until_ms <= $4",
        )
        .bind(&seen.id)
        .bind(seen.version)
        .bind(until.0)
        .bind(now.0)
        .execute(&self.pool)
        .await?;
        Ok(match written.rows_affected() {
            0 => Lease::Others,
            _ => Lease::Taken,
        })
    }

    /// Writes new tokens down, for whoever took the right to renew them. Says whether the sign-in is still there.
    pub(crate) async fn renew(
        &self,
        seen: &SignIn,
        kept: &Kept,
        access_expires: Instant,
    ) -> Result<bool, StoreError> {
        let sealed = self.sealed(&seen.id, kept)?;
        let written = sqlx::query(
            "UPDATE sign_ins
             SET sealed = $3, access_expires_ms = $4, renewing_until_ms = 0, version = version + 1
             WHERE id = $1 AND version = $2",
        )
        .bind(&seen.id)
        .bind(seen.version)
        .bind(sealed)
        .bind(access_expires.0)
        .execute(&self.pool)
        .await?;
        Ok(written.rows_affected() == 1)
    }

    /// Writes the accounts to choose from down, unless something else has changed, or is about to: new tokens must
    /// not be lost for it.
    pub(crate) async fn replace_accounts(
        &self,
        seen: &SignIn,
        kept: &Kept,
        now: Instant,
    ) -> Result<(), StoreError> {
        let sealed = self.sealed(&seen.id, kept)?;
        sqlx::query(
            "UPDATE sign_ins SET sealed = $3, version = version + 1
             WHERE id = $1 AND version = $2 AND renewing_until_ms <= $4",
        )
        .bind(&seen.id)
        .bind(seen.version)
        .bind(sealed)
        .bind(now.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Lets another request try to renew the tokens.
    pub(crate) async fn give_up_renewal(&self, seen: &SignIn) -> Result<(), StoreError> {
        sqlx::query("UPDATE sign_ins SET renewing_until_ms = 0 WHERE id = $1 AND version = $2")
            .bind(&seen.id)
            .bind(seen.version)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Lets others renew what an earlier run of this program, whose file this is alone, was renewing when it ended.
    pub(crate) async fn give_up_all_renewals(&self) -> Result<(), StoreError> {
        sqlx::query("UPDATE sign_ins SET renewing_until_ms = 0 WHERE renewing_until_ms > 0")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Marks the access token as one that has to be renewed before it is used again.
    pub(crate) async fn distrust_token(&self, seen: &SignIn) -> Result<(), StoreError> {
        sqlx::query("UPDATE sign_ins SET access_expires_ms = 0 WHERE id = $1 AND version = $2")
            .bind(&seen.id)
            .bind(seen.version)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Acts for another account from now on.
    pub(crate) async fn choose_account(
        &self,
        id: &str,
        account_uuid: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE sign_ins SET account_uuid = $2 WHERE id = $1")
            .bind(id)
            .bind(account_uuid)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets a sign-in with its tokens; sessions that name it are signed out.
    pub(crate) async fn remove_sign_in(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sign_ins WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    fn sealed(&self, id: &str, kept: &Kept) -> Result<Vec<u8>, StoreError> {
        let text = serde_json::to_vec(kept)?;
        Ok(self.seal.close(Purpose::SignIn(id), &text)?)
    }
}
