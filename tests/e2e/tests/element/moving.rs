//! Elements that are moved, taken out and put back, by hosts at any moment: nothing is lost, and nothing sent twice.

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
        "element_moves_without_losing_anything",
        Refresh::Default,
        moves,
    );
    suite.add(
        "element_taken_out_while_it_sends_comes_back_to_the_truth",
        Refresh::Default,
        taken_out,
    );
}

/// Keeps answers to requests of one method back while it is told to.
pub(super) const HOLD: &str = "
    const ask = fetch;
    const held = [];
    window.fetch = async (request, ...more) => {
        const answer = await ask(request, ...more);
        if (window.holds && window.holds === request.method)
            await new Promise((pass) => {
                held.push(pass);
                // All of them: on a machine out of breath the check that comes by itself may be there as well.
                window.letPass = () => { window.holds = undefined; held.splice(0).forEach((pass) => pass()); };
            });
        return answer;
    };
";

/// Opens a page with an element in the first of two boxes.
async fn open(stage: &Stage) -> Result<HostSite> {
    let element = element(stage, "one", "loading=eager");
    let page = page_of(&format!(
        "<div id=left><p></p>{element}</div><div id=right></div>"
    ))
    .replacen("<script>", &format!("<script>{{{HOLD}}}"), 1);
    let site = HostSite::start(vec![Document::page("/", page)]).await?;
    stage.page.open(&site.address("/")).await?;
    Ok(site)
}

async fn moves(stage: &mut Stage) -> Result<()> {
    let _site = open(stage).await?;
    play(
        stage,
        json!({}),
        "const left = document.querySelector('#left');
         const right = document.querySelector('#right');
         await started(one);
         const form = part(one, 'form');
         const isTheSame = () => same('the form', part(one, 'form') === form, true);
         type(one, 'ABC1');
         left.insertBefore(one, left.firstChild);
         await task();
         isTheSame();
         same('what was typed', input(one).value, 'ABC1');
         type(one, 'ABC12345');

         window.holds = 'POST';
         one.submit();
         await stands(one, 'sending');
         right.append(one);
         await task();
         isTheSame();
         await until('an answer', () => window.letPass);
         left.append(one);
         same('a moved one', one.state, 'sending');
         letPass();
         await stands(one, 'sent');
         await says(one, 'Larkspur');
         right.prepend(one);
         await task();
         isTheSame();
         await says(one, 'Larkspur');
         const { uuid } = one.connection;

         // Taken out in one task and put back in another, as by a list that is sorted by hand.
         type(one, 'WRAP');
         one.remove();
         await task();
         same('one outside', one.shadowRoot.childElementCount, 0);
         left.append(one);
         await stands(one, 'sent');
         await says(one, 'Larkspur');
         same('what was typed', [input(one).value, one.connection.uuid], ['WRAP', uuid]);

         one.remove();
         await task();
         one.adviserKey = 'ACCEPTED';
         left.append(one);
         await started(one);
         same('a code given outside', input(one).value, 'ACCEPTED');",
    )
    .await?;
    stage.see_posted(&["ABC12345"]).await
}

async fn taken_out(stage: &mut Stage) -> Result<()> {
    let _site = open(stage).await?;
    play(
        stage,
        json!({}),
        "await started(one);
         type(one, 'SLOW0030');
         one.submit();
         await stands(one, 'sending');",
    )
    .await?;
    stage.see_recorded().await?;
    play(
        stage,
        json!({}),
        "const record = () => localStorage.getItem('referral-connect.pending');
         one.remove();
         await task();
         same('the record', record().includes('SLOW0030'), true);
         window.holds = 'GET';
         document.body.append(one);
         // Not a blank form.
         await stands(one, 'unknown');
         await says(one, 'SLOW0030');
         one.check();
         await until('an answer', () => window.letPass);
         same('not sent yet', one.state, 'unknown');
         letPass();
         await stands(one, 'sent');
         await says(one, 'Slowcombe');
         await settled();

         // By its own events' listeners.
         const gone = make();
         document.body.append(gone);
         await started(gone);
         gone.addEventListener('referral-submit', () => gone.remove(), { once: true });
         type(gone, 'ACCEPTED');
         gone.submit();
         await until('a record that came and went', () => heard('submit').length === 2 && record() === null && !gone.isConnected);
         document.body.append(gone);
         await started(gone);
         gone.addEventListener('referral-sent', () => gone.remove(), { once: true });
         type(gone, 'STRANGER');
         gone.submit();
         await until('an element that took itself out', () => !gone.isConnected);
         await task();
         document.body.append(gone);
         await stands(gone, 'sent');
         same('the connection', gone.connection.uuid, heard('sent').at(-1).detail.connection.uuid);

         // By what its own events' listeners ask of it.
         const busy = make();
         document.body.append(busy);
         await started(busy);
         busy.addEventListener('referral-submit', () => {
             busy.submit();
             busy.adviserKey = 'ACCEPTED';
             busy.reset();
             busy.check();
         });
         busy.addEventListener('referral-sent', () => {
             busy.connection = { uuid: '1', status: 'accepted', direction: 'sent', recipient_firm: { name: 'Given & Sons' } };
         });
         type(busy, 'WRAPPED1');
         busy.submit();
         await says(busy, 'Given & Sons');
         await settled();

         const held = make();
         document.body.append(held);
         await started(held);
         held.addEventListener('referral-submit', (event) => event.preventDefault());
         type(held, 'ABC12345');
         held.submit();
         await says(held, 'Nothing was sent');
         same('one that was called off', [held.state, input(held).value], ['idle', 'ABC12345']);",
    )
    .await?;
    stage
        .see_posted(&["SLOW0030", "ACCEPTED", "STRANGER", "WRAPPED1"])
        .await?;
    let errors = stage.page.browser().console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    Ok(())
}
