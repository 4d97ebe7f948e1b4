//! Random scripts of clients: strategies of proptest.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use mistmcp::{Catalog, Mode};
use mistmcp_tools as _;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select, subsequence};

/// The tool whose calls go all the way to the cloud, which then knows what ran. Its category is in every scene.
pub(crate) const TO_THE_CLOUD: &str = "searchOrgSites";

/// The categories and their tools, in the order in which they are listed.
pub(crate) static TOOLS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let catalog = Catalog::gather().unwrap();
    let mut tools: Vec<_> =
        catalog.entries().iter().map(|entry| (entry.tool().category, entry.tool().name)).collect();
    tools.sort_unstable();
    tools
});

/// The extended categories.
pub(crate) static EXTENDED: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let catalog = Catalog::gather().unwrap();
    catalog.categories().iter().filter(|category| category.extended).map(|category| category.name).collect()
});

/// The categories that managed mode lists from the start.
pub(crate) static LISTED: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let catalog = Catalog::gather().unwrap();
    catalog.categories().iter().filter(|category| category.listed).map(|category| category.name).collect()
});

/// What the operator set, and what clients do at once.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) mode: Mode,
    pub(crate) bounds: Vec<String>,
    pub(crate) scripts: Vec<Script>,
}

/// One client.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) kind: Kind,
    pub(crate) steps: Vec<Step>,
}

/// How a client's requests belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As a session.
    Lasting,
    /// Not at all: each stands for itself.
    Stateless,
    /// As a session whose list stays as it is.
    Unseeing,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    List,
    Manage { enable: Names, disable: Names },
    Call(String),
    CallByName(String),
    Find(String),
}

/// Categories as somebody wrote them.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) written: Vec<String>,
    /// In one text, with commas.
    pub(crate) joined: bool,
}

pub(crate) fn scene() -> impl Strategy<Value = Scene> {
    let mut categories: Vec<_> = TOOLS.iter().map(|(category, _)| *category).collect();
    categories.dedup();
    // Few of them at a time, so that clients meet.
    subsequence(categories, 1..5).prop_flat_map(|mut pool| {
        if !pool.contains(&"orgs_sites") {
            pool.push("orgs_sites");
        }
        let all = pool.len();
        (mode(), subsequence(pool.clone(), 1..=all), any::<bool>(), vec(script(&pool), 1..7)).prop_map(
            |(mode, bounds, bounded, scripts)| {
                let bounds = if bounded || mode == Mode::Custom { bounds } else { Vec::new() };
                Scene { mode, bounds: bounds.into_iter().map(str::to_uppercase).collect(), scripts }
            },
        )
    })
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![6 => Just(Mode::Managed), 1 => Just(Mode::All), 1 => Just(Mode::Custom)]
}

fn script(pool: &[&'static str]) -> impl Strategy<Value = Script> + use<> {
    let kind = prop_oneof![4 => Just(Kind::Lasting), 1 => Just(Kind::Stateless), 1 => Just(Kind::Unseeing)];
    (kind, vec(step(pool), 0..16)).prop_map(|(kind, steps)| Script { kind, steps })
}

fn step(pool: &[&'static str]) -> impl Strategy<Value = Step> + use<> {
    prop_oneof![
        2 => Just(Step::List),
        4 => (names(pool), names(pool))
            .prop_map(|(enable, disable)| Step::Manage { enable, disable }),
        4 => tool(pool).prop_map(Step::Call),
        3 => (tool(pool), select(vec!["", " ", "\n"]))
            .prop_map(|(tool, space)| Step::CallByName(format!("{space}{tool}{space}"))),
        1 => select(vec!["sites", "channel of an access point", "who is connected", "zzz"])
            .prop_map(|query| Step::Find(query.to_owned())),
    ]
}

fn names(pool: &[&'static str]) -> impl Strategy<Value = Names> + use<> {
    let category = prop_oneof![
        16 => select(pool.to_vec()),
        1 => select(vec!["", "no_such", "sitez", "self_account"]),
    ];
    let written = (category, 0..4).prop_map(|(category, spelling)| match spelling {
        0 => category.to_uppercase(),
        1 => format!("  {category}\t"),
        _ => category.to_owned(),
    });
    let written = prop_oneof![1 => Just(Vec::new()), 3 => vec(written, 1..4)];
    (written, any::<bool>()).prop_map(|(written, joined)| Names { written, joined })
}

/// Mostly a tool of those categories; else any, or none.
fn tool(pool: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let of_pool: Vec<_> = TOOLS.iter().filter(|(category, _)| pool.contains(category)).collect();
    (any::<Index>(), option::weighted(0.3, (any::<Index>(), 0..5))).prop_map(
        move |(place, other)| match other {
            None => place.get(&of_pool).1.to_owned(),
            Some((place, spelling)) => {
                let (_, name) = place.get(&TOOLS);
                match spelling {
                    0 => name.to_uppercase(),
                    1 => "no such tool".to_owned(),
                    2 => "getSelf".to_owned(),
                    3 => TO_THE_CLOUD.to_owned(),
                    _ => (*name).to_owned(),
                }
            }
        },
    )
}
