//! A device whose clock is wrong, jumps, or goes on while nobody looks. What is shown is right at once, and a doubt is
//! never settled the wrong way round.

use anyhow::{Context, Result, ensure};
use e2e::backend::Refresh;
use e2e::oracle::countdown_texts;
use e2e::page::button;
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;
use e2e::wait::{Look, SOON, until};
use jiff::{SignedDuration, Timestamp};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How far the clocks of devices are off here.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The recipient's firm of `RESETCON`.
const FIRM_RESETCON: &str = "Copperhatch Mutual Planning";

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "a_wrong_clock_settles_no_doubt_wrongly",
        Refresh::Default,
        wrong_clock,
    );
    suite.add(
        "time_that_passes_unseen_counts_at_once",
        Refresh::Default,
        unseen,
    );
}

/// The page is on the API's own origin, where it can read what time the API has.
async fn wrong_clock(stage: &mut Stage) -> Result<()> {
    const NEVER: SignedDuration = SignedDuration::ZERO;
    for off in [DAY, -DAY] {
        stage
            .page
            .open_with_a_clock_off(&stage.sandbox, off)
            .await?;
        both_ways(stage, NEVER)
            .await
            .with_context(|| format!("the clock is off by {off:#} from the start"))?;

        stage.page.open_site(&stage.sandbox.address()).await?;
        stage.page.move_clock(off).await?;
        both_ways(stage, NEVER)
            .await
            .with_context(|| format!("the clock is off by {off:#} since before the press"))?;

        stage.page.open_site(&stage.sandbox.address()).await?;
        both_ways(stage, off)
            .await
            .with_context(|| format!("the clock jumps by {off:#} between press and check"))?;
    }
    Ok(())
}

/// One request that arrived, and one that did not: neither is taken for the other. The clock jumps between each press and
/// its check, and back afterwards.
async fn both_ways(stage: &Stage, jump: SignedDuration) -> Result<()> {
    let page = &stage.page;
    stage.forget_requests().await?;
    page.send("RESETCON").await?;
    check_after(stage, jump).await?;
    found(stage).await.context("RESETCON")?;
    page.move_clock(-jump).await?;
    let codes = stage.posted_codes().await?;
    // A browser may send a post twice by itself when its connection closes without an answer.
    ensure!(
        matches!(codes.len(), 1 | 2) && codes.iter().all(|code| code == "RESETCON"),
        "posted {codes:?}"
    );
    page.press(button::NEW_REQUEST).await?;
    page.see_no_button(button::NEW_REQUEST).await?;

    stage.forget_requests().await?;
    page.send("SERVER50").await?;
    check_after(stage, jump).await?;
    page.see_status(&["It did not arrive"])
        .await
        .context("SERVER50")?;
    page.see_no_pending_record().await?;
    stage.see_posted(&["SERVER50"]).await
}

/// Presses Check as soon as it is there, after a jump of the clock. On a busy machine the check that the page makes by
/// itself may have been quicker: what came of that one is to be seen then.
async fn check_after(stage: &Stage, jump: SignedDuration) -> Result<()> {
    let browser = stage.page.browser();
    until("a doubt, or the end of one", SOON, async || {
        if let Some(check) = browser.find(Role::Button, button::CHECK).await? {
            stage.page.move_clock_and_press(jump, &check).await?;
            return Ok(Look::Seen(()));
        }
        let told = browser.texts(Role::Status).await?;
        let is_over = told
            .iter()
            .any(|text| text.contains("It did not arrive") || text.contains("Request sent to"));
        if is_over {
            stage.page.move_clock(jump).await?;
            return Ok(Look::Seen(()));
        }
        Ok(Look::NotYet(format!("{told:?}")))
    })
    .await
}

/// Waits until `RESETCON` is found; where it is there twice, the person picks one.
async fn found(stage: &Stage) -> Result<()> {
    let page = &stage.page;
    until("the request found", SOON, async || {
        let told = page.browser().texts(Role::Status).await?;
        if told
            .iter()
            .any(|text| text.contains("Request sent to") && text.contains(FIRM_RESETCON))
        {
            return Ok(Look::Seen(()));
        }
        let names = page.browser().names(Role::Button).await?;
        if names.iter().any(|name| name.contains(FIRM_RESETCON)) {
            page.press_first_containing(FIRM_RESETCON).await?;
        }
        Ok(Look::NotYet(format!("{told:?}, buttons {names:?}")))
    })
    .await
}

async fn unseen(stage: &mut Stage) -> Result<()> {
    hours_count_at_once(stage).await?;
    doubts_are_looked_up(stage).await
}

/// The API is away whenever the clock jumps: it would say, truly, that hardly any time has passed.
async fn hours_count_at_once(stage: &mut Stage) -> Result<()> {
    stage.page.open_site(&stage.sandbox.address()).await?;
    stage.page.send("ABC12345").await?;
    stage.page.see_badge("Pending").await?;
    let expires_at = stage.sandbox.connection().await?.expires_at;
    stage.page.see_countdown(&expires_at).await?;

    // Asleep with the page on the screen, and awake again.
    stage.sandbox.stop().await;
    let shown = stage.page.wake_after(8 * HOUR).await?;
    ensure!(
        is_among(&shown.timers, &expires_at, 8 * HOUR)?,
        "8 hours later, {shown:?} is shown of {expires_at}"
    );
    // Hidden for hours, and seen again.
    let shown = stage.page.hide_for(10 * HOUR).await?;
    ensure!(
        is_among(&shown.timers, &expires_at, 18 * HOUR)?,
        "18 hours later, {shown:?} is shown of {expires_at}"
    );
    stage.page.move_clock(-18 * HOUR).await?;
    stage.sandbox.start_again().await?;

    for way in [Way::Asleep, Way::Hidden] {
        stage.page.open_site(&stage.sandbox.address()).await?;
        stage.page.send("EXPIRE10").await?;
        stage.page.see_badge("Pending").await?;
        stage.sandbox.stop().await;
        let shown = match way {
            Way::Asleep => stage.page.wake_after(8 * HOUR).await?,
            Way::Hidden => stage.page.hide_for(8 * HOUR).await?,
        };
        ensure!(
            shown.badges == ["Expired"] && shown.timers.is_empty(),
            "{way:?} for 8 hours, a request of 10 s shows {shown:?}"
        );
        stage.sandbox.start_again().await?;
    }
    stage
        .see_posted(&["ABC12345", "EXPIRE10", "EXPIRE10"])
        .await
}

/// How hours pass unseen.
#[derive(Debug, Clone, Copy)]
enum Way {
    Asleep,
    Hidden,
}

fn is_among(timers: &[String], expires_at: &str, later: SignedDuration) -> Result<bool> {
    let expected = countdown_texts(expires_at, Timestamp::now() + later)?;
    let [timer] = timers else {
        return Ok(false);
    };
    Ok(expected.iter().any(|text| timer.contains(text.as_str())))
}

/// A page that comes back with a doubt on the screen looks it up by itself, once each time.
async fn doubts_are_looked_up(stage: &mut Stage) -> Result<()> {
    stage.forget_requests().await?;
    stage.page.open_site(&stage.sandbox.address()).await?;
    stage.sandbox.stop().await;
    stage.page.send("ABC12345").await?;
    stage
        .page
        .see_status(&["may have been sent", "could not check"])
        .await?;

    // Out of the back/forward cache: one look, without an answer.
    stage.page.count_questions().await?;
    stage.page.come_back_from_the_cache().await?;
    until("a question for the list", SOON, async || {
        Ok(match stage.page.questions().await? {
            0 => Look::NotYet("none".into()),
            _ => Look::Seen(()),
        })
    })
    .await?;
    stage
        .page
        .see_status(&["may have been sent", "could not check"])
        .await?;
    let questions = stage.page.questions().await?;
    ensure!(questions == 1, "{questions} questions after one return");

    stage.sandbox.start_again().await?;
    stage.page.come_back_from_the_cache().await?;
    stage.page.see_status(&["It did not arrive"]).await?;
    let questions = stage.page.questions().await?;
    ensure!(questions == 2, "{questions} questions after two returns");
    stage.see_posted(&[]).await
}
