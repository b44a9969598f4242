//! What is kept from one visit to the next: the account, and the requests whose outcome is not known yet.
//!
//! A browser may refuse its storage (private windows, third-party frames, a full disk) and anyone may change
//! it. So nothing here fails: what cannot be kept is kept in memory for as long as the page lives, and what
//! cannot be read counts as absent. No token is ever handed to this file.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_sys::Storage;

use crate::domain::account::AccountUuid;
use crate::domain::session::Pending;
use crate::domain::timestamp::Timestamp;

/// Where the account UUID is kept.
pub const ACCOUNT_ENTRY: &str = "plannr.account_uuid";

/// Where requests without a known outcome are kept.
pub const PENDING_ENTRY: &str = "referral-connect.pending";

/// The longest entry that is read, in bytes: ours are far below it.
const ENTRY_MOST_BYTES: usize = 64 * 1024;

thread_local! {
    /// What the browser would not keep, by entry.
    static IN_MEMORY: RefCell<Vec<(&'static str, String)>> = const { RefCell::new(Vec::new()) };
}

/// Whether something will still be there on the next visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The browser stored it.
    Stored,
    /// The browser refused: it is gone when the page is.
    InMemory,
}

/// The account that was chosen last.
#[must_use]
pub fn account() -> Option<AccountUuid> {
    read(ACCOUNT_ENTRY)?.parse().ok()
}

/// Keeps the account that was chosen.
pub fn keep_account(account: &AccountUuid) -> Kept {
    write(ACCOUNT_ENTRY, Some(account.as_str()))
}

/// The requests whose outcome is not known, oldest first. An entry that cannot be read is passed over.
#[must_use]
pub fn pending() -> Vec<Pending> {
    read(PENDING_ENTRY)
        .and_then(|text| serde_json::from_str::<Vec<Value>>(&text).ok())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| serde_json::from_value::<Record>(entry).ok())
        .filter_map(Record::into_pending)
        .collect()
}

/// Keeps a request that is about to leave.
pub fn keep_pending(pending: &Pending) -> Kept {
    let mut all = self::pending();
    if !all.iter().any(|other| other.is_same(pending)) {
        all.push(pending.clone());
    }
    write_pending(&all)
}

/// Forgets requests whose outcome is known now, and notes the UUID of what came of them with those that
/// remain.
pub fn settle_pending(settled: &[Pending], uuid: Option<&str>) -> Kept {
    let mut all = self::pending();
    all.retain(|pending| !settled.iter().any(|other| other.is_same(pending)));
    if let Some(uuid) = uuid {
        for pending in &mut all {
            pending.known_uuids.push(uuid.to_owned());
        }
    }
    write_pending(&all)
}

/// How a [`Pending`] is written down.
#[derive(Serialize, Deserialize)]
struct Record {
    endpoint: String,
    key: String,
    account: String,
    since_ms: i64,
    #[serde(default)]
    known_uuids: Vec<String>,
}

impl Record {
    fn of(pending: &Pending) -> Self {
        Self {
            endpoint: pending.endpoint.clone(),
            key: pending.key.to_string(),
            account: pending.account.to_string(),
            since_ms: pending.since.as_millis(),
            known_uuids: pending.known_uuids.clone(),
        }
    }

    fn into_pending(self) -> Option<Pending> {
        Some(Pending {
            endpoint: self.endpoint,
            key: self.key.parse().ok()?,
            account: self.account.parse().ok()?,
            since: Timestamp::from_millis(self.since_ms),
            known_uuids: self.known_uuids,
            has_ended: false,
        })
    }
}

fn write_pending(all: &[Pending]) -> Kept {
    if all.is_empty() {
        return write(PENDING_ENTRY, None);
    }
    let records: Vec<Record> = all.iter().map(Record::of).collect();
    // Strings and numbers always serialise.
    let text = serde_json::to_string(&records).unwrap_or_default();
    write(PENDING_ENTRY, Some(&text))
}

/// `None` where the browser has no storage for us, or refuses access to it.
fn local_storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn read(entry: &'static str) -> Option<String> {
    let in_memory = IN_MEMORY.with_borrow(|kept| {
        kept.iter()
            .find(|(name, _)| *name == entry)
            .map(|(_, text)| text.clone())
    });
    in_memory
        .or_else(|| local_storage()?.get_item(entry).ok()?)
        .filter(|text| text.len() <= ENTRY_MOST_BYTES)
}

fn write(entry: &'static str, text: Option<&str>) -> Kept {
    let stored = local_storage().is_some_and(|storage| {
        match text {
            Some(text) => storage.set_item(entry, text),
            None => storage.remove_item(entry),
        }
        .is_ok()
    });
    IN_MEMORY.with_borrow_mut(|kept| {
        kept.retain(|(name, _)| *name != entry);
        if let (false, Some(text)) = (stored, text) {
            kept.push((entry, text.to_owned()));
        }
    });
    if stored { Kept::Stored } else { Kept::InMemory }
}
