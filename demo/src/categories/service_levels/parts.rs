//! Division of a site's minutes among its things: the parts of an hour together are the hour.

use super::Minutes;

/// The minutes of each thing in an hour, total and bad: the total evenly, the bad ones by the things' shares of them, and
/// never more than the thing has minutes.
pub(super) fn spread((total, bad): (i64, i64), shares: &[i64], hour: usize) -> Vec<(i64, i64)> {
    let count = i64::try_from(shares.len()).unwrap_or(i64::MAX).max(1);
    let all = shares.iter().sum::<i64>().max(1);
    let evenly = |place: i64| total * place / count;
    let parts = (0..).zip(shares).map(|(place, share)| {
        let own = evenly(place + 1) - evenly(place);
        (own, own.min(bad * share / all))
    });
    let mut parts = parts.collect::<Vec<_>>();
    let mut left = bad - parts.iter().map(|(_, bad)| bad).sum::<i64>();
    // The rest goes around, beginning at another thing each hour.
    let first = hour.checked_rem(parts.len()).unwrap_or_default();
    parts.rotate_left(first);
    while left > 0 && parts.iter().any(|(own, bad)| bad < own) {
        for (_, bad) in parts.iter_mut().filter(|(own, bad)| bad < own) {
            let more = left.min(1);
            *bad += more;
            left -= more;
        }
    }
    parts.rotate_right(first);
    parts
}

/// The same with the classifiers of the bad minutes. All bad minutes lie in a row, thing after thing and, beginning at another
/// place each hour, classifier after classifier: a thing has of a classifier what of both lies at one place.
pub(super) fn blamed(parts: Vec<(i64, i64)>, blame: &[i64], hour: usize) -> Vec<Minutes> {
    let all = blame.iter().sum::<i64>();
    let mut from =
        i64::try_from(hour).unwrap_or_default().saturating_mul(7).checked_rem(all).unwrap_or_default();
    let minutes = parts.into_iter().map(|(total, bad)| {
        let (begin, end) = (from, from + bad);
        from = end.checked_rem(all).unwrap_or_default();
        // What goes past the end continues at the beginning.
        let (mut low, mut own) = (0, Vec::with_capacity(blame.len()));
        for part in blame {
            let of = |begin: i64, end: i64| (end.min(low + part) - begin.max(low)).max(0);
            own.push(of(begin, end) + of(begin - all, end - all));
            low += part;
        }
        Minutes { total, bad, blame: own }
    });
    minutes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_together_the_whole_and_no_part_is_worse_than_all_bad() {
        for (total, bad) in [(0, 0), (300, 0), (300, 1), (301, 150), (300, 299), (300, 300)] {
            for hour in [0, 5, 23] {
                let parts = spread((total, bad), &[4, 1, 16, 9, 2, 8, 8], hour);
                assert_eq!(parts.iter().map(|(own, _)| own).sum::<i64>(), total);
                assert_eq!(parts.iter().map(|(_, bad)| bad).sum::<i64>(), bad);
                assert!(parts.iter().all(|(own, bad)| (0..=*own).contains(bad)), "{parts:?}");
                let blame = [bad / 2, bad - bad / 2 - bad / 5, bad / 5];
                let blamed = blamed(parts, &blame, hour);
                assert!(blamed.iter().all(|one| one.blame.iter().sum::<i64>() == one.bad), "{blamed:?}");
                for (place, whole) in blame.iter().enumerate() {
                    assert_eq!(blamed.iter().map(|one| one.blame[place]).sum::<i64>(), *whole);
                }
            }
        }
        assert!(spread((10, 5), &[], 1).is_empty() && blamed(Vec::new(), &[5], 1).is_empty());
    }
}
