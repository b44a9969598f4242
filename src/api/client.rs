//! Asks the API, with a token from the host.

use std::pin::Pin;
use std::rc::Rc;

use super::credentials::{Token, TokenProblem};
use super::endpoint::Endpoint;
use super::exchange::{self, Failure, Reply, Request};
use super::fetch;
use crate::browser::{LocalFuture, clock};
use crate::domain::account::{Account, AccountUuid};
use crate::domain::history::{Ask, Page};
use crate::domain::outcome::{NotSent, Outcome, Timed, Unanswered};
use crate::domain::session::Pending;

/// How long a host may take to give a token, in milliseconds: as long as a request may. Signing in anew takes
/// longer, and then the person presses again.
const TOKEN_LIMIT_MS: u32 = 20_000;

/// Gives a token as text, or `None` if the host's function failed. One that takes longer than 20 s is not
/// waited for.
pub type GetToken = Rc<dyn Fn(TokenFor) -> LocalFuture<Option<String>>>;

/// What a token is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFor {
    /// A request that was not tried yet.
    First,
    /// A request that the API refused with 401: another token than before.
    Refresh,
}

/// How the API learns who asks.
#[derive(Clone)]
pub enum Auth {
    /// By a token that the host gives.
    Bearer(GetToken),
    /// By a cookie session on the page's own origin.
    Cookie,
    /// By a session of the host's gateway, that the host gives in the place of a token.
    Session(GetToken),
}

/// The API as one host reaches it.
#[derive(Clone)]
pub struct Client {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Who asks.
    pub auth: Auth,
}

impl Client {
    /// Makes a request, at most once, and says how it ended. `departs` is called at the last moment at which
    /// nothing has left yet, and may still keep it from leaving. `in_doubt` is what the person knows to be so.
    ///
    /// After a 401 it is made again if the host has a different token: a 401 was definitely refused.
    pub async fn create(
        &self,
        pending: &Pending,
        in_doubt: &[Pending],
        departs: impl AsyncFnOnce() -> Result<(), NotSent>,
    ) -> Timed<Outcome> {
        let token = match self.token(TokenFor::First).await {
            Ok(token) => token,
            Err(why) => return not_sent(why),
        };
        if let Err(why) = departs().await {
            return not_sent(why);
        }
        let reply = self
            .exchanged(token, &|token| {
                exchange::create(&self.endpoint, token, pending, in_doubt)
            })
            .await;
        Timed {
            api_now: exchange::api_now(&reply),
            told: exchange::interpret_create(reply, clock::now()),
        }
    }

    /// Connections as they are now.
    ///
    /// # Errors
    /// [`Unanswered`] if they cannot be had.
    pub async fn ask(&self, account: &AccountUuid, ask: &Ask) -> Result<Timed<Page>, Unanswered> {
        let reply = self
            .asked(&|token| exchange::ask(&self.endpoint, token, account, ask))
            .await?;
        let api_now = exchange::api_now(&reply);
        let told = exchange::interpret_ask(ask, reply, clock::now())?;
        Ok(Timed { told, api_now })
    }

    /// The accounts that may be acted for.
    ///
    /// # Errors
    /// [`Unanswered`] if they cannot be had.
    pub async fn accounts(&self) -> Result<Vec<Account>, Unanswered> {
        let reply = self
            .asked(&|token| exchange::logins(&self.endpoint, token))
            .await?;
        exchange::interpret_logins(reply, clock::now())
    }

    fn asked<'a>(
        &'a self,
        request: &'a dyn Fn(Option<&Token>) -> Request,
    ) -> Step<'a, Result<Result<Reply, Failure>, Unanswered>> {
        Box::pin(async move {
            let token = self.token(TokenFor::First).await;
            let token = token.map_err(|_| Unanswered::Unauthenticated)?;
            Ok(self.exchanged(token, request).await)
        })
    }

    fn exchanged<'a>(
        &'a self,
        mut token: Option<Token>,
        request: &'a dyn Fn(Option<&Token>) -> Request,
    ) -> Step<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let mut wanted_for = TokenFor::First;
            loop {
                let reply = fetch::send(request(token.as_ref())).await;
                if wanted_for == TokenFor::Refresh || !exchange::wants_another_token(&reply) {
                    return reply;
                }
                wanted_for = TokenFor::Refresh;
                match self.token(wanted_for).await {
                    Ok(other) if other != token => token = other,
                    _ => return reply,
                }
            }
        })
    }

    fn token(&self, wanted_for: TokenFor) -> Step<'_, Result<Option<Token>, NotSent>> {
        Box::pin(async move {
            let (Auth::Bearer(get_token) | Auth::Session(get_token)) = &self.auth else {
                return Ok(None);
            };
            let given = clock::within(TOKEN_LIMIT_MS, get_token(wanted_for)).await;
            let given = given.flatten().ok_or(NotSent::TokenFailed)?;
            let token: Token = given.parse().map_err(|problem| match problem {
                TokenProblem::Empty => NotSent::NoToken,
                TokenProblem::Characters => NotSent::UnusableToken,
            })?;
            Ok(Some(match self.auth {
                Auth::Session(_) => token.of_gateway(),
                _ => token,
            }))
        })
    }
}

/// A step that several wait for. In a box, for each of them would else hold all that it consists of.
type Step<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What keeps a request from leaving takes no answer of the API.
fn not_sent(why: NotSent) -> Timed<Outcome> {
    Timed {
        told: Outcome::NotSent(why),
        api_now: None,
    }
}
