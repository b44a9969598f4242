//! Databases to test with: SQLite in a temporary folder, and a PostgreSQL server of the tests' own.

use std::{
    env, fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid, User},
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// Set to 1, it makes the tests fail rather than leave PostgreSQL out where it is not installed.
const REQUIRE: &str = "REQUIRE_POSTGRES";

/// A database of a test's own, gone with this.
pub(crate) struct Database {
    pub(crate) url: String,
    kept: Kept,
}

enum Kept {
    Sqlite { _folder: TempDir },
    Postgres { _server: Arc<Server> },
}

impl Database {
    /// Whether several gateways can use it.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.kept, Kept::Postgres { .. })
    }

    /// Changes what is stored, behind the back of gateways. A file is its gateway's alone, so that one is stopped first.
    pub(crate) async fn execute(&self, statement: &'static str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(statement)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }

    pub(crate) async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.url).await.unwrap()
    }
}

/// One of each kind that there is.
pub(crate) async fn each() -> Vec<Database> {
    let mut all = vec![sqlite()];
    all.extend(postgres().await);
    all
}

pub(crate) fn sqlite() -> Database {
    let folder = tempfile::tempdir().unwrap();
    Database {
        url: format!("sqlite:{}", folder.path().join("gateway.sqlite3").display()),
        kept: Kept::Sqlite { _folder: folder },
    }
}

/// `None`, with a warning, where PostgreSQL is not installed.
pub(crate) async fn postgres() -> Option<Database> {
    let Some(server) = tokio::task::spawn_blocking(Server::shared).await.unwrap() else {
        let required = env::var(REQUIRE).is_ok_and(|value| value == "1");
        assert!(
            !required,
            "PostgreSQL is not installed (Debian: postgresql)"
        );
        eprintln!(
            "WARNING: PostgreSQL is not installed, so ITS TESTS ARE LEFT OUT (Debian: postgresql)"
        );
        return None;
    };
    let name = format!("t{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    Some(Database {
        url: server.url(&name),
        kept: Kept::Postgres { _server: server },
    })
}

/// A server that listens on a socket in its own folder alone.
struct Server {
    process: Child,
    folder: TempDir,
}

impl Server {
    /// The one that runs already, or a new one.
    fn shared() -> Option<Arc<Self>> {
        static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let programs = programs()?;
        let mut running = RUNNING.lock().unwrap();
        if let Some(server) = running.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start(&programs));
        *running = Arc::downgrade(&server);
        Some(server)
    }

    fn start(programs: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let data = path.join("data");
        let command = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(path).stdin(Stdio::null());
            // Neither program runs as root.
            if Uid::effective().is_root() {
                let user = ["postgres", "nobody"]
                    .into_iter()
                    .find_map(|name| User::from_name(name).unwrap())
                    .unwrap();
                chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
                command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
            }
            command
        };
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        let made = command("initdb")
            .args([
                "--username=gateway",
                "--auth=trust",
                "--no-sync",
                "--encoding=UTF8",
            ])
            .args(["--locale=C", "--pgdata"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let log = fs::File::create(path.join("log")).unwrap();
        let process = command("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(path)
            // No port of the machine's; and nobody pulls its plug here.
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "max_connections=100",
            ])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { process, folder };
        server.await_start();
        server
    }

    fn await_start(&self) {
        let started = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        loop {
            let connected = runtime.block_on(PgConnection::connect(&self.url("postgres")));
            match connected {
                Ok(_) => return,
                Err(cause) => assert!(
                    started.elapsed() < Duration::from_secs(60),
                    "{cause}\n{}",
                    fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
                ),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        format!("postgres://gateway@localhost/{database}?host={folder}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = i32::try_from(self.process.id()).unwrap();
        // At once: clients that are still connected are told to go.
        let _ = kill(Pid::from_raw(id), Signal::SIGINT);
        let _ = self.process.wait();
    }
}

/// The folder with the server's programs: Debian does not put them on the path.
fn programs() -> Option<PathBuf> {
    let on_path = env::split_paths(&env::var_os("PATH")?).collect::<Vec<_>>();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut debian: Vec<_> = debian
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    debian.sort();
    debian.reverse();
    debian
        .into_iter()
        .chain(on_path)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}
