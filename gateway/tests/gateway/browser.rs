//! What a browser does: it keeps cookies, says where a request comes from, and follows nothing by itself here.

use std::{collections::BTreeMap, net::SocketAddr};

use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap, redirect};
use serde_json::{Value, json};
use url::Url;

use crate::stage::ORIGIN;

pub(crate) const CREATE: &str = "/api/v1/referral-connections";

#[derive(Clone)]
pub(crate) struct Browser {
    address: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) account: String,
    http: Client,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn outcome(&self) -> String {
        self.json()["outcome"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let all = self.headers.get_all("set-cookie").iter();
        all.map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: BTreeMap::new(),
            account: String::new(),
            http: Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .build()
                .unwrap(),
        }
    }

    /// The same browser, before another gateway.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        Self {
            address,
            ..self.clone()
        }
    }

    /// A bare request, with the cookies.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<_> = cookies.collect();
        let request = self
            .http
            .request(method, format!("http://{}{path}", self.address));
        match cookies.is_empty() {
            true => request,
            false => request.header("cookie", cookies.join("; ")),
        }
    }

    /// A request as a page of the public origin makes it.
    pub(crate) fn page_asks(&self, method: Method, path: &str) -> RequestBuilder {
        let with_origin = method != Method::GET;
        let request = self
            .bare(method, path)
            .header("x-referral-connect", "1")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors");
        match with_origin {
            true => request.header("origin", ORIGIN),
            false => request,
        }
    }

    /// A request as a link makes it.
    pub(crate) fn navigation(&self, path: &str) -> RequestBuilder {
        self.bare(Method::GET, path)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", "cross-site")
    }

    /// Sends it, and keeps the cookies that come back.
    pub(crate) async fn get(&mut self, request: RequestBuilder) -> Answer {
        let answer = answer(request).await;
        for cookie in answer.set_cookies() {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((&cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            // Browsers do not take one with that prefix otherwise.
            let taken = attributes.contains("Secure") && attributes.contains("Path=/");
            match attributes.contains("Max-Age=0") {
                _ if !taken => {}
                true => drop(self.cookies.remove(name)),
                false => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }

    /// Starts to sign in: the state that the sign-in's server has to hand back.
    pub(crate) async fn depart(&mut self, path: &str) -> String {
        let answer = self.get(self.navigation(path)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        self.state_in(&answer)
    }

    /// The state that the sign-in's server has to hand back.
    pub(crate) fn state_in(&self, departure: &Answer) -> String {
        let to: Url = departure.header("location").parse().unwrap();
        let state = to.query_pairs().find(|(name, _)| name == "state");
        state.unwrap().1.into_owned()
    }

    /// Signs in as the owner of an account.
    pub(crate) async fn sign_in(&mut self, account: &str) -> Answer {
        let answer = self.try_to_sign_in(account).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer
    }

    /// The same, where the API may be too slow for it.
    pub(crate) async fn try_to_sign_in(&mut self, account: &str) -> Answer {
        let state = self.depart("/auth/login").await;
        let back = format!("/auth/callback?code={account}&state={state}");
        let answer = self.get(self.navigation(&back)).await;
        account.clone_into(&mut self.account);
        answer
    }

    /// A request to send to a code.
    pub(crate) fn press(&self, code: &str, key: &str) -> RequestBuilder {
        self.page_asks(Method::POST, CREATE)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .header("x-plannr-account-uuid", &self.account)
            .body(json!({ "adviser_key": code }).to_string())
    }

    pub(crate) async fn send(&self, code: &str, key: &str) -> Answer {
        answer(self.press(code, key)).await
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// A key that was never used.
pub(crate) fn new_key() -> String {
    uuid::Uuid::new_v4().to_string()
}
