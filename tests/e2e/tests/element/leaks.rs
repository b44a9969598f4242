//! Elements come and go for as long as a page is open: nothing of those that are gone stays.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use e2e::backend::Refresh;
use e2e::engine::Engine;
use e2e::host_site::{Document, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::{Value, json};

use super::page_of;
use super::script::play;
use super::traps::KEEP;

pub(super) fn add(suite: &mut Suite) {
    // The one of the three that counts nodes and listeners.
    suite.add_for(
        &[Engine::Chromium],
        "element_leaves_nothing_behind",
        Refresh::Default,
        leaves_nothing,
    );
}

/// How much the heap may be larger after the last hundred than after the first, in bytes: what the browser itself learns
/// of code that runs often (38 kB were seen, ever less with each hundred). It is 111 bytes for each of nine hundred, and
/// the smallest thing that could be kept of an element has more.
const HEAP_MORE_BYTES: f64 = 100_000.0;

/// What a page holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    nodes: f64,
    listeners: f64,
    heap_bytes: f64,
    wasm_pages: f64,
}

async fn leaves_nothing(stage: &mut Stage) -> Result<()> {
    let page = page_of("<div id=left></div><div id=right></div>").replacen(
        "<script>",
        &format!("<script>{{{KEEP}}}"),
        1,
    );
    let site = HostSite::start(vec![Document::page("/", page)]).await?;
    stage.page.browser().open(&site.address("/")).await?;
    let mut held = Vec::new();
    for _hundred in 0..10 {
        play(
            stage,
            json!({}),
            "for (let mounts = 0; mounts < 100; mounts++) {
                 const element = make();
                 document.querySelector('#left').append(element);
                 await new Promise((ready) => element.addEventListener('referral-ready', ready, { once: true }));
                 if (!part(element, 'base')) throw new Error('not really mounted');
                 element.remove();
             }
             await task();",
        )
        .await?;
        held.push(measure(stage).await?);
    }
    compare("mounts", &held)?;

    play(
        stage,
        json!({}),
        "document.querySelector('#left').append(make({ id: 'one' }));
         await started(document.querySelector('#one'));",
    )
    .await?;
    let mut held = Vec::new();
    for _hundred in 0..3 {
        play(
            stage,
            json!({}),
            "type(one, 'ABC1');
             const boxes = ['#right', '#left'].map((id) => document.querySelector(id));
             for (let moves = 0; moves < 100; moves++) {
                 boxes[moves % 2].append(one);
                 await task();
             }
             same('what was typed', input(one).value, 'ABC1');",
        )
        .await?;
        held.push(measure(stage).await?);
    }
    compare("moves", &held)
}

/// Nothing more after the last hundred than after the first.
fn compare(what: &str, held: &[Held]) -> Result<()> {
    let (first, last) = (
        held.first().context("none was measured")?,
        held.last().context("none was measured")?,
    );
    ensure!(
        last.nodes <= first.nodes
            && last.listeners <= first.listeners
            && last.wasm_pages <= first.wasm_pages
            && last.heap_bytes - first.heap_bytes <= HEAP_MORE_BYTES,
        "{what}: from {first:?} to {last:?}, and in between {held:?}"
    );
    Ok(())
}

async fn measure(stage: &Stage) -> Result<Held> {
    let devtools = stage.page.browser().session().cdp();
    // What the trial itself keeps.
    play(stage, json!({}), "window.heard.length = 0;").await?;
    // What a first round frees, with finalizers and all, may hold what a second one frees.
    for _round in 0..3 {
        devtools
            .send_raw("HeapProfiler.collectGarbage", json!({}))
            .await?;
    }
    let counted = devtools
        .send_raw("Memory.getDOMCounters", json!({}))
        .await?;
    devtools.send_raw("Performance.enable", json!({})).await?;
    let metrics = devtools
        .send_raw("Performance.getMetrics", json!({}))
        .await?;
    let metrics: BTreeMap<String, f64> = metrics["metrics"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|metric| {
            Some((
                metric["name"].as_str()?.to_owned(),
                metric["value"].as_f64()?,
            ))
        })
        .collect();
    let pages = play(
        stage,
        json!({}),
        "same('instances', instances.length, 1);
         return instances[0].memory.buffer.byteLength / 65_536;",
    )
    .await?;
    let number = |value: &Value| value.as_f64().context("a number of the browser's");
    Ok(Held {
        nodes: number(&counted["nodes"])?,
        listeners: number(&counted["jsEventListeners"])?,
        heap_bytes: *metrics.get("JSHeapUsedSize").context("no heap size")?,
        wasm_pages: number(&pages)?,
    })
}
