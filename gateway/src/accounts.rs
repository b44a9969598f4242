//! Which accounts a person may act for, from the API's list of logins.

use serde_json::Value;
use uuid::Uuid;

use crate::store::Account;

/// What a list of logins says.
pub(crate) struct Logins {
    pub(crate) accounts: Vec<Account>,
    /// The account to act for as long as the person chooses no other one; empty if there is none.
    pub(crate) preferred: String,
}

/// Reads a list of logins, bare or wrapped in `data`. A login without an account is passed over.
pub(crate) fn read(body: &[u8]) -> Option<Logins> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let list = body.get("data").unwrap_or(&body).as_array()?;
    let accounts: Vec<Account> = list.iter().filter_map(account).collect();
    let preferred = std::iter::once(&body)
        .chain(list)
        .find_map(|place| uuid(place.get("preferred_account_uuid")?))
        .filter(|uuid| accounts.iter().any(|account| account.uuid == *uuid));
    let only = match accounts.as_slice() {
        [only] => Some(only.uuid.clone()),
        _ => None,
    };
    Some(Logins {
        preferred: preferred.or(only).unwrap_or_default(),
        accounts,
    })
}

fn account(login: &Value) -> Option<Account> {
    let account = login.get("account")?;
    let firm = account.get("firm").or_else(|| login.get("firm"));
    Some(Account {
        uuid: uuid(account.get("uuid")?)?,
        name: text(account.get("name")).unwrap_or_default(),
        firm: text(firm.and_then(|firm| firm.get("name"))).unwrap_or_default(),
        role: text(account.get("role")).unwrap_or_default(),
    })
}

fn uuid(value: &Value) -> Option<String> {
    let uuid: Uuid = text(Some(value))?.parse().ok()?;
    Some(uuid.to_string())
}

/// A text, plain or as the published page has it, in an object's `example`.
fn text(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let value = value.get("example").unwrap_or(value);
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "be1403f4-9cdc-4904-9bd7-63d2619a01c6";
    const TWO: &str = "323e70ce-e334-48cb-abd9-2c957aeefa01";

    fn read_value(value: &Value) -> Option<Logins> {
        read(value.to_string().as_bytes())
    }

    #[test]
    fn the_preferred_account_is_taken_if_it_is_among_them() {
        let logins = |preferred: &str| {
            read_value(&json!({
                "data": [
                    { "uuid": "x", "account": { "uuid": ONE, "name": "A", "role": "adviser", "firm": { "name": "F" } } },
                    { "uuid": "y", "account": { "uuid": TWO.to_uppercase(), "name": { "example": "B" } } },
                    { "uuid": "z" },
                ],
                "preferred_account_uuid": preferred,
            }))
            .unwrap()
        };
        let read = logins(TWO);
        assert_eq!(read.preferred, TWO);
        assert_eq!(read.accounts.len(), 2);
        assert_eq!(read.accounts[0].firm, "F");
        assert_eq!(read.accounts[1].name, "B");
        assert_eq!(logins("00000000-0000-4000-8000-000000000000").preferred, "");
        assert_eq!(logins("").preferred, "");
    }

    #[test]
    fn an_only_account_needs_no_choice() {
        let read = read_value(&json!([{ "account": { "uuid": ONE } }])).unwrap();
        assert_eq!(read.preferred, ONE);
    }

    #[test]
    fn what_is_no_list_is_none() {
        for body in ["", "{}", "null", "{\"data\":{}}", "<html>"] {
            assert!(read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
