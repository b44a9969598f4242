//! What the person does.

use super::super::adviser_key::AdviserKey;
use super::super::outcome::{Doubt, NotSent};
use super::{Check, Command, Notice, Pending, Press, Stage, State};

impl State {
    pub(super) fn typed(&mut self, text: String) {
        if !matches!(self.stage, Stage::Sending { .. }) && self.text != text {
            // What was said was said of the text before.
            self.notice = None;
            self.text = text;
        }
    }

    pub(super) fn pressed(&mut self, press: Press) -> Option<Command> {
        if matches!(self.stage, Stage::Sending { .. }) {
            return None;
        }
        self.notice = None;
        let key = match self.text.parse::<AdviserKey>() {
            Ok(key) => key.in_case(press.key_case),
            Err(problem) => return self.refuse(NotSent::Key(problem)),
        };
        self.heed(&press.recorded, |pending| pending.is_for(&key));
        if let Some(locked) = self.unresolved.iter().rev().find(|past| past.is_for(&key)) {
            match &mut self.stage {
                Stage::Unknown { pending, check, .. } if pending.is_same(locked) => {
                    if matches!(check, Check::Offered | Check::Unanswered(_) | Check::NotYet) {
                        *check = Check::Locked;
                    }
                }
                _ => {
                    self.stage = Stage::Unknown {
                        pending: locked.clone(),
                        doubt: Doubt::Earlier,
                        check: Check::Locked,
                    };
                }
            }
            return None;
        }
        self.send(key, press)
    }

    pub(super) fn send(&mut self, key: AdviserKey, press: Press) -> Option<Command> {
        if let Some(obstacle) = press.obstacle {
            return self.refuse(obstacle);
        }
        let Some(account) = press.account else {
            return self.refuse(NotSent::NoAccount);
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
            idempotency_key: press.idempotency_key,
            known_uuids,
            has_ended: false,
        };
        let command = Command::Send {
            attempt,
            pending: pending.clone(),
            in_doubt: self.unresolved.clone(),
        };
        self.unresolved.push(pending.clone());
        self.stage = Stage::Sending { attempt, pending };
        Some(command)
    }

    /// A press that leads nowhere says why, and leaves the rest of the screen as it is.
    fn refuse(&mut self, why: NotSent) -> Option<Command> {
        self.notice = Some(Notice::NotSent(why));
        self.think_better();
        None
    }

    /// The only way from a request in doubt to another one for the same code. The one in doubt stays on
    /// record until the new one's outcome is known, so that nothing that stops the new one forgets it.
    pub(super) fn send_again(&mut self, press: Press) -> Option<Command> {
        let Stage::Unknown {
            pending,
            check: Check::Confirming,
            ..
        } = &self.stage
        else {
            return None;
        };
        let asked = pending.clone();
        let mut command = self.send(asked.key.clone(), press);
        if let Some(Command::Send { in_doubt, .. }) = &mut command {
            // Where a gateway asked, this is not among those without an outcome.
            in_doubt.push(asked);
        }
        command
    }

    /// Forgets what was typed and what is shown, but no request whose outcome is not known.
    pub(super) fn reset(&mut self) {
        if !matches!(self.stage, Stage::Sending { .. }) {
            self.text.clear();
            self.notice = None;
            self.new_request();
        }
    }

    pub(super) fn new_request(&mut self) {
        if matches!(self.stage, Stage::Sent { .. }) {
            self.notice = None;
            self.rest();
        }
    }
}
