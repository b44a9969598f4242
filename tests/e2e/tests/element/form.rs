//! The element in a form of the host's, and in the host's styles.

use anyhow::{Result, ensure};
use e2e::backend::Refresh;
use e2e::host_site::{Broken, Document, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::{Value, json};
use thirtyfour::Key;

use super::life::connection_in_json;
use super::moving::HOLD;
use super::script::play;
use super::{element, page_of};

pub(super) fn add(suite: &mut Suite) {
    suite.add("element_takes_part_in_a_form", Refresh::Default, in_a_form);
    suite.add("element_takes_a_hosts_styles", Refresh::Default, styled);
}

async fn in_a_form(stage: &mut Stage) -> Result<()> {
    let element = element(stage, "one", "name=connection loading=eager");
    let page = page_of(&format!(
        "<form id=around action=/elsewhere><fieldset>{element}</fieldset><button>Go</button></form>"
    ))
    .replacen("<script>", &format!("<script>{{{HOLD}}}"), 1);
    let site = HostSite::start(vec![Document::page("/", page)]).await?;
    site.break_files(".wasm", Broken::Held);
    let page = &stage.page;
    page.open(&site.address("/")).await?;
    // What a press of Enter must not do: nor before the module.
    play(
        stage,
        json!({}),
        "window.submits = 0;
         window.holds = 'POST';
         document.querySelector('#around').addEventListener('submit', (event) => {
             event.preventDefault();
             submits += 1;
         });
         same('a value', new FormData(document.querySelector('#around')).has('connection'), false);",
    )
    .await?;
    page.type_code("ABC").await?;
    page.browser().press_keys(Key::Enter).await?;
    site.mend();
    page.see_field_alert(&["3"]).await?;
    page.type_code("12345").await?;
    page.browser().press_keys(Key::Enter).await?;
    let uuid = play(
        stage,
        json!({ "connection": connection_in_json() }),
        "const form = document.querySelector('#around');
         const value = () => new FormData(form).get('connection');
         const states = () => ['loading', 'idle', 'sending', 'sent', 'rejected', 'unknown', 'expired']
             .filter((state) => one.matches(`:state(${state})`));
         const standsAlone = async (state) => {
             await stands(one, state);
             same('states', states(), [state]);
         };
         await standsAlone('sending');
         await until('an answer', () => window.letPass);
         same('a value', value(), null);
         letPass();
         await standsAlone('sent');
         same('submits', submits, 0);
         const uuid = value();
         same('the value', uuid, one.connection.uuid);

         form.reset();
         await standsAlone('idle');
         same('after a reset', [value(), one.connection, input(one).value], [null, null, '']);

         one.connection = { ...given.connection, expires_at: '2021-01-01T00:00:00Z' };
         await standsAlone('expired');
         same('the value', value(), given.connection.uuid);

         const fieldset = form.querySelector('fieldset');
         fieldset.disabled = true;
         same('disabled', [one.inert, one.matches(':disabled'), value()], [true, true, null]);
         input(one).blur();
         one.focus();
         same('the focus', document.activeElement === one, false);
         fieldset.disabled = false;
         same('enabled', [one.inert, value()], [false, given.connection.uuid]);

         form.reset();
         await stands(one, 'idle');
         type(one, 'NOTFOUND');
         one.submit();
         await standsAlone('rejected');
         // An answer that is lost, and nobody to ask.
         window.fetch = () => Promise.reject(new TypeError('lost'));
         type(one, 'RESETCON');
         one.submit();
         await standsAlone('unknown');
         same('submits', submits, 0);
         return uuid;",
    )
    .await?;
    stage.see_posted(&["ABC12345", "NOTFOUND"]).await?;
    let made = stage.sandbox.connection().await?.uuid;
    ensure!(uuid == Value::String(made), "the form has {uuid}");
    Ok(())
}

async fn styled(stage: &mut Stage) -> Result<()> {
    let element = element(stage, "one", "loading=eager");
    let site = HostSite::start(vec![Document::page(
        "/",
        page_of(&format!("<section>{element}</section>")),
    )])
    .await?;
    site.break_files(".wasm", Broken::Held);
    stage.page.open(&site.address("/")).await?;
    let before = ["form", "label", "hint", "input", "button", "message"];
    let after = [
        &before[..],
        &["card", "firms", "badge", "countdown", "meter"],
    ]
    .concat();
    let check = "
        const sheet = document.head.appendChild(document.createElement('style')).sheet;
        const { style } = document.querySelector('section');
        let shade = 0;
        const background = () => getComputedStyle(send(one)).backgroundColor;
        for (const name of given) {
            if (!part(one, name)) throw new Error(`no part ${name}`);
            const colour = `rgb(1, 2, ${++shade})`;
            const index = sheet.insertRule(`referral-connect::part(${name}) { color: ${colour}; }`);
            same(name, getComputedStyle(part(one, name)).color, colour);
            sheet.deleteRule(index);
            same(name, getComputedStyle(part(one, name)).color === colour, false);
        }
        const own = background();
        style.setProperty('--referral-accent', 'rgb(9, 8, 7)');
        same('a token around it', background(), 'rgb(9, 8, 7)');
        one.style.setProperty('--referral-accent', 'rgb(6, 5, 4)');
        same('its own token', background(), 'rgb(6, 5, 4)');
        style.removeProperty('--referral-accent');
        one.style.removeProperty('--referral-accent');
        same('no token', background(), own);";
    play(stage, json!(before), check).await?;
    site.mend();
    play(
        stage,
        json!(connection_in_json()),
        "one.connection = given;
         await stands(one, 'sent');
         await until('a meter', () => part(one, 'meter'));",
    )
    .await?;
    play(stage, json!(after), check).await?;
    Ok(())
}
