//! What the custom element calls: attributes in, events and standing out. The class itself is JavaScript, in `embed/`.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

use js_sys::Function;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use crate::ReferralConnect;
use crate::after_a_trap::Watch;
use crate::api::client::{Auth, GetToken};
use crate::api::endpoint::{Endpoint, EndpointProblem};
use crate::api::{host_token, wire};
use crate::browser::storage;
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::host_events;
use crate::view::controls::Controls;
use crate::view::widget::REFRESH_S;

/// What a host's class has to give to a widget.
pub struct Host {
    /// Whose attributes count.
    pub element: HtmlElement,
    /// What the field holds to begin with.
    pub text: String,
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
    controls: Controls,
    _mounted: Box<dyn Any>,
    _watch: Watch,
}

impl Element {
    /// Puts a widget into `root`, which may be out of the page still. `None` if it was not rendered.
    #[must_use]
    pub fn mount(root: &HtmlElement, host: Host) -> Option<Self> {
        let Host {
            element,
            text,
            get_access_token,
            stands,
            ended,
        } = host;
        let watch = Watch::over(root, Some(&ended));
        let made = Rc::new(Cell::new(None));
        let mounted = {
            let made = Rc::clone(&made);
            mount_to(root.clone(), move || {
                let attributes = Attributes::new(element, text, get_access_token);
                attributes.view(move |controls| {
                    tell_standing(controls, stands);
                    made.set(Some((attributes, controls)));
                })
            })
        };
        let (attributes, controls) = made.take()?;
        Some(Self {
            attributes,
            controls,
            _mounted: Box::new(mounted),
            _watch: watch,
        })
    }

    /// Heeds what an attribute says by now. One that is unknown, or unreadable, means what its absence means.
    pub fn attribute_changed(&self, name: &str) {
        self.attributes.read(name);
    }

    /// Shows a connection as the API or our events write it, in JSON; with anything else, none.
    pub fn show(&self, json: &str) {
        self.controls
            .show(wire::given_connection(json).map(Box::new));
    }

    /// What may be asked of the widget.
    #[must_use]
    pub fn controls(&self) -> Controls {
        self.controls
    }
}

/// The attributes of an element as the widget takes them.
#[derive(Clone, Copy)]
struct Attributes {
    host: StoredValue<HtmlElement, LocalStorage>,
    endpoint: RwSignal<Result<Endpoint, EndpointProblem>>,
    account: RwSignal<Option<String>>,
    auth: RwSignal<Auth, LocalStorage>,
    get_token: StoredValue<GetToken, LocalStorage>,
    key_case: RwSignal<KeyCase>,
    refresh_s: RwSignal<u32>,
    adviser_key: RwSignal<String>,
}

impl Attributes {
    fn new(host: HtmlElement, text: String, get_access_token: Function) -> Self {
        let get_token = host_token::from_js(get_access_token);
        let attributes = Self {
            host: StoredValue::new_local(host),
            endpoint: RwSignal::new(Ok(Endpoint::default())),
            account: RwSignal::new(None),
            auth: RwSignal::new_local(Auth::Bearer(Rc::clone(&get_token))),
            get_token: StoredValue::new_local(get_token),
            key_case: RwSignal::new(KeyCase::Preserve),
            refresh_s: RwSignal::new(REFRESH_S),
            adviser_key: RwSignal::new(text),
        };
        for name in ["endpoint", "account-uuid", "auth", "key-case", "refresh"] {
            attributes.read(name);
        }
        attributes
    }

    fn view(self, ready: impl FnOnce(Controls) + 'static) -> impl IntoView {
        let account = Signal::derive(move || match self.account.get() {
            Some(text) => text.parse::<AccountUuid>().ok(),
            None => storage::account(),
        });
        let ready = Cell::new(Some(ready));
        view! {
            <ReferralConnect
                endpoint=self.endpoint
                auth=self.auth
                account
                key_case=self.key_case
                refresh_s=self.refresh_s
                adviser_key=self.adviser_key
                ready=Rc::new(move |controls| {
                    if let Some(ready) = ready.take() {
                        ready(controls);
                    }
                })
            />
        }
    }

    fn read(self, name: &str) {
        let Some(value) = self.host.try_with_value(|host| host.get_attribute(name)) else {
            return;
        };
        let is = |word: &str| value.as_deref() == Some(word);
        match name {
            "endpoint" => self
                .endpoint
                .set(value.map_or(Ok(Endpoint::default()), |text| text.parse())),
            "account-uuid" => self.account.set(value),
            "auth" => self.auth.set(match is("cookie") {
                true => Auth::Cookie,
                false => Auth::Bearer(self.get_token.get_value()),
            }),
            "key-case" => self.key_case.set(match is("upper") {
                true => KeyCase::Upper,
                false => KeyCase::Preserve,
            }),
            "refresh" => self.refresh_s.set(
                value
                    .and_then(|seconds| seconds.trim().parse().ok())
                    .unwrap_or(REFRESH_S),
            ),
            "adviser-key" => self.adviser_key.set(value.unwrap_or_default()),
            _ => {}
        }
    }
}

fn tell_standing(controls: Controls, stands: Function) {
    let standing = controls.standing();
    Effect::new(move || {
        let (standing, shown) = standing.get();
        let shown = shown.map_or(JsValue::NULL, |shown| host_events::connection(&shown));
        // Our own class's function: what it throws is its own fault, and no reason to stop.
        let _ = stands.call2(&JsValue::UNDEFINED, &standing.as_str().into(), &shown);
    });
}
