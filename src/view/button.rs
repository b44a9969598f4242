use super::pen::{Button, Pen};
use super::words::MessageId;

/// How much a button stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// What most people will want next.
    Main,
    /// Another way on.
    Quiet,
    /// What should be thought over.
    Grave,
}

/// A button that does something at once.
pub(super) fn button(pen: &mut Pen, weight: Weight, name: MessageId, button: Button) {
    pen.open(match weight {
        Weight::Main => "button|type=button|class=referral-button|part=button",
        Weight::Quiet => "button|type=button|class=referral-button referral-quiet|part=button",
        Weight::Grave => "button|type=button|class=referral-button referral-grave|part=button",
    });
    pen.does(button);
    pen.say(name);
    pen.close();
}
