//! The component.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::tachys::renderer::Rndr;
use web_sys::Element;

use super::controls::Controls;
use super::drawing::Drawing;
use super::given::Given;
use super::history;
use super::key_field::{Ids, key_field};
use super::live;
use super::pen::Pen;
use super::pulse;
use super::runner::{Calls, Runner, Seen};
use super::words::{MessageId, Words};
use crate::browser::spawn;
use crate::domain::account::AccountUuid;
use crate::domain::adviser_key::KeyCase;
use crate::domain::outcome::{NotSent, Reason};
use crate::domain::session::{Event, Notice, Recorded, Stage};

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
    /// Whether the recent requests are listed below the form.
    #[prop(into, default = Given::always(false))]
    history: Given<bool>,
    /// A code to start with. It is never sent by itself.
    #[prop(into, default = Given::always(String::new()))]
    adviser_key: Given<String>,
    /// The words in which it speaks.
    #[prop(into, default = Given::always(Words::english()))]
    words: Given<Rc<Words>>,
    /// Called at once with what may be asked of the widget from outside.
    #[prop(optional_no_strip)]
    ready: Option<Ready>,
) -> impl IntoView {
    let text = untrack(|| adviser_key.get()).unwrap_or_default();
    let of_host = account.clone();
    let found = (calls.recorded)();
    let runner = Runner::new(calls, account, key_case, words.clone(), text.clone());
    on_cleanup(move || runner.end());
    let controls = Controls { runner };
    if let Some(ready) = ready {
        ready(controls);
    }
    // Each in its place, where the signals of a host are followed.
    of_host.watch(move || runner.wake());
    refresh_s.watch(move || runner.wake());
    history.watch(move || runner.wake());
    adviser_key.watch(move || runner.wake());
    words.watch(move || runner.wake());
    begin(runner, refresh_s, history, adviser_key, text, found);
    Drawing(controls)
}

/// What a host may change while the widget is there. See [`Widget`] for the meaning of each.
pub(crate) struct Settings {
    pub(crate) account: Given<Option<AccountUuid>>,
    pub(crate) key_case: Given<KeyCase>,
    pub(crate) refresh_s: Given<u32>,
    pub(crate) history: Given<bool>,
    pub(crate) adviser_key: Given<String>,
    pub(crate) words: Given<Rc<Words>>,
}

/// The widget where there is no Leptos application around it, whose care for signals and views would have to be paid
/// for. It is taken out when this is dropped.
pub(crate) struct Apart {
    /// What may be asked of it.
    pub(crate) controls: Controls,
    drawn: Element,
}

impl Apart {
    /// Puts one into `root`.
    pub(crate) fn put(root: &Element, calls: Calls, settings: Settings) -> Self {
        let Settings {
            account,
            key_case,
            refresh_s,
            history,
            adviser_key,
            words,
        } = settings;
        let text = adviser_key.get().unwrap_or_default();
        let found = (calls.recorded)();
        let runner = Runner::new(calls, account, key_case, words, text.clone());
        let controls = Controls { runner };
        begin(runner, refresh_s, history, adviser_key, text, found);
        let drawn = Drawing(controls).build();
        Rndr::insert_node(root, &drawn, None);
        Self { controls, drawn }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        self.controls.runner.end();
        Rndr::remove(&self.drawn);
    }
}

/// `text` is what the field holds to begin with, `found` what was on record before.
fn begin(
    runner: Runner,
    refresh_s: Given<u32>,
    history: Given<bool>,
    adviser_key: Given<String>,
    text: String,
    found: Recorded,
) {
    pulse::begin(runner);
    live::begin(runner, refresh_s);
    history::begin(runner, history);
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
}

/// Whether what was said is about the code in the field.
pub(super) fn is_about_key(notice: Option<&Notice>) -> bool {
    match notice {
        Some(Notice::NotSent(why)) => matches!(why, NotSent::Key(_)),
        Some(Notice::Rejected { rejection, .. }) => rejection.reason == Reason::KeyRefused,
        Some(Notice::NotArrived(_)) | None => false,
    }
}

/// The field, its button, and what is said of the last press.
pub(super) fn form(pen: &mut Pen, seen: &Seen, ids: &Ids) {
    let notice = seen.state.notice.as_ref();
    let is_sending = matches!(seen.state.stage, Stage::Sending { .. });
    pen.open("form|class=referral-form|part=form|novalidate=");
    key_field(pen, ids, is_about_key(notice), is_sending);
    // Never disabled: a press says what is missing, and one too many does nothing.
    pen.open("button|type=submit|class=referral-button referral-send|part=button");
    pen.set("aria-disabled", is_sending.then_some("true"));
    pen.say(MessageId::Send);
    pen.close();
    pen.open("div|class=referral-message|part=message|role=alert");
    pen.set("id", Some(&ids.error));
    if let Some(notice) = notice {
        complaint(pen, notice);
    }
    pen.close();
    // Not in the alert, which would be read out every second.
    let wait = match pulse::wait_window(&seen.state) {
        Some(window) => match window.at(seen.device_now) {
            Some(countdown) => pen.words.wait(countdown.left),
            None => pen.words.get(MessageId::WaitOver),
        },
        None => String::new(),
    };
    pen.leaf("p|class=referral-wait", &wait);
    pen.close();
}

fn complaint(pen: &mut Pen, notice: &Notice) {
    match notice {
        Notice::NotSent(why) => {
            let words = pen.words.not_sent(*why);
            pen.leaf("p", &words);
        }
        Notice::Rejected { rejection, .. } => {
            let words = pen.words.rejection(rejection);
            pen.leaf("p", &words);
            if let Some(message) = &rejection.message {
                pen.open("p|class=referral-quote");
                pen.say(MessageId::PlannrSays);
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
