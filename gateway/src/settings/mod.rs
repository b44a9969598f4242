//! Everything that an operator can set, each by the configuration file and by the environment.

mod problem;
mod source;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

pub use self::problem::Problem;
use self::source::Source;
use crate::{budget, clock::Clock, seal::Keys};

/// How the gateway runs. It has no `Debug`: some of it is secret.
#[derive(Clone)]
pub struct Settings {
    /// Where people's requests are taken.
    pub listen: SocketAddr,
    /// Where metrics are given out; `None` gives none.
    pub metrics_listen: Option<SocketAddr>,
    /// The one origin that browsers know the gateway under, such as `https://portal.example`.
    pub public_origin: String,
    /// The path that the gateway's own paths are below, such as `/referrals`, or nothing.
    pub base_path: String,
    /// A folder with the built page, element and frame to serve; `None` serves none.
    pub pages: Option<PathBuf>,
    /// The origins that may show what is served from `pages` in a frame.
    pub frame_ancestors: Vec<String>,
    /// Where the API is, such as `https://api.plannrcrm.com`.
    pub api: Url,
    /// Where people sign in.
    pub authorize_url: Url,
    /// Where codes and refresh tokens are exchanged for tokens.
    pub token_url: Url,
    /// What the gateway is called there.
    pub client_id: String,
    /// What proves that it is the gateway; public clients have none.
    pub client_secret: Option<String>,
    /// What is asked for there.
    pub scopes: Vec<String>,
    /// The path on the public origin that people come to once they are signed in.
    pub after_sign_in: String,
    /// `sqlite:` with a file, or `postgres:` with a server.
    pub database_url: String,
    /// What keeps tokens and answers unreadable in the database; the first one encrypts.
    pub encryption_keys: Keys,
    /// What a partner's backend signs frame tickets with; `None` takes no tickets.
    pub ticket_secret: Option<Vec<u8>>,
    /// How long a person stays signed in.
    pub session_lasts: Duration,
    /// How long the sign-in of a frame's user lasts, over all the sessions that tickets are exchanged for.
    pub frame_sign_in_lasts: Duration,
    /// How many requests one sign-in may send in an hour, and how many one account.
    pub sends_per_hour: u32,
    /// How many questions a sign-in may ask the API in a minute, through one gateway.
    pub questions_per_minute: u32,
    /// How long the same account and code need a confirmation.
    pub repeat_guard: Duration,
    /// How long what became of a request is kept. Never shorter than `repeat_guard`.
    pub retention: Duration,
    /// The longest wait for a connection to the API.
    pub connect_limit: Duration,
    /// The longest wait for an answer of the API, connecting included.
    pub answer_limit: Duration,
    /// How long after its start a request that the API's list does not show counts as not arrived: at least twice
    /// `answer_limit`.
    pub settle_after: Duration,
    /// How long requests that are under way may take to finish when the gateway is told to stop: longer than
    /// [`Settings::longest_request`].
    pub stop_limit: Duration,
    /// How many connections are held open at once; more wait to be taken.
    pub connections: u32,
    /// Variables of the environment that look like settings and are none.
    pub unknown_variables: Vec<String>,
    /// What time it is. By default the machine's clock.
    pub clock: Clock,
}

/// What every variable of the environment that is a setting starts with.
pub const PREFIX: &str = "GATEWAY_";

/// The longest a number of days may be that something is kept, in hours: ten years.
const LONGEST_HOURS: u64 = 10 * 365 * 24;

/// How much longer than the longest request the gateway takes to stop at most, unless it is told.
const STOP_SLACK: Duration = Duration::from_secs(5);

impl Settings {
    /// Reads the text of a configuration file and the variables of the environment, which win.
    ///
    /// # Errors
    /// The first [`Problem`]: a setting that is missing, unknown, or cannot be followed.
    pub fn read(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problem> {
        let environment: BTreeMap<String, String> = environment.into_iter().collect();
        let mut from = Source::new(file, environment)?;
        let seconds = Duration::from_secs;
        let hours = |count: u64| Duration::from_secs(count * 3600);
        let mut settings = Self {
            listen: from.address("listen", "127.0.0.1:8788")?,
            metrics_listen: from.address_or_off("metrics_listen", "127.0.0.1:9464")?,
            public_origin: from.origin("public_origin")?,
            base_path: from.base_path("base_path")?,
            pages: from.optional("pages")?.map(PathBuf::from),
            frame_ancestors: from.origins("frame_ancestors")?,
            api: from.secure_url("api_url", "https://api.plannrcrm.com")?,
            // Laravel Passport's paths, which the API is visibly built with.
            authorize_url: from
                .secure_url("authorize_url", "https://api.plannrcrm.com/oauth/authorize")?,
            token_url: from.secure_url("token_url", "https://api.plannrcrm.com/oauth/token")?,
            client_id: from.required(
                "client_id",
                "the client id that Plannr gave to your integration",
            )?,
            client_secret: from.optional("client_secret")?,
            scopes: from.words("scopes")?,
            after_sign_in: from.path("after_sign_in", "/")?,
            database_url: from.database("database_url", "sqlite:gateway.sqlite3")?,
            encryption_keys: from.keys("encryption_keys")?,
            ticket_secret: from.secret("ticket_secret")?,
            session_lasts: from.duration(
                "session_lasts",
                hours(8),
                seconds(60)..=hours(24 * 30),
            )?,
            frame_sign_in_lasts: from.duration(
                "frame_sign_in_lasts",
                hours(24 * 30),
                seconds(60)..=hours(LONGEST_HOURS),
            )?,
            sends_per_hour: from.number("sends_per_hour", 10, 1..=10_000)?,
            questions_per_minute: from.number("questions_per_minute", 120, 1..=1_000_000)?,
            repeat_guard: from.duration(
                "repeat_guard",
                hours(24),
                seconds(60)..=hours(LONGEST_HOURS),
            )?,
            retention: from.duration(
                "retention",
                hours(24 * 30),
                hours(1)..=hours(LONGEST_HOURS),
            )?,
            connect_limit: from.duration(
                "connect_limit",
                seconds(5),
                Duration::from_millis(100)..=seconds(60),
            )?,
            answer_limit: from.duration(
                "answer_limit",
                seconds(20),
                Duration::from_millis(100)..=seconds(120),
            )?,
            settle_after: from.duration("settle_after", seconds(60), seconds(1)..=hours(24))?,
            // Its default is longer than the longest request, which is known only when all of them are.
            stop_limit: from.duration("stop_limit", Duration::ZERO, seconds(1)..=seconds(600))?,
            connections: from.number("connections", 4096, 1..=1_000_000)?,
            unknown_variables: Vec::new(),
            clock: Clock::real(),
        };
        settings.unknown_variables = from.finish()?;
        if settings.retention < settings.repeat_guard {
            return Err(Problem::new(
                "retention",
                "is shorter than repeat_guard, so the guard would forget",
                "Give it at least the same length",
            ));
        }
        if settings.answer_limit <= settings.connect_limit {
            return Err(Problem::new(
                "answer_limit",
                "has to be longer than connect_limit, which it includes",
                "Give it a few seconds more",
            ));
        }
        let longest = settings.longest_request();
        if settings.stop_limit.is_zero() {
            settings.stop_limit = longest + STOP_SLACK;
        }
        if settings.stop_limit <= longest {
            return Err(Problem::new(
                "stop_limit",
                "is so short that a request which is under way would be broken off",
                format!(
                    "Give it more than {}s, which is what a request can take with this answer_limit",
                    longest.as_secs_f64().ceil()
                ),
            ));
        }
        if settings.settle_after < settings.answer_limit * 2 {
            return Err(Problem::new(
                "settle_after",
                "is so short that a request may still be on its way then",
                "Give it twice the length of answer_limit at least",
            ));
        }
        Ok(settings)
    }

    /// The longest that a request can take, from its head to its answer. A web server before the gateway has to wait for
    /// longer.
    #[must_use]
    pub fn longest_request(&self) -> Duration {
        budget::longest(self.answer_limit)
    }
}

#[cfg(test)]
mod tests;
