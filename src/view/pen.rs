use std::cell::RefCell;
use std::rc::Rc;

use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node};
use wasm_bindgen::JsCast;
use web_sys::Text;

use super::words::{MessageId, Words};
use crate::domain::cut::cut;

/// An element and those of its attributes that never change, as in `p|class=referral-hint|part=hint`: each as a text of its
/// own, with its place and length, would be twice as large.
pub(super) type Markup = &'static str;

/// Draws what is shown into an element. Whatever is drawn again where it stood is left alone; only what differs is
/// changed.
///
/// `view!` makes a type of each piece of markup, with code of its own to build it, change it and take it away: for this
/// widget three times as much as everything else together (see `docs/size.md`). Drawn, a piece of markup is a few
/// calls.
pub(super) struct Pen {
    /// The words in which it writes.
    pub(super) words: Rc<Words>,
    /// The element that is drawn into, and the open ones inside of it.
    open: Vec<Drawn>,
}

/// Something that stands in the page.
struct Drawn {
    node: Node,
    /// Nothing for a text.
    markup: Markup,
    /// Of a text what it says, of an element its width.
    text: String,
    /// The attributes that may change, as they are.
    varying: Vec<(&'static str, String)>,
    button: Option<Button>,
    inner: Vec<Drawn>,
    /// How many of those inside have been drawn this time.
    reached: usize,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Button {
    /// Looks the request up.
    Check,
    /// Asks whether to send once more.
    SendAgain,
    /// Takes that back.
    Cancel,
    /// Means it.
    Confirm,
    /// Leaves a result behind.
    NewRequest,
    /// Says that the request at this place of a list is the one.
    Pick(usize),
    /// Asks for the list of recent requests anew.
    Refresh,
    /// Asks for more of it.
    More,
}

impl Pen {
    /// Draws into `root`, which is empty.
    pub(super) fn new(root: &Element, words: Rc<Words>) -> Self {
        Self {
            words,
            open: vec![Drawn::new(root.clone().into(), "")],
        }
    }

    /// Begins an element, which ends with [`Pen::close`]. One with the same fixed attributes at the same place is the
    /// same one: it keeps the focus, and is not read out anew.
    pub(super) fn open(&mut self, markup: Markup) {
        let drawn = self.take(markup);
        self.open.push(drawn);
    }

    /// Ends what was begun last.
    pub(super) fn close(&mut self) {
        if let Some(mut drawn) = self.open.pop() {
            drawn.end();
            self.put(drawn);
        }
    }

    /// A text. Where there is nothing to say an empty one keeps the place.
    pub(super) fn text(&mut self, text: &str) {
        let mut drawn = self.take("");
        if drawn.text != text {
            Rndr::set_text(drawn.node.unchecked_ref::<Text>(), text);
            text.clone_into(&mut drawn.text);
        }
        self.put(drawn);
    }

    /// Says in which language all of it is, for whoever reads it out.
    pub(super) fn speak(&mut self) {
        let words = Rc::clone(&self.words);
        self.set("lang", Some(words.locale()));
    }

    /// A message.
    pub(super) fn say(&mut self, message: MessageId) {
        let text = self.words.get(message);
        self.text(&text);
    }

    /// An element that holds a message and nothing else.
    pub(super) fn line(&mut self, markup: Markup, message: MessageId) {
        self.open(markup);
        self.say(message);
        self.close();
    }

    /// Names the element begun last by a message, for those who do not see it.
    pub(super) fn name(&mut self, message: MessageId) {
        let text = self.words.get(message);
        self.set("aria-label", Some(&text));
    }

    /// An element that holds a text and nothing else.
    pub(super) fn leaf(&mut self, markup: Markup, text: &str) {
        self.open(markup);
        self.text(text);
        self.close();
    }

    /// Sets an attribute of the element begun last, or takes it away, and says whether it was another one. To be called
    /// at each drawing.
    pub(super) fn set(&mut self, name: &'static str, value: Option<&str>) -> bool {
        let Some(drawn) = self.open.last_mut() else {
            return false;
        };
        let element: &Element = drawn.node.unchecked_ref();
        let place = drawn.varying.iter().position(|(known, _)| *known == name);
        let before = place.map(|place| drawn.varying[place].1.as_str());
        if before == value {
            return false;
        }
        if let Some(place) = place {
            drawn.varying.swap_remove(place);
        }
        match value {
            Some(value) => {
                Rndr::set_attribute(element, name, value);
                drawn.varying.push((name, value.to_owned()));
            }
            None => Rndr::remove_attribute(element, name),
        }
        true
    }

    /// Makes the element begun last so wide. Not by an attribute, which pages may forbid (`style-src`).
    pub(super) fn width(&mut self, width: String) {
        if let Some(drawn) = self.open.last_mut()
            && drawn.text != width
        {
            let style = Rndr::style(drawn.node.unchecked_ref());
            Rndr::set_css_property(&style, "width", &width);
            drawn.text = width;
        }
    }

    /// Leaves all that is in the element begun last as it is.
    pub(super) fn keep(&mut self) {
        if let Some(drawn) = self.open.last_mut() {
            drawn.reached = drawn.inner.len();
        }
    }

    /// Makes the element begun last a button that does this.
    pub(super) fn does(&mut self, button: Button) {
        if let Some(drawn) = self.open.last_mut() {
            drawn.button = Some(button);
        }
    }

    /// Ends a drawing. The next one begins anew.
    pub(super) fn lift(&mut self) {
        if let Some(root) = self.open.first_mut() {
            root.end();
        }
    }

    /// What the button does that this is, or is inside of.
    pub(super) fn button(&self, node: &Node) -> Option<Button> {
        self.open.first()?.button_with(node)
    }

    /// What stands at the next place, if it is such an element or text; else a new one in its place.
    fn take(&mut self, markup: Markup) -> Drawn {
        let mut old = None;
        if let Some(parent) = self.open.last_mut()
            && parent.reached < parent.inner.len()
        {
            let mut drawn = parent.inner.remove(parent.reached);
            if drawn.markup == markup {
                drawn.reached = 0;
                return drawn;
            }
            old = Some(drawn.node);
        }
        let drawn = Drawn::new(make(markup), markup);
        if let Some(parent) = self.open.last() {
            Rndr::insert_node(parent.node.unchecked_ref(), &drawn.node, old.as_ref());
        }
        if let Some(old) = old {
            Rndr::remove(&old);
        }
        drawn
    }

    fn put(&mut self, drawn: Drawn) {
        if let Some(parent) = self.open.last_mut() {
            parent.inner.insert(parent.reached, drawn);
            parent.reached += 1;
        }
    }
}

impl Drawn {
    fn new(node: Node, markup: Markup) -> Self {
        Self {
            node,
            markup,
            text: String::new(),
            varying: Vec::new(),
            button: None,
            inner: Vec::new(),
            reached: 0,
        }
    }

    /// Takes away what was not drawn again.
    fn end(&mut self) {
        for gone in self.inner.drain(self.reached..) {
            Rndr::remove(&gone.node);
        }
        self.reached = 0;
    }

    fn button_with(&self, node: &Node) -> Option<Button> {
        if self.button.is_some() && self.node.contains(Some(node)) {
            return self.button;
        }
        self.inner.iter().find_map(|inner| inner.button_with(node))
    }
}

thread_local! {
    /// The first of each kind, which the others are copies of: one call in the place of one for each attribute.
    static MADE: RefCell<Vec<(Markup, Node)>> = const { RefCell::new(Vec::new()) };
}

fn make(markup: Markup) -> Node {
    MADE.with_borrow_mut(|made| {
        let known = made.iter().position(|&(known, _)| known == markup);
        let place = known.unwrap_or_else(|| {
            made.push((markup, make_first(markup)));
            made.len() - 1
        });
        // The browser refuses no copy of a node without a shadow root.
        made[place]
            .1
            .clone_node()
            .unwrap_or_else(|_| make_first(markup))
    })
}

fn make_first(markup: Markup) -> Node {
    if markup.is_empty() {
        return Rndr::create_text_node("").into();
    }
    let (tag, mut rest) = cut(markup, b'|').unwrap_or((markup, ""));
    let element = Rndr::create_element(tag, None);
    while let Some((name, after)) = cut(rest, b'=') {
        let (value, others) = cut(after, b'|').unwrap_or((after, ""));
        Rndr::set_attribute(&element, name, value);
        rest = others;
    }
    element.into()
}
