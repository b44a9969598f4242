//! The same requests, sent over HTTP to the running sandbox. The two share no types: each was written from
//! the API's page.

use referral_connect_sandbox::{Running, Sandbox, Settings};

use super::*;

async fn start() -> (Running, Endpoint) {
    let running = Sandbox::start(Settings::default()).await.unwrap();
    let endpoint = format!("http://{}", running.address()).parse().unwrap();
    (running, endpoint)
}

/// Sends a request as it is written, on a thread of its own so that the sandbox can answer on this one.
async fn send(request: Request) -> Result<Reply, Failure> {
    tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut builder = ureq::http::Request::builder()
            .method(match request.method {
                Method::Get => "GET",
                Method::Post => "POST",
            })
            .uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let sent = agent.run(builder.body(request.body.unwrap_or_default()).unwrap());
        let mut response = sent.map_err(|_| Failure::ConnectionLost)?;
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        Ok(Reply {
            status: response.status().as_u16(),
            retry_after: header("Retry-After"),
            date: header("Date"),
            is_bare: response.headers().is_empty(),
            body: response.body_mut().read_to_vec().unwrap_or_default(),
        })
    })
    .await
    .unwrap()
}

fn sandbox_token() -> Token {
    "sandbox-token".parse().unwrap()
}

async fn chosen(endpoint: &Endpoint) -> AccountUuid {
    let reply = send(exchange::logins(endpoint, Some(&sandbox_token()))).await;
    let accounts = interpret_logins(reply, now()).unwrap();
    assert!(
        accounts.len() > 1,
        "one user, several accounts: {accounts:?}"
    );
    let account = choose(&accounts, None).unwrap();
    assert_eq!(account.role.as_deref(), Some("adviser"));
    account.uuid.clone()
}

async fn create(endpoint: &Endpoint, code: &str) -> Outcome {
    let account = chosen(endpoint).await;
    let pending = Pending {
        account,
        ..pending(code)
    };
    let request = exchange::create(endpoint, Some(&sandbox_token()), &pending, &[]);
    interpret_create(send(request).await, now())
}

#[tokio::test]
async fn a_request_is_made_listed_and_asked_for_again() {
    let (sandbox, endpoint) = start().await;
    let Outcome::Sent(Some(made)) = create(&endpoint, "ABC12345").await else {
        panic!("not sent");
    };
    assert_eq!(made.status, Status::Pending);
    assert_eq!(made.direction, Direction::Sent);
    assert!(made.sender_firm.name.is_some() && made.recipient_firm.name.is_some());
    assert!(made.window().is_some());

    let account = chosen(&endpoint).await;
    let one = Ask::One(made.uuid.clone().unwrap());
    for ask in [one, Ask::sent(), Ask::page(Filter::default(), 1)] {
        let request = exchange::ask(&endpoint, Some(&sandbox_token()), &account, &ask);
        let page = interpret_ask(&ask, send(request).await, now()).unwrap();
        assert_eq!(page.connections, [(*made).clone()], "{ask:?}");
        assert!(!page.has_more, "{ask:?}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn every_code_that_answers_at_once_has_the_outcome_that_the_contract_states() {
    let (sandbox, endpoint) = start().await;
    for code in [
        "ABC12345", "ACCEPTED", "DENIED00", "EXPIRE10", "RECEIVED", "DOCSHAPE", "WRAPPED1",
        "STRANGER",
    ] {
        let outcome = create(&endpoint, code).await;
        let Outcome::Sent(Some(connection)) = outcome else {
            panic!("{code}: {outcome:?}");
        };
        assert_eq!(
            connection.direction == Direction::Received,
            code == "RECEIVED",
            "{code}"
        );
        assert_eq!(
            matches!(connection.status, Status::Other(_)),
            code == "STRANGER",
            "{code}"
        );
    }
    for code in ["TRUNCATE", "NOTJSON0", "NOBODY00"] {
        assert_eq!(create(&endpoint, code).await, Outcome::Sent(None), "{code}");
    }
    for (code, reason, status) in [
        ("NOTFOUND", Reason::KeyRefused, 422),
        ("OWNCODE1", Reason::KeyRefused, 422),
        ("ANYOTHER", Reason::KeyRefused, 422),
        ("ALREADY1", Reason::Conflict, 409),
        ("THROTTLE", Reason::TooMany, 429),
    ] {
        let outcome = create(&endpoint, code).await;
        let Outcome::Rejected(rejection) = outcome else {
            panic!("{code}: {outcome:?}");
        };
        assert_eq!(
            (rejection.reason, rejection.status),
            (reason, status),
            "{code}"
        );
        assert_eq!(
            rejection.message.is_some(),
            status != 429,
            "{code}: {rejection:?}"
        );
        assert_eq!(
            rejection.retry_after_s,
            (status == 429).then_some(5),
            "{code}"
        );
    }
    for (code, doubt) in [
        ("SERVER50", Doubt::Status(500)),
        ("MAINTAIN", Doubt::Status(503)),
        ("RESETCON", Doubt::ConnectionLost),
    ] {
        assert_eq!(
            create(&endpoint, code).await,
            Outcome::Unknown(doubt),
            "{code}"
        );
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let (sandbox, endpoint) = start().await;
    let account = chosen(&endpoint).await;
    let expired: Token = "sandbox-expired".parse().unwrap();
    let pending = Pending {
        account,
        ..pending("ABC12345")
    };
    let request = exchange::create(&endpoint, Some(&expired), &pending, &[]);
    let reply = send(request).await;
    assert!(exchange::wants_another_token(&reply));
    match interpret_create(reply, now()) {
        Outcome::Rejected(rejection) => assert_eq!(rejection.reason, Reason::Unauthenticated),
        other => panic!("{other:?}"),
    }
    sandbox.stop().await;
}
