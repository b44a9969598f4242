//! axe-core, the rules of accessibility that a program can check. It comes with the build tools from npm, pinned; its
//! licence, MPL-2.0, asks nothing of whoever runs it, and nothing of it is in what is built.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::browser::Browser;
use crate::engine::repository;
use crate::gallery::Gallery;
use crate::host_site::Document;

/// Names the script; the one among the installed build tools when unset.
pub const AXE_VARIABLE: &str = "AXE_CORE";

/// Where the page gets it from: its policy allows scripts of its own origin alone.
const PATH: &str = "/axe.min.js";

/// Runs every rule of these tags, which are all of WCAG 2.2 up to AA, and what axe calls best practice; none is switched
/// off.
const RUN: &str = "
    const [done] = arguments;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
    const run = () => axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    const found = ({ violations }) => violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${JSON.stringify(target)}: ${failureSummary}`));
    const load = window.axe ? Promise.resolve() : new Promise((onload, onerror) => {
        document.head.append(Object.assign(document.createElement('script'), { src: '/axe.min.js', onload, onerror }));
    });
    load.then(run).then(
        (results) => done({ rules: results.passes.length, found: found(results) }),
        (error) => done({ rules: 0, found: [`axe itself failed: ${error}`] }));
";

/// The most violations that a failure lists: one in the form is one in every state.
const MOST_SHOWN: usize = 10;

#[derive(Deserialize)]
struct Results {
    /// How many rules found something to look at, and nothing wrong with it.
    rules: usize,
    found: Vec<String>,
}

/// Puts axe-core where pages of the gallery can load it.
///
/// # Errors
/// When it is not installed.
pub fn publish(gallery: &Gallery) -> Result<()> {
    let path = env::var_os(AXE_VARIABLE).map_or_else(
        || repository().join(".tools/npm/node_modules/axe-core/axe.min.js"),
        PathBuf::from,
    );
    let script = fs::read_to_string(&path).with_context(|| {
        format!(
            "axe-core is not in {}: `cargo xtask test --only e2e` installs it",
            path.display()
        )
    })?;
    gallery.site().publish(Document::page(PATH, script));
    Ok(())
}

/// Holds the whole page against all rules.
///
/// # Errors
/// When it breaks one: lists where, and how.
pub async fn finds_nothing(browser: &Browser, how_it_looks: &str) -> Result<()> {
    let results: Results = browser
        .session()
        .execute_async(RUN, Vec::new())
        .await
        .context("running axe")?
        .convert()?;
    if !results.found.is_empty() {
        bail!(
            "{how_it_looks}: {} violations, the first of which are\n{}",
            results.found.len(),
            results
                .found
                .get(..MOST_SHOWN)
                .unwrap_or(&results.found)
                .join("\n")
        );
    }
    ensure!(
        results.rules >= 20,
        "{how_it_looks}: only {} rules found anything to look at",
        results.rules
    );
    Ok(())
}
