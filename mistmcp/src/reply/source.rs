//! Origin of a reply's data: page, date and URL of Mist's response, and what was repaired in it ([`Source`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Url;

use crate::mist::{Answer, MergedPage, PageFields, Repairs};

/// Properties of the HTTP response that rendering depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Source {
    /// The page, from the paging headers that the response has.
    pub(super) page: PageFields,
    /// The page, if it was merged from the answers of accounts.
    pub(super) merged: Option<Box<MergedPage>>,
    /// The `Date` header.
    pub(super) date: Option<Timestamp>,
    pub(super) url: Option<Arc<Url>>,
    /// The link to the next page in the `Link` header.
    pub(super) next_link: Option<String>,
    pub(super) repairs: Repairs,
    /// Number of omitted rows of each list, by its name.
    pub(super) omitted: BTreeMap<String, usize>,
    /// Bytes of Mist's answer; 0 if the data is not from one.
    pub(super) bytes: u32,
    /// Whether secrets were hidden before. A name that the tool chose says nothing about its value.
    pub(super) is_redacted: bool,
    /// Whether it is an answer to a question, with sentences of this program, whose values were redacted one by one.
    pub(super) is_answer: bool,
    /// Whether signatures of links are hidden in it, so that the links do not work.
    pub(super) has_cut_links: bool,
    /// Position of the rows, if the tool takes an `offset`.
    pub(super) offset: Option<Offset>,
}

/// The parameter that skips rows of a list, for lists that are made here and not by Mist.
pub(super) const OFFSET: &str = "offset";

/// Position of rows in the list that a tool made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offset {
    /// Rows before these.
    pub(crate) start: usize,
    /// Rows of the whole list.
    pub(crate) total: usize,
}

/// The remark about signed links.
pub(super) const CUT_LINKS: &str = "The signatures of download links are hidden, so that the links do not work: the user finds the files in Mist's portal; a \
     server that was started with --show-secrets shows the links.";

impl Source {
    pub(super) fn of(answer: &Answer, repairs: Repairs) -> Self {
        Self {
            page: answer.page(),
            merged: answer.merged().cloned().map(Box::new),
            date: answer.date(),
            url: Some(Arc::clone(answer.url())),
            next_link: answer.next_link().map(str::to_owned),
            repairs,
            omitted: BTreeMap::new(),
            bytes: u32::try_from(answer.bytes().len()).unwrap_or(u32::MAX),
            is_redacted: false,
            is_answer: false,
            has_cut_links: false,
            offset: None,
        }
    }

    /// Remarks for the reader about invalid characters and rows, and links that do not work.
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
        let links = self.has_cut_links.then(|| CUT_LINKS.to_owned());
        replaced.into_iter().chain(dropped).chain(links)
    }
}
