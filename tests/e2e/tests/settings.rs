//! The settings panel, the token, and what the page stores.

use anyhow::{Result, ensure};
use e2e::backend::{
    ACCOUNT_UUID, EXPIRED_TOKEN, FIRM_ABC12345, OTHER_ACCOUNT_UUID, Refresh, TOKEN,
};
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "sends_for_the_account_chosen",
        Refresh::Default,
        other_account,
    );
    suite.add(
        "a_refused_token_loses_nothing",
        Refresh::Default,
        refused_token,
    );
    suite.add("no_token_sends_nothing", Refresh::Default, no_token);
    suite.add(
        "stores_the_account_and_never_the_token",
        Refresh::Default,
        stores,
    );
}

async fn refused_token(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.open_settings().await?;
    page.set_setting("Access token", EXPIRED_TOKEN).await?;
    page.send("ABC12345").await?;
    page.see_alert(&["token"]).await?;
    let kept = page.code().await?;
    ensure!(kept == "ABC12345", "the field holds {kept:?}");
    page.see_no_pending_record().await?;
    page.send_is_enabled().await?;
    let posts = stage.sandbox.posts().await?.len();
    // A 401 was definitely refused; it is repeated only with a different token, and there is none.
    ensure!(posts == 1, "{posts} requests were posted");
    ensure!(
        stage.sandbox.connections().await?.is_empty(),
        "a connection was made"
    );

    page.set_setting("Access token", TOKEN).await?;
    page.press_send().await?;
    page.see_status(&["Request sent to", FIRM_ABC12345])
        .await
        .map(|_told| ())
}

async fn no_token(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.open_settings().await?;
    page.set_setting("Access token", "").await?;
    page.send("ABC12345").await?;
    page.see_alert(&["nothing was sent", "token"]).await?;
    let kept = page.code().await?;
    ensure!(kept == "ABC12345", "the field holds {kept:?}");
    page.see_no_pending_record().await?;
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "something was posted"
    );
    Ok(())
}

/// The same person may hold an adviser's and a client's account.
async fn other_account(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.open_settings().await?;
    page.choose("Account", OTHER_ACCOUNT_UUID).await?;
    page.send("ABC12345").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    let posts = stage.sandbox.posts().await?;
    let named: Vec<_> = posts
        .iter()
        .map(|post| post.headers.get("x-plannr-account-uuid"))
        .collect();
    ensure!(
        named == [Some(&OTHER_ACCOUNT_UUID.to_owned())],
        "the requests were made for {named:?}"
    );
    let uuid = page.setting(Role::Textbox, "Account UUID").await?;
    ensure!(
        uuid == OTHER_ACCOUNT_UUID,
        "the account UUID reads {uuid:?}"
    );
    Ok(())
}

async fn stores(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.open_settings().await?;
    // A token typed by hand, which is not in the page's source either.
    page.set_setting("Access token", EXPIRED_TOKEN).await?;
    page.send("ABC12345").await?;
    page.see_alert(&["token"]).await?;
    let stored = page.everything_stored().await?;
    for token in [EXPIRED_TOKEN, TOKEN] {
        ensure!(!stored.contains(token), "the token is stored: {stored}");
    }
    let account = page.stored("plannr.account_uuid").await?;
    ensure!(
        account.as_deref() == Some(ACCOUNT_UUID),
        "the account stored is {account:?}"
    );

    // Another account, typed by hand, is what the next visit starts with.
    let other = OTHER_ACCOUNT_UUID;
    page.set_setting("Account UUID", other).await?;
    page.reload().await?;
    page.see_ready().await?;
    let account = page.stored("plannr.account_uuid").await?;
    ensure!(
        account.as_deref() == Some(other),
        "the account stored is {account:?}"
    );
    let address = page.browser().session().current_url().await?;
    ensure!(
        !address.as_str().contains(TOKEN),
        "the token is in the address {address}"
    );
    Ok(())
}
