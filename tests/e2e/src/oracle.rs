//! The time left as the contract words it, computed by another library than the page's: jiff.

use anyhow::{Context, Result};
use jiff::tz::Offset;
use jiff::{SignedDuration, Span, SpanRound, Timestamp, Unit};

/// How far the page's clock reading may lie from ours: it looked a little earlier than we do.
const TICK: SignedDuration = SignedDuration::from_secs(3);

/// Every text that the countdown to `expires_at` (RFC 3339) may show for a look at about `now`.
///
/// The contract: the two largest units, floor not round. Where the second unit is zero it may be left out.
///
/// # Errors
/// When `expires_at` is no date.
pub fn countdown_texts(expires_at: &str, now: Timestamp) -> Result<Vec<String>> {
    let expires_at: Timestamp = expires_at
        .parse()
        .with_context(|| format!("expires_at {expires_at:?} is not RFC 3339"))?;
    let mut texts = Vec::new();
    let mut look = now - TICK;
    while look <= now + SignedDuration::from_secs(1) {
        for text in texts_at(expires_at, look)? {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        look += SignedDuration::from_millis(250);
    }
    Ok(texts)
}

fn texts_at(expires_at: Timestamp, now: Timestamp) -> Result<Vec<String>> {
    // Days of 24 hours: a request's window is a span of instants, not of calendar days.
    let span = now.until(expires_at)?.round(
        SpanRound::new()
            .largest(Unit::Day)
            .smallest(Unit::Second)
            .mode(jiff::RoundMode::Floor)
            .relative(Offset::UTC.to_datetime(now).date())
            .days_are_24_hours(),
    )?;
    let [first, second] = two_largest(span);
    let (first_count, first_unit) = first;
    let (second_count, second_unit) = second;
    let both = format!(
        "{} {}",
        counted(first_count, first_unit),
        counted(second_count, second_unit)
    );
    Ok(match (first_count, second_count) {
        (0, _) => vec![counted(second_count, second_unit)],
        (_, 0) => vec![both, counted(first_count, first_unit)],
        _ => vec![both],
    })
}

fn two_largest(span: Span) -> [(i64, &'static str); 2] {
    let days = i64::from(span.get_days());
    let hours = i64::from(span.get_hours());
    let minutes = span.get_minutes();
    let seconds = span.get_seconds();
    if days > 0 {
        [(days, "day"), (hours, "hour")]
    } else if hours > 0 {
        [(hours, "hour"), (minutes, "minute")]
    } else {
        [(minutes, "minute"), (seconds, "second")]
    }
}

fn counted(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
