//! Jaro-Winkler similarity of two names, at compile time: `strsim` has no `const fn`.

/// Longer names have similarity zero.
const LONGEST: usize = 64;

/// Jaro-Winkler similarity of two ASCII names from 0 to 1, equal to `strsim::jaro_winkler`.
pub(super) const fn jaro_winkler(left: &str, right: &str) -> f64 {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.is_empty() || right.is_empty() || left.len() > LONGEST || right.len() > LONGEST {
        return 0.0;
    }
    let longer = if left.len() > right.len() { left.len() } else { right.len() };
    let range = (longer / 2).saturating_sub(1);
    let (mut in_left, mut in_right) = ([false; LONGEST], [false; LONGEST]);
    let (mut matches, mut at) = (0, 0);
    while at < left.len() {
        let mut other = at.saturating_sub(range);
        while other < right.len() && other <= at + range {
            if left[at] == right[other] && !in_right[other] {
                (in_left[at], in_right[other]) = (true, true);
                matches += 1;
                break;
            }
            other += 1;
        }
        at += 1;
    }
    if matches == 0 {
        return 0.0;
    }
    let shared = f64_of(matches);
    let swapped = f64_of(moved(left, right, &in_left, &in_right) / 2);
    let jaro =
        (shared / f64_of(left.len()) + shared / f64_of(right.len()) + (shared - swapped) / shared) / 3.0;
    let mut prefix = 0;
    while prefix < 4 && prefix < left.len() && prefix < right.len() && left[prefix] == right[prefix] {
        prefix += 1;
    }
    if jaro > 0.7 { jaro + 0.1 * f64_of(prefix) * (1.0 - jaro) } else { jaro }
}

/// Number of matched letters in another order (transpositions).
const fn moved(left: &[u8], right: &[u8], in_left: &[bool; LONGEST], in_right: &[bool; LONGEST]) -> usize {
    let (mut at, mut other, mut moved) = (0, 0, 0);
    while at < left.len() {
        if in_left[at] {
            while other < right.len() && !in_right[other] {
                other += 1;
            }
            if other < right.len() {
                moved += (left[at] != right[other]) as usize;
                other += 1;
            }
        }
        at += 1;
    }
    moved
}

#[expect(clippy::cast_precision_loss, reason = "a length of at most 64")]
const fn f64_of(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_similarity_equals_that_of_strsim() {
        let names = [
            "site_id",
            "site",
            "sites_id",
            "iste_id",
            "org_id",
            "mac",
            "client_mac",
            "device_id",
            "limit",
            "x",
            "network_id",
            "networktemplate_id",
            "type",
            "tpye",
            "search_after",
            "",
        ];
        for left in names {
            for right in names.into_iter().filter(|right| !left.is_empty() && !right.is_empty()) {
                let (own, known) = (jaro_winkler(left, right), strsim::jaro_winkler(left, right));
                assert!((own - known).abs() < 1e-9, "{left} {right}: {own} {known}");
            }
        }
        assert!(jaro_winkler("", "site").abs() < 1e-9);
        assert!(jaro_winkler(&"x".repeat(65), "x").abs() < 1e-9);
    }
}
