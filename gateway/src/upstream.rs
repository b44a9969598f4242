//! The API: one fixed address, one request each, never a second try.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tower::{BoxError, timeout::Timeout, util::BoxCloneSyncService};
use url::Url;
use uuid::Uuid;

use crate::{Error, Settings};

/// The longest reply that is read.
pub(crate) const LONGEST_REPLY_BYTES: usize = 256 * 1024;

/// The time limit is around all of a connection: the name, TCP and TLS.
type Client = Pool<Connector, Full<Bytes>>;
type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;

const USER_AGENT: &str = concat!("referral-connect-gateway/", env!("CARGO_PKG_VERSION"));

/// The clients for the API.
#[derive(Clone)]
pub(crate) struct Upstream {
    api: Url,
    /// For questions, over connections that are kept.
    asking: Client,
    /// For what must not happen twice, each over a connection of its own: on a kept one a client cannot tell whether
    /// the other side has closed it, and some then send once more.
    sending: Client,
    answer_limit: Duration,
}

/// Who asks, as far as the API has to know.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'a> {
    pub(crate) access_token: &'a str,
    /// Empty where no account is needed.
    pub(crate) account_uuid: &'a str,
}

/// A reply whose head arrived.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Result<Vec<u8>, Trouble>,
}

/// Why there is no reply, or not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There was never a connection: not a byte of the request left.
    NeverConnected,
    /// The connection broke, or what came over it is not HTTP.
    Lost,
    /// The time was over.
    TimedOut,
    /// The reply is longer than [`LONGEST_REPLY_BYTES`].
    TooLong,
}

/// A request about to leave.
struct Outgoing<'a> {
    client: &'a Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
    /// When the wait for the answer is over.
    until: Instant,
}

impl Upstream {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let connector = Timeout::new(connector(settings)?, settings.connect_limit);
        let connector = Connector::new(connector);
        let pool = || {
            let mut pool = Pool::builder(TokioExecutor::new());
            pool.pool_timer(TokioTimer::new())
                .retry_canceled_requests(false);
            pool
        };
        Ok(Self {
            api: settings.api.clone(),
            asking: pool().build(connector.clone()),
            sending: pool().pool_max_idle_per_host(0).build(connector),
            answer_limit: settings.answer_limit,
        })
    }

    /// Asks for what is at a path below `/api/v1`, and waits until then.
    pub(crate) async fn get(
        &self,
        path: &[&str],
        query: &[(String, String)],
        who: Credentials<'_>,
        until: Instant,
    ) -> Result<Reply, Trouble> {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Self::exchange(Outgoing {
            client: &self.asking,
            method: Method::GET,
            url,
            headers: headers(who),
            body: Vec::new(),
            until,
        })
        .await
    }

    /// Sends JSON to a path below `/api/v1`, once, and waits until then.
    pub(crate) async fn post(
        &self,
        path: &[&str],
        json: Vec<u8>,
        who: Credentials<'_>,
        until: Instant,
    ) -> Result<Reply, Trouble> {
        let mut headers = headers(who);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        Self::exchange(Outgoing {
            client: &self.sending,
            method: Method::POST,
            url: self.url(path),
            headers,
            body: json,
            until,
        })
        .await
    }

    /// Makes a request of the sign-in's: not below the API's address, and with its own credentials. What it changes
    /// (a code is used up) must not be tried twice either.
    pub(crate) async fn sign_in(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Reply, Trouble> {
        Self::exchange(Outgoing {
            client: &self.sending,
            method,
            url,
            headers,
            body,
            until: Instant::now() + self.answer_limit,
        })
        .await
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.api.clone();
        // An address that cannot have a path is no setting for this one.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path);
        }
        url
    }

    async fn exchange(outgoing: Outgoing<'_>) -> Result<Reply, Trouble> {
        let deadline = outgoing.until;
        let mut request = Request::new(Full::new(Bytes::from(outgoing.body)));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = match outgoing.url.as_str().parse() {
            Ok(uri) => uri,
            Err(_) => return Err(Trouble::NeverConnected),
        };
        *request.headers_mut() = outgoing.headers;
        request
            .headers_mut()
            .insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let response = timeout_at(deadline, outgoing.client.request(request))
            .await
            .map_err(|_| Trouble::TimedOut)?
            .map_err(|cause| match cause.is_connect() {
                true => Trouble::NeverConnected,
                false => Trouble::Lost,
            })?;
        let (head, body) = response.into_parts();
        Ok(Reply {
            status: head.status,
            headers: head.headers,
            body: timeout_at(deadline, whole(body))
                .await
                .unwrap_or(Err(Trouble::TimedOut)),
        })
    }
}

async fn whole(body: Incoming) -> Result<Vec<u8>, Trouble> {
    match Limited::new(body, LONGEST_REPLY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(cause) if cause.is::<LengthLimitError>() => Err(Trouble::TooLong),
        Err(_) => Err(Trouble::Lost),
    }
}

fn connector(settings: &Settings) -> Result<HttpsConnector<HttpConnector>, Error> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(loaded.certs);
    let addresses = [&settings.api, &settings.authorize_url, &settings.token_url];
    let encrypted = addresses.iter().any(|url| url.scheme() == "https");
    if encrypted && trusted.is_empty() {
        let why = loaded.errors.first();
        let why = why.map_or("the machine trusts nobody".to_owned(), ToString::to_string);
        return Err(Error::Certificates(why));
    }
    let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|cause| Error::Certificates(cause.to_string()))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    // What a request that was given up left in the system's buffers is not delivered minutes later: by then the API's list
    // may have been read, and the person told that it did not arrive.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    tcp.set_tcp_user_timeout(Some(settings.answer_limit));
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

/// The headers of every request: nothing that a browser sent is among them.
fn headers(who: Credentials<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    // A token or account that is no header's text reaches the API as none, which refuses that.
    if let Ok(mut bearer) = HeaderValue::try_from(format!("Bearer {}", who.access_token)) {
        bearer.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, bearer);
    }
    if let Ok(account) = who.account_uuid.parse::<Uuid>()
        && let Ok(account) = HeaderValue::try_from(account.to_string())
    {
        headers.insert("x-plannr-account-uuid", account);
    }
    headers
}
