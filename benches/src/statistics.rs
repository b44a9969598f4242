//! What is made of several runs: their middle, how far they lie apart, and whether a bound holds.

/// A percentile of some values, between two of them in proportion; `None` of no values.
pub(crate) fn percentile(values: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are some hundreds of values at most"
    )]
    let place = last as f64 * percent.clamp(0.0, 100.0) / 100.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = place.floor() as usize;
    let (low, high) = (sorted.get(below)?, sorted.get(below + 1).or(sorted.last())?);
    Some(low + (high - low) * place.fract())
}

/// The middle of some values, and the quarter on either side of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) p25: f64,
    pub(crate) median: f64,
    pub(crate) p75: f64,
}

impl Spread {
    /// `None` of no values.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        Some(Self {
            p25: percentile(values, 25.0)?,
            median: percentile(values, 50.0)?,
            p75: percentile(values, 75.0)?,
        })
    }
}

/// What came of holding a measure against its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    /// The medians miss the bound, but by no more than runs differ among themselves.
    Close,
    Missed,
}

impl Verdict {
    /// Of medians that ought to be no more than `factor` times what they are held against.
    pub(crate) fn of(ours: Spread, factor: f64, against: Spread) -> Self {
        if ours.median <= factor * against.median {
            Self::Holds
        } else if ours.p25 <= factor * against.p75 {
            Self::Close
        } else {
            Self::Missed
        }
    }

    /// Of a median that ought to be no more than a figure.
    pub(crate) fn of_figure(ours: Spread, most: f64) -> Self {
        let figure = Spread {
            p25: most,
            median: most,
            p75: most,
        };
        Self::of(ours, 1.0, figure)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Holds => "ok",
            Self::Close => "close",
            Self::Missed => "MISSED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(p25: f64, median: f64, p75: f64) -> Spread {
        Spread { p25, median, p75 }
    }

    #[test]
    fn a_percentile_lies_between_two_values_in_proportion() {
        let values = [40.0, 10.0, 30.0, 20.0];
        for (percent, expected) in [
            (0.0, 10.0),
            (50.0, 25.0),
            (75.0, 32.5),
            (95.0, 38.5),
            (100.0, 40.0),
            (180.0, 40.0),
        ] {
            assert_eq!(percentile(&values, percent), Some(expected), "{percent}");
        }
        assert_eq!(percentile(&[7.0], 95.0), Some(7.0));
        assert_eq!(percentile(&[], 50.0), None);
    }

    #[test]
    fn a_spread_is_the_quarters_around_the_median() {
        assert_eq!(
            Spread::of(&[5.0, 1.0, 2.0, 4.0, 3.0]),
            Some(spread(2.0, 3.0, 4.0))
        );
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn a_bound_holds_by_medians_and_is_close_within_the_spread() {
        let floor = spread(90.0, 100.0, 110.0);
        for (ours, expected) in [
            (spread(100.0, 150.0, 300.0), Verdict::Holds),
            (spread(164.0, 170.0, 180.0), Verdict::Close),
            (spread(166.0, 170.0, 180.0), Verdict::Missed),
        ] {
            assert_eq!(Verdict::of(ours, 1.5, floor), expected, "{ours:?}");
        }
    }

    #[test]
    fn a_figure_has_no_spread_of_its_own() {
        for (ours, expected) in [
            (spread(50.0, 50.0, 50.0), Verdict::Holds),
            (spread(49.0, 51.0, 52.0), Verdict::Close),
            (spread(51.0, 51.0, 51.0), Verdict::Missed),
            (spread(0.0, 0.0, 0.0), Verdict::Holds),
        ] {
            assert_eq!(Verdict::of_figure(ours, 50.0), expected, "{ours:?}");
        }
    }
}
