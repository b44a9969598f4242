//! What a host gives to an element, before it is one and after, and in whatever way it makes one.

use anyhow::{Result, ensure};
use e2e::backend::{ACCOUNT_UUID, Backend, OTHER_ACCOUNT_UUID, Refresh};
use e2e::host_site::{Document, ELEMENT_SCRIPT, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::{Value, json};

use super::script::play;
use super::{head, page_of};

pub(super) fn add(suite: &mut Suite) {
    suite.add(
        "element_takes_what_it_was_given_before_it_was_one",
        Refresh::Default,
        given_before,
    );
    suite.add(
        "element_heeds_what_changes_at_once",
        Refresh::Default,
        changes_at_once,
    );
}

/// Keeps what the API is asked, and for how long the page means to wait.
pub(super) const WATCH: &str = "
    const ask = fetch;
    window.asked = [];
    window.fetch = (request, ...more) => {
        if (request instanceof Request) {
            const { method, url, headers } = request;
            window.asked.push({ method, url, token: headers.get('authorization'),
                account: headers.get('x-plannr-account-uuid') });
        }
        return ask(request, ...more);
    };
    const wait = setTimeout;
    window.delays = [];
    window.setTimeout = (run, ms, ...more) => {
        window.delays.push(ms);
        return wait(run, ms, ...more);
    };
";

/// A connection as the API writes it.
pub(super) fn connection_in_json() -> Value {
    json!({
        "uuid": "0b0e7a4c-3f0e-4c61-8f0a-5d6a2f1c9e01",
        "status": "pending", "direction": "sent",
        "created_at": "2020-03-20T13:25:15+00:00", "updated_at": "2020-03-20T13:25:15+00:00",
        "expires_at": "2999-04-19T13:25:15+01:00",
        "sender_firm": { "uuid": "1", "name": "Given & Sons" },
        "recipient_firm": { "uuid": "2", "name": "Taken Limited" },
    })
}

/// Properties on an element before any script has defined it, two copies of that script, and all ways to make one.
async fn given_before(stage: &mut Stage) -> Result<()> {
    let bare = format!(
        "{}<referral-connect id=one></referral-connect>",
        head(WATCH)
    );
    let site = HostSite::start(vec![Document::page("/", bare)]).await?;
    let another = HostSite::start(Vec::new()).await?;
    let scripts = [&site, &another].map(|site| format!("{}{ELEMENT_SCRIPT}", site.files()));
    stage.page.browser().open(&site.address("/")).await?;
    stage.page.browser().listen_for_errors().await?;
    play(
        stage,
        json!({
            "connection": connection_in_json(),
            "scripts": scripts,
        }),
        "Object.assign(one, {
             endpoint: api, accountUuid: account, auth: 'bearer', adviserKey: 'ABC12345', getAccessToken: () => token,
         });
         const early = document.createElement('referral-connect');
         Object.assign(early, { endpoint: api, connection: given.connection });
         const copies = await Promise.all(given.scripts.map(load));
         same('the class', copies.filter((copy) => one instanceof copy.ReferralConnect).length, 1);

         await started(one);
         same('attributes', one.getAttributeNames().sort(), ['account-uuid', 'adviser-key', 'auth', 'endpoint', 'id']);
         same('properties', [one.endpoint, one.accountUuid, one.adviserKey, one.auth], [api, account, 'ABC12345', 'bearer']);
         same('nothing in the way of the class', Object.keys(one), []);
         same('the field', input(one).value, 'ABC12345');
         same('asked so far', asked, []);
         one.submit();
         await stands(one, 'sent');
         await until('the connection', () => one.connection);
         same('the connection', [one.connection.uuid, Object.isFrozen(one.connection)],
             [heard('sent')[0].detail.connection.uuid, true]);

         const before = asked.length;
         document.body.append(early);
         await says(early, 'Taken Limited');
         await stands(early, 'sent');
         same('asked for it', asked.slice(before), []);

         const late = make();
         late.getAccessToken = undefined;
         document.body.append(late);
         await started(late);
         late.getAccessToken = async () => token;
         type(late, 'ACCEPTED');
         late.submit();
         await stands(late, 'sent');

         await settled();
         const copy = one.cloneNode(true);
         copy.setAttribute('loading', 'eager');
         document.body.append(copy);
         await started(copy);
         same('a copy', [copy.endpoint, copy.state, copy.connection, input(copy).value, copy.getAccessToken],
             [api, 'idle', null, 'ABC12345', undefined]);

         // React's StrictMode, in one task and in several.
         const strict = make({ id: 'strict' });
         document.body.append(strict);
         strict.remove();
         document.body.append(strict);
         await started(strict);
         same('ready', heard('ready', 'strict').length, 1);
         const apart = make();
         document.body.append(apart);
         await task();
         apart.remove();
         await task();
         document.body.append(apart);
         await started(apart);
         for (const element of [strict, apart]) {
             same('forms', element.shadowRoot.querySelectorAll('form').length, 1);
             element.focus();
             same('the focus', [document.activeElement === element, element.shadowRoot.activeElement === input(element)],
                 [true, true]);
         }
         type(apart, 'STRANGER');
         apart.submit();
         await stands(apart, 'sent');",
    )
    .await?;
    stage
        .see_posted(&["ABC12345", "ACCEPTED", "STRANGER"])
        .await?;
    let errors = stage.page.browser().console_errors().await?;
    ensure!(errors.is_empty(), "the console says {errors:#?}");
    Ok(())
}

/// Attributes, `connection`, and two elements that have nothing to do with each other.
async fn changes_at_once(stage: &mut Stage) -> Result<()> {
    let mut other = Backend::start(Refresh::Default).await?;
    let page = page_of("").replacen("<script>", &format!("<script>{{{WATCH}}}"), 1);
    let site = HostSite::start(vec![Document::page("/", page)]).await?;
    stage.page.browser().open(&site.address("/")).await?;
    let given = json!({
        "connection": connection_in_json(),
        "otherApi": other.origin(),
        "otherAccount": OTHER_ACCOUNT_UUID,
    });
    play(
        stage,
        given,
        "const first = make();
         const other = make({ endpoint: given.otherApi, 'account-uuid': given.otherAccount });
         document.body.append(first, other);
         await started(first);
         await started(other);
         const sends = async (element, code) => {
             const before = heard('submit').length;
             type(element, code);
             element.submit();
             await task();
             await until('an answer', () => heard('submit').length > before && element.state !== 'sending');
         };
         const post = () => asked.findLast(({ method }) => method === 'POST');

         await sends(first, 'ABC12345');
         await sends(other, 'ACCEPTED');
         same('the other one', [new URL(post().url).origin, post().account], [given.otherApi, given.otherAccount]);
         same('states', [first.state, other.state], ['sent', 'sent']);
         same('two connections', first.connection.uuid === other.connection.uuid, false);
         same('the firm of the one', [text(first).includes('Larkspur'), text(other).includes('Larkspur')], [true, false]);

         const times = (ms) => delays.filter((delay) => delay === ms).length;
         same('refreshes', [times(60_000) > 0, times(17_000)], [true, 0]);
         first.setAttribute('refresh', '17');
         await until('another refresh', () => times(17_000));

         first.accountUuid = given.otherAccount;
         await sends(first, 'STRANGER');
         same('the account', [first.state, post().account], ['sent', given.otherAccount]);
         first.setAttribute('key-case', 'upper');
         await sends(first, 'nobody00');
         same('a code in capitals', first.state, 'sent');
         same('without details', [first.connection !== null, first.state], [true, 'sent']);

         first.auth = 'cookie';
         await sends(first, 'TRUNCATE');
         same('a token', [post().token, first.state], [null, 'rejected']);
         first.auth = undefined;
         same('the default', [first.auth, first.hasAttribute('auth')], ['bearer', false]);

         const before = asked.length;
         first.endpoint = 'http://plannr.example';
         type(first, 'RECEIVED');
         first.submit();
         await says(first, 'address is not set up correctly');
         same('asked', asked.slice(before), []);
         first.endpoint = null;
         same('the default', [first.endpoint, first.hasAttribute('endpoint')], ['https://api.plannrcrm.com', false]);
         first.endpoint = api;

         first.adviserKey = 'DOCSHAPE';
         await until('the code', () => input(first).value === 'DOCSHAPE');

         const { connection } = given;
         const ours = { uuid: connection.uuid, direction: 'received', status: 'accepted',
             senderFirm: { uuid: null, name: 'Ours & Co' }, recipientFirm: { uuid: null, name: null },
             createdAt: connection.created_at, updatedAt: connection.updated_at, expiresAt: connection.expires_at };
         for (const [shape, firm] of [[connection, 'Taken Limited'], [ours, 'Ours & Co'], [{ data: connection }, 'Taken Limited']]) {
             for (const nothing of [null, undefined]) {
                 first.connection = shape;
                 await says(first, firm);
                 await stands(first, 'sent');
                 first.connection = nothing;
                 await stands(first, 'idle');
                 await until('an empty card', () => !text(first).includes(firm));
                 same('the connection', first.connection, null);
             }
         }
         first.connection = ours;
         await says(first, 'Ours & Co');
         type(first, 'something');
         first.reset();
         await stands(first, 'idle');
         same('after a reset', [input(first).value, first.connection, text(first).includes('Ours')], ['', null, false]);
         same('asked', asked.slice(before), []);",
    )
    .await?;
    stage
        .see_posted(&["ABC12345", "STRANGER", "NOBODY00", "TRUNCATE"])
        .await?;
    let posts = other.posts().await?;
    ensure!(
        posts.len() == 1 && posts[0].headers["x-plannr-account-uuid"] != ACCOUNT_UUID,
        "{posts:?}"
    );
    other.stop().await;
    Ok(())
}
