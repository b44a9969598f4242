//! The ledger: what became of every request, written down before it leaves.

use std::time::Duration;

use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::{Store, StoreError};
use crate::{
    clock::{Clock, Instant},
    seal::Purpose,
};

/// What a request is known by: the account that it is for, and the key that the page gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SendId {
    pub(crate) account_uuid: String,
    pub(crate) key: String,
}

/// A request that wants to leave.
pub(crate) struct NewSend<'a> {
    pub(crate) id: &'a SendId,
    pub(crate) sign_in: &'a str,
    /// The referral code, of which only a fingerprint is stored.
    pub(crate) code: &'a str,
    pub(crate) confirmation: Confirmation,
}

/// Whether the person has said that a code shall be sent to again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmation {
    Given,
    Missing,
}

/// What the ledger allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) sends_per_hour: u32,
    pub(crate) repeat_guard: Duration,
    /// How long a request that has started and has no outcome counts as under way.
    pub(crate) under_way_for: Duration,
}

/// Whether a request may leave.
#[derive(Debug)]
pub(crate) enum Permission {
    /// It may, and is written down as started.
    Go,
    /// Its key was used before.
    Known(Known),
    /// The same code is being sent to under another key.
    Busy,
    /// The same code was sent to, or may have been, and nobody confirmed that it shall be again. With what may have been,
    /// unless one of them was sent for sure.
    Repeats { doubts: Vec<Doubt> },
    /// The sign-in, or the account, has sent as many as it may.
    TooMany { retry_after: Duration },
    /// The sign-in is gone.
    SignedOut,
}

/// A request that nothing has settled.
#[derive(Debug)]
pub(crate) struct Doubt {
    pub(crate) id: SendId,
    pub(crate) started: Instant,
}

/// A request in the ledger.
#[derive(Debug)]
pub(crate) struct Known {
    /// Whether it was sent to the code that is asked for now.
    pub(crate) same_code: bool,
    pub(crate) state: State,
    /// 0 without an answer.
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) started: Instant,
}

/// What is known of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is about to leave, or has left, or its gateway died.
    Started,
    /// The API answered and the answer settles it.
    Answered,
    /// There was no connection to the API: nothing left.
    NotSent,
    /// It left, and no answer settles it.
    Unknown,
    /// No answer settled it, and the API's list has it.
    Found,
    /// No answer settled it, and the API's list does not have it.
    NotArrived,
}

/// What is to be written of a request that has left.
pub(crate) struct Outcome {
    pub(crate) state: State,
    /// 0 without an answer.
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Empty if it is not known.
    pub(crate) connection_uuid: String,
}

/// What the ledger has on other requests around the time of one. On those of all accounts: Plannr's list may show a
/// person what others of their firm have sent, and the gateway does not know who is of which firm.
pub(crate) struct Others {
    /// The connections that they are known to have made.
    pub(crate) claimed: Vec<String>,
    /// How many of them have no outcome.
    pub(crate) other_doubts: i64,
}

impl Store {
    /// Writes down that a request starts, if it may.
    pub(crate) async fn permit(
        &self,
        new: &NewSend<'_>,
        rules: Rules,
        clock: &Clock,
    ) -> Result<Permission, StoreError> {
        let mut transaction = self.begin().await?;
        let permission = self.decide(&mut transaction, new, rules, clock).await?;
        match permission {
            Permission::Go => transaction.commit().await?,
            _ => transaction.rollback().await?,
        }
        Ok(permission)
    }

    async fn decide(
        &self,
        transaction: &mut Transaction<'static, Any>,
        new: &NewSend<'_>,
        rules: Rules,
        clock: &Clock,
    ) -> Result<Permission, StoreError> {
        let account = &new.id.account_uuid;
        // Whoever decides for the same account, in this gateway or another, waits here.
        lock(transaction, account).await?;
        // Nobody says whether case matters in a code.
        let code = new.code.to_ascii_uppercase();
        let codes = self.seal.fingerprints(&code);
        if let Some(known) = self.known(transaction, new.id, &codes).await? {
            return Ok(Permission::Known(known));
        }
        // Whoever decides for the same sign-in and another account waits here.
        let counted = sqlx::query("UPDATE sign_ins SET sends = sends + 1 WHERE id = $1")
            .bind(new.sign_in)
            .execute(&mut **transaction)
            .await?;
        if counted.rows_affected() == 0 {
            return Ok(Permission::SignedOut);
        }
        // Not before the locks are held: waiting for them takes its time, and others have sent meanwhile.
        let now = clock.now();
        let under_way_since = now.minus(rules.under_way_for);
        let mut doubts = Vec::new();
        let mut sent_for_sure = false;
        for code in &codes {
            let rows = sqlx::query(
                "SELECT idempotency_key, state, started_ms FROM sends
                 WHERE account_uuid = $1 AND code = $2 AND started_ms > $3
                     AND (state IN ('started', 'unknown', 'found')
                         OR (state = 'answered' AND status BETWEEN 200 AND 299))",
            )
            .bind(account)
            .bind(code)
            .bind(now.minus(rules.repeat_guard).0)
            .fetch_all(&mut **transaction)
            .await?;
            for row in &rows {
                let state = state(row)?;
                let started = Instant(row.try_get("started_ms")?);
                match state {
                    State::Started if started > under_way_since => return Ok(Permission::Busy),
                    State::Started | State::Unknown => doubts.push(Doubt {
                        id: SendId {
                            account_uuid: account.clone(),
                            key: row.try_get("idempotency_key")?,
                        },
                        started,
                    }),
                    _ => sent_for_sure = true,
                }
            }
        }
        let repeats = sent_for_sure || !doubts.is_empty();
        if repeats && new.confirmation == Confirmation::Missing {
            if sent_for_sure {
                doubts.clear();
            }
            return Ok(Permission::Repeats { doubts });
        }
        if let Some(retry_after) = over_limit(transaction, new, rules, now).await? {
            return Ok(Permission::TooMany { retry_after });
        }
        sqlx::query(
            "INSERT INTO sends (account_uuid, idempotency_key, sign_in, code, state, status, answer,
                 connection_uuid, started_ms)
             VALUES ($1, $2, $3, $4, 'started', 0, $5, '', $6)",
        )
        .bind(account)
        .bind(&new.id.key)
        .bind(new.sign_in)
        .bind(self.seal.fingerprint(&code))
        .bind(Vec::<u8>::new())
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
        Ok(Permission::Go)
    }

    async fn known(
        &self,
        transaction: &mut Transaction<'static, Any>,
        id: &SendId,
        codes: &[String],
    ) -> Result<Option<Known>, StoreError> {
        let row = sqlx::query(
            "SELECT code, state, status, answer, started_ms FROM sends
             WHERE account_uuid = $1 AND idempotency_key = $2",
        )
        .bind(&id.account_uuid)
        .bind(&id.key)
        .fetch_optional(&mut **transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get("answer")?;
        let body = match sealed.is_empty() {
            true => Vec::new(),
            // Without the key the answer is lost, and what it meant is not: the status stands beside it.
            false => self.opened(id.purpose(), &sealed).unwrap_or_default(),
        };
        Ok(Some(Known {
            same_code: codes.contains(&row.try_get("code")?),
            state: state(&row)?,
            status: u16::try_from(row.try_get::<i64, _>("status")?).unwrap_or_default(),
            body,
            started: Instant(row.try_get("started_ms")?),
        }))
    }

    /// Writes down what became of a request. An outcome that settled it earlier stays.
    pub(crate) async fn conclude(&self, id: &SendId, outcome: &Outcome) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        self.write(&mut transaction, id, outcome).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Settles a request by what the API's list shows: `judge` says how, knowing what the ledger has on others. Two
    /// that ask at once cannot take the same connection for theirs.
    pub(crate) async fn settle(
        &self,
        id: &SendId,
        around: (Instant, Instant),
        judge: impl FnOnce(&Others) -> Option<Outcome>,
    ) -> Result<Option<Outcome>, StoreError> {
        let (from, to) = around;
        let mut transaction = self.begin().await?;
        lock(&mut transaction, EVERYBODY).await?;
        let claimed = sqlx::query_scalar(
            "SELECT connection_uuid FROM sends
             WHERE NOT (account_uuid = $1 AND idempotency_key = $2)
                 AND started_ms BETWEEN $3 AND $4 AND connection_uuid <> ''",
        )
        .bind(&id.account_uuid)
        .bind(&id.key)
        .bind(from.0)
        .bind(to.0)
        .fetch_all(&mut *transaction)
        .await?;
        // One that was answered with success and without a name has made one of those in the list as well.
        let other_doubts = sqlx::query_scalar(
            "SELECT count(*) FROM sends
             WHERE NOT (account_uuid = $1 AND idempotency_key = $2)
                 AND started_ms BETWEEN $3 AND $4 AND connection_uuid = ''
                 AND (state IN ('started', 'unknown')
                     OR (state = 'answered' AND status BETWEEN 200 AND 299))",
        )
        .bind(&id.account_uuid)
        .bind(&id.key)
        .bind(from.0)
        .bind(to.0)
        .fetch_one(&mut *transaction)
        .await?;
        let judged = judge(&Others {
            claimed,
            other_doubts,
        });
        if let Some(outcome) = &judged {
            self.write(&mut transaction, id, outcome).await?;
        }
        transaction.commit().await?;
        Ok(judged)
    }

    async fn write(
        &self,
        transaction: &mut Transaction<'static, Any>,
        id: &SendId,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let answer = match outcome.body.is_empty() {
            true => Vec::new(),
            false => self.seal.close(id.purpose(), &outcome.body)?,
        };
        sqlx::query(
            "UPDATE sends SET state = $3, status = $4, answer = $5, connection_uuid = $6
             WHERE account_uuid = $1 AND idempotency_key = $2 AND state IN ('started', 'unknown')",
        )
        .bind(&id.account_uuid)
        .bind(&id.key)
        .bind(outcome.state.as_str())
        .bind(i64::from(outcome.status))
        .bind(answer)
        .bind(&outcome.connection_uuid)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }

    /// Takes requests that started before `before` and have no outcome for left behind.
    pub(crate) async fn give_up_started(&self, before: Instant) -> Result<u64, StoreError> {
        let written = sqlx::query(
            "UPDATE sends SET state = 'unknown' WHERE state = 'started' AND started_ms <= $1",
        )
        .bind(before.0)
        .execute(&self.pool)
        .await?;
        Ok(written.rows_affected())
    }
}

/// In the place of an account: whoever settles a request by the list waits for all others who do.
const EVERYBODY: &str = "*";

/// Holds the account until the transaction ends.
async fn lock(transaction: &mut Transaction<'static, Any>, account: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO send_locks (account_uuid, taken) VALUES ($1, 1)
         ON CONFLICT (account_uuid) DO UPDATE SET taken = send_locks.taken + 1",
    )
    .bind(account)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// How many rows there may be in an hour for each request that may be sent: those that never left are rows as well.
const ROWS_FOR_A_SEND: u32 = 10;

/// How long a sign-in, or an account, that has sent as many as it may has to wait. The account counts as well, for signing
/// in anew takes a moment.
async fn over_limit(
    transaction: &mut Transaction<'static, Any>,
    new: &NewSend<'_>,
    rules: Rules,
    now: Instant,
) -> Result<Option<Duration>, StoreError> {
    const HOUR: Duration = Duration::from_secs(3600);
    // The oldest of the last ones as many as there may be decides.
    let that_left = "SELECT started_ms FROM sends
         WHERE (sign_in = $1 OR account_uuid = $2) AND started_ms > $3 AND state <> 'not-sent'
         ORDER BY started_ms DESC LIMIT 1 OFFSET $4";
    let of_all = "SELECT started_ms FROM sends
         WHERE (sign_in = $1 OR account_uuid = $2) AND started_ms > $3
         ORDER BY started_ms DESC LIMIT 1 OFFSET $4";
    let rows = rules.sends_per_hour.saturating_mul(ROWS_FOR_A_SEND);
    for (statement, most) in [(that_left, rules.sends_per_hour), (of_all, rows)] {
        let oldest: Option<i64> = sqlx::query_scalar(statement)
            .bind(new.sign_in)
            .bind(&new.id.account_uuid)
            .bind(now.minus(HOUR).0)
            .bind(i64::from(most) - 1)
            .fetch_optional(&mut **transaction)
            .await?;
        if let Some(oldest) = oldest {
            return Ok(Some(Instant(oldest).plus(HOUR).since(now)));
        }
    }
    Ok(None)
}

fn state(row: &AnyRow) -> sqlx::Result<State> {
    let word: String = row.try_get("state")?;
    State::from_word(&word).ok_or_else(|| {
        sqlx::Error::Decode(format!("{word} is no state that this gateway knows").into())
    })
}

impl SendId {
    fn purpose(&self) -> Purpose<'_> {
        Purpose::Answer(&self.account_uuid, &self.key)
    }
}

impl State {
    const ALL: [Self; 6] = [
        Self::Started,
        Self::Answered,
        Self::NotSent,
        Self::Unknown,
        Self::Found,
        Self::NotArrived,
    ];

    /// The word in the database and in metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Answered => "answered",
            Self::NotSent => "not-sent",
            Self::Unknown => "unknown",
            Self::Found => "found",
            Self::NotArrived => "not-arrived",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}
