use std::sync::mpsc;
use std::time::Duration;

use super::super::load::page_of;
use super::*;

#[tokio::test]
async fn the_rows_of_a_table_are_known_while_a_job_inserts_others_and_never_become_fewer() {
    let builder = new_builder().unwrap();
    let mut pages = Vec::new();
    for ids in [0..3, 1..4, 4..6] {
        pages.push(load(&builder, page_of(ids), None).await.unwrap().unwrap());
    }
    let mut started = Started {
        name: "t".to_owned(),
        tool: "listThings".to_owned(),
        arguments: Map::new(),
        builder: Arc::clone(&builder),
        table: TableState::default(),
        total: Some(7),
        next: Some(Map::new()),
        is_doubtful: false,
        page_size: None,
        broken: None,
        notes: Vec::new(),
        window: Map::new(),
        calls: 1,
        calls_a_page: 1,
    };
    let _job = builder.lock();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // Of pages that are fetched at once, an earlier one may be noted later.
        let counts = [1, 0, 0].map(|place| {
            started.add(pages.remove(place)).unwrap();
            (started.table.rows, started.repeated(), started.has_all(), started.pages())
        });
        sender.send(counts).unwrap();
    });
    let counts = receiver.recv_timeout(Duration::from_mins(1)).expect("it waits for the job");
    assert_eq!(counts, [(6, 2, false, (1, 1)), (6, 2, false, (1, 1)), (8, 2, true, (1, 1))]);
}

#[test]
fn arguments_that_are_not_needed_are_named_in_a_sentence() {
    for (names, words) in [
        (&["limit"][..], "`limit` is not needed: all pages are fetched"),
        (&["limit", "page"], "`limit` and `page` are not needed: all pages are fetched"),
        (
            &["limit", "page", "search_after"],
            "`limit`, `page` and `search_after` are not needed: all pages are fetched",
        ),
    ] {
        assert_eq!(not_needed(names), words);
    }
}
