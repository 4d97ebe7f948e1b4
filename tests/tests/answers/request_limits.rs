//! What an answer costs: rounds of requests one after another, and requests at all. No test here measures time.

use std::collections::HashMap;
use std::sync::Mutex;

use futures_util::future::{join, join_all};
use mistmcp_tools::answers::{LIMITS, Limit};
use serde_json::Value;

use crate::demo_session::DemoSession;
use crate::questions::{Question, one_for_each_tool, questions};

/// How often the rounds of an answer are counted at most. A busy machine can only make them more, so the least counts.
const ATTEMPTS: usize = 6;

fn limit(question: &Question) -> (&'static Limit, usize) {
    let limit = LIMITS.iter().find(|limit| limit.tool == question.tool).unwrap();
    let is_of_site = question.arguments.get("site_id").is_some();
    (limit, if is_of_site { limit.calls_at_a_site } else { limit.calls })
}

#[tokio::test]
async fn with_known_names_an_answer_takes_at_most_its_stated_rounds_and_calls() {
    for question in questions() {
        let demo = DemoSession::start(question.overlay()).await;
        // The first time, names are looked up.
        demo.ask(question.tool, &question.arguments).await;
        let (limit, calls) = limit(&question);
        let mut least = usize::MAX;
        for _ in 0..ATTEMPTS {
            demo.proxy.take_paths();
            let ask = demo.ask(question.tool, &question.arguments);
            let (answer, rounds) = demo.proxy.in_rounds(ask).await;
            let sent = demo.proxy.take_paths().len();
            assert_eq!(answer["calls"], sent, "{question:?}: {answer}");
            assert!(sent <= calls, "{question:?}: {sent} calls");
            least = least.min(rounds);
            if least <= limit.rounds {
                break;
            }
        }
        assert!(least <= limit.rounds, "{question:?}: {least} rounds");
    }
}

#[tokio::test]
async fn two_equal_answers_at_once_cost_the_calls_of_one() {
    for question in one_for_each_tool() {
        let demo = DemoSession::start(question.overlay()).await;
        let ask = || demo.ask(question.tool, &question.arguments);
        ask().await;
        demo.proxy.take_paths();
        ask().await;
        let one = demo.proxy.take_paths().len();
        // Both are asked before the first request is answered.
        let ((first, second), _) = demo.proxy.in_rounds(join(ask(), ask())).await;
        assert_eq!(first, second, "{question:?}");
        assert_eq!(demo.proxy.take_paths().len(), one, "{question:?}");
    }
}

#[tokio::test]
async fn requests_that_are_sent_again_stay_within_the_stated_calls_of_each_tool() {
    let demo = DemoSession::start(mistmcp_demo::Overlay::default()).await;
    let questions = one_for_each_tool();
    let all = || async {
        join_all(questions.iter().map(|question| demo.ask(question.tool, &question.arguments))).await
    };
    all().await;
    // Each request fails when it is sent first, and every third path always.
    let sent = Mutex::new(HashMap::<String, usize>::new());
    demo.proxy.change(move |path, response| {
        let mut sent = sent.lock().unwrap();
        let place = sent.len();
        let times = sent.entry(path.to_owned()).or_insert(place % 3 * 1_000);
        *times += 1;
        if *times % 1_000 == 1 || *times > 2_000 {
            response.status = 503;
        }
    });
    demo.proxy.take_paths();
    let answers = all().await;
    let counted: u64 = answers.iter().map(|answer| answer["calls"].as_u64().unwrap()).sum();
    assert_eq!(counted, demo.proxy.take_paths().len() as u64);
    for (question, answer) in questions.iter().zip(&answers) {
        assert!(answer["calls"].as_u64().unwrap() <= limit(question).1 as u64, "{question:?}: {answer}");
        assert!(answer["findings"].is_array() && answer["not_seen"] != Value::Null, "{answer}");
    }
    assert!(answers.iter().any(|answer| answer["not_seen"] != serde_json::json!([])), "{answers:?}");
}
