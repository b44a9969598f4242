//! The component.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use leptos::tachys::renderer::types::{Element, Node};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event as DomEvent, HtmlInputElement, MouseEvent};

use super::card::card;
use super::controls::Controls;
use super::given::Given;
use super::key_field::{Ids, key_field};
use super::pen::{Button, Pen};
use super::pulse;
use super::runner::{Calls, Runner, Seen};
use super::words;
use crate::browser::spawn;
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::domain::outcome::{NotSent, Reason};
use crate::domain::session::{Event, Notice, Recorded, Stage};

/// Makes the identifiers of several widgets on one page differ.
static WIDGETS: AtomicU32 = AtomicU32::new(0);

/// Seconds between two questions for the status of a pending request, unless the host says.
pub const REFRESH_S: u32 = 60;

/// Called with what may be asked of the widget from outside.
pub type Ready = Rc<dyn Fn(Controls)>;

/// The form, its messages, and the card that says how the request stands.
#[component]
pub fn Widget(
    /// What the widget asks of the world.
    calls: Calls,
    /// The account to act for.
    #[prop(into)]
    account: Given<Option<AccountUuid>>,
    /// What happens to the letters of a code.
    #[prop(into, default = Given::always(KeyCase::Preserve))]
    key_case: Given<KeyCase>,
    /// Seconds between two questions for the status of a pending request; 0 is never, and 10 the least.
    #[prop(into, default = Given::always(REFRESH_S))]
    refresh_s: Given<u32>,
    /// A code to start with. It is never sent by itself.
    #[prop(into, default = Given::always(String::new()))]
    adviser_key: Given<String>,
    /// Called at once with what may be asked of the widget from outside.
    #[prop(optional_no_strip)]
    ready: Option<Ready>,
) -> impl IntoView {
    let found = (calls.recorded)();
    let text = untrack(|| adviser_key.get()).unwrap_or_default();
    let runner = Runner::new(calls, account, key_case, text.clone());
    let controls = Controls { runner };
    if let Some(ready) = ready {
        ready(controls);
    }
    // Each in its place, where the signals of a host are followed.
    refresh_s.watch(move || runner.wake());
    adviser_key.watch(move || runner.wake());
    pulse::begin(runner, refresh_s);
    // A host may set the same code again, which is no reason to write over what was typed since.
    let mut given = text;
    runner.follow(move || {
        let code = adviser_key.get().unwrap_or_default();
        if code != given {
            given.clone_from(&code);
            if !code.is_empty() {
                runner.dispatch(Event::Typed(code));
            }
        }
    });
    if found != Recorded::default() {
        // After the first drawing, so that the status region is there before its text.
        spawn(Box::pin(async move {
            runner.dispatch(Event::Restored(found));
        }));
    }
    let draw: Rc<dyn Fn(Element)> = Rc::new(move |root| draw(controls, root));
    view! { <div class="referral-connect" part="base" use:drawn=draw></div> }
}

/// Whether what was said is about the code in the field.
pub(super) fn is_about_key(notice: Option<&Notice>) -> bool {
    match notice {
        Some(Notice::NotSent(why)) => matches!(why, NotSent::Key(_)),
        Some(Notice::Rejected { rejection, .. }) => rejection.reason == Reason::KeyRefused,
        Some(Notice::NotArrived(_)) | None => false,
    }
}

/// A directive: has the element that it is used on filled.
fn drawn(root: Element, draw: Rc<dyn Fn(Element)>) {
    draw(root);
}

/// Draws the widget into `root` now and whenever it changes, and heeds what the person does there.
fn draw(controls: Controls, root: Element) {
    let runner = controls.runner;
    runner.stand_in(root.clone());
    let pen = Rc::new(RefCell::new(Pen::new(&root)));
    let has_focus = Rc::new(Cell::new(false));
    let ids = Ids::new(WIDGETS.fetch_add(1, Ordering::Relaxed));
    let mut text = None;
    let mut draw = {
        let (pen, has_focus) = (Rc::clone(&pen), Rc::clone(&has_focus));
        move || {
            let Some(seen) = runner.seen() else {
                return;
            };
            let Ok(mut pen) = pen.try_borrow_mut() else {
                return;
            };
            form(&mut pen, &seen, &ids);
            card(&mut pen, &seen);
            pen.lift();
            drop(pen);
            // Writing the text that it has already would move the caret and end an input method's composition.
            if text.as_ref() != Some(&seen.state.text)
                && let Some(input) = field(runner)
            {
                if input.value() != seen.state.text {
                    input.set_value(&seen.state.text);
                }
                text = Some(seen.state.text);
            }
            if has_focus.get() && is_focus_lost() {
                has_focus.set(false);
                controls.focus(".referral-card");
            }
        }
    };
    draw();
    runner.follow(draw);
    listen(controls, &root, pen, has_focus);
}

fn form(pen: &mut Pen, seen: &Seen, ids: &Ids) {
    let notice = seen.state.notice.as_ref();
    let is_sending = matches!(seen.state.stage, Stage::Sending { .. });
    pen.open("form|class=referral-form|part=form|novalidate=");
    key_field(pen, ids, is_about_key(notice), is_sending);
    // Never disabled: a press says what is missing, and one too many does nothing.
    pen.open("button|type=submit|class=referral-button referral-send|part=button");
    pen.set("aria-disabled", is_sending.then_some("true"));
    pen.text(words::SEND);
    pen.close();
    pen.open("div|class=referral-message|part=message|role=alert");
    pen.set("id", Some(&ids.error));
    if let Some(notice) = notice {
        complaint(pen, notice);
    }
    pen.close();
    // Not in the alert, which would be read out every second.
    let wait: Cow<str> = match pulse::wait_window(&seen.state) {
        Some(window) => match window.at(seen.device_now) {
            Some(countdown) => words::wait(countdown.left).into(),
            None => words::WAIT_OVER.into(),
        },
        None => "".into(),
    };
    pen.leaf("p|class=referral-wait", &wait);
    pen.close();
}

fn complaint(pen: &mut Pen, notice: &Notice) {
    match notice {
        Notice::NotSent(why) => pen.leaf("p", &words::not_sent(*why)),
        Notice::Rejected { rejection, .. } => {
            pen.leaf("p", &words::rejection(rejection));
            if let Some(message) = &rejection.message {
                pen.open("p|class=referral-quote");
                pen.text(words::PLANNR_SAYS);
                pen.text(" ");
                pen.open("q");
                pen.leaf("bdi", message);
                pen.close();
                pen.close();
            }
        }
        // Told in the card: it is how the request stands.
        Notice::NotArrived(_) => {}
    }
}

/// Heeds all events of the widget with one listener: each listener has to be paid for.
fn listen(controls: Controls, root: &Element, pen: Rc<RefCell<Pen>>, has_focus: Rc<Cell<bool>>) {
    let runner = controls.runner;
    let heed: Box<dyn FnMut(DomEvent)> = Box::new(move |event| {
        let target: Option<Node> = event.target().and_then(|target| target.dyn_into().ok());
        match event.type_().as_str() {
            "input" => {
                if let Some(input) = field(runner) {
                    runner.dispatch(Event::Typed(input.value()));
                }
            }
            "submit" => {
                event.prevent_default();
                controls.submit();
            }
            "click" => {
                let button = match (pen.try_borrow(), target) {
                    (Ok(pen), Some(target)) => pen.button(&target),
                    _ => None,
                };
                let clicks = event.unchecked_ref::<MouseEvent>().detail();
                match button {
                    Some(Button::Check) => controls.check(),
                    Some(Button::SendAgain) => runner.dispatch(Event::SendAgainPressed),
                    Some(Button::Cancel) => runner.dispatch(Event::SendAgainCancelled),
                    // The second click of a double click lands here, and means nothing.
                    Some(Button::Confirm) if clicks >= 2 => {}
                    Some(Button::Confirm) => controls.confirm(),
                    Some(Button::NewRequest) => controls.start_over(),
                    Some(Button::Pick(place)) => runner.dispatch(Event::Picked(place)),
                    None => {}
                }
            }
            "focusin" => has_focus.set(is_in_actions(target.as_ref())),
            _ => {
                let has_focus = Rc::clone(&has_focus);
                spawn(Box::pin(async move {
                    // A button that was taken away did not lose the focus to something that the person chose.
                    if target.is_some_and(|left| left.is_connected()) {
                        has_focus.set(false);
                    }
                }));
            }
        }
    });
    let heed = Closure::wrap(heed);
    for kind in ["input", "submit", "click", "focusin", "focusout"] {
        // The browser refuses no listener for an event of such a name.
        let _ = root.add_event_listener_with_callback(kind, heed.as_ref().unchecked_ref());
    }
    runner.hold(Box::new(heed));
}

fn field(runner: Runner) -> Option<HtmlInputElement> {
    // The selector is ours, and well formed.
    let found = runner.root()?.query_selector("input").ok()??;
    Some(found.unchecked_into())
}

fn is_in_actions(node: Option<&Node>) -> bool {
    node.and_then(|node| node.dyn_ref::<Element>())
        .is_some_and(|element| matches!(element.closest(".referral-actions"), Ok(Some(_))))
}

/// Whether the element that had the focus was taken out of the page: the focus is on the body then.
fn is_focus_lost() -> bool {
    web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_none_or(|active| active.tag_name().eq_ignore_ascii_case("body"))
}
