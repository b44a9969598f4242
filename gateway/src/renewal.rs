//! Access tokens are renewed before they expire, by one request of all.

use std::time::Duration;

use crate::{
    App,
    failure::Failure,
    oauth::NoTokens,
    store::{Kept, Lease, SignIn},
    upstream::Trouble,
};

/// How long before its end a token is renewed: longer than any request takes that is made with it.
const MARGIN: Duration = Duration::from_secs(60);
/// How often those who wait look whether another request has renewed the tokens.
const LOOK: Duration = Duration::from_millis(50);
/// How long after the longest answer the right to renew goes to another request.
const SLACK: Duration = Duration::from_secs(5);

/// The sign-in with an access token that lasts for the request to come.
pub(crate) async fn fresh(app: &App, sign_in: SignIn) -> Result<SignIn, Failure> {
    let clock = &app.settings.clock;
    let lease_lasts = app.settings.answer_limit + SLACK;
    let give_up = tokio::time::Instant::now() + lease_lasts;
    let mut seen = sign_in;
    while seen.access_expires <= clock.now().plus(MARGIN) {
        let now = clock.now();
        let until = now.plus(lease_lasts);
        if app.store.lease_renewal(&seen, until, now).await? == Lease::Taken {
            // A task of its own: were it dropped with a browser that goes away, the new tokens would be lost, and the
            // old ones are void by then.
            let renewing = app.tasks.spawn(renew(app.clone(), seen));
            return renewing.await.unwrap_or(Err(Failure::Broken));
        }
        if tokio::time::Instant::now() > give_up {
            return Err(Failure::Unanswered(Trouble::TimedOut));
        }
        tokio::time::sleep(LOOK).await;
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
        None => Err(NoTokens::Refused("no_refresh_token".to_owned())),
    };
    let now = app.settings.clock.now();
    match outcome {
        Ok(tokens) => {
            app.metrics.renewed("renewed");
            let kept = Kept {
                access_token: tokens.access,
                // Servers that keep the old one valid need not name it again.
                refresh_token: tokens.refresh.or(seen.kept.refresh_token.clone()),
                accounts: seen.kept.accounts.clone(),
            };
            let access_expires = now.plus(tokens.lasts);
            if !app.store.renew(&seen, &kept, access_expires).await? {
                // Signed out meanwhile.
                return Err(Failure::SignedOut);
            }
            Ok(SignIn {
                kept,
                access_expires,
                version: seen.version + 1,
                ..seen
            })
        }
        Err(NoTokens::Refused(cause)) => {
            app.metrics.renewed("refused");
            tracing::info!(%cause, "a sign-in ended: its tokens are not renewed");
            app.store.remove_sign_in(&seen.id).await?;
            Err(Failure::SignedOut)
        }
        Err(NoTokens::Unanswered(cause)) => {
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
