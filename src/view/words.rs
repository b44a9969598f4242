//! Every word that the widget says to a person, in British English.
//!
//! A message says what happened and what to do. "Nothing was sent" stands wherever we know it, since each
//! request emails a person.

use std::borrow::Cow;

use crate::domain::adviser_key::{KEY_LENGTH, KeyProblem};
use crate::domain::connection::{Connection, Direction, Firm, Status};
use crate::domain::countdown::{Amount, Milestone, TimeLeft, Unit};
use crate::domain::digits::digits;
use crate::domain::outcome::{Doubt, NotSent, Reason, Rejection, Unanswered};

/// The field's label.
pub const LABEL: &str = "Adviser's referral code";
/// What stands below the label.
pub const HINT: &str = "8 characters, as the other adviser gave it to you";
/// The button that makes the request.
pub const SEND: &str = "Send request";
/// The button that looks a request up.
pub const CHECK: &str = "Check";
/// The button that makes a request again.
pub const SEND_AGAIN: &str = "Send again";
/// The button that takes back the wish to send again.
pub const CANCEL: &str = "Cancel";
/// The button that leaves a result behind.
pub const NEW_REQUEST: &str = "New request";
/// Names the card that says how a request stands.
pub const CARD: &str = "Your request";
/// While a request is being made.
pub const SENDING: &str = "Sending your request…";
/// While a list is being asked for.
pub const CHECKING: &str = "Checking whether it arrived…";
/// Names the request's two firms.
pub const FROM: &str = "From";
/// Names the request's two firms.
pub const TO: &str = "To";
/// Stands before the time left.
pub const TIME_LEFT: &str = "Time left to answer";
/// Stands before the date on which a request lapses.
pub const EXPIRES_ON: &str = "Expires";
/// Names the meter.
pub const METER: &str = "Time left of the whole period";
/// In place of a name that the API did not give.
pub const UNNAMED_FIRM: &str = "Unnamed firm";
/// A request that was confirmed by an answer that could not be read.
pub const SENT_WITHOUT_DETAILS: &str = "Request sent. Plannr confirmed it, but its details are \
    unavailable here. You will find them in Plannr.";
/// Said once the browser will not keep the record of a request under way.
pub const NOT_KEPT: &str = "This browser does not let us keep a note of the request. If you close this page \
    before an answer arrives, check in Plannr before you send again.";
/// Asks before the same code is sent again.
pub const CONFIRM_QUESTION: &str = "Send a second request?";
/// Says what a second request would do.
pub const CONFIRM_CONSEQUENCE: &str =
    "If the first one arrived, the adviser gets two emails from you.";
/// Stands above the requests of which one may be the one in doubt.
pub const WHICH_ONE: &str = "These requests were made since then. Press the one that is yours.";
/// Stands above requests that are the one in doubt only if the clock is wrong.
pub const WHICH_ONE_IF_CLOCK_IS_WRONG: &str = "Plannr has no request dated after yours, but it has these from \
    shortly before. If the clock of this device is wrong, one of them may be yours: then press it. If none is \
    yours, it did not arrive, and you can send it again.";
/// Where the browser holds a record that cannot be read.
pub const UNREADABLE_RECORD: &str = "This browser holds a note of an earlier request that cannot be read. Look \
    in Plannr before you send to the same adviser again.";
/// Where a list does not hold a request that may still be on its way.
pub const NOT_YET: &str =
    "Plannr has no new request yet, but it may still be on its way. Check again in half a minute.";

/// The visible name of a firm.
#[must_use]
pub fn firm(firm: &Firm) -> &str {
    firm.name.as_deref().unwrap_or(UNNAMED_FIRM)
}

/// The sentence around the name of the other firm: what stands before it and after it.
#[must_use]
pub fn sentence(connection: &Connection) -> (&'static str, &Firm, &'static str) {
    match connection.direction {
        Direction::Received => ("", &connection.sender_firm, " asked to connect"),
        Direction::Sent | Direction::Other(_) => {
            ("Request sent to ", &connection.recipient_firm, "")
        }
    }
}

/// The word on the badge.
#[must_use]
pub fn status(status: &Status) -> Cow<'static, str> {
    match status {
        Status::Pending => "Pending".into(),
        Status::Accepted => "Accepted".into(),
        Status::Denied => "Denied".into(),
        Status::Expired => "Expired".into(),
        Status::Other(word) if word.is_empty() => "Unknown status".into(),
        Status::Other(word) => sentence_case(word).into(),
    }
}

/// `under_review` as a person would write it.
fn sentence_case(word: &str) -> String {
    let mut spaced = word.replace('_', " ");
    // Of other letters than English ones a browser would have to be asked, or a table be downloaded.
    if let Some(first) = spaced.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    spaced
}

/// A length of time. Units are written out: a screen reader takes "1m" for a metre.
#[must_use]
pub fn time_left(left: TimeLeft) -> String {
    match left.second {
        Some(second) => [&amount(left.first), " ", &amount(second)].concat(),
        None => amount(left.first),
    }
}

fn amount(amount: Amount) -> String {
    let unit = match amount.unit {
        Unit::Day => "day",
        Unit::Hour => "hour",
        Unit::Minute => "minute",
        Unit::Second => "second",
    };
    let plural = if amount.count == 1 { "" } else { "s" };
    [&digits(amount.count.cast_signed()), " ", unit, plural].concat()
}

/// What is announced when a countdown passes a milestone.
#[must_use]
pub fn milestone(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::Day => "Less than 1 day left to answer.",
        Milestone::Hour => "Less than 1 hour left to answer.",
        Milestone::FiveMinutes => "Less than 5 minutes left to answer.",
        Milestone::Expired => "The request has expired.",
    }
}

/// Why nothing was sent, and what to do.
#[must_use]
pub fn not_sent(why: NotSent) -> Cow<'static, str> {
    let words = match why {
        NotSent::Key(problem) => return key_problem(problem),
        NotSent::NoAccount => {
            "Nothing was sent: no account is chosen. Choose the account that you send for, then send again."
        }
        NotSent::BadEndpoint => {
            "Nothing was sent: Plannr's address is not set up correctly. Correct it in the settings, or tell \
             whoever runs this page."
        }
        NotSent::NoToken => {
            "Nothing was sent: you are not signed in to Plannr here. Sign in, or enter an access token, then \
             send again."
        }
        NotSent::UnusableToken => {
            "Nothing was sent: the access token has a space, a line break or a special character in it. Copy \
             it again, then send again."
        }
        NotSent::TokenFailed => {
            "Nothing was sent: signing in to Plannr did not work. Reload the page, sign in, then send again."
        }
        NotSent::Offline => {
            "Nothing was sent: this device is offline. Connect it to the internet, then send again."
        }
        NotSent::CalledOff => "Nothing was sent: the page that you are on called it off.",
        NotSent::Refused => {
            "Nothing was sent: the browser would not make the request. Reload the page, then send again."
        }
        NotSent::MadeElsewhere => {
            "Nothing was sent from here: a request with this code is being made, or was made a moment ago, \
             perhaps in another tab or window. Look there before you send again."
        }
    };
    words.into()
}

/// What is wrong with a code, and how to mend it.
#[must_use]
pub fn key_problem(problem: KeyProblem) -> Cow<'static, str> {
    match problem {
        KeyProblem::Empty => around(
            "Enter the other adviser's referral code. It has ",
            KEY_LENGTH,
            " characters.",
        ),
        KeyProblem::TooShort { found: 1 } => around(
            "This code has 1 character, and a referral code has ",
            KEY_LENGTH,
            ". Add what is missing.",
        ),
        KeyProblem::TooShort { found } => {
            around("This code has ", found, &of_code(". Add what is missing."))
        }
        KeyProblem::TooLong { found } => around(
            "This code has ",
            found,
            &of_code(". Remove what does not belong to it."),
        ),
        KeyProblem::Character(strange) => {
            let mut words =
                String::from("A referral code has only plain letters, digits and signs. Replace “");
            words.push(strange);
            words.push_str("” in it.");
            words.into()
        }
    }
}

fn of_code(next: &str) -> Cow<'static, str> {
    around(" characters, and a referral code has ", KEY_LENGTH, next)
}

/// A number between words. Not by `format!`, whose machinery nothing else here needs.
fn around(before: &str, number: usize, after: &str) -> Cow<'static, str> {
    [
        before,
        &digits(i64::try_from(number).unwrap_or(i64::MAX)),
        after,
    ]
    .concat()
    .into()
}

/// What the API refused, and what to do. What the API says itself stands below it.
#[must_use]
pub fn rejection(rejection: &Rejection) -> Cow<'static, str> {
    let words = match rejection.reason {
        Reason::Unauthenticated => {
            "Nothing was sent: Plannr did not accept your sign-in. Sign in again, or enter another access \
             token, then send again."
        }
        Reason::Forbidden => {
            "Nothing was sent: this account may not send referral requests. Choose another account, or ask \
             your firm's administrator."
        }
        Reason::WrongAddress => {
            return around(
                "Nothing was sent: there is no place for referral requests at Plannr's address (status ",
                rejection.status.into(),
                "). Correct it in the settings, or tell whoever runs this page.",
            );
        }
        Reason::Conflict => {
            "Nothing was sent: your firms are connected already, or a request is waiting for an answer. Look \
             in Plannr."
        }
        Reason::KeyRefused => {
            "Nothing was sent: Plannr does not accept this code. Check it with the other adviser."
        }
        Reason::TooMany => {
            "Nothing was sent: there were too many requests in a short time. Wait, then send again."
        }
        Reason::Other => {
            return around(
                "Nothing was sent: Plannr refused the request (status ",
                rejection.status.into(),
                "). Try again later, or tell whoever runs this page.",
            );
        }
    };
    words.into()
}

/// How long to wait after too many requests.
#[must_use]
pub fn wait(left: TimeLeft) -> String {
    ["You can send again in ", &time_left(left), "."].concat()
}

/// The wait after too many requests is over.
pub const WAIT_OVER: &str = "You can send again now.";

/// That a request may have been sent.
#[must_use]
pub fn maybe_sent(key: &str) -> String {
    ["Your request with the code ", key, " may have been sent."].concat()
}

/// Why that is not known.
#[must_use]
pub fn doubt(doubt: Doubt) -> Cow<'static, str> {
    let words = match doubt {
        Doubt::ConnectionLost => "The connection was lost before Plannr answered.",
        Doubt::TimedOut => "Plannr did not answer within 20 seconds.",
        Doubt::Status(0) => "Plannr sent the request to another address, which we did not follow.",
        Doubt::Status(status) => {
            return around(
                "Plannr answered that something failed (status ",
                status.into(),
                ").",
            );
        }
        Doubt::Earlier => "It was made earlier, and no answer settled it.",
    };
    words.into()
}

/// What to do while it is not known.
pub const CHECK_FIRST: &str = "Check before you send it again: every request emails the adviser.";

/// That a press of send did nothing, since the code may have been sent.
pub const LOCKED: &str = "Not sent a second time. Check first whether the first request arrived.";

/// Stands before what the API says of the code.
pub const PLANNR_SAYS: &str = "Plannr says:";

/// Why a check brought no answer.
#[must_use]
pub fn unanswered(why: Unanswered) -> Cow<'static, str> {
    let words = match why {
        Unanswered::Unauthenticated => {
            "We could not check: you are not signed in to Plannr here. Sign in, or enter an access token, then \
             check again."
        }
        Unanswered::Forbidden => {
            "We could not check: this account may not see requests. Look in Plannr itself."
        }
        Unanswered::Offline => {
            "We could not check: this device is offline. Connect it to the internet, then check again."
        }
        Unanswered::BadEndpoint => {
            "We could not check: Plannr's address is not set up correctly. Correct it in the settings, or tell \
             whoever runs this page."
        }
        Unanswered::OtherEndpoint => {
            "We could not check: the request went to another address than the one in the settings. Change the \
             address back, then check again."
        }
        Unanswered::NotOffered => {
            "We could not check: Plannr's list of requests is not available here. \
             Look in Plannr itself."
        }
        Unanswered::TooMany { retry_after_s } => {
            let seconds = usize::try_from(retry_after_s).unwrap_or(usize::MAX);
            return around(
                "We could not check: there were too many requests in a short time. Check again in ",
                seconds,
                " seconds.",
            );
        }
        Unanswered::Failed => {
            "We could not check: Plannr's list of requests did not arrive. Check again."
        }
    };
    words.into()
}

/// That a check found no request. The list names no codes, so it says no more than that none is new.
#[must_use]
pub fn not_arrived(key: &str, is_locked: bool) -> String {
    let next = if is_locked {
        "An earlier request with this code is still in doubt."
    } else {
        "You can send it again."
    };
    [
        "It did not arrive: Plannr has no new request since you sent the code ",
        key,
        ". ",
        next,
    ]
    .concat()
}

/// What is said when the widget has stopped for good.
pub mod after_a_trap {
    /// All of it, a line each, in the order in which `src/after_a_trap.js` takes them.
    #[must_use]
    pub fn lines() -> String {
        [
            "This part of the page stopped working.",
            // A code takes the place of the braces.
            &super::maybe_sent("{}"),
            "After reloading we check whether it arrived. Do not send it again before that.",
            "No request was under way.",
            "A request may have been sent. Check in Plannr before you send again.",
            "You had typed:",
            "Reload",
        ]
        .join("\n")
    }
}

/// The words of the standalone page.
pub mod page {
    use crate::api::endpoint::EndpointProblem;
    use crate::domain::account::Account;
    use crate::domain::outcome::Unanswered;

    /// The page's heading.
    pub const TITLE: &str = "Referral Connect";
    /// What the page is for.
    pub const PURPOSE: &str = "Connect your firm with another adviser's firm, so that you can refer clients \
        to each other. Plannr emails the other adviser, who accepts or declines.";
    /// The settings' heading.
    pub const SETTINGS: &str = "Settings";
    /// The field of the API's address.
    pub const ENDPOINT: &str = "API address";
    /// Below it.
    pub const ENDPOINT_HINT: &str = "Where Plannr's API is: an https address.";
    /// The field of the token.
    pub const TOKEN: &str = "Access token";
    /// Below it.
    pub const TOKEN_HINT: &str =
        "Sent to the API address alone, and forgotten when you close this page.";
    /// The list of accounts.
    pub const ACCOUNT: &str = "Account";
    /// In place of the accounts, before there are any.
    pub const NO_ACCOUNTS: &str = "None to choose from yet";
    /// The first line of the accounts, while none is chosen.
    pub const CHOOSE: &str = "Choose an account";
    /// The field of the account's UUID.
    pub const ACCOUNT_UUID: &str = "Account UUID";
    /// Below it.
    pub const ACCOUNT_UUID_HINT: &str =
        "Filled in when you choose an account, or paste it. This browser remembers it.";
    /// Said where the browser will not remember it.
    pub const ACCOUNT_NOT_KEPT: &str =
        "This browser does not let us remember the account: choose it again on your next visit.";
    /// While accounts are being asked for.
    pub const LOADING_ACCOUNTS: &str = "Loading your accounts…";

    /// Stands before the account that requests are sent for.
    pub const SENDING_AS: &str = "You send as";

    /// What is wrong with an address, and how to mend it.
    #[must_use]
    pub fn endpoint_problem(problem: EndpointProblem) -> &'static str {
        match problem {
            EndpointProblem::Shape => {
                "This is not an address. Enter one such as https://api.plannrcrm.com."
            }
            EndpointProblem::NotEncrypted => {
                "This address is not encrypted, so the token could be read on its way. Use one that starts \
                 with https://."
            }
            EndpointProblem::Extras => {
                "An API address has no user name, question mark or hash sign. Remove what does not belong to \
                 it."
            }
        }
    }

    /// What is wrong with a UUID, and how to mend it.
    pub const NO_UUID: &str = "This is not a UUID. It has 32 digits and letters from a to f, in groups of 8, 4, \
        4, 4 and 12.";

    /// Why there are no accounts to choose from.
    #[must_use]
    pub fn no_accounts(why: Unanswered) -> &'static str {
        match why {
            Unanswered::Unauthenticated | Unanswered::Forbidden => {
                "Plannr did not accept the access token. Enter another one."
            }
            Unanswered::Offline => "This device is offline. Connect it to the internet.",
            Unanswered::BadEndpoint | Unanswered::OtherEndpoint => {
                "The API address cannot be asked. Correct it."
            }
            Unanswered::NotOffered => {
                "There is no list of accounts at this API address. Correct the address, or paste the \
                 account's UUID."
            }
            Unanswered::TooMany { .. } => {
                "There were too many requests in a short time. Wait a minute, then reload the page."
            }
            Unanswered::Failed => {
                "The accounts could not be loaded. Check the API address and your connection, or paste the \
                 account's UUID."
            }
        }
    }

    /// The reply named no account at all.
    pub const EMPTY_ACCOUNTS: &str =
        "This access token has no account in Plannr. Enter another one.";

    /// An account as a line of the list.
    #[must_use]
    pub fn account(account: &Account) -> String {
        let name = account
            .name
            .clone()
            .unwrap_or_else(|| account.uuid.to_string());
        let details: Vec<&str> = [&account.role, &account.firm]
            .into_iter()
            .filter_map(|detail| detail.as_deref())
            .collect();
        if details.is_empty() {
            name
        } else {
            format!("{name} ({})", details.join(", "))
        }
    }
}
