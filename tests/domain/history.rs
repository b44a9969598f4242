//! The list of recent requests: what is asked, and what of the answers is heeded.

use referral_connect::domain::connection::{Connection, Status};
use referral_connect::domain::history::{
    Ask, Asking, Change, DIRECTIONS, Filter, History, Page, Question, STATUSES,
};
use referral_connect::domain::outcome::Unanswered;
use referral_connect::domain::timestamp::Moment;

use super::session::{ACCOUNT, at, connection};

fn opened() -> (History, Question) {
    let mut history = History::of(ACCOUNT.parse().ok());
    let question = history.update(Change::Wanted).unwrap();
    (history, question)
}

/// The first page, of requests that were made at these seconds of one minute, and whether there are more.
fn listed(seconds: &[u32], has_more: bool) -> History {
    let (mut history, question) = opened();
    assert_eq!(
        answer(&mut history, &question, page(seconds, has_more)),
        None
    );
    history
}

fn made(second: u32) -> Connection {
    let created = format!("2026-01-20T12:00:{second:02}Z");
    connection(&format!("uuid-{second}"), &created)
}

fn page(seconds: &[u32], has_more: bool) -> Result<Page, Unanswered> {
    Ok(Page {
        connections: seconds.iter().copied().map(made).collect(),
        has_more,
    })
}

fn answer(
    history: &mut History,
    to: &Question,
    answer: Result<Page, Unanswered>,
) -> Option<Question> {
    history.update(Change::Answered {
        round: to.round,
        answer,
    })
}

fn rows(history: &History) -> Vec<&str> {
    let uuids = history.rows.iter().map(|row| row.uuid.as_deref().unwrap());
    uuids
        .map(|uuid| uuid.strip_prefix("uuid-").unwrap())
        .collect()
}

fn filter(status: Option<&'static str>, direction: Option<&'static str>) -> Filter {
    Filter { status, direction }
}

#[test]
fn without_an_account_nothing_is_asked() {
    let mut history = History::of(None);
    for change in [
        Change::Wanted,
        Change::Filtered(filter(Some("pending"), None)),
        Change::MoreWanted,
    ] {
        assert_eq!(history.update(change.clone()), None, "{change:?}");
        assert_eq!(history.asking, Asking::Nothing, "{change:?}");
    }
}

#[test]
fn the_first_page_is_asked_for_and_shown() {
    let (mut history, question) = opened();
    assert_eq!(history.asking, Asking::Anew);
    assert_eq!(question.ask, Ask::page(Filter::default(), 1));
    answer(&mut history, &question, page(&[9, 8], true));
    assert_eq!(rows(&history), ["9", "8"]);
    assert!(history.has_more);
    assert_eq!(history.asking, Asking::Nothing);
}

#[test]
fn more_is_added_below_and_nothing_twice() {
    let mut history = listed(&[9, 8], true);
    let question = history.update(Change::MoreWanted).unwrap();
    assert_eq!(question.ask, Ask::page(Filter::default(), 2));
    assert_eq!(
        history.update(Change::MoreWanted),
        None,
        "one question at a time"
    );
    // One was made since: the last of the first page is the first of the second by now.
    answer(&mut history, &question, page(&[8, 7], true));
    assert_eq!(rows(&history), ["9", "8", "7"]);
    let question = history.update(Change::MoreWanted).unwrap();
    assert_eq!(question.ask, Ask::page(Filter::default(), 3));
    answer(&mut history, &question, page(&[6], false));
    assert!(!history.has_more);
    // Asked for anew, it begins at the first page again.
    let question = history.update(Change::Wanted).unwrap();
    assert_eq!(question.ask, Ask::page(Filter::default(), 1));
    assert_eq!(
        rows(&history),
        ["9", "8", "7", "6"],
        "shown until there is an answer"
    );
    answer(&mut history, &question, page(&[10, 9], true));
    assert_eq!(rows(&history), ["10", "9"]);
    let question = history.update(Change::MoreWanted).unwrap();
    assert_eq!(question.ask, Ask::page(Filter::default(), 2));
}

#[test]
fn another_filter_is_another_list() {
    let mut history = listed(&[9, 8], true);
    let pending = filter(Some(STATUSES[0]), Some(DIRECTIONS[1]));
    let question = history.update(Change::Filtered(pending)).unwrap();
    assert_eq!(question.ask, Ask::page(pending, 1));
    assert_eq!(rows(&history), [""; 0], "what was there does not fit");
    assert!(!history.has_more);
    assert_eq!(
        history.update(Change::Filtered(pending)),
        None,
        "the same one"
    );
    answer(&mut history, &question, page(&[], false));
    assert_eq!(history.asking, Asking::Nothing);
}

#[test]
fn an_answer_to_an_earlier_question_is_not_heeded() {
    let (mut history, first) = opened();
    let denied = filter(Some("denied"), None);
    let second = history.update(Change::Filtered(denied)).unwrap();
    answer(&mut history, &first, page(&[9, 8], true));
    assert_eq!(rows(&history), [""; 0]);
    assert_eq!(history.asking, Asking::Anew);
    answer(&mut history, &second, page(&[7], false));
    answer(&mut history, &first, Err(Unanswered::Failed));
    assert_eq!(rows(&history), ["7"]);
    assert_eq!(history.asking, Asking::Nothing);
}

#[test]
fn without_an_answer_what_is_there_stays_there() {
    let mut history = listed(&[9, 8], true);
    for change in [Change::Wanted, Change::MoreWanted] {
        let question = history.update(change.clone()).unwrap();
        answer(&mut history, &question, Err(Unanswered::Offline));
        assert_eq!(history.asking, Asking::Unanswered(Unanswered::Offline));
        assert_eq!(rows(&history), ["9", "8"], "{change:?}");
        assert!(history.has_more, "{change:?}");
    }
    // The same page is asked for when the person tries again.
    let question = history.update(Change::MoreWanted).unwrap();
    assert_eq!(question.ask, Ask::page(Filter::default(), 2));
}

#[test]
fn a_request_just_made_is_on_top_at_once() {
    let mut history = listed(&[9, 8], false);
    assert_eq!(history.update(Change::Made(Box::new(made(10)))), None);
    assert_eq!(rows(&history), ["10", "9", "8"]);
    history.update(Change::Made(Box::new(made(10))));
    assert_eq!(rows(&history), ["10", "9", "8"], "once");
    let undated = Connection {
        created_at: None,
        ..made(11)
    };
    history.update(Change::Made(Box::new(undated)));
    assert_eq!(rows(&history), ["11", "10", "9", "8"]);
}

#[test]
fn a_request_made_while_the_list_was_asked_for_is_not_lost() {
    let (mut history, question) = opened();
    history.update(Change::Made(Box::new(made(10))));
    answer(&mut history, &question, page(&[9, 8], false));
    assert_eq!(rows(&history), ["10", "9", "8"]);
    // By the next answer the API knows of it.
    let question = history.update(Change::Wanted).unwrap();
    answer(&mut history, &question, page(&[9], false));
    assert_eq!(rows(&history), ["9"]);
}

#[test]
fn what_does_not_fit_the_filter_is_not_put_on_top() {
    for (filter, fits) in [
        (filter(Some("pending"), Some("sent")), true),
        (filter(Some("accepted"), None), false),
        (filter(None, Some("received")), false),
    ] {
        let mut history = listed(&[9], false);
        let question = history.update(Change::Filtered(filter)).unwrap();
        answer(&mut history, &question, page(&[], false));
        history.update(Change::Made(Box::new(made(10))));
        history.update(Change::Seen(vec![made(11)]));
        let expected: &[&str] = if fits { &["11", "10"] } else { &[] };
        assert_eq!(rows(&history), expected, "{filter:?}");
    }
}

#[test]
fn a_later_status_changes_the_row_where_it_is() {
    let mut history = listed(&[9, 8, 7], true);
    let accepted = Connection {
        status: Status::Accepted,
        updated_at: Some(Moment::new("2026-01-20T12:05:00Z".to_owned())),
        ..made(8)
    };
    // The newest by now: two new ones, one that was made in between, and one that is on the next page.
    let between = Connection {
        uuid: Some("uuid-8b".to_owned()),
        ..made(8)
    };
    history.update(Change::Seen(vec![
        made(11),
        made(10),
        accepted,
        between,
        made(1),
    ]));
    assert_eq!(rows(&history), ["11", "10", "9", "8", "8b", "7"]);
    assert_eq!(history.rows[3].status, Status::Accepted);
    // An answer that was overtaken.
    let earlier = Connection {
        updated_at: Some(Moment::new("2026-01-20T12:00:08Z".to_owned())),
        ..made(8)
    };
    history.update(Change::Seen(vec![earlier]));
    assert_eq!(history.rows[3].status, Status::Accepted);
}

#[test]
fn where_there_is_no_further_page_all_that_is_heard_of_is_listed() {
    let mut history = listed(&[9], false);
    history.update(Change::Seen(vec![made(9), made(1)]));
    assert_eq!(rows(&history), ["9", "1"]);
    let mut nothing = listed(&[], false);
    nothing.update(Change::Seen(vec![made(2), made(1)]));
    assert_eq!(rows(&nothing), ["2", "1"]);
}

#[test]
fn only_what_is_pending_by_the_clock_is_worth_asking_for() {
    let history = listed(&[9], false);
    assert!(history.has_pending(at("2026-01-20T12:00:30Z")));
    assert!(!history.has_pending(at("2027-01-20T12:00:30Z")));
    assert!(!History::of(None).has_pending(at("2026-01-20T12:00:30Z")));
}
