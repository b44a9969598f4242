//! How to bring down a release that has no switch for it.

use anyhow::{Context, Result, ensure};
use e2e::stage::Stage;
use serde_json::json;

use super::STOPPED;

/// How an instance is brought down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// What it keeps in memory is garbage.
    Memory,
    /// Honestly: the browser refuses it something that it cannot do without.
    Panic,
    /// The stack is full when it is called.
    Stack,
}

/// Brings an instance of the page down, and presses its button.
pub(super) async fn trap(stage: &Stage, instance: usize, way: Way) -> Result<()> {
    match way {
        Way::Memory => spoil_memory(stage, instance).await?,
        Way::Panic => panic_when_rendering(stage).await?,
        Way::Stack => overflow(stage, instance).await?,
    }
    let browser = stage.page.browser();
    let buttons = browser.select_all("button[type=submit]").await?;
    // A full stack may have been heard of before the press.
    if let Some(button) = buttons.get(instance) {
        button.click().await?;
    }
    stage.page.see_alert(&[STOPPED]).await?;
    Ok(())
}

/// Opens the page and gets hold of its instance of the module.
pub(super) async fn open(stage: &Stage) -> Result<()> {
    stage.open_page().await?;
    let keep = "const done = arguments[0];
        window.wasmBindings.default().then((exports) => { window.instances = [exports]; done(true); })";
    let kept: bool = stage
        .page
        .browser()
        .session()
        .execute_async(keep, Vec::new())
        .await?
        .convert()?;
    ensure!(kept, "no instance");
    Ok(())
}

/// From now on an instance finds nothing where it left it.
pub(super) async fn spoil_memory(stage: &Stage, instance: usize) -> Result<()> {
    let script = "new Uint8Array(window.instances[arguments[0]].memory.buffer).fill(170)";
    stage
        .page
        .browser()
        .script(script, vec![json!(instance)])
        .await
}

/// Whoever makes the next element panics: tachys takes it for granted that one can be made.
pub(super) async fn panic_when_rendering(stage: &Stage) -> Result<()> {
    let script = "const { createElement } = Document.prototype;
        Document.prototype.createElement = () => {
            Document.prototype.createElement = createElement;
            throw new Error('refused');
        };";
    stage.page.browser().script(script, Vec::new()).await
}

/// Submits an instance's form with ever less room on the stack, until there is enough for the module to begin and not
/// for it to end.
async fn overflow(stage: &Stage, instance: usize) -> Result<()> {
    let room: Option<u32> = stage
        .page
        .browser()
        .script(
            "const { stack_height: height } = window.instances[arguments[0]];
             const form = document.querySelectorAll('form')[arguments[0]];
             const submit = () => form.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
             const withRoomFor = (frames, run) => {
                 let returned = 0;
                 const deep = () => {
                     try { deep(); } catch {}
                     returned += 1;
                     if (returned === frames) try { run(); } catch {}
                 };
                 deep();
             };
             const rest = height();
             for (let frames = 3000; frames > 0; frames -= 10) {
                 withRoomFor(frames, submit);
                 if (height() !== rest) return frames;
             }
             return null;",
            vec![json!(instance)],
        )
        .await?;
    room.context("the module never ran out of stack")?;
    Ok(())
}
