use super::pen::Pen;
use super::words::MessageId;
use crate::domain::digits::digits;

/// Where the code is typed. What stands in it is the person's: it is never rewritten while they type, nor cut.
///
/// `is_wrong`: it is what keeps the request from being sent. `is_locked`: while a request is being made, it stands
/// still.
pub(super) fn key_field(pen: &mut Pen, ids: &Ids, is_wrong: bool, is_locked: bool) {
    pen.open("label|class=referral-label|part=label");
    pen.set("for", Some(&ids.field));
    pen.say(MessageId::Label);
    pen.close();
    pen.open("p|class=referral-hint|part=hint");
    pen.set("id", Some(&ids.hint));
    pen.say(MessageId::Hint);
    pen.close();
    pen.open("input|class=referral-input|part=input|type=text|name=adviser_key|autocomplete=off|autocapitalize=none|spellcheck=false|autocorrect=off|aria-required=true",
    );
    pen.set("id", Some(&ids.field));
    pen.set("aria-describedby", Some(&ids.described_by));
    pen.set("aria-invalid", is_wrong.then_some("true"));
    pen.set("readonly", is_locked.then_some(""));
    pen.close();
}

/// Distinguish the widgets of one page.
pub(super) struct Ids {
    field: String,
    hint: String,
    /// Where its error is told.
    pub(super) error: String,
    described_by: String,
}

impl Ids {
    /// Those of the widget with this number.
    pub(super) fn new(number: u32) -> Self {
        let field = ["referral-", &digits(number.into())].concat();
        let hint = [&field, "-hint"].concat();
        let error = [&field, "-error"].concat();
        Self {
            described_by: [&hint, " ", &error].concat(),
            field,
            hint,
            error,
        }
    }
}
