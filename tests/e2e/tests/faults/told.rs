//! What the host was told: one event for one outcome.

use e2e::faults::{Details, Expected, Seen};
use e2e::page::Observed;
use serde_json::{Value, json};

use super::judge::Wrong;
use super::play::CODE;

/// The longest that a press may lie back, in seconds: no trial takes longer.
const PRESSED_MOST_S: i64 = 180;

/// Compares the events from the press to the last word.
pub(crate) fn events(expected: &Expected, observed: &Observed, seen: &Seen, wrong: &mut Wrong) {
    let told: Vec<&str> = observed
        .events
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let mut names = vec!["referral-submit"];
    names.extend(match expected {
        Expected::Sent(_) => ["referral-sent"].as_slice(),
        Expected::Rejected { status: 401, .. } => &["referral-rejected", "referral-auth-required"],
        Expected::Rejected { .. } => &["referral-rejected"],
        // The check that finds the one request tells of it.
        Expected::Unknown { .. } if seen.connections.len() == 1 => {
            &["referral-unknown", "referral-sent"]
        }
        Expected::Unknown { .. } => &["referral-unknown"],
    });
    wrong.unless(
        told == names,
        format!("the events are {told:?}, not {names:?}"),
    );
    for (name, detail) in &observed.events {
        let is_right = match name.as_str() {
            "referral-submit" => *detail == json!({ "adviserKey": CODE }),
            "referral-sent" => sent(expected, seen, &detail["connection"]),
            "referral-rejected" => rejected(expected, detail),
            "referral-unknown" => is_recent(&detail["since"]),
            "referral-auth-required" => *detail == json!({}),
            _ => false,
        };
        wrong.unless(is_right, format!("{name} says {detail}"));
    }
}

fn sent(expected: &Expected, seen: &Seen, connection: &Value) -> bool {
    match expected {
        Expected::Sent(Details::Unavailable) => connection.is_null(),
        Expected::Sent(Details::Shown { recipient, .. }) => {
            let name = &connection["recipientFirm"]["name"];
            match recipient.as_str() {
                "Unnamed firm" => name.is_null(),
                recipient => name
                    .as_str()
                    .is_some_and(|name| name.split_whitespace().eq(recipient.split_whitespace())),
            }
        }
        Expected::Unknown { .. } => {
            let listed = seen.connections.first().unwrap_or(&Value::Null);
            connection["uuid"] == listed["uuid"]
                && connection["expiresAt"] == listed["expires_at"]
                && connection["recipientFirm"] == listed["recipient_firm"]
        }
        Expected::Rejected { .. } => false,
    }
}

fn rejected(expected: &Expected, detail: &Value) -> bool {
    let Expected::Rejected {
        reason,
        status,
        quotes,
        ..
    } = expected
    else {
        return false;
    };
    *detail == json!({ "reason": reason, "status": status, "message": quotes })
}

/// Whether it is an instant of this trial.
fn is_recent(since: &Value) -> bool {
    let now = jiff::Timestamp::now();
    since
        .as_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .is_some_and(|since| since <= now && now.duration_since(since).as_secs() < PRESSED_MOST_S)
}
