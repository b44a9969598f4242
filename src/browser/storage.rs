//! What is kept from one visit to the next: the account, the requests whose outcome is not known yet, and the
//! UUIDs of those confirmed lately.
//!
//! A browser may refuse its storage (private windows, third-party frames, a full disk) and anyone may change
//! it. So nothing here fails: what cannot be kept is kept in memory for as long as the page lives, and what
//! cannot be read is no more than mentioned. No token is ever handed to this file.

use std::cell::RefCell;

use web_sys::Storage;

use super::clock;
use crate::domain::account::AccountUuid;
use crate::domain::digits::digits;
use crate::domain::session::{Pending, Recorded};
use crate::domain::timestamp::Timestamp;
use crate::json::{self, Value};

/// Where the account UUID is kept.
pub const ACCOUNT_ENTRY: &str = "plannr.account_uuid";

/// Where requests without a known outcome are kept.
pub const PENDING_ENTRY: &str = "referral-connect.pending";

/// Where the UUIDs of requests confirmed lately are kept: after a reload, or in another tab, none of them must
/// be taken for one in doubt.
pub const CONFIRMED_ENTRY: &str = "referral-connect.confirmed";

/// What the entries of claims begin with, which [`locks`](super::locks) makes where browsers have no locks.
const CLAIM_PREFIX: &str = "referral-connect.claim.";

/// The longest entry that is read, in bytes. A record with all the UUIDs that it may know takes 4 kB, and few
/// people have more than one.
const ENTRY_MOST_BYTES: usize = 256 * 1024;

/// The field of a record that a gateway knows the request by.
const KEY_FIELD: &str = "idempotency_key";

/// How long a confirmed request is remembered, in milliseconds: longer than a clock is taken to be wrong.
const CONFIRMED_FOR_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// How many confirmed requests are remembered.
const CONFIRMED_MOST: usize = 100;

thread_local! {
    /// What the browser would not keep, by entry.
    static IN_MEMORY: RefCell<Vec<(&'static str, String)>> = const { RefCell::new(Vec::new()) };

    /// Requests that are settled, but whose records the browser would not remove.
    static SETTLED: RefCell<Vec<Pending>> = const { RefCell::new(Vec::new()) };
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
    read(ACCOUNT_ENTRY)
        .into_iter()
        .find_map(|text| text.parse().ok())
}

/// Keeps the account that was chosen.
pub fn keep_account(account: &AccountUuid) -> Kept {
    write(ACCOUNT_ENTRY, Some(account.as_str()))
}

/// What is kept of requests. What is known of a confirmed one is its UUID.
#[must_use]
pub fn recorded() -> Recorded {
    let mut recorded = Recorded {
        known_uuids: confirmed().into_iter().map(|entry| entry.uuid).collect(),
        ..Recorded::default()
    };
    for text in read(PENDING_ENTRY) {
        let Some(entries) = list(&text) else {
            recorded.has_unreadable = true;
            continue;
        };
        for entry in entries {
            match pending_of(&entry) {
                Some(pending) if holds(&recorded.pending, &pending) => {}
                Some(pending) => {
                    let is_before = |other: &Pending| other.since <= pending.since;
                    let place = recorded.pending.partition_point(is_before);
                    recorded.pending.insert(place, pending);
                }
                None => recorded.has_unreadable = true,
            }
        }
    }
    SETTLED.with_borrow(|settled| recorded.pending.retain(|pending| !holds(settled, pending)));
    recorded
}

/// Keeps a request that is about to leave, or may have arrived.
pub fn keep_pending(pending: &Pending) -> Kept {
    let mut all = recorded().pending;
    if !holds(&all, pending) {
        all.push(pending.clone());
    } else if IN_MEMORY.with_borrow(Vec::is_empty) {
        return Kept::Stored;
    }
    write_pending(&all)
}

/// Forgets requests whose outcome is known now, and notes the UUID of what came of them, with those that remain
/// too. `now` is when.
pub fn settle_pending(settled: &[Pending], uuid: Option<&str>, now: Timestamp) {
    let before = recorded().pending;
    let mut all = before.clone();
    all.retain(|pending| !holds(settled, pending));
    if let Some(uuid) = uuid {
        for pending in &mut all {
            pending.known_uuids.push(uuid.to_owned());
        }
        note_confirmed(uuid, now);
    }
    // Of a request that never left there is no record, and what is there may be more than we can read.
    if all == before {
        return;
    }
    if write_pending(&all) == Kept::InMemory {
        SETTLED.with_borrow_mut(|past| past.extend_from_slice(settled));
    }
}

/// Makes a claim, for [`claims`] of this name.
pub(super) fn make_claim(name: &str, mark: &str, at: Timestamp) {
    if let Some(storage) = local_storage() {
        // One that is not kept is seen by nobody, and there is no other way to be seen.
        let _ = storage.set_item(&claim_entry(name, mark), &digits(at.as_millis()));
    }
}

/// Takes a claim back.
pub(super) fn withdraw_claim(name: &str, mark: &str) {
    if let Some(storage) = local_storage() {
        // One that is not there needs no taking back.
        let _ = storage.remove_item(&claim_entry(name, mark));
    }
}

/// The claims of this name: their marks, and when each was made.
pub(super) fn claims(name: &str) -> Vec<(String, Timestamp)> {
    let Some(storage) = local_storage() else {
        return Vec::new();
    };
    let prefix = claim_entry(name, "");
    let entry = |index| -> Option<(String, Timestamp)> {
        let entry = storage.key(index).ok()??;
        let mark = entry.strip_prefix(&prefix)?.to_owned();
        let at_ms = storage.get_item(&entry).ok()??.parse().ok()?;
        Some((mark, Timestamp::from_millis(at_ms)))
    };
    let mut claims = Vec::new();
    for index in 0..storage.length().unwrap_or(0) {
        claims.extend(entry(index));
    }
    claims
}

fn claim_entry(name: &str, mark: &str) -> String {
    [CLAIM_PREFIX, name, ".", mark].concat()
}

/// A [`Pending`] as it is written down.
fn record(pending: &Pending) -> String {
    let known_uuids = pending.known_uuids.iter().map(|uuid| json::quoted(uuid));
    json::object(&[
        ("endpoint", json::quoted(&pending.endpoint)),
        ("key", json::quoted(pending.key.as_str())),
        ("account", json::quoted(pending.account.as_str())),
        (KEY_FIELD, json::quoted(&pending.idempotency_key)),
        ("since_ms", digits(pending.since.as_millis())),
        ("known_uuids", json::list(known_uuids)),
    ])
}

fn pending_of(record: &Value) -> Option<Pending> {
    let text = |name| record.get(name)?.text();
    let since = Timestamp::from_millis(record.get("since_ms")?.whole()?);
    // No clock shows a time that has no date.
    clock::rfc3339(since)?;
    Some(Pending {
        endpoint: text("endpoint")?,
        key: text("key")?.parse().ok()?,
        account: text("account")?.parse().ok()?,
        since,
        // A record of a version that made none.
        idempotency_key: text(KEY_FIELD).unwrap_or_default(),
        known_uuids: match record.get("known_uuids") {
            Some(listed) => listed
                .entries()?
                .iter()
                .map(Value::text)
                .collect::<Option<_>>()?,
            None => Vec::new(),
        },
        has_ended: false,
    })
}

fn holds(all: &[Pending], pending: &Pending) -> bool {
    all.iter().any(|other| other.is_same(pending))
}

fn write_pending(all: &[Pending]) -> Kept {
    write_list(PENDING_ENTRY, all.iter().map(record).collect())
}

/// A confirmed request.
struct Confirmed {
    uuid: String,
    at_ms: i64,
}

/// Oldest first. What cannot be read is not missed: it would only have spared the person a question.
fn confirmed() -> Vec<Confirmed> {
    let confirmed_of = |entry: &Value| {
        Some(Confirmed {
            uuid: entry.get("uuid")?.text()?,
            at_ms: entry.get("at_ms")?.whole()?,
        })
    };
    let mut all = Vec::new();
    for text in read(CONFIRMED_ENTRY) {
        for entry in list(&text).unwrap_or_default() {
            all.extend(confirmed_of(&entry));
        }
    }
    all
}

fn note_confirmed(uuid: &str, now: Timestamp) {
    let mut all = confirmed();
    all.retain(|entry| {
        let age_ms = now.millis_since(Timestamp::from_millis(entry.at_ms));
        entry.uuid != uuid && age_ms < CONFIRMED_FOR_MS
    });
    all.push(Confirmed {
        uuid: uuid.to_owned(),
        at_ms: now.as_millis(),
    });
    let surplus = all.len().saturating_sub(CONFIRMED_MOST);
    all.drain(..surplus);
    // Where it is not kept the person may be asked which of two requests is theirs.
    let entries = all.iter().map(|entry| {
        json::object(&[
            ("uuid", json::quoted(&entry.uuid)),
            ("at_ms", digits(entry.at_ms)),
        ])
    });
    let _ = write_list(CONFIRMED_ENTRY, entries.collect());
}

fn list(text: &str) -> Option<Vec<Value>> {
    if text.len() > ENTRY_MOST_BYTES {
        return None;
    }
    Value::parse(text.as_bytes())?.entries()
}

fn write_list(entry: &'static str, records: Vec<String>) -> Kept {
    if records.is_empty() {
        return write(entry, None);
    }
    write(entry, Some(&json::list(records.into_iter())))
}

/// `None` where the browser has no storage for us, or refuses access to it.
fn local_storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What is in memory, and what is stored: other tabs may still write where we could not.
fn read(entry: &'static str) -> Vec<String> {
    let mut found = Vec::new();
    IN_MEMORY.with_borrow(|kept| {
        if let Some((_, text)) = kept.iter().find(|(name, _)| *name == entry) {
            found.push(text.clone());
        }
    });
    let stored = || local_storage()?.get_item(entry).ok()?;
    if let Some(text) = stored() {
        found.push(text);
    }
    found
}

fn write(entry: &'static str, text: Option<&str>) -> Kept {
    let stored = local_storage().is_some_and(|storage| {
        let written = match text {
            Some(text) => storage.set_item(entry, text),
            None => storage.remove_item(entry),
        };
        // Some that keep nothing do not say so.
        written.is_ok()
            && storage
                .get_item(entry)
                .is_ok_and(|kept| kept.as_deref() == text)
    });
    IN_MEMORY.with_borrow_mut(|kept| {
        kept.retain(|(name, _)| *name != entry);
        if let (false, Some(text)) = (stored, text) {
            kept.push((entry, text.to_owned()));
        }
    });
    if stored { Kept::Stored } else { Kept::InMemory }
}
