//! The language in which the element speaks.

use anyhow::{Result, ensure};
use e2e::backend::Refresh;
use e2e::host_site::{Broken, Document, HostSite};
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::json;

use super::life::connection_in_json;
use super::script::play;
use super::{element, page_of};

pub(super) fn add(suite: &mut Suite) {
    suite.add(
        "element_speaks_the_language_of_its_place",
        Refresh::Default,
        spoken,
    );
    suite.add(
        "element_says_which_words_are_out_of_reach",
        Refresh::Default,
        out_of_reach,
    );
}

async fn spoken(stage: &mut Stage) -> Result<()> {
    let one = element(stage, "one", "loading=eager");
    let two = element(stage, "two", "loading=eager lang=en-US");
    let page = page_of(&format!("<div id=around lang=cy>{one}{two}</div>"));
    let site = HostSite::start(vec![Document::page("/", page)]).await?;
    stage.page.open(&site.address("/")).await?;
    let given = json!({
        "connection": connection_in_json(),
        // One of the middle of winter, so that no time zone with summer time makes another day of it.
        "expires": "2199-01-20T12:00:00Z",
    });
    play(
        stage,
        given,
        "const around = document.querySelector('#around');
         const label = (element) => part(element, 'label').textContent;
         const reads = (element, words) => until(`the label ${words}`, () => label(element) === words);
         const spokenIn = (element) => part(element, 'base').lang;
         const date = (element) => element.shadowRoot.querySelector('time').textContent;
         const timer = (element) => element.shadowRoot.querySelector('[role=timer]').textContent;
         const ENGLISH = 'Adviser\\'s referral code', WELSH = 'Cod atgyfeirio\\'r cynghorydd';
         await started(one);
         await started(two);
         same('the languages', [label(one), spokenIn(one), label(two), spokenIn(two)],
             [WELSH, 'cy', ENGLISH, 'en-US']);

         // A number in the form that goes with it, and nothing was sent.
         type(one, 'ABC');
         send(one).click();
         await says(one, 'Mae gan y cod hwn 3 nod');

         // Dates and units are the browser's own: what it makes of them by itself is the oracle. One that has no Welsh
         // writes them in British English, and not as its own language is.
         const connection = { ...given.connection, expires_at: given.expires };
         one.connection = two.connection = connection;
         const written = (locale) => new Date(given.expires).toLocaleString([locale, 'en-GB'], { dateStyle: 'full', timeStyle: 'short' });
         const days = (locale) => new Intl.NumberFormat([locale, 'en-GB'], { style: 'unit', unit: 'day', unitDisplay: 'long' });
         await says(one, 'Yn aros');
         await says(two, 'Pending');
         same('the dates', [date(one), date(two)], [written('cy'), written('en-US')]);
         for (const [element, locale] of [[one, 'cy'], [two, 'en-US']]) {
             const count = timer(element).match(/^[\\d.,]+/)?.[0].replace(/\\D/g, '');
             const whole = days(locale).format(count);
             if (!count || !timer(element).startsWith(whole)) throw new Error(`${timer(element)}, not ${whole}`);
         }
         if (written('cy') === written('en-US')) throw new Error('this trial compares nothing');

         // The language of an ancestor changes, with what is shown and typed left as it is.
         around.lang = 'en';
         await reads(one, ENGLISH);
         await says(one, 'Pending');
         same('the date then', [date(one), spokenIn(one), input(one).value], [written('en-GB'), 'en-GB', 'ABC']);
         around.lang = 'cy-GB';
         await reads(one, WELSH);
         await says(one, 'Yn aros');

         // So does the place.
         document.body.append(one);
         await reads(one, ENGLISH);
         around.append(one);
         await reads(one, WELSH);

         // A language that there are no words of is spoken in English, dates included, until the host has some.
         one.lang = 'fr';
         await reads(one, ENGLISH);
         same('the locale', spokenIn(one), 'en-GB');
         one.messages = { label: 'Code', 'status.pending': 'En attente', requestSentTo: 'Demande à {firm} envoyée' };
         await reads(one, 'Code');
         await says(one, 'En attente');
         await says(one, `Demande à ${connection.recipient_firm.name} envoyée`);
         same('the rest', [send(one).textContent, spokenIn(one), date(one)], ['Send request', 'fr', written('fr')]);
         same('the other one', label(two), ENGLISH);

         // What is no language is none, and no words are taken away by what is no text.
         one.lang = 'not a language';
         await until('a locale that there is', () => spokenIn(one) === 'en-GB');
         one.messages = { label: undefined, constructor: 'x', 0: 'y' };
         await reads(one, ENGLISH);
         same('nothing was sent', window.heard.filter(({ name }) => name === 'submit').length, 0);",
    )
    .await?;
    ensure!(
        stage.sandbox.posts().await?.is_empty(),
        "something was sent"
    );
    Ok(())
}

async fn out_of_reach(stage: &mut Stage) -> Result<()> {
    let one = element(stage, "one", "loading=eager lang=cy");
    let site = HostSite::start(vec![Document::page("/", page_of(&one))]).await?;
    site.break_files(".json", Broken::Missing);
    stage.page.open(&site.address("/")).await?;
    play(
        stage,
        json!({}),
        "await stands(one, 'failed');
         await says(one, 'Nothing was sent');
         same('why', heard('load-error', 'one').map(({ detail }) => detail.cause), ['a file is missing (HTTP 404)']);",
    )
    .await?;
    site.mend();
    play(
        stage,
        json!({}),
        "one.shadowRoot.querySelector('button[type=button]').click();
         await started(one);
         await says(one, 'Anfon cais');
         same('the place', one.lang, 'cy');",
    )
    .await?;
    Ok(())
}
