use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn taken(rate_limit: &RateLimit, now: Timestamp, purpose: Purpose) -> u32 {
    (0..10_000).take_while(|_| rate_limit.take(now, purpose).is_ok()).count().try_into().unwrap()
}

#[test]
fn calls_are_counted_from_the_top_of_the_hour() {
    let rate_limit = RateLimit::new(2);
    assert_eq!(rate_limit.take(at("2026-01-01T10:59:00Z"), Purpose::Work), Ok(()));
    assert_eq!(rate_limit.take(at("2026-01-01T10:59:01Z"), Purpose::Work), Ok(()));
    let until = at("2026-01-01T11:00:00Z");
    assert_eq!(
        rate_limit.take(at("2026-01-01T10:59:30Z"), Purpose::Work),
        Err(Exhausted { by: ExhaustedBy::Count(2), until, wait: Duration::from_secs(30) })
    );
    assert_eq!(rate_limit.take(until, Purpose::Work), Ok(()));
}

#[test]
fn the_reserve_is_kept_and_half_of_it_is_for_diagnosis() {
    let (rate_limit, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
    assert_eq!(taken(&rate_limit, now, Purpose::Work), 4_750);
    assert_eq!(taken(&rate_limit, now, Purpose::Diagnosis), 125);
    assert!(
        rate_limit.peek(now, Purpose::Work).is_err() && rate_limit.peek(now, Purpose::Diagnosis).is_err()
    );
}

#[test]
fn the_calls_that_are_left_do_not_include_the_reserve() {
    let (rate_limit, now) = (RateLimit::new(100), at("2026-01-01T10:10:00Z"));
    assert_eq!(rate_limit.left(now, Purpose::Work), 95);
    rate_limit.take(now, Purpose::Work).unwrap();
    assert_eq!(rate_limit.left(now, Purpose::Work), 94);
    rate_limit.block(now, Duration::from_secs(73));
    assert_eq!(rate_limit.left(now, Purpose::Work), 0);
}

#[test]
fn a_429_blocks_calls_until_its_retry_after() {
    let (rate_limit, now) = (RateLimit::new(100), at("2026-01-01T10:10:00Z"));
    rate_limit.block(now, Duration::from_secs(73));
    // A shorter block does not shorten the longer one.
    rate_limit.block(now, Duration::from_secs(3));
    let refused = rate_limit.take(at("2026-01-01T10:11:12Z"), Purpose::Diagnosis).unwrap_err();
    assert_eq!((refused.by, refused.wait), (ExhaustedBy::Mist, Duration::from_secs(1)));
    assert_eq!(rate_limit.take(at("2026-01-01T10:11:13Z"), Purpose::Work), Ok(()));
    let forever = rate_limit.block(now, Duration::MAX);
    assert_eq!(forever.until, at("2026-01-01T11:10:00Z"));
}

#[test]
fn mists_count_corrects_the_own_count_up_and_down() {
    let (rate_limit, now) = (RateLimit::new(5_000), at("2026-01-01T10:10:00Z"));
    rate_limit.take(now, Purpose::Work).unwrap();
    let sent_at = rate_limit.tally(now);
    rate_limit.take(now, Purpose::Work).unwrap();
    rate_limit.correct(now, sent_at, 4_740, 5_000);
    assert_eq!(taken(&rate_limit, now, Purpose::Work), 9, "one was taken since the question");
    rate_limit.correct(now, rate_limit.tally(now), 10, 5_000);
    assert!(rate_limit.peek(now, Purpose::Work).is_ok());
}

#[test]
fn a_count_of_the_previous_hour_is_ignored() {
    let rate_limit = RateLimit::new(5_000);
    let sent_at = rate_limit.tally(at("2026-01-01T10:59:59Z"));
    rate_limit.correct(at("2026-01-01T11:00:01Z"), sent_at, 4_999, 5_000);
    assert!(rate_limit.peek(at("2026-01-01T11:00:01Z"), Purpose::Work).is_ok());
}

#[test]
fn a_count_is_of_the_hour_that_mists_clock_shows() {
    let rate_limit = RateLimit::new(5_000);
    for (here, at_mist, wanted) in [
        ("2026-01-01T13:00:05Z", "2026-01-01T12:59:45Z", false),
        ("2026-01-01T12:59:45Z", "2026-01-01T13:00:05Z", false),
        ("2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", false),
        ("2026-01-01T13:00:05Z", "2026-01-01T13:00:00Z", true),
        ("2026-01-01T13:00:00Z", "2026-01-01T13:59:59Z", true),
    ] {
        assert_eq!(rate_limit.tally(at(here)).is_of_hour(at(at_mist)), wanted, "{here}, {at_mist}");
    }
}

#[test]
fn the_lower_of_the_limits_of_mist_and_the_operator_applies() {
    let now = at("2026-01-01T10:10:00Z");
    for (ceiling, stated, wanted) in [(5_000, 2_000, 1_900), (1_000, 5_000, 950), (1_000, 0, 950)] {
        let rate_limit = RateLimit::new(ceiling);
        rate_limit.correct(now, rate_limit.tally(now), 0, stated);
        assert_eq!(taken(&rate_limit, now, Purpose::Work), wanted);
    }
}

#[test]
fn a_share_is_a_part_of_what_was_left_at_the_last_merge() {
    let now = at("2026-01-01T10:10:00Z");
    let share = |rate_limit: &RateLimit, replicas| {
        (0..10_000).take_while(|_| rate_limit.take_share(now, Purpose::Work, replicas).is_ok()).count()
    };
    assert_eq!(share(&RateLimit::new(5_000), 1), 4_750);
    assert_eq!(share(&RateLimit::new(5_000), 3), 1_583);
    let rate_limit = RateLimit::new(5_000);
    let request = rate_limit.shared_request(now);
    let counts =
        SharedCounts { granted: true, calls: 4_000, own: 1_000, limit: Some(4_500), blocked_until: None };
    rate_limit.merge(now, &request, &counts).unwrap();
    assert_eq!(share(&rate_limit, 2), 137, "half of 4,275 less 4,000");
    let request = rate_limit.shared_request(now);
    assert_eq!(request.own, 1_137, "they are published");
    let counts = SharedCounts { calls: 4_137, own: 1_137, ..counts };
    rate_limit.merge(now, &request, &counts).unwrap();
    assert_eq!(share(&rate_limit, 2), 69, "half of what is left now");
    assert_eq!(rate_limit.shared_request(at("2026-01-01T11:00:00Z")).own, 0, "another hour, another count");
}

#[test]
fn remaining_calls_have_four_levels() {
    let (rate_limit, now) = (RateLimit::new(100), "2026-01-01T10:00:00Z".parse::<Timestamp>().unwrap());
    let mut levels = vec![rate_limit.level(now)];
    while rate_limit.take(now, Purpose::Work).is_ok() {
        levels.push(rate_limit.level(now));
    }
    let count = |level| levels.iter().filter(|found| **found == level).count();
    assert_eq!(Level::ALL.map(count), [26, 50, 19, 1]);
    assert!(levels.is_sorted_by_key(|level| *level as usize), "{levels:?}");
}
