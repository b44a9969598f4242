//! What the API's list of connections says, read as far as the ledger needs it.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use serde_json::Value;

use crate::clock::Instant;

/// How far the API's clock may be from ours if it does not say what time it is.
const UNKNOWN_SKEW: Duration = Duration::from_secs(120);
/// How exact the API's times are: whole seconds on both sides, and the way of the reply.
const GRAIN: Duration = Duration::from_secs(3);

/// A connection in the list.
pub(crate) struct Entry {
    pub(crate) uuid: String,
    pub(crate) created: Instant,
    /// As the API wrote it.
    pub(crate) value: Value,
}

/// A page of the list, newest first.
pub(crate) struct List {
    entries: Vec<Entry>,
    /// Whether the API says that it goes on.
    has_next: bool,
}

/// When a connection can have been made that a request of ours asked for, by the API's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    from: Instant,
    to: Instant,
    slack: Duration,
}

/// What a list says of a request.
pub(crate) enum Verdict<'list> {
    Made(&'list Entry),
    NotMade,
    /// More than one connection may be it, or not all of the list can be read.
    Undecided,
}

impl Window {
    /// For a request that started at `started` and can have been worked on for `lasting`. `date` is the reply's
    /// `Date`, and `now` when it came.
    pub(crate) fn of(
        started: Instant,
        lasting: Duration,
        date: Option<&str>,
        now: Instant,
    ) -> Self {
        let theirs = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
        let (skew_ms, slack) = match theirs {
            Some(theirs) => (theirs.as_millisecond().saturating_sub(now.0), GRAIN),
            None => (0, UNKNOWN_SKEW),
        };
        let shifted = Instant(started.0.saturating_add(skew_ms));
        Self {
            from: shifted.minus(slack),
            to: shifted.plus(lasting).plus(slack),
            slack,
        }
    }

    /// When other requests started, by our clock, that can have made a connection in this window.
    pub(crate) fn others(&self, started: Instant, lasting: Duration) -> (Instant, Instant) {
        let apart = lasting + self.slack * 2;
        (started.minus(apart), started.plus(apart))
    }
}

impl List {
    /// Reads a list of at most `per_page` connections. `None` if not all of them can be read.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let mut body: Value = serde_json::from_slice(body).ok()?;
        let next = body.get("links").and_then(|links| links.get("next"));
        let has_next = next.is_some_and(Value::is_string);
        let list = match body.get_mut("data") {
            Some(list) => list.take(),
            None => body,
        };
        let Value::Array(list) = list else {
            return None;
        };
        list.into_iter()
            .map(entry)
            .collect::<Option<Vec<_>>>()
            .map(|entries| Self { entries, has_next })
    }

    /// The UUIDs of its connections.
    pub(crate) fn into_uuids(self) -> Vec<String> {
        self.entries.into_iter().map(|entry| entry.uuid).collect()
    }

    /// What the list says of a request in the window, knowing which connections are others' and how many other
    /// requests around that time have no outcome either.
    pub(crate) fn judge(
        &self,
        window: Window,
        per_page: usize,
        claimed: &[String],
        other_doubts: i64,
    ) -> Verdict<'_> {
        let is_all = !self.has_next && self.entries.len() < per_page;
        let reaches_back = is_all || self.entries.iter().any(|entry| entry.created < window.from);
        let mut possible = self.entries.iter().filter(|entry| {
            (window.from..=window.to).contains(&entry.created) && !claimed.contains(&entry.uuid)
        });
        match (possible.next(), possible.next()) {
            _ if !reaches_back => Verdict::Undecided,
            (None, _) => Verdict::NotMade,
            (Some(only), None) if other_doubts == 0 => Verdict::Made(only),
            (Some(_), _) => Verdict::Undecided,
        }
    }
}

/// The UUID of the connection in an answer to a request, bare or wrapped in `data`; empty if there is none.
pub(crate) fn uuid_in(body: &[u8]) -> String {
    let uuid = |body: Value| {
        let inner = body.get("data").unwrap_or(&body);
        inner.get("uuid")?.as_str().map(str::to_owned)
    };
    serde_json::from_slice(body)
        .ok()
        .and_then(uuid)
        .unwrap_or_default()
}

fn entry(value: Value) -> Option<Entry> {
    let created: Timestamp = value.get("created_at")?.as_str()?.parse().ok()?;
    Some(Entry {
        uuid: value.get("uuid")?.as_str()?.to_owned(),
        created: Instant(created.as_millisecond()),
        value,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 2026-01-20T17:51:29Z
    const STARTED: Instant = Instant(1_768_931_489_000);
    const LASTING: Duration = Duration::from_secs(60);

    fn list(made: &[(&str, &str)]) -> List {
        let made = made.iter();
        let made: Vec<Value> = made
            .map(|(uuid, created)| json!({ "uuid": uuid, "created_at": created }))
            .collect();
        List::read(json!({ "data": made }).to_string().as_bytes()).unwrap()
    }

    fn verdict(list: &List, date: Option<&str>, claimed: &[&str], doubts: i64) -> String {
        let window = Window::of(STARTED, LASTING, date, STARTED);
        let claimed: Vec<String> = claimed.iter().map(|uuid| (*uuid).to_owned()).collect();
        match list.judge(window, 3, &claimed, doubts) {
            Verdict::Made(entry) => entry.uuid.clone(),
            Verdict::NotMade => "none".to_owned(),
            Verdict::Undecided => "?".to_owned(),
        }
    }

    #[test]
    fn a_single_connection_that_is_nobody_elses_is_it() {
        let one = list(&[("a", "2026-01-20T17:51:30+00:00")]);
        assert_eq!(verdict(&one, None, &[], 0), "a");
        assert_eq!(verdict(&one, None, &["a"], 0), "none");
        assert_eq!(verdict(&one, None, &[], 1), "?");
        let two = list(&[
            ("b", "2026-01-20T17:51:31Z"),
            ("a", "2026-01-20T18:51:30+01:00"),
        ]);
        assert_eq!(verdict(&two, None, &[], 0), "?");
        assert_eq!(verdict(&two, None, &["b"], 0), "a");
        assert_eq!(verdict(&list(&[]), None, &[], 0), "none");
    }

    #[test]
    fn what_is_known_of_their_clock_narrows_the_window() {
        let earlier = list(&[("a", "2026-01-20T17:50:29Z")]);
        assert_eq!(verdict(&earlier, None, &[], 0), "a");
        assert_eq!(
            verdict(&earlier, Some("Tue, 20 Jan 2026 17:51:29 GMT"), &[], 0),
            "none"
        );
        // A minute slow: what was made then was made now.
        assert_eq!(
            verdict(&earlier, Some("Tue, 20 Jan 2026 17:50:29 GMT"), &[], 0),
            "a"
        );
        assert_eq!(verdict(&earlier, Some("yesterday"), &[], 0), "a");
    }

    #[test]
    fn whoever_can_have_made_the_same_connection_is_asked_about() {
        for date in [None, Some("Tue, 20 Jan 2026 17:51:29 GMT")] {
            let window = Window::of(STARTED, LASTING, date, STARTED);
            let (from, to) = window.others(STARTED, LASTING);
            for apart_s in -400_i64..400 {
                let other = Instant(STARTED.0 + apart_s * 1000);
                // By the same clock of the API's.
                let theirs = Window {
                    from: other.minus(window.slack),
                    to: other.plus(LASTING).plus(window.slack),
                    ..window
                };
                let meet = theirs.from <= window.to && window.from <= theirs.to;
                assert_eq!(
                    (from..=to).contains(&other),
                    meet,
                    "{apart_s} s apart, {date:?}"
                );
            }
        }
    }

    #[test]
    fn a_full_page_that_does_not_reach_back_decides_nothing() {
        let full = list(&[
            ("c", "2026-01-20T17:51:32Z"),
            ("b", "2026-01-20T17:51:31Z"),
            ("a", "2026-01-20T17:51:30Z"),
        ]);
        assert_eq!(verdict(&full, None, &["a", "b", "c"], 0), "?");
        assert_eq!(verdict(&full, None, &["a", "b"], 0), "?");
        let reaching = list(&[
            ("c", "2026-01-20T17:51:32Z"),
            ("b", "2026-01-20T17:51:31Z"),
            ("a", "2026-01-19T17:51:30Z"),
        ]);
        assert_eq!(verdict(&reaching, None, &["c"], 0), "b");
    }

    /// A server that gives fewer at once than it is asked for says that there are more.
    #[test]
    fn a_short_page_that_has_a_next_one_decides_nothing() {
        let read = |next: Value| {
            let made = json!({ "uuid": "b", "created_at": "2026-01-20T17:52:31Z" });
            let list = json!({ "data": [made], "links": { "next": next } });
            List::read(list.to_string().as_bytes()).unwrap()
        };
        let more = read(json!("https://api.example/?page=2"));
        assert_eq!(verdict(&more, None, &["b"], 0), "?");
        assert_eq!(verdict(&read(Value::Null), None, &["b"], 0), "none");
    }

    #[test]
    fn a_list_that_cannot_be_read_whole_is_none() {
        for body in [
            "",
            "{}",
            "<html>",
            "{\"data\":7}",
            "{\"data\":[{}]}",
            "{\"data\":[{\"uuid\":\"a\",\"created_at\":\"soon\"}]}",
        ] {
            assert!(List::read(body.as_bytes()).is_none(), "{body}");
        }
        assert!(List::read(b"[]").is_some());
    }

    #[test]
    fn the_uuid_of_an_answer_is_found_bare_and_wrapped() {
        assert_eq!(uuid_in(br#"{"uuid":"a"}"#), "a");
        assert_eq!(uuid_in(br#"{"data":{"uuid":"a"}}"#), "a");
        for none in ["", "{", "[]", "{\"uuid\":7}", "null"] {
            assert_eq!(uuid_in(none.as_bytes()), "", "{none}");
        }
    }
}
