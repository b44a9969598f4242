//! The accounts that a token may act for, asked for by themselves and whenever the person tests the connection.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::offline;
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
    /// The account, if it is one of those offered.
    pub(super) fn of(&self, uuid: Option<&AccountUuid>) -> Option<&Account> {
        let Self::Offered(offered) = self else {
            return None;
        };
        offered.iter().find(|offer| Some(&offer.uuid) == uuid)
    }
}

/// How the person's last test of the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// There was none since the settings changed.
    None,
    /// It is being asked.
    Asking,
    /// What is known of the accounts is what it brought.
    Done,
}

/// Whoever asks for the accounts. Of several questions the last one counts.
#[derive(Clone, Copy)]
pub(super) struct Asker {
    client: StoredValue<Box<dyn Fn() -> Option<Client>>, LocalStorage>,
    chosen: RwSignal<String>,
    accounts: RwSignal<Accounts>,
    test: RwSignal<Test>,
    round: StoredValue<u32>,
    timer: StoredValue<Option<Timer>, LocalStorage>,
}

impl Asker {
    /// Asks whenever there is another way to ask, and fills in the account to start with if none is chosen.
    pub(super) fn new(
        client: impl Fn() -> Option<Client> + Clone + 'static,
        chosen: RwSignal<String>,
    ) -> Self {
        let asker = Self {
            client: StoredValue::new_local(Box::new(client.clone())),
            chosen,
            accounts: RwSignal::new(Accounts::Unasked),
            test: RwSignal::new(Test::None),
            round: StoredValue::new(0),
            timer: StoredValue::new_local(None),
        };
        Effect::new(move |asked_before: Option<()>| {
            let client = client();
            let round = asker.next_round();
            asker.test.set(Test::None);
            let Some(client) = client else {
                asker.accounts.set(Accounts::Unasked);
                return;
            };
            asker.accounts.set(Accounts::Asking);
            // What the page came with was not typed.
            let delay_ms = if asked_before.is_none() { 0 } else { REST_MS };
            let timer = clock::after_ms(delay_ms, move || asker.ask(client, round));
            asker.timer.set_value(Some(timer));
        });
        asker
    }

    /// What is known of the accounts.
    pub(super) fn accounts(self) -> Signal<Accounts> {
        self.accounts.into()
    }

    /// How the last test stands.
    pub(super) fn test(self) -> Signal<Test> {
        self.test.into()
    }

    /// Tests the connection: asks at once, with the settings as they are. What was known stays until the answer is
    /// here, so that a screen reader is told nothing twice.
    pub(super) fn begin_test(self) {
        let round = self.next_round();
        match self.client.with_value(|client| untrack(client)) {
            Some(client) => {
                self.test.set(Test::Asking);
                self.ask(client, round);
            }
            None => self.test.set(Test::Done),
        }
    }

    /// Begins a round, which ends the one before: what was going to be asked is not, and an answer on its way is not
    /// listened to.
    fn next_round(self) -> u32 {
        self.timer.set_value(None);
        self.round
            .update_value(|round| *round = round.wrapping_add(1));
        self.round.get_value()
    }

    fn ask(self, client: Client, round: u32) {
        spawn_local(async move {
            let answer = if offline::is_offline() && !client.endpoint.is_on_device() {
                Err(Unanswered::Offline)
            } else {
                client.accounts().await
            };
            if self.round.try_get_value() == Some(round) {
                self.answered(answer);
            }
        });
    }

    fn answered(self, answer: Result<Vec<Account>, Unanswered>) {
        let accounts = match answer {
            Ok(offered) => {
                if self.chosen.with_untracked(String::is_empty)
                    && let Some(account) = choose(&offered, storage::account().as_ref())
                {
                    self.chosen.set(account.uuid.to_string());
                }
                Accounts::Offered(offered)
            }
            Err(why) => Accounts::Unanswered(why),
        };
        self.accounts.set(accounts);
        if self.test.get_untracked() == Test::Asking {
            self.test.set(Test::Done);
        }
    }
}
