//! What stands there before the module, and what if it does not come.

use anyhow::{Result, ensure};
use e2e::backend::Refresh;
use e2e::host_site::{Broken, Document, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::{Value, json};

use super::{host_page, see_event};

pub(super) fn add(suite: &mut Suite) {
    suite.add(
        "element_keeps_what_is_typed_while_loading",
        Refresh::Default,
        keeps_typed,
    );
}

/// The field, in the page's scripts.
const FIELD: &str = "document.querySelector('referral-connect').shadowRoot.querySelector('input')";

async fn keeps_typed(stage: &mut Stage) -> Result<()> {
    let page = &stage.page;
    let site = HostSite::start(vec![Document::page("/", host_page(stage, ""))]).await?;
    site.break_files(".wasm", Broken::Held);
    page.open(&site.address("/")).await?;
    page.type_code("ABC1").await?;
    let browser = page.browser();
    browser
        .script::<()>(
            &format!("{FIELD}.setSelectionRange(1, 3, 'backward');"),
            Vec::new(),
        )
        .await?;
    site.mend();
    see_event(page, "ready").await?;
    let kept: Value = browser
        .script(
            &format!(
                "const field = {FIELD};
                 return [field.value, field.selectionStart, field.selectionEnd, field.selectionDirection,
                         field.getRootNode().activeElement === field];"
            ),
            Vec::new(),
        )
        .await?;
    ensure!(kept == json!(["ABC1", 1, 3, "backward", true]), "{kept}");
    Ok(())
}
