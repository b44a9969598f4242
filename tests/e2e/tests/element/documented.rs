//! The header fields that the documents tell hosts to send: the trials send these very ones.

use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::engine::repository;
use e2e::host_site::Document;
use e2e::stage::Stage;

/// What the documents write `RANDOM` for.
pub(super) const NONCE: &str = "bm9uY2Ugb2YgYSB0cmlhbA";

/// An empty picture for a page's tab: some browsers would ask for `/favicon.ico`, and count that as a violation of the
/// page's policy.
pub(super) const ICON: &str = "<link rel=icon href=data:,>";

/// Adds the fields of the block that `document` marks with this name, with the trial's origins in place of the
/// examples. The one thing that is not documented there is [`ICON`], if the page has it.
pub(super) fn with_fields(
    page: Document,
    stage: &Stage,
    document: &str,
    block: &str,
) -> Result<Document> {
    let mut page = page;
    for (name, value) in fields(document, block)? {
        let icon = match name == "content-security-policy" && page.text.contains(ICON) {
            true => "; img-src data:",
            false => "",
        };
        page = page.with(name, here(stage, &value) + icon);
    }
    Ok(page)
}

/// The value of the one field in a block.
pub(super) fn policy(stage: &Stage, document: &str, block: &str) -> Result<String> {
    let fields = fields(document, block)?;
    let found = fields
        .iter()
        .find(|(name, _value)| *name == "content-security-policy");
    let (_name, value) = found.with_context(|| format!("no policy in {block} of {document}"))?;
    Ok(here(stage, value))
}

fn here(stage: &Stage, value: &str) -> String {
    [
        ("https://files.example", "{files}"),
        ("https://forms.example", "{files}"),
        ("https://portal.example", "{host}"),
        ("https://api.plannrcrm.com", &stage.sandbox.origin()),
        ("RANDOM", NONCE),
    ]
    .iter()
    .fold(value.to_owned(), |value, (example, real)| {
        value.replace(example, real)
    })
}

fn fields(document: &str, block: &str) -> Result<Vec<(&'static str, String)>> {
    let text = fs::read_to_string(repository().join(document))
        .with_context(|| format!("reading {document}"))?;
    let begin = format!("```http {block}\n");
    let (_before, after) = text
        .split_once(&begin)
        .with_context(|| format!("{document} has no block {begin:?}"))?;
    let (lines, _after) = after.split_once("```").context("the block ends")?;
    let mut fields = Vec::new();
    for line in lines.lines() {
        let (name, value) = line.split_once(": ").context("name and value")?;
        fields.push((known(name)?, value.to_owned()));
    }
    ensure!(!fields.is_empty(), "{block} of {document} is empty");
    Ok(fields)
}

fn known(name: &str) -> Result<&'static str> {
    [
        "content-security-policy",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "referrer-policy",
        "x-content-type-options",
        "cache-control",
    ]
    .into_iter()
    .find(|known| known.eq_ignore_ascii_case(name))
    .with_context(|| format!("{name} is a field that the trials do not know"))
}
