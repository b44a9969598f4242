//! What a person sees, in Leptos.
//!
//! [`widget`] is the component. It holds the [`State`](crate::domain::session::State), runs the commands of
//! its state machine through the [`Calls`](runner::Calls) that it is given, and is otherwise a function of
//! that state and of the time. [`words`] has every word.

pub mod controls;
pub mod runner;
pub mod widget;
pub mod words;

mod badge;
mod button;
mod card;
mod countdown;
mod doubt;
mod key_field;
mod pulse;

/// The value of `aria-hidden`. By name: markup that is all literals becomes HTML text that the browser parses, which
/// pages may forbid (`require-trusted-types-for 'script'`).
const HIDDEN: &str = "true";
