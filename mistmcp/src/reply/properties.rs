//! Property tests of rendering: size limit, redaction and paging for any answer.

use std::future::ready;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::Config;
use reqwest::Url;
use serde_json::{Map, Value, json};

use super::source::Source;
use super::{Body, Content, Format, Reply, RequestFacts, Rules, refetch_to_fit};
use crate::catalog::Entry;
use crate::mist::{Page, PageFields};
use crate::{Arg, Endpoint, Fields, Hints, PageNumber, Param, Run, SearchPage, Tool};

const SECRET: &str = "hunter2";

/// Any JSON, with secrets in some fields, and up to about ten times the budget in size.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        ".{0,12}",
        "[a-z ,:\\[\\]{}\"\\\\\n-]{0,40}",
        (1_usize..3_000, any::<char>()).prop_map(|(times, letter)| letter.to_string().repeat(times)),
        Just(format!("https://me:{SECRET}@host.example/x?token={SECRET}&page=2")),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        // TOON writes out all its zeros.
        Just(json!(5e-324)),
        text.prop_map(Value::from),
    ];
    let key = prop_oneof![
        4 => "[a-z_]{1,8}",
        2 => ".{0,6}",
        1 => Just("results".to_owned()),
        1 => Just("next".to_owned()),
        1 => Just("total".to_owned()),
        1 => "[a-z]{400,600}",
    ];
    leaf.prop_recursive(5, 300, 20, move |inner| {
        let secret = (secret_name(), secret()).prop_map(|(name, value)| json!({ (name): value }));
        prop_oneof![
            vec(inner.clone(), 0..20).prop_map(Value::from),
            (inner.clone(), 1_usize..400).prop_map(|(item, times)| Value::from(vec![item; times.min(400)])),
            btree_map(key.clone(), inner, 0..20).prop_map(|map| Value::Object(map.into_iter().collect())),
            secret,
        ]
    })
    .prop_filter("small enough to be tried often", |value| value.to_string().len() < 400_000)
}

fn secret_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["psk", "root_password", "secret", "ApiToken", "magic", "keywrap_kek"])
}

fn secret() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(SECRET)),
        Just(json!([SECRET, { "value": SECRET }])),
        Just(json!({ "current": { "is": SECRET } })),
    ]
}

fn fields() -> impl Strategy<Value = Option<Fields>> {
    let names = vec(prop_oneof!["[a-z_]{1,3}", Just("psk".to_owned()), ".{0,40}"], 1..12);
    prop::option::of(names.prop_map(|names| Fields::read(&json!(names)).unwrap()))
}

fn source(page: Option<Page>) -> Source {
    Source { page: page.map(PageFields::from).unwrap_or_default(), ..Source::default() }
}

proptest! {
    #![proptest_config(Config { cases: 150, ..Config::default() })]

    #[test]
    fn any_answer_is_valid_within_its_budget_and_shows_no_secret(
        value in any_json(),
        page in prop::option::of((1_u64..5, 1_u64..50, prop::option::of(0_u64..200))),
        fields in fields(),
        toon in any::<bool>(),
        max_bytes in 2_000_usize..20_000,
    ) {
        let format = if toon { Format::Toon } else { Format::Json };
        let rules = Rules { max_bytes, format, show_secrets: false };
        let page = page.map(|(number, limit, total)| Page { number, limit, total });
        let mut facts = RequestFacts::test(&["page", "limit", "search_after", "duration", "fields"], json!({}));
        facts.fields = fields;
        let content = Reply::of(Body::Data { value, source: source(page) }).render(&rules, &facts).unwrap().content;
        let Content::Text(text) = content else { panic!("no text") };
        prop_assert!(text.len() <= max_bytes, "{} bytes of {max_bytes}: {text}", text.len());
        prop_assert!(!text.contains(SECRET), "{text}");
        if toon {
            let read: Result<Value, _> = toon_format::decode_default(&text);
            prop_assert!(read.is_ok(), "{read:?}: {text}");
        } else {
            prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }
    }
}

/// A mock list with rows of these sizes.
struct Collection {
    rows: Vec<Value>,
}

impl Collection {
    fn of(sizes: &[usize]) -> Self {
        let row = |(id, size): (usize, &usize)| json!({ "id": id, "text": "x".repeat(*size) });
        Self { rows: sizes.iter().enumerate().map(row).collect() }
    }

    fn number(arguments: &Map<String, Value>, name: &str, default: usize) -> usize {
        arguments.get(name).map_or(default, |value| usize::try_from(value.as_u64().unwrap()).unwrap())
    }

    fn slice(&self, first: usize, limit: usize) -> Vec<Value> {
        self.rows.iter().skip(first).take(limit).cloned().collect()
    }

    /// A page by number, with the paging data in headers or in the answer.
    fn page(&self, arguments: &Map<String, Value>, headers: bool) -> Reply {
        let (number, limit) = (Self::number(arguments, "page", 1), Self::number(arguments, "limit", 100));
        let rows = self.slice((number - 1) * limit, limit);
        if headers {
            let page =
                Page { number: number as u64, limit: limit as u64, total: Some(self.rows.len() as u64) };
            return Reply::of(Body::Data { value: rows.into(), source: source(Some(page)) });
        }
        let value = json!({ "results": rows, "limit": limit, "page": number });
        Reply::of(Body::Data { value, source: Source::default() })
    }

    /// A page of a search.
    fn search(&self, arguments: &Map<String, Value>) -> Reply {
        let first = arguments.get("search_after").map_or(0, |after| after.as_str().unwrap().parse().unwrap());
        let limit = Self::number(arguments, "limit", 100);
        let mut value =
            json!({ "results": self.slice(first, limit), "limit": limit, "total": self.rows.len() });
        if first + limit < self.rows.len() {
            let link = Url::parse_with_params(
                "https://host/api/v1/things",
                [("search_after", (first + limit).to_string())],
            );
            value["next"] = link.unwrap().as_str().trim_start_matches("https://host").into();
        }
        Reply::of(Body::Data { value, source: Source::default() })
    }
}

static PAGED: Tool = tool(&[Param::group::<PageNumber>()]);
static SEARCHED: Tool = tool(&[Param::group::<SearchPage>()]);

const fn tool(params: &'static [Param]) -> Tool {
    Tool {
        name: "listThings",
        description: "Things.",
        category: "things",
        questions: &[],
        essential: false,
        view: None,
        hints: Hints::READ,
        params,
        run: Run::Endpoint(Endpoint::get("/api/v1/things")),
        location: std::panic::Location::caller(),
    }
}

/// Follows `next` to the end. Returns the ids of all rows seen.
async fn ids_by_next(
    tool: &'static Tool,
    rules: &Rules,
    limit: Option<usize>,
    ask: impl Fn(&Map<String, Value>) -> Reply,
) -> Vec<usize> {
    let entry = Entry::new(tool);
    let mut arguments = Map::new();
    arguments.extend(limit.map(|limit| ("limit".to_owned(), json!(limit))));
    let mut ids = Vec::new();
    for _ in 0..1_000 {
        let content = refetch_to_fit(true, rules, false, arguments.clone(), |arguments| {
            let reply = ask(&arguments);
            ready(entry.parse(arguments).map(|arguments| (reply, entry.request_facts(&arguments))))
        })
        .await
        .unwrap()
        .0;
        let Content::Text(text) = content else { panic!("no text") };
        assert!(text.len() <= rules.max_bytes, "{} bytes", text.len());
        let value: Value = match rules.format {
            Format::Json => serde_json::from_str(&text).unwrap(),
            Format::Toon => toon_format::decode_default(&text).unwrap(),
        };
        let rows = value["results"].as_array().unwrap();
        ids.extend(rows.iter().map(|row| usize::try_from(row["id"].as_u64().unwrap()).unwrap()));
        match value.get("next") {
            Some(Value::Object(next)) => arguments.extend(next.clone()),
            _ => return ids,
        }
    }
    panic!("`next` has no end: {ids:?}")
}

proptest! {
    #![proptest_config(Config { cases: 80, ..Config::default() })]

    #[test]
    fn next_alone_leads_to_every_row_once(
        sizes in vec(prop_oneof![3 => 0_usize..60, 2 => 200_usize..900, 1 => 1_500_usize..9_000], 0..90),
        limit in prop::option::of(1_usize..120),
        way in 0..3,
        toon in any::<bool>(),
        max_bytes in 2_000_usize..8_000,
    ) {
        let format = if toon { Format::Toon } else { Format::Json };
        let rules = Rules { max_bytes, format, show_secrets: false };
        let collection = Collection::of(&sizes);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ids = runtime.block_on(async {
            match way {
                0 => ids_by_next(&PAGED, &rules, limit, |arguments| collection.page(arguments, true)).await,
                1 => ids_by_next(&PAGED, &rules, limit, |arguments| collection.page(arguments, false)).await,
                _ => ids_by_next(&SEARCHED, &rules, limit, |arguments| collection.search(arguments)).await,
            }
        });
        prop_assert_eq!(ids, (0..sizes.len()).collect::<Vec<_>>());
    }
}
