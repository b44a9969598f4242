//! What a trial produces and the repository keeps: compared, or written anew.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::engine::repository;

/// When `1`, what is kept is written anew instead of compared.
pub const RENEW_VARIABLE: &str = "E2E_RENEW";

/// Whether what is kept is to be written anew.
#[must_use]
pub fn is_wanted() -> bool {
    env::var_os(RENEW_VARIABLE).is_some_and(|value| value == "1")
}

/// Holds what stands in a document between `<!-- name -->` and `<!-- /name -->` equal to this.
///
/// # Errors
/// When it differs, or the document has no such place.
pub fn block(document: &str, name: &str, text: &str) -> Result<()> {
    let path: PathBuf = repository().join(document);
    let whole = fs::read_to_string(&path).with_context(|| format!("reading {document}"))?;
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = whole
        .split_once(&begin)
        .with_context(|| format!("{document} has no {begin}"))?;
    let (kept, after) = rest
        .split_once(&end)
        .with_context(|| format!("{document} has no {end}"))?;
    if kept == text {
        return Ok(());
    }
    if is_wanted() {
        return fs::write(&path, [before, &begin, text, &end, after].concat())
            .with_context(|| format!("writing {document}"));
    }
    let differs = kept
        .lines()
        .zip(text.lines())
        .find(|(kept, now)| kept != now);
    bail!(
        "{document} does not tell what is the case: {}. {RENEW_VARIABLE}=1 writes it anew",
        match differs {
            Some((kept, now)) => format!("it says {kept:?}, and it is {now:?}"),
            None => "one of the two is longer".to_owned(),
        }
    )
}
