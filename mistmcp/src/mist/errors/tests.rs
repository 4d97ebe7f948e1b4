use std::num::NonZero;

use super::*;
use crate::Request;

fn advice(status: u16, body: &str) -> String {
    for_status(StatusCode::from_u16(status).unwrap(), body, Owner::Site).to_string()
}

#[test]
fn the_message_of_mist_is_kept() {
    assert!(advice(400, r#"{"detail":"bad duration"}"#).ends_with("Mist says: bad duration."));
    assert!(advice(404, r#"{"id":"unknown"}"#).contains(r#"{"id":"unknown"}"#));
    assert!(advice(400, r#"{"detail":{"name":["required"]}}"#).contains(r#"{"name":["required"]}"#));
    assert!(advice(400, "plain words").contains("plain words"));
    for said in ["Not here.", "Not here!", "Why?"] {
        assert!(advice(400, said).ends_with(&format!("Mist says: {said}")), "{said}");
    }
}

#[test]
fn an_error_names_the_tool_that_lists_what_the_request_is_about() {
    let known = |_: &str| crate::error::ToolStatus::Callable;
    let of = |path: &str, status| {
        let id = "0a000000-0000-4000-8000-000000000001";
        let (path, site) = path.split_once('?').map_or((path, None), |(path, _)| (path, Some(id.to_owned())));
        let request = Request::get(&path.replace("ID", id)).query("site_id", site);
        for_status(status, "", request.owner()).for_session(known).to_string()
    };
    for (path, what, is_of_site) in [
        ("/api/v1/msps/ID/stats/orgs", "MSP", false),
        ("/api/v1/orgs/ID", "organization", false),
        ("/api/v1/orgs/ID/sites/search", "organization", false),
        ("/api/v1/orgs/ID/networks/ID", "organization", false),
        ("/api/v1/orgs/ID/inventory?site_id", "site", true),
        ("/api/v1/sites/ID/wlans", "site", true),
    ] {
        let missing = of(path, StatusCode::NOT_FOUND);
        let tool = if is_of_site { "searchOrgSites" } else { "getSelf" };
        assert!(missing.contains(&format!("{what} with `{tool}`")), "{path}: {missing}");
        let refused = of(path, StatusCode::FORBIDDEN);
        assert!(refused.contains(what) && refused.contains("`getSelf`"), "{path}: {refused}");
        for words in [missing, refused] {
            assert_eq!(words.contains("site"), is_of_site, "{path}: {words}");
        }
    }
}

#[test]
fn a_proxy_page_is_reported_but_not_quoted() {
    for status in [401, 403, 404, 407, 502] {
        let advice = advice(status, " <html><body>Bad Gateway</body></html>");
        assert!(!advice.contains("body") && advice.contains("proxy or a firewall"), "{advice}");
    }
    assert!(advice(407, "").contains("HTTPS_PROXY"));
}

#[test]
fn a_rate_limit_error_gives_seconds_and_time_of_day() {
    let until = "2026-01-01T11:00:00Z".parse().unwrap();
    let wait = Duration::from_millis(72_300);
    let advice = |by| for_rate_limit(&Exhausted { by, until, wait }, r#"{"detail":"slow down"}"#).to_string();
    for advice in [advice(ExhaustedBy::Mist), advice(ExhaustedBy::Count(5_000))] {
        assert!(advice.contains("next 73 seconds, until 11:00:00 UTC; do not loop"), "{advice}");
        assert!(advice.ends_with("slow down."), "{advice}");
    }
    assert!(advice(ExhaustedBy::Count(5_000)).contains("5000"));
    for milliseconds in [0, 1, 1_000] {
        let wait = Duration::from_millis(milliseconds);
        let advice = for_rate_limit(&Exhausted { by: ExhaustedBy::Mist, until, wait }, "").to_string();
        assert!(advice.contains("the next 1 second, until"), "{advice}");
    }
    let limited = ValidationLimited { per_minute: NonZero::new(60).unwrap(), wait: Duration::ZERO };
    assert!(for_validation_limit(limited).to_string().contains("again in 1 second; do"));
    assert!(for_deadline(Duration::from_secs(1), Stage::Mist).to_string().contains("the 1 second that"));
}

#[test]
fn the_error_at_the_deadline_names_what_took_the_time() {
    let words = |stage| for_deadline(Duration::from_secs(30), stage).to_string();
    assert!(words(Stage::Mist).starts_with("Mist took longer than the 30 seconds"));
    assert!(
        words(Stage::Queue).contains("waited for other queries") && !words(Stage::Queue).contains("Mist")
    );
    assert!(words(Stage::Answer).contains("took too long to process"));
    assert!(words(Stage::Statement).contains("SQL") && !words(Stage::Statement).contains("`limit`"));
}

#[test]
fn a_status_that_is_no_answer_to_a_request_is_not_blamed_on_a_parameter() {
    for status in [100, 101, 199, 300, 304, 305, 600, 999] {
        let error = for_status(StatusCode::from_u16(status).unwrap(), "", Owner::Site);
        let words = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Cloud, "{words}");
        assert!(words.contains("cannot be read") && !words.contains("parameter"), "{words}");
        assert!(!words.contains("redirect"), "{words}");
    }
    for status in [301, 302, 303, 307, 308] {
        assert!(advice(status, "").contains("redirect to another host"), "{status}");
    }
    assert!(advice(418, "").contains("parameter"));
}

#[test]
fn every_status_names_a_next_step_and_stays_short() {
    let long = "x".repeat(100_000);
    for status in [300, 302, 400, 401, 403, 404, 405, 407, 408, 409, 413, 418, 429, 500, 502, 503, 504] {
        for body in ["", "{}", "null", "<html>", long.as_str(), "\u{0}\u{1}"] {
            let advice = advice(status, body);
            assert!((20..1_500).contains(&advice.len()), "{status}: {advice}");
        }
    }
}
