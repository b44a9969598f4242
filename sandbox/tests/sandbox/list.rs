//! The list: filters, sorting and pages.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ADVISER, Bench, CREATE};

#[tokio::test]
async fn filters_narrow_the_list() {
    let bench = Bench::start().await;
    let sent = bench.sent("ABC12345").await;
    let received = bench.sent("RECEIVED").await;
    let strange = bench.sent("STRANGER").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let two_uuids = format!("uuid]={},{}", text(&sent["uuid"]), text(&strange["uuid"]));
    let upper_case = text(&sent["uuid"]).to_ascii_uppercase();
    let table: [(String, Vec<&Value>); 12] = [
        ("status]=pending".into(), vec![&received, &sent]),
        ("status]=pending,accepted".into(), vec![&received, &sent]),
        ("status]=accepted".into(), vec![]),
        ("status]=expired".into(), vec![]),
        ("status]=under_review".into(), vec![]),
        ("direction]=sent".into(), vec![&strange, &sent]),
        ("direction]=received".into(), vec![&received]),
        (format!("uuid]={upper_case}"), vec![&sent]),
        (two_uuids, vec![&strange, &sent]),
        (
            format!("recipient_uuid]={}", text(&sent["recipient_firm"]["uuid"])),
            vec![&sent],
        ),
        (format!("recipient_uuid]={ADVISER}"), vec![&received]),
        ("direction]=sent&filter[status]=pending".into(), vec![&sent]),
    ];
    for (filter, expected) in table {
        let listed = bench.listed(&format!("{CREATE}?filter[{filter}")).await;
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    // A browser's URLSearchParams escapes the brackets.
    let escaped = format!("{CREATE}?filter%5Bdirection%5D=received");
    assert_eq!(bench.listed(&escaped).await, [received]);
}

#[tokio::test]
async fn an_unknown_filter_or_sort_is_refused() {
    let table = [
        (
            "filter[colour]=blue",
            "Requested filter(s) `colour` are not allowed. Allowed filter(s) are \
             `uuid, status, direction, recipient_uuid`.",
        ),
        (
            "sort=-name",
            "Requested sort(s) `name` is not allowed. Allowed sort(s) are `created_at`.",
        ),
    ];
    let bench = Bench::start().await;
    for (query, message) in table {
        let path = format!("{CREATE}?{query}");
        let request = bench.ask_as(ADVISER, Method::GET, &path);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer, json!({ "message": message }));
    }
}

#[tokio::test]
async fn the_newest_comes_first_unless_told_otherwise() {
    let bench = Bench::start().await;
    let first = bench.sent("ABC12345").await;
    bench.advance_ms(1_000);
    let second = bench.sent("ACCEPTED").await;
    let newest_first = [second.clone(), first.clone()];
    assert_eq!(bench.listed(CREATE).await, newest_first);
    let path = format!("{CREATE}?sort=-created_at");
    assert_eq!(bench.listed(&path).await, newest_first);
    let path = format!("{CREATE}?sort=created_at");
    assert_eq!(bench.listed(&path).await, [first, second]);
}

#[tokio::test]
async fn pages_are_laravel_s() {
    let bench = Bench::start().await;
    for _ in 0..16 {
        bench.sent("ABC12345").await;
    }
    let base = format!("http://{}{CREATE}", bench.address());

    let first = bench.get(CREATE).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 15);
    assert_eq!(
        first["links"],
        json!({
            "first": format!("{base}?page=1"),
            "last": format!("{base}?page=2"),
            "prev": null,
            "next": format!("{base}?page=2"),
        })
    );
    assert_eq!(
        first["meta"],
        json!({
            "current_page": 1,
            "from": 1,
            "last_page": 2,
            "links": [
                { "url": null, "label": "&laquo; Previous", "page": null, "active": false },
                { "url": format!("{base}?page=1"), "label": "1", "page": 1, "active": true },
                { "url": format!("{base}?page=2"), "label": "2", "page": 2, "active": false },
                { "url": format!("{base}?page=2"), "label": "Next &raquo;", "page": 2, "active": false },
            ],
            "path": base,
            "per_page": 15,
            "to": 15,
            "total": 16,
        })
    );

    let second = bench
        .get(&format!("{CREATE}?page=2&filter[status]=pending"))
        .await;
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert_eq!(second["meta"]["from"], 16);
    assert_eq!(second["meta"]["to"], 16);
    assert_eq!(
        second["links"]["prev"],
        format!("{base}?filter%5Bstatus%5D=pending&page=1")
    );
    assert_eq!(second["links"]["next"], Value::Null);
    assert_ne!(second["data"][0], first["data"][14]);

    let beyond = bench.get(&format!("{CREATE}?page=9")).await;
    assert_eq!(beyond["data"], json!([] as [Value; 0]));
    assert_eq!(beyond["meta"]["from"], Value::Null);
    assert_eq!(beyond["meta"]["to"], Value::Null);
}

#[tokio::test]
async fn many_pages_are_abridged() {
    let bench = Bench::start().await;
    for _ in 0..20 {
        bench.sent("ABC12345").await;
    }
    let table = [
        (1, "1 2 3 4 5 6 7 8 9 10 ... 19 20"),
        (10, "1 2 ... 7 8 9 10 11 12 13 ... 19 20"),
        (20, "1 2 ... 11 12 13 14 15 16 17 18 19 20"),
    ];
    for (page, expected) in table {
        let list = bench.get(&format!("{CREATE}?per_page=1&page={page}")).await;
        let links = list["meta"]["links"].as_array().unwrap();
        let labels: Vec<_> = links[1..links.len() - 1]
            .iter()
            .map(|link| link["label"].as_str().unwrap())
            .collect();
        assert_eq!(labels.join(" "), expected);
    }
}

#[tokio::test]
async fn per_page_is_at_most_500_and_nonsense_is_the_default() {
    let bench = Bench::start().await;
    let table = [
        ("per_page=2", 2),
        ("per_page=500", 500),
        ("per_page=501", 500),
        ("per_page=99999999999999", 15),
        ("per_page=0", 15),
        ("per_page=-3", 15),
        ("per_page=many", 15),
        ("page=many", 15),
        ("page=4294967295&per_page=500", 500),
    ];
    for (query, per_page) in table {
        let list = bench.get(&format!("{CREATE}?{query}")).await;
        assert_eq!(list["meta"]["per_page"], per_page, "{query}");
        assert_eq!(list["meta"]["last_page"], 1, "{query}");
        assert_eq!(list["meta"]["total"], 0, "{query}");
    }
}
