//! The widget by keyboard alone, and by ear: where the focus is after every step, and what is announced, once and in
//! which order. What comes of it in Chromium stands in `docs/accessibility.md`, word for word.

use anyhow::Result;
use e2e::accessibility::{Announcements, focused, outline};
use e2e::backend::Refresh;
use e2e::browser::computed_label;
use e2e::engine::Engine;
use e2e::gallery::Gallery;
use e2e::renewal;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use thirtyfour::Key;

use super::steps::{Keys, SCENES, Scene};

const DOCUMENT: &str = "docs/accessibility.md";

pub(super) fn add(suite: &mut Suite) {
    suite.add("gallery_by_keyboard_and_by_ear", Refresh::Default, walks);
}

async fn walks(stage: &mut Stage) -> Result<()> {
    let gallery = Gallery::start().await?;
    let browser = stage.page.browser();
    let states: Vec<String> = SCENES
        .iter()
        .map(|scene| format!("state={}", scene.state))
        .collect();
    gallery.open(browser, &states.join("&")).await?;
    let mut transcript = String::new();
    for scene in SCENES {
        transcript.push_str(&play(stage, scene).await?);
    }
    if stage.engine() == Engine::Chromium {
        renewal::block(DOCUMENT, "walk", &transcript)?;
    }
    Ok(())
}

/// Plays one state from the link before it on, and answers with what was seen and heard.
async fn play(stage: &Stage, scene: &Scene) -> Result<String> {
    let browser = stage.page.browser();
    let announcements = Announcements::listen(browser, scene.state).await?;
    let is_chromium = stage.engine() == Engine::Chromium;
    let mut transcript = format!("\n### {}\n\n", scene.title);
    if is_chromium {
        transcript.push_str(&format!(
            "```\n{}```\n\n",
            outline(browser, scene.state).await?
        ));
        transcript
            .push_str("| keys | then the focus is on | and is heard |\n| --- | --- | --- |\n");
    }
    for (place, step) in scene.steps.iter().enumerate() {
        press(stage, step.keys).await?;
        let what = format!("{}, step {}", scene.state, place + 1);
        let heard = until(&what, SOON, async || {
            let focus = browser.focused().await?;
            let name = match &focus {
                Some(element) => computed_label(element).await?,
                None => "nothing".to_owned(),
            };
            let heard = announcements.so_far(browser).await?;
            Ok(if name == step.focus && heard == step.heard {
                Look::Seen(heard)
            } else {
                Look::NotYet(format!(
                    "the focus is on {name:?}, and is heard: {heard:#?}"
                ))
            })
        })
        .await?;
        announcements.forget(browser).await?;
        if is_chromium {
            transcript.push_str(&format!(
                "| {} | {} | {} |\n",
                step.told,
                focused(browser).await?,
                heard.join("<br>")
            ));
        }
    }
    if let (true, Some(title)) = (is_chromium, scene.end) {
        let end = outline(browser, scene.state).await?;
        transcript.push_str(&format!("\n{title}:\n\n```\n{end}```\n"));
    }
    Ok(transcript)
}

async fn press(stage: &Stage, keys: Keys) -> Result<()> {
    let browser = stage.page.browser();
    match keys {
        Keys::Each(keys) => browser.press_keys(keys).await,
        Keys::Back => Ok(browser
            .session()
            .action_chain()
            .key_down(Key::Shift)
            .send_keys(Key::Tab)
            .key_up(Key::Shift)
            .perform()
            .await?),
    }
}
