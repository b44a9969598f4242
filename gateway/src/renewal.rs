//! Access tokens are renewed before they expire, by one request of all.

use std::time::Duration;

use tokio::time::{sleep, timeout_at};

use crate::{
    App,
    budget::Budget,
    clock::Instant,
    failure::Failure,
    oauth::{NoTokens, Tokens},
    store::{self, Kept, Lease, SignIn},
    upstream::Trouble,
};

/// How long before its end a token is renewed: longer than any request takes that is made with it.
const MARGIN: Duration = Duration::from_secs(60);
/// How often those who wait look whether another request has renewed the tokens.
const LOOK: Duration = Duration::from_millis(50);
/// How long after the longest answer, and the last try to write it down, the right to renew goes to another request.
const SLACK: Duration = Duration::from_secs(1);

/// The sign-in with an access token that lasts for the request to come.
pub(crate) async fn fresh(app: &App, sign_in: SignIn, budget: Budget) -> Result<SignIn, Failure> {
    let renewed = timeout_at(budget.tokens_by(), renewed(app, sign_in)).await;
    renewed.unwrap_or(Err(Failure::Unanswered(Trouble::TimedOut)))
}

async fn renewed(app: &App, sign_in: SignIn) -> Result<SignIn, Failure> {
    let clock = &app.settings.clock;
    let lease_lasts = app.settings.answer_limit + store::PERSISTENCE + SLACK;
    let mut seen = sign_in;
    while seen.access_expires <= clock.now().plus(MARGIN) {
        let now = clock.now();
        let until = now.plus(lease_lasts);
        if app.store.lease_renewal(&seen, until, now).await? == Lease::Taken {
            // A task of its own: were it dropped with whoever waits for it, the new tokens would be lost, and the
            // old ones are void by then.
            let renewing = app.tasks.spawn(renew(app.clone(), seen));
            return renewing.await.unwrap_or(Err(Failure::Broken));
        }
        sleep(LOOK).await;
        seen = app
            .store
            .sign_in(&seen.id, clock.now())
            .await?
            .ok_or(Failure::SignedOut)?;
    }
    Ok(seen)
}

async fn renew(app: App, seen: SignIn) -> Result<SignIn, Failure> {
    let outcome = match &seen.kept.refresh_token {
        Some(token) => app.oauth.renew(token.clone()).await,
        None => Err(NoTokens::Refused),
    };
    let now = app.settings.clock.now();
    match outcome {
        Ok(tokens) => {
            app.metrics.renewed("renewed");
            write_down(&app, seen, tokens, now).await
        }
        Err(cause @ NoTokens::Refused) => {
            app.metrics.renewed("refused");
            tracing::info!(%cause, "a sign-in ended: its tokens are not renewed");
            app.store.remove_sign_in(&seen.id).await?;
            Err(Failure::SignedOut)
        }
        Err(cause @ NoTokens::Unanswered(_)) => {
            app.metrics.renewed("unanswered");
            tracing::warn!(%cause, "tokens could not be renewed");
            app.store.give_up_renewal(&seen).await?;
            match seen.access_expires > now {
                true => Ok(seen),
                false => Err(Failure::Unanswered(Trouble::NeverConnected)),
            }
        }
    }
}

/// Writes new tokens down, by more than one try: the refresh token that is stored is used up, so without them the person
/// has to sign in anew.
async fn write_down(
    app: &App,
    seen: SignIn,
    tokens: Tokens,
    now: Instant,
) -> Result<SignIn, Failure> {
    let kept = Kept {
        access_token: tokens.access,
        // Servers that keep the old one valid need not name it again.
        refresh_token: tokens.refresh.or(seen.kept.refresh_token.clone()),
        accounts: seen.kept.accounts.clone(),
    };
    let access_expires = now.plus(tokens.lasts);
    let written = store::persist(|| app.store.renew(&seen, &kept, access_expires)).await;
    match written {
        Some(true) => Ok(SignIn {
            kept,
            access_expires,
            version: seen.version + 1,
            ..seen
        }),
        // Signed out meanwhile; or an earlier try was written although the database said nothing.
        Some(false) => {
            let there = app.store.sign_in(&seen.id, now).await?;
            there.ok_or(Failure::SignedOut)
        }
        None => {
            tracing::error!(
                "renewed tokens could not be written down, so a person has to sign in anew"
            );
            Err(Failure::Broken)
        }
    }
}
