//! Rows that are changed at random: whatever a network answers, an answer has its form.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::demo_session::DemoSession;
use crate::forms::each;
use crate::proxy::ProxiedResponse;
use crate::questions::{Question, questions};
use crate::valid::faults;

/// Answers that are checked. Each takes some hundredths of a second.
const CASES: u32 = 192;
/// The kinds of requests of which a change meets one, or all.
const KINDS: u8 = 6;

/// A change of answers: of some requests, in one row or in all.
#[derive(Clone, Debug)]
struct Change {
    /// The kind of requests. `KINDS` stands for all.
    kind: u8,
    /// The row; none for all.
    row: Option<u16>,
    what: Mutation,
}

#[derive(Clone, Debug)]
enum Mutation {
    /// Another value of a field, at any depth.
    Set(u16, Value),
    /// Without a field.
    Remove(u16),
    /// All fields that are times.
    Times(Value),
    /// All numbers.
    Numbers(Value),
    /// An unknown type of event, alarm or device.
    Type(String),
    /// Another row in place of it.
    Replace(Value),
    /// Twice, with another value of a field.
    Add(u16, Value),
    /// No row.
    Empty,
    /// Another answer.
    Body(Value),
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-100_i64..1_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1e308),
            json!(-1e308),
            json!(""),
            json!(" "),
            json!("-1"),
            json!("1e999"),
            json!("NaN"),
            json!("99999999999999999999"),
            json!("2026-11-29T05:00:00Z"),
            json!("5c5b35000001"),
            json!("ge-0/0/0"),
            json!("\u{202e}\u{7}\n名前"),
            json!("true"),
            json!("critical"),
            json!("x".repeat(4_000)),
        ]),
        "[A-Z_]{1,24}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,12}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Times far away, in other units, and none at all.
fn time() -> impl Strategy<Value = Value> {
    let odd = vec![
        json!(0),
        json!(-1),
        json!(1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(1_795_890_000_000_i64),
        json!(1e18),
        json!(99_999_999_999_i64),
        json!("yesterday"),
        json!("9999-12-31T23:59:59Z"),
        json!("-000009-01-01T00:00:00Z"),
    ];
    prop_oneof![prop::sample::select(odd), (0_i64..4_102_444_800).prop_map(Value::from), value()]
}

fn change() -> impl Strategy<Value = Change> {
    let what = prop_oneof![
        4 => (any::<u16>(), value()).prop_map(|(field, value)| Mutation::Set(field, value)),
        2 => any::<u16>().prop_map(Mutation::Remove),
        3 => time().prop_map(Mutation::Times),
        2 => scalar().prop_map(Mutation::Numbers),
        1 => "[A-Z]{2,3}_[A-Z_]{1,20}".prop_map(Mutation::Type),
        1 => value().prop_map(Mutation::Replace),
        2 => (any::<u16>(), value()).prop_map(|(field, value)| Mutation::Add(field, value)),
        1 => Just(Mutation::Empty),
        1 => value().prop_map(Mutation::Body),
    ];
    (0..=KINDS, prop::option::of(any::<u16>()), what).prop_map(|(kind, row, what)| Change { kind, row, what })
}

impl Change {
    /// Whether it is of the answers to a path: those that end alike are of one kind.
    fn meets(&self, path: &str) -> bool {
        let end = path.rsplit('/').find(|part| !part.contains('-')).unwrap_or_default();
        let sum: u32 = end.bytes().map(u32::from).sum();
        self.kind == KINDS || sum % u32::from(KINDS) == u32::from(self.kind)
    }

    fn make(&self, body: &mut Value) {
        if let Mutation::Body(other) = &self.what {
            *body = other.clone();
            return;
        }
        let rows = if body.get("results").is_some() { &mut body["results"] } else { body };
        let Value::Array(rows) = rows else { return self.make_in_row(rows) };
        if let Mutation::Empty = self.what {
            rows.clear();
        }
        let Some(most) = rows.len().checked_sub(1) else { return };
        match (self.row, &self.what) {
            (row, Mutation::Add(..)) => {
                let mut added = rows[usize::from(row.unwrap_or(0)) % (most + 1)].clone();
                self.make_in_row(&mut added);
                rows.push(added);
            }
            (Some(row), _) => self.make_in_row(&mut rows[usize::from(row) % (most + 1)]),
            (None, _) => rows.iter_mut().for_each(|row| self.make_in_row(row)),
        }
    }

    fn make_in_row(&self, row: &mut Value) {
        match &self.what {
            Mutation::Set(field, value) | Mutation::Add(field, value) => {
                if let Some((object, name)) = field_of(row, *field) {
                    object[&name] = value.clone();
                }
            }
            Mutation::Remove(field) => {
                if let Some((Value::Object(object), name)) = field_of(row, *field) {
                    object.shift_remove(&name);
                }
            }
            Mutation::Times(time) => each(row, &|name, value| {
                let is_time =
                    ["time", "since", "seen", "when", "start", "end", "modified", "created", "expir"]
                        .iter()
                        .any(|word| name.contains(word));
                if is_time && !value.is_object() {
                    *value = time.clone();
                }
            }),
            Mutation::Numbers(number) => each(row, &|_, value| {
                if value.is_number() {
                    *value = number.clone();
                }
            }),
            Mutation::Type(kind) => {
                if let Some(value) = row.get_mut("type") {
                    *value = kind.as_str().into();
                }
            }
            Mutation::Replace(other) => *row = other.clone(),
            Mutation::Empty | Mutation::Body(_) => {}
        }
    }
}

/// A field of a row at any depth, by number: its object and its name.
fn field_of(row: &mut Value, number: u16) -> Option<(&mut Value, String)> {
    fn paths(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    found.push((path.to_owned(), name.clone()));
                    paths(field, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found);
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    paths(item, &format!("{path}/{place}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    paths(row, "", &mut found);
    let place = usize::from(number).checked_rem(found.len())?;
    let (path, name) = found.swap_remove(place);
    Some((row.pointer_mut(&path)?, name))
}

/// Networks with their questions, started once.
struct Networks {
    runtime: Runtime,
    networks: Vec<(DemoSession, Question)>,
}

impl Networks {
    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let networks = runtime.block_on(async {
            let mut networks = Vec::new();
            for question in questions() {
                let demo = DemoSession::start(question.overlay()).await;
                let [question]: [Question; 1] = demo.with_ids(vec![question]).await.try_into().unwrap();
                networks.push((demo, question));
            }
            networks
        });
        Self { runtime, networks }
    }

    fn check(&self, number: usize, changes: Vec<Change>) -> Result<(), TestCaseError> {
        let (demo, question) = &self.networks[number];
        let asked = format!("{question:?}");
        demo.proxy.change(move |path, response: &mut ProxiedResponse| {
            response.edit(|body| {
                for change in changes.iter().filter(|change| change.meets(path)) {
                    change.make(body);
                }
            });
        });
        let answer = self.runtime.block_on(demo.call(question.tool, &question.arguments));
        let answer = match answer {
            Ok(answer) => answer,
            // The rows may be without the service level that is asked for.
            Err(error) if error.contains(" has no service level ") => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{asked}: {error}"))),
        };
        let answer = serde_json::from_str(&answer).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let faults = faults(question.tool, &answer);
        prop_assert!(faults.is_empty(), "{}: {:#?}\n{:#}", asked, faults, answer);
        Ok(())
    }
}

#[test]
fn whatever_the_rows_are_an_answer_has_its_form() {
    let networks = Networks::start();
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let number = 0..networks.networks.len();
    proptest!(config, |(number in number, changes in prop::collection::vec(change(), 1..6))| {
        networks.check(number, changes)?;
    });
}
