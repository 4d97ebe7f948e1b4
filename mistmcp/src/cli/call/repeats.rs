//! Detection of repeated pages.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hash};

use serde_json::{Map, Value};

use crate::answers::count;
use crate::call::row_digest;

/// Detector of repeated pages, from a `next` that leads back or from ever new cursors. It stores
/// hashes only.
#[derive(Debug)]
pub(super) struct Repeats {
    arguments: HashSet<u64>,
    pages: HashSet<u64>,
    rows: HashSet<u64>,
    /// Rows that were there before.
    twice: usize,
    /// The call picks fields, so that different rows may look alike.
    picks_fields: bool,
}

impl Repeats {
    /// Of a run that begins with these arguments.
    pub(super) fn new(arguments: &Map<String, Value>) -> Self {
        let picks_fields = arguments.contains_key("fields");
        let arguments = HashSet::from([hash(arguments)]);
        Self { arguments, pages: HashSet::new(), rows: HashSet::new(), twice: 0, picks_fields }
    }

    /// Counts the rows of a page that were there before, of those that differ from all others of their list.
    pub(super) fn count(&mut self, rows: &[Value]) {
        let identified = rows.iter().filter(|_| !self.picks_fields).filter_map(row_digest);
        self.twice += identified.filter(|row| !self.rows.insert(*row)).count();
    }

    /// What is doubtful about so many rows of several pages, of which Mist counts `total`.
    pub(super) fn doubts(&self, rows: usize, total: Option<u64>) -> Vec<String> {
        let twice = (self.twice > 0).then(|| {
            format!(
                "rows that are probably there twice, since the list changed meanwhile or its pages overlap: {}",
                self.twice
            )
        });
        let total = total.filter(|total| *total < (rows - self.twice) as u64);
        let more = total.and_then(|total| usize::try_from(total).ok());
        let more = more.map(|total| format!("Mist counts {}, and answered {rows}", count(total, "row")));
        twice.into_iter().chain(more).collect()
    }

    /// Whether a call with these arguments was made before.
    pub(super) fn was_called(&mut self, arguments: &Map<String, Value>) -> bool {
        !self.arguments.insert(hash(arguments))
    }

    /// Whether a page with these rows was there before.
    pub(super) fn was_answered(&mut self, rows: &[Value], next: Option<&Map<String, Value>>) -> bool {
        let window = ["start", "end", "duration"];
        let place = next.filter(|_| self.picks_fields);
        let place: Vec<_> =
            place.into_iter().flatten().filter(|(name, _)| !window.contains(&name.as_str())).collect();
        !rows.is_empty() && !self.pages.insert(hash((rows, place)))
    }
}

fn hash(value: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("no object: {value}") };
        object
    }

    #[test]
    fn equal_arguments_and_equal_rows_are_found_again() {
        let mut repeats = Repeats::new(&object(json!({ "limit": 1 })));
        assert!(!repeats.was_called(&object(json!({ "limit": 1, "page": 2 }))));
        assert!(repeats.was_called(&object(json!({ "limit": 1 }))));
        assert!(!repeats.was_answered(&[json!(1)], None));
        assert!(!repeats.was_answered(&[json!(2)], None));
        assert!(repeats.was_answered(&[json!(1)], Some(&object(json!({ "page": 3 })))));
        assert!(!repeats.was_answered(&[], None) && !repeats.was_answered(&[], None));
    }

    #[test]
    fn rows_of_overlapping_pages_and_a_total_below_them_are_doubtful() {
        let page = |ids: [u32; 2]| ids.map(|id| json!({ "id": id })).to_vec();
        let mut repeats = Repeats::new(&Map::new());
        for rows in [page([1, 2]), page([2, 3]), vec![json!({ "count": 1 }), json!({ "count": 1 })]] {
            repeats.count(&rows);
        }
        assert!(matches!(repeats.doubts(6, Some(5)).as_slice(), [twice] if twice.ends_with("overlap: 1")));
        let doubts = repeats.doubts(6, Some(0));
        assert!(doubts.len() == 2 && doubts[1] == "Mist counts 0 rows, and answered 6", "{doubts:?}");
        let mut picked = Repeats::new(&object(json!({ "fields": "id" })));
        picked.count(&page([1, 1]));
        assert_eq!(picked.doubts(2, None), Vec::<String>::new());
    }

    #[test]
    fn with_a_field_mask_a_page_is_repeated_if_its_next_is_equal() {
        let mut repeats = Repeats::new(&object(json!({ "fields": "type" })));
        let mut answered =
            |next: Value| repeats.was_answered(&[json!({ "type": "ap" })], Some(&object(next)));
        assert!(!answered(json!({ "page": 2, "start": 1 })));
        assert!(!answered(json!({ "page": 3 })));
        assert!(answered(json!({ "page": 2 })));
    }
}
