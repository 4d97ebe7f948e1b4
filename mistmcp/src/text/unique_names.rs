//! Numbers that tell equal names apart ([`UniqueNames`]).

use std::collections::HashMap;

/// Tells equal names apart by a number: `name`, `name_2`. The time for all names is linear in their number.
#[derive(Debug, Default)]
pub(crate) struct UniqueNames {
    /// Names that are taken, each with the number to try next.
    taken: HashMap<String, usize>,
    ignores_case: bool,
}

impl UniqueNames {
    /// For names of SQL, which does not distinguish upper and lower case.
    pub(crate) fn ignoring_case() -> Self {
        Self { ignores_case: true, ..Self::default() }
    }

    /// The name, with a number if it is taken.
    pub(crate) fn add(&mut self, name: String) -> String {
        let key = self.key(&name);
        let Some(mut number) = self.taken.get(&key).copied() else {
            self.taken.insert(key, 2);
            return name;
        };
        loop {
            let numbered = format!("{name}_{number}");
            number += 1;
            let numbered_key = self.key(&numbered);
            if !self.taken.contains_key(&numbered_key) {
                self.taken.insert(numbered_key, 2);
                self.taken.insert(key, number);
                return numbered;
            }
        }
    }

    fn key(&self, name: &str) -> String {
        if self.ignores_case { name.to_ascii_lowercase() } else { name.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_told_apart_by_numbers() {
        let numbered = |mut distinct: UniqueNames, names: &[&str]| {
            names.iter().map(|name| distinct.add((*name).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(
            numbered(UniqueNames::default(), &["name", "name", "mac", "name", "Name"]),
            ["name", "name_2", "mac", "name_3", "Name"]
        );
        assert_eq!(numbered(UniqueNames::default(), &["a", "a_2", "a", "a_2"]), ["a", "a_2", "a_3", "a_2_2"]);
        assert_eq!(numbered(UniqueNames::ignoring_case(), &["a", "A", "A_2"]), ["a", "A_2", "A_2_2"]);
    }

    #[test]
    fn many_equal_names_take_one_step_each() {
        let mut distinct = UniqueNames::ignoring_case();
        let last = (0..100_000).map(|_| distinct.add("name".to_owned())).last();
        assert_eq!(last.as_deref(), Some("name_100000"));
        assert_eq!(distinct.taken.len(), 100_000);
    }
}
