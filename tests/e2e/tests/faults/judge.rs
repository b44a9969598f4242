//! Whether what was observed is what the table expects, and whether it is true.

use anyhow::{Result, bail};
use e2e::engine::Engine;
use e2e::faults::{Also, Connection, Countdown, Details, Expected, RECIPIENT, Row, Seen};
use e2e::page::{Kept, Observed};

use super::told;

/// The longest that a quick answer takes from the press to its words, in milliseconds, on a busy machine.
const QUICK_MS: f64 = 3000.0;

/// Everything that is wrong, in one error.
pub(crate) fn judge(engine: Engine, row: &Row, observed: &Observed, seen: &Seen) -> Result<()> {
    let mut wrong = Wrong(Vec::new());
    let (expected, posts) = row.expected(engine);
    let whole = seen.whole_posts();
    wrong.unless(
        posts.contains(&whole),
        format!("{whole} whole POSTs arrived, not {posts:?}"),
    );
    match expected {
        Expected::Sent(details) => sent(details, observed, &mut wrong),
        Expected::Rejected { says, quotes, .. } => {
            for words in ["Nothing was sent", says]
                .into_iter()
                .chain(quotes.as_deref())
            {
                wrong.unless(
                    observed.alert.contains(words),
                    format!("the alert does not say {words:?}"),
                );
            }
            wrong.unless(
                observed.status.is_empty(),
                "the status region speaks".into(),
            );
            wrong.unless(observed.record == Kept::Absent, "a record stays".into());
        }
        Expected::Unknown { because } => unknown(because, observed, seen, &mut wrong),
    }
    told::events(expected, observed, seen, &mut wrong);
    for also in &row.also {
        besides(engine, also, observed, seen, &mut wrong);
    }
    let Wrong(wrong) = wrong;
    if wrong.is_empty() {
        return Ok(());
    }
    bail!(
        "{}; observed {observed:?}; the server saw {seen:?}",
        wrong.join("; ")
    )
}

/// What is wrong, so far.
pub(crate) struct Wrong(Vec<String>);

impl Wrong {
    /// Notes what is wrong unless something holds.
    pub(crate) fn unless(&mut self, holds: bool, what: String) {
        if !holds {
            self.0.push(what);
        }
    }
}

fn sent(details: &Details, observed: &Observed, wrong: &mut Wrong) {
    wrong.unless(observed.record == Kept::Absent, "a record stays".into());
    wrong.unless(observed.alert.is_empty(), "there is an alert".into());
    let (says, badges, timers) = match details {
        Details::Unavailable => (
            "Request sent. Plannr confirmed it, but its details are unavailable here.".to_owned(),
            Vec::new(),
            0,
        ),
        Details::Shown {
            recipient,
            badge,
            countdown,
        } => (
            format!("Request sent to {recipient}"),
            vec![*badge],
            match countdown {
                Countdown::Shown => 1,
                Countdown::Absent => 0,
            },
        ),
    };
    wrong.unless(
        without_overrides(&observed.status).starts_with(&without_overrides(&says)),
        format!("the status does not say {says:?}"),
    );
    wrong.unless(
        observed.badges == badges,
        format!("the badge is not {badges:?}"),
    );
    wrong.unless(
        observed.timers == timers,
        format!("there are {} countdowns", observed.timers),
    );
}

/// In doubt, with a record; then the check tells what is in the API's list, and nothing else.
fn unknown(because: &str, observed: &Observed, seen: &Seen, wrong: &mut Wrong) {
    let in_doubt = observed.told.iter().any(|(text, kept)| {
        text.contains("may have been sent") && text.contains(because) && *kept == Kept::Stored
    });
    wrong.unless(
        in_doubt,
        format!("never said with a record kept: may have been sent, {because}"),
    );
    let arrived = seen.connections.len();
    let offered = observed
        .buttons
        .iter()
        .filter(|name| name.contains(RECIPIENT))
        .count();
    let (is_true, record) = match arrived {
        0 => (
            observed.status.starts_with("It did not arrive"),
            Kept::Absent,
        ),
        1 => (
            observed
                .status
                .starts_with(&format!("Request sent to {RECIPIENT}")),
            Kept::Absent,
        ),
        _ => (offered == arrived, Kept::Stored),
    };
    wrong.unless(
        is_true,
        format!("{arrived} arrived, and the check says otherwise"),
    );
    wrong.unless(
        observed.record == record,
        format!("after the check the record is {:?}", observed.record),
    );
}

fn besides(engine: Engine, also: &Also, observed: &Observed, seen: &Seen, wrong: &mut Wrong) {
    match also {
        Also::NeverAsked(path) => wrong.unless(
            !seen.requests.iter().any(|asked| asked.ends_with(path)),
            format!("{path} was asked"),
        ),
        Also::NotAllPushed { of_bytes } => wrong.unless(
            seen.pushed_bytes < *of_bytes,
            format!("all of {of_bytes} bytes were taken"),
        ),
        Also::NoElement(name) => wrong.unless(
            !observed.elements.iter().any(|found| found == name),
            format!("an element <{name}> came to be"),
        ),
        Also::NeverSays(words) => wrong.unless(
            !observed.alert.contains(words) && !observed.status.contains(words),
            format!("{words:?} is shown"),
        ),
        // WebKit over libsoup opens a new connection for every POST, so it never has to send one twice.
        Also::Over(Connection::Reused) if engine != Engine::WebKit => wrong.unless(
            seen.whole_on_reused > 0,
            "no POST came over a reused connection".into(),
        ),
        Also::Over(_) => wrong.unless(
            seen.whole_on_fresh > 0 && seen.whole_on_reused == 0,
            "a POST came over a reused connection, or none over a fresh one".into(),
        ),
        Also::Wait(seconds) => {
            let read = observed.wait.as_deref();
            wrong.unless(
                read.and_then(wait_s)
                    .is_some_and(|read| seconds.contains(&read)),
                format!("the wait reads {read:?}, not {seconds:?} seconds"),
            );
        }
        Also::Quick => wrong.unless(
            observed
                .settled_after_ms
                .is_some_and(|after_ms| after_ms < QUICK_MS),
            format!("told after {:?} ms", observed.settled_after_ms),
        ),
    }
}

/// The seconds in "You can send again in 4 minutes 59 seconds."
fn wait_s(text: &str) -> Option<u32> {
    let words = text
        .strip_prefix("You can send again in ")?
        .strip_suffix('.')?;
    let words: Vec<&str> = words.split(' ').collect();
    words.chunks(2).try_fold(0, |sum, part| {
        let [count, unit] = part else { return None };
        let count: u32 = count.parse().ok()?;
        Some(sum + count * if unit.starts_with("minute") { 60 } else { 1 })
    })
}

/// Text without the characters that override its direction, which Firefox leaves out of `innerText`.
fn without_overrides(text: &str) -> String {
    text.replace(
        |character| ('\u{202a}'..='\u{202e}').contains(&character),
        "",
    )
}
