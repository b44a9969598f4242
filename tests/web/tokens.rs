//! Tokens from hosts: whatever they give, a request leaves with a good one or does not leave.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use referral_connect::api::client::{Auth, Client, GetToken, TokenFor};
use referral_connect::api::host_token;
use referral_connect::domain::session::Pending;
use wasm_bindgen::JsCast;

use super::*;

fn pending() -> Pending {
    Pending {
        endpoint: String::new(),
        key: "ABC12345".parse().unwrap(),
        account: ACCOUNT.parse().unwrap(),
        since: at(NOW),
        idempotency_key: String::new(),
        known_uuids: Vec::new(),
        has_ended: false,
    }
}

fn host(body: &str) -> GetToken {
    let function = format!("return (reason) => {{ {body} }}");
    host_token::from_js(stage::script(&function).unchecked_into())
}

/// What comes of a request with this token; it is called off once it could leave.
async fn outcome(get_token: GetToken) -> (Outcome, bool) {
    let client = Client {
        endpoint: "http://127.0.0.1:9".parse().unwrap(),
        auth: Auth::Bearer(get_token),
    };
    let departs = Cell::new(false);
    let outcome = client
        .create(&pending(), &[], async || {
            departs.set(true);
            Err(NotSent::CalledOff)
        })
        .await;
    (outcome.told, departs.get())
}

#[wasm_bindgen_test]
async fn a_host_gives_a_token_at_once_or_by_a_promise() {
    for body in [
        "return 'token'",
        "return Promise.resolve('token')",
        "return { then(resolve) { resolve('token') } }",
        "return ' token\\n'",
        "return new Promise((resolve) => setTimeout(resolve, 1, 'token'))",
    ] {
        let (outcome, departs) = outcome(host(body)).await;
        assert_eq!(outcome, Outcome::NotSent(NotSent::CalledOff), "{body}");
        assert!(departs, "{body}");
    }
}

#[wasm_bindgen_test]
async fn without_a_good_token_nothing_leaves() {
    let cases = [
        ("return ''", NotSent::NoToken),
        ("return ' \\n '", NotSent::NoToken),
        ("return null", NotSent::NoToken),
        ("return undefined", NotSent::NoToken),
        ("return Promise.resolve(null)", NotSent::NoToken),
        ("return 'to\\r\\nX-Evil: 1'", NotSent::UnusableToken),
        ("return 'to ken'", NotSent::UnusableToken),
        ("return 'tökén'", NotSent::UnusableToken),
        ("return 'tok\\u0000en'", NotSent::UnusableToken),
        ("return '\\ud800'", NotSent::UnusableToken),
        ("return 7", NotSent::TokenFailed),
        ("return { token: 'x' }", NotSent::TokenFailed),
        ("return Symbol('token')", NotSent::TokenFailed),
        ("throw new Error('secret-token')", NotSent::TokenFailed),
        ("throw undefined", NotSent::TokenFailed),
        (
            "return Promise.reject('secret-token')",
            NotSent::TokenFailed,
        ),
        (
            "return { get then() { throw 'secret-token' } }",
            NotSent::TokenFailed,
        ),
    ];
    for (body, why) in cases {
        let (outcome, departs) = outcome(host(body)).await;
        assert_eq!(outcome, Outcome::NotSent(why), "{body}");
        assert!(!departs, "{body}");
    }
}

#[wasm_bindgen_test]
async fn the_host_is_told_what_a_token_is_for() {
    for (wanted_for, word) in [(TokenFor::First, "first"), (TokenFor::Refresh, "refresh")] {
        let given = host("return reason")(wanted_for).await;
        assert_eq!(given.as_deref(), Some(word));
    }
}

#[wasm_bindgen_test]
async fn a_token_that_never_comes_is_waited_for_20_seconds() {
    let _fast = FastTimers::new();
    let (outcome, departs) = outcome(host("return new Promise(() => {})")).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::TokenFailed));
    assert!(!departs);
    assert!(FastTimers::waited(20_000));
}

/// `fetch` answers as the script says, and counts what was posted.
struct Fetch;

impl Fetch {
    fn answering(body: &str) -> Self {
        stage::script(&format!(
            "globalThis.sentWith = []; globalThis.realFetch = globalThis.fetch; \
             globalThis.fetch = async (request) => {{ \
                 const token = request.headers.get('Authorization'); sentWith.push(token); {body} }};"
        ));
        Self
    }

    fn sent_with() -> String {
        stage::script("return sentWith.join()").as_string().unwrap()
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        stage::script("globalThis.fetch = realFetch;");
    }
}

async fn created(get_token: GetToken) -> Outcome {
    let client = Client {
        endpoint: "http://127.0.0.1:9".parse().unwrap(),
        auth: Auth::Bearer(get_token),
    };
    client.create(&pending(), &[], async || Ok(())).await.told
}

fn status_of(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Rejected(rejection) => Some(rejection.status),
        _ => None,
    }
}

#[wasm_bindgen_test]
async fn after_a_401_another_token_is_tried_once_and_the_same_one_never() {
    let refused = "return new Response('', { status: 401 })";
    let cases = [
        ("return reason", "Bearer first,Bearer refresh"),
        ("return 'same'", "Bearer same"),
        (
            "if (reason === 'refresh') throw 0; return 'only'",
            "Bearer only",
        ),
        ("return reason === 'refresh' ? '' : 'only'", "Bearer only"),
        (
            "return reason === 'refresh' ? 'a b' : 'only'",
            "Bearer only",
        ),
    ];
    for (body, sent_with) in cases {
        let _fetch = Fetch::answering(refused);
        let outcome = created(host(body)).await;
        assert_eq!(status_of(&outcome), Some(401), "{body}");
        assert_eq!(Fetch::sent_with(), sent_with, "{body}");
    }
    let _fetch = Fetch::answering(
        "return new Response('', { status: token.endsWith('refresh') ? 201 : 401 })",
    );
    assert_eq!(created(host("return reason")).await, Outcome::Sent(None));
    assert_eq!(Fetch::sent_with(), "Bearer first,Bearer refresh");
}

#[wasm_bindgen_test]
async fn a_page_that_wraps_fetch_may_reject_or_answer_with_anything() {
    for body in [
        "throw undefined",
        "throw 'a text'",
        "throw null",
        "return undefined",
        "return 7",
        "return { status: 200 }",
        "return Response.error()",
    ] {
        let _fetch = Fetch::answering(body);
        let outcome = created(host("return 'token'")).await;
        assert!(
            matches!(outcome, Outcome::Unknown(_)),
            "{body}: {outcome:?}"
        );
    }
}

#[wasm_bindgen_test]
async fn nothing_of_a_token_reaches_the_console() {
    stage::script(
        "globalThis.logged = []; globalThis.realConsole = { ...console }; \
         for (const name of ['log', 'info', 'warn', 'error', 'debug']) \
             console[name] = (...words) => logged.push(words.map(String).join(' '));",
    );
    let bodies = [
        "throw new Error('secret-token')",
        "return Promise.reject(new Error('secret-token'))",
        "return 'secret-token\\n\\n1'",
        "return 'secret-token-\\u00e9'",
    ];
    let outcomes: Rc<RefCell<Vec<Outcome>>> = Rc::default();
    for body in bodies {
        let (outcome, _) = outcome(host(body)).await;
        outcomes.borrow_mut().push(outcome);
    }
    stage::settle().await;
    let logged = stage::script("Object.assign(console, realConsole); return logged.join()");
    let shown = format!("{:?} {:?}", outcomes.borrow(), logged.as_string());
    assert!(!shown.contains("secret-token"), "{shown}");
}
