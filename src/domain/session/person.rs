//! What the person does.

use super::super::adviser_key::AdviserKey;
use super::super::outcome::{Doubt, NotSent};
use super::{Check, Command, Notice, Pending, Press, Stage, State};

impl State {
    pub(super) fn typed(mut self, text: String) -> Self {
        if !matches!(self.stage, Stage::Sending { .. }) && self.text != text {
            // What was said was said of the text before.
            self.notice = None;
            self.text = text;
        }
        self
    }

    pub(super) fn pressed(mut self, press: Press) -> (Self, Option<Command>) {
        if matches!(self.stage, Stage::Sending { .. }) {
            return (self, None);
        }
        self.notice = None;
        let key = match self.text.parse::<AdviserKey>() {
            Ok(key) => key.in_case(press.key_case),
            Err(problem) => return (self.refuse(NotSent::Key(problem)), None),
        };
        self.heed(&press.recorded, |pending| pending.is_for(&key));
        if let Some(locked) = self.unresolved.iter().rev().find(|past| past.is_for(&key)) {
            let pending = locked.clone();
            return match &self.stage {
                Stage::Unknown { pending: shown, .. } if shown.is_same(&pending) => {
                    let state = self.in_unknown(|check| match check {
                        Check::Offered | Check::Unanswered(_) | Check::NotYet => Check::Locked,
                        other => other,
                    });
                    (state, None)
                }
                _ => {
                    let stage = Stage::Unknown {
                        pending,
                        doubt: Doubt::Earlier,
                        check: Check::Locked,
                    };
                    (self.at(stage), None)
                }
            };
        }
        self.send(key, press)
    }

    pub(super) fn send(mut self, key: AdviserKey, press: Press) -> (Self, Option<Command>) {
        if let Some(obstacle) = press.obstacle {
            return (self.refuse(obstacle), None);
        }
        let Some(account) = press.account else {
            return (self.refuse(NotSent::NoAccount), None);
        };
        let attempt = self.next_attempt();
        // Requests are told apart by their moment, so no two have the same, whatever the clock does.
        let since = self
            .unresolved
            .iter()
            .map(|past| past.since.plus_millis(1))
            .fold(press.now, Ord::max);
        let mut known_uuids = press.recorded.known_uuids;
        for uuid in &self.known_uuids {
            if !known_uuids.contains(uuid) {
                known_uuids.push(uuid.clone());
            }
        }
        let pending = Pending {
            endpoint: press.endpoint,
            key,
            account,
            since,
            known_uuids,
            has_ended: false,
        };
        let command = Command::Send {
            attempt,
            pending: pending.clone(),
            in_doubt: self.unresolved.clone(),
        };
        self.unresolved.push(pending.clone());
        (self.at(Stage::Sending { attempt, pending }), Some(command))
    }

    /// A press that leads nowhere says why, and leaves the rest of the screen as it is.
    fn refuse(mut self, why: NotSent) -> Self {
        self.notice = Some(Notice::NotSent(why));
        self.in_unknown(|check| match check {
            Check::Confirming => Check::Offered,
            other => other,
        })
    }

    /// The only way from a request in doubt to another one for the same code. The one in doubt stays on
    /// record until the new one's outcome is known, so that nothing that stops the new one forgets it.
    pub(super) fn send_again(self, press: Press) -> (Self, Option<Command>) {
        let Stage::Unknown {
            pending,
            check: Check::Confirming,
            ..
        } = &self.stage
        else {
            return (self, None);
        };
        let key = pending.key.clone();
        self.send(key, press)
    }

    /// Forgets what was typed and what is shown, but no request whose outcome is not known.
    pub(super) fn reset(mut self) -> Self {
        if matches!(self.stage, Stage::Sending { .. }) {
            return self;
        }
        self.text.clear();
        self.notice = None;
        self.new_request()
    }

    pub(super) fn new_request(mut self) -> Self {
        if !matches!(self.stage, Stage::Sent { .. }) {
            return self;
        }
        self.notice = None;
        let stage = self.stage_at_rest();
        self.at(stage)
    }
}
