//! A front that speaks TLS and hands everything on: WebKit keeps secure cookies for encrypted connections alone, those of
//! this machine not excepted.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Stands before a server until dropped, with a certificate that browsers are told to take.
#[derive(Debug)]
pub struct Front(JoinHandle<()>);

impl Front {
    /// Takes connections on `listener`, and hands what they say on to `server`.
    ///
    /// # Errors
    /// When no certificate can be made.
    pub fn start(listener: TcpListener, server: SocketAddr) -> Result<Self> {
        let signed = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der());
        let key = key.map_err(anyhow::Error::msg)?;
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![signed.cert.der().clone()], key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self(tokio::spawn(async move {
            while let Ok((stream, _from)) = listener.accept().await {
                tokio::spawn(hand_on(acceptor.clone(), stream, server));
            }
        })))
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Browsers break connections off whenever they like: that is no failure of a trial.
async fn hand_on(acceptor: TlsAcceptor, stream: TcpStream, server: SocketAddr) {
    if let (Ok(mut browser), Ok(mut server)) = (
        acceptor.accept(stream).await,
        TcpStream::connect(server).await,
    ) {
        let _ended = copy_bidirectional(&mut browser, &mut server).await;
    }
}
