//! What is done in which state by keyboard, and what ought to come of it.

use e2e::page::{CODE_FIELD, button};

/// A state of the gallery, and what a person does there. It begins on the link before the widget.
pub(super) struct Scene {
    pub(super) state: &'static str,
    pub(super) title: &'static str,
    /// Stands above what is there in the end, where that is worth reading.
    pub(super) end: Option<&'static str>,
    pub(super) steps: &'static [Step],
}

/// Keys, and what comes of them.
pub(super) struct Step {
    pub(super) keys: Keys,
    /// What the keys are called.
    pub(super) told: &'static str,
    /// The accessible name of what has the focus then.
    pub(super) focus: &'static str,
    /// What is announced, in this order and no more.
    pub(super) heard: &'static [&'static str],
}

/// What is pressed.
#[derive(Clone, Copy)]
pub(super) enum Keys {
    /// One after the other, as WebDriver writes them.
    Each(&'static str),
    /// Tab with Shift held.
    Back,
}

const TAB: Keys = Keys::Each("\u{e004}");
const ENTER: Keys = Keys::Each("\u{e007}");
const SPACE: Keys = Keys::Each(" ");

/// How the card is called.
const CARD: &str = "Your request";
const SENDING: &str = "status: Sending your request…";
const CHECKING: &str = "status: Checking whether it arrived…";
const IN_DOUBT: &str = "status: Your request with the code DOUBT123 may have been sent. The connection was lost before Plannr answered. Checking whether it arrived…";
const SENT: &str = "status: Request sent to Larkspur Wealth Management Pending From Harbourlight Financial Planning To Larkspur Wealth Management";

const fn step(
    keys: Keys,
    told: &'static str,
    focus: &'static str,
    heard: &'static [&'static str],
) -> Step {
    Step {
        keys,
        told,
        focus,
        heard,
    }
}

pub(super) const SCENES: &[Scene] = &[
    Scene {
        state: "load-error",
        title: "A module that cannot be loaded, and then can",
        end: None,
        steps: &[
            step(
                Keys::Each("\u{e004}\u{e004}\u{e004}"),
                "Tab Tab Tab",
                "Try again",
                &[],
            ),
            step(ENTER, "Enter", CODE_FIELD, &[]),
        ],
    },
    Scene {
        state: "empty",
        title: "A request",
        end: None,
        steps: &[
            step(TAB, "Tab", CODE_FIELD, &[]),
            step(
                Keys::Each("ABC\u{e007}"),
                "A B C Enter",
                CODE_FIELD,
                &[
                    "alert: This code has 3 characters, and a referral code has 8. Add what is missing.",
                ],
            ),
            step(
                Keys::Each("12345\u{e007}"),
                "1 2 3 4 5 Enter",
                CODE_FIELD,
                &[SENDING, SENT],
            ),
            step(TAB, "Tab", button::SEND, &[]),
            step(TAB, "Tab", button::NEW_REQUEST, &[]),
            step(ENTER, "Enter", CODE_FIELD, &[]),
        ],
    },
    Scene {
        state: "unknown-lost",
        title: "A request without a known outcome",
        end: None,
        steps: &[
            step(TAB, "Tab", CODE_FIELD, &[]),
            step(TAB, "Tab", button::SEND, &[]),
            step(
                SPACE,
                "Space",
                button::SEND,
                &["status: Not sent a second time. Check first whether the first request arrived."],
            ),
            step(TAB, "Tab", button::CHECK, &[]),
            step(
                ENTER,
                "Enter",
                button::CHECK,
                &[
                    CHECKING,
                    "status: We could not check: Plannr's list of requests did not arrive. Check again.",
                ],
            ),
            step(TAB, "Tab", button::SEND_AGAIN, &[]),
            step(
                ENTER,
                "Enter",
                CARD,
                &[
                    "status: Send a second request? If the first one arrived, the adviser gets two emails from you.",
                ],
            ),
            step(TAB, "Tab", button::CANCEL, &[]),
            step(TAB, "Tab", button::SEND_AGAIN, &[]),
            step(Keys::Back, "Shift and Tab", button::CANCEL, &[]),
            step(
                ENTER,
                "Enter",
                CARD,
                &["status: Check before you send it again: every request emails the adviser."],
            ),
            step(TAB, "Tab", button::CHECK, &[]),
            step(TAB, "Tab", button::SEND_AGAIN, &[]),
            step(
                SPACE,
                "Space",
                CARD,
                &[
                    "status: Send a second request? If the first one arrived, the adviser gets two emails from you.",
                ],
            ),
            step(
                Keys::Each("\u{e004}\u{e004}"),
                "Tab Tab",
                button::SEND_AGAIN,
                &[],
            ),
            step(ENTER, "Enter", CARD, &[SENDING, IN_DOUBT]),
        ],
    },
    Scene {
        state: "several",
        title: "Several to choose from",
        end: Some("When one of them is chosen"),
        steps: &[
            step(
                Keys::Each("\u{e004}\u{e004}\u{e004}"),
                "Tab Tab Tab",
                "Larkspur Wealth Management Tuesday, 12 May 2026 at 11:00",
                &[],
            ),
            step(ENTER, "Enter", CARD, &[SENT]),
            step(TAB, "Tab", button::NEW_REQUEST, &[]),
        ],
    },
    Scene {
        state: "history",
        title: "Recent requests",
        end: Some("When there are no more to load"),
        steps: &[
            step(
                Keys::Each("\u{e004}\u{e004}\u{e004}"),
                "Tab Tab Tab",
                "Refresh list",
                &[],
            ),
            step(TAB, "Tab", "Direction", &[]),
            step(TAB, "Tab", "Status", &[]),
            step(TAB, "Tab", "Load more", &[]),
            step(
                ENTER,
                "Enter",
                "Recent requests",
                &[
                    "status: Loading recent requests…",
                    "status: Requests shown: 6",
                ],
            ),
        ],
    },
    Scene {
        state: "rejected-422",
        title: "A code that Plannr refuses",
        end: None,
        steps: &[step(
            Keys::Each("\u{e004}\u{e007}"),
            "Tab Enter",
            CODE_FIELD,
            &[
                SENDING,
                "alert: Nothing was sent: Plannr does not accept this code. Check it with the other adviser. Plannr says: No adviser has this code.",
            ],
        )],
    },
];
