use super::pen::Pen;
use crate::domain::connection::Status;

/// The status as a word and a shape: never as a colour alone.
pub(super) fn badge(pen: &mut Pen, status: &Status) {
    let kind = match status {
        Status::Pending => "pending",
        Status::Accepted => "accepted",
        Status::Denied => "denied",
        Status::Expired => "expired",
        Status::Other(_) => "other",
    };
    pen.open("span|class=referral-badge|part=badge");
    pen.set("data-status", Some(kind));
    pen.open("span|class=referral-badge-shape|aria-hidden=true");
    pen.close();
    let word = pen.words.status(status);
    pen.leaf("bdi", &word);
    pen.close();
}
