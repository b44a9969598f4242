//! What the custom element calls: attributes in, events and standing out. The class itself is JavaScript, in `embed/`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use crate::after_a_trap::Watch;
use crate::api::client::{Auth, GetToken};
use crate::api::endpoint::{Endpoint, EndpointProblem};
use crate::api::{host_token, wire};
use crate::browser::storage;
use crate::domain::adviser_key::KeyCase;
use crate::host_events;
use crate::referral_connect::calls;
use crate::view::controls::Controls;
use crate::view::given::Given;
use crate::view::widget::{Apart, REFRESH_S, Settings};
use crate::view::words::Words;

/// What a host's class has to give to a widget.
pub struct Host {
    /// Whose attributes count.
    pub element: HtmlElement,
    /// What the field holds to begin with.
    pub text: String,
    /// The words in which it speaks.
    pub words: Rc<Words>,
    /// `(reason: "first" | "refresh") => string | Promise<string>`.
    pub get_access_token: Function,
    /// `(standing: string, connection: object | null) => void`, called after each change.
    pub stands: Function,
    /// `(anew: boolean) => void`, called when the instance has trapped. With `true` the root is left as it was, for a
    /// widget of a fresh instance; else it holds the panel that says so.
    pub ended: Function,
}

/// A widget in the shadow root of an element. It is taken out when this is dropped; a request that has left goes on,
/// and its outcome is settled in its record.
pub struct Element {
    attributes: Attributes,
    widget: Apart,
    watch: Watch,
}

impl Element {
    /// Puts a widget into `root`, which may be out of the page still.
    #[must_use]
    pub fn mount(root: &HtmlElement, host: Host) -> Self {
        let Host {
            element,
            text,
            words,
            get_access_token,
            stands,
            ended,
        } = host;
        let watch = Watch::over(root, &words, Some(&ended));
        let attributes = Attributes::new(element, text, words, get_access_token);
        let widget = attributes.put(root);
        tell_standing(widget.controls, stands);
        Self {
            attributes,
            widget,
            watch,
        }
    }

    /// Heeds what an attribute says by now. One that is unknown, or unreadable, means what its absence means.
    pub fn attribute_changed(&self, name: &str) {
        self.attributes.0.borrow_mut().read(name);
        self.widget.controls.wake();
    }

    /// Speaks in these words from now on.
    pub fn speak(&self, words: Rc<Words>) {
        self.watch.speak(&words);
        self.attributes.0.borrow_mut().words = words;
        self.widget.controls.wake();
    }

    /// Shows a connection as the API or our events write it, in JSON; with anything else, none.
    pub fn show(&self, json: &str) {
        self.widget
            .controls
            .show(wire::given_connection(json).map(Box::new));
    }

    /// What may be asked of the widget.
    #[must_use]
    pub fn controls(&self) -> Controls {
        self.widget.controls
    }
}

/// The attributes of an element as the widget takes them.
struct Attributes(Rc<RefCell<Heeded>>);

/// What the attributes say.
struct Heeded {
    host: HtmlElement,
    get_token: GetToken,
    endpoint: Result<Endpoint, EndpointProblem>,
    account: Option<String>,
    auth: Auth,
    key_case: KeyCase,
    refresh_s: u32,
    history: bool,
    adviser_key: String,
    words: Rc<Words>,
}

impl Attributes {
    fn new(host: HtmlElement, text: String, words: Rc<Words>, get_access_token: Function) -> Self {
        let get_token = host_token::from_js(get_access_token);
        let mut heeded = Heeded {
            host,
            endpoint: Ok(Endpoint::default()),
            account: None,
            auth: Auth::Bearer(Rc::clone(&get_token)),
            get_token,
            key_case: KeyCase::Preserve,
            refresh_s: REFRESH_S,
            history: false,
            adviser_key: text,
            words,
        };
        for name in [
            "endpoint",
            "account-uuid",
            "auth",
            "key-case",
            "refresh",
            "history",
        ] {
            heeded.read(name);
        }
        Self(Rc::new(RefCell::new(heeded)))
    }

    fn put(&self, root: &HtmlElement) -> Apart {
        let heeded = || Rc::clone(&self.0);
        let reach = heeded();
        let reach = Rc::new(move || {
            let heeded = reach.borrow();
            Some((heeded.endpoint.clone(), heeded.auth.clone()))
        });
        let account = heeded();
        let account = Given::by(move || {
            Some(match &account.borrow().account {
                Some(text) => text.parse().ok(),
                None => storage::account(),
            })
        });
        let key_case = heeded();
        let key_case = Given::by(move || Some(key_case.borrow().key_case));
        let refresh_s = heeded();
        let refresh_s = Given::by(move || Some(refresh_s.borrow().refresh_s));
        let history = heeded();
        let history = Given::by(move || Some(history.borrow().history));
        let adviser_key = heeded();
        let adviser_key = Given::by(move || Some(adviser_key.borrow().adviser_key.clone()));
        let words = heeded();
        let words = Given::by(move || Some(Rc::clone(&words.borrow().words)));
        let settings = Settings {
            account,
            key_case,
            refresh_s,
            history,
            adviser_key,
            words,
        };
        Apart::put(root, calls(reach), settings)
    }
}

impl Heeded {
    fn read(&mut self, name: &str) {
        let value = self.host.get_attribute(name);
        let is = |word: &str| value.as_deref() == Some(word);
        match name {
            "endpoint" => {
                self.endpoint = match &value {
                    Some(text) => text.parse(),
                    None => Ok(Endpoint::default()),
                };
            }
            "account-uuid" => self.account = value,
            "auth" => {
                let get_token = Rc::clone(&self.get_token);
                self.auth = match value.as_deref() {
                    Some("cookie") => Auth::Cookie,
                    Some("session") => Auth::Session(get_token),
                    _ => Auth::Bearer(get_token),
                };
            }
            "key-case" => {
                self.key_case = match is("upper") {
                    true => KeyCase::Upper,
                    false => KeyCase::Preserve,
                };
            }
            "refresh" => {
                self.refresh_s = value
                    .and_then(|seconds| seconds.trim().parse().ok())
                    .unwrap_or(REFRESH_S);
            }
            "history" => self.history = value.is_some(),
            "adviser-key" => self.adviser_key = value.unwrap_or_default(),
            _ => {}
        }
    }
}

fn tell_standing(controls: Controls, stands: Function) {
    controls.each_standing(move |standing, shown| {
        let shown = shown.map_or(JsValue::NULL, host_events::connection);
        // Our own class's function: what it throws is its own fault, and no reason to stop.
        let _ = stands.call2(&JsValue::UNDEFINED, &standing.as_str().into(), &shown);
    });
}
