//! The list of recent requests, asked of the sandbox.

use anyhow::{Result, ensure};
use e2e::backend::{FIRM_ABC12345, OTHER_ACCOUNT_UUID, Refresh};
use e2e::stage::Stage;
use e2e::suite::Suite;
use serde_json::json;

use super::life::WATCH;
use super::script::play;
use super::{element, head, open};

pub(super) fn add(suite: &mut Suite) {
    suite.add("element_lists_recent_requests", Refresh::Default, lists);
    suite.add(
        "element_follows_what_is_pending_together",
        Refresh::Default,
        follows,
    );
}

/// What the scripts of this file use besides.
const TOOLS: &str = "
    const list = (element) => part(element, 'history');
    const listSays = (element, words) => until(`${words} of the list`,
        () => list(element)?.querySelector('[role=status]').innerText.startsWith(words));
    const shows = (element, count) => until(`${count} rows`,
        () => list(element)?.querySelector('[role=status]').innerText === `Requests shown: ${count}`);
    const rows = (element) => [...list(element).querySelectorAll('li')].map((row) => row.innerText.replace(/\\s+/g, ' ').trim());
    const button = (element, name) => [...list(element).querySelectorAll('button')].find((it) => it.innerText === name);
    const choose = (element, name, value) => {
        const select = list(element).querySelector(`[name=${name}]`);
        select.value = value;
        select.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    };
    const questions = () => window.asked.filter(({ method, url }) => method === 'GET' && url.includes('/referral-connections'));
";

fn page_with(elements: &[String]) -> String {
    format!(
        "{}<script type=module src={{files}}{}></script>{}
         <script type=module>
             for (const element of document.querySelectorAll('referral-connect'))
                 element.getAccessToken = () => '{}';
         </script>",
        head(WATCH),
        e2e::host_site::ELEMENT_SCRIPT,
        elements.concat(),
        e2e::backend::TOKEN,
    )
}

async fn lists(stage: &mut Stage) -> Result<()> {
    let one = element(stage, "one", "loading=eager refresh=0 history");
    let _site = open(stage, page_with(&[one])).await?;
    play(
        stage,
        json!({}),
        &format!("{TOOLS} await started(one); await listSays(one, 'There are no requests yet.');"),
    )
    .await?;

    for code in ["RECEIVED"].into_iter().chain(["ABC12345"; 16]) {
        ensure!(stage.sandbox.create(code).await?.status().is_success());
    }
    play(
        stage,
        json!({ "firm": FIRM_ABC12345, "other": OTHER_ACCOUNT_UUID }),
        &format!(
            "{TOOLS}
             button(one, 'Refresh list').click();
             await shows(one, 15);
             same('the newest', rows(one)[0].startsWith(`Request sent to ${{given.firm}} Pending`), true);
             // By keyboard: the button goes with the last page, and the focus stays in the list.
             button(one, 'Load more').focus();
             button(one, 'Load more').click();
             await shows(one, 17);
             same('more', button(one, 'Load more'), undefined);
             await until('the focus', () => one.shadowRoot.activeElement === list(one));
             same('the oldest', /asked to connect Pending/.test(rows(one)[16]), true);

             choose(one, 'direction', 'received');
             await shows(one, 1);
             same('received', /asked to connect/.test(rows(one)[0]), true);
             choose(one, 'status', 'denied');
             await listSays(one, 'No request fits this choice.');
             choose(one, 'direction', '');
             choose(one, 'status', '');
             await shows(one, 15);
             const urls = questions().map(({{ url }}) => new URL(url).search);
             same('questions', urls, [
                 '?per_page=15&page=1', '?per_page=15&page=1', '?per_page=15&page=2',
                 '?per_page=15&filter%5Bdirection%5D=received&page=1',
                 '?per_page=15&filter%5Bdirection%5D=received&filter%5Bstatus%5D=denied&page=1',
                 '?per_page=15&filter%5Bstatus%5D=denied&page=1', '?per_page=15&page=1']);

             // What was just sent is on top without a question, and lapses there by the clock alone.
             type(one, 'EXPIRE10');
             send(one).click();
             await stands(one, 'sent');
             await shows(one, 16);
             same('on top', / Pending .* Time left to answer \\d+ seconds?$/.test(rows(one)[0]), true);
             await until('the end', () => / Expired /.test(rows(one)[0]));
             same('without a question', questions().length, urls.length);

             // The list of another account is another one, and one that is not wanted goes.
             one.setAttribute('account-uuid', given.other);
             await until('another list', () => questions().length > urls.length);
             same('whose', questions().at(-1).account, given.other);
             one.removeAttribute('history');
             await until('no list', () => !list(one));"
        ),
    )
    .await?;
    Ok(())
}

async fn follows(stage: &mut Stage) -> Result<()> {
    let elements = [
        element(stage, "one", "loading=eager refresh=10"),
        element(stage, "two", "loading=eager refresh=10"),
        element(stage, "three", "loading=eager refresh=10 history"),
    ];
    let _site = open(stage, page_with(&elements)).await?;
    play(
        stage,
        json!({}),
        &format!(
            "{TOOLS}
             for (const element of [one, two, three]) await started(element);
             await listSays(three, 'There are no requests yet.');
             const before = questions().length;
             for (const [element, code] of [[one, 'ACCEPTED'], [two, 'DENIED00'], [three, 'ABC12345']]) {{
                 type(element, code);
                 send(element).click();
                 await stands(element, 'sent');
             }}
             await says(one, 'Accepted');
             await says(two, 'Denied');
             await until('both in the list', () => rows(three).some((row) => / Accepted /.test(row)));
             // Three widgets and a list: a question each would have been four a round.
             const asked = questions().slice(before).map(({{ url }}) => new URL(url).pathname + new URL(url).search);
             const ofList = asked.filter((path) => path.endsWith('?per_page=15&page=1')).length;
             same('questions', [asked.length === ofList, ofList <= 2], [true, true]);
             same('told', heard('status').map(({{ from, detail }}) => `${{from}} ${{detail.previous}} ${{detail.connection.status}}`).sort(),
                 ['one pending accepted', 'two pending denied']);"
        ),
    )
    .await?;
    Ok(())
}
