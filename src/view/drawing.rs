use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node};
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event as DomEvent, HtmlInputElement, MouseEvent};

use super::card::card;
use super::controls::Controls;
use super::history::history;
use super::key_field::Ids;
use super::pen::{Button, Pen};
use super::runner::Runner;
use super::widget::form;
use crate::browser::spawn;
use crate::domain::history::Change;
use crate::domain::session::Event;

/// The widget as Leptos takes it: one element, whose inside is drawn by a [`Pen`].
pub(super) struct Drawing(pub(super) Controls);

impl Render for Drawing {
    type State = Element;

    fn build(self) -> Element {
        let root = Rndr::create_element("div", None);
        Rndr::set_attribute(&root, "class", "referral-connect");
        Rndr::set_attribute(&root, "part", "base");
        draw(self.0, root.clone());
        root
    }

    /// Whoever makes it anew has given the one before up.
    fn rebuild(self, drawn: &mut Element) {
        let mut fresh = self.build();
        drawn.insert_before_this(&mut fresh);
        drawn.unmount();
        *drawn = fresh;
    }
}

/// A page that adds attributes to a component's elements adds none to these.
impl AddAnyAttr for Drawing {
    type Output<Added: Attribute> = Self;

    fn add_any_attr<Added: Attribute>(self, _added: Added) -> Self {
        self
    }
}

/// It is drawn in browsers alone: a server sends nothing of it, and there is nothing to take over.
impl RenderHtml for Drawing {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    fn resolve(self) -> impl Future<Output = Self> + Send {
        std::future::ready(self)
    }

    fn to_html_with_buf(
        self,
        _html: &mut String,
        _position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _added: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        _cursor: &Cursor,
        _position: &PositionState,
    ) -> Element {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}

/// Draws the widget into `root` now and whenever it changes, and heeds what the person does there.
fn draw(controls: Controls, root: Element) {
    let runner = controls.runner;
    runner.stand_in(root.clone());
    let Some(words) = runner.words() else {
        return;
    };
    let pen = Rc::new(RefCell::new(Pen::new(&root, words)));
    let has_focus = Rc::new(Cell::new(None));
    let ids = Ids::new(runner.number());
    let mut text = None;
    let mut draw = {
        let (pen, has_focus) = (Rc::clone(&pen), Rc::clone(&has_focus));
        move || {
            let (Some(seen), Some(words)) = (runner.seen(), runner.words()) else {
                return;
            };
            let Ok(mut pen) = pen.try_borrow_mut() else {
                return;
            };
            pen.words = words;
            pen.speak();
            form(&mut pen, &seen, &ids);
            card(&mut pen, &seen);
            pen.open("div|class=referral-list");
            if let Some(listed) = &seen.history {
                history(&mut pen, &listed.borrow(), seen.now());
            }
            pen.close();
            pen.lift();
            drop(pen);
            // Writing the text that it has already would move the caret and end an input method's composition.
            if text.as_ref() != Some(&seen.state.text)
                && let Some(input) = field(runner)
            {
                if input.value() != seen.state.text {
                    input.set_value(&seen.state.text);
                }
                text = Some(seen.state.text.clone());
            }
            if let Some(region) = has_focus.get()
                && is_focus_lost()
            {
                has_focus.set(None);
                controls.focus(region);
            }
        }
    };
    draw();
    runner.follow(draw);
    listen(controls, &root, pen, has_focus);
}

/// The part of the widget that has the focus, by its selector.
type HasFocus = Rc<Cell<Option<&'static str>>>;

/// Heeds all events of the widget with one listener: each listener has to be paid for.
fn listen(controls: Controls, root: &Element, pen: Rc<RefCell<Pen>>, has_focus: HasFocus) {
    let runner = controls.runner;
    // Those around the buttons that come and go. They stay where they were drawn first.
    let around = |selector| root.query_selector(selector).ok().flatten();
    let (actions, list) = (around(".referral-actions"), around(".referral-list"));
    let history = list.clone();
    // `Fn`: a press that moves the focus is heard of inside of it.
    let heed: Box<dyn Fn(DomEvent)> = Box::new(move |event| {
        let target: Option<Node> = event.target().and_then(|target| target.dyn_into().ok());
        match event.type_().as_str() {
            "input" => match field(runner) {
                Some(input) if input.contains(target.as_ref()) => {
                    runner.dispatch(Event::Typed(input.value()));
                }
                _ => controls.filter(),
            },
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
                    Some(Button::Refresh) => runner.change(Change::Wanted),
                    Some(Button::More) => runner.change(Change::MoreWanted),
                    None => {}
                }
            }
            "focusin" => {
                let is_in = |history: &Element| history.contains(target.as_ref());
                has_focus.set(Some(match history.as_ref().is_some_and(is_in) {
                    true => ".referral-history",
                    false => ".referral-card",
                }));
            }
            _ => {
                let has_focus = Rc::clone(&has_focus);
                spawn(Box::pin(async move {
                    // A button that was taken away did not lose the focus to something that the person chose.
                    if target.is_some_and(|left| left.is_connected()) {
                        has_focus.set(None);
                    }
                }));
            }
        }
    });
    let heed = Closure::wrap(heed);
    let listen = |element: &Element, kinds: &[&str]| {
        for kind in kinds {
            // The browser refuses no listener for an event of such a name.
            let _ = element.add_event_listener_with_callback(kind, heed.as_ref().unchecked_ref());
        }
    };
    listen(root, &["input", "submit", "click"]);
    if let (Some(actions), Some(list)) = (actions, list) {
        listen(&actions, &["focusin", "focusout"]);
        listen(&list, &["focusin", "focusout"]);
    }
    runner.hold(Box::new(heed));
}

fn field(runner: Runner) -> Option<HtmlInputElement> {
    // The selector is ours, and well formed.
    let found = runner.root()?.query_selector("input").ok()??;
    Some(found.unchecked_into())
}

/// Whether the element that had the focus was taken out of the page: the focus is on the body then.
fn is_focus_lost() -> bool {
    web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_none_or(|active| active.tag_name().eq_ignore_ascii_case("body"))
}
