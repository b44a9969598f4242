//! The only file that reaches the network.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::Headers;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, Response};

use super::exchange::{Cookies, Failure, Method, Reply, Request};
use crate::browser::clock::{self, Timer};

/// How long a request may take, its answer's body included, in milliseconds.
const TIMEOUT_MS: u32 = 20_000;

/// How much of a body is read, in bytes. A connection takes about 4 kB, a list of 50 less than this.
const BODY_MOST_BYTES: usize = 256 * 1024;

/// Makes a request once and waits for its reply.
///
/// # Errors
/// [`Failure`] if no status line arrived. Once one has, what is missing of the body is missing from
/// [`Reply::body`] and no failure: the status alone settles what became of a request.
pub async fn send(request: Request) -> Result<Reply, Failure> {
    let deadline = Deadline::new().ok_or(Failure::Refused)?;
    let built = build(request, &deadline).ok_or(Failure::Refused)?;
    let window = web_sys::window().ok_or(Failure::Refused)?;
    // Not gloo-net's own `send`: it panics when a rejection is no `Error`, and a page that wraps `fetch` may
    // reject with anything.
    let answer = JsFuture::from(window.fetch_with_request(&built)).await;
    let Ok(response) = answer.and_then(JsCast::dyn_into::<Response>) else {
        return Err(deadline.failure());
    };
    let headers = response.headers();
    let is_bare = Array::from(&headers).length() == 0;
    let headers = Headers::from_raw(headers);
    Ok(Reply {
        status: response.status(),
        is_bare,
        retry_after: headers.get("Retry-After"),
        date: headers.get("Date"),
        body: body(&response).await,
    })
}

fn build(request: Request, deadline: &Deadline) -> Option<web_sys::Request> {
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.set(name, value);
    }
    // By name, and not by web-sys: each setter, and each list of words that it may be given, is paid for by visitors.
    let init = Object::new();
    let set = |name: &str, value: JsValue| {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&init, &name.into(), &value);
    };
    set("headers", headers.into_raw().into());
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    set("method", method.into());
    if let Some(body) = request.body {
        set("body", body.into());
    }
    set("signal", deadline.controller.signal().into());
    set("cache", "no-store".into());
    let credentials = match request.cookies {
        Cookies::Omit => "omit",
        Cookies::SameOrigin => "same-origin",
    };
    set("credentials", credentials.into());
    // Followed, a 307 would have the browser post a second time.
    set("redirect", "manual".into());
    set("referrerPolicy", "no-referrer".into());
    // The reason is an address that the browser cannot parse; `Endpoint` has its own message for that.
    web_sys::Request::new_with_str_and_init(&request.url, init.unchecked_ref()).ok()
}

/// As much of the body as arrives in time and may be read.
async fn body(response: &Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    let Some(reader) = response
        .body()
        .and_then(|stream| stream.get_reader().dyn_into().ok())
    else {
        return bytes;
    };
    let reader: ReadableStreamDefaultReader = reader;
    while bytes.len() < BODY_MOST_BYTES
        && let Some(chunk) = next_chunk(&reader).await
    {
        let room = BODY_MOST_BYTES - bytes.len();
        let taken = chunk.length().min(u32::try_from(room).unwrap_or(u32::MAX));
        bytes.extend(chunk.subarray(0, taken).to_vec());
    }
    // Ends the transfer of what was not read. There is nothing to do about a stream that has ended already.
    drop(reader.cancel());
    bytes
}

async fn next_chunk(reader: &ReadableStreamDefaultReader) -> Option<Uint8Array> {
    let read = JsFuture::from(reader.read()).await.ok()?;
    Reflect::get(&read, &JsValue::from_str("value"))
        .ok()?
        .dyn_into()
        .ok()
}

/// Aborts a request when its time is up, or when it is dropped.
struct Deadline {
    controller: AbortController,
    passed: Rc<Cell<bool>>,
    _timer: Timer,
}

impl Deadline {
    fn new() -> Option<Self> {
        let controller = AbortController::new().ok()?;
        let passed = Rc::new(Cell::new(false));
        let timer = clock::after_ms(TIMEOUT_MS, {
            let (controller, passed) = (controller.clone(), Rc::clone(&passed));
            move || {
                passed.set(true);
                controller.abort();
            }
        });
        Some(Self {
            controller,
            passed,
            _timer: timer,
        })
    }

    fn failure(&self) -> Failure {
        if self.passed.get() {
            Failure::TimedOut
        } else {
            Failure::ConnectionLost
        }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.controller.abort();
    }
}
