//! Child processes that cannot outlive this one.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// Starts the command, waits for the end of its own standard input and then ends its whole process group: politely,
/// and after two seconds without asking. The end of input comes when the [`Leash`] is dropped and also when this
/// process dies in any way, so that browsers, which are grandchildren, never stay behind.
const KEEPER: &str = r#"
"$@" </dev/null &
pid=$!
cat >/dev/null
trap : TERM
kill -TERM 0
tenths=0
while [ $tenths -lt 20 ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; tenths=$((tenths + 1)); done
kill -KILL 0
"#;

/// A running process group. Dropping it ends the group and waits until it has ended.
#[derive(Debug)]
pub struct Leash {
    keeper: Child,
}

impl Leash {
    /// Starts `command` (program, arguments, environment) with both outputs written to `log`.
    ///
    /// # Errors
    /// When the log cannot be created or the shell that keeps the group cannot be started. A program that fails to
    /// start says so in the log.
    pub fn start(command: &Command, log: &Path) -> Result<Self> {
        let output =
            File::create(log).with_context(|| format!("creating the log {}", log.display()))?;
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "sh"])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => keeper.env(name, value),
                None => keeper.env_remove(name),
            };
        }
        let keeper = keeper
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().context("sharing the log")?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("starting sh for {}", command.get_program().display()))?;
        Ok(Self { keeper })
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // The keeper ends itself with its group, so its exit status says nothing worth reading.
        let _killed_by_itself = self.keeper.wait();
    }
}
