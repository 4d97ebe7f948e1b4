//! The web page at `/`: its content, and its security headers.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use mistmcp_tests::{HttpClient, HttpResponse, HttpServer, Launch, MockUpstream, TOKEN};
use reqwest::{Client, Method, RequestBuilder};
use ring::digest;
use serde_json::{Value, json};

use crate::fixture::{ALICE, Fixture};

const SECRET: &str = "client-s3cret-0123456789";

/// A request like that of a browser.
fn request(server: &HttpServer, method: Method, path: &str) -> RequestBuilder {
    // reqwest requires a crypto provider, even without TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The body is compared as sent, so reqwest must not decompress it.
    let http = Client::builder().no_proxy().no_gzip().build().unwrap();
    http.request(method, server.url(path))
}

async fn fetch(server: &HttpServer, method: Method, headers: &[(&str, &str)]) -> HttpResponse {
    let request = request(server, method, "/");
    HttpResponse::of(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)))
        .await
}

async fn page(server: &HttpServer) -> HttpResponse {
    let response = fetch(server, Method::GET, &[("Accept", "text/html")]).await;
    assert_eq!(response.status, 200, "{response:?}");
    response
}

/// The text between the first `before` and the next `after`.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

/// The values of an HTML attribute.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

/// The categories that the page lists, and those that its form offers.
fn categories(html: &str) -> (Vec<String>, Vec<String>) {
    let listed = html.split("<details class=\"category\" id=\"").skip(1);
    let listed = listed.map(|part| part.split('"').next().unwrap().to_owned()).collect();
    let offered = html.split("name=\"category\" value=\"").skip(1);
    (listed, offered.map(|part| part.split('"').next().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn only_the_style_and_script_of_the_page_may_run() {
    let fixture = Fixture::start("").await;
    let response = page(&fixture.server).await;
    let policy = response.header("content-security-policy");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    for directive in [
        "default-src 'none'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.split("; ").any(|one| one == directive), "{directive}: {policy}");
    }
    for element in ["style", "script"] {
        // A second script, or one with attributes, would need its own hash.
        assert_eq!(response.body.matches(&format!("<{element}")).count(), 1, "{element}");
        let text = between(&response.body, &format!("<{element}>"), &format!("</{element}>"));
        let known = STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
        assert!(policy.contains(&format!("{element}-src 'sha256-{known}';")), "{element}: {policy}");
    }
    for (name, wanted) in [
        ("content-type", "text/html; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-cache"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(response.header(name), wanted, "{name}");
    }
    assert!(response.header("permissions-policy").contains("camera=()"), "{response:?}");
}

#[tokio::test]
async fn the_page_loads_nothing_and_has_no_field_for_secrets() {
    let fixture = Fixture::start("").await;
    let response = page(&fixture.server).await;
    for attribute in ["src", "srcset", "action", "formaction", "poster", "data", "ping"] {
        assert!(values(&response.body, attribute).is_empty(), "{attribute}");
    }
    for target in values(&response.body, "href") {
        let stays = target.starts_with('#') || target.starts_with("data:image/svg+xml,") || target == "mcp";
        assert!(stays, "{target}");
    }
    let inputs: BTreeSet<_> =
        response.body.split("<input ").skip(1).map(|rest| between(rest, "type=\"", "\"")).collect();
    assert_eq!(inputs, BTreeSet::from(["checkbox", "radio", "search"]));
    let (markup, _) = response.body.split_once("<script>").unwrap();
    assert!(!markup.contains("<textarea") && !markup.contains(" style="));
    let handler =
        |rest: &str| rest.trim_start_matches(|letter: char| letter.is_ascii_lowercase()).starts_with('=');
    assert!(!markup.split(" on").skip(1).any(handler), "a handler in the markup");
    assert!(!response.body.contains("{{"), "a hole of the template");
    for secret in [TOKEN, ALICE] {
        assert!(!response.body.contains(secret));
    }
    assert_eq!(fixture.upstream.connections(), 0, "to be looked at costs Mist nothing");
    // Every tool is in it. What travels is compressed: `browsers_cache_the_page_and_revalidate_it` bounds that.
    assert!(response.body.len() < 400_000, "{}", response.body.len());
}

#[tokio::test]
async fn all_tools_are_shown_without_a_script() {
    let fixture = Fixture::start("--mode all").await;
    let response = page(&fixture.server).await;
    let alice = fixture.alice("").open().await;
    for tool in alice.tools().await {
        assert_eq!(response.body.matches(&format!("<li id=\"{tool}\">")).count(), 1, "{tool}");
    }
    // Parameter names, required marks, and accepted values.
    let tool = between(&response.body, "<li id=\"listSiteRrmEvents\">", "</li>");
    for message in
        ["<dt><code>site_id</code> (required)</dt>", "<dt><code>band</code></dt>", "One of: ", "&quot;"]
    {
        let there = if message == "&quot;" { &response.body } else { tool };
        assert!(there.contains(message), "{message}: {tool}");
    }
    let ids = values(&response.body, "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id is there twice");
}

#[tokio::test]
async fn the_page_shows_only_allowed_categories() {
    let fixture = Fixture::start("--categories sites_rrm,orgs").await;
    let response = page(&fixture.server).await;
    let wanted = vec!["orgs".to_owned(), "sites_rrm".to_owned()];
    assert_eq!(categories(&response.body), (wanted.clone(), wanted));
    assert!(!response.body.contains("<li id=\"searchOrgSites\">"), "a tool beyond the ceiling");
    assert!(response.body.contains(" in <strong>2</strong> categories"), "{}", response.body);
    // If the operator has named categories, a URL may use mode custom without naming any, and the page says so.
    assert!(values(&response.body, "data-bounded") == ["yes"]);
    assert_eq!(fixture.alice("?mode=custom").initialize().await.status, 200);

    let open = Fixture::start("").await;
    let response = page(&open.server).await;
    assert!(values(&response.body, "data-bounded").is_empty());
    assert_eq!(open.alice("?mode=custom").initialize().await.status, 400);
    let (listed, offered) = categories(&response.body);
    assert!(listed.len() > 40 && listed == offered, "{listed:?}");
}

#[tokio::test]
async fn every_offered_cloud_is_accepted() {
    let added = "--allow-cloud http://127.0.0.1:9000 --allow-cloud mist.internal.example";
    let server = Launch::new(added).serve().await;
    let response = page(&server).await;
    let form = between(&response.body, "<select id=\"cloud-choice\" name=\"cloud\" required>", "</select>");
    let clouds: Vec<_> = values(form, "value").into_iter().filter(|value| !value.is_empty()).collect();
    assert!(clouds.len() > 10 && clouds.contains(&"http://127.0.0.1:9000".to_owned()), "{clouds:?}");
    for cloud in clouds {
        let query = format!("?cloud={}", crate::fixture::encoded(&cloud));
        assert_eq!(HttpClient::with_token(&server, &query, ALICE).initialize().await.status, 200, "{cloud}");
    }
}

#[tokio::test]
async fn the_page_states_which_credentials_are_needed() {
    let upstream = MockUpstream::start().await;
    let own = ["data-own-token"].as_slice();
    for (arguments, secret, form, message) in [
        ("", None, own, "brings its own <strong>Mist API token</strong>"),
        ("--shared-token", None, &[], "API token of this server"),
        ("", Some(SECRET), &["data-own-token", "data-client-token"], "<strong>client token</strong>"),
        ("--shared-token", Some(SECRET), &["data-client-token"], "<strong>client token</strong>"),
        ("--demo", None, &[], "The network is made up"),
    ] {
        let mut launch =
            if arguments == "--demo" { Launch::new(arguments) } else { Launch::at(&upstream, arguments) };
        if let Some(secret) = secret {
            launch = launch.variable("MISTMCP_CLIENT_TOKEN", secret);
        }
        let server = launch.serve().await;
        let response = page(&server).await;
        assert!(
            response.body.contains(message),
            "{arguments}: {}",
            between(&response.body, "<main>", "<form")
        );
        let start = between(&response.body, "<form id=\"client-form\"", ">");
        for name in ["data-own-token", "data-client-token"] {
            assert_eq!(start.contains(name), form.contains(&name), "{arguments} {name}: {start}");
        }
        // A shared token is sent to one cloud only, so there is no choice.
        let chooses = response.body.contains("<select id=\"cloud-choice\"");
        assert_eq!(chooses, form.contains(&"data-own-token"), "{arguments}");
        assert!(!response.body.contains(SECRET) && !response.body.contains(TOKEN), "{arguments}");
    }
}

#[tokio::test]
async fn the_page_validates_host_and_origin() {
    let fixture = Fixture::start("").await;
    for (name, value) in [("Host", "evil.example"), ("Origin", "https://evil.example")] {
        let response = fetch(&fixture.server, Method::GET, &[(name, value)]).await;
        assert_eq!(response.status, 403, "{name}: {response:?}");
        assert!(!response.body.contains("<html"), "{name}");
    }
}

#[tokio::test]
async fn browsers_cache_the_page_and_revalidate_it() {
    let fixture = Fixture::start("").await;
    let whole = page(&fixture.server).await;
    let tag = whole.header("etag").to_owned();
    let again = fetch(&fixture.server, Method::GET, &[("If-None-Match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (304, 0), "{again:?}");
    assert_eq!(again.header("etag"), tag);
    let other = fetch(&fixture.server, Method::GET, &[("If-None-Match", "W/\"another\"")]).await;
    assert_eq!(other.status, 200);

    let head = fetch(&fixture.server, Method::HEAD, &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0), "{head:?}");
    for name in ["etag", "content-length", "content-security-policy", "content-type"] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }

    let packed = request(&fixture.server, Method::GET, "/").header("Accept-Encoding", "br, gzip");
    let packed = packed.send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.headers().get_all("vary").iter().any(|value| value == "accept-encoding"));
    // It is not compressed while it is sent.
    let length = packed.content_length();
    let bytes = packed.bytes().await.unwrap();
    assert_eq!(length, Some(bytes.len() as u64));
    assert!(bytes.len() * 4 < whole.body.len(), "{} of {}", bytes.len(), whole.body.len());
    assert!(bytes.len() < 60_000, "{}", bytes.len());
    assert_eq!(std::io::read_to_string(GzDecoder::new(&*bytes)).unwrap(), whole.body);
}

#[tokio::test]
async fn wrong_methods_and_paths_are_answered_with_the_right_ones() {
    let fixture = Fixture::start("").await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let response = fetch(&fixture.server, method.clone(), &[]).await;
        assert_eq!((response.status, response.header("allow")), (405, "GET, HEAD"), "{method}");
        assert!(response.error().contains("/mcp"), "{method}: {response:?}");
    }
    let get = |path: &str, accept: &'static str| {
        HttpResponse::of(request(&fixture.server, Method::GET, path).header("Accept", accept))
    };
    let browser = get("/mcp", "text/html,application/xhtml+xml,*/*;q=0.8").await;
    assert_eq!(browser.status, 406);
    assert!(browser.body.contains("<a href=\"/\">"), "{browser:?}");
    assert_eq!(browser.header("content-security-policy").split(';').next(), Some("default-src 'none'"));
    // The stream of an MCP client is still rejected.
    assert_eq!(get("/mcp", "text/event-stream").await.status, 401);
    assert_eq!(get("/favicon.ico", "image/*").await.status, 204);
    assert!(get("/elsewhere", "text/html").await.error().contains("a page for people at /"));
}

/// The response of `/search`.
async fn search(server: &HttpServer, query: &str) -> HttpResponse {
    let path = format!("/search?query={}", crate::fixture::encoded(query));
    HttpResponse::of(request(server, Method::GET, &path)).await
}

#[tokio::test]
async fn the_pages_search_ranks_as_find_tools_does() {
    let fixture = Fixture::start("").await;
    let alice = fixture.alice("").open().await;
    for query in ["rogue APs", "who changed the WLAN", "warum ist das WLAN so langsam", "bake a cake"] {
        let response = search(&fixture.server, query).await;
        assert_eq!((response.status, response.header("cache-control")), (200, "no-store"), "{response:?}");
        let found: Value = serde_json::from_str(&response.body).unwrap();
        let wanted = alice.call("findTools", json!({ "query": query, "limit": 8 })).await;
        let wanted: Value = serde_json::from_str(&wanted).unwrap();
        let names = wanted["tools"].as_array().unwrap().iter().map(|tool| tool["tool"].clone());
        assert_eq!(found["tools"], Value::Array(names.collect()), "{query}");
        assert_eq!((&found["fit"], &found["note"]), (&wanted["fit"], &wanted["note"]), "{query}");
    }
}

#[tokio::test]
async fn the_search_of_the_page_finds_only_allowed_tools() {
    let fixture = Fixture::start("--categories sites_rrm,orgs").await;
    let found: Value = serde_json::from_str(&search(&fixture.server, "rogue APs").await.body).unwrap();
    let shown = page(&fixture.server).await.body;
    for tool in found["tools"].as_array().unwrap() {
        // `getSelf` is always allowed, and in no category that the page shows here.
        let is_shown = tool == "getSelf" || shown.contains(&format!("<li id={tool}>"));
        assert!(is_shown, "beyond the ceiling: {tool}");
    }
    for refused in
        [search(&fixture.server, &"a".repeat(501)).await, search(&fixture.server, &"ü".repeat(5_000)).await]
    {
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.error().contains("500 characters"), "{refused:?}");
    }
    let missing = HttpResponse::of(request(&fixture.server, Method::GET, "/search")).await;
    assert_eq!(missing.status, 400, "{missing:?}");
    let foreign = request(&fixture.server, Method::GET, "/search?query=a").header("Host", "evil.example");
    assert_eq!(HttpResponse::of(foreign).await.status, 403);
    assert_eq!(fixture.upstream.connections(), 0, "a search asks Mist nothing");
}

#[tokio::test]
async fn over_a_real_network_the_page_asks_nothing_and_serves_no_view() {
    let fixture = Fixture::start("").await;
    let response = page(&fixture.server).await;
    assert!(!response.body.contains("id=\"questions\""), "questions without a demo");
    assert!(!response.header("content-security-policy").contains("frame-src"), "{response:?}");
    for path in ["/views/topology", "/views/table", "/views/nothing", "/views/..%2fpage"] {
        let view = HttpResponse::of(request(&fixture.server, Method::GET, path)).await;
        assert_eq!(view.status, 404, "{path}: {view:?}");
        assert!(!view.body.contains("<html"), "{path}");
    }
    assert_eq!(fixture.upstream.connections(), 0);
}
#[tokio::test]
async fn the_page_of_the_demo_offers_questions_whose_views_run_in_a_sandbox() {
    let server = Launch::new("--demo").serve().await;
    let response = page(&server).await;
    let questions = between(&response.body, "id=\"questions\"", "</ul>");
    let (tools, views) = (values(questions, "data-tool"), values(questions, "data-view"));
    assert!(!tools.is_empty(), "{questions}");
    assert!(response.header("content-security-policy").contains("; frame-src 'self'; "), "{response:?}");
    assert_eq!(response.body.matches("<script").count(), 1);
    for arguments in values(questions, "data-arguments") {
        let arguments: Value =
            serde_json::from_str(&arguments.replace("&quot;", "\"").replace("&#39;", "'")).unwrap();
        assert!(arguments.is_object(), "{arguments}");
    }
    for name in views.iter().filter(|name| !name.is_empty()) {
        let view = HttpResponse::of(request(&server, Method::GET, &format!("/views/{name}"))).await;
        assert_eq!(view.status, 200, "{name}: {view:?}");
        let policy = view.header("content-security-policy");
        for directive in ["default-src 'none'", "sandbox allow-scripts", "frame-ancestors 'self'"] {
            assert!(policy.split("; ").any(|one| one == directive), "{directive}: {policy}");
        }
        assert_eq!(view.header("x-content-type-options"), "nosniff");
        let packed =
            request(&server, Method::GET, &format!("/views/{name}")).header("Accept-Encoding", "gzip");
        let packed = packed.send().await.unwrap();
        assert_eq!(
            (&packed.headers()["content-encoding"], &packed.headers()["vary"]),
            (&"gzip".parse().unwrap(), &"accept-encoding".parse().unwrap())
        );
        let length = packed.content_length();
        let bytes = packed.bytes().await.unwrap();
        assert_eq!(length, Some(bytes.len() as u64), "{name}");
        assert_eq!(std::io::read_to_string(GzDecoder::new(&*bytes)).unwrap(), view.body, "{name}");
    }
    let missing = HttpResponse::of(request(&server, Method::GET, "/views/nothing")).await;
    assert_eq!(missing.status, 404, "{missing:?}");

    // A server that may not ask one of these questions does not offer it.
    let narrow = Launch::new("--demo --mode custom --categories sites").serve().await;
    assert!(!page(&narrow).await.body.contains("id=\"questions\""));
}

#[tokio::test]
async fn a_demo_that_the_page_may_not_call_says_why_and_offers_no_questions() {
    let server = Launch::new("--demo --client-token page-client-token-1234567890").serve().await;
    let response = page(&server).await;
    assert!(!response.body.contains("id=\"questions\""), "questions that cannot be answered");
    assert!(!response.body.contains("id=\"incident\""), "incidents that cannot be asked");
    assert!(response.body.contains("This page cannot ask"), "{}", response.body);
    assert!(response.body.contains("--client-token"), "{}", response.body);
    assert!(!response.header("content-security-policy").contains("frame-src"), "{response:?}");
    let view = HttpResponse::of(request(&server, Method::GET, "/views/topology")).await;
    assert_eq!(view.status, 404, "{view:?}");
}
