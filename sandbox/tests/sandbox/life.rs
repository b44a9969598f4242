//! Starting, stopping, and what survives in between.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use referral_connect_sandbox::{Database, Error, Sandbox, Settings};
use reqwest::Method;
use serde_json::Value;

use crate::support::{Bench, CREATE, HandClock, START};

#[tokio::test]
async fn everything_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        database: Database::File(folder.path().join("new/folders/sandbox.sqlite")),
        ..Settings::default()
    };
    let time = HandClock::at(START);
    let bench = Bench::start_with(time.clone(), settings.clone()).await;
    let sent = bench.sent("ABC12345").await;
    let slow = bench.sent("ACCEPTED").await;
    let emails = bench.listed("/sandbox/outbox.json").await;
    let requests = bench.listed("/sandbox/requests.json").await;
    bench.stop().await;

    time.advance_ms(5_000);
    let bench = Bench::start_with(time, settings).await;
    assert_eq!(bench.connection(&sent["uuid"]).await, sent);
    let answered = bench.connection(&slow["uuid"]).await;
    assert_eq!(answered["status"], "accepted");
    assert_eq!(bench.listed(CREATE).await, [answered, sent]);
    let paths = |emails: &[Value]| -> Vec<Value> {
        emails
            .iter()
            .map(|email| email["accept_path"].clone())
            .collect()
    };
    let kept = bench.listed("/sandbox/outbox.json").await;
    assert_eq!(paths(&kept), paths(&emails));
    assert_eq!(bench.listed("/sandbox/requests.json").await, requests);
}

#[tokio::test]
async fn stopping_leaves_one_tidy_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.sqlite");
    let settings = Settings {
        database: Database::File(file.clone()),
        ..Settings::default()
    };
    let bench = Bench::start_with(HandClock::at(START), settings).await;
    bench.sent("ABC12345").await;
    assert!(folder.path().join("sandbox.sqlite-wal").exists());
    bench.stop().await;
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(left, [file]);
}

#[tokio::test]
async fn each_sandbox_in_memory_is_its_own() {
    let first = Bench::start().await;
    let second = Bench::start().await;
    first.sent("ABC12345").await;
    assert_eq!(second.listed(CREATE).await, [] as [Value; 0]);
}

#[tokio::test]
async fn an_address_that_others_can_reach_has_to_be_allowed() {
    let everywhere = Settings {
        listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        ..Settings::default()
    };
    let refused = Sandbox::start(everywhere.clone()).await.unwrap_err();
    assert!(matches!(refused, Error::NotLoopback(_)));
    assert_eq!(
        refused.to_string(),
        "0.0.0.0:0 can be reached from other machines, and the sandbox's tokens are public: anybody there could \
         read and change what it holds. Listen on 127.0.0.1, or allow it with --allow-remote"
    );
    let allowed = Settings {
        allow_remote: true,
        ..everywhere
    };
    Sandbox::start(allowed).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let bench = Bench::start().await;
    let settings = Settings {
        listen: bench.address(),
        ..Settings::default()
    };
    let refused = Sandbox::start(settings).await.unwrap_err();
    assert!(matches!(refused, Error::PortInUse(_)));
    let port = bench.address().port();
    assert_eq!(
        refused.to_string(),
        format!(
            "port {port} is taken by another program. Stop that program, or choose another port (0 takes any free one)"
        )
    );
}

#[tokio::test]
async fn a_stopped_sandbox_frees_its_port() {
    let bench = Bench::start().await;
    bench.sent("ABC12345").await;
    let listen = bench.address();
    bench.stop().await;
    let settings = Settings {
        listen,
        ..Settings::default()
    };
    assert_eq!(Sandbox::start(settings).await.unwrap().address(), listen);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    let notes =
        "Not a database, but something that somebody wrote and wants to keep.\n".repeat(100);
    fs::write(&file, &notes).unwrap();
    let refused = start_on(&file).await;
    assert!(matches!(refused, Error::Database { .. }));
    let message = refused.to_string();
    assert!(message.contains("notes.txt"), "{message}");
    assert!(message.contains("file is not a database"), "{message}");
    assert_eq!(fs::read_to_string(&file).unwrap(), notes);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = folder.path().join("occupied");
    fs::write(&occupied, "").unwrap();
    let refused = start_on(&occupied.join("deeper/sandbox.sqlite")).await;
    assert!(matches!(refused, Error::DatabaseFolder { .. }));
    assert!(refused.to_string().contains("occupied/deeper"), "{refused}");
}

#[tokio::test]
async fn a_database_of_the_future_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 1000")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let refused = start_on(&file).await;
    assert!(
        matches!(refused, Error::DatabaseLayout { found: 1000, .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn an_open_idle_connection_does_not_hold_up_the_end() {
    let bench = Bench::start().await;
    // One that has said nothing yet, as browsers open them in advance, and one that is kept alive.
    let silent = std::net::TcpStream::connect(bench.address()).unwrap();
    bench.sent("ABC12345").await;
    let begun = Instant::now();
    bench.stop().await;
    assert!(begun.elapsed() < Duration::from_millis(1_500));
    drop(silent);
}

#[test]
fn the_program_starts_within_a_second_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let mut program = Command::new(env!("CARGO_BIN_EXE_referral-connect-sandbox"))
        .arg("--database")
        .arg(folder.path().join("new/sandbox.sqlite"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let elapsed = begun.elapsed();
    let stopped = stop(&mut program);
    assert!(elapsed < Duration::from_secs(1), "it took {elapsed:?}");
    let port = line
        .strip_prefix("listening on http://127.0.0.1:")
        .and_then(|rest| rest.strip_suffix('/'))
        .unwrap_or_else(|| panic!("{line}"));
    assert!(port.parse::<u16>().unwrap() > 0);
    assert!(lines.next().is_none(), "one line is all it prints");
    assert!(stopped, "SIGTERM is an orderly end");
    assert!(!folder.path().join("new/sandbox.sqlite-wal").exists());
}

#[tokio::test]
async fn the_program_answers_once_it_has_said_so() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_referral-connect-sandbox"))
        .args(["--listen", "127.0.0.1:0", "--refresh", "10"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(program.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(Method::GET, format!("{address}api/v1/logins"));
    let answer = request.send().await;
    stop(&mut program);
    assert_eq!(answer.unwrap().status(), 401);
}

#[test]
fn the_program_ends_with_its_input_where_it_is_told_to() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_referral-connect-sandbox"))
        .arg("--stop-with-input")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("listening on "));
    assert!(
        program.try_wait().unwrap().is_none(),
        "ended with its input open"
    );
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}

#[test]
fn the_program_says_what_is_wrong_with_its_command_line() {
    let table: [(&[&str], &str); 5] = [
        (
            &["--listen", "0.0.0.0:0"],
            "0.0.0.0:0 can be reached from other machines",
        ),
        (
            &["--listen", "8787"],
            "\"8787\" is not understood: give it as ADDRESS:PORT, for example 127.0.0.1:8787",
        ),
        (&["--refresh"], "--refresh needs a value"),
        (&["--colour"], "there is no option --colour"),
        (&["extra"], "\"extra\" is not understood"),
    ];
    for (arguments, message) in table {
        let output = Command::new(env!("CARGO_BIN_EXE_referral-connect-sandbox"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn the_program_explains_itself() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_referral-connect-sandbox"))
        .arg("--help")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut help = String::new();
    program
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut help)
        .unwrap();
    assert!(program.wait().unwrap().success());
    for option in [
        "--listen",
        "--database",
        "--page",
        "--refresh",
        "--stop-with-input",
        "--allow-remote",
    ] {
        assert!(help.contains(option), "{option}");
    }
}

async fn start_on(file: &std::path::Path) -> Error {
    let settings = Settings {
        database: Database::File(file.to_owned()),
        ..Settings::default()
    };
    Sandbox::start(settings).await.unwrap_err()
}

/// Sends SIGTERM and says whether the program ended in good order.
fn stop(program: &mut Child) -> bool {
    let pid = program.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    program.wait().unwrap().success()
}
