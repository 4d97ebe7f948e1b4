//! The collation [`VERSION`], and own versions of `NOCASE` and `RTRIM` ([`replace_slow`]). SQLite's own compare two texts
//! byte by byte without a look at the deadline, and one instruction can sort hundreds of long texts; these look at it.

use std::cmp::Ordering;
use std::sync::Arc;

use rusqlite::{Connection, Result};

use super::pattern::{caseless, composed};
use super::sandbox::Stop;

/// The collation of versions.
pub(super) const VERSION: &str = "VERSION";
/// Bytes of a text above which its comparison looks at the clock.
const CHUNK: usize = 64 * 1024;

/// Replaces the collations of SQLite that are slow with long texts, and adds [`VERSION`].
pub(super) fn replace_slow(connection: &Connection, stop: &Arc<Stop>) -> Result<()> {
    let of_nocase = Arc::clone(stop);
    connection.create_collation("NOCASE", move |left, right| nocase(left, right, &of_nocase))?;
    let of_rtrim = Arc::clone(stop);
    connection.create_collation("RTRIM", move |left, right| rtrim(left, right, &of_rtrim))?;
    let of_version = Arc::clone(stop);
    connection.create_collation(VERSION, move |left, right| version(left, right, &of_version))
}

/// Whether two texts are long, and the statement has to stop. They then count as equal: its result is not used.
fn is_over(left: &str, right: &str, stop: &Stop) -> bool {
    left.len().max(right.len()) > CHUNK && stop.is_due()
}

/// The order without regard to the case of letters.
fn nocase(left: &str, right: &str, stop: &Stop) -> Ordering {
    if is_over(left, right, stop) {
        return Ordering::Equal;
    }
    composed(left).chars().map(caseless).cmp(composed(right).chars().map(caseless))
}

/// The order of versions: digits that follow each other compare as a number. Only equal texts are equal.
fn version(left: &str, right: &str, stop: &Stop) -> Ordering {
    if is_over(left, right, stop) {
        return Ordering::Equal;
    }
    parts(left).cmp(parts(right)).then_with(|| left.cmp(right))
}

/// The numbers of a text, each with the count of its digits, and its other bytes.
fn parts(text: &str) -> impl Iterator<Item = (u8, usize, &[u8])> {
    text.as_bytes().chunk_by(|one, next| one.is_ascii_digit() && next.is_ascii_digit()).map(|part| {
        let zeros = part.iter().take_while(|digit| **digit == b'0').count();
        if part[0].is_ascii_digit() {
            (b'0', part.len() - zeros, &part[zeros..])
        } else {
            // A service release, `23.4R2-S3.9`, is later than each build of its release, `23.4R2.13`.
            let class = if part[0] == b'-' { b'.' + 1 } else { part[0] };
            (class, 0, &[][..])
        }
    })
}

/// The order without regard to spaces at the end.
fn rtrim(left: &str, right: &str, stop: &Stop) -> Ordering {
    if is_over(left, right, stop) {
        return Ordering::Equal;
    }
    left.trim_end_matches(' ').cmp(right.trim_end_matches(' '))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TEXTS: [&str; 11] = ["", " ", "a", "A", "a ", "A  ", "ab", "aB ", "b", "_", "é"];

    /// The texts and some long ones that differ after [`CHUNK`] only, each compared with each.
    fn orders(connection: &Connection, collation: &str) -> Vec<i64> {
        let long = ["a", "B", "b ", ""].map(|end| "x".repeat(CHUNK + 1) + end);
        let texts: Vec<_> = TEXTS.into_iter().chain(long.iter().map(String::as_str)).collect();
        let sql = format!("SELECT (?1 > ?2 COLLATE {collation}) - (?1 < ?2 COLLATE {collation})");
        let mut statement = connection.prepare(&sql).unwrap();
        let pairs = texts.iter().flat_map(|one| texts.iter().map(move |other| [*one, *other]));
        pairs.map(|pair| statement.query_row(pair, |row| row.get(0)).unwrap()).collect()
    }

    #[test]
    fn replaced_collations_order_as_those_of_sqlite() {
        let (own, plain) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        replace_slow(&own, &Stop::after(Duration::from_mins(10))).unwrap();
        for collation in ["NOCASE", "RTRIM"] {
            assert_eq!(orders(&own, collation), orders(&plain, collation), "{collation}");
        }
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let ordered = [
            "",
            "0.8.21602",
            "0.9.1",
            "0.12",
            "0.12.1",
            "0.12.27139",
            "0.14.29676",
            "6.3.4-7.r2",
            "23.4R2",
            "23.4R2.13",
            "23.4R2-S2.1",
            "23.4R2-S10.3",
            "23.4R10",
            "99999999999999999999",
            "100000000000000000000",
            "a",
            "a2",
            "a10",
            "b",
        ];
        let stop = Stop::after(Duration::from_mins(10));
        for (place, one) in ordered.iter().enumerate() {
            for (number, other) in ordered.iter().enumerate() {
                assert_eq!(version(one, other, &stop), place.cmp(&number), "{one} {other}");
            }
        }
        assert_ne!(version("1.02", "1.2", &stop), Ordering::Equal);
    }

    #[test]
    fn long_texts_are_not_compared_after_the_deadline() {
        let stop = Stop::after(Duration::ZERO);
        for collation in [nocase, rtrim, version] {
            let long = "x".repeat(CHUNK + 1);
            assert_eq!(collation("a", &long, &stop), Ordering::Equal);
            assert_eq!(collation("a", "b", &stop), Ordering::Less);
        }
    }
}
