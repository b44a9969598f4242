use super::*;

fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let key = "PtuoWfuonaoDtdIeuuZAsBZeOU8GhWILVhUa0AQ+oqQ=";
    let needed = [
        ("GATEWAY_PUBLIC_ORIGIN", "https://portal.example"),
        ("GATEWAY_CLIENT_ID", "portal"),
        ("GATEWAY_ENCRYPTION_KEYS", key),
        ("PATH", "/usr/bin"),
    ];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let later = pairs.iter().map(owned);
    needed.iter().map(owned).chain(later).collect()
}

#[track_caller]
fn problem(file: Option<&str>, pairs: &[(&str, &str)], name: &str) -> String {
    let Err(problem) = Settings::read(file, environment(pairs)) else {
        panic!("{name} was taken");
    };
    assert_eq!(problem.name(), name, "{problem}");
    problem.to_string()
}

#[test]
fn three_settings_are_enough() {
    let settings = Settings::read(None, environment(&[])).unwrap();
    assert_eq!(settings.public_origin, "https://portal.example");
    assert_eq!(settings.api.as_str(), "https://api.plannrcrm.com/");
    assert_eq!(settings.sends_per_hour, 10);
    assert_eq!(settings.connect_limit, Duration::from_secs(5));
    assert_eq!(settings.answer_limit, Duration::from_secs(20));
    assert_eq!(settings.repeat_guard, Duration::from_secs(24 * 3600));
    assert_eq!(settings.longest_request(), Duration::from_secs(40));
    assert_eq!(settings.stop_limit, Duration::from_secs(45));
    assert!(settings.ticket_secret.is_none());
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "sends_per_hour = 3\nbase_path = \"/referrals/\"\nanswer_limit = \"15s\"";
    let settings =
        Settings::read(Some(file), environment(&[("GATEWAY_SENDS_PER_HOUR", "4")])).unwrap();
    assert_eq!(settings.sends_per_hour, 4);
    assert_eq!(settings.base_path, "/referrals");
    assert_eq!(settings.answer_limit, Duration::from_secs(15));
}

#[test]
fn the_customary_name_of_the_database_counts() {
    let url = "postgres://gateway@localhost/gateway";
    let settings = Settings::read(None, environment(&[("DATABASE_URL", url)])).unwrap();
    assert_eq!(settings.database_url, url);
}

#[test]
fn what_is_missing_is_named_with_its_remedy() {
    for (variable, name) in [
        ("GATEWAY_PUBLIC_ORIGIN", "public_origin"),
        ("GATEWAY_CLIENT_ID", "client_id"),
        ("GATEWAY_ENCRYPTION_KEYS", "encryption_keys"),
    ] {
        let message = problem(None, &[(variable, "")], name);
        assert!(message.contains("is missing"), "{message}");
        assert!(message.contains(variable), "{message}");
    }
}

#[test]
fn what_cannot_be_followed_is_refused() {
    for (variable, value, name) in [
        (
            "GATEWAY_PUBLIC_ORIGIN",
            "http://portal.example",
            "public_origin",
        ),
        ("GATEWAY_LISTEN", "8788", "listen"),
        ("GATEWAY_METRICS_LISTEN", "on", "metrics_listen"),
        ("GATEWAY_API_URL", "http://api.example", "api_url"),
        ("GATEWAY_TOKEN_URL", "https://a:b@api.example", "token_url"),
        (
            "GATEWAY_AFTER_SIGN_IN",
            "https://evil.example",
            "after_sign_in",
        ),
        ("GATEWAY_BASE_PATH", "//evil", "base_path"),
        ("GATEWAY_DATABASE_URL", "mysql://x", "database_url"),
        ("GATEWAY_ENCRYPTION_KEYS", "not-a-key", "encryption_keys"),
        (
            "GATEWAY_ENCRYPTION_KEYS",
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
            "encryption_keys",
        ),
        ("GATEWAY_TICKET_SECRET", "not-long-enough", "ticket_secret"),
        ("GATEWAY_SENDS_PER_HOUR", "0", "sends_per_hour"),
        ("GATEWAY_SENDS_PER_HOUR", "-1", "sends_per_hour"),
        ("GATEWAY_ANSWER_LIMIT", "20", "answer_limit"),
        ("GATEWAY_ANSWER_LIMIT", "-20s", "answer_limit"),
        ("GATEWAY_ANSWER_LIMIT", "1h", "answer_limit"),
        ("GATEWAY_ANSWER_LIMIT", "5s", "answer_limit"),
        ("GATEWAY_ANSWER_LIMIT", "31s", "settle_after"),
        ("GATEWAY_SETTLE_AFTER", "39s", "settle_after"),
        ("GATEWAY_STOP_LIMIT", "40s", "stop_limit"),
        ("GATEWAY_RETENTION", "2h", "retention"),
        ("GATEWAY_FRAME_ANCESTORS", "*", "frame_ancestors"),
    ] {
        let message = problem(None, &[(variable, value)], name);
        // Numbers and units stand in the remedies as well.
        assert!(value.len() < 5 || !message.contains(value), "{message}");
    }
    problem(Some("sends_per_hours = 4"), &[], "sends_per_hours");
    problem(Some("sends_per_hour = [4]"), &[], "sends_per_hour");
    problem(Some("sends_per_hour ="), &[], "the configuration file");
}

#[test]
fn who_gives_answers_more_time_has_more_to_stop() {
    let given = [
        ("GATEWAY_ANSWER_LIMIT", "60s"),
        ("GATEWAY_SETTLE_AFTER", "2m"),
    ];
    let settings = Settings::read(None, environment(&given)).unwrap();
    assert!(settings.stop_limit > settings.longest_request());
    let with_too_little = [given[0], given[1], ("GATEWAY_STOP_LIMIT", "45s")];
    problem(None, &with_too_little, "stop_limit");
}

/// The web server in the operators' page must not give up before the gateway does.
#[test]
fn the_web_server_that_is_shown_waits_long_enough() {
    let page = include_str!("../../../docs/gateway.md");
    let limit = page.split("proxy_read_timeout ").nth(1).unwrap();
    let limit_s: u64 = limit.split('s').next().unwrap().parse().unwrap();
    let settings = Settings::read(None, environment(&[])).unwrap();
    assert!(Duration::from_secs(limit_s) > settings.longest_request());
}

#[test]
fn a_variable_that_is_none_is_named_and_stops_nothing() {
    let given = environment(&[
        ("GATEWAY_SEND_PER_HOUR", "4"),
        ("GATEWAY_SERVICE_HOST", "10.0.0.1"),
    ]);
    let settings = Settings::read(None, given).unwrap();
    let unknown = ["GATEWAY_SEND_PER_HOUR", "GATEWAY_SERVICE_HOST"];
    assert_eq!(settings.unknown_variables, unknown);
}

#[test]
fn the_example_lists_every_setting_and_can_be_followed() {
    let example = include_str!("../../gateway.example.toml");
    let settings = Settings::read(Some(example), environment(&[]));
    assert!(settings.is_ok(), "{:?}", settings.err());
    // With every line of it that is only an example switched on, too.
    let all: Vec<&str> = example
        .lines()
        .map(|line| line.strip_prefix("#: ").unwrap_or(line))
        .collect();
    let all = all.join("\n");
    let read: toml::Table = toml::from_str(&all).unwrap();
    let source = include_str!("mod.rs");
    for name in read.keys() {
        assert!(
            source.contains(&format!("\"{name}\"")),
            "{name} is no setting"
        );
    }
    let settings = Settings::read(Some(&all), environment(&[]));
    assert!(settings.is_ok(), "{:?}", settings.err());
    let from = source.split("from.").skip(1);
    for setting in from.filter_map(|call| call.split('"').nth(1)) {
        assert!(
            read.contains_key(setting),
            "{setting} is not in the example"
        );
    }
}
