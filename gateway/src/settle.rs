//! What became of a request that nothing has settled: the API's list knows.

use axum::http::{StatusCode, header};

use crate::{
    App,
    budget::Budget,
    failure::Failure,
    list::{List, Verdict, Window},
    relay,
    store::{Known, Others, Outcome, SendId, SignIn, State},
};

/// How many connections are asked for at once.
const PER_PAGE: usize = 50;

/// Looks a request up in the API's list, writes down what that settles, and says what is known then. It sends nothing.
pub(crate) async fn settle(
    app: &App,
    sign_in: SignIn,
    id: &SendId,
    known: Known,
    budget: Budget,
) -> Result<Known, Failure> {
    let query = [
        ("filter[direction]".to_owned(), "sent".to_owned()),
        ("sort".to_owned(), "-created_at".to_owned()),
        ("per_page".to_owned(), PER_PAGE.to_string()),
    ];
    let path = ["referral-connections"];
    let reply = match relay::ask(app, sign_in, &path, &query, &id.account_uuid, budget).await {
        Ok((_, reply)) if reply.status == StatusCode::OK => reply,
        // Out of reach: as little is known as before.
        Ok(_) | Err(Failure::Unanswered(_) | Failure::TooManyQuestions { .. }) => return Ok(known),
        Err(failure) => return Err(failure),
    };
    let Some(list) = relay::json(&reply).ok().and_then(List::read) else {
        return Ok(known);
    };
    let now = app.settings.clock.now();
    let date = reply.headers.get(header::DATE);
    let date = date.and_then(|value| value.to_str().ok());
    let lasting = app.settings.settle_after;
    let window = Window::of(known.started, lasting, date, now);
    let waited_enough = now.since(known.started) >= lasting;
    let around = window.others(known.started, lasting);
    let judge = |others: &Others| match list.judge(
        window,
        PER_PAGE,
        &others.claimed,
        others.other_doubts,
    ) {
        Verdict::Made(entry) => Some(Outcome {
            state: State::Found,
            status: StatusCode::OK.as_u16(),
            body: entry.value.to_string().into_bytes(),
            connection_uuid: entry.uuid.clone(),
        }),
        Verdict::NotMade if waited_enough => Some(Outcome {
            state: State::NotArrived,
            status: 0,
            body: Vec::new(),
            connection_uuid: String::new(),
        }),
        Verdict::NotMade | Verdict::Undecided => None,
    };
    Ok(match app.store.settle(id, around, judge).await? {
        Some(outcome) => Known {
            state: outcome.state,
            status: outcome.status,
            body: outcome.body,
            ..known
        },
        None => known,
    })
}
