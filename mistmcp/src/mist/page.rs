//! Position of a page in a list that is paged by number ([`Page`]), from what request and answer say of it
//! ([`PageFields`]).

use super::api::paging::{DEFAULT_LIMIT, MAX_LIMIT};
use super::{IntoQuery, Request};

/// Position of a page in a list that is paged by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) number: u64,
    pub(crate) limit: u64,
    /// Total rows, if Mist tells it.
    pub(crate) total: Option<u64>,
}

/// What a request, the headers or the body of an answer say of a page. Each field may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageFields {
    number: Option<u64>,
    limit: Option<u64>,
    total: Option<u64>,
    /// Whether the `Link` header names a next page.
    has_next_link: bool,
}

impl PageFields {
    /// Reads the fields `page`, `limit` and `total`.
    pub(crate) fn of(read: impl Fn(&str) -> Option<u64>) -> Self {
        let above_none = |name| read(name).filter(|number| *number > 0);
        Self {
            number: above_none("page"),
            limit: above_none("limit"),
            total: read("total"),
            has_next_link: false,
        }
    }

    /// The same, with what the `Link` header says of a next page.
    pub(crate) fn with_next_link(self, has_next_link: bool) -> Self {
        Self { has_next_link, ..self }
    }

    /// Whether the `Link` header names a next page, and nothing counts the rows.
    pub(crate) fn has_next_link(&self) -> bool {
        self.has_next_link && self.total.is_none()
    }

    /// The page that a request asks for.
    pub(crate) fn asked(request: &Request) -> Self {
        let cursor = request.cursor.iter().flat_map(|cursor| cursor.as_str().split('&'));
        let cursor = cursor.filter_map(|pair| pair.split_once('='));
        let query = request.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs: Vec<_> = query.chain(cursor).filter(|(name, _)| *name != "total").collect();
        Self::of(|wanted| pairs.iter().find(|(name, _)| *name == wanted)?.1.parse().ok())
    }

    /// These fields, and those of `others` in place of missing ones.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            number: self.number.or(others.number),
            limit: self.limit.or(others.limit),
            total: self.total.or(others.total),
            has_next_link: self.has_next_link || others.has_next_link,
        }
    }

    pub(crate) fn limit(&self) -> Option<u64> {
        self.limit
    }

    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether they tell that the list has pages.
    pub(crate) fn is_paged(&self) -> bool {
        self.limit.is_some() || self.total.is_some()
    }

    /// The page of `came` rows whose answer has these fields, for a request with the fields of `asked`.
    pub(crate) fn page(self, asked: Self, came: u64) -> Page {
        let number = self.number.or(asked.number).unwrap_or(1);
        let wanted = asked.limit.map_or(DEFAULT_LIMIT, |limit| limit.min(MAX_LIMIT));
        let limit = self.limit.unwrap_or_else(|| {
            let seen = number.saturating_sub(1).saturating_mul(wanted).saturating_add(came);
            // A page of another size than was asked for has Mist's own size, unless it is the last one. A total that is less than
            // the page tells nothing.
            if came > 0 && self.total.is_some_and(|total| total != seen && total >= came) {
                came
            } else {
                wanted
            }
        });
        Page { number, limit, total: self.total }
    }
}

impl Page {
    /// Whether there may be a next page after this one of `came` rows.
    pub(crate) fn has_next(&self, came: u64) -> bool {
        let before = self.number.saturating_sub(1).saturating_mul(self.limit);
        // An empty page has no next page.
        came > 0
            && match self.total {
                // A total that equals a full first page is believed: Mist defines it as the number of all rows, and has been seen to
                // tell fewer, but not those of the page. Otherwise each list of just one page would lead to an empty one, and cost
                // a request more, also where `max_calls` allows none.
                Some(total) if before.saturating_add(came) <= total => {
                    before.saturating_add(self.limit.max(came)) < total
                }
                // Without a total, or with one that is less than there are, only a page that is not full is known to be the last. Mist may have cut a page to its
                // default size. More rows than the limit are not paged.
                _ => came == self.limit || came == DEFAULT_LIMIT && self.limit > DEFAULT_LIMIT,
            }
    }
}

impl Request {
    /// The same for another page.
    pub(crate) fn of_page(mut self, number: u64) -> Self {
        self.cursor = None;
        self.replacing("page", number)
    }

    /// The same with this value of a query parameter in place of others.
    pub(crate) fn replacing(mut self, name: &str, value: impl IntoQuery) -> Self {
        self.query.retain(|(known, _)| known != name);
        self.query(name, value)
    }
}

impl From<Page> for PageFields {
    fn from(page: Page) -> Self {
        Self { number: Some(page.number), limit: Some(page.limit), total: page.total, has_next_link: false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cursor;
    use super::*;

    fn fields(number: Option<u64>, limit: Option<u64>, total: Option<u64>) -> PageFields {
        PageFields { number, limit, total, has_next_link: false }
    }

    #[test]
    fn the_page_of_a_request_is_in_its_query_or_its_cursor() {
        let page = |request: &Request| {
            let Page { number, limit, .. } = PageFields::default().page(PageFields::asked(request), 0);
            (number, limit)
        };
        let mut request = Request::get("/api/v1/self/logs").query("page", 3).query("limit", 5_000);
        assert_eq!(page(&request), (3, 1_000));
        assert_eq!(page(&Request::get("/api/v1/self/logs")), (1, 100));
        request = Request::get("/api/v1/self/apitokens");
        request.cursor = Some(Cursor::read("a=b&page=4").unwrap());
        assert_eq!(page(&request), (4, 100));
        let next = request.of_page(5);
        assert_eq!(page(&next).0, 5);
        assert_eq!(next.query.iter().filter(|(name, _)| name == "page").count(), 1);
    }

    #[test]
    fn an_answer_may_have_some_of_the_fields_only() {
        let asked = fields(Some(1), Some(1_000), None);
        for (said, came, limit, has_next) in [
            (fields(None, None, Some(2_500)), 1_000, 1_000, true),
            (fields(None, None, Some(1_000)), 1_000, 1_000, false),
            // The page is smaller than was asked for.
            (fields(None, None, Some(2_500)), 100, 100, true),
            (fields(None, None, Some(40)), 40, 1_000, false),
            (fields(None, Some(100), None), 100, 100, true),
            (fields(None, Some(100), None), 99, 100, false),
            (fields(None, Some(50), None), 50, 50, true),
            (fields(None, None, None), 1_000, 1_000, true),
            (fields(None, None, None), 999, 1_000, false),
            (fields(None, None, None), 100, 1_000, true),
            (fields(None, None, None), 2_000, 1_000, false),
            (fields(None, None, Some(2_000)), 2_000, 1_000, false),
            (fields(None, None, Some(2_000)), 0, 1_000, false),
            // The total is less than there are.
            (fields(None, Some(1_000), Some(10)), 1_000, 1_000, true),
            (fields(None, Some(1_000), Some(0)), 1_000, 1_000, true),
            (fields(None, Some(1_000), Some(10)), 999, 1_000, false),
            (fields(None, None, Some(10)), 245, 1_000, false),
            (fields(Some(2), Some(1_000), Some(1_500)), 1_000, 1_000, true),
            (fields(Some(2), Some(1_000), Some(2_000)), 1_000, 1_000, false),
        ] {
            let page = said.page(asked, came);
            assert_eq!((page.limit, page.has_next(came)), (limit, has_next), "{said:?}, {came} rows");
        }
        // The third page of 100 rows, and the last of 1,000.
        let said = fields(Some(3), None, Some(2_050));
        assert!(said.page(asked, 100).has_next(100));
        assert!(!said.page(asked, 50).has_next(50));
    }

    #[test]
    fn no_number_overflows() {
        for total in [None, Some(u64::MAX)] {
            let page = Page { number: u64::MAX, limit: u64::MAX, total };
            assert!(!page.has_next(u64::MAX - 1));
            fields(Some(u64::MAX), None, total).page(fields(None, Some(7), None), u64::MAX);
        }
    }
}
