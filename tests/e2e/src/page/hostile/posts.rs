//! What the sandbox received, read as codes.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::stage::Stage;
use crate::wait::{Look, SOON, until};

impl Stage {
    /// The codes that were posted so far, in the order of their arrival.
    ///
    /// # Errors
    /// When the sandbox does not tell, or a post is none of ours.
    pub async fn posted_codes(&self) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Body {
            adviser_key: String,
        }
        let posts = self.sandbox.posts().await?;
        posts
            .iter()
            .map(|post| {
                let body: Body = serde_json::from_str(&post.body)
                    .with_context(|| format!("reading a post: {:?}", post.body))?;
                Ok(body.adviser_key)
            })
            .collect()
    }

    /// Waits until these codes are posted, and fails at once when others are, or more.
    ///
    /// # Errors
    /// When they do not arrive, or others do.
    pub async fn see_posted(&self, expected: &[&str]) -> Result<()> {
        let codes = until(&format!("the posts {expected:?}"), SOON, async || {
            let codes = self.posted_codes().await?;
            Ok(if codes.len() >= expected.len() {
                Look::Seen(codes)
            } else {
                Look::NotYet(format!("posted {codes:?}"))
            })
        })
        .await?;
        ensure!(
            codes == expected,
            "posted {codes:?}, which ought to be {expected:?}"
        );
        Ok(())
    }

    /// Waits until one request is on record at the sandbox, whether it was answered or not.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub async fn see_recorded(&self) -> Result<()> {
        until("the request at the sandbox", SOON, async || {
            Ok(match self.sandbox.connections().await?.len() {
                1 => Look::Seen(()),
                listed => Look::NotYet(format!("{listed} connections")),
            })
        })
        .await
    }

    /// Makes the sandbox forget every request and email.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn forget_requests(&self) -> Result<()> {
        reqwest::Client::new()
            .post(format!("{}/sandbox/reset", self.sandbox.origin()))
            .send()
            .await?
            .error_for_status()
            .context("emptying the sandbox")?;
        Ok(())
    }
}
