//! What the widget says to a person: which message of a catalogue, and what goes into it.
//!
//! The catalogues are the files of `words/`, one for each language. A message says what happened and what to do.
//! "Nothing was sent" stands wherever we know it, since each request emails a person.

mod message_id;

use std::rc::Rc;

use js_sys::Array;

pub use self::message_id::MessageId;
use crate::browser::intl::{PLURALS, amount, full_date, is_tag, plural};
use crate::domain::adviser_key::KeyProblem;
use crate::domain::connection::{Connection, Direction, Firm, Status};
use crate::domain::countdown::{Amount, Milestone, TimeLeft, Unit};
use crate::domain::cut::cut;
use crate::domain::digits::digits;
use crate::domain::outcome::{Doubt, NotSent, Reason, Rejection, Unanswered};
use crate::domain::timestamp::Timestamp;
use crate::json::Value;

/// The messages of a language, and its ways to write numbers and dates.
#[derive(Clone)]
pub struct Words {
    /// In the order of [`MessageId`]. It stays the browser's: of a hundred messages a widget says ten.
    texts: Array,
    /// Of numbers and dates.
    locale: String,
}

/// Why there are no words in a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogueProblem {
    /// It is not an object in JSON.
    Shape,
    /// A message is missing, of this name.
    Missing(&'static str),
    /// The tag is not that of a language (BCP 47).
    Tag,
}

impl Words {
    /// British English.
    #[must_use]
    pub fn english() -> Rc<Self> {
        let words = Self::read(include_str!("../../../words/en.json"), "en-GB");
        // A test holds that the catalogue is complete.
        Rc::new(words.unwrap_or_else(|_| Self::given(Array::new(), String::new())))
    }

    /// The words of a catalogue: an object in JSON with a text for each of [`MessageId::NAMES`]. Of the forms of a plural
    /// only `other` has to be there. Numbers and dates are written as in `locale`, a BCP 47 tag.
    ///
    /// # Errors
    /// What is wrong with the catalogue.
    pub fn read(catalogue: &str, locale: &str) -> Result<Self, CatalogueProblem> {
        let catalogue = Value::parse(catalogue.as_bytes())
            .filter(Value::is_object)
            .ok_or(CatalogueProblem::Shape)?;
        let text = |name: &str| catalogue.get(name).and_then(|text| text.text());
        let texts = Array::new();
        for name in MessageId::NAMES {
            // A form that the language does not have keeps its place.
            let is_form = |stem: &str| text(&[stem, ".other"].concat()).is_some();
            let text = text(name).or_else(|| {
                let (stem, form) = name.rsplit_once('.')?;
                (PLURALS.contains(&form) && is_form(stem)).then(String::new)
            });
            texts.push(&text.ok_or(CatalogueProblem::Missing(name))?.into());
        }
        if !is_tag(locale) {
            return Err(CatalogueProblem::Tag);
        }
        Ok(Self::given(texts, locale.to_owned()))
    }

    /// These texts, in the order of [`MessageId`], and `locale`, a BCP 47 tag.
    #[must_use]
    pub fn given(texts: Array, locale: String) -> Self {
        Self { texts, locale }
    }

    /// All messages, in the order of [`MessageId`].
    #[must_use]
    pub fn texts(&self) -> &Array {
        &self.texts
    }

    /// The tag of the language (BCP 47).
    #[must_use]
    pub fn locale(&self) -> &str {
        &self.locale
    }

    /// A message.
    #[must_use]
    pub fn get(&self, message: MessageId) -> String {
        self.at(message as usize)
    }

    fn at(&self, place: usize) -> String {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.texts.get(place).as_string().unwrap_or_default()
    }

    /// A message with a value in the place of what it has in braces.
    fn with(&self, message: MessageId, value: &str) -> String {
        filled(self.get(message), value)
    }

    /// A message with a number, in the form that goes with it. `zero` is the first of the forms, which stand in a row.
    fn counted(&self, zero: MessageId, count: usize) -> String {
        let zero = zero as usize;
        let mut form = self.at(zero + plural(&self.locale, count));
        if form.is_empty() {
            form = self.at(zero + PLURALS.len() - 1);
        }
        filled(form, &digits(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// The visible name of a firm.
    #[must_use]
    pub fn firm(&self, firm: &Firm) -> String {
        match &firm.name {
            Some(name) => name.clone(),
            None => self.get(MessageId::UnnamedFirm),
        }
    }

    /// The sentence around the name of the other firm: what stands before it and after it.
    #[must_use]
    pub fn sentence<'a>(&self, connection: &'a Connection) -> (String, &'a Firm, String) {
        let (message, other) = match connection.direction {
            Direction::Received => (MessageId::AskedToConnect, &connection.sender_firm),
            Direction::Sent | Direction::Other(_) => {
                (MessageId::RequestSentTo, &connection.recipient_firm)
            }
        };
        let text = self.get(message);
        let (before, after) = around(&text).unwrap_or((&text, ""));
        (before.to_owned(), other, after.to_owned())
    }

    /// The word on the badge.
    #[must_use]
    pub fn status(&self, status: &Status) -> String {
        let message = match status {
            Status::Pending => MessageId::StatusPending,
            Status::Accepted => MessageId::StatusAccepted,
            Status::Denied => MessageId::StatusDenied,
            Status::Expired => MessageId::StatusExpired,
            Status::Other(word) if word.is_empty() => MessageId::StatusUnknown,
            Status::Other(word) => return sentence_case(word),
        };
        self.get(message)
    }

    /// A length of time.
    #[must_use]
    pub fn time_left(&self, left: TimeLeft) -> String {
        let first = amount(&self.locale, left.first);
        match left.second {
            Some(second) => [&first, " ", &amount(&self.locale, second)].concat(),
            None => first,
        }
    }

    /// A date and time in full.
    #[must_use]
    pub fn full_date(&self, at: Timestamp) -> String {
        full_date(&self.locale, at)
    }

    /// What is announced when a countdown passes a milestone.
    #[must_use]
    pub fn milestone(&self, milestone: Milestone) -> String {
        self.get(match milestone {
            Milestone::Day => MessageId::LeftDay,
            Milestone::Hour => MessageId::LeftHour,
            Milestone::FiveMinutes => MessageId::LeftFiveMinutes,
            Milestone::Expired => MessageId::LeftNone,
        })
    }

    /// Why nothing was sent, and what to do.
    #[must_use]
    pub fn not_sent(&self, why: NotSent) -> String {
        let message = match why {
            NotSent::Key(problem) => return self.key_problem(problem),
            NotSent::NoAccount => MessageId::NotSentNoAccount,
            NotSent::BadEndpoint => MessageId::NotSentBadEndpoint,
            NotSent::NoToken => MessageId::NotSentNoToken,
            NotSent::UnusableToken => MessageId::NotSentUnusableToken,
            NotSent::TokenFailed => MessageId::NotSentTokenFailed,
            NotSent::Offline => MessageId::NotSentOffline,
            NotSent::CalledOff => MessageId::NotSentCalledOff,
            NotSent::Refused => MessageId::NotSentRefused,
            NotSent::OutOfReach => MessageId::NotSentOutOfReach,
            NotSent::MadeElsewhere => MessageId::NotSentMadeElsewhere,
        };
        self.get(message)
    }

    /// What is wrong with a code, and how to mend it.
    fn key_problem(&self, problem: KeyProblem) -> String {
        match problem {
            KeyProblem::Empty => self.get(MessageId::CodeMissing),
            KeyProblem::TooShort { found } => self.counted(MessageId::CodeTooShortZero, found),
            KeyProblem::TooLong { found } => self.counted(MessageId::CodeTooLongZero, found),
            KeyProblem::Character(strange) => {
                self.with(MessageId::CodeStrange, strange.encode_utf8(&mut [0; 4]))
            }
        }
    }

    /// What the API refused, and what to do. What the API says itself stands below it.
    #[must_use]
    pub fn rejection(&self, rejection: &Rejection) -> String {
        let message = match rejection.reason {
            Reason::Unauthenticated => MessageId::RejectedUnauthenticated,
            Reason::Forbidden => MessageId::RejectedForbidden,
            Reason::WrongAddress => MessageId::RejectedWrongAddress,
            Reason::Conflict => MessageId::RejectedConflict,
            Reason::Repeats => MessageId::RejectedRepeats,
            Reason::KeyRefused => MessageId::RejectedCode,
            Reason::TooMany => MessageId::RejectedTooMany,
            Reason::Other => MessageId::RejectedOtherwise,
        };
        self.with(message, &digits(rejection.status.into()))
    }

    /// How long to wait after too many requests.
    #[must_use]
    pub fn wait(&self, left: TimeLeft) -> String {
        self.with(MessageId::Wait, &self.time_left(left))
    }

    /// That a request may have been sent.
    #[must_use]
    pub fn maybe_sent(&self, key: &str) -> String {
        self.with(MessageId::MaybeSent, key)
    }

    /// Why that is not known.
    #[must_use]
    pub fn doubt(&self, doubt: Doubt) -> String {
        let (message, status) = match doubt {
            Doubt::ConnectionLost => (MessageId::DoubtConnectionLost, 0),
            Doubt::TimedOut => (MessageId::DoubtTimedOut, 0),
            Doubt::Status(0) => (MessageId::DoubtRedirected, 0),
            Doubt::Status(status) => (MessageId::DoubtStatus, status),
            Doubt::Earlier => (MessageId::DoubtEarlier, 0),
        };
        self.with(message, &digits(status.into()))
    }

    /// Why a check brought no answer.
    #[must_use]
    pub fn unanswered(&self, why: Unanswered) -> String {
        let message = match why {
            Unanswered::Unauthenticated => MessageId::UnansweredUnauthenticated,
            Unanswered::Forbidden => MessageId::UnansweredForbidden,
            Unanswered::Offline => MessageId::UnansweredOffline,
            Unanswered::BadEndpoint => MessageId::UnansweredBadEndpoint,
            Unanswered::OtherEndpoint => MessageId::UnansweredOtherEndpoint,
            Unanswered::NotOffered => MessageId::UnansweredNotOffered,
            Unanswered::TooMany { retry_after_s } => {
                return self.later(MessageId::UnansweredTooMany, retry_after_s);
            }
            Unanswered::Failed => MessageId::UnansweredFailed,
        };
        self.get(message)
    }

    /// Why there is no list of recent requests, or no more of it.
    #[must_use]
    pub fn no_list(&self, why: Unanswered) -> String {
        let message = match why {
            Unanswered::Unauthenticated => MessageId::NoListUnauthenticated,
            Unanswered::Forbidden => MessageId::NoListForbidden,
            Unanswered::Offline => MessageId::NoListOffline,
            Unanswered::BadEndpoint | Unanswered::OtherEndpoint => MessageId::NoListBadEndpoint,
            Unanswered::NotOffered => MessageId::NoListNotOffered,
            Unanswered::TooMany { retry_after_s } => {
                return self.later(MessageId::NoListTooMany, retry_after_s);
            }
            Unanswered::Failed => MessageId::NoListFailed,
        };
        self.get(message)
    }

    /// How many requests are listed.
    #[must_use]
    pub fn shown(&self, count: usize) -> String {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.with(MessageId::HistoryShown, &digits(count))
    }

    fn later(&self, message: MessageId, wait_s: u32) -> String {
        let seconds = Amount {
            count: wait_s.into(),
            unit: Unit::Second,
        };
        self.with(message, &amount(&self.locale, seconds))
    }

    /// That a check found no request.
    #[must_use]
    pub fn not_arrived(&self, key: &str, is_locked: bool) -> String {
        let message = match is_locked {
            true => MessageId::NotArrivedStillLocked,
            false => MessageId::NotArrived,
        };
        self.with(message, key)
    }
}

/// A text with a value in the place of what it has in braces, if it has any.
fn filled(text: String, value: &str) -> String {
    match around(&text) {
        Some((before, after)) => [before, value, after].concat(),
        None => text,
    }
}

/// What stands before and after the braces of a text.
fn around(text: &str) -> Option<(&str, &str)> {
    let (before, rest) = cut(text, b'{')?;
    let (_name, after) = cut(rest, b'}')?;
    Some((before, after))
}

/// `under_review` as a person would write it.
fn sentence_case(word: &str) -> String {
    let in_words = |letter| match letter {
        '_' => ' ',
        other => other,
    };
    let mut spaced: String = word.chars().map(in_words).collect();
    // Of other letters than English ones a browser would have to be asked, or a table be downloaded.
    if let Some(first) = spaced.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    spaced
}
