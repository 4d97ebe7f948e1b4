use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn taken(budget: &RateLimit, now: Timestamp, purpose: Purpose) -> u32 {
    (0..10_000).take_while(|_| budget.take(now, purpose).is_ok()).count().try_into().unwrap()
}

#[test]
fn calls_are_counted_from_the_top_of_the_hour() {
    let budget = RateLimit::new(2);
    assert_eq!(budget.take(at("2026-01-01T10:59:00Z"), Purpose::Work), Ok(()));
    assert_eq!(budget.take(at("2026-01-01T10:59:01Z"), Purpose::Work), Ok(()));
    let until = at("2026-01-01T11:00:00Z");
    assert_eq!(
        budget.take(at("2026-01-01T10:59:30Z"), Purpose::Work),
        Err(Exhausted { by: ExhaustedBy::Count(2), until, wait: Duration::from_secs(30) })
    );
    assert_eq!(budget.take(until, Purpose::Work), Ok(()));
}

#[test]
fn the_reserve_is_kept_and_half_of_it_is_for_diagnosis() {
    let (budget, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
    assert_eq!(taken(&budget, now, Purpose::Work), 4_750);
    assert_eq!(taken(&budget, now, Purpose::Diagnosis), 125);
    assert!(budget.peek(now, Purpose::Work).is_err() && budget.peek(now, Purpose::Diagnosis).is_err());
}

#[test]
fn the_calls_that_are_left_do_not_include_the_reserve() {
    let (budget, now) = (RateLimit::new(100), at("2026-01-01T10:10:00Z"));
    assert_eq!(budget.left(now, Purpose::Work), 95);
    budget.take(now, Purpose::Work).unwrap();
    assert_eq!(budget.left(now, Purpose::Work), 94);
    budget.block(now, Duration::from_secs(73));
    assert_eq!(budget.left(now, Purpose::Work), 0);
}

#[test]
fn a_429_blocks_calls_until_its_retry_after() {
    let (budget, now) = (RateLimit::new(100), at("2026-01-01T10:10:00Z"));
    budget.block(now, Duration::from_secs(73));
    // A shorter block does not shorten the longer one.
    budget.block(now, Duration::from_secs(3));
    let refused = budget.take(at("2026-01-01T10:11:12Z"), Purpose::Diagnosis).unwrap_err();
    assert_eq!((refused.by, refused.wait), (ExhaustedBy::Mist, Duration::from_secs(1)));
    assert_eq!(budget.take(at("2026-01-01T10:11:13Z"), Purpose::Work), Ok(()));
    let forever = budget.block(now, Duration::MAX);
    assert_eq!(forever.until, at("2026-01-01T11:10:00Z"));
}

#[test]
fn mists_count_corrects_the_own_count_up_and_down() {
    let (budget, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
    budget.take(now, Purpose::Work).unwrap();
    let sent_at = budget.tally(now);
    budget.take(now, Purpose::Work).unwrap();
    budget.correct(now, sent_at, 4_740, 5_000);
    assert_eq!(taken(&budget, now, Purpose::Work), 9, "one was taken since the question");
    budget.correct(now, budget.tally(now), 10, 5_000);
    assert!(budget.peek(now, Purpose::Work).is_ok());
}

#[test]
fn a_count_of_the_previous_hour_is_ignored() {
    let budget = RateLimit::new(5_000);
    let sent_at = budget.tally(at("2026-01-01T10:59:59Z"));
    budget.correct(at("2026-01-01T11:00:01Z"), sent_at, 4_999, 5_000);
    assert!(budget.peek(at("2026-01-01T11:00:01Z"), Purpose::Work).is_ok());
}

#[test]
fn the_lower_of_the_limits_of_mist_and_the_operator_applies() {
    let now = at("2026-01-01T10:10:00Z");
    for (ceiling, stated, wanted) in [(5_000, 2_000, 1_900), (1_000, 5_000, 950), (1_000, 0, 950)] {
        let budget = RateLimit::new(ceiling);
        budget.correct(now, budget.tally(now), 0, stated);
        assert_eq!(taken(&budget, now, Purpose::Work), wanted);
    }
}

#[test]
fn a_share_is_a_part_of_what_was_left_at_the_last_merge() {
    let now = at("2026-01-01T10:10:00Z");
    let share = |budget: &RateLimit, replicas| {
        (0..10_000).take_while(|_| budget.take_share(now, Purpose::Work, replicas).is_ok()).count()
    };
    assert_eq!(share(&RateLimit::new(5_000), 1), 4_750);
    assert_eq!(share(&RateLimit::new(5_000), 3), 1_583);
    let budget = RateLimit::new(5_000);
    let request = budget.shared_request(now);
    let counts =
        SharedCounts { granted: true, calls: 4_000, own: 1_000, limit: Some(4_500), blocked_until: None };
    budget.merge(now, &request, &counts).unwrap();
    assert_eq!(share(&budget, 2), 137, "half of 4,275 less 4,000");
    let request = budget.shared_request(now);
    assert_eq!(request.own, 1_137, "they are published");
    let counts = SharedCounts { calls: 4_137, own: 1_137, ..counts };
    budget.merge(now, &request, &counts).unwrap();
    assert_eq!(share(&budget, 2), 69, "half of what is left now");
    assert_eq!(budget.shared_request(at("2026-01-01T11:00:00Z")).own, 0, "another hour, another count");
}

#[test]
fn remaining_calls_have_four_levels() {
    let (budget, now) = (RateLimit::new(100), "2026-01-01T10:00:00Z".parse::<Timestamp>().unwrap());
    let mut levels = vec![budget.level(now)];
    while budget.take(now, Purpose::Work).is_ok() {
        levels.push(budget.level(now));
    }
    let count = |level| levels.iter().filter(|found| **found == level).count();
    assert_eq!(Level::ALL.map(count), [26, 50, 19, 1]);
    assert!(levels.is_sorted_by_key(|level| *level as usize), "{levels:?}");
}
