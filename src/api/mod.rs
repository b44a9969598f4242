//! How the widget talks to the Plannr API.
//!
//! [`exchange`] is the pure part: a request as data, a reply as an outcome. [`wire`] reads and writes the
//! JSON. [`fetch`] is the only file that reaches the network, and [`client`] puts the three together and
//! asks the host for tokens, in JavaScript by way of [`host_token`].

pub mod client;
pub mod credentials;
pub mod endpoint;
pub mod exchange;
pub mod fetch;
pub mod host_token;
pub mod wire;
