//! How the widget looks, compared with pictures that people have looked at: `tests/e2e/looks/`.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::backend::Refresh;
use e2e::browser::Browser;
use e2e::engine::{Engine, repository};
use e2e::evidence;
use e2e::gallery::{Gallery, choose};
use e2e::picture::Picture;
use e2e::renewal;
use e2e::stage::Stage;
use e2e::suite::{Suite, announce};
use serde::Deserialize;
use serde_json::json;

/// Those that differ in more than words.
const STATES: &[&str] = &[
    "first-pressed",
    "load-error",
    "too-short",
    "sending-not-kept",
    "pending",
    "pending-hours",
    "accepted",
    "denied",
    "expired",
    "strange-status",
    "long-names",
    "right-to-left-names",
    "no-details",
    "rejected-422",
    "rejected-429",
    "checking",
    "unknown-lost",
    "not-arrived",
    "several",
    "confirm",
    "history",
    "history-long",
    "history-failed",
    "history-sent",
    "trapped-in-doubt",
];

const SHEET_WIDTH_PX: u32 = 1200;

/// How large the pictures are: enough for everything to be seen, and a quarter of the bytes and the time.
const SCALE: f64 = 0.5;

/// What the widths of letters tell of the fonts: in others everything looks otherwise.
const FONTS: &str = "
    const context = document.createElement('canvas').getContext('2d');
    return ['400 100px system-ui', '600 100px system-ui', '400 100px ui-monospace, monospace'].map((font) => {
        context.font = font;
        return `${font}: ${context.measureText('Sphinx of black quartz, judge 0123456789 my vow…').width.toFixed(1)}`;
    }).join('\\n') + '\\n';
";

/// Where each state is.
const ARTICLES: &str = "
    return [...document.querySelectorAll('article')].map((article) => {
        const { top, bottom, left, right } = article.getBoundingClientRect();
        return { id: article.id, top, bottom, left, right };
    });
";

#[derive(Deserialize)]
struct Article {
    id: String,
    top: f64,
    bottom: f64,
    left: f64,
    right: f64,
}

pub(super) fn add(suite: &mut Suite) {
    // Each engine draws letters in its own way; the rules that they follow are the same.
    suite.add_for(
        &[Engine::Chromium],
        "gallery_looks_as_it_did",
        Refresh::Default,
        looks,
    );
}

async fn looks(stage: &mut Stage) -> Result<()> {
    let gallery = Gallery::start().await?;
    let browser = stage.page.browser();
    let states: Vec<String> = STATES
        .iter()
        .map(|state| format!("state={state}"))
        .collect();
    gallery.open(browser, &states.join("&")).await?;
    let folder = repository().join("tests/e2e/looks");
    if !has_the_fonts(browser, &folder.join("fonts.txt")).await? {
        return Ok(());
    }
    // What turns would never look as it did.
    browser
        .session()
        .cdp()
        .send_raw(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}),
        )
        .await?;
    let mut faults = String::new();
    for theme in ["light", "dark"] {
        choose(browser, "theme", theme).await?;
        for width in ["240", "400", "full"] {
            choose(browser, "width", width).await?;
            let name = format!("{theme}-{width}.png");
            let taken = take(browser).await?;
            let now = Picture::of_png(&taken)?;
            let path = folder.join(&name);
            let differences = Picture::kept(&path).and_then(|kept| now.differences(&kept));
            if renewal::is_wanted() {
                // What is as good as the same stays as it is.
                if !matches!(&differences, Ok(places) if places.is_empty()) {
                    now.keep(&path)?;
                }
                continue;
            }
            let differing = match differences {
                Ok(places) if places.is_empty() => continue,
                Ok(places) => {
                    let articles: Vec<Article> = browser.script(ARTICLES, Vec::new()).await?;
                    let holds = |article: &&Article| {
                        places.iter().any(|place| {
                            let (x, y) = (place.x as f64 / SCALE, place.y as f64 / SCALE);
                            x >= article.left - 8.0
                                && x <= article.right + 8.0
                                && y >= article.top - 8.0
                                && y <= article.bottom + 8.0
                        })
                    };
                    let ids: Vec<&str> = articles
                        .iter()
                        .filter(holds)
                        .map(|article| article.id.as_str())
                        .collect();
                    format!("{} squares, in the states {ids:?}", places.len())
                }
                Err(cause) => format!("{cause:#}"),
            };
            writeln!(faults, "{name}: {differing}; {}", put_aside(&name, &taken)?)?;
        }
    }
    if !faults.is_empty() {
        bail!(
            "it looks otherwise than in {}:\n{faults}Look at both; if it is meant to be so, {}=1 keeps the new pictures",
            folder.display(),
            renewal::RENEW_VARIABLE
        );
    }
    Ok(())
}

async fn has_the_fonts(browser: &Browser, kept: &std::path::Path) -> Result<bool> {
    let fonts: String = browser.script(FONTS, Vec::new()).await?;
    if renewal::is_wanted() {
        fs::write(kept, fonts).with_context(|| format!("writing {}", kept.display()))?;
        return Ok(true);
    }
    let expected =
        fs::read_to_string(kept).with_context(|| format!("reading {}", kept.display()))?;
    if fonts != expected {
        announce(&format!(
            "!!! THE LOOKS ARE NOT COMPARED: this machine has other fonts than the pictures.\nhere:\n{fonts}there:\n{expected}"
        ));
    }
    Ok(fonts == expected)
}

/// The whole page in one screenshot, from the first state on.
async fn take(browser: &Browser) -> Result<Vec<u8>> {
    let devtools = browser.session().cdp();
    let size = |height_px: f64| json!({"width": SHEET_WIDTH_PX, "height": height_px, "deviceScaleFactor": 1, "mobile": false});
    devtools
        .send_raw("Emulation.setDeviceMetricsOverride", size(1000.0))
        .await?;
    let height_px: f64 = browser
        .script("return document.documentElement.scrollHeight", Vec::new())
        .await?;
    devtools
        .send_raw("Emulation.setDeviceMetricsOverride", size(height_px))
        .await?;
    let clip = json!({
        "format": "png",
        "clip": {"x": 0, "y": 0, "width": SHEET_WIDTH_PX, "height": height_px, "scale": SCALE},
    });
    let taken = devtools.send_raw("Page.captureScreenshot", clip).await?;
    let text = taken["data"].as_str().context("a picture")?;
    STANDARD.decode(text).context("a picture in base64")
}

/// Puts a picture that differs beside what is kept of failures.
fn put_aside(name: &str, png: &[u8]) -> Result<String> {
    let path: PathBuf = evidence::folder().join(format!("looks-{name}"));
    fs::create_dir_all(evidence::folder())?;
    fs::write(&path, png)?;
    Ok(format!("now: {}", path.display()))
}
