//! A server of one's own, with few tools: what it says of itself follows from them.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mistmcp::{
    Call, Catalog, Cloud, Clouds, Connection, Content, Error, Format, Hints, Limits, Mist, Mode, OrgId, Pool,
    Reply, Result, Rules, Search, Session, Settings, SiteId, Tokens, mist_tool,
};
use mistmcp_tests::{Answer, MockUpstream};
use serde_json::{Value, json};

mistmcp::category! {
    /// What is read.
    reading
}

mistmcp::category! {
    /// What is changed.
    writing
}

mistmcp::category! {
    /// What is asked once a year.
    extended seldom
}

mistmcp::category! {
    /// Questions to the whole network.
    listed questions
}

static RUNS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

fn long_answer() -> Result<Reply> {
    let row = json!({ "text": "x".repeat(500) });
    Reply::json(json!({ "results": vec![row; 100], "next": "/x?search_after=abc", "total": 100 }))
}

/// Rows of which not all fit, read.
#[mist_tool(category = "reading", hints(read_only))]
pub(crate) async fn read_rows(#[flatten] search: Search) -> Result<Reply> {
    let _ = search;
    RUNS[0].fetch_add(1, Ordering::SeqCst);
    long_answer()
}

/// Rows of which not all fit, from a tool that says nothing of what it does.
#[mist_tool(category = "writing")]
pub(crate) async fn do_rows(#[flatten] search: Search) -> Result<Reply> {
    let _ = search;
    RUNS[1].fetch_add(1, Ordering::SeqCst);
    long_answer()
}

/// One site.
#[mist_tool(category = "reading", get = "/api/v1/sites/{site_id}")]
pub(crate) async fn one_site(site_id: SiteId);

/// Reboots a site.
#[mist_tool(category = "writing", post = "/api/v1/sites/{site_id}/reboot")]
pub(crate) async fn reboot_site(site_id: SiteId);

/// Which organization was named, if one was.
#[mist_tool(category = "reading", hints(read_only))]
pub(crate) async fn named_org(mist: &Mist, org_id: Option<OrgId>) -> Result<Reply> {
    let _ = mist;
    Reply::json(json!({ "org": org_id.map(|org| org.as_str().to_owned()) }))
}

/// Who asks. `seldomAsked` tells more.
#[mist_tool(category = "reading", hints(read_only), essential)]
pub(crate) async fn who_asks(mist: &Mist) -> Result<Reply> {
    let _ = mist;
    Reply::json("a test")
}

/// How the network is.
#[mist_tool(category = "questions", hints(read_only))]
pub(crate) async fn ask_network(mist: &Mist) -> Result<Reply> {
    let _ = mist;
    Reply::json("all is well")
}

/// What is asked once a year.
#[mist_tool(category = "seldom", get = "/api/v1/orgs/{org_id}/seldom")]
pub(crate) async fn seldom_asked(org_id: OrgId);

/// A seldom answer.
#[mist_tool(category = "seldom", hints(read_only))]
pub(crate) async fn seldom_answered(mist: &Mist) -> Result<Reply> {
    let _ = mist;
    Reply::json("a seldom answer")
}

const ORG: &str = "0a000000-0000-4000-8000-000000000001";
const SITE: &str = "05000000-0000-4000-8000-000000000001";

/// A session of it, and its Mist: an organization with a site, and a status for everything else.
async fn session(mode: Mode, categories: &[&str], status: u16) -> (MockUpstream, Session) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let upstream = MockUpstream::start().await;
    upstream
        .json("/api/v1/self", &json!({ "privileges": [{ "scope": "org", "org_id": ORG, "name": "Acme" }] }));
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &json!([{ "id": SITE, "name": "Leeds Office" }]));
    upstream.default_handler(move |_| Answer::json(&json!({ "detail": "no" })).status(status));
    let mut clouds = Clouds::default();
    clouds.allow(&upstream.url()).unwrap();
    let cloud: Cloud = clouds.find(&upstream.url()).unwrap();
    let limits = Limits {
        timeout: Duration::from_secs(20),
        retry_wait: Duration::ZERO,
        rate_limit: 5_000,
        max_response_bytes: 1 << 20,
    };
    let rules = Rules { max_bytes: 10_000, format: Format::Json, show_secrets: false };
    let categories: Vec<_> = categories.iter().map(|name| (*name).to_owned()).collect();
    let settings = Settings::new(Catalog::gather().unwrap(), mode, &categories, rules).unwrap();
    let connection =
        Connection::new(Arc::new(Pool::new(limits)), cloud, Tokens::parse("a-token-of-tests").unwrap(), None);
    (upstream, Session::new(Arc::new(settings), Arc::new(connection), true))
}

async fn call(session: &Session, tool: &str, arguments: Value) -> Result<String, Error> {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    session.call(tool, arguments, &Call::unattended()).await.content.map(|content| match content {
        Content::Text(text) => text,
        other => panic!("{other:?}"),
    })
}

/// The hints of `callTool` as a client sees them: read-only, destructive, idempotent.
fn hints_of_call_tool(session: &Session) -> [Option<bool>; 3] {
    let entry = session.listed().find(|entry| entry.tool().name == "callTool").unwrap();
    let hints = session.settings().definition(entry).annotations.unwrap();
    [hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint]
}

#[tokio::test]
async fn what_call_tool_can_do_is_what_the_tools_can_do_that_it_reaches() {
    let (_peer, everything) = session(Mode::Managed, &[], 200).await;
    assert_eq!(hints_of_call_tool(&everything), [Some(false), Some(true), Some(false)]);
    let (_peer, reading) = session(Mode::Managed, &["reading"], 200).await;
    assert_eq!(hints_of_call_tool(&reading), [Some(true), Some(false), Some(true)]);
    assert_eq!(DO_ROWS.hints, Hints::UNSPECIFIED);
    assert!(!everything.settings().instructions(true).contains("nothing can be changed"));
    assert!(reading.settings().instructions(true).contains("nothing can be changed"));
}

#[tokio::test]
async fn an_essential_tool_is_listed_whatever_the_mode_and_the_categories() {
    let controls = ["manageMcpTools", "findTools", "callTool"];
    let all = ["askNetwork", "namedOrg", "oneSite", "readRows", "whoAsks", "doRows", "rebootSite"];
    for (mode, categories, listed) in [
        (Mode::Managed, vec![], [&controls[..], &["askNetwork", "whoAsks"]].concat()),
        (Mode::Managed, vec!["writing"], [&controls[..], &["whoAsks"]].concat()),
        (Mode::Custom, vec!["writing"], vec!["whoAsks", "doRows", "rebootSite"]),
        (Mode::Custom, vec!["reading"], vec!["namedOrg", "oneSite", "readRows", "whoAsks"]),
        (Mode::default_for(all.len()), vec![], all.to_vec()),
    ] {
        let (_peer, session) = session(mode, &categories, 200).await;
        let names: Vec<_> = session.listed().map(|entry| entry.tool().name).collect();
        assert_eq!(names, listed, "{mode:?} {categories:?}");
        assert!(call(&session, "whoAsks", json!({})).await.unwrap().contains("a test"));
    }
    assert_eq!(Mode::default_for(Mode::FEW_TOOLS + 1), Mode::Managed);
}

fn listed(session: &Session) -> Vec<&'static str> {
    session.listed().map(|entry| entry.tool().name).collect()
}

fn described(session: &Session, tool: &str) -> String {
    let entry = session.listed().find(|entry| entry.tool().name == tool).unwrap();
    session.settings().definition(entry).description.unwrap().into_owned()
}

#[tokio::test]
async fn mode_all_neither_lists_nor_calls_nor_names_an_extended_tool_whose_category_is_not_named() {
    let (upstream, session) = session(Mode::All, &[], 200).await;
    assert!(!listed(&session).iter().any(|name| name.starts_with("seldom")), "{:?}", listed(&session));
    let error = call(&session, "seldomAsked", json!({ "org_id": ORG })).await.unwrap_err().to_string();
    assert!(
        error.contains("`seldom`") && error.contains("managed") && !error.contains("callTool"),
        "{error}"
    );
    let slip = call(&session, "seldomAskd", json!({})).await.unwrap_err().to_string();
    assert!(!slip.contains("\"seldomAsked\""), "{slip}");
    assert!(!described(&session, "whoAsks").contains("seldomAsked"));
    assert!(!session.settings().instructions(true).contains("eldom"));
    assert_eq!(upstream.take().len(), 0);
}

#[tokio::test]
async fn an_extended_category_that_is_named_is_loaded_as_all_others() {
    for mode in [Mode::All, Mode::Custom] {
        let (_peer, session) = session(mode, &["SELDOM"], 200).await;
        assert_eq!(listed(&session), ["whoAsks", "seldomAnswered", "seldomAsked"], "{mode:?}");
        assert!(call(&session, "seldomAnswered", json!({})).await.unwrap().contains("a seldom answer"));
        assert!(described(&session, "whoAsks").contains("seldomAsked"), "{mode:?}");
        assert!(
            session.settings().instructions(true).contains("\n- Extended, rarely needed: seldom\n"),
            "{mode:?}"
        );
    }
    // A client names it, of all that the operator allows.
    let (_peer, open) = session(Mode::Managed, &[], 200).await;
    let narrowed = open.settings().narrowed(Some(Mode::All), &["seldom".to_owned()]).unwrap();
    assert_eq!(narrowed.categories().map(|category| category.name).collect::<Vec<_>>(), ["seldom"]);
    let (_peer, bounded) = session(Mode::Managed, &["reading"], 200).await;
    assert!(bounded.settings().narrowed(None, &["seldom".to_owned()]).is_err());
}

#[tokio::test]
async fn managed_mode_finds_calls_and_switches_on_what_is_extended() {
    let (_peer, session) = session(Mode::Managed, &[], 200).await;
    assert!(session.settings().instructions(true).contains("\n- Extended, rarely needed: seldom\n"));
    let found = call(&session, "findTools", json!({ "query": "a seldom answer" })).await.unwrap();
    assert!(found.contains("seldomAnswered"), "{found}");
    let answer = call(&session, "callTool", json!({ "tool": "seldomAnswered" })).await.unwrap();
    assert!(answer.contains("a seldom answer"), "{answer}");
    let refusal = call(&session, "seldomAnswered", json!({})).await.unwrap_err().to_string();
    assert!(refusal.contains("callTool") && refusal.contains("manageMcpTools"), "{refusal}");
    call(&session, "manageMcpTools", json!({ "enable_mcp_tools_categories": "seldom" })).await.unwrap();
    assert_eq!(listed(&session)[3..], ["askNetwork", "whoAsks", "seldomAnswered", "seldomAsked"]);
    assert!(described(&session, "whoAsks").contains("seldomAsked"));
}

#[tokio::test]
async fn managed_mode_lists_a_listed_category_from_the_start_and_custom_mode_only_where_it_is_named() {
    let (_peer, managed) = session(Mode::Managed, &[], 200).await;
    assert!(call(&managed, "askNetwork", json!({})).await.unwrap().contains("all is well"));
    let disable = json!({ "disable_mcp_tools_categories": "questions" });
    let told = call(&managed, "manageMcpTools", disable).await.unwrap();
    assert!(told.contains("\"changed\":false") && listed(&managed).contains(&"askNetwork"), "{told}");
    for (mode, categories, is_listed) in [
        (Mode::Managed, &["questions"][..], true),
        (Mode::Managed, &["reading"], false),
        (Mode::All, &[], true),
        (Mode::All, &["reading"], false),
        (Mode::Custom, &["reading"], false),
        (Mode::Custom, &["reading", "questions"], true),
    ] {
        let (_peer, session) = session(mode, categories, 200).await;
        assert_eq!(listed(&session).contains(&"askNetwork"), is_listed, "{mode:?} {categories:?}");
        assert_eq!(
            call(&session, "askNetwork", json!({})).await.is_ok(),
            is_listed,
            "{mode:?} {categories:?}"
        );
    }
    // A stateless request lists it as well.
    assert!(listed(&managed.stateless()).contains(&"askNetwork"));
}

#[tokio::test]
async fn categories_of_the_operator_bound_what_is_extended() {
    let (_peer, session) = session(Mode::Managed, &["reading"], 200).await;
    let found = call(&session, "findTools", json!({ "query": "a seldom answer" })).await.unwrap();
    assert!(!found.contains("seldom"), "{found}");
    let refusal = call(&session, "callTool", json!({ "tool": "seldomAnswered" })).await.unwrap_err();
    assert!(refusal.to_string().contains("There is no tool `seldomAnswered`"), "{refusal}");
    assert!(!session.settings().instructions(true).contains("eldom"));
}

#[tokio::test]
async fn a_tool_that_may_change_something_runs_once_for_a_call() {
    let (_peer, session) = session(Mode::All, &[], 200).await;
    call(&session, "readRows", json!({})).await.unwrap();
    call(&session, "doRows", json!({})).await.unwrap();
    assert!(RUNS[0].load(Ordering::SeqCst) > 1, "a reader is asked again for what fits");
    assert_eq!(RUNS[1].load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_organization_that_a_tool_can_do_without_is_not_looked_for() {
    let (upstream, session) = session(Mode::All, &[], 200).await;
    for nothing in [json!({}), json!({ "org_id": null }), json!({ "org_id": "" })] {
        let answer = call(&session, "namedOrg", nothing).await.unwrap();
        assert!(!answer.contains(ORG), "{answer}");
    }
    assert_eq!(upstream.take().len(), 0);
    let answer = call(&session, "namedOrg", json!({ "org_id": "acme" })).await.unwrap();
    assert!(answer.contains(ORG), "{answer}");
}

#[tokio::test]
async fn what_may_change_something_takes_no_part_of_a_name() {
    let (upstream, session) = session(Mode::All, &[], 200).await;
    let error = call(&session, "rebootSite", json!({ "site_id": "Leeds" })).await.unwrap_err().to_string();
    assert!(error.contains(SITE) && error.contains("may change something"), "{error}");
    assert!(upstream.take().iter().all(|received| received.method == "GET"));
    assert!(call(&session, "oneSite", json!({ "site_id": "Leeds" })).await.unwrap().contains("Leeds Office"));
    call(&session, "rebootSite", json!({ "site_id": "leeds office" })).await.unwrap();
}

#[tokio::test]
async fn it_names_no_tool_of_another_server() {
    for mode in [Mode::All, Mode::Managed] {
        for status in [400, 401, 403, 404, 429, 500] {
            let (_peer, session) = session(mode, &[], status).await;
            let mut texts = vec![session.settings().instructions(true)];
            for (tool, arguments) in [
                ("oneSite", json!({ "site_id": SITE })),
                ("oneSite", json!({ "site_id": "Nowhere" })),
                ("oneSite", json!({})),
                ("bogus", json!({})),
            ] {
                let outcome = match mode {
                    Mode::Managed => {
                        call(&session, "callTool", json!({ "tool": tool, "arguments": arguments })).await
                    }
                    _ => call(&session, tool, arguments).await,
                };
                texts.push(outcome.unwrap_or_else(|error| error.to_string()));
            }
            for text in texts {
                for name in ["getSelf", "searchOrg", "getOrg", "listOrg", "getSelfApiUsage"] {
                    assert!(!text.contains(name), "{mode:?} {status}: {text}");
                }
                if mode == Mode::All {
                    assert!(!text.contains("callTool") && !text.contains("findTools"), "{status}: {text}");
                }
            }
        }
    }
}
