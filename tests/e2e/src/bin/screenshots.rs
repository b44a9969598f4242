//! `cargo run -p e2e --bin screenshots -- FOLDER`: pictures of every state of the page, light and dark, on a narrow
//! and on a wide screen, for people to look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use e2e::backend::{Backend, EXPIRED_TOKEN, Refresh, TOKEN};
use e2e::browser::Browser;
use e2e::engine::{Engine, Installed};
use e2e::page::{REFRESH_LIMIT, button};
use e2e::stage::Stage;
use e2e::suite::announce;
use serde_json::json;

const WIDTHS_PX: [u32; 2] = [320, 1200];
const SCHEMES: [&str; 2] = ["light", "dark"];

fn main() -> ExitCode {
    let made = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the runtime")
        .and_then(|runtime| runtime.block_on(take_all()));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            announce(&format!("screenshots: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn take_all() -> Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        bail!("say which folder to write to: cargo run -p e2e --bin screenshots -- FOLDER");
    };
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let studio = Studio {
        installed: Engine::Chromium.find()?,
        folder,
    };
    studio.take("empty", Refresh::Default, empty).await?;
    studio.take("error", Refresh::Default, error).await?;
    studio.take("sending", Refresh::Default, sending).await?;
    studio.take("pending", Refresh::Default, pending).await?;
    studio.take("accepted", Refresh::Quick, accepted).await?;
    studio.take("denied", Refresh::Quick, denied).await?;
    studio.take("expired", Refresh::Default, expired).await?;
    studio.take("received", Refresh::Default, received).await?;
    studio
        .take("strange-status", Refresh::Default, stranger)
        .await?;
    studio
        .take("without-details", Refresh::Default, without_details)
        .await?;
    studio
        .take("rejected-409", Refresh::Default, conflict)
        .await?;
    studio
        .take("rejected-422", Refresh::Default, key_refused)
        .await?;
    studio
        .take("rejected-429", Refresh::Default, too_many)
        .await?;
    studio
        .take("unknown-checking", Refresh::Default, checking)
        .await?;
    studio.take("unknown", Refresh::Default, unknown).await?;
    studio
        .take("unknown-locked", Refresh::Default, locked)
        .await?;
    studio
        .take("unknown-confirm", Refresh::Default, confirm)
        .await?;
    studio
        .take("unknown-several", Refresh::Default, several)
        .await?;
    studio
        .take("check-none", Refresh::Default, check_none)
        .await?;
    studio
        .take("auth-required", Refresh::Default, auth_required)
        .await?;
    studio.take("settings", Refresh::Default, settings).await?;
    studio.take("tested", Refresh::Default, tested).await?;
    studio.take("link", Refresh::Default, link).await?;
    studio.take("welsh", Refresh::Default, welsh).await?;
    studio
        .take("later-visit", Refresh::Default, later_visit)
        .await
}

/// Where pictures are taken.
struct Studio {
    installed: Installed,
    folder: PathBuf,
}

impl Studio {
    async fn take<F>(&self, name: &str, refresh: Refresh, lead_to: F) -> Result<()>
    where
        F: AsyncFn(&mut Stage) -> Result<()>,
    {
        let sandbox = Backend::start(refresh).await?;
        let mut stage = Stage::new(sandbox, Browser::start(&self.installed).await?);
        let taken = match stage.open_page().await {
            Ok(()) => match lead_to(&mut stage).await {
                Ok(()) => take_every_size(&stage, &self.folder, name).await,
                failed => failed,
            },
            failed => failed,
        };
        let kept = match &taken {
            Ok(()) => String::new(),
            Err(failure) => {
                stage
                    .keep_evidence(&format!("screenshots-{name}"), failure)
                    .await
            }
        };
        stage.take_down(Browser::quit).await?;
        taken.with_context(|| format!("the picture of {name}; {kept}"))?;
        announce(&format!("{name}: done"));
        Ok(())
    }
}

async fn take_every_size(stage: &Stage, folder: &Path, name: &str) -> Result<()> {
    let devtools = stage.page.browser().session().cdp();
    for scheme in SCHEMES {
        devtools
            .send_raw(
                "Emulation.setEmulatedMedia",
                json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
            )
            .await?;
        for width_px in WIDTHS_PX {
            let size = |height_px: f64| {
                json!({
                    "width": width_px,
                    "height": height_px,
                    "deviceScaleFactor": 1,
                    "mobile": false,
                })
            };
            devtools
                .send_raw("Emulation.setDeviceMetricsOverride", size(640.0))
                .await?;
            let height_px: f64 = stage
                .page
                .browser()
                .script("return document.documentElement.scrollHeight", Vec::new())
                .await?;
            devtools
                .send_raw("Emulation.setDeviceMetricsOverride", size(height_px))
                .await?;
            let path = folder.join(format!("{name}-{scheme}-{width_px}.png"));
            stage
                .page
                .browser()
                .session()
                .screenshot(&path)
                .await
                .with_context(|| format!("taking {}", path.display()))?;
        }
    }
    Ok(())
}

async fn empty(_stage: &mut Stage) -> Result<()> {
    Ok(())
}

async fn error(stage: &mut Stage) -> Result<()> {
    stage.page.send("ABC123").await?;
    stage.page.see_field_alert(&["6"]).await?;
    Ok(())
}

async fn sending(stage: &mut Stage) -> Result<()> {
    stage.page.send("SLOW0030").await?;
    stage.page.see_pending_record().await
}

async fn pending(stage: &mut Stage) -> Result<()> {
    stage.page.send("ABC12345").await?;
    stage.page.see_badge("Pending").await
}

async fn accepted(stage: &mut Stage) -> Result<()> {
    stage.page.send("ACCEPTED").await?;
    stage.page.see_badge_within(REFRESH_LIMIT, "Accepted").await
}

async fn denied(stage: &mut Stage) -> Result<()> {
    stage.page.send("DENIED00").await?;
    stage.page.see_badge_within(REFRESH_LIMIT, "Denied").await
}

async fn expired(stage: &mut Stage) -> Result<()> {
    stage.page.send("EXPIRE10").await?;
    stage.page.see_badge_within(REFRESH_LIMIT, "Expired").await
}

async fn received(stage: &mut Stage) -> Result<()> {
    stage.page.send("RECEIVED").await?;
    stage.page.see_badge("Pending").await
}

async fn stranger(stage: &mut Stage) -> Result<()> {
    stage.page.send("STRANGER").await?;
    stage.page.see_button(button::NEW_REQUEST).await
}

async fn without_details(stage: &mut Stage) -> Result<()> {
    stage.page.send("NOBODY00").await?;
    stage.page.see_button(button::NEW_REQUEST).await
}

async fn conflict(stage: &mut Stage) -> Result<()> {
    stage.page.send("ALREADY1").await?;
    stage.page.see_alert(&["already"]).await?;
    Ok(())
}

async fn key_refused(stage: &mut Stage) -> Result<()> {
    stage.page.send("NOTFOUND").await?;
    stage.page.see_field_alert(&["code"]).await?;
    Ok(())
}

async fn too_many(stage: &mut Stage) -> Result<()> {
    stage.page.send("THROTTLE").await?;
    stage.page.see_alert(&["too many"]).await?;
    Ok(())
}

async fn checking(stage: &mut Stage) -> Result<()> {
    stage.page.send("RESETCON").await?;
    stage.page.see_status(&["may have been sent"]).await?;
    Ok(())
}

async fn unknown(stage: &mut Stage) -> Result<()> {
    stage.sandbox.stop().await;
    stage.page.send("ABC12345").await?;
    // The check that runs by itself has failed too by then.
    stage.page.see_status(&["could not check"]).await?;
    stage.page.see_button(button::SEND_AGAIN).await
}

async fn locked(stage: &mut Stage) -> Result<()> {
    unknown(stage).await?;
    stage.page.press_send().await?;
    stage.page.see_status(&["not sent a second time"]).await?;
    Ok(())
}

async fn confirm(stage: &mut Stage) -> Result<()> {
    unknown(stage).await?;
    stage.page.press(button::SEND_AGAIN).await?;
    stage.page.see_button(button::CANCEL).await
}

async fn several(stage: &mut Stage) -> Result<()> {
    unknown(stage).await?;
    stage.sandbox.start_again().await?;
    stage.sandbox.create("ABC12345").await?.error_for_status()?;
    stage.sandbox.create("RECEIVED").await?.error_for_status()?;
    stage.sandbox.create("STRANGER").await?.error_for_status()?;
    stage.page.press(button::CHECK).await?;
    stage.page.see_status(&["press the one"]).await?;
    Ok(())
}

async fn check_none(stage: &mut Stage) -> Result<()> {
    stage.page.send("SERVER50").await?;
    stage.page.see_status(&["It did not arrive"]).await?;
    Ok(())
}

async fn auth_required(stage: &mut Stage) -> Result<()> {
    settings(stage).await?;
    stage
        .page
        .set_setting("Access token", EXPIRED_TOKEN)
        .await?;
    stage.page.send("ABC12345").await?;
    stage.page.see_alert(&["token"]).await?;
    Ok(())
}

async fn settings(stage: &mut Stage) -> Result<()> {
    stage.page.open_settings().await?;
    let holds = stage
        .page
        .setting(e2e::role::Role::Textbox, "Access token")
        .await?;
    if holds != TOKEN {
        bail!("the settings hold another token than the sandbox's");
    }
    Ok(())
}

async fn tested(stage: &mut Stage) -> Result<()> {
    settings(stage).await?;
    stage.page.press("Test the connection").await?;
    stage.page.see_status(&["Connected as"]).await?;
    Ok(())
}

async fn link(stage: &mut Stage) -> Result<()> {
    stage.page.type_code("ABC12345").await?;
    stage.page.press("Copy a link with this code").await?;
    stage.page.see_status(&["?code=ABC12345"]).await?;
    Ok(())
}

async fn welsh(stage: &mut Stage) -> Result<()> {
    settings(stage).await?;
    stage.page.press("Cymraeg").await?;
    stage.page.see_button("English").await
}

async fn later_visit(stage: &mut Stage) -> Result<()> {
    stage.page.reload().await?;
    stage.page.see_ready().await
}
