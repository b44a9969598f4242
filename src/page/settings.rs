use leptos::prelude::*;

use super::Fields;
use super::accounts::{Accounts, Asker, Test};
use super::language::Language;
use super::words::{self, Message};
use crate::api::credentials::{Token, TokenProblem};
use crate::api::endpoint::Endpoint;
use crate::browser::storage::{self, Kept};
use crate::domain::account::{Account, AccountUuid, UuidProblem};
use crate::domain::outcome::Unanswered;

/// Where the API is, who asks, and for which account.
#[component]
pub(super) fn Settings(
    language: RwSignal<Language>,
    fields: Fields,
    asker: Asker,
    /// Whether the panel starts open.
    open: bool,
) -> impl IntoView {
    let accounts = asker.accounts();
    let account = Memo::new(move |_| fields.account.with(|text| text.parse::<AccountUuid>()));
    let kept = RwSignal::new(Kept::Stored);
    Effect::new(move || {
        if let Ok(account) = account.get() {
            kept.set(storage::keep_account(&account));
        }
    });
    let of_endpoint = move || {
        let problem = fields
            .endpoint
            .with(|text| text.parse::<Endpoint>())
            .err()?;
        Some(Remark::Wrong(words::endpoint_problem(problem)))
    };
    let of_account = move || match account.get() {
        Err(UuidProblem::Shape) => Some(Remark::Wrong(Message::UuidWrong)),
        Ok(_) if kept.get() == Kept::InMemory => Some(Remark::Note(Message::UuidNotKept)),
        Ok(_) | Err(UuidProblem::Empty) => None,
    };
    // The test says the same, and once is enough.
    let of_token = move || match asker.test().get() {
        Test::None => accounts.with(of_accounts),
        Test::Asking | Test::Done => None,
    };
    view! {
        <details class="page-folded" open=open>
            <summary>{move || language.get().say(Message::Settings)}</summary>
            <div class="page-fields">
                <Field
                    language
                    id="setting-endpoint"
                    label=Message::Endpoint
                    hint=Message::EndpointHint
                    kind="url"
                    value=fields.endpoint
                    remark=Signal::derive(of_endpoint)
                    // A token goes to this address: not to one that is half typed.
                    follows=Follows::Leaving
                />
                <Field
                    language
                    id="setting-token"
                    label=Message::Token
                    hint=Message::TokenHint
                    kind="password"
                    value=fields.token
                    remark=Signal::derive(of_token)
                    follows=Follows::Typing
                />
                <ConnectionTest language fields asker/>
                <Choice language accounts chosen=fields.account/>
                <Field
                    language
                    id="setting-account"
                    label=Message::Uuid
                    hint=Message::UuidHint
                    kind="text"
                    value=fields.account
                    remark=Signal::derive(of_account)
                    follows=Follows::Typing
                />
            </div>
        </details>
    }
}

/// What there is to say of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remark {
    /// What stands in it has to be mended.
    Wrong(Message),
    /// Something to know, or to mend elsewhere.
    Note(Message),
}

/// When a setting follows what is typed into its field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    /// With each keystroke.
    Typing,
    /// When the person is done with the field.
    Leaving,
}

#[component]
fn Field(
    language: RwSignal<Language>,
    id: &'static str,
    label: Message,
    hint: Message,
    kind: &'static str,
    value: RwSignal<String>,
    remark: Signal<Option<Remark>>,
    /// When the value follows what is typed.
    follows: Follows,
) -> impl IntoView {
    let is_wrong = move || matches!(remark.get(), Some(Remark::Wrong(_))).then_some("true");
    let words = move || {
        remark.get().map(|remark| match remark {
            Remark::Wrong(message) | Remark::Note(message) => language.get().say(message),
        })
    };
    let hint_id = format!("{id}-hint");
    let problem_id = format!("{id}-problem");
    let described_by = format!("{hint_id} {problem_id}");
    view! {
        <div class="page-field">
            <label for=id>{move || language.get().say(label)}</label>
            <p class="page-hint" id=hint_id>
                {move || language.get().say(hint)}
            </p>
            <input
                id=id
                type=kind
                // A password manager would store the token.
                autocomplete="off"
                spellcheck="false"
                autocapitalize="none"
                aria-describedby=described_by
                aria-invalid=is_wrong
                prop:value=value
                on:input=move |event| {
                    if follows == Follows::Typing {
                        value.set(event_target_value(&event));
                    }
                }
                on:change=move |event| value.set(event_target_value(&event))
            />
            <p class="page-problem" role="alert" id=problem_id>
                {words}
            </p>
        </div>
    }
}

/// Asks the API with the settings as they are, and says whom it reached.
#[component]
fn ConnectionTest(language: RwSignal<Language>, fields: Fields, asker: Asker) -> impl IntoView {
    let (accounts, test) = (asker.accounts(), asker.test());
    let words = move || match test.get() {
        Test::None => String::new(),
        Test::Asking => language.get().say(Message::TestAsking),
        Test::Done => accounts.with(|accounts| outcome(language.get(), fields, accounts)),
    };
    view! {
        <div class="page-field">
            <button type="button" class="page-button" on:click=move |_| asker.begin_test()>
                {move || language.get().say(Message::Test)}
            </button>
            <p role="status">{words}</p>
        </div>
    }
}

/// What a test brought.
fn outcome(language: Language, fields: Fields, accounts: &Accounts) -> String {
    let account = fields.account.with(|text| text.parse::<AccountUuid>().ok());
    if let Some(account) = accounts.of(account.as_ref()) {
        return language.connected(account);
    }
    language.say(match accounts {
        Accounts::Offered(offered) if offered.is_empty() => Message::AccountsEmpty,
        Accounts::Offered(_) => Message::TestOtherAccount,
        Accounts::Asking => Message::TestAsking,
        _ if let Err(problem) = fields.endpoint.with(|text| text.parse::<Endpoint>()) => {
            words::endpoint_problem(problem)
        }
        _ if let Err(problem) = fields.token.with(|text| text.parse::<Token>()) => match problem {
            TokenProblem::Empty => Message::TestNoToken,
            TokenProblem::Characters => Message::TestUnusableToken,
        },
        Accounts::Unanswered(why) => words::no_accounts(*why),
        Accounts::Unasked => Message::TestNoToken,
    })
}

#[component]
fn Choice(
    language: RwSignal<Language>,
    accounts: Signal<Accounts>,
    chosen: RwSignal<String>,
) -> impl IntoView {
    let is_asking = move || accounts.with(|accounts| *accounts == Accounts::Asking);
    view! {
        <div class="page-field">
            <label for="setting-choice">{move || language.get().say(Message::Account)}</label>
            <select
                id="setting-choice"
                aria-busy=move || is_asking().then_some("true")
                on:change=move |event| chosen.set(event_target_value(&event))
            >
                {move || accounts.with(|accounts| options(language.get(), accounts, chosen))}
            </select>
        </div>
    }
}

fn options(language: Language, accounts: &Accounts, chosen: RwSignal<String>) -> AnyView {
    let alone = |message| view! { <option value="">{language.say(message)}</option> }.into_any();
    let offered = match accounts {
        Accounts::Offered(offered) if !offered.is_empty() => offered,
        Accounts::Asking => return alone(Message::AccountLoading),
        _ => return alone(Message::AccountNone),
    };
    let listed: Vec<String> = offered
        .iter()
        .map(|account| account.uuid.to_string())
        .collect();
    let is_other = move || chosen.with(|chosen| !listed.contains(chosen));
    let option = |account: &Account| {
        let uuid = account.uuid.to_string();
        let is_chosen = {
            let uuid = uuid.clone();
            move || chosen.with(|chosen| *chosen == uuid)
        };
        view! {
            <option value=uuid prop:selected=is_chosen>
                {words::account(account)}
            </option>
        }
    };
    view! {
        <option value="" disabled prop:selected=is_other>
            {language.say(Message::AccountChoose)}
        </option>
        {offered.iter().map(option).collect::<Vec<_>>()}
    }
    .into_any()
}

fn of_accounts(accounts: &Accounts) -> Option<Remark> {
    match accounts {
        Accounts::Unanswered(why @ Unanswered::Unauthenticated) => {
            Some(Remark::Wrong(words::no_accounts(*why)))
        }
        Accounts::Unanswered(why) => Some(Remark::Note(words::no_accounts(*why))),
        Accounts::Offered(offered) if offered.is_empty() => {
            Some(Remark::Wrong(Message::AccountsEmpty))
        }
        Accounts::Offered(_) | Accounts::Asking | Accounts::Unasked => None,
    }
}
