//! Connections: taking them, and letting what is under way finish at the end.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// How long a client may take to send the head of a request; a kept connection is closed after as long.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// How long a client may take none of an answer before its connection is closed.
const WRITE_LIMIT: Duration = Duration::from_secs(30);
/// How much of a head is read.
const LONGEST_HEAD_BYTES: usize = 16 * 1024;

/// Serves until told to stop; then lets open requests finish, for `stop_limit` at most.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    connections: u32,
    stopping: watch::Receiver<bool>,
    stop_limit: Duration,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(
        usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS),
    ));
    let mut stop = pin!(stopped(stopping));
    loop {
        let next = async {
            // Waited for before a connection is taken: the system queues those that are not taken yet.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (accept(&listener).await, place)
        };
        let (stream, place) = tokio::select! {
            () = &mut stop => break,
            taken = next => taken,
        };
        // Answers are small, and a page waits for each of them.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_LIMIT));
        let router = router.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let request: Request = request.map(axum::body::Body::new);
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_LIMIT)
            .max_buf_size(LONGEST_HEAD_BYTES)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // An error here is the other side's business: it went away, or what it sent is not HTTP.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    if time::timeout(stop_limit, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some connections did not finish in time");
    }
}

/// Resolves when the gateway is told to stop, or nobody is left to tell it.
pub(crate) async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the other end is gone, which is a stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// The next connection. A machine that has no file handles left gets a moment to find some.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(cause) => {
                tracing::warn!(%cause, "a connection cannot be taken");
                time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}
