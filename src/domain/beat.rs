//! When all that ticks on a page changes together.

use super::timestamp::Timestamp;

/// How far apart the moments are, in milliseconds: seconds are the finest that is shown.
const APART_MS: i64 = 1000;

/// The moment for something that has to change at `due`: not before that, and less than a second after it.
///
/// A page that changes at a hundred moments of a second is drawn a hundred times in it. So all moments are whole seconds
/// apart from one of them, `phase`: whoever comes first says when, and the others follow.
#[must_use]
pub fn moment(phase: Timestamp, due: Timestamp) -> Timestamp {
    due.plus_millis(phase.millis_since(due).rem_euclid(APART_MS))
}
