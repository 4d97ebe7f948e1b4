use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Url;

use crate::mist::{Answer, Page, Repairs};

/// The response that data came from, as far as the form of a reply depends on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Source {
    /// Its place among the pages, where its headers say so.
    pub(super) page: Option<Page>,
    /// When it was made.
    pub(super) date: Option<Timestamp>,
    pub(super) url: Option<Arc<Url>>,
    pub(super) repairs: Repairs,
    /// Rows of its lists that were not kept, by the list's name.
    pub(super) omitted: BTreeMap<String, usize>,
    /// It is to be written off the async threads.
    pub(super) is_large: bool,
}

impl Source {
    pub(super) fn of(answer: &Answer, repairs: Repairs) -> Self {
        Self {
            page: answer.page(),
            date: answer.date(),
            url: Some(Arc::clone(answer.url())),
            repairs,
            omitted: BTreeMap::new(),
            is_large: answer.is_large(),
        }
    }

    /// What a reader has to know of characters and rows that could not be read.
    pub(super) fn remarks(&self) -> impl Iterator<Item = String> {
        let replaced = match self.repairs.replaced {
            0 => None,
            1 => Some(
                "Mist's answer is no valid JSON in one place: what could not be read there was replaced."
                    .to_owned(),
            ),
            count => Some(format!(
                "Mist's answer is no valid JSON in {count} places: what could not be read there was replaced."
            )),
        };
        let dropped = match self.repairs.dropped {
            0 => None,
            1 => Some("One row could not be read, and is left out.".to_owned()),
            count => Some(format!("{count} rows could not be read, and are left out.")),
        };
        replaced.into_iter().chain(dropped)
    }
}
