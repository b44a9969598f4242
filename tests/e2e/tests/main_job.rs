//! The job that the project exists for: from an empty form to an accepted request.

use anyhow::{Context, Result, ensure};
use e2e::backend::{ACCOUNT_UUID, CONNECTIONS_PATH, FIRM_ABC12345, OWN_FIRM, Post, Refresh, TOKEN};
use e2e::page::{EmailLink, REFRESH_LIMIT};
use e2e::role::Role;
use e2e::stage::Stage;
use e2e::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("comes_up_ready", Refresh::Default, comes_up_ready);
    suite.add(
        "sends_and_is_accepted",
        Refresh::Quick,
        sends_and_is_accepted,
    );
    suite.add(
        "sends_the_documented_request",
        Refresh::Default,
        sends_the_documented_request,
    );
    suite.add(
        "survives_a_restart_of_the_api",
        Refresh::Default,
        survives_a_restart_of_the_api,
    );
}

async fn comes_up_ready(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.open_settings().await?;
    let endpoint = page.setting(Role::Textbox, "API address").await?;
    let origin: String = page
        .browser()
        .script(
            "return new URL(arguments[0], location.href).origin + '/'",
            vec![endpoint.clone().into()],
        )
        .await?;
    ensure!(
        origin == stage.sandbox.address(),
        "the API address is {endpoint:?}"
    );
    let token = page.setting(Role::Textbox, "Access token").await?;
    ensure!(token == TOKEN, "the access token is {token:?}");
    let account = page.setting(Role::Choice, "Account").await?;
    ensure!(account == ACCOUNT_UUID, "the account chosen is {account:?}");
    let uuid = page.setting(Role::Textbox, "Account UUID").await?;
    ensure!(uuid == ACCOUNT_UUID, "the account UUID is {uuid:?}");
    let stored = page.stored("plannr.account_uuid").await?;
    ensure!(
        stored.as_deref() == Some(ACCOUNT_UUID),
        "stored is {stored:?}"
    );
    let code = page.code().await?;
    ensure!(code.is_empty(), "the code field holds {code:?}");
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "opening the page posted something"
    );
    Ok(())
}

async fn sends_and_is_accepted(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    page.send("ABC12345").await?;
    page.see_status(&["Request sent to", FIRM_ABC12345]).await?;
    page.see_text(OWN_FIRM).await?;
    page.see_badge("Pending").await?;
    let connection = stage.sandbox.connection().await?;
    page.see_countdown(&connection.expires_at).await?;
    page.see_no_pending_record().await?;
    ensure!(
        page.code().await?.is_empty(),
        "the field still holds the code of the request that was sent"
    );

    page.answer_email(&stage.sandbox.outbox(), EmailLink::Accept)
        .await?;
    page.see_badge_within(REFRESH_LIMIT, "Accepted").await?;
    page.see_no_countdown().await?;
    let connection = stage.sandbox.connection().await?;
    ensure!(
        connection.status == "accepted",
        "the API says {:?}",
        connection.status
    );
    ensure!(
        stage.sandbox.posts().await?.len() == 1,
        "more than one request was posted"
    );

    page.press("New request").await?;
    page.see_no_button("New request").await?;
    ensure!(
        page.badges().await?.is_empty(),
        "the old badge is still there"
    );
    Ok(())
}

async fn sends_the_documented_request(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    stage.page.send("ABC12345").await?;
    stage.page.see_badge("Pending").await?;
    let mut posts = stage.sandbox.posts().await?;
    ensure!(posts.len() == 1, "{} requests were posted", posts.len());
    let Post {
        method,
        path,
        headers,
        body,
    } = posts.pop().context("one was there")?;
    ensure!(method == "POST", "the method is {method}");
    ensure!(path == CONNECTIONS_PATH, "the path is {path}");
    ensure!(
        body == r#"{"adviser_key":"ABC12345"}"#,
        "the body is {body}"
    );
    let documented = [
        ("accept", "application/json".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("authorization", format!("Bearer {TOKEN}")),
        ("x-plannr-account-uuid", ACCOUNT_UUID.to_owned()),
    ];
    for (name, value) in &documented {
        let found = headers.get(*name);
        ensure!(found == Some(value), "{name} is {found:?}");
    }
    // What browsers add by themselves; a cookie would be the page's doing.
    let of_the_browser = [
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-length",
        "dnt",
        "host",
        "origin",
        "pragma",
        "priority",
        "referer",
        "user-agent",
    ];
    for name in headers.keys() {
        let is_documented = documented
            .iter()
            .any(|(documented, _value)| documented == name);
        let is_the_browsers = of_the_browser.contains(&name.as_str()) || name.starts_with("sec-");
        ensure!(
            is_documented || is_the_browsers,
            "there is a further header, {name}"
        );
    }
    Ok(())
}

async fn survives_a_restart_of_the_api(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    stage.page.send("ABC12345").await?;
    stage.page.see_badge("Pending").await?;
    let before = stage.sandbox.connection().await?;

    stage.sandbox.stop().await;
    stage.sandbox.start_again().await?;

    let after = stage.sandbox.connection().await?;
    ensure!(
        after.uuid == before.uuid,
        "the API lists another connection"
    );
    ensure!(
        after.status == "pending",
        "its status is {:?}",
        after.status
    );
    ensure!(after.expires_at == before.expires_at, "its date changed");
    stage
        .page
        .answer_email(&stage.sandbox.outbox(), EmailLink::Accept)
        .await?;
    let accepted = stage.sandbox.connection().await?;
    ensure!(
        accepted.status == "accepted",
        "its status is {:?}",
        accepted.status
    );
    Ok(())
}
