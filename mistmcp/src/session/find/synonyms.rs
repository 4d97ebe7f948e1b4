//! What network engineers say, and the words that the tools have for it: the tables in `spellings.txt` and
//! `related.txt`.

/// One spelling of each thing, and its others.
pub(super) fn spellings() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(include_str!("spellings.txt"))
}

/// What is said, and what that may mean.
pub(super) fn related() -> impl Iterator<Item = (&'static str, Related)> {
    rows(include_str!("related.txt")).map(|(said, meant)| {
        let (means, hints) = meant.split_once('~').unwrap_or((meant, ""));
        (said, Related { means: means.trim(), hints: hints.trim() })
    })
}

/// What something that is said may mean: phrases, with commas between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Related {
    /// What it is called by the tools.
    pub(super) means: &'static str,
    /// What it has to do with.
    pub(super) hints: &'static str,
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.split_once('=')).map(|(left, right)| (left.trim(), right.trim()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_line_of_the_tables_is_a_row() {
        for table in [include_str!("spellings.txt"), include_str!("related.txt")] {
            let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            assert_eq!(lines.count(), rows(table).count());
        }
    }

    #[test]
    fn a_phrase_is_said_in_one_row_only() {
        let mut rows = BTreeMap::new();
        let said = related().flat_map(|(said, _)| said.split(", ").map(move |phrase| (phrase, said)));
        for (phrase, row) in said {
            if let Some(other) = rows.insert(phrase, row) {
                panic!("`{phrase}` is in two rows: {other} and {row}");
            }
        }
    }
}
