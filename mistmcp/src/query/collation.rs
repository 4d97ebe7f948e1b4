//! Own versions of the collations `NOCASE` and `RTRIM` ([`replace_slow`]). SQLite's own compare two texts byte by byte
//! without a look at the deadline, and one instruction can sort hundreds of long texts; these look at it.

use std::cmp::Ordering;
use std::sync::Arc;

use rusqlite::{Connection, Result};

use super::sandbox::Stop;

/// Bytes that are compared between two looks at the clock.
const CHUNK: usize = 64 * 1024;

/// Replaces the collations of SQLite that are slow with long texts.
pub(super) fn replace_slow(connection: &Connection, stop: &Arc<Stop>) -> Result<()> {
    let of_nocase = Arc::clone(stop);
    connection.create_collation("NOCASE", move |left, right| nocase(left, right, &of_nocase))?;
    let of_rtrim = Arc::clone(stop);
    connection.create_collation("RTRIM", move |left, right| rtrim(left, right, &of_rtrim))
}

/// Whether two texts are long, and the statement has to stop. They then count as equal: its result is not used.
fn is_over(left: &str, right: &str, stop: &Stop) -> bool {
    left.len().max(right.len()) > CHUNK && stop.is_due()
}

/// The order without regard to the case of ASCII letters.
fn nocase(left: &str, right: &str, stop: &Stop) -> Ordering {
    let chunks = left.as_bytes().chunks(CHUNK).zip(right.as_bytes().chunks(CHUNK));
    for (one, other) in chunks {
        if is_over(left, right, stop) {
            return Ordering::Equal;
        }
        match lower(one).cmp(lower(other)) {
            Ordering::Equal => {}
            order => return order,
        }
    }
    left.len().cmp(&right.len())
}

fn lower(text: &[u8]) -> impl Iterator<Item = u8> {
    text.iter().map(u8::to_ascii_lowercase)
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

    const TEXTS: [&str; 12] = ["", " ", "a", "A", "a ", "A  ", "ab", "aB ", "b", "_", "é", "É"];

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
    fn long_texts_are_not_compared_after_the_deadline() {
        let stop = Stop::after(Duration::ZERO);
        for collation in [nocase, rtrim] {
            let long = "x".repeat(CHUNK + 1);
            assert_eq!(collation("a", &long, &stop), Ordering::Equal);
            assert_eq!(collation("a", "b", &stop), Ordering::Less);
        }
    }
}
