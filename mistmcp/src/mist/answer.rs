//! HTTP response of Mist to a request that succeeded: JSON body, paging headers and file name ([`Answer`]).

use std::fmt;
#[cfg(feature = "query")]
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, DATE, HeaderMap, LINK};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::bounded_json::{self, Parsed, Unparsed};
use super::lossy_json::{self, Repairs};
use super::page::PageFields;
use crate::error::ErrorKind;
use crate::text::one_line;
use crate::work::{self, LARGE, Room};
use crate::{Error, Result};

/// A successful response of Mist.
#[derive(Clone, Debug)]
pub struct Answer {
    headers: Arc<HeaderMap>,
    body: Bytes,
    /// The final URL of the request.
    url: Arc<Url>,
    /// Permit for the memory of a large body.
    _room: Option<Arc<Room>>,
    /// Set if it was merged from the answers of accounts.
    merged: Option<Arc<MergedPage>>,
}

/// Pages of the same number of several accounts, as one page. Rows of organizations that an account is not used for are
/// left out, so that neither the number of rows nor a total tells where the list ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MergedPage {
    pub(crate) number: u64,
    /// Rows of an account in a page, before any are left out.
    pub(crate) limit: u64,
    /// Whether an account has a next page.
    pub(crate) has_next: bool,
    /// Whether an account that does not count its rows filled its page: if the tool has pages, there may be a next one.
    pub(crate) is_full: bool,
    /// Rows that are missing, and why.
    pub(crate) missing: Option<String>,
}

impl Answer {
    pub(crate) fn new(headers: HeaderMap, body: Bytes, url: &Url) -> Self {
        Self { headers: Arc::new(headers), body, url: Arc::new(url.clone()), _room: None, merged: None }
    }

    /// Attaches the memory permit, which is released with the last clone.
    pub(super) fn in_room(self, room: Option<Room>) -> Self {
        Self { _room: room.map(Arc::new), ..self }
    }

    /// Marks it as merged from the answers of accounts.
    pub(super) fn of_accounts(self, page: MergedPage) -> Self {
        Self { merged: Some(Arc::new(page)), ..self }
    }

    /// The page, if it was merged from the answers of accounts.
    pub(crate) fn merged(&self) -> Option<&MergedPage> {
        self.merged.as_deref()
    }

    /// Hash of the body, which tells a page that is answered twice.
    #[cfg(feature = "query")]
    pub(crate) fn digest(&self) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(&self.body)
    }

    /// Whether to parse the body off the async threads and within a memory limit.
    pub(crate) fn is_large(&self) -> bool {
        self.body.len() > LARGE
    }

    /// As [`json`](Self::json), off the async threads for a large body.
    pub(crate) async fn parsed(self) -> Result<Value> {
        if self.is_large() { work::on_large(move || self.json()).await? } else { self.json() }
    }

    /// The body as JSON, with the number of repairs. Of long lists the first rows are kept, each reduced by `pick`
    /// before.
    pub(crate) fn rows(&self, mut pick: impl FnMut(usize, &mut Value)) -> Result<(Parsed, Repairs)> {
        let error = match bounded_json::with_rows(self.text(), &mut pick) {
            Ok(parsed) => return Ok((parsed, Repairs::default())),
            Err(Unparsed::TooLarge) => return Err(Unparsed::too_large()),
            Err(Unparsed::NotJson(error)) => error,
        };
        let (text, repairs) = lossy_json::repaired(self.text()).ok_or_else(|| self.is_not_json(&error))?;
        match bounded_json::with_rows(text.as_bytes(), pick) {
            Ok(parsed) => Ok((parsed, repairs)),
            Err(Unparsed::TooLarge) => Err(Unparsed::too_large()),
            Err(Unparsed::NotJson(error)) => Err(self.is_not_json(&error)),
        }
    }

    /// The body as JSON; an empty one is `null`. Invalid characters are replaced.
    ///
    /// # Errors
    /// The body is not JSON, is truncated, or has rows that are not JSON.
    pub fn json(&self) -> Result<Value> {
        match self.read()? {
            (_, Repairs { truncated: true, .. }) => Err(self.is_not_json(&"it breaks off")),
            (_, Repairs { dropped: 1.., .. }) => Err(self.is_not_json(&"rows of it cannot be read")),
            (value, _) => Ok(value),
        }
    }

    /// As [`json`](Self::json), but without the rows that cannot be read: those that are not JSON, and the one in which a
    /// truncated answer breaks off. Also returns their number.
    ///
    /// # Errors
    /// The body is not JSON.
    pub async fn readable_json(self) -> Result<(Value, usize)> {
        let is_large = self.is_large();
        let read = move || {
            let (value, repairs) = self.read()?;
            Ok((value, repairs.dropped + usize::from(repairs.truncated)))
        };
        if is_large { work::on_large(read).await? } else { read() }
    }

    /// The body as JSON, and the repairs: of a truncated list the first rows are kept, and rows that are not JSON
    /// are dropped.
    pub(crate) fn read(&self) -> Result<(Value, Repairs)> {
        if self.is_large() {
            return self.large_json();
        }
        match self.strict_json() {
            Ok(value) => Ok((value, Repairs::default())),
            Err(error) => lossy_json::parse(self.text()).ok_or_else(|| self.is_not_json(&error)),
        }
    }

    fn large_json(&self) -> Result<(Value, Repairs)> {
        match bounded_json::whole(self.text()) {
            Ok(value) => Ok((value, Repairs::default())),
            Err(Unparsed::TooLarge) => Err(Unparsed::too_large()),
            Err(Unparsed::NotJson(error)) => {
                let (text, repairs) =
                    lossy_json::repaired(self.text()).ok_or_else(|| self.is_not_json(&error))?;
                match bounded_json::whole(text.as_bytes()) {
                    Ok(value) => Ok((value, repairs)),
                    Err(Unparsed::TooLarge) => Err(Unparsed::too_large()),
                    Err(Unparsed::NotJson(error)) => Err(self.is_not_json(&error)),
                }
            }
        }
    }

    fn is_not_json(&self, error: &dyn fmt::Display) -> Error {
        let what = if is_html(&self.headers, &self.body) || self.text().trim_ascii_start().starts_with(b"<") {
            "an HTML page in place of data; a proxy may stand between".to_owned()
        } else if error.to_string().starts_with("recursion limit exceeded") {
            let words = "Mist's answer is nested deeper than 127 levels, which are the most that are read. Do not try again.";
            return Error::new(ErrorKind::Cloud, words);
        } else {
            format!("something that is not JSON ({error})")
        };
        Error::new(
            ErrorKind::Cloud,
            format!(
                "Mist answered {what}. Try again once; if it stays, the network or a proxy has to be checked."
            ),
        )
    }

    /// The body as JSON, without repairs.
    pub(crate) fn strict_json(&self) -> serde_json::Result<Value> {
        let text = self.text();
        if text.trim_ascii().is_empty() { Ok(Value::Null) } else { serde_json::from_slice(text) }
    }

    /// The body without a byte-order mark.
    fn text(&self) -> &[u8] {
        without_mark(&self.body)
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The final URL of the request.
    pub(crate) fn url(&self) -> &Arc<Url> {
        &self.url
    }

    /// The unparsed body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The media type without parameters, in lower case.
    pub fn media_type(&self) -> Option<String> {
        media_type(&self.headers)
    }

    /// The file name of `Content-Disposition` (RFC 6266).
    pub fn file_name(&self) -> Option<String> {
        let text = self.headers.get(CONTENT_DISPOSITION)?.to_str().ok()?;
        // The name only, without any folders before it.
        let alone = |path: String| path.rsplit(['/', '\\']).next().map(str::to_owned);
        let name = |path: Option<String>| path.and_then(alone).filter(|name| !name.is_empty());
        let extended = parameter(text, "filename*").and_then(|value| decoded(&value));
        name(extended).or_else(|| name(parameter(text, "filename")))
    }

    /// Mist's time, from the `Date` header.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        DateTimeParser::new().parse_timestamp(self.headers.get(DATE)?.to_str().ok()?.trim()).ok()
    }

    /// Whether the body is JSON and not empty.
    pub(super) fn has_data(&self) -> bool {
        let text = self.text().trim_ascii();
        !matches!(text, b"" | b"null" | b"[]" | b"{}") && serde_json::from_slice::<IgnoredAny>(text).is_ok()
    }

    /// Bytes that caching it takes.
    pub(super) fn weight(&self) -> usize {
        const HEADER: usize = 96;
        self.body.len() + self.headers.len() * HEADER
    }

    /// The calls of this hour that Mist has counted and its limit, from `/api/v1/self/usage`.
    pub(super) fn usage(&self) -> Option<(u32, u32)> {
        #[derive(Deserialize)]
        struct Usage {
            requests: u32,
            request_limit: u32,
        }
        let usage: Usage = serde_json::from_slice(self.text()).ok()?;
        Some((usage.requests, usage.request_limit))
    }

    /// The page, from the `X-Page-*` headers.
    pub(crate) fn page(&self) -> PageFields {
        PageFields::of(|field| self.number(&format!("x-page-{field}")))
            .with_next_link(self.next_link().is_some())
    }

    /// The link to the next page in the `Link` header (RFC 8288).
    pub(crate) fn next_link(&self) -> Option<&str> {
        let values = self.headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
        let links = values.flat_map(|value| value.split('<').skip(1)).filter_map(|link| link.split_once('>'));
        let is_next = |parameter: &str| {
            let relations =
                parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel"));
            relations.is_some_and(|(_, names)| {
                names.trim_matches([' ', '"', ',']).split(' ').any(|name| name.eq_ignore_ascii_case("next"))
            })
        };
        links
            .into_iter()
            .find(|(_, parameters)| parameters.split([';', ',']).any(is_next))
            .map(|(url, _)| url)
    }

    fn number(&self, header: &str) -> Option<u64> {
        self.headers.get(header)?.to_str().ok()?.trim().parse().ok()
    }
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    text.split(';').next().map(|media_type| media_type.trim().to_ascii_lowercase())
}

/// Whether an answer is an HTML page, which Mist does not send: a proxy or a portal on the way has answered.
pub(super) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let body = without_mark(body).trim_ascii_start();
    let begins_with =
        |words: &[u8]| body.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words));
    media_type(headers).is_some_and(|media_type| media_type.contains("html"))
        || begins_with(b"<!doctype html")
        || begins_with(b"<html")
}

/// A parameter of a header, without its quotes: `x;y` of `attachment; name="x;y"`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parameters = header.split(|letter: char| {
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && is_quoted && !is_escaped;
        letter == ';' && !is_quoted
    });
    let mut parameters = parameters.filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?;
    let value = value.trim();
    let value = value.strip_prefix('"').unwrap_or(value);
    let value = value.strip_suffix('"').unwrap_or(value);
    Some(value.replace("\\\"", "\""))
}

/// An extended value of a parameter (RFC 8187): `Zürich.csv` of `UTF-8''Z%C3%BCrich.csv`.
fn decoded(value: &str) -> Option<String> {
    let (charset, value) = value.split_once('\'')?;
    let (_, encoded) = value.split_once('\'')?;
    let text = percent_decode_str(encoded).decode_utf8_lossy();
    charset.eq_ignore_ascii_case("utf-8").then(|| one_line(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_from_other_answers() {
        for (media_type, body, wanted) in [
            ("text/html; charset=utf-8", "", true),
            ("application/json", "\u{feff}\n<!DOCTYPE html>", true),
            ("", "<HTML><body>", true),
            ("application/samlmetadata+xml", "<EntityDescriptor>", false),
            ("image/svg+xml", "<?xml version=\"1.0\"?><svg>", false),
            ("application/json", "{\"html\":\"<html>\"}", false),
            ("", "<", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, media_type.parse().unwrap())]);
            assert_eq!(is_html(&headers, body.as_bytes()), wanted, "{media_type} {body}");
        }
    }

    #[test]
    fn the_name_of_a_file_is_read_however_it_is_written() {
        let url = Url::parse("https://api.mist.com/api/v1/x").unwrap();
        for (disposition, wanted) in [
            ("attachment; filename=\"devices.csv\"", Some("devices.csv")),
            ("attachment; filename=a b.csv; size=3", Some("a b.csv")),
            ("attachment;FileName = \"a.csv\"", Some("a.csv")),
            ("attachment; filename=\"a;b.csv\"; size=3", Some("a;b.csv")),
            ("attachment; x=\"filename=b\"; filename=\"say \\\"a\\\"; b.csv\"", Some("say \"a\"; b.csv")),
            ("attachment; filename=\"x.csv\"; filename*=utf-8'de'Z%C3%BCrich%3B.csv", Some("Zürich;.csv")),
            ("attachment; filename*=ISO-8859-1''Z%FCrich.csv; filename=x.csv", Some("x.csv")),
            ("attachment; filename*=UTF-8''..%2Fa%1B.csv", Some("a<U+001B>.csv")),
            ("attachment; filename=\"C:\\folder\\a.csv\"", Some("a.csv")),
            ("attachment; filename=\"say \\\"a\\\"\"", Some("say \"a\"")),
            ("attachment; filename*=UTF-8''a%2F; filename=x.csv", Some("x.csv")),
            ("attachment; filename=\"/a/\"", None),
            ("attachment; filename=\"\"", None),
            ("inline", None),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_DISPOSITION, disposition.parse().unwrap())]);
            let name = Answer::new(headers, Bytes::new(), &url).file_name();
            assert_eq!(name.as_deref(), wanted, "{disposition}");
        }
    }

    #[test]
    fn the_next_page_is_that_of_the_link_header() {
        let url = Url::parse("https://api.mist.com/api/v1/x").unwrap();
        for (links, wanted) in [
            (&["</api/v1/x?page=2>; rel=\"next\""][..], Some("/api/v1/x?page=2")),
            (&["<a>; rel=prev, <b,c>; title=\"rel=next\"; REL=Next"], Some("b,c")),
            (&["<a>; rel=\"last\"", "<b>;rel=\"last next\", <c>; rel=first"], Some("b")),
            (&["<a>; rel=last, <b>; rel=\"nextcloud\""], None),
            (&["a; rel=next", "<b", ""], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for link in links {
                headers.append(LINK, link.parse().unwrap());
            }
            let answer = Answer::new(headers, Bytes::new(), &url);
            assert_eq!(answer.next_link(), wanted, "{links:?}");
            assert_eq!(answer.page().has_next_link(), wanted.is_some(), "{links:?}");
        }
    }
}
