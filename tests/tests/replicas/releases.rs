//! Replicas of two releases side by side.

use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};

use crate::fixture::{Fixture, off, on};

const SITES: &str = "getSiteInfo";

/// The only stored session, and a way to overwrite it.
struct Written {
    redis: MultiplexedConnection,
    name: String,
}

impl Written {
    async fn at(fixture: &Fixture) -> Self {
        let names = fixture.redis.content().await.into_keys();
        let name = names.into_iter().find(|name| name.contains(":session:")).unwrap();
        Self { redis: fixture.redis.connect().await, name }
    }

    async fn read(&mut self) -> String {
        redis::cmd("GET").arg(&self.name).query_async(&mut self.redis).await.unwrap()
    }

    async fn write(&mut self, text: &str) {
        let mut command = redis::cmd("SET");
        command.arg(&self.name).arg(text).arg("EX").arg(60);
        let () = command.query_async(&mut self.redis).await.unwrap();
    }

    /// Format and revision, and the record.
    async fn parts(&mut self) -> (String, Value) {
        let text = self.read().await;
        let (beginning, record) = text.split_at(text.find('{').unwrap());
        (beginning.to_owned(), serde_json::from_str(record).unwrap())
    }
}

#[tokio::test]
async fn unknown_fields_of_a_record_are_kept() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    let mut written = Written::at(&fixture).await;
    let (beginning, mut record) = written.parts().await;
    record["later"] = json!({ "more": [1, 2] });
    record["on"] = json!(["a_category_of_tomorrow"]);
    written.write(&format!("{beginning}{record}")).await;

    let there = fixture.at(1, &alice);
    there.call("manageMcpTools", on("sites")).await;
    assert!(there.tools().await.contains(&SITES.to_owned()));
    assert!(alice.tools().await.contains(&SITES.to_owned()));
    let (_, record) = written.parts().await;
    assert_eq!(record["later"], json!({ "more": [1, 2] }), "{record}");
    assert_eq!(record["on"], json!(["a_category_of_tomorrow", "sites"]), "{record}");
    there.call("manageMcpTools", off("sites")).await;
    assert_eq!(written.parts().await.1["on"], json!(["a_category_of_tomorrow"]));
}

#[tokio::test]
async fn a_record_in_an_unknown_format_is_left_alone() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("orgs")).await;
    let mut written = Written::at(&fixture).await;
    let (beginning, _) = written.parts().await;
    let foreign =
        format!("2{} what only a later release reads", beginning.trim_end().trim_start_matches('1'));
    written.write(&foreign).await;

    // A replica without the session asks the client to initialize again, which works here.
    let there = fixture.at(1, &alice);
    let answer = there.ask("tools/list", json!({})).await;
    assert_eq!(answer.status, 404, "{}", answer.body);
    fixture.alice(1, "").open().await.call("getSelf", json!({})).await;
    // The replica with the session continues, and does not overwrite the record.
    alice.call("manageMcpTools", on("sites")).await;
    assert!(alice.tools().await.contains(&SITES.to_owned()));
    assert_eq!(written.read().await, foreign);
}

#[tokio::test]
async fn unknown_notices_are_ignored() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    let mut redis = fixture.redis.connect().await;
    let key = Written::at(&fixture).await.name.rsplit(':').next().unwrap().to_owned();
    for news in
        ["", "x", "a b", &format!("later {key} renamed"), &format!("later {key}"), "\u{0} \u{7f} ended"]
    {
        let response: u32 =
            redis::cmd("PUBLISH").arg("mistmcp:news").arg(news).query_async(&mut redis).await.unwrap();
        assert_eq!(response, 2, "both replicas listen");
    }
    fixture.at(1, &alice).call("manageMcpTools", on("sites")).await;
    assert!(alice.tools().await.contains(&SITES.to_owned()));
    assert_eq!(fixture.ready(0).await["redis"], "available");
}
