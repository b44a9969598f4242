//! What a server does with a request to create a connection.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// One way to answer `POST /api/v1/referral-connections`.
pub struct Fault {
    /// What becomes of the connections that the page was loaded over.
    pub gets: Gets,
    /// What the browser is told when it asks whether another origin's page may post.
    pub preflight: Preflight,
    /// How much of the request is read before the answer begins.
    pub reads: Reads,
    /// Whether a request that was read as a whole is in the list afterwards.
    pub taken: Taken,
    answer: Box<Answer>,
}

type Answer = dyn Fn(&Value) -> Vec<Step> + Send + Sync;

/// Whether the connections of the page's GETs can be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gets {
    /// They stay open, so that the POST goes over one of them.
    KeepAlive,
    /// Each is closed after its answer, so that the POST opens a new one.
    Close,
}

/// The answer to the preflight of a POST from another origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preflight {
    /// It may post.
    Allowed,
    /// 403, without a word of permission.
    Refused,
    /// The connection is reset in place of an answer.
    Reset,
}

/// How much of the request is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// No byte; the server only sees that one is there.
    Nothing,
    /// The headers.
    Head,
    /// The headers and half of the body.
    HalfTheBody,
    /// All of it.
    Whole,
}

/// Whether the API took the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The connection is in the list.
    Yes,
    /// There is no connection.
    No,
}

/// Something that the server does on the socket. After the last step the connection is kept for a next request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Writes the bytes.
    Send(Vec<u8>),
    /// Writes the bytes one at a time.
    Drip {
        /// What to write.
        bytes: Vec<u8>,
        /// How long to wait after each.
        every: Duration,
    },
    /// Writes filler until all is written or the browser stops taking it; what was pushed is counted.
    Flood {
        /// How much, in bytes.
        bytes: u64,
    },
    /// Waits.
    Pause(Duration),
    /// Holds the connection without a word until the browser gives it up.
    Hold,
    /// Closes with FIN.
    Close,
    /// Closes with RST.
    Reset,
}

impl Fault {
    /// Reads the whole request, takes it, and answers by these steps. They are given the connection that was made, as
    /// the list has it.
    #[must_use]
    pub fn new(answer: impl Fn(&Value) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self {
            gets: Gets::KeepAlive,
            preflight: Preflight::Allowed,
            reads: Reads::Whole,
            taken: Taken::Yes,
            answer: Box::new(answer),
        }
    }

    /// The same, on a connection that was not used before.
    #[must_use]
    pub fn fresh(mut self) -> Self {
        self.gets = Gets::Close;
        self
    }

    /// The same, but no connection is made.
    #[must_use]
    pub fn not_taken(mut self) -> Self {
        self.taken = Taken::No;
        self
    }

    /// The same, with less of the request read.
    #[must_use]
    pub fn reading(mut self, reads: Reads) -> Self {
        self.reads = reads;
        self
    }

    /// The same, with another answer to the preflight.
    #[must_use]
    pub fn preflight(mut self, preflight: Preflight) -> Self {
        self.preflight = preflight;
        self
    }

    pub(super) fn steps(&self, connection: &Value) -> Vec<Step> {
        (self.answer)(connection)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fault")
            .field("gets", &self.gets)
            .field("preflight", &self.preflight)
            .field("reads", &self.reads)
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}
