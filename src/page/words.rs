//! What the page says around the widget: which message of a catalogue, and what goes into it.
//!
//! The catalogues are the files of `words/page/`, one for each language that the widget has.

use std::rc::Rc;

use super::language::Language;
use crate::api::endpoint::EndpointProblem;
use crate::domain::account::Account;
use crate::domain::outcome::Unanswered;
use crate::json::Value;
use crate::view::words::Words;

const ENGLISH: &str = include_str!("../../words/page/en.json");
const WELSH: &str = include_str!("../../words/page/cy.json");
const WELSH_OF_THE_WIDGET: &str = include_str!("../../words/cy.json");

/// Around a value within a sentence, so that a name of another direction leaves the sentence in order
/// (Unicode Standard Annex 9, first strong isolate and its end).
const ISOLATE: [&str; 2] = ["\u{2068}", "\u{2069}"];

/// Makes the type and the list of names out of one list.
macro_rules! messages {
    ($($id:ident = $name:literal,)*) => {
        /// A message of the catalogues.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Message {
            $($id,)*
        }

        impl Message {
            /// What it is called there.
            fn name(self) -> &'static str {
                match self {
                    $(Self::$id => $name,)*
                }
            }

            #[cfg(test)]
            const NAMES: &[&str] = &[$($name,)*];
        }
    };
}

messages! {
    Language = "language",
    Purpose = "purpose",
    SendingAs = "sendingAs",
    Explanation = "explanation",
    ExplanationEmail = "explanation.email",
    ExplanationAnswer = "explanation.answer",
    ExplanationToken = "explanation.token",
    Share = "share",
    ShareCopied = "share.copied",
    ShareByHand = "share.byHand",
    ShareNoCode = "share.noCode",
    ShowRecent = "recent.show",
    HideRecent = "recent.hide",
    Settings = "settings",
    Endpoint = "endpoint",
    EndpointHint = "endpoint.hint",
    EndpointShape = "endpoint.shape",
    EndpointNotEncrypted = "endpoint.notEncrypted",
    EndpointExtras = "endpoint.extras",
    Token = "token",
    TokenHint = "token.hint",
    Account = "account",
    AccountNone = "account.none",
    AccountChoose = "account.choose",
    AccountLoading = "account.loading",
    Uuid = "uuid",
    UuidHint = "uuid.hint",
    UuidNotKept = "uuid.notKept",
    UuidWrong = "uuid.wrong",
    AccountsRefused = "accounts.refused",
    AccountsOffline = "accounts.offline",
    AccountsBadEndpoint = "accounts.badEndpoint",
    AccountsNotOffered = "accounts.notOffered",
    AccountsTooMany = "accounts.tooMany",
    AccountsFailed = "accounts.failed",
    AccountsEmpty = "accounts.empty",
    Test = "test",
    TestAsking = "test.asking",
    TestConnected = "test.connected",
    TestConnectedWithoutFirm = "test.connectedWithoutFirm",
    TestOtherAccount = "test.otherAccount",
    TestNoToken = "test.noToken",
    TestUnusableToken = "test.unusableToken",
    OfflineDevice = "offline.device",
    OfflineCopy = "offline.copy",
}

thread_local! {
    /// Read once.
    static CATALOGUES: [Option<Value>; 2] = [ENGLISH, WELSH].map(|text| Value::parse(text.as_bytes()));
}

impl Language {
    /// A message in this language.
    pub(super) fn say(self, message: Message) -> String {
        let text = CATALOGUES.with(|[english, welsh]| {
            let catalogue = match self {
                Self::English => english,
                Self::Welsh => welsh,
            };
            catalogue.as_ref()?.get(message.name())?.text()
        });
        // A test holds that the catalogues are complete.
        text.unwrap_or_default()
    }

    /// What the widget says in this language.
    pub(super) fn of_widget(self) -> Rc<Words> {
        match self {
            Self::English => Words::english(),
            // A test holds that it can be read.
            Self::Welsh => Words::read(WELSH_OF_THE_WIDGET, self.tag())
                .map_or_else(|_| Words::english(), Rc::new),
        }
    }

    /// That the API knows who asks.
    pub(super) fn connected(self, account: &Account) -> String {
        let name = name(account);
        match &account.firm {
            Some(firm) => filled(&self.say(Message::TestConnected), &[&name, firm]),
            None => filled(&self.say(Message::TestConnectedWithoutFirm), &[&name]),
        }
    }
}

/// What is wrong with an address, and how to mend it.
pub(super) fn endpoint_problem(problem: EndpointProblem) -> Message {
    match problem {
        EndpointProblem::Shape => Message::EndpointShape,
        EndpointProblem::NotEncrypted => Message::EndpointNotEncrypted,
        EndpointProblem::Extras => Message::EndpointExtras,
    }
}

/// Why there are no accounts to choose from, and what to do.
pub(super) fn no_accounts(why: Unanswered) -> Message {
    match why {
        Unanswered::Unauthenticated | Unanswered::Forbidden => Message::AccountsRefused,
        Unanswered::Offline => Message::AccountsOffline,
        Unanswered::BadEndpoint | Unanswered::OtherEndpoint => Message::AccountsBadEndpoint,
        Unanswered::NotOffered => Message::AccountsNotOffered,
        Unanswered::TooMany { .. } => Message::AccountsTooMany,
        Unanswered::Failed => Message::AccountsFailed,
    }
}

/// An account as a line of the list.
pub(super) fn account(account: &Account) -> String {
    let name = name(account);
    let details: Vec<&str> = [&account.role, &account.firm]
        .into_iter()
        .filter_map(|detail| detail.as_deref())
        .collect();
    if details.is_empty() {
        name
    } else {
        format!("{name} ({})", details.join(", "))
    }
}

fn name(account: &Account) -> String {
    account
        .name
        .clone()
        .unwrap_or_else(|| account.uuid.to_string())
}

/// A text with values in the places of what it has in braces, in their order there: all languages name them in one
/// order, which a test holds. What stands in a value is never taken for braces of the text.
fn filled(text: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, (_name, after))) = rest
        .split_once('{')
        .and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
    {
        whole.push_str(before);
        if let Some(value) = values.next() {
            whole.extend([ISOLATE[0], value, ISOLATE[1]]);
        }
        rest = after;
    }
    whole.push_str(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<Option<&str>> {
        let rests = text.split('{').skip(1);
        rests
            .map(|rest| rest.split_once('}').map(|(name, _after)| name))
            .collect()
    }

    #[test]
    fn the_catalogues_have_every_message_with_the_same_in_braces_and_nothing_else() {
        let catalogues = [ENGLISH, WELSH].map(|text| Value::parse(text.as_bytes()));
        for catalogue in &catalogues {
            let texts = catalogue.as_ref().and_then(Value::values);
            assert_eq!(texts.map(|texts| texts.len()), Some(Message::NAMES.len()));
        }
        for name in Message::NAMES {
            let [english, welsh] = catalogues.each_ref().map(|catalogue| {
                let text = catalogue.as_ref().and_then(|words| words.get(name)?.text());
                text.unwrap_or_default()
            });
            assert!(!english.trim().is_empty(), "English: {name}");
            assert!(!welsh.trim().is_empty(), "Welsh: {name}");
            assert_eq!(placeholders(&english), placeholders(&welsh), "{name}");
            assert!(!placeholders(&english).contains(&None), "{name}");
            assert_ne!(english, welsh, "untranslated: {name}");
        }
    }

    #[test]
    fn a_value_with_braces_is_a_value() {
        let shown = filled("as {account}, {firm}.", &["{firm}", "B {x} C"]);
        assert_eq!(shown, "as \u{2068}{firm}\u{2069}, \u{2068}B {x} C\u{2069}.");
        assert_eq!(filled("a } b { c", &["d"]), "a } b { c");
    }
}
