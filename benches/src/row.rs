//! A row of the table: what was measured, and what it ought to be.

use serde_json::{Value, json};

use crate::statistics::{Spread, Verdict};

/// What a row's figures count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Bytes,
    Kilobytes,
    Milliseconds,
    /// Of layout shift: the share of the view that moved times how far, as browsers score it.
    Score,
}

/// What a row's median may be at most.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    /// The row is there to be read, not to be held against anything.
    None,
    /// So much, in the row's unit.
    Figure(f64),
    /// So many times the floor's median.
    TimesFloor(f64),
    /// As much as these runs of ours, which the row names.
    Ours(&'static str, Vec<f64>),
}

/// One measure of both, with a value for each run.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) ours: Vec<f64>,
    /// Empty where the floor has no such thing.
    pub(crate) floor: Vec<f64>,
    pub(crate) bound: Bound,
}

impl Unit {
    /// A value with as many digits as mean something.
    pub(crate) fn written(self, value: f64) -> String {
        match self {
            Self::Bytes => format!("{value:.0} B"),
            Self::Kilobytes => format!("{value:.0} kB"),
            Self::Milliseconds if value < 10.0 => format!("{value:.2} ms"),
            Self::Milliseconds if value < 100.0 => format!("{value:.1} ms"),
            Self::Milliseconds => format!("{value:.0} ms"),
            Self::Score => format!("{value:.3}"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Kilobytes => "kB",
            Self::Milliseconds => "ms",
            Self::Score => "score",
        }
    }
}

impl Row {
    /// Our median by the floor's, where the floor has one above zero.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let (ours, floor) = (Spread::of(&self.ours)?, Spread::of(&self.floor)?);
        (floor.median > 0.0).then(|| ours.median / floor.median)
    }

    /// Whether the bound holds; `None` where there is nothing to say.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let ours = Spread::of(&self.ours)?;
        match &self.bound {
            Bound::None => None,
            Bound::Figure(most) => Some(Verdict::of_figure(ours, *most)),
            Bound::TimesFloor(factor) => Some(Verdict::of(ours, *factor, Spread::of(&self.floor)?)),
            Bound::Ours(_, others) => Some(Verdict::of(ours, 1.0, Spread::of(others)?)),
        }
    }

    /// The bound in words.
    pub(crate) fn bound_in_words(&self) -> String {
        match &self.bound {
            Bound::None => String::new(),
            Bound::Figure(most) => self.unit.written(*most),
            Bound::TimesFloor(factor) => format!("{factor} x floor"),
            Bound::Ours(name, _) => (*name).to_owned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        let of = |values: &[f64]| {
            Spread::of(values).map(|spread| {
                json!({ "median": spread.median, "p25": spread.p25, "p75": spread.p75, "runs": values })
            })
        };
        json!({
            "name": self.name,
            "unit": self.unit.name(),
            "ours": of(&self.ours),
            "floor": of(&self.floor),
            "ratio": self.ratio(),
            "bound": self.bound_in_words(),
            "verdict": self.verdict().map(Verdict::word),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: &[f64], floor: &[f64], bound: Bound) -> Row {
        Row {
            name: "a measure",
            unit: Unit::Milliseconds,
            ours: ours.to_vec(),
            floor: floor.to_vec(),
            bound,
        }
    }

    #[test]
    fn a_row_is_held_against_its_bound() {
        for (bound, expected) in [
            (Bound::None, None),
            (Bound::Figure(20.0), Some(Verdict::Holds)),
            (Bound::Figure(19.0), Some(Verdict::Missed)),
            (Bound::TimesFloor(2.0), Some(Verdict::Holds)),
            (Bound::TimesFloor(1.9), Some(Verdict::Missed)),
            (Bound::Ours("others", vec![20.0]), Some(Verdict::Holds)),
            (Bound::Ours("others", vec![18.0]), Some(Verdict::Missed)),
        ] {
            let row = row(&[20.0], &[10.0], bound);
            assert_eq!(row.verdict(), expected, "{:?}", row.bound);
            assert_eq!(row.ratio(), Some(2.0));
        }
    }

    #[test]
    fn without_a_floor_there_is_no_ratio() {
        let row = row(&[20.0], &[], Bound::TimesFloor(1.0));
        assert_eq!((row.ratio(), row.verdict()), (None, None));
    }

    #[test]
    fn a_floor_of_zero_gives_no_ratio() {
        assert_eq!(row(&[1.0], &[0.0], Bound::None).ratio(), None);
    }

    #[test]
    fn figures_are_written_with_the_digits_that_count() {
        for (unit, value, expected) in [
            (Unit::Bytes, 4000.0, "4000 B"),
            (Unit::Milliseconds, 1.234, "1.23 ms"),
            (Unit::Milliseconds, 12.34, "12.3 ms"),
            (Unit::Milliseconds, 1305.2, "1305 ms"),
            (Unit::Score, 0.0, "0.000"),
        ] {
            assert_eq!(unit.written(value), expected);
        }
    }
}
