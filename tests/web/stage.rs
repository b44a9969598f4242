//! One widget in the test's document, driven as a person would, with the test in the place of the API.

use std::rc::Rc;

use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::tachys::dom::body;
use leptos::tachys::view::any_view::{AnyView, AnyViewState};
use referral_connect::browser::clock;
use referral_connect::domain::account::AccountUuid;
use referral_connect::domain::connection::Connection;
use referral_connect::domain::history::{Ask, Page};
use referral_connect::domain::outcome::{Outcome, Unanswered};
use referral_connect::domain::session::Pending;
use referral_connect::view::runner::{Consent, Message};
use referral_connect::view::widget::Widget;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::world::{Listed, World, calls};

pub const ACCOUNT: &str = "11111111-2222-4333-8444-555555555555";

/// How long a condition may take to come true, in milliseconds of real time.
const PATIENCE_MS: i64 = 15_000;

/// Timers run a hundred times faster while one of these lives, and what they were asked to wait is noted.
pub struct FastTimers;

impl FastTimers {
    pub fn new() -> Self {
        script(
            "globalThis.realTimeout ??= setTimeout; globalThis.fast = (globalThis.fast ?? 0) + 1; \
             if (fast > 1) return; globalThis.waited = []; \
             globalThis.setTimeout = (then, ms, ...rest) => { \
                 waited.push(ms); return realTimeout(then, ms / 100, ...rest); };",
        );
        Self
    }

    pub fn waited(ms: u32) -> bool {
        script(&format!("return waited.includes({ms})")).is_truthy()
    }
}

impl Drop for FastTimers {
    fn drop(&mut self) {
        script("fast -= 1; if (!fast) setTimeout = realTimeout;");
    }
}

pub struct Stage {
    world: Rc<World>,
    account: ArcRwSignal<Option<AccountUuid>>,
    place: HtmlElement,
    handle: UnmountHandle<AnyViewState>,
    _fast: FastTimers,
}

/// What is left of a widget that was taken out of the page in the middle of a request.
pub struct Afterwards(Rc<World>);

impl Stage {
    pub fn open(now: &str) -> Self {
        Self::open_with(now, Vec::new())
    }

    /// One that asks for the status of a pending request every so many seconds.
    pub fn open_refreshing(now: &str, refresh_s: u32) -> Self {
        Self::build(World::apart(now), refresh_s, false)
    }

    /// One that lists the recent requests as well.
    pub fn open_listing(now: &str, refresh_s: u32) -> Self {
        Self::build(World::apart(now), refresh_s, true)
    }

    /// Another one in the same page and the same world.
    pub fn beside(&self, refresh_s: u32) -> Self {
        Self::build(Rc::clone(&self.world), refresh_s, false)
    }

    pub fn open_with(now: &str, found: Vec<Pending>) -> Self {
        let world = World::at(now, ACCOUNT.to_owned());
        *world.kept.borrow_mut() = found;
        Self::build(world, 0, false)
    }

    fn build(world: Rc<World>, refresh_s: u32, lists: bool) -> Self {
        let fast = FastTimers::new();
        let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        body().append_child(&place).unwrap();
        let calls = calls(&world);
        let account = ArcRwSignal::new(world.account.parse().ok());
        let of_widget = account.clone();
        let handle = mount_to(place.clone(), move || -> AnyView {
            let refresh_s = Signal::stored(refresh_s);
            let history = Signal::stored(lists);
            view! { <Widget calls account=of_widget refresh_s history/> }.into_any()
        });
        Self {
            world,
            account,
            place,
            handle,
            _fast: fast,
        }
    }

    pub fn close(self) -> Afterwards {
        drop(self.handle);
        self.place.remove();
        Afterwards(self.world)
    }

    pub fn find_all(&self, selector: &str) -> Vec<Found> {
        let all = "return Array.from(this.querySelectorAll(selector))";
        let nodes = js_sys::Function::new_with_args("selector", all)
            .call1(&self.place, &selector.into())
            .unwrap();
        js_sys::Array::from(&nodes)
            .iter()
            .map(|node| Found(node.unchecked_into()))
            .collect()
    }

    #[track_caller]
    pub fn find(&self, selector: &str) -> Element {
        let found = self.place.query_selector(selector).unwrap();
        found.unwrap_or_else(|| panic!("no {selector} in {}", self.place.inner_html()))
    }

    pub fn text(&self, selector: &str) -> String {
        let texts: Vec<String> = self
            .find_all(selector)
            .iter()
            .filter_map(|found| found.text_content())
            .collect();
        spaced(&texts.join(" "))
    }

    pub fn input(&self) -> HtmlInputElement {
        self.find("input").unchecked_into()
    }

    #[track_caller]
    pub fn button(&self, name: &str) -> HtmlElement {
        let named = self
            .find_all("button")
            .into_iter()
            .find(|button| button.text_content().as_deref().map(str::trim) == Some(name));
        let Some(named) = named else {
            panic!("no button {name} in {}", self.place.inner_html());
        };
        named.0.unchecked_into()
    }

    #[track_caller]
    pub fn press(&self, name: &str) {
        self.button(name).click();
    }

    #[track_caller]
    pub fn click_as_second_of_a_double(&self, name: &str) {
        let click =
            event("new MouseEvent('click', { bubbles: true, cancelable: true, detail: 2 })");
        self.button(name).dispatch_event(&click).unwrap();
    }

    pub fn type_code(&self, text: &str) {
        let input = self.input();
        input.set_value(text);
        happen(&input, "input");
    }

    /// Types, presses, and waits until the request has left.
    pub async fn send(&self, code: &str) {
        let before = self.sends();
        self.type_code(code);
        self.press("Send request");
        until("the request to leave", || self.sends() == before + 1).await;
    }

    pub fn answer(&self, outcome: Outcome) {
        *self.world.outcome.borrow_mut() = Some(outcome);
    }

    pub fn list(&self, listed: Listed) {
        *self.world.listed.borrow_mut() = Some(listed);
    }

    pub async fn see(&self, selector: &str, text: &str) {
        let wanted = spaced(text);
        for _ in waits() {
            if self.text(selector).contains(&wanted) {
                return;
            }
            pause().await;
        }
        panic!("no {text:?} in {selector}: {}", self.place.inner_html());
    }

    /// Moves the clock; the widget looks at it when it said that it would.
    pub fn advance_ms(&self, millis: i64) {
        self.world.now_ms.set(self.world.now_ms.get() + millis);
    }

    pub async fn settle(&self) {
        settle().await;
    }

    pub fn has_focus(&self, element: &Element) -> bool {
        document().active_element().as_ref() == Some(element)
    }

    pub fn sends(&self) -> usize {
        self.world.sends.get()
    }

    pub fn checks(&self) -> usize {
        self.world.checks.get()
    }

    pub fn questions(&self) -> usize {
        self.world.questions.get()
    }

    pub fn status(&self, status: Result<Connection, Unanswered>) {
        *self.world.status.borrow_mut() = Some(status);
    }

    /// What the list was asked for, each time.
    pub fn pages(&self) -> Vec<Ask> {
        self.world.pages.borrow().clone()
    }

    /// The UUID that was asked for last.
    pub fn asked_for(&self) -> String {
        self.world.asked_for.borrow().clone()
    }

    /// Answers the latest question for the list.
    pub fn page(&self, page: Result<Page, Unanswered>) {
        self.page_for(self.pages().len() - 1, page);
    }

    /// Answers the question at this place.
    pub fn page_for(&self, place: usize, page: Result<Page, Unanswered>) {
        self.world.page.borrow_mut().push((place, page));
    }

    /// Has it act for another account.
    pub fn act_for(&self, account: &str) {
        self.account.set(account.parse().ok());
    }

    pub fn kept(&self) -> Vec<Pending> {
        self.world.kept.borrow().clone()
    }

    pub fn forgotten(&self) -> Vec<Pending> {
        self.world.forgotten.borrow().clone()
    }

    /// Makes the browser hold a record that cannot be read, from the next press on.
    pub fn spoil_a_record(&self) {
        self.world.has_unreadable.set(true);
    }

    /// The records that were put back.
    pub fn put_back(&self) -> Vec<Pending> {
        self.world.put_back.borrow().clone()
    }

    /// Makes the host call off every request.
    pub fn call_off(&self) {
        self.world.consent.set(Some(Consent::Refused));
    }

    /// What the host was told so far.
    pub fn told(&self) -> Vec<Message> {
        self.world.told.borrow().clone()
    }
}

impl Afterwards {
    pub fn send(&self, outcome: Outcome) {
        *self.0.outcome.borrow_mut() = Some(outcome);
    }

    pub fn forgotten(&self) -> Vec<Pending> {
        self.0.forgotten.borrow().clone()
    }
}

/// Counts what changes below an element: what a screen reader might read out anew.
pub struct Changes(wasm_bindgen::JsValue);

impl Changes {
    pub fn watch(element: &Element) -> Self {
        let watch = "const changes = { seen: 0 }; \
            changes.observer = new MutationObserver((records) => { changes.seen += records.length; }); \
            changes.observer.observe(element, { childList: true, characterData: true, subtree: true }); \
            return changes;";
        let changes = js_sys::Function::new_with_args("element", watch)
            .call1(&wasm_bindgen::JsValue::NULL, element)
            .unwrap();
        Self(changes)
    }

    pub fn count(&self) -> u32 {
        let seen = js_sys::Reflect::get(&self.0, &"seen".into()).unwrap();
        seen.as_f64().unwrap() as u32
    }
}

pub struct Found(pub Element);

impl std::ops::Deref for Found {
    type Target = Element;

    fn deref(&self) -> &Element {
        &self.0
    }
}

impl Found {
    pub fn dyn_click(&self) {
        self.0.unchecked_ref::<HtmlElement>().click();
    }
}

/// Waits until the condition holds, and fails if it does not come to that.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in waits() {
        if holds() {
            return;
        }
        pause().await;
    }
    let active = document()
        .active_element()
        .map(|element| element.class_name());
    panic!("waited in vain for {what}; the focus is on {active:?}");
}

/// Lets everything run that is due already: effects, answers, and what follows from them.
pub async fn settle() {
    for _ in 0..3 {
        pause().await;
    }
}

/// Runs JavaScript: what bindings of ours do not do would be features that the page does without, and everything
/// would be compiled once more for the tests.
pub fn script(code: &str) -> wasm_bindgen::JsValue {
    js_sys::Function::new_no_args(code)
        .call0(&wasm_bindgen::JsValue::NULL)
        .unwrap()
}

pub fn stored(entry: &str) -> Option<String> {
    local_storage().get_item(entry).unwrap()
}

pub fn store(entry: &str, text: &str) {
    local_storage().set_item(entry, text).unwrap();
}

pub fn remove(entry: &str) {
    local_storage().remove_item(entry).unwrap();
}

fn waits() -> impl Iterator<Item = ()> {
    let end = clock::now().plus_millis(PATIENCE_MS);
    std::iter::from_fn(move || (clock::now() < end).then_some(()))
}

/// One turn of the browser's event loop, timers included.
pub async fn pause() {
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 5)
            .unwrap();
    });
    JsFuture::from(turn).await.unwrap();
}

pub fn happen(element: &Element, kind: &str) {
    let happened = event(&format!("new Event('{kind}', {{ bubbles: true }})"));
    element.dispatch_event(&happened).unwrap();
}

fn event(made_by: &str) -> web_sys::Event {
    script(&format!("return {made_by}")).unchecked_into()
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn local_storage() -> web_sys::Storage {
    window().local_storage().unwrap().unwrap()
}
