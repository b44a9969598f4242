//! Contrast, computed from the tokens: WCAG 2.2, success criteria 1.4.3 (text, 4.5 to 1) and 1.4.11 (parts,
//! 3 to 1), with the relative luminance of its definitions.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::HashMap;

const TOKENS: &str = include_str!("../style/tokens.css");
const TEXT: f64 = 4.5;
const PART: f64 = 3.0;

type Theme = HashMap<&'static str, [u8; 3]>;

/// The default colours: of `--_name: var(--referral-name, light-dark(#light, #dark));`.
fn themes() -> [(&'static str, Theme); 2] {
    let (mut light, mut dark) = (Theme::new(), Theme::new());
    for line in TOKENS.lines() {
        if let Some((name, colours)) = line.split_once(": var(--referral-")
            && let Some((named, colours)) = colours.split_once(", light-dark(")
        {
            let name = name.trim().trim_start_matches("--_");
            assert_eq!(name, named, "a token stands for another one");
            let (of_light, of_dark) = colours
                .trim_end_matches([')', ';'])
                .split_once(", ")
                .unwrap();
            light.insert(name, colour(of_light));
            dark.insert(name, colour(of_dark));
        }
    }
    assert!(light.len() > 10, "{light:?}");
    [("light", light), ("dark", dark)]
}

fn colour(hex: &str) -> [u8; 3] {
    let hex = hex.strip_prefix('#').unwrap();
    [0, 2, 4].map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap())
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_formula_gives_the_known_extremes() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([119; 3], [255; 3]) - 4.478).abs() < 1e-3);
}

#[test]
fn every_pair_that_is_used_has_the_contrast_that_it_needs() {
    for (theme, colours) in themes() {
        let of = |name: &str| {
            *colours
                .get(name)
                .unwrap_or_else(|| panic!("{name} in {theme}"))
        };
        let mut pairs = vec![
            ("on-accent", "accent", TEXT),
            ("on-accent", "accent-strong", TEXT),
            ("surface", "bad", TEXT),
            ("surface", "wait", TEXT),
            ("good", "good-surface", TEXT),
            ("wait", "wait-surface", TEXT),
            ("bad", "bad-surface", TEXT),
            ("done", "done-surface", TEXT),
        ];
        for surface in ["surface", "surface-raised"] {
            for text in ["text", "text-quiet", "accent", "accent-strong", "bad"] {
                pairs.push((text, surface, TEXT));
            }
            // Borders of fields, rings, meters and bars; the shapes of badges, which end where the card begins.
            for part in [
                "line-field",
                "focus",
                "accent",
                "wait",
                "good",
                "bad",
                "done",
            ] {
                pairs.push((part, surface, PART));
            }
        }
        for (front, back, least) in pairs {
            let found = contrast(of(front), of(back));
            assert!(
                found >= least,
                "{theme}: {front} on {back}: {found:.2}, not {least}"
            );
        }
    }
}
