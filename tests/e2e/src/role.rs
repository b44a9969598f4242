//! What people and assistive technology know an element by.

/// A role that the tests look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A push button.
    Button,
    /// A text field, a password field included.
    Textbox,
    /// A list to choose one option from.
    Choice,
    /// A polite live region.
    Status,
    /// An assertive live region.
    Alert,
    /// A countdown.
    Timer,
    /// A gauge.
    Meter,
    /// The heading that opens and closes a `<details>`.
    Disclosure,
}

impl Role {
    /// A quick selector for what may have the role: asking the browser for every element's role would take seconds.
    #[must_use]
    pub fn candidates(self) -> &'static str {
        match self {
            Self::Button => "button, input[type=submit], input[type=button], [role=button]",
            Self::Textbox => {
                "input:not([type]), input[type=text], input[type=url], input[type=password], textarea, [role=textbox]"
            }
            Self::Choice => "select, [role=combobox]",
            Self::Status => "[role=status], output",
            Self::Alert => "[role=alert]",
            Self::Timer => "[role=timer]",
            Self::Meter => "meter, [role=meter]",
            Self::Disclosure => "summary",
        }
    }

    /// Whether a browser's computed role is this one. Where the specification leaves a role open, every engine
    /// has a word of its own.
    #[must_use]
    pub fn is(self, computed: &str) -> bool {
        match self {
            Self::Button => computed == "button",
            // Chromium has no role for a password field, as the specification has none.
            Self::Textbox => matches!(computed, "textbox" | "none" | "" | "generic"),
            // WebKit calls a menu list a button.
            Self::Choice => matches!(computed, "combobox" | "listbox" | "button"),
            Self::Status => computed == "status",
            Self::Alert => computed == "alert",
            Self::Timer => computed == "timer",
            Self::Meter => computed == "meter",
            Self::Disclosure => matches!(computed, "" | "button" | "DisclosureTriangle"),
        }
    }
}
