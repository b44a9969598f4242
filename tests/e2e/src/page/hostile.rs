//! What a hostile world does to the page.
//!
//! Here scripts act in the place of people, for no person presses twice within one task. They find a widget by what a
//! person reads: the words on its button.

mod clock;
mod many;
mod posts;
mod site;

pub use clock::Face;
pub use many::Shown;
pub use site::Site;
