//! The accounts that a token may act for.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::words;
use crate::api::client::Client;
use crate::browser::clock::{self, Timer};
use crate::browser::storage;
use crate::domain::account::{Account, AccountUuid, choose};
use crate::domain::outcome::Unanswered;

/// How long typing has to rest before the API is asked, in milliseconds.
const REST_MS: u32 = 400;

/// What is known of the accounts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Accounts {
    /// There is no address or no token to ask with.
    Unasked,
    /// They are being asked for.
    Asking,
    /// They are here.
    Offered(Vec<Account>),
    /// They could not be had.
    Unanswered(Unanswered),
}

impl Accounts {
    /// What to call the account, if it is one of those offered.
    pub(super) fn name_of(&self, account: Option<&AccountUuid>) -> Option<String> {
        let Self::Offered(offered) = self else {
            return None;
        };
        offered
            .iter()
            .find(|offer| Some(&offer.uuid) == account)
            .map(words::account)
    }
}

/// Asks for the accounts whenever there is another way to ask, and fills in the one to start with if none is
/// chosen.
pub(super) fn load(
    client: impl Fn() -> Option<Client> + 'static,
    chosen: RwSignal<String>,
) -> ReadSignal<Accounts> {
    let accounts = RwSignal::new(Accounts::Unasked);
    let round = StoredValue::new(0_u32);
    let timer: StoredValue<Option<Timer>, LocalStorage> = StoredValue::new_local(None);
    Effect::new(move |asked_before: Option<()>| {
        let client = client();
        round.update_value(|round| *round = round.wrapping_add(1));
        let this_round = round.get_value();
        timer.set_value(None);
        let Some(client) = client else {
            accounts.set(Accounts::Unasked);
            return;
        };
        accounts.set(Accounts::Asking);
        // What the page came with was not typed.
        let delay_ms = if asked_before.is_none() { 0 } else { REST_MS };
        timer.set_value(Some(clock::after_ms(delay_ms, move || {
            spawn_local(async move {
                let answer = client.accounts().await;
                if round.try_get_value() == Some(this_round) {
                    answered(answer, accounts, chosen);
                }
            });
        })));
    });
    accounts.read_only()
}

fn answered(
    answer: Result<Vec<Account>, Unanswered>,
    accounts: RwSignal<Accounts>,
    chosen: RwSignal<String>,
) {
    match answer {
        Ok(offered) => {
            if chosen.with_untracked(String::is_empty)
                && let Some(account) = choose(&offered, storage::account().as_ref())
            {
                chosen.set(account.uuid.to_string());
            }
            accounts.set(Accounts::Offered(offered));
        }
        Err(why) => accounts.set(Accounts::Unanswered(why)),
    }
}
