//! Connections: taking them, hanging up on them, and letting them finish at the end.
//!
//! The accept loop is our own because one code of the sandbox closes its connection without a reply, which a
//! handler cannot do from inside a response.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::JoinSet,
    time,
};
use tower::ServiceExt;

/// A request's own connection, to be found among the request's extensions.
#[derive(Clone)]
pub(crate) struct Line(Arc<Notify>);

impl Line {
    /// Closes the connection as it is. What was not sent yet is never sent; the caller's own future is
    /// dropped with the connection, so this does not return.
    pub(crate) async fn hang_up(&self) -> Infallible {
        self.0.notify_one();
        std::future::pending().await
    }
}

/// Resolves when the sandbox is told to stop, or nobody is left to tell it.
pub(crate) async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the other end is gone, which is a stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Serves until told to stop; then lets the open requests finish, for two seconds at most.
pub(crate) async fn serve(listener: TcpListener, router: Router, stopping: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let mut stop = pin!(stopped(stopping.clone()));
    loop {
        tokio::select! {
            () = &mut stop => break,
            stream = accept(&listener) => {
                connections.spawn(connection(stream, router.clone(), stopping.clone()));
            }
            // Takes finished connections out of the set.
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if time::timeout(Duration::from_secs(2), finished)
        .await
        .is_err()
    {
        connections.shutdown().await;
    }
}

/// The next connection. A machine that has no file handles left gets a second to find some.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => time::sleep(Duration::from_secs(1)).await,
        }
    }
}

async fn connection(stream: TcpStream, router: Router, stopping: watch::Receiver<bool>) {
    // Answers are small, and a page waits for each of them.
    let _ = stream.set_nodelay(true);
    let line = Line(Arc::new(Notify::new()));
    let service = service_fn({
        let line = line.clone();
        move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(line.clone());
            router.clone().oneshot(request)
        }
    });
    let mut exchange = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service)
    );
    let mut stop = pin!(stopped(stopping));
    let mut finishing = false;
    loop {
        tokio::select! {
            biased;
            // Leaving the loop drops the socket.
            () = line.0.notified() => break,
            () = &mut stop, if !finishing => {
                finishing = true;
                exchange.as_mut().graceful_shutdown();
            }
            // An error here is the other side's business: it went away, or what it sent is not HTTP.
            _ = exchange.as_mut() => break,
        }
    }
}
