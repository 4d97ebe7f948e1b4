//! Tables of JSON in a text: the names of the columns in one list, and the cells of each row in another ([`find`]).

use std::ops::Range;

use super::columns::{NAMES, ROWS};
use super::field_context::FieldContext;
use super::hidden_ranges::HiddenRanges;
use super::names::{Sense, is_one_of};
use super::remarks::is_remark;
use super::tables::is_name;
use crate::work::steps::count;

/// Deepest nesting that is followed, and most lists and objects of a text.
const DEEPEST: usize = 64;
const MOST: usize = 50_000;

/// Fields of an object that describes a column, with its name.
const NAME: &[&str] = &["field", "id", "key", "name", "title"];

/// A list or an object of a text.
struct Node<'a> {
    is_list: bool,
    /// The name that it has in an object.
    key: &'a str,
    parent: Option<usize>,
    /// Lists and objects in it, and values: where they stand, without quotes.
    nodes: Vec<usize>,
    values: Vec<Range<usize>>,
    /// The name of the column that an object describes.
    name: Option<&'a str>,
}

/// Covers the cells of secret columns.
pub(super) fn find(text: &str, context: FieldContext, cover: &mut HiddenRanges) {
    let lists = |text: &str| text.split('[').skip(1).any(|inside| inside.trim_start().is_empty());
    if !lists(text) {
        return;
    }
    count(text.len());
    tables(text, &nodes(text, false), context, cover);
    if text.contains("\\\"") {
        tables(text, &nodes(text, true), context, cover);
    }
}

fn tables(text: &str, nodes: &[Node<'_>], context: FieldContext, cover: &mut HiddenRanges) {
    // One list of names for each table, so that its rows are read once.
    let mut is_read = vec![false; nodes.len()];
    // A list whose first row has the names.
    let is_headed = |list: &Node<'_>| list.is_list && (list.key.is_empty() || is_one_of(list.key, ROWS));
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| node.is_list) {
        let Some(place) = node.parent.filter(|place| !is_read[*place]) else { continue };
        let parent = &nodes[place];
        let names = names(text, node, nodes);
        let senses: Vec<_> = names.iter().map(|name| context.sense(name)).collect();
        let is_secret = |sense: &Sense| matches!(sense, Sense::Secret | Sense::Credential | Sense::PairValue);
        if names.len() < 2 || !senses.iter().any(is_secret) || !names.iter().all(|name| is_name(name)) {
            continue;
        }
        let is_row = |row: &&usize| nodes[**row].is_list && nodes[**row].values.len() == names.len();
        let rows: Vec<_> = if !parent.is_list && is_one_of(node.key, NAMES) {
            let tables = parent.nodes.iter().filter(|table| is_one_of(nodes[**table].key, ROWS));
            tables.flat_map(|table| &nodes[*table].nodes).filter(is_row).collect()
        } else if is_headed(parent)
            && is_header(&names, &senses)
            && parent.nodes.first() == Some(&at)
            && parent.nodes.iter().all(|row| is_row(&row))
        {
            parent.nodes[1..].iter().collect()
        } else {
            continue;
        };
        is_read[place] = true;
        for row in rows {
            hide(text, &names, &senses, &nodes[*row].values, context, cover);
        }
    }
}

/// Whether a first row has the names of columns, and is no pair of a name and a value as the others are.
fn is_header(names: &[&str], senses: &[Sense]) -> bool {
    const OWNERS: &[&str] = &["account", "login", "name", "ssid", "user", "username"];
    let is_secret = |sense: &Sense| matches!(sense, Sense::Secret | Sense::Credential);
    !is_secret(&senses[0]) && senses.iter().any(is_secret) && (names.len() > 2 || is_one_of(names[0], OWNERS))
}

/// The names of columns: a list of texts, or of objects that have one each.
fn names<'a>(text: &'a str, list: &Node<'a>, nodes: &[Node<'a>]) -> Vec<&'a str> {
    let texts = list.values.iter().map(|value| &text[value.clone()]);
    let described = list.nodes.iter().filter_map(|node| nodes[*node].name);
    if list.nodes.is_empty() { texts.collect() } else { described.collect() }
}

/// Covers the secrets of a row.
fn hide(
    text: &str,
    names: &[&str],
    senses: &[Sense],
    cells: &[Range<usize>],
    context: FieldContext,
    cover: &mut HiddenRanges,
) {
    let columns = || names.iter().zip(senses).zip(cells);
    let pair = columns().any(|((name, sense), cell)| {
        matches!(sense, Sense::PairName | Sense::Key) && context.names_secret(name, &text[cell.clone()])
    });
    for ((_, sense), cell) in columns() {
        let is_secret =
            matches!(sense, Sense::Secret | Sense::Credential) || pair && *sense == Sense::PairValue;
        let value = &text[cell.clone()];
        if is_secret && !value.is_empty() && !matches!(value, "null" | "true" | "false") && !is_remark(value)
        {
            cover.add(cell.clone());
        }
    }
}

/// The lists and objects of a text. What is outside of them is skipped. `within` reads those of a quoted text within it, whose
/// quotes have backslashes before them.
fn nodes(text: &str, within: bool) -> Vec<Node<'_>> {
    let bytes = text.as_bytes();
    let mut nodes: Vec<Node<'_>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let (mut at, mut key) = (0, "");
    while at < bytes.len() {
        match bytes[at] {
            sign @ (b'[' | b'{') => {
                if open.len() == DEEPEST || nodes.len() == MOST {
                    break;
                }
                let (parent, own) = (open.last().copied(), nodes.len());
                if let Some(parent) = parent {
                    nodes[parent].nodes.push(own);
                }
                let key = std::mem::take(&mut key);
                let is_list = sign == b'[';
                nodes.push(Node { is_list, key, parent, nodes: Vec::new(), values: Vec::new(), name: None });
                open.push(own);
            }
            b']' | b'}' => _ = open.pop(),
            b',' => key = "",
            b'\\' if within => {}
            sign if !open.is_empty() && !sign.is_ascii_whitespace() && sign != b':' => {
                let (value, end) = value(bytes, at, within);
                let node = &mut nodes[open[open.len() - 1]];
                let written = text.get(value.clone()).unwrap_or_default();
                let behind = bytes[end..].iter().position(|byte| !byte.is_ascii_whitespace());
                if behind.is_some_and(|behind| bytes[end + behind] == b':') {
                    // Where quotes of a text within a text were not escaped, one is a part of the name.
                    key = written.trim_matches(['"', '\'', '\\']);
                } else {
                    if is_one_of(key, NAME) {
                        node.name = Some(written);
                    }
                    node.values.push(value);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    nodes
}

/// Where a value stands, without its quotes, and where it ends.
fn value(bytes: &[u8], at: usize, within: bool) -> (Range<usize>, usize) {
    let quote = bytes[at];
    if matches!(quote, b'"' | b'\'') {
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != quote {
            end += if bytes[end] == b'\\' && !within { 2 } else { 1 };
        }
        let end = end.min(bytes.len());
        let escapes = bytes[at + 1..end].iter().rev().take_while(|byte| within && **byte == b'\\').count();
        return (at + 1..end - escapes, (end + 1).min(bytes.len()));
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"[]{},:".contains(byte);
    let end = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length.max(1));
    (at..end, end)
}
