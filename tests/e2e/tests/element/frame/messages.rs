//! Messages of anybody else, and of a shape that is not agreed on, change nothing.

use anyhow::{Result, ensure};
use e2e::backend::{Refresh, TOKEN};
use e2e::host_site::{Document, HostSite};
use e2e::page::Page;
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::json;

use super::{LISTENER, ask, enter, frame, leave, open, see};

pub(super) fn add(suite: &mut Suite) {
    suite.add("frame_is_not_taken_in", Refresh::Default, frame_checks);
    suite.add("frame_host_is_not_taken_in", Refresh::Default, host_checks);
}

/// A page around the frame that answers by itself.
const FORGER: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Forger</title><link rel=icon href=data:,>
    <iframe title='Referral request' src={files}/frame.html></iframe>
    <script>
        window.told = [];
        // Until it answers it is offered one after another.
        window.offered = [];
        addEventListener('message', ({ ports: [port] }) => {
            offered.push(port);
            window.port ??= port;
            port.onmessage = ({ data }) => told.push(data);
        });
        window.say = (...messages) => messages.forEach((message) => port.postMessage(message));
    </script>";

async fn frame_checks(stage: &mut Stage) -> Result<()> {
    let site = HostSite::start(vec![Document::page("/", FORGER)]).await?;
    site.publish(frame(stage, "\"{host}\"")?);
    let page = &stage.page;
    open(stage, &site).await?;
    see(
        page,
        "three ports",
        "return window.offered?.length > 2;",
        json!(true),
    )
    .await?;
    // To the window itself nobody needs to be listening.
    ask(
        page,
        "const welcome = { type: 'welcome', attributes: {}, connection: null };
         frames[0].postMessage(welcome, '*', [new MessageChannel().port1]);
         say(null, 'welcome', [], {}, { type: 'constructor' }, { type: 'token', id: 1, token: 'x' },
             { type: 'submit' }, { type: 'welcome' }, { type: 'welcome', attributes: {} },
             { ...welcome, attributes: null }, { ...welcome, attributes: { endpoint: 'https://forger.example' } },
             { ...welcome, attributes: { theme: 1 } }, { ...welcome, attributes: new Map() },
             { ...welcome, connection: {} }, { ...welcome, more: 1 });
         port.postMessage({ type: 'welcome', attributes: { theme: 'x'.repeat(10001) }, connection: null });",
    )
    .await?;
    enter(page).await?;
    let elements = "return document.querySelectorAll('referral-connect').length;";
    ensure!(ask(page, elements).await? == json!(0), "a form is there");
    leave(page).await?;
    ask(
        page,
        "say({ type: 'welcome', attributes: { theme: 'dark' }, connection: null });",
    )
    .await?;
    see_theme(page, "dark").await?;
    // The newest port that was answered on counts, and none before it.
    ask(
        page,
        "offered[2].postMessage({ type: 'welcome', attributes: { theme: 'light' }, connection: null });",
    )
    .await?;
    see_theme(page, "light").await?;
    ask(
        page,
        "const dark = { type: 'welcome', attributes: { theme: 'dark' }, connection: null };
         say(dark, { type: 'attribute', name: 'theme', value: 'dark' });
         offered[1].postMessage(dark);
         window.port = offered[2];
         say({ type: 'welcome', attributes: { theme: 'dark' }, connection: null },
             { type: 'attribute', name: 'endpoint', value: 'https://forger.example' },
             { type: 'attribute', name: 'onclick', value: 'alert(1)' },
             { type: 'attribute', name: 'theme', value: 7 },
             { type: 'attribute', name: 'theme' },
             { type: 'connection', json: '{' },
             { type: 'connection', json: {} },
             { type: 'attribute', name: 'adviser-key', value: 'ABC12345' });",
    )
    .await?;
    enter(page).await?;
    see(
        page,
        "the last message, and of the others the first",
        "const element = document.querySelector('referral-connect');
         const names = ['adviser-key', 'theme', 'endpoint', 'onclick'];
         return names.map((name) => element.getAttribute(name));",
        json!(["ABC12345", "light", stage.sandbox.origin(), null]),
    )
    .await?;
    leave(page).await?;
    let asked = ask(page, "return told.some(({ type }) => type === 'token');").await?;
    ensure!(asked == json!(false), "it asked for a token");
    Ok(())
}

async fn see_theme(page: &Page, theme: &str) -> Result<()> {
    enter(page).await?;
    see(
        page,
        "the form in its theme",
        "return document.querySelector('referral-connect')?.getAttribute('theme');",
        json!(theme),
    )
    .await?;
    leave(page).await
}

/// Greets whoever is around it, and tells a height at once.
const INTRUDER: &str = "<!doctype html><meta charset=utf-8><title>Intruder</title><script>
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => parent.postMessage('the intruder is welcome', '*');
    parent.postMessage({ type: 'referral-connect', version: 1 }, '*', [port2]);
    port1.postMessage({ type: 'height', px: 777 });
    </script>";

/// What is at the frame's own address, and breaks the agreement before it keeps it.
const ROGUE: &str = "<!doctype html><meta charset=utf-8><title>Rogue</title><script>
    const offer = (greeting) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => parent.postMessage({ greeting, data }, '*');
        parent.postMessage(greeting, '*', [port2]);
        return port1;
    };
    for (const bad of [null, {}, 'referral-connect', { type: 'referral-connect' },
        { type: 'referral-connect', version: 2 }, { type: 'referral-connect', version: '1' }])
        offer(bad).postMessage({ type: 'height', px: 778 });
    const port = offer({ type: 'referral-connect', version: 1 });
    const connection = { uuid: null, direction: 'sent', status: 'pending', senderFirm: { uuid: null, name: null },
        recipientFirm: { uuid: null, name: null }, createdAt: null, updatedAt: null, expiresAt: null };
    for (const message of [
        null, 'height', [], { type: 'height' }, { type: 'height', px: '300' }, { type: 'height', px: -1 },
        { type: 'height', px: 1.5 }, { type: 'height', px: Infinity }, { type: 'height', px: 779, more: 1 },
        { type: 'event', name: 'click', detail: {} }, { type: 'event', name: 'toString', detail: {} },
        { type: 'event', name: 'referral-ready', detail: null }, { type: 'event', name: 'referral-ready', detail: {} },
        { type: 'event', name: 'referral-ready', detail: { version: 1 } },
        { type: 'event', name: 'referral-sent', detail: { connection: { ...connection, email: 'a@example.com' } } },
        { type: 'event', name: 'referral-sent', detail: { connection: { ...connection, senderFirm: null } } },
        { type: 'token', id: 1 }, { type: 'token', id: '1', reason: 'first' }, { type: 'token', id: 1, reason: 'other' },
        { type: 'event', name: 'referral-sent', detail: { connection } },
        { type: 'token', id: 5, reason: 'refresh' }, { type: 'height', px: 321 },
    ]) port.postMessage(message);
    </script>";

async fn host_checks(stage: &mut Stage) -> Result<()> {
    let around = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Host</title><link rel=icon href=data:,>
         <script>
             {LISTENER}
             window.messages = [];
             addEventListener('click', () => heard.push('click'));
             addEventListener('message', ({{ data, origin }}) => messages.push([origin, data]));
         </script>
         <iframe id=form title=Frame src={{files}}/idle.html></iframe>
         <script type=module>
             import {{ connectFrame }} from '{{files}}/referral-connect-frame.js';
             window.asked = [];
             connectFrame(document.querySelector('#form'), {{
                 getAccessToken: (reason) => (asked.push(reason), '{TOKEN}'),
             }});
             // What a frame does not take is said at once, and not by a frame that stays empty.
             try {{
                 connectFrame(document.querySelector('#form'), {{ attributes: {{ endpoint: 'https://api.example' }} }});
             }} catch (error) {{
                 window.refused = error.name;
             }}
         </script>"
    );
    let site = HostSite::start(vec![
        Document::page("/", around),
        Document::page("/intruder.html", INTRUDER),
    ])
    .await?;
    for (path, text) in [
        ("/idle.html", "<!doctype html><title>Idle</title>"),
        ("/intruder.html", INTRUDER),
        ("/frame.html", ROGUE),
    ] {
        site.publish(Document::page(path, text));
    }
    let page = &stage.page;
    open(stage, &site).await?;
    see(
        page,
        "the refusal of an attribute",
        "return window.refused;",
        json!("TypeError"),
    )
    .await?;
    let greetings = "return messages.filter(([, data]) => data?.type).length;";

    // Of the right origin, but another window.
    ask(
        page,
        "const other = document.createElement('iframe');
         other.src = document.querySelector('#form').src.replace('idle', 'intruder');
         document.body.append(other);",
    )
    .await?;
    see(page, "the other window's greeting", greetings, json!(1)).await?;
    // Of the right window, but another origin.
    page.browser()
        .script::<()>(
            "frames[0].location = arguments[0];",
            vec![json!(site.address("/intruder.html"))],
        )
        .await?;
    see(page, "the other origin's greeting", greetings, json!(2)).await?;
    // Of the right window and origin.
    ask(
        page,
        "const form = document.querySelector('#form'); frames[0].location = form.src.replace('idle', 'frame');",
    )
    .await?;
    see(
        page,
        "the good messages alone",
        "return [form.style.height, asked, heard.map((event) => event.name ?? event),
                 messages.some(([, data]) => data === 'the intruder is welcome'),
                 messages.filter(([, data]) => data?.data).map(([, data]) => [data.greeting.version, data.data])];",
        json!([
            "321px",
            ["refresh"],
            ["sent"],
            false,
            [
                [1, {"type": "welcome", "attributes": {}, "connection": null}],
                [1, {"type": "token", "id": 5, "token": TOKEN}],
            ],
        ]),
    )
    .await
}
