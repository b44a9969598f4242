//! `GET /api/v1/referral-connections`, paginated as Laravel does it.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::Response,
};
use serde_json::{Value, json};

use super::{Failure, admission, laravel};
use crate::{
    App,
    store::{Filters, Order, Window},
    wire,
};

const FILTERS: [&str; 4] = ["uuid", "status", "direction", "recipient_uuid"];

/// The words of the documented status filter: one for `expired` does not exist.
const STATUSES: [&str; 3] = ["pending", "accepted", "denied"];

const DEFAULT_PER_PAGE: u32 = 15;
const MOST_PER_PAGE: u32 = 500;

pub(super) async fn list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let account = admission::acting_account(&headers)?.account_uuid;
    let asked = Asked::from_query(query.as_deref().unwrap_or_default())?;
    let now = app.clock.now();
    let total = app.store.count(account, &asked.filters, now).await?;
    let offset = (asked.page - 1).saturating_mul(asked.per_page);
    let window = Window {
        order: asked.order,
        limit: asked.per_page,
        offset,
    };
    let found = app.store.list(account, &asked.filters, window, now).await?;

    let last_page = total.div_ceil(asked.per_page).max(1);
    let page = asked.page;
    let path = format!("http://{}{}", host(&headers), uri.path());
    let link = |page: u32| asked.link(&path, page);
    let previous = (page > 1).then(|| link(page - 1));
    let next = (page < last_page).then(|| link(page + 1));
    let shown = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let (from, to) = match shown {
        0 => (None, None),
        _ => (Some(offset + 1), Some(offset + shown)),
    };
    let body = json!({
        "data": found.iter().map(wire::item).collect::<Vec<_>>(),
        "links": {
            "first": link(1),
            "last": link(last_page),
            "prev": previous,
            "next": next,
        },
        "meta": {
            "current_page": page,
            "from": from,
            "last_page": last_page,
            "links": page_links(page, last_page, &link),
            "path": path,
            "per_page": asked.per_page,
            "to": to,
            "total": total,
        },
    });
    Ok(laravel::json(StatusCode::OK, &body))
}

/// What a query asks for.
struct Asked {
    filters: Filters,
    order: Order,
    page: u32,
    per_page: u32,
    /// Everything but the page number, to be repeated in the links.
    others: Vec<(String, String)>,
}

impl Asked {
    fn from_query(query: &str) -> Result<Self, Failure> {
        let mut asked = Self {
            filters: Filters::default(),
            order: Order::NewestFirst,
            page: 1,
            per_page: DEFAULT_PER_PAGE,
            others: Vec::new(),
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "page" => {
                    asked.page = positive(&value).unwrap_or(1);
                    continue;
                }
                "per_page" => {
                    let wanted = positive(&value).unwrap_or(DEFAULT_PER_PAGE);
                    asked.per_page = wanted.min(MOST_PER_PAGE);
                }
                "sort" => asked.order = order(&value)?,
                name => {
                    if let Some(filter) = name
                        .strip_prefix("filter[")
                        .and_then(|n| n.strip_suffix(']'))
                    {
                        asked.filter(filter, &value)?;
                    }
                }
            }
            asked.others.push((name.into_owned(), value.into_owned()));
        }
        Ok(asked)
    }

    /// Takes one filter. Several values are separated by commas; an empty one filters nothing.
    fn filter(&mut self, filter: &str, value: &str) -> Result<(), Failure> {
        let values = value.split(',').filter(|value| !value.is_empty());
        let filters = &mut self.filters;
        match filter {
            "uuid" => filters.uuids.extend(values.map(str::to_ascii_lowercase)),
            "status" => filters.statuses.extend(values.map(|status| {
                // A word that is no filter is kept as one that matches nothing.
                let known = STATUSES.contains(&status);
                if known {
                    status.to_owned()
                } else {
                    String::new()
                }
            })),
            "direction" => filters.directions.extend(values.map(str::to_owned)),
            "recipient_uuid" => filters
                .recipient_uuids
                .extend(values.map(str::to_ascii_lowercase)),
            other => {
                return Err(Failure::BadQuery(format!(
                    "Requested filter(s) `{other}` are not allowed. Allowed filter(s) are `{}`.",
                    FILTERS.join(", ")
                )));
            }
        }
        Ok(())
    }

    fn link(&self, path: &str, page: u32) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.others)
            .append_pair("page", &page.to_string())
            .finish();
        format!("{path}?{query}")
    }
}

fn order(sort: &str) -> Result<Order, Failure> {
    match sort {
        "-created_at" | "" => Ok(Order::NewestFirst),
        "created_at" => Ok(Order::OldestFirst),
        other => Err(Failure::BadQuery(format!(
            "Requested sort(s) `{}` is not allowed. Allowed sort(s) are `created_at`.",
            other.trim_start_matches('-')
        ))),
    }
}

fn positive(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}

/// The row of page links that Laravel sends along for a pager.
fn page_links(page: u32, last_page: u32, link: &dyn Fn(u32) -> String) -> Vec<Value> {
    let entry = |label: String, target: Option<u32>, active: bool| {
        json!({
            "url": target.map(link),
            "label": label,
            "page": target,
            "active": active,
        })
    };
    let previous = (page > 1).then(|| page - 1);
    let next = (page < last_page).then(|| page + 1);
    let mut entries = vec![entry("&laquo; Previous".to_owned(), previous, false)];
    let pages = pages_shown(page, last_page);
    for (index, &number) in pages.iter().enumerate() {
        if index > 0 && pages[index - 1] + 1 < number {
            entries.push(entry("...".to_owned(), None, false));
        }
        entries.push(entry(number.to_string(), Some(number), number == page));
    }
    entries.push(entry("Next &raquo;".to_owned(), next, false));
    entries
}

/// Laravel's window of page numbers: all of a dozen or so, else the ends and three to either side.
fn pages_shown(page: u32, last_page: u32) -> Vec<u32> {
    if last_page < 14 {
        return (1..=last_page).collect();
    }
    let near = |number: u32| match page {
        0..=7 => number <= 10,
        _ if page > last_page.saturating_sub(7) => number > last_page - 10,
        _ => number.abs_diff(page) <= 3,
    };
    (1..=last_page)
        .filter(|&number| number <= 2 || number > last_page - 2 || near(number))
        .collect()
}

/// The host that the client called the sandbox by.
fn host(headers: &HeaderMap) -> &str {
    headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost")
}
