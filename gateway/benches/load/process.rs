//! The programs that are measured: each a process of its own, as it is released.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};

use crate::Outcome;

/// On this machine: the sandbox lets nobody else in.
pub(crate) const ORIGIN: &str = "http://127.0.0.1:8788";
/// How long a program may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that is asked to end, children and all, when this is dropped.
struct Leashed(Child);

impl Drop for Leashed {
    fn drop(&mut self) {
        if let Ok(id) = i32::try_from(self.0.id()) {
            // One that has ended already needs no asking.
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
            let _ = self.0.wait();
        }
    }
}

pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    process: Leashed,
}

impl Gateway {
    pub(crate) async fn start(folder: &Path, upstream: SocketAddr) -> Outcome<Self> {
        let database = folder.join(format!("gateway-{}.sqlite3", upstream.port()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_referral-connect-gateway"));
        for (name, value) in [
            ("LISTEN", "127.0.0.1:0".to_owned()),
            ("METRICS_LISTEN", "off".to_owned()),
            ("PUBLIC_ORIGIN", ORIGIN.to_owned()),
            ("CLIENT_ID", "portal".to_owned()),
            (
                "ENCRYPTION_KEYS",
                "PtuoWfuonaoDtdIeuuZAsBZeOU8GhWILVhUa0AQ+oqQ=".to_owned(),
            ),
            ("SENDS_PER_HOUR", "10000".to_owned()),
            ("QUESTIONS_PER_MINUTE", "1000000".to_owned()),
            ("DATABASE_URL", format!("sqlite:{}", database.display())),
            ("API_URL", format!("http://{upstream}")),
            (
                "AUTHORIZE_URL",
                format!("http://{upstream}/oauth/authorize"),
            ),
            ("TOKEN_URL", format!("http://{upstream}/oauth/token")),
        ] {
            command.env(format!("GATEWAY_{name}"), value);
        }
        // Its log is written as it would be, and read by nobody.
        let log = fs::File::create(folder.join(format!("gateway-{}.log", upstream.port())))?;
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let process = Leashed(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .ok_or_else(|| format!("the gateway says {line:?}"))?
            .trim_end_matches('/')
            .parse()?;
        Ok(Self { address, process })
    }

    /// What of it is in memory, in KiB.
    pub(crate) fn memory_kib(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or("no VmRSS")?.parse()?)
    }

    pub(crate) fn stop(self) -> Outcome<()> {
        drop(self.process);
        Ok(())
    }
}

pub(crate) struct Nginx {
    pub(crate) address: SocketAddr,
    _process: Leashed,
}

impl Nginx {
    pub(crate) fn start(program: &Path, folder: &Path, upstream: SocketAddr) -> Outcome<Self> {
        // It cannot pick a port itself.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let prefix = folder.join(format!("nginx-{}", upstream.port()));
        fs::create_dir(&prefix)?;
        let user = if Uid::effective().is_root() {
            "user root;"
        } else {
            ""
        };
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {kind};\n"))
            .concat();
        // What the gateway does as well: connections that are kept on both sides, and no second try.
        let configuration = format!(
            "{user} daemon off; worker_processes auto; pid nginx.pid;
             events {{ worker_connections 4096; }}
             http {{
                 access_log off; keepalive_requests 100000000; {temporary}
                 upstream api {{ server {upstream}; keepalive 64; keepalive_requests 100000000; }}
                 server {{
                     listen {address};
                     location /api/v1/ {{
                         proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection \"\";
                         proxy_next_upstream off;
                     }}
                 }}
             }}"
        );
        let file = prefix.join("nginx.conf");
        fs::write(&file, configuration)?;
        let child = Command::new(program)
            .arg("-p")
            .arg(&prefix)
            .arg("-e")
            .arg(prefix.join("error.log"))
            .arg("-c")
            .arg(&file)
            .spawn()?;
        let process = Leashed(child);
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            if started.elapsed() > PATIENCE {
                return Err("nginx does not listen".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(Self {
            address,
            _process: process,
        })
    }
}
