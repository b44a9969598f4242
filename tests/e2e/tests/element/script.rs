//! Scripts of the trials' own in a host's page.

use anyhow::{Context, Result, bail};
use e2e::backend::{ACCOUNT_UUID, TOKEN};
use e2e::stage::Stage;
use serde::Deserialize;
use serde_json::{Value, json};

/// What all of the trials' scripts may use.
const TOOLS: &str = "
    const [{ api, account, token, given }, done] = arguments;
    const [one, two, three, four] = ['one', 'two', 'three', 'four'].map((id) => document.querySelector(`#${id}`));
    const part = (element, name) => element.shadowRoot?.querySelector(`[part~=${name}]`);
    const input = (element) => part(element, 'input');
    const send = (element) => element.shadowRoot.querySelector('form > button');
    const text = (element) => element.shadowRoot?.firstElementChild?.innerText ?? '';
    const type = (element, code) => {
        input(element).value = code;
        input(element).dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    };
    const until = (what, look) => new Promise((seen, failed) => {
        const end = performance.now() + 25_000;
        const again = () => {
            const found = look();
            if (found) seen(found);
            else if (performance.now() > end)
                failed(new Error(`waited for ${what}; states ${[...document.querySelectorAll('referral-connect')].map(({ state }) => state)}`));
            else setTimeout(again, 20);
        };
        again();
    });
    const same = (what, is, ought) => {
        const [left, right] = [JSON.stringify(is), JSON.stringify(ought)];
        if (left !== right) throw new Error(`${what}: ${left}, which ought to be ${right}`);
    };
    const task = () => new Promise((next) => setTimeout(next, 0));
    const make = (attributes = {}) => {
        const element = document.createElement('referral-connect');
        const all = { endpoint: api, 'account-uuid': account, loading: 'eager', ...attributes };
        for (const name in all) element.setAttribute(name, all[name]);
        element.getAccessToken = () => token;
        return element;
    };
    const started = (element) => until('a module in the element',
        () => !['loading', 'failed'].includes(element.state) && part(element, 'base'));
    const stands = (element, state) => until(`the state ${state}`, () => element.state === state);
    const says = (element, words) => until(`${words} in the element`, () => text(element).includes(words));
    // A moment after its outcome is told; until then another element may take it up.
    const settled = () => until('no record', () => localStorage.getItem('referral-connect.pending') === null);
    // By a script of the page's own: what Firefox's driver imports has another global object.
    const load = (address) => {
        const script = document.createElement('script');
        script.type = 'module';
        script.textContent = `import * as it from '${address}'; (window.loaded ??= {})['${address}'] = it;`;
        document.head.append(script);
        return until(`the script ${address}`, () => window.loaded?.[address]);
    };
    const heard = (name, id) => window.heard.filter((event) => event.name === name && (!id || event.from === id));
";

/// Runs the body of an asynchronous function in the page; what it throws is the failure.
pub(super) async fn play(stage: &Stage, given: Value, body: &str) -> Result<Value> {
    let given = json!({
        "api": stage.sandbox.origin(), "account": ACCOUNT_UUID, "token": TOKEN, "given": given,
    });
    #[derive(Deserialize)]
    struct Played {
        value: Option<Value>,
        error: Option<String>,
    }
    let script = format!(
        "{TOOLS}
         (async () => {{ {body} }})().then(
             (value) => done({{ value: value ?? null, error: null }}),
             (error) => done({{ value: null, error: `${{error}} ${{error.stack}}` }}));"
    );
    let played: Played = stage
        .page
        .browser()
        .session()
        .execute_async(&script, vec![given])
        .await
        .context("a script in the host's page")?
        .convert()?;
    if let Some(error) = played.error {
        bail!("the host's page: {error}");
    }
    Ok(played.value.unwrap_or_default())
}
