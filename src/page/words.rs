//! The words of the standalone page, in British English.

use crate::api::endpoint::EndpointProblem;
use crate::domain::account::Account;
use crate::domain::outcome::Unanswered;

/// The page's heading.
pub const TITLE: &str = "Referral Connect";
/// What the page is for.
pub const PURPOSE: &str = "Connect your firm with another adviser's firm, so that you can refer clients \
    to each other. Plannr emails the other adviser, who accepts or declines.";
/// The settings' heading.
pub const SETTINGS: &str = "Settings";
/// The field of the API's address.
pub const ENDPOINT: &str = "API address";
/// Below it.
pub const ENDPOINT_HINT: &str = "Where Plannr's API is: an https address.";
/// The field of the token.
pub const TOKEN: &str = "Access token";
/// Below it.
pub const TOKEN_HINT: &str =
    "Sent to the API address alone, and forgotten when you close this page.";
/// The list of accounts.
pub const ACCOUNT: &str = "Account";
/// In place of the accounts, before there are any.
pub const NO_ACCOUNTS: &str = "None to choose from yet";
/// The first line of the accounts, while none is chosen.
pub const CHOOSE: &str = "Choose an account";
/// The field of the account's UUID.
pub const ACCOUNT_UUID: &str = "Account UUID";
/// Below it.
pub const ACCOUNT_UUID_HINT: &str =
    "Filled in when you choose an account, or paste it. This browser remembers it.";
/// Said where the browser will not remember it.
pub const ACCOUNT_NOT_KEPT: &str =
    "This browser does not let us remember the account: choose it again on your next visit.";
/// While accounts are being asked for.
pub const LOADING_ACCOUNTS: &str = "Loading your accounts…";

/// Stands before the account that requests are sent for.
pub const SENDING_AS: &str = "You send as";

/// What is wrong with an address, and how to mend it.
#[must_use]
pub fn endpoint_problem(problem: EndpointProblem) -> &'static str {
    match problem {
        EndpointProblem::Shape => {
            "This is not an address. Enter one such as https://api.plannrcrm.com."
        }
        EndpointProblem::NotEncrypted => {
            "This address is not encrypted, so the token could be read on its way. Use one that starts \
             with https://."
        }
        EndpointProblem::Extras => {
            "An API address has no user name, question mark or hash sign. Remove what does not belong to \
             it."
        }
    }
}

/// What is wrong with a UUID, and how to mend it.
pub const NO_UUID: &str = "This is not a UUID. It has 32 digits and letters from a to f, in groups of 8, 4, \
    4, 4 and 12.";

/// Why there are no accounts to choose from.
#[must_use]
pub fn no_accounts(why: Unanswered) -> &'static str {
    match why {
        Unanswered::Unauthenticated | Unanswered::Forbidden => {
            "Plannr did not accept the access token. Enter another one."
        }
        Unanswered::Offline => "This device is offline. Connect it to the internet.",
        Unanswered::BadEndpoint | Unanswered::OtherEndpoint => {
            "The API address cannot be asked. Correct it."
        }
        Unanswered::NotOffered => {
            "There is no list of accounts at this API address. Correct the address, or paste the \
             account's UUID."
        }
        Unanswered::TooMany { .. } => {
            "There were too many requests in a short time. Wait a minute, then reload the page."
        }
        Unanswered::Failed => {
            "The accounts could not be loaded. Check the API address and your connection, or paste the \
             account's UUID."
        }
    }
}

/// The reply named no account at all.
pub const EMPTY_ACCOUNTS: &str = "This access token has no account in Plannr. Enter another one.";

/// An account as a line of the list.
#[must_use]
pub fn account(account: &Account) -> String {
    let name = account
        .name
        .clone()
        .unwrap_or_else(|| account.uuid.to_string());
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
