//! The code field: what it takes, what it says, and that it leaves the text alone.

use anyhow::{Context, Result, ensure};
use e2e::backend::Refresh;
use e2e::stage::Stage;
use e2e::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "says_what_is_wrong_with_a_code",
        Refresh::Default,
        says_what_is_wrong,
    );
    suite.add(
        "takes_what_people_paste",
        Refresh::Default,
        takes_what_people_paste,
    );
}

async fn says_what_is_wrong(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;

    page.press_send().await?;
    page.see_field_alert(&["code"]).await?;
    page.send_is_enabled().await?;

    // What stands in the field, and what the message has to name.
    let cases = [
        ("ABC123", "6"),
        ("ABC1234567", "10"),
        ("ABC1234😀", "😀"),
        ("ABC1234é", "é"),
        ("ＡＢＣ１２３", "6"),
    ];
    for (text, named) in cases {
        page.paste_code(text).await?;
        let typed = page.code().await?;
        ensure!(
            typed == text,
            "pasting {text:?} left {typed:?} in the field"
        );
        page.press_send().await?;
        page.see_field_alert(&[named]).await?;
        page.send_is_enabled().await?;
        let kept = page.code().await?;
        ensure!(kept == text, "pressing send made {kept:?} of {text:?}");
        page.clear_code().await?;
        page.see_field_accepted().await?;
    }
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "something was posted"
    );
    ensure!(
        page.pending_record().await?.is_none(),
        "a record was stored"
    );
    Ok(())
}

async fn takes_what_people_paste(stage: &mut Stage) -> Result<()> {
    stage.open_page().await?;
    let page = &stage.page;
    let field_limit: Option<String> = page
        .browser()
        .script(
            "return document.activeElement.getRootNode().querySelector('[maxlength]')?.outerHTML",
            Vec::new(),
        )
        .await?;
    ensure!(
        field_limit.is_none(),
        "a field cuts what is pasted: {field_limit:?}"
    );

    let pasted = [
        "  ABC 12345 ",
        "ABC1\n2345\n",
        "ABC1-2345",
        "ABC1\u{2013}2345",
        "\u{200b}ABC12345\u{feff}",
        "ＡＢＣ１２３４５",
    ];
    for (sent_before, text) in pasted.into_iter().enumerate() {
        page.paste_code(text).await?;
        let typed = page.code().await?;
        // A browser makes spaces of line breaks in a field of one line, or drops them; all else is the page's doing.
        let unbroken = |text: &str| text.replace(['\n', ' '], "");
        ensure!(
            unbroken(&typed) == unbroken(text),
            "pasting {text:?} left {typed:?} in the field"
        );
        page.press_send().await?;
        page.see_badge("Pending").await?;
        let posts = stage.sandbox.posts().await?;
        ensure!(
            posts.len() == sent_before + 1,
            "{} requests were posted after {text:?}",
            posts.len()
        );
        let body = posts.last().context("there is one")?.body.clone();
        ensure!(
            body == r#"{"adviser_key":"ABC12345"}"#,
            "{text:?} was sent as {body}"
        );
        page.press("New request").await?;
        page.see_no_button("New request").await?;
        ensure!(
            page.code().await?.is_empty(),
            "the field is not empty for a new request"
        );
    }

    // A hyphen that is one of the eight stays, and so does the case of the letters.
    page.type_code("abc-12Xy").await?;
    page.press_send().await?;
    page.see_field_alert(&["code"]).await?;
    let posts = stage.sandbox.posts().await?;
    let body = posts.last().context("there is one")?.body.clone();
    ensure!(
        body == r#"{"adviser_key":"abc-12Xy"}"#,
        "abc-12Xy was sent as {body}"
    );
    Ok(())
}
