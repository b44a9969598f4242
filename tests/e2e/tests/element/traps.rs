//! An instance of the module ends under several elements: each tells the truth, and those that did nothing go on.

use anyhow::{Result, ensure};
use e2e::backend::Refresh;
use e2e::host_site::{Document, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::json;

use super::script::play;
use super::{element, page_of};

pub(super) fn add(suite: &mut Suite) {
    suite.add(
        "element_goes_on_after_a_trap_in_another",
        Refresh::Default,
        goes_on,
    );
}

/// Keeps every instance that is made.
pub(super) const KEEP: &str = "
    window.instances = [];
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
        construct(target, given) {
            const made = new target(...given);
            window.instances.push(made.exports);
            return made;
        },
    });
";

async fn goes_on(stage: &mut Stage) -> Result<()> {
    let elements = ["one", "two", "three", "four"].map(|id| element(stage, id, "loading=eager"));
    let page = page_of(&elements.concat()).replacen("<script>", &format!("<script>{{{KEEP}}}"), 1);
    let site = HostSite::start(vec![Document::page("/", page)]).await?;
    stage.page.open(&site.address("/")).await?;
    play(
        stage,
        json!({}),
        "for (const element of [one, two, four]) await started(element);
         same('instances', instances.length, 1);
         const spoil = (instance) => new Uint8Array(instances[instance].memory.buffer).fill(170);
         two.connection = { uuid: '1', status: 'accepted', direction: 'sent', recipient_firm: { name: 'Given & Sons' } };
         await says(two, 'Given & Sons');
         two.connection = null;
         await stands(two, 'idle');
         type(two, 'ABC12345');
         type(four, 'ACCEPTED');
         type(one, 'typed');
         spoil(0);
         send(one).click();
         await stands(one, 'failed');
         await says(one, 'No request was under way');
         same('what was typed', text(one).includes('typed'), true);
         await until('another instance', () => instances.length === 2);
         for (const element of [two, four]) await stands(element, 'idle');
         same('instances', instances.length, 2);
         same('what was typed', [input(two).value, input(four).value], ['ABC12345', 'ACCEPTED']);
         two.submit();
         await stands(two, 'sent');
         await settled();

         // Once more: one that has been started anew already is so only if somebody asks for it.
         spoil(1);
         type(two, 'ABC');
         await stands(two, 'failed');
         await says(two, 'stopped working');
         await says(four, 'Cause: the program failed.');
         same('one that waits', [four.state, input(four).value, instances.length], ['failed', 'ACCEPTED', 2]);
         same('told', heard('load-error').map(({ detail, from }) => [detail.cause, from]).sort(),
             [['the program failed', 'four'], ['the program failed', 'three']]);
         send(four).click();
         await stands(four, 'sent');
         same('instances', instances.length, 3);

         await settled();
         // The panel goes with the element, and what was typed stays.
         one.remove();
         await task();
         document.body.append(one);
         await stands(one, 'idle');
         same('what was typed', input(one).value, 'typed');

         // While one is being made: the second element of the page's that its module asks for is refused.
         const five = make({ id: 'five', 'adviser-key': 'STRANGER' });
         const { createElement } = Document.prototype;
         let calls = 0;
         Document.prototype.createElement = function (...given) {
             calls += 1;
             if (calls < 2) return createElement.apply(this, given);
             Document.prototype.createElement = createElement;
             throw new Error('refused');
         };
         document.body.append(five);
         await until('a fresh instance', () => instances.length === 4);
         await stands(five, 'idle');
         await stands(one, 'idle');
         same('what was typed', [input(five).value, input(one).value], ['STRANGER', 'typed']);
         same('told', heard('load-error', 'five').length, 0);
         five.submit();
         await stands(five, 'sent');",
    )
    .await?;
    stage
        .see_posted(&["ABC12345", "ACCEPTED", "STRANGER"])
        .await?;
    let fetched = site.requests_for(&site.fetched("wasm")?);
    ensure!(fetched == 1, "the module was fetched {fetched} times");
    stage.forget_requests().await?;

    stage.page.reload().await?;
    play(
        stage,
        json!({}),
        "for (const element of [one, two, three]) await started(element);
         type(three, 'SLOW0030');
         three.submit();
         await stands(three, 'sending');",
    )
    .await?;
    stage.see_recorded().await?;
    play(
        stage,
        json!({}),
        "new Uint8Array(instances[0].memory.buffer).fill(170);
         send(one).click();
         await says(three, 'Your request with the code SLOW0030 may have been sent');
         same('states', [one.state, three.state], ['failed', 'failed']);
         // A fresh one takes up the record, and finds what became of it.
         await says(two, 'Slowcombe');
         await settled();",
    )
    .await?;
    stage.see_posted(&["SLOW0030"]).await
}
