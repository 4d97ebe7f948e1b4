//! The example of a server of its own works, outside the crate of tools.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use mistmcp_tests::{HttpClient, Launch, MockUpstream, StdioProcess};
use serde_json::{Value, json};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The example itself, which Cargo builds with the tests.
const PROGRAM: &str = env!("CARGO_BIN_EXE_two_tools");
const ORG: &str = "0a000000-0000-4000-8000-000000000001";

fn launch(arguments: &str) -> Launch {
    Launch::new(arguments).program(PROGRAM)
}

fn names(list: &Value) -> Vec<&str> {
    list["tools"].as_array().unwrap().iter().filter_map(|tool| tool["name"].as_str()).collect()
}

/// What it tells of itself in `initialize` and `server/discover`.
fn assert_introduced(result: &Value) {
    let server = match &result["serverInfo"] {
        Value::Null => &result["_meta"]["io.modelcontextprotocol/serverInfo"],
        server => server,
    };
    assert_eq!((&server["name"], &server["version"]), (&json!("two_tools"), &json!(VERSION)), "{result}");
    assert_eq!(server["title"], Value::Null, "{result}");
    let instructions = result["instructions"].as_str().unwrap();
    for absent in ["mistmcp", "getSelf", "findTools", "callTool", "device_id"] {
        assert!(!instructions.contains(absent), "{absent}: {instructions}");
    }
    assert!(
        instructions.contains("`site_id`") && instructions.contains("- morning: What I look at"),
        "{instructions}"
    );
}

const BOTH: [&str; 2] = ["countSitesByCountry", "listChannelChanges"];

#[tokio::test]
async fn over_stdio_it_has_its_own_name_and_lists_its_tools() {
    let mut stdio = launch("--demo").stdio();
    let initialized = stdio.initialize().await;
    assert_introduced(&initialized["result"]);
    assert_eq!(initialized["result"]["capabilities"]["tools"]["listChanged"], Value::Null, "{initialized}");
    let (list, _) = stdio.request("tools/list", json!({})).await;
    assert_eq!(names(&list["result"]), BOTH);
    let (discovered, _) = stdio.request("server/discover", StdioProcess::stateless_params(json!({}))).await;
    assert_introduced(&discovered["result"]);
    let (list, _) = stdio.request("tools/list", StdioProcess::stateless_params(json!({}))).await;
    assert_eq!(names(&list["result"]), BOTH);
}

#[tokio::test]
async fn over_http_so_do_its_sessions_and_its_page() {
    let server = launch("--demo").serve().await;
    assert!(server.errors().contains(&format!("two_tools {VERSION} listens")), "{}", server.errors());
    let client = HttpClient::new(&server, "").open().await;
    assert_eq!(client.tools().await, BOTH);
    let page = reqwest::get(server.url("/")).await.unwrap().text().await.unwrap();
    for wanted in
        ["<title>two_tools: ", "<h1>two_tools</h1>", "&quot;two_tools&quot;: {", "data-entry=\"two_tools\""]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    for absent in ["mistmcp", "getSelf"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
}

#[tokio::test]
async fn managed_mode_is_there_for_an_operator_or_a_client_that_asks() {
    let server = launch("--demo").serve().await;
    let managed = ["manageMcpTools", "findTools", "callTool"];
    assert_eq!(HttpClient::new(&server, "?mode=managed").open().await.tools().await, managed);
    for launch in
        [launch("--demo --mode managed"), launch("--demo").variable("MISTMCP_TOOL_LOADING_MODE", "managed")]
    {
        let mut stdio = launch.stdio();
        stdio.initialize().await;
        let (list, _) = stdio.request("tools/list", json!({})).await;
        assert_eq!(names(&list["result"]), managed);
    }
}

/// A text without the folder of built programs, also as JSON has it.
fn without_folder(text: &str) -> String {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().unwrap().parent().unwrap().display().to_string();
    text.replace(&folder, "").replace(&folder.replace('\\', "\\\\"), "")
}

#[tokio::test]
async fn its_command_line_is_its_own() {
    for arguments in [
        "--version",
        "--help",
        "call --help",
        "tools --help",
        "install --help",
        "completions --help",
        "completions bash",
        "completions fish",
        "man",
        "tools",
        "tools morning",
        "tools countSitesByCountry",
        "check --demo",
        "check",
        "call bogus --demo",
        "call countSitesByCountry bogus=1 --demo",
        "",
        "tools xyzzy",
        "install cursor --demo --print",
        "install vscode --demo --print",
    ] {
        let finished =
            launch(arguments).variable("HOME", "/nowhere").variable("MISTMCP_BOGUS", "1").run().await;
        // The path of the program may have any name in it, as that of a clone.
        let text = without_folder(&format!("{}{}", finished.output(), finished.stderr));
        for absent in ["mistmcp", "getSelf", "listSiteRrmEvents", "sites_rrm"] {
            assert!(!text.contains(absent), "{arguments}: {absent}: {text}");
        }
        let tells_its_name = !matches!(arguments, "tools morning" | "tools countSitesByCountry");
        assert!(text.contains("two_tools") || !tells_its_name, "{arguments}: {text}");
    }
    let version = launch("--version").run().await.output();
    assert_eq!(version.trim(), format!("two_tools {VERSION}"));
    let help = launch("--help").run().await.output();
    assert!(
        help.contains("two_tools call countSitesByCountry --demo") && help.contains("[default: all]"),
        "{help}"
    );
    let entry = launch("install cursor --demo --print").variable("HOME", "/nowhere").run().await.output();
    assert!(entry.contains("\"two_tools\": {") && !entry.contains("\"mist\""), "{entry}");
}

#[tokio::test]
async fn mist_and_its_proxies_see_its_name() {
    let upstream = MockUpstream::start().await;
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &json!([]));
    let mut stdio = Launch::at(&upstream, "").program(PROGRAM).stdio();
    stdio.initialize().await;
    stdio.call("countSitesByCountry", json!({ "org_id": ORG })).await;
    let received = upstream.take();
    assert!(!received.is_empty());
    for request in received {
        assert_eq!(request.headers["user-agent"], format!("two_tools/{VERSION} mistmcp/{VERSION}"));
    }
}

/// The example, against the demo cloud.
fn example() -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("--demo").env_remove("OTEL_EXPORTER_OTLP_ENDPOINT").stdin(Stdio::null());
    command
}

/// Calls one of its tools.
fn call(arguments: &[&str]) -> Result<Value> {
    let output = example().arg("call").args(arguments).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
fn the_tool_with_a_body_counts_the_demos_sites() {
    let countries = call(&["countSitesByCountry"]).unwrap();
    assert_eq!(countries["SG"], 1, "{countries}");
}

#[test]
fn an_error_of_a_tool_with_a_body_names_the_request_that_failed() {
    let unknown = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";
    let error = call(&["countSitesByCountry", &format!("org_id={unknown}")]).unwrap_err().to_string();
    assert!(error.contains(&format!("The request was `GET /api/v1/orgs/{unknown}/sites`")), "{error}");
}

#[test]
fn the_endpoint_finds_its_site_by_name_and_keeps_to_its_page() {
    let changes = call(&["listChannelChanges", "site_id=Singapore Office", "limit=3"]).unwrap();
    assert!((1..=3).contains(&changes["results"].as_array().unwrap().len()), "{changes}");
}
