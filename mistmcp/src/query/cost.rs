//! Requests that a query takes ([`Cost`]).

use crate::error::ErrorKind;
use crate::text::shortened;
use crate::{Error, Result};

/// Requests for the pages of the tables that are not known yet.
#[derive(Debug)]
pub(super) struct Cost {
    /// Each table with the requests that it took so far and those that follow, as far as they are known.
    tables: Vec<(String, u32, u32)>,
    /// Whether more may follow, because Mist does not tell the number of rows of a table.
    is_least: bool,
}

impl Cost {
    /// The cost of tables by name: requests so far, and those that follow.
    pub(super) fn of<'a>(tables: impl Iterator<Item = (&'a str, (u32, u32))>, is_least: bool) -> Self {
        let tables = tables.map(|(name, (made, left))| (name.to_owned(), made, left)).collect();
        Self { tables, is_least }
    }

    /// Requests so far.
    pub(super) fn made(&self) -> u32 {
        self.tables.iter().map(|(_, made, _)| made).fold(0, |sum, made| sum.saturating_add(*made))
    }

    /// Requests that follow.
    pub(super) fn pages(&self) -> u32 {
        self.tables.iter().map(|(_, _, left)| left).fold(0, |sum, left| sum.saturating_add(*left))
    }

    /// Requests that are left of `most`.
    pub(super) fn left(&self, most: u32) -> u32 {
        most.saturating_sub(self.made())
    }

    /// Checks that the requests are allowed and left in this hour.
    ///
    /// # Errors
    /// They are not. The message has the requests of each table.
    pub(super) fn check(&self, most: u32, left: u32) -> Result<()> {
        let pages = self.pages();
        if pages == 0 {
            return Ok(());
        }
        let needed = self.made().saturating_add(pages);
        let each: Vec<_> = self
            .tables
            .iter()
            .map(|(name, made, left)| format!("{} {}", shortened(name, 60), made.saturating_add(*left)))
            .collect();
        let each = shortened(&each.join(", "), 300);
        let (least, or_more) = if self.is_least { ("at least ", " or more") } else { ("", "") };
        if pages > left {
            return Err(Error::new(
                ErrorKind::RateLimit,
                format!(
                    "The tables take {least}{needed} calls of Mist's API ({each}), and {left} are left in this hour. \
                     Ask for fewer rows with the tools' `arguments`, or wait for the next hour."
                ),
            ));
        }
        if needed > most {
            return Err(Error::new(
                ErrorKind::Arguments,
                format!(
                    "The tables take {least}{needed} calls of Mist's API ({each}), more than `max_calls`: {most}; \
                     {left} are left in this hour. Ask for fewer rows with the tools' `arguments`, or set `max_calls` \
                     to {needed}{or_more} if the question is worth it."
                ),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_takes_too_many_calls_states_how_many() {
        let cost = Cost::of([("aps", (1, 10)), ("clients", (1, 71))].into_iter(), false);
        assert_eq!(cost.check(83, 5_000), Ok(()));
        let error = cost.check(50, 4_000).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Arguments);
        for words in
            ["83 calls", "aps 11, clients 72", "`max_calls`: 50", "4000 are left", "`max_calls` to 83"]
        {
            assert!(error.to_string().contains(words), "{words}: {error}");
        }
        let error = cost.check(100, 80).unwrap_err();
        assert!(error.kind() == ErrorKind::RateLimit && error.to_string().contains("80 are left"), "{error}");
        assert_eq!((cost.left(50), cost.pages()), (48, 81));
    }

    #[test]
    fn first_pages_that_are_all_there_is_cost_no_more() {
        let cost = Cost::of([("aps", (1, 0)), ("sites", (1, 0))].into_iter(), false);
        assert_eq!(cost.check(0, 0), Ok(()));
    }
}
