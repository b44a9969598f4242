use leptos::prelude::*;

use super::Fields;
use super::accounts::Accounts;
use crate::api::endpoint::Endpoint;
use crate::browser::storage::{self, Kept};
use crate::domain::account::{Account, AccountUuid, UuidProblem};
use crate::view::words::page as words;

/// Where the API is, who asks, and for which account.
#[component]
pub(super) fn Settings(
    fields: Fields,
    accounts: Signal<Accounts>,
    /// Whether the panel starts open.
    open: bool,
) -> impl IntoView {
    let account = Memo::new(move |_| fields.account.with(|text| text.parse::<AccountUuid>()));
    let kept = RwSignal::new(Kept::Stored);
    Effect::new(move || {
        if let Ok(account) = account.get() {
            kept.set(storage::keep_account(&account));
        }
    });
    let endpoint_problem = move || {
        fields
            .endpoint
            .with(|text| text.parse::<Endpoint>())
            .err()
            .map(words::endpoint_problem)
    };
    let account_problem = move || match account.get() {
        Err(UuidProblem::Shape) => Some(words::uuid_problem(UuidProblem::Shape)),
        Ok(_) if kept.get() == Kept::InMemory => Some(words::ACCOUNT_NOT_KEPT),
        Ok(_) | Err(UuidProblem::Empty) => None,
    };
    view! {
        <details class="page-settings" open=open>
            <summary>{words::SETTINGS}</summary>
            <div class="page-fields">
                <Field
                    id="setting-endpoint"
                    label=words::ENDPOINT
                    hint=words::ENDPOINT_HINT
                    kind="url"
                    value=fields.endpoint
                    problem=Signal::derive(endpoint_problem)
                />
                <Field
                    id="setting-token"
                    label=words::TOKEN
                    hint=words::TOKEN_HINT
                    kind="password"
                    value=fields.token
                    problem=Signal::derive(move || accounts.with(accounts_problem))
                />
                <Choice accounts chosen=fields.account/>
                <Field
                    id="setting-account"
                    label=words::ACCOUNT_UUID
                    hint=words::ACCOUNT_UUID_HINT
                    kind="text"
                    value=fields.account
                    problem=Signal::derive(account_problem)
                />
            </div>
        </details>
    }
}

#[component]
fn Field(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: &'static str,
    value: RwSignal<String>,
    problem: Signal<Option<&'static str>>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let problem_id = format!("{id}-problem");
    let described_by = format!("{hint_id} {problem_id}");
    view! {
        <div class="page-field">
            <label for=id>{label}</label>
            <p class="page-hint" id=hint_id>
                {hint}
            </p>
            <input
                id=id
                type=kind
                // A password manager would store the token.
                autocomplete="off"
                spellcheck="false"
                autocapitalize="none"
                aria-describedby=described_by
                aria-invalid=move || problem.get().is_some().then_some("true")
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
            <p class="page-problem" role="alert" id=problem_id>
                {problem}
            </p>
        </div>
    }
}

#[component]
fn Choice(accounts: Signal<Accounts>, chosen: RwSignal<String>) -> impl IntoView {
    let is_asking = move || accounts.with(|accounts| *accounts == Accounts::Asking);
    view! {
        <div class="page-field">
            <label for="setting-choice">{words::ACCOUNT}</label>
            <select
                id="setting-choice"
                aria-busy=move || is_asking().then_some("true")
                on:change=move |event| chosen.set(event_target_value(&event))
            >
                {move || accounts.with(|accounts| options(accounts, chosen))}
            </select>
        </div>
    }
}

fn options(accounts: &Accounts, chosen: RwSignal<String>) -> AnyView {
    let offered = match accounts {
        Accounts::Offered(offered) if !offered.is_empty() => offered,
        Accounts::Asking => {
            return view! { <option value="">{words::LOADING_ACCOUNTS}</option> }.into_any();
        }
        _ => return view! { <option value="">{words::NO_ACCOUNTS}</option> }.into_any(),
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
            {words::CHOOSE}
        </option>
        {offered.iter().map(option).collect::<Vec<_>>()}
    }
    .into_any()
}

fn accounts_problem(accounts: &Accounts) -> Option<&'static str> {
    match accounts {
        Accounts::Unanswered(why) => Some(words::no_accounts(*why)),
        Accounts::Offered(offered) if offered.is_empty() => Some(words::EMPTY_ACCOUNTS),
        Accounts::Offered(_) | Accounts::Asking | Accounts::Unasked => None,
    }
}
