//! The rows as a table for people.

use crate::row::Row;
use crate::statistics::{Spread, Verdict};

const HEADINGS: [&str; 6] = ["measure", "ours", "floor", "ratio", "bound", ""];

/// One line a row, under headings, in columns: each median with its quarters in brackets.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines = vec![HEADINGS.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|column| {
            lines
                .iter()
                .map(|cells| width(cells, column))
                .max()
                .unwrap_or_default()
        })
        .collect();
    let written: Vec<String> = lines.iter().map(|cells| line(cells, &widths)).collect();
    written.join("\n")
}

fn width(cells: &[String], column: usize) -> usize {
    cells.get(column).map_or(0, |cell| cell.chars().count())
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = cells
        .iter()
        .zip(widths)
        .enumerate()
        .map(|(column, (cell, width))| match column {
            // Names and words to the left, figures to the right.
            0 | 4 | 5 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        })
        .collect();
    padded.join("  ").trim_end().to_owned()
}

fn cells(row: &Row) -> [String; 6] {
    let values =
        |values: &[f64]| Spread::of(values).map_or_else(String::new, |spread| figures(row, spread));
    [
        row.name.to_owned(),
        values(&row.ours),
        values(&row.floor),
        row.ratio()
            .map_or_else(String::new, |ratio| format!("{ratio:.2}")),
        row.bound_in_words(),
        row.verdict().map_or("", Verdict::word).to_owned(),
    ]
}

fn figures(row: &Row, spread: Spread) -> String {
    let written = |value| row.unit.written(value);
    if written(spread.p25) == written(spread.p75) {
        return written(spread.median);
    }
    let bare = |value| {
        let text = written(value);
        text.split(' ').next().unwrap_or_default().to_owned()
    };
    format!(
        "{} [{}..{}]",
        written(spread.median),
        bare(spread.p25),
        bare(spread.p75)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Bound, Unit};

    #[test]
    fn columns_stand_below_each_other() {
        let row = |name, ours: &[f64], floor: &[f64], bound| Row {
            name,
            unit: Unit::Milliseconds,
            ours: ours.to_vec(),
            floor: floor.to_vec(),
            bound,
        };
        let rows = [
            row("short", &[150.0], &[100.0], Bound::TimesFloor(1.1)),
            row("a longer one", &[1.0, 2.0, 3.0], &[], Bound::None),
        ];
        assert_eq!(
            table(&rows),
            "measure                       ours   floor  ratio  bound\n\
             short                       150 ms  100 ms   1.50  1.1 x floor  MISSED\n\
             a longer one  2.00 ms [1.50..2.50]"
        );
    }
}
