//! The list of recent requests: what of it is known, and what is to be asked next.
//!
//! [`History::update`] is the only way to change one. As the state machine of a request does, it gives back what the
//! world has to be asked, and heeds no answer but that to what was asked last.

use super::account::AccountUuid;
use super::connection::{Connection, Status};
use super::outcome::Unanswered;
use super::timestamp::Timestamp;

/// Which requests are listed, in the API's words; any if `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of [`STATUSES`].
    pub status: Option<&'static str>,
    /// One of [`DIRECTIONS`].
    pub direction: Option<&'static str>,
}

/// The statuses that the API's list can be narrowed to. There is none for what has expired.
pub const STATUSES: [&str; 3] = ["pending", "accepted", "denied"];

/// The directions that the API's list can be narrowed to.
pub const DIRECTIONS: [&str; 2] = ["sent", "received"];

/// How many requests a page of the list has. The API's own number is 15, and not promised.
const PER_PAGE: u32 = 15;

/// How many of the latest requests are looked at for one that is in doubt.
const LOOKED_AT: u32 = 50;

/// A question for connections, which changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// For the one with this UUID.
    One(String),
    /// For a page of the list, newest first.
    Page {
        /// Of which.
        filter: Filter,
        /// Which page, from 1 on.
        page: u32,
        /// How many are on one.
        per_page: u32,
    },
}

/// A page of the API's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What is on it, newest first.
    pub connections: Vec<Connection>,
    /// Whether there is another one after it.
    pub has_more: bool,
}

/// What a list has to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// To be named by the answer.
    pub round: u32,
    /// Of whose requests.
    pub account: AccountUuid,
    /// What.
    pub ask: Ask,
}

/// What is being done to know more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asking {
    /// Nothing: all that was asked for is there.
    #[default]
    Nothing,
    /// The first page is being asked for.
    Anew,
    /// The page after those that are there is.
    More,
    /// The last question had no answer.
    Unanswered(Unanswered),
}

/// What the person or the world did.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The first page is wanted: now the list is shown, or the person wants it anew.
    Wanted,
    /// The person wants to see other requests.
    Filtered(Filter),
    /// The person wants the next page.
    MoreWanted,
    /// An answer came.
    Answered {
        /// To the question of this round.
        round: u32,
        /// What came of it.
        answer: Result<Page, Unanswered>,
    },
    /// A request was just made.
    Made(Box<Connection>),
    /// What the newest requests are by now, whatever their filter.
    Seen(Vec<Connection>),
}

/// What is known of the recent requests of an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Whose requests; `None` if no account is chosen: then there is nothing to ask.
    pub account: Option<AccountUuid>,
    /// Which of them are listed.
    pub filter: Filter,
    /// Newest first.
    pub rows: Vec<Connection>,
    /// What is being done to know more.
    pub asking: Asking,
    /// Whether there are more than those.
    pub has_more: bool,
    /// How many pages are there.
    pages: u32,
    round: u32,
    /// What was made since the last question: its answer may not know of it yet.
    made: Vec<Connection>,
}

impl Filter {
    /// Whether it lists this connection.
    #[must_use]
    pub fn fits(self, connection: &Connection) -> bool {
        let fits = |wanted: Option<&str>, word| wanted.is_none_or(|wanted| wanted == word);
        fits(self.status, connection.status.as_str())
            && fits(self.direction, connection.direction.as_str())
    }
}

impl Ask {
    /// For the latest requests that the account has sent.
    #[must_use]
    pub fn sent() -> Self {
        Self::Page {
            filter: Filter {
                direction: Some(DIRECTIONS[0]),
                ..Filter::default()
            },
            page: 1,
            per_page: LOOKED_AT,
        }
    }

    /// For a page of the list as it is shown.
    #[must_use]
    pub fn page(filter: Filter, page: u32) -> Self {
        Self::Page {
            filter,
            page,
            per_page: PER_PAGE,
        }
    }
}

impl History {
    /// Of this account, before anything is known.
    #[must_use]
    pub fn of(account: Option<AccountUuid>) -> Self {
        Self {
            account,
            ..Self::default()
        }
    }

    /// Changes it, and says what is to be asked.
    pub fn update(&mut self, change: Change) -> Option<Question> {
        match change {
            Change::Wanted => return self.ask(Asking::Anew),
            Change::Filtered(filter) if filter == self.filter => {}
            Change::Filtered(filter) => {
                self.filter = filter;
                self.rows = Vec::new();
                self.has_more = false;
                return self.ask(Asking::Anew);
            }
            // One question at a time: a second press means the same.
            Change::MoreWanted if matches!(self.asking, Asking::Anew | Asking::More) => {}
            Change::MoreWanted => return self.ask(Asking::More),
            Change::Answered { round, answer } if round == self.round => self.answered(answer),
            // To a question that was given up for another one.
            Change::Answered { .. } => {}
            Change::Made(connection) => {
                self.made.push(Connection::clone(&connection));
                self.put_on_top(*connection);
            }
            Change::Seen(newest) => self.heed(newest),
        }
        None
    }

    /// Whether something in it can change by itself or by somebody's answer.
    #[must_use]
    pub fn has_pending(&self, now: Timestamp) -> bool {
        let is_pending = |row: &Connection| row.status_at(now) == Status::Pending;
        self.rows.iter().any(is_pending)
    }

    fn ask(&mut self, asking: Asking) -> Option<Question> {
        let account = self.account.clone()?;
        self.asking = asking;
        self.made = Vec::new();
        self.round = self.round.wrapping_add(1);
        let page = match asking {
            Asking::More => self.pages + 1,
            _ => 1,
        };
        Some(Question {
            round: self.round,
            account,
            ask: Ask::page(self.filter, page),
        })
    }

    fn answered(&mut self, answer: Result<Page, Unanswered>) {
        let asked = self.asking;
        let page = match answer {
            Ok(page) => page,
            // What is there stays there.
            Err(why) => {
                self.asking = Asking::Unanswered(why);
                return;
            }
        };
        self.asking = Asking::Nothing;
        self.has_more = page.has_more;
        if asked == Asking::More {
            self.pages += 1;
        } else {
            self.pages = 1;
            self.rows = Vec::new();
        }
        for connection in page.connections {
            // What was made since has moved others over to this page.
            if self.place_of(&connection).is_none() {
                self.rows.push(connection);
            }
        }
        for connection in std::mem::take(&mut self.made) {
            if self.place_of(&connection).is_none() {
                self.put_on_top(connection);
            }
        }
    }

    fn put_on_top(&mut self, connection: Connection) {
        if let Some(fresh) = self.unknown(connection) {
            self.rows.insert(0, fresh);
        }
    }

    /// Takes up what is known of the newest requests. One that no longer fits the filter stays where it is: somebody may
    /// be reading it.
    fn heed(&mut self, newest: Vec<Connection>) {
        for connection in newest {
            if let Some(fresh) = self.unknown(connection) {
                let is_before = |row: &Connection| row.created() < fresh.created();
                let place = self.rows.iter().position(is_before);
                // One of before all others belongs to a page that was not asked for yet.
                if place.is_some() || !self.has_more {
                    self.rows.insert(place.unwrap_or(self.rows.len()), fresh);
                }
            }
        }
    }

    /// Gives a connection back that is to be listed and is not; one that is listed already takes its row.
    fn unknown(&mut self, connection: Connection) -> Option<Connection> {
        match self.place_of(&connection) {
            Some(known) if connection.is_older_than(&self.rows[known]) => None,
            Some(known) => {
                self.rows[known] = connection;
                None
            }
            None => self.filter.fits(&connection).then_some(connection),
        }
    }

    fn place_of(&self, connection: &Connection) -> Option<usize> {
        let uuid = connection.uuid.as_ref()?;
        self.rows
            .iter()
            .position(|row| row.uuid.as_ref() == Some(uuid))
    }
}
