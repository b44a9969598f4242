//! Signing in with Plannr: the OAuth 2.0 authorization code grant with PKCE and state (RFC 6749, 7636, 9700).

use std::{pin::Pin, time::Duration};

use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse},
};
use url::Url;

use crate::{
    Settings,
    upstream::{Trouble, Upstream},
};

/// A token that does not say how long it lasts is used until it is refused.
const WITHOUT_EXPIRY: Duration = Duration::from_secs(365 * 24 * 3600);

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The place where people sign in.
#[derive(Clone)]
pub(crate) struct OAuth {
    client: Client,
    scopes: Vec<Scope>,
    line: Line,
}

/// The start of a sign-in.
pub(crate) struct Departure {
    /// Where the browser goes.
    pub(crate) url: Url,
    /// What it has to bring back.
    pub(crate) state: String,
    /// What proves that the code was meant for us.
    pub(crate) verifier: String,
}

/// The tokens of a person. It has no `Debug`.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) lasts: Duration,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoTokens {
    /// The code or the refresh token is not accepted (any more): `invalid_grant` (RFC 6749, section 5.2), or none is there.
    #[error("what the person has given us is not accepted any more")]
    Refused,
    /// Anything else, which may pass: no answer, an overloaded server, a client's secret that is being changed.
    #[error("the sign-in's server gave no tokens ({0})")]
    Unanswered(String),
}

/// No answer to one of the sign-in's requests.
#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
struct Silence(Trouble);

impl OAuth {
    pub(crate) fn new(settings: &Settings, upstream: Upstream) -> Self {
        let callback = format!(
            "{}{}/auth/callback",
            settings.public_origin, settings.base_path
        );
        let mut client = BasicClient::new(ClientId::new(settings.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(settings.authorize_url.clone()))
            .set_token_uri(TokenUrl::from_url(settings.token_url.clone()))
            // Laravel Passport reads them there.
            .set_auth_type(AuthType::RequestBody);
        if let Some(secret) = &settings.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.clone()));
        }
        // The settings make sure of an origin and a path, and those together are an address.
        if let Ok(callback) = RedirectUrl::new(callback) {
            client = client.set_redirect_uri(callback);
        }
        Self {
            client,
            scopes: settings.scopes.iter().cloned().map(Scope::new).collect(),
            line: Line(upstream),
        }
    }

    /// Where to send a browser to sign in.
    pub(crate) fn depart(&self) -> Departure {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = self
            .client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        Departure {
            url,
            state: state.into_secret(),
            verifier: verifier.into_secret(),
        }
    }

    /// Exchanges the code that a browser came back with.
    pub(crate) async fn exchange(
        &self,
        code: String,
        verifier: String,
    ) -> Result<Tokens, NoTokens> {
        let answer = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.line)
            .await;
        tokens(answer)
    }

    /// Gets new tokens for old.
    pub(crate) async fn renew(&self, refresh_token: String) -> Result<Tokens, NoTokens> {
        let refresh_token = RefreshToken::new(refresh_token);
        let answer = self
            .client
            .exchange_refresh_token(&refresh_token)
            .request_async(&self.line)
            .await;
        tokens(answer)
    }
}

/// How the library reaches the sign-in's server.
#[derive(Clone)]
struct Line(Upstream);

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = Silence;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Silence>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let url = head.uri.to_string().parse();
            let url = url.map_err(|_| Silence(Trouble::NeverConnected))?;
            let reply = self.0.sign_in(head.method, url, head.headers, body).await;
            let reply = reply.map_err(Silence)?;
            let mut response = HttpResponse::new(reply.body.map_err(Silence)?);
            *response.status_mut() = reply.status;
            *response.headers_mut() = reply.headers;
            Ok(response)
        })
    }
}

fn tokens(
    answer: Result<BasicTokenResponse, RequestTokenError<Silence, BasicErrorResponse>>,
) -> Result<Tokens, NoTokens> {
    match answer {
        Ok(answer) => Ok(Tokens {
            access: answer.access_token().secret().clone(),
            refresh: answer.refresh_token().map(|token| token.secret().clone()),
            lasts: answer.expires_in().unwrap_or(WITHOUT_EXPIRY),
        }),
        Err(RequestTokenError::ServerResponse(refusal)) => Err(match refusal.error() {
            BasicErrorResponseType::InvalidGrant => NoTokens::Refused,
            // The standard's names, so that an operator sees what to mend; others are the server's own text.
            BasicErrorResponseType::Extension(_) => {
                NoTokens::Unanswered("another error".to_owned())
            }
            named => NoTokens::Unanswered(named.as_ref().to_owned()),
        }),
        Err(RequestTokenError::Request(silence)) => Err(NoTokens::Unanswered(silence.to_string())),
        // What could not be read may hold tokens, so nothing of it is repeated.
        Err(RequestTokenError::Parse(..)) => Err(NoTokens::Unanswered("unreadable".to_owned())),
        Err(RequestTokenError::Other(_)) => Err(NoTokens::Unanswered("empty".to_owned())),
    }
}
