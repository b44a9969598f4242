//! A gateway in a process of its own, with its log kept.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Where it gives out metrics, unless that is off.
    pub(crate) metrics: Option<SocketAddr>,
    log: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts one that is told nothing but `environment`, and waits until it answers.
    pub(crate) async fn start(environment: Vec<(String, String)>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_referral-connect-gateway"));
        let has_metrics = !environment
            .iter()
            .any(|(name, value)| name == "GATEWAY_METRICS_LISTEN" && value == "off");
        command
            .envs(environment)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            // Read all the time, so that it does not wait for somebody to.
            let stderr = child.stderr.take().unwrap();
            let log = std::thread::spawn(move || {
                let mut log = String::new();
                BufReader::new(stderr).read_to_string(&mut log).unwrap();
                log
            });
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut said = |before: &str, after: &str| {
                let line = lines.next()?.unwrap();
                let address = line.strip_prefix(before)?.strip_suffix(after)?;
                Some(address.parse().unwrap())
            };
            let Some(address) = said("listening on http://", "/") else {
                panic!("the gateway does not start: {}", log.join().unwrap());
            };
            let metrics = has_metrics.then(|| said("metrics on http://", "/metrics").unwrap());
            Self {
                child,
                address,
                metrics,
                log: Some(log),
            }
        })
        .await
        .unwrap()
    }

    /// Ends it without a warning.
    pub(crate) fn kill(&mut self) {
        // SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, waits until it has, and says what it has logged.
    pub(crate) fn stop(mut self) -> String {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(id, Signal::SIGTERM).unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing is left to end where it was killed or stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
