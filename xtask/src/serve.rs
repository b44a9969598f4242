//! `cargo xtask run`: the page and the sandbox on one address, rebuilt when the sources change, until stopped.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cli::{Before, RunOptions};
use crate::gateway;
use crate::page::{self, Flavour};
use crate::process::{self, Running, Stopped};
use crate::progress::{Steps, Took};
use crate::project::Project;
use crate::tools;
use crate::wasm::Compiler;
use crate::watch::Snapshot;

const SANDBOX: &str = "referral-connect-sandbox";
/// Before the address, on the line that a server prints once it answers.
const LISTENING: &str = "listening on ";
/// It starts in under a second; a machine may be busy.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How often the sources are looked at.
const LOOK: Duration = Duration::from_millis(300);

pub(crate) fn run(project: &Project, options: &RunOptions) -> Result<()> {
    // Now, because hearing of it after the build would be late.
    refuse_busy_port(options.port)?;
    let compiler = Compiler::provide(project)?;
    tools::install_missing(project, options.flavour.tools())?;

    let mut steps = Steps::new(3);
    let built_from = Snapshot::take(project);
    steps.step(options.flavour.title(project), || {
        page::build(project, compiler, options.flavour)
    })?;
    steps.step("Building the servers", || build_servers(project))?;
    let mut servers = steps.step("Starting", || Servers::start(project, options))?;

    println!("{}", servers.address());
    std::io::stdout()
        .flush()
        .context("the address cannot be printed")?;
    eprintln!(
        "The page is rebuilt when its sources change: reload the browser then. Ctrl-C stops."
    );
    match serve(project, compiler, options.flavour, &mut servers, built_from) {
        Err(error) if error.is::<Stopped>() => {
            servers.stop()?;
            eprintln!("Stopped.");
            Ok(())
        }
        other => other,
    }
}

fn refuse_busy_port(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} is in use, perhaps by another `cargo xtask run`. Stop that one, or choose a port with \
             `--port N` (0 takes any free one)"
        ),
        Err(error) => Err(error).with_context(|| format!("port {port} cannot be used")),
    }
}

fn build_servers(project: &Project) -> Result<()> {
    let mut command = process::command("cargo");
    command
        // Of the workspace, not of its package: so cargo shares what it compiles with the tests.
        .args(["build", "--workspace", "--bin", SANDBOX])
        .args(["--bin", gateway::PROGRAM])
        .current_dir(&project.root)
        .env("CARGO_TARGET_DIR", &project.native_target);
    process::run(&mut command)
}

/// Watches sources and servers. Never succeeds: it ends by a signal, as [`Stopped`], or by the end of a server.
fn serve(
    project: &Project,
    compiler: Compiler,
    flavour: Flavour,
    servers: &mut Servers,
    mut built_from: Snapshot,
) -> Result<()> {
    loop {
        if process::stopping() {
            return Err(Stopped.into());
        }
        servers.check()?;
        thread::sleep(LOOK);
        let seen = Snapshot::take(project);
        // A change is built when a look later it is still the same: editors save in several moves.
        if seen == built_from || !is_settled(project, &seen) {
            continue;
        }
        built_from = seen;
        eprintln!("\nThe sources changed; building the page");
        let started = Instant::now();
        let built = page::build(project, compiler, flavour).and_then(|()| servers.renew(project));
        match built {
            Ok(()) => eprintln!("Rebuilt in {}: reload the browser", Took(started.elapsed())),
            Err(error) if error.is::<Stopped>() => return Err(error),
            Err(error) => eprintln!(
                "{error:#}\nThe page could not be built, so the one from before is still served"
            ),
        }
    }
}

fn is_settled(project: &Project, seen: &Snapshot) -> bool {
    thread::sleep(process::POLL);
    Snapshot::take(project) == *seen
}

/// The running sandbox, and the gateway where that was asked for.
struct Servers {
    sandbox: Server,
    gateway: Option<Server>,
}

impl Servers {
    /// Starts them one after the other, so that the last one has all that it needs.
    fn start(project: &Project, options: &RunOptions) -> Result<Self> {
        match options.before {
            Before::Sandbox => Ok(Self {
                sandbox: Server::start_sandbox(project, options.flavour, options.port)?,
                gateway: None,
            }),
            Before::Gateway => {
                let sandbox = Server::start_sandbox(project, options.flavour, 0)?;
                let command = gateway::command(project, &sandbox.address, options.port)?;
                Ok(Self {
                    gateway: Some(Server::start(command)?),
                    sandbox,
                })
            }
        }
    }

    /// Where the page is, with a slash at its end.
    fn address(&self) -> &str {
        &self.gateway.as_ref().unwrap_or(&self.sandbox).address
    }

    /// Hands a page that was built anew on to whoever has a copy.
    fn renew(&self, project: &Project) -> Result<()> {
        match self.gateway {
            Some(_) => gateway::portal(project).map(drop),
            None => Ok(()),
        }
    }

    fn check(&mut self) -> Result<()> {
        for server in std::iter::once(&mut self.sandbox).chain(&mut self.gateway) {
            if let Some(status) = server.process.ended()? {
                bail!("{} ended by itself, with {status}", server.address);
            }
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        if let Some(gateway) = &mut self.gateway {
            gateway.process.stop()?;
        }
        self.sandbox.process.stop()
    }
}

/// A running server with a page.
struct Server {
    process: Running,
    /// Where it answers, with a slash at its end.
    address: String,
}

impl Server {
    fn start_sandbox(project: &Project, flavour: Flavour, port: u16) -> Result<Self> {
        let data = project.root.join(".sandbox");
        fs::create_dir_all(&data)
            .with_context(|| format!("{} cannot be created", data.display()))?;
        let program = project
            .native_target
            .join("debug")
            .join(format!("{SANDBOX}{}", std::env::consts::EXE_SUFFIX));
        let mut command = process::command(program);
        command
            .arg("--listen")
            .arg(format!("{}:{port}", Ipv4Addr::LOCALHOST))
            .arg("--database")
            .arg(data.join("sandbox.sqlite3"))
            .arg("--page")
            .arg(flavour.folder(project))
            .arg("--stop-with-input")
            .current_dir(&project.root)
            // Held open by the process that is started here: it ends with us, however we end.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        Self::start(command)
    }

    /// Starts it and waits until the page answers.
    fn start(mut command: Command) -> Result<Self> {
        let mut process = Running::start(&mut command)?;
        let lines = forward(&mut process);
        let address = await_address(&mut process, &lines)?;
        await_page(&mut process, &address)?;
        Ok(Self { process, address })
    }
}

/// Passes a server's lines on to our standard error, and the address in them to the receiver.
fn forward(process: &mut Running) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = process.take_stdout() {
        thread::spawn(move || {
            let outcome = process::read_lines(stdout, |line| {
                eprintln!("{line}");
                if let Some((_, address)) = line.split_once(LISTENING) {
                    // Nobody waits for it any more when starting was given up.
                    let _ = sender.send(address.trim().to_owned());
                }
            });
            if let Err(error) = outcome {
                eprintln!("warning: a server's output cannot be read: {error}");
            }
        });
    }
    receiver
}

fn await_address(process: &mut Running, lines: &Receiver<String>) -> Result<String> {
    let started = Instant::now();
    loop {
        match lines.recv_timeout(process::POLL) {
            Ok(address) => return Ok(address),
            // The end of its output is seen a moment before its own.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(process::POLL),
            Err(RecvTimeoutError::Timeout) => {}
        }
        check_start(process, started)?;
    }
}

fn await_page(process: &mut Running, address: &str) -> Result<()> {
    let started = Instant::now();
    loop {
        match status_of(address) {
            Ok(200) => return Ok(()),
            Ok(status) => bail!("{address} answers {status}, not the page"),
            Err(_) => {
                check_start(process, started)?;
                thread::sleep(process::POLL);
            }
        }
    }
}

fn check_start(process: &mut Running, started: Instant) -> Result<()> {
    if process::stopping() {
        return Err(Stopped.into());
    }
    if let Some(status) = process.ended()? {
        bail!("a server could not start; it ended with {status}");
    }
    if started.elapsed() > START_LIMIT {
        bail!("a server does not answer after {} s", START_LIMIT.as_secs());
    }
    Ok(())
}

/// The HTTP status that a loopback address answers with.
fn status_of(address: &str) -> Result<u16> {
    let host = address
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix('/'))
        .with_context(|| format!("{address} is not an address of a server of ours"))?;
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(START_LIMIT))?;
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer)?;
    status_in(&answer).context("the answer is not HTTP")
}

/// The status in the first line of an HTTP answer.
fn status_in(answer: &str) -> Option<u16> {
    let mut words = answer.lines().next()?.split_whitespace();
    words
        .next()
        .filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_in_the_first_line() {
        assert_eq!(status_in("HTTP/1.1 200 OK\r\nDate: x\r\n\r\n"), Some(200));
        assert_eq!(status_in("HTTP/1.1 404 Not Found\r\n"), Some(404));
        assert_eq!(status_in("SSH-2.0-OpenSSH"), None);
        assert_eq!(status_in(""), None);
    }

    #[test]
    fn a_port_in_use_is_refused_with_a_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = taken.local_addr().expect("it has an address").port();
        let message = refuse_busy_port(port).expect_err("it is taken").to_string();
        assert!(message.contains(&port.to_string()), "{message}");
        assert!(message.contains("--port"), "{message}");
        drop(taken);
        assert!(refuse_busy_port(0).is_ok());
    }
}
