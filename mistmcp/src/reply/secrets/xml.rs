//! Secrets between the tags of XML, and in its attributes that name them.

use std::ops::Range;

use super::field_context::FieldContext;
use super::headers::is_method;
use super::hidden_ranges::HiddenRanges;
use super::names::{Sense, is_about};
use super::remarks::is_message;
use crate::work::steps::count;

/// Start of a section in which `<` does not open a tag.
const CDATA: &str = "<![CDATA[";

/// Elements of XML signatures and of SAML whose text is a secret: with it, what was captured could be used again.
const SECRET_ELEMENTS: [&str; 3] = ["SignatureValue", "EncryptedAssertion", "CipherValue"];

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// An open element.
struct Element<'a> {
    name: &'a str,
    context: FieldContext,
    secret: bool,
    /// Of a pair of name and value: whether the name is a secret's, and the values that stood before it.
    pair: bool,
    values: Vec<Range<usize>>,
    /// The element in it that named a secret last, whose value the next element is: `<key>psk</key><string>x</string>`.
    named: Option<&'a str>,
    /// Where its text begins.
    text: usize,
}

/// Covers the secrets of elements in a text.
pub(super) fn find(text: &str, cover: &mut HiddenRanges) {
    if memchr::memchr(b'<', text.as_bytes()).is_none() {
        return;
    }
    // The text itself, for elements that are in no other.
    let mut open = vec![Element {
        name: "",
        context: FieldContext::default(),
        secret: false,
        pair: false,
        values: Vec::new(),
        named: None,
        text: 0,
    }];
    let mut columns = Columns::default();
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        count(start - at);
        let is_tag = |byte: &u8| byte.is_ascii_alphabetic() || b"_/!?".contains(byte);
        if !text.as_bytes().get(start + 1).is_some_and(is_tag) {
            // A sign of comparison in a text.
            at = start + 1;
            continue;
        }
        if let Some(inner) = text[start..].strip_prefix(CDATA) {
            let body = start + CDATA.len();
            let end = body + inner.find("]]>").unwrap_or(inner.len());
            count(end - body);
            if open.last().is_some_and(|element| element.secret) && !is_message(&text[body..end]) {
                cover.add(body..end);
            }
            at = (end + 3).min(text.len());
            continue;
        }
        let end = text[start..].find('>').map(|found| start + found);
        count(end.unwrap_or(text.len()) - start);
        let Some(end) = end else { break };
        let tag = &text[start + 1..end];
        if let Some(closed) = tag.strip_prefix('/') {
            close(text, closed.trim(), start, &mut open, &mut columns, cover);
        } else if !tag.starts_with(['!', '?']) {
            let empty = tag.ends_with('/');
            let element = element(start + 1, tag, open.last(), end + 1, cover);
            if element.name == "tr" {
                columns.cell = 0;
            }
            if !empty && open.len() < DEEPEST {
                open.push(element);
            }
        }
        at = end + 1;
    }
    // A text that was cut ends inside an element.
    if let Some(element) = open.last().filter(|element| element.secret)
        && let Some(range) = trimmed(text, element.text..text.len())
        && !text[range.clone()].contains('<')
    {
        cover.add(range);
    }
}

fn element<'a>(
    start: usize,
    tag: &'a str,
    above: Option<&Element<'a>>,
    body: usize,
    cover: &mut HiddenRanges,
) -> Element<'a> {
    let end = tag.find(|letter: char| letter.is_whitespace() || letter == '/').unwrap_or(tag.len());
    let full = &tag[..end];
    let name = full.rsplit(':').next().unwrap_or(full);
    let context = above.map(|above| above.context).unwrap_or_default();
    let inherited = above.is_some_and(|above| above.secret);
    // In Junos the name of a community of SNMP is the secret itself.
    let community = above.is_some_and(|above| above.name == "community" && above.secret);
    let sense = context.sense(name);
    let secret = match sense {
        Sense::Secret => true,
        _ if SECRET_ELEMENTS.contains(&name) => true,
        _ if inherited && community => name == "name",
        _ if inherited => !is_about(name),
        _ => false,
    };
    let mut element = Element {
        name,
        context: context.below(name),
        secret,
        pair: false,
        values: Vec::new(),
        named: None,
        text: body,
    };
    let attributes = &tag[end..];
    let mut named = false;
    let mut value = None;
    for (attribute, range) in attributes_of(attributes, start + end) {
        let quoted = &tag[range.start - start..range.end - start];
        match context.sense(attribute) {
            Sense::PairName | Sense::Key | Sense::Plain
                if ["name", "key", "id"].contains(&attribute)
                    || context.sense(attribute) == Sense::PairName =>
            {
                named |= matches!(context.sense(quoted), Sense::Secret);
            }
            Sense::PairValue => value = Some(range),
            _ => {}
        }
    }
    element.secret |= named;
    if let Some(value) = value.filter(|_| named || sense == Sense::Secret) {
        cover.add(value);
    }
    element
}

/// The attributes of a tag, with the ranges of their values.
fn attributes_of(attributes: &str, base: usize) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(equals) = attributes[at..].find('=').map(|found| at + found) {
        let name = attributes[at..equals].trim();
        let after = attributes[equals + 1..].trim_start();
        let open = attributes.len() - after.len();
        let Some(quote) = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { break };
        let Some(length) = attributes[open + 1..].find(quote) else { break };
        let close = open + 1 + length;
        if found.len() < 32 {
            found.push((name, base + open + 1..base + close));
        }
        at = close + 1;
    }
    found
}

/// The columns of a table in HTML.
#[derive(Default)]
struct Columns {
    /// Which of them are secret, by the last row of names.
    secret: Vec<bool>,
    /// The number of the next cell in its row.
    cell: usize,
}

impl Columns {
    /// Counts a cell. Returns whether it is a secret.
    fn is_secret(&mut self, element: &Element<'_>, value: &str) -> bool {
        const MOST: usize = 64;
        let is_name = element.name == "th";
        if !is_name && element.name != "td" {
            return false;
        }
        let cell = self.cell;
        self.cell += 1;
        if is_name {
            if cell == 0 {
                self.secret.clear();
            }
            if cell < MOST {
                let sense = element.context.sense(value.trim());
                self.secret.push(matches!(sense, Sense::Secret | Sense::Credential));
            }
        }
        !is_name && self.secret.get(cell) == Some(&true) && !is_method(value.trim())
    }
}

fn close<'a>(
    text: &'a str,
    name: &str,
    end: usize,
    open: &mut Vec<Element<'a>>,
    columns: &mut Columns,
    cover: &mut HiddenRanges,
) {
    let name = name.rsplit(':').next().unwrap_or(name);
    let Some(index) = open.iter().rposition(|element| element.name == name) else { return };
    let leaf = index + 1 == open.len();
    open.truncate(index + 1);
    let Some(element) = open.pop() else { return };
    let column = columns.is_secret(&element, text.get(element.text..end).unwrap_or_default());
    let Some(range) = leaf.then(|| trimmed(text, element.text..end)).flatten() else { return };
    let value = &text[range.clone()];
    if value.contains('<') || is_message(value) {
        return;
    }
    if element.secret || column {
        cover.add(range);
        return;
    }
    let Some(above) = open.last_mut() else { return };
    if let Some(label) = above.named.take()
        && is_value_of(label, element.name)
        && !is_method(value)
    {
        cover.add(range);
        return;
    }
    if LABELS.iter().any(|(label, _)| *label == element.name)
        && matches!(above.context.sense(value.trim_end_matches(':')), Sense::Secret | Sense::Credential)
    {
        above.named = Some(element.name);
    }
    match above.context.sense(element.name) {
        Sense::PairName | Sense::Key => {
            above.pair = above.context.names_secret(element.name, value);
            for range in std::mem::take(&mut above.values) {
                if above.pair {
                    cover.add(range);
                }
            }
        }
        Sense::PairValue if above.pair => cover.add(range),
        Sense::PairValue if above.values.len() < 4 => above.values.push(range),
        _ => {}
    }
}

/// Elements that name the value in the element after them, and which that is; any, where it is empty.
const LABELS: [(&str, &str); 4] = [("dt", "dd"), ("key", ""), ("td", "td"), ("th", "td")];

fn is_value_of(label: &str, name: &str) -> bool {
    LABELS.iter().any(|(other, value)| *other == label && (value.is_empty() || *value == name))
}

/// A range without the white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let inner = text.get(range.clone())?;
    count(inner.len());
    let start = range.start + inner.len() - inner.trim_start().len();
    let end = start + inner.trim().len();
    (start < end).then_some(start..end)
}
