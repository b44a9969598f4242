//! Child processes that never outlive us.
//!
//! Each child leads a process group of its own, and a signal to us ends every group: stopping `cargo xtask run` in the
//! middle of a build also stops the compiler that trunk's cargo started.

use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context, Result, bail};

/// How long a child may take to end by itself once it was asked to.
const GRACE: Duration = Duration::from_secs(5);
/// How often something that offers no waiting is looked at.
pub(crate) const POLL: Duration = Duration::from_millis(100);

static STOPPING: AtomicBool = AtomicBool::new(false);
/// The running children's ids, which are their groups' ids too.
static CHILDREN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The person stopped us: not a failure of the work.
#[derive(Debug)]
pub(crate) struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Stopped {}

/// From here on an interrupt, a termination or a hang-up stops the children instead of us alone.
pub(crate) fn stop_children_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        let asked_before = STOPPING.swap(true, Ordering::SeqCst);
        signal_all(if asked_before { Urge::Kill } else { Urge::Ask });
        if !asked_before {
            thread::spawn(|| {
                thread::sleep(GRACE);
                signal_all(Urge::Kill);
            });
        }
    })
    .context("signals cannot be handled")
}

/// Whether a signal asked us to end.
pub(crate) fn stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

/// A command that inherits our environment as it was before `cargo run` added to it.
///
/// Cargo describes this very crate to us in variables that a build script further down would take for its own
/// package's, which costs needless rebuilds, and it puts its own toolchain's libraries before another compiler's.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    // What is started here talks to servers of its own, which no proxy can reach.
    for name in ["NO_PROXY", "no_proxy"] {
        let mut hosts = env::var(name).unwrap_or_default();
        if !hosts.is_empty() {
            hosts.push(',');
        }
        command.env(name, hosts + "127.0.0.1,localhost");
    }
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_from_cargo_run) {
            command.env_remove(&name);
        }
    }
    if let Some(paths) = env::var_os("LD_LIBRARY_PATH") {
        let kept: Vec<PathBuf> = env::split_paths(&paths)
            .filter(|path| !is_library_folder_of_cargo_run(path))
            .collect();
        match env::join_paths(&kept) {
            Ok(paths) if !kept.is_empty() => command.env("LD_LIBRARY_PATH", paths),
            _ => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
    command
}

fn is_from_cargo_run(name: &str) -> bool {
    matches!(
        name,
        "CARGO" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE" | "OUT_DIR"
    ) || ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

fn is_library_folder_of_cargo_run(path: &Path) -> bool {
    let mut names = path.components().map(|component| component.as_os_str());
    path.as_os_str().is_empty()
        || names.any(|name| name == "rustlib" || name == "toolchains" || name == "target")
}

/// Runs a command to its end; what it prints goes to our standard error.
///
/// # Errors
/// When it cannot start or does not succeed; [`Stopped`] when a signal came meanwhile.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let mut child = Running::start(command.stdout(std::io::stderr()))?;
    let status = child.wait()?;
    succeeded(command, status)
}

/// Runs a command to its end and returns what it wrote to its standard output.
///
/// # Errors
/// As [`run`].
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let mut text = String::new();
    let status = each_line(command, |line| {
        text.push_str(line);
        text.push('\n');
    })?;
    succeeded(command, status)?;
    Ok(text)
}

/// Runs a command to its end and hands over each line of its standard output as it comes.
///
/// # Errors
/// When it cannot start; [`Stopped`] when a signal came meanwhile. Not when it fails: the status says so.
pub(crate) fn each_line(
    command: &mut Command,
    mut on_line: impl FnMut(&str),
) -> Result<ExitStatus> {
    let mut child = Running::start(command.stdout(Stdio::piped()))?;
    if let Some(stdout) = child.take_stdout() {
        read_lines(stdout, &mut on_line).context("a child's output cannot be read")?;
    }
    child.wait()
}

/// Hands over each line until the end. One character that is not UTF-8 does not end the reading.
pub(crate) fn read_lines(
    stdout: ChildStdout,
    mut on_line: impl FnMut(&str),
) -> std::io::Result<()> {
    let mut stdout = BufReader::new(stdout);
    let mut line = Vec::new();
    while stdout.read_until(b'\n', &mut line)? > 0 {
        on_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
    Ok(())
}

/// Passes a line on to our own standard output at once.
pub(crate) fn pass_on(line: &str) {
    let mut stdout = std::io::stdout().lock();
    // A reader that went away (`| head`) is no reason to stop testing.
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// How a command with a time limit ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Succeeded,
    Failed,
    /// It was stopped by us.
    OutOfTime,
}

/// Runs a command, but no longer than `limit`.
///
/// # Errors
/// When it cannot start; [`Stopped`] when a signal came meanwhile.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<Ended> {
    let mut child = Running::start(command.stdout(std::io::stderr()))?;
    let started = Instant::now();
    loop {
        match child.ended()? {
            Some(status) if status.success() => return Ok(Ended::Succeeded),
            Some(_) if stopping() => return Err(Stopped.into()),
            Some(_) => return Ok(Ended::Failed),
            None if started.elapsed() > limit => {
                child.stop()?;
                return Ok(Ended::OutOfTime);
            }
            None => thread::sleep(POLL),
        }
    }
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let program = Path::new(command.get_program());
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    bail!(
        "`{} {}` ended with {status}",
        program.file_name().unwrap_or_default().display(),
        arguments.join(" ")
    )
}

/// A child at work. Dropping it stops it.
pub(crate) struct Running {
    child: Child,
    status: Option<ExitStatus>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut children = children();
        // Under the lock, so that a signal either prevents this child or sees it in the list.
        if stopping() {
            return Err(Stopped.into());
        }
        let child = command.spawn().with_context(|| {
            format!(
                "{} cannot be started",
                Path::new(command.get_program()).display()
            )
        })?;
        children.push(child.id());
        Ok(Self {
            child,
            status: None,
        })
    }

    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait().context("a child is lost")?;
            if self.status.is_some() {
                self.forget();
            }
        }
        Ok(self.status)
    }

    fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("a child is lost")?;
        self.status = Some(status);
        self.forget();
        if stopping() {
            return Err(Stopped.into());
        }
        Ok(status)
    }

    /// Asks it to end, and makes it when it does not.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        signal(self.child.id(), Urge::Ask);
        let asked = Instant::now();
        while self.ended()?.is_none() {
            if asked.elapsed() > GRACE {
                signal(self.child.id(), Urge::Kill);
                self.child.wait().context("a child is lost")?;
                self.forget();
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn forget(&self) {
        let id = self.child.id();
        children().retain(|other| *other != id);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("warning: {error:#}");
        }
    }
}

#[derive(Clone, Copy)]
enum Urge {
    Ask,
    Kill,
}

fn children() -> MutexGuard<'static, Vec<u32>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn signal_all(urge: Urge) {
    for id in children().iter() {
        signal(*id, urge);
    }
}

#[cfg(unix)]
fn signal(group: u32, urge: Urge) {
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    let signal = match urge {
        Urge::Ask => Signal::SIGTERM,
        Urge::Kill => Signal::SIGKILL,
    };
    if let Ok(group) = i32::try_from(group) {
        // The one failure there can be is that the group has ended by itself, which is what was wanted.
        let _ = killpg(Pid::from_raw(group), signal);
    }
}

#[cfg(not(unix))]
fn signal(tree: u32, _urge: Urge) {
    // There is no asking on Windows; this ends the whole tree.
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &tree.to_string()])
        .stdout(Stdio::null())
        .status();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = command("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn lines_arrive_whatever_their_bytes() {
        let mut lines = Vec::new();
        let status = each_line(
            &mut shell(r"printf 'one\n\377two\nunfinished'; exit 3"),
            |line| lines.push(line.to_owned()),
        )
        .expect("sh starts");
        assert_eq!(lines, ["one", "\u{fffd}two", "unfinished"]);
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn a_failure_names_the_command() {
        let error = output(&mut shell("exit 4")).expect_err("it failed");
        assert_eq!(
            error.to_string(),
            "`sh -c exit 4` ended with exit status: 4"
        );
    }

    #[test]
    fn a_time_limit_ends_the_whole_group() {
        // The grandchild holds the pipe: reading it to its end succeeds only once the grandchild is gone as well.
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        let mut command = shell("sleep 600 & wait");
        command.stderr(writer);
        let ended = run_within(&mut command, Duration::ZERO).expect("sh starts");
        drop(command);
        assert_eq!(ended, Ended::OutOfTime);
        let mut rest = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut rest).expect("the pipe closes");
    }

    #[test]
    fn what_cargo_run_adds_is_told_apart_from_what_the_person_set() {
        for ours in [
            "CARGO_MANIFEST_DIR",
            "CARGO_PKG_NAME",
            "CARGO_BIN_NAME",
            "CARGO",
        ] {
            assert!(is_from_cargo_run(ours), "{ours}");
        }
        for theirs in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "PATH"] {
            assert!(!is_from_cargo_run(theirs), "{theirs}");
        }
    }
}
