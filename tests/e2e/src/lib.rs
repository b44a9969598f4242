//! End-to-end tests: the built page in real browsers against the running sandbox.
//!
//! How a trial comes to be, in reading order:
//!
//! 1. [`suite`] makes one libtest trial of every scenario and [`engine`] (Chromium, Firefox, WebKit).
//! 2. A trial gets a [`stage`]: a sandbox of its own ([`backend`], [`ports`]) and a [`browser`] session, with a driver
//!    process of its own ([`driver`], on a [`leash`] so that nothing outlives the run). The browser is one that the
//!    [`pool`] has from an earlier trial, or a fresh one.
//! 3. The scenario speaks to the [`page`] in verbs of a user; everything is found by role and accessible name
//!    ([`role`]), also inside open shadow roots, and waited for by condition ([`wait`]).
//! 4. What the page ought to show as time left comes from an independent [`oracle`].
//! 5. Where the API has to fail in ways that the sandbox does not, [`faults`] is the server, and the table of what is
//!    expected of the widget under each.
//! 6. When a trial fails, [`evidence`] keeps a screenshot and everything that was seen.

pub mod accessibility;
pub mod axe;
pub mod backend;
pub mod browser;
pub mod built_page;
pub mod driver;
pub mod engine;
pub mod evidence;
pub mod faults;
pub mod folder_server;
pub mod gallery;
pub mod gateway;
pub mod host_site;
pub mod leash;
pub mod oracle;
pub mod page;
pub mod picture;
pub mod pool;
pub mod ports;
pub mod renewal;
pub mod role;
pub mod stage;
pub mod suite;
pub mod times;
pub mod tls;
pub mod wait;
