//! The two that are measured beside each other.

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contender {
    /// The element, as it is released.
    Ours,
    /// The same job in plain JavaScript, in `benches/floor/`.
    Floor,
}

impl Contender {
    /// In the order of the table.
    pub(crate) const BOTH: [Self; 2] = [Self::Ours, Self::Floor];

    /// Both, the other one first in every second run: what the first of a pair leaves behind must not always be the same
    /// one's.
    pub(crate) fn in_turn(run: usize) -> [Self; 2] {
        match run % 2 {
            0 => [Self::Ours, Self::Floor],
            _ => [Self::Floor, Self::Ours],
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Floor => "floor",
        }
    }

    /// The element's name in HTML.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Ours => "referral-connect",
            Self::Floor => "referral-floor",
        }
    }

    /// The script that a page names.
    pub(crate) fn script(self) -> &'static str {
        match self {
            Self::Ours => "referral-connect.js",
            Self::Floor => "floor.js",
        }
    }
}

/// The values of both, one for each run.
#[derive(Debug, Default, Clone)]
pub(crate) struct Pair {
    pub(crate) ours: Vec<f64>,
    pub(crate) floor: Vec<f64>,
}

impl Pair {
    pub(crate) fn push(&mut self, contender: Contender, value: f64) {
        match contender {
            Contender::Ours => self.ours.push(value),
            Contender::Floor => self.floor.push(value),
        }
    }
}
