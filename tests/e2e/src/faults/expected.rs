//! What is expected of the widget under a fault.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::api::RECIPIENT;
use super::fault::Fault;
use crate::engine::Engine;

/// A fault and what comes of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// The fault in words.
    pub name: String,
    /// What the server does.
    pub fault: Arc<Fault>,
    /// What else is looked at.
    pub also: Vec<Also>,
    expected: Expected,
    posts: RangeInclusive<usize>,
    of_engines: Vec<OfEngine>,
}

#[derive(Debug, Clone)]
struct OfEngine {
    engine: Engine,
    expected: Expected,
    posts: RangeInclusive<usize>,
}

/// How the request ends for the person and for the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Sent.
    Sent(Details),
    /// Refused.
    Rejected {
        /// The reason in the event.
        reason: &'static str,
        /// The HTTP status.
        status: u16,
        /// What the alert says, besides that nothing was sent.
        says: String,
        /// What the API says of the field, in the alert and in the event.
        quotes: Option<String>,
    },
    /// In doubt. What a check then finds follows from what arrived.
    Unknown {
        /// The reason that the status region gives.
        because: String,
    },
}

/// What is known of a request that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Details {
    /// "Details are unavailable": the answer could not be read.
    Unavailable,
    /// The firm that it went to, and the badge.
    Shown {
        /// How the recipient is called.
        recipient: String,
        /// The badge's word.
        badge: &'static str,
        /// Whether there is a countdown.
        countdown: Countdown,
    },
}

/// Whether a countdown is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Countdown {
    /// It is, with its meter.
    Shown,
    /// It is not.
    Absent,
}

/// Something else to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Also {
    /// This path was never asked for.
    NeverAsked(&'static str),
    /// Not all of the filler could be pushed.
    NotAllPushed {
        /// How much there was, in bytes.
        of_bytes: u64,
    },
    /// No element of this kind came to be.
    NoElement(&'static str),
    /// These words are not shown.
    NeverSays(&'static str),
    /// The POST came over a connection that was used before, or that was not.
    Over(Connection),
    /// The wait after too many requests, in seconds, as the person first reads it.
    Wait(RangeInclusive<u32>),
    /// The answer is told within two seconds of the press.
    Quick,
}

/// What kind of connection carried a POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// No request came over it before.
    Fresh,
    /// Another request came over it before.
    Reused,
}

impl Expected {
    /// Sent, and shown as the list has it.
    #[must_use]
    pub fn shown() -> Self {
        Self::Sent(Details::Shown {
            recipient: RECIPIENT.to_owned(),
            badge: "Pending",
            countdown: Countdown::Shown,
        })
    }

    /// Sent, and nothing is known of it.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::Sent(Details::Unavailable)
    }

    /// Refused; the alert holds these words.
    #[must_use]
    pub fn rejected(reason: &'static str, status: u16, says: &str) -> Self {
        Self::Rejected {
            reason,
            status,
            says: says.to_owned(),
            quotes: None,
        }
    }

    /// Refused for too many requests.
    #[must_use]
    pub fn throttled() -> Self {
        Self::rejected(
            "too-many",
            429,
            "there were too many requests in a short time",
        )
    }

    /// The same refusal, with what the API says of the code.
    #[must_use]
    pub fn quoting(mut self, words: &str) -> Self {
        if let Self::Rejected { quotes, .. } = &mut self {
            *quotes = Some(words.to_owned());
        }
        self
    }

    /// In doubt after a status that says that something failed.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::because(&format!(
            "Plannr answered that something failed (status {status})."
        ))
    }

    /// In doubt after a redirect.
    #[must_use]
    pub fn moved() -> Self {
        Self::because("Plannr sent the request to another address, which we did not follow.")
    }

    /// In doubt since the connection broke, or the browser kept the answer to itself.
    #[must_use]
    pub fn lost() -> Self {
        Self::because("The connection was lost before Plannr answered.")
    }

    /// In doubt since no answer came in time.
    #[must_use]
    pub fn timed_out() -> Self {
        Self::because("Plannr did not answer within 20 seconds.")
    }

    fn because(words: &str) -> Self {
        Self::Unknown {
            because: words.to_owned(),
        }
    }
}

impl Row {
    /// A fault under which one POST arrives.
    #[must_use]
    pub fn new(name: impl Into<String>, fault: Fault, expected: Expected) -> Self {
        Self {
            name: name.into(),
            fault: Arc::new(fault),
            also: Vec::new(),
            expected,
            posts: 1..=1,
            of_engines: Vec::new(),
        }
    }

    /// The same with another number of POSTs received whole.
    #[must_use]
    pub fn posts(mut self, posts: RangeInclusive<usize>) -> Self {
        self.posts = posts;
        self
    }

    /// The same, and something else is looked at.
    #[must_use]
    pub fn also(mut self, also: Also) -> Self {
        self.also.push(also);
        self
    }

    /// The same under a fault that makes a browser send the POST a second time by itself, which it does on a connection
    /// that it has used before: Chromium and Firefox, for any method. WebKit opens a new connection for every POST.
    #[must_use]
    pub fn resent(self) -> Self {
        self.posts_in(Engine::Chromium, 2..=2)
            .posts_in(Engine::Firefox, 2..=2)
    }

    /// The same, but in one engine another number of POSTs is received.
    #[must_use]
    pub fn posts_in(self, engine: Engine, posts: RangeInclusive<usize>) -> Self {
        let expected = self.expected.clone();
        self.differs_in(engine, expected, posts)
    }

    /// The same, but in one engine it ends otherwise.
    #[must_use]
    pub fn differs_in(
        mut self,
        engine: Engine,
        expected: Expected,
        posts: RangeInclusive<usize>,
    ) -> Self {
        self.of_engines.push(OfEngine {
            engine,
            expected,
            posts,
        });
        self
    }

    /// How it ends in an engine, and how many POSTs arrive whole.
    #[must_use]
    pub fn expected(&self, engine: Engine) -> (&Expected, &RangeInclusive<usize>) {
        self.of_engines
            .iter()
            .find(|of| of.engine == engine)
            .map_or((&self.expected, &self.posts), |of| {
                (&of.expected, &of.posts)
            })
    }
}
