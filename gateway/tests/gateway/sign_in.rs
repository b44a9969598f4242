//! Signing in and out, tokens and accounts.

use std::time::Duration;

use referral_connect_sandbox::{Sandbox, Settings as SandboxSettings};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    browser::{Browser, CREATE, answer, new_key},
    database,
    plannr::OTHER,
    stage::{self, Stage},
};

const SESSION: &str = "__Host-referral-connect";
const LEAVING: &str = "__Host-referral-connect-leaving";

/// The whole way, before the sandbox's own pages.
#[tokio::test]
async fn a_person_signs_in_with_the_sandbox_sends_and_signs_out() {
    let sandbox = Sandbox::start(SandboxSettings::default()).await.unwrap();
    let database = database::sqlite();
    let mut environment = stage::environment(sandbox.address(), &database.url);
    // The sandbox lets in applications on this machine alone.
    let origin = "http://127.0.0.1:8788";
    environment.push(("GATEWAY_PUBLIC_ORIGIN".to_owned(), origin.to_owned()));
    let settings = referral_connect_gateway::Settings::read(None, environment).unwrap();
    let gateway = referral_connect_gateway::Gateway::start(settings)
        .await
        .unwrap();
    let mut browser = Browser::new(gateway.address());

    let departure = browser
        .get(browser.navigation("/auth/login?return_to=/portal"))
        .await;
    let ask = departure.header("location").to_owned();
    let page = reqwest::get(&ask).await.unwrap().text().await.unwrap();
    assert!(page.contains("Sign in with Plannr"), "{page}");
    let allow = ask.replace("/oauth/authorize?", "/oauth/allow?");
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let allowed = client.build().unwrap().get(allow).send().await.unwrap();
    let back = allowed.headers()["location"].to_str().unwrap();
    let path = back.strip_prefix(origin).unwrap();
    let arrived = browser.get(browser.navigation(path)).await;
    assert_eq!(arrived.status, StatusCode::OK, "{arrived:?}");
    assert!(arrived.text.contains("url=/portal"), "{arrived:?}");

    let me = answer(browser.page_asks(Method::GET, "/auth/me"))
        .await
        .json();
    assert_eq!(me["accounts"].as_array().unwrap().len(), 2, "{me}");
    browser.account = me["account_uuid"].as_str().unwrap().to_owned();
    let press = browser
        .press("ABC12345", &new_key())
        .header("origin", origin);
    // The page's own origin is another one here; the header that came first is not it.
    assert_eq!(answer(press).await.status, StatusCode::FORBIDDEN);
    let press = browser.bare(Method::POST, CREATE).header("origin", origin);
    let press = press
        .header("x-referral-connect", "1")
        .header("x-plannr-account-uuid", &browser.account)
        .header("content-type", "application/json");
    let press = press
        .header("idempotency-key", new_key())
        .body(r#"{"adviser_key":"ABC12345"}"#);
    let sent = answer(press).await;
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    assert_eq!(sent.json()["status"], "pending");
    let list = answer(browser.page_asks(Method::GET, CREATE)).await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let one = format!("{CREATE}/{}", sent.json()["uuid"].as_str().unwrap());
    let one = answer(browser.page_asks(Method::GET, &one)).await.json();
    assert_eq!(one["uuid"], sent.json()["uuid"]);

    let out = browser
        .bare(Method::POST, "/auth/logout")
        .header("origin", origin);
    let out = browser.get(out.header("x-referral-connect", "1")).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    gateway.stop().await;
    sandbox.stop().await;
}

#[tokio::test]
async fn the_cookie_is_for_this_host_over_tls_and_for_no_script() {
    let stage = Stage::start().await;
    let mut browser = stage.browser();
    let arrived = browser.sign_in(&uuid::Uuid::new_v4().to_string()).await;
    let cookies = arrived.set_cookies();
    let session = cookies
        .iter()
        .find(|text| text.starts_with(&format!("{SESSION}=")));
    let session = session.unwrap();
    for attribute in ["; HttpOnly", "; Secure", "; SameSite=Strict", "; Path=/"] {
        assert!(session.contains(attribute), "{session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    assert!(!browser.cookies.contains_key(LEAVING));
    stage.stop().await;
}

#[tokio::test]
async fn an_id_that_was_known_before_is_not_the_sessions() {
    let stage = Stage::start().await;
    let mut browser = stage.signed_in().await;
    let before = browser.cookies[SESSION].clone();
    browser.sign_in(&uuid::Uuid::new_v4().to_string()).await;
    assert_ne!(browser.cookies[SESSION], before);
    let mut old = stage.browser();
    old.cookies.insert(SESSION.to_owned(), before);
    let me = answer(old.page_asks(Method::GET, "/auth/me")).await.json();
    assert_eq!(me, json!({ "signed_in": false }));

    // One that somebody made up, and slipped into the browser.
    let mut slipped = stage.browser();
    let made_up = "AAAAAAAAAAAAAAAAAAAAAA";
    slipped
        .cookies
        .insert(SESSION.to_owned(), made_up.to_owned());
    slipped.sign_in(&uuid::Uuid::new_v4().to_string()).await;
    assert_ne!(slipped.cookies[SESSION], made_up);
    stage.stop().await;
}

#[tokio::test]
async fn a_signed_out_session_is_dead_even_for_who_kept_the_cookie() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let mut browser = stage.signed_in().await;
        let kept = browser.clone();
        let out = browser
            .get(browser.page_asks(Method::POST, "/auth/logout"))
            .await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert!(!browser.cookies.contains_key(SESSION));
        assert_eq!(
            kept.send("AAAA0001", &new_key()).await.status,
            StatusCode::UNAUTHORIZED
        );
        assert!(stage.plannr.posts().is_empty());
        // Once more is no error.
        let again = answer(browser.page_asks(Method::POST, "/auth/logout")).await;
        assert_eq!(again.status, StatusCode::NO_CONTENT);
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_callback_that_did_not_start_here_leads_nowhere() {
    let stage = Stage::start().await;
    let account = uuid::Uuid::new_v4().to_string();
    let mut starter = stage.browser();
    let state = starter.depart("/auth/login").await;
    let back = |state: &str| format!("/auth/callback?code={account}&state={state}");

    // In another browser: what a forged link would do.
    let mut other = stage.browser();
    let strayed = other.get(other.navigation(&back(&state))).await;
    assert_eq!(strayed.status, StatusCode::BAD_REQUEST);
    // With another state.
    let mut confused = starter.clone();
    let strayed = confused.get(confused.navigation(&back("another"))).await;
    assert_eq!(strayed.status, StatusCode::BAD_REQUEST);
    // With none, and with the cookie of somebody else's making.
    let mut forged = stage.browser();
    forged.cookies.insert(LEAVING.to_owned(), "AAAA".to_owned());
    let strayed = forged.get(forged.navigation(&back(&state))).await;
    assert_eq!(strayed.status, StatusCode::BAD_REQUEST);
    // Too late.
    let mut late = starter.clone();
    stage.advance(Duration::from_secs(601));
    let strayed = late.get(late.navigation(&back(&state))).await;
    assert_eq!(strayed.status, StatusCode::BAD_REQUEST);
    for browser in [&other, &confused, &forged, &late] {
        assert!(!browser.cookies.contains_key(SESSION));
    }
    assert!(stage.plannr.seen().is_empty(), "no code was exchanged");
    // And the same answer does not count twice.
    let state = starter.depart("/auth/login").await;
    let arrived = starter.get(starter.navigation(&back(&state))).await;
    assert_eq!(arrived.status, StatusCode::OK);
    let twice = starter.get(starter.navigation(&back(&state))).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    stage.stop().await;
}

#[tokio::test]
async fn a_person_who_says_no_is_not_signed_in() {
    let stage = Stage::start().await;
    let mut browser = stage.browser();
    let state = browser.depart("/auth/login").await;
    let back = format!("/auth/callback?error=access_denied&state={state}");
    let refused = browser.get(browser.navigation(&back)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(browser.cookies.is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn nobody_is_led_elsewhere_after_signing_in() {
    let stage = Stage::start().await;
    for (asked, led) in [
        ("/portal?x=1", "/portal?x=1"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/%5Cevil.example", "/"),
        ("/%22%3E%3Cscript%3E", "/&quot;&gt;&lt;script&gt;"),
    ] {
        let mut browser = stage.browser();
        let query = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect::<String>();
        // Both once and twice encoded.
        let query = if asked.contains('%') {
            asked.to_owned()
        } else {
            query
        };
        let state = browser
            .depart(&format!("/auth/login?return_to={query}"))
            .await;
        let back = format!("/auth/callback?code={}&state={state}", uuid::Uuid::new_v4());
        let arrived = browser.get(browser.navigation(&back)).await;
        assert!(
            arrived.text.contains(&format!("url={led}\"")),
            "{asked}: {}",
            arrived.text
        );
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_session_ends_after_its_time() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    stage.advance(Duration::from_secs(8 * 3600 - 60));
    assert_ne!(
        browser.send("AAAA0001", &new_key()).await.status,
        StatusCode::UNAUTHORIZED
    );
    stage.advance(Duration::from_secs(61));
    assert_eq!(
        browser.send("AAAA0002", &new_key()).await.status,
        StatusCode::UNAUTHORIZED
    );
    stage.stop().await;
}

/// A refresh token counts once: if two renewed at a time, the second would end the sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_before_they_expire_and_once() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        // A file has one gateway alone.
        let other = match stage.database.is_shared() {
            true => Some(stage.another().await),
            false => None,
        };
        let other_address = other
            .as_ref()
            .map_or(stage.address(), |other| other.address());
        let browser = stage.signed_in().await;
        assert_eq!(
            answer(browser.page_asks(Method::GET, CREATE)).await.status,
            StatusCode::OK
        );
        assert_eq!(stage.plannr.renewals(), 0);
        // A minute before the hour is over.
        stage.advance(Duration::from_secs(3541));
        let mut questions = JoinSet::new();
        for index in 0..20 {
            let address = if index % 2 == 0 {
                stage.address()
            } else {
                other_address
            };
            let browser = browser.at(address);
            questions
                .spawn(async move { answer(browser.page_asks(Method::GET, CREATE)).await.status });
        }
        for status in questions.join_all().await {
            assert_eq!(status, StatusCode::OK);
        }
        assert_eq!(stage.plannr.renewals(), 1);
        let last = stage.plannr.seen().pop().unwrap();
        assert!(
            last.headers["authorization"].ends_with(".secret2"),
            "{last:?}"
        );
        if let Some(other) = other {
            other.stop().await;
        }
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_sign_in_that_is_not_renewed_ends() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    stage.plannr.refuse_renewals(Some("invalid_grant"));
    stage.advance(Duration::from_secs(3600));
    let key = new_key();
    assert_eq!(
        browser.send("AAAA0001", &key).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert!(stage.plannr.posts().is_empty());
    let me = answer(browser.page_asks(Method::GET, "/auth/me"))
        .await
        .json();
    assert_eq!(me, json!({ "signed_in": false }));
    // Refused before anything was written: the same press may be sent once the person is signed in.
    let account = browser.account.clone();
    let mut browser = stage.browser();
    browser.sign_in(&account).await;
    let sent = browser.send("AAAA0001", &key).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{sent:?}");
    assert_eq!(sent.header("idempotency-replayed"), "");
    stage.stop().await;
}

/// Only `invalid_grant` says that the tokens are no good (RFC 6749, section 5.2). Whatever else is wrong may be mended.
#[tokio::test]
async fn no_other_error_of_a_renewal_ends_a_sign_in() {
    let stage = Stage::start().await;
    for error in [
        "invalid_request",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "temporarily_unavailable",
    ] {
        let browser = stage.signed_in().await;
        stage.plannr.refuse_renewals(Some(error));
        stage.advance(Duration::from_secs(3600));
        let refused = browser.send("AAAA0001", &new_key()).await;
        assert_eq!(refused.status, StatusCode::FAILED_DEPENDENCY, "{error}");
        assert_eq!(refused.outcome(), "not-sent", "{error}");
        stage.plannr.refuse_renewals(None);
        let sent = browser.send("AAAA0001", &new_key()).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{error}: {sent:?}");
    }
    stage.stop().await;
}

/// The refresh token that is stored is used up by then.
#[tokio::test]
async fn renewed_tokens_are_written_down_by_more_than_one_try() {
    let Some(database) = database::postgres().await else {
        return;
    };
    let stage = Stage::with(database, &[]).await;
    // A sequence goes on counting when what counted fails.
    let fails_twice = "CREATE SEQUENCE tries;
         CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN
             IF NEW.version > OLD.version AND nextval('tries') <= 2 THEN RAISE EXCEPTION 'no'; END IF;
             RETURN NEW;
         END $$ LANGUAGE plpgsql;
         CREATE TRIGGER fails BEFORE UPDATE ON sign_ins FOR EACH ROW EXECUTE FUNCTION fail();";
    stage.database.execute(fails_twice).await;
    let browser = stage.signed_in().await;
    for _ in 0..2 {
        stage.advance(Duration::from_secs(3600));
        let asked = answer(browser.page_asks(Method::GET, CREATE)).await;
        assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    }
    assert_eq!(stage.plannr.renewals(), 2);
    stage.stop().await;
}

#[tokio::test]
async fn a_refused_token_is_renewed_before_the_next_request() {
    let stage = Stage::start().await;
    let browser = stage.signed_in().await;
    let refused = browser.send("QAAA0001", &new_key()).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        stage.plannr.posts().len(),
        1,
        "nothing is sent again by itself"
    );
    assert_eq!(stage.plannr.renewals(), 0);
    assert_eq!(
        browser.send("AAAA0001", &new_key()).await.status,
        StatusCode::CREATED
    );
    assert_eq!(stage.plannr.renewals(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn the_account_is_chosen_here_and_no_page_acts_for_another() {
    for database in database::each().await {
        let stage = Stage::with(database, &[]).await;
        let mut browser = stage.signed_in().await;
        let own = browser.account.clone();
        let me = answer(browser.page_asks(Method::GET, "/auth/me")).await;
        assert_eq!(me.json()["account_uuid"], own, "the preferred one");
        assert!(!me.text.contains("example.com"), "no email: {}", me.text);

        OTHER.clone_into(&mut browser.account);
        let press = browser.send("AAAA0001", &new_key()).await;
        assert_eq!(
            press.status,
            StatusCode::FORBIDDEN,
            "a page that acts for another one"
        );
        let choose = |uuid: &str| {
            let choice = json!({ "account_uuid": uuid }).to_string();
            browser
                .page_asks(Method::PUT, "/auth/account")
                .header("content-type", "application/json")
                .body(choice)
        };
        let stranger = answer(choose(&uuid::Uuid::new_v4().to_string())).await;
        assert_eq!(stranger.status, StatusCode::FORBIDDEN);
        assert_eq!(
            answer(choose(&OTHER.to_uppercase())).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            browser.send("AAAA0001", &new_key()).await.status,
            StatusCode::CREATED
        );
        let post = stage.plannr.posts().pop().unwrap();
        assert_eq!(post.headers["x-plannr-account-uuid"], OTHER);
        own.clone_into(&mut browser.account);
        assert_eq!(
            browser.send("AAAA0002", &new_key()).await.status,
            StatusCode::FORBIDDEN
        );
        // Nor for one that it does not name.
        let unnamed = browser
            .page_asks(Method::POST, CREATE)
            .header("content-type", "application/json")
            .header("idempotency-key", new_key())
            .body(r#"{"adviser_key":"AAAA0003"}"#);
        let unnamed = answer(unnamed).await;
        assert_eq!(
            (unnamed.status, unnamed.outcome().as_str()),
            (StatusCode::BAD_REQUEST, "not-sent")
        );
        assert_eq!(stage.plannr.posts().len(), 1);
        stage.stop().await;
    }
}

/// The callback comes from another site, so browsers leave the strict cookie out of it.
#[tokio::test]
async fn signing_in_anew_ends_the_sign_in_of_before() {
    let stage = Stage::start().await;
    let mut browser = stage.signed_in().await;
    let before = browser.clone();
    let state = browser.depart("/auth/login").await;
    browser.cookies.remove("__Host-referral-connect");
    let back = format!("/auth/callback?code={}&state={state}", browser.account);
    let arrived = browser.get(browser.navigation(&back)).await;
    assert_eq!(arrived.status, StatusCode::OK);
    let me = |browser: &Browser| answer(browser.page_asks(Method::GET, "/auth/me"));
    assert_eq!(me(&browser).await.json()["signed_in"], true);
    assert_eq!(me(&before).await.json()["signed_in"], false);
    stage.stop().await;
}
