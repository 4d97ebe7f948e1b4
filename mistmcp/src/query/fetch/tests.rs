use std::sync::mpsc;
use std::time::Duration;

use super::super::load::page_of;
use super::*;
use crate::call::{FetchedPage, RowAccess, RowPage, RowsFuture, TableScope};

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

/// A session whose only tool has rows in pages of at most so many.
struct SmallPages {
    fits: u64,
    is_refused: bool,
    limits: Mutex<Vec<u64>>,
}

impl RowAccess for SmallPages {
    fn may_read_rows(&self, _: &str) -> Result<()> {
        Ok(())
    }

    fn largest_page(&self, _: &str) -> Option<u64> {
        Some(1_000)
    }

    fn fetch_rows<'a>(
        &'a self,
        _: &'a str,
        arguments: Map<String, Value>,
        _: CallsLeft,
        _: &'a Call,
    ) -> RowsFuture<'a> {
        let limit = arguments["limit"].as_u64().unwrap();
        self.limits.lock().push(limit);
        let fits = limit <= self.fits;
        let is_refused = self.is_refused;
        Box::pin(async move {
            if fits {
                return Ok(page_of(0..3));
            }
            if is_refused {
                return Err(Error::own(ErrorKind::Size, "It is too large."));
            }
            let parse = || Ok(RowPage { rows: vec![json!({ "id": 1 })], omitted: 2, ..RowPage::default() });
            Ok(FetchedPage { is_large: false, calls: 1, parse: Box::new(parse) })
        })
    }

    fn table_scope(&self) -> TableScope {
        TableScope { session: None, owner: [0; 32] }
    }

    fn calls_left(&self) -> u32 {
        100
    }

    fn timeout(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn max_reply_bytes(&self) -> usize {
        60_000
    }
}

impl CallSession for SmallPages {
    fn may_call(&self, _: &str) -> bool {
        true
    }

    fn may_read(&self, _: &str) -> bool {
        true
    }

    fn shows_secrets(&self) -> bool {
        false
    }

    fn access_key(&self) -> u64 {
        0
    }
}

#[tokio::test]
async fn a_first_page_that_is_too_large_is_asked_for_again_within_the_calls_of_the_table() {
    const REMEDY: &str = "With a higher `max_calls`, smaller pages are asked for";
    for is_refused in [true, false] {
        for (fits, most, limits, is_whole) in [
            (1_000, 1, &[1_000][..], true),
            (100, 1, &[1_000], false),
            (100, 2, &[1_000, 100], true),
            (10, 2, &[1_000, 100], false),
            (10, 3, &[1_000, 100, 10], true),
            (1, 3, &[1_000, 100, 10], false),
            (1, 50, &[1_000, 100, 10], false),
        ] {
            let pages = Arc::new(SmallPages { fits, is_refused, limits: Mutex::default() });
            let session: Arc<dyn CallSession> = Arc::clone(&pages) as _;
            let source = TableSource { tool: "listThings".to_owned(), arguments: Map::new() };
            let started = Started::new("t", &source, most, &session, &Call::unattended()).await;
            assert_eq!(*pages.limits.lock(), limits, "{fits} {most}");
            let said = match started {
                Ok(started) => started.broken.unwrap_or_default(),
                Err(error) => error.to_string(),
            };
            assert_eq!(said.is_empty(), is_whole, "{fits} {most}: {said}");
            assert_eq!(said.contains(REMEDY), !is_whole && limits.len() < 3, "{fits} {most}: {said}");
            assert!(!said.contains(".."), "{said}");
        }
    }
}
