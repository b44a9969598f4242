//! What a person sees, in Leptos.
//!
//! [`widget`] is the component. It holds the [`State`](crate::domain::session::State), runs the commands of
//! its state machine through the [`Calls`](runner::Calls) that it is given, and is otherwise a function of
//! that state and of the time. [`words`] has every word.

pub mod controls;
pub mod given;
pub mod runner;
pub mod widget;
pub mod words;

mod badge;
mod button;
mod card;
mod countdown;
mod doubt;
mod drawing;
mod history;
mod key_field;
mod live;
mod pen;
mod pulse;
