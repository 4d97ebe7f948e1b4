//! The columns of a list: the union of its rows' fields, chosen and put into an order.

use std::collections::HashMap;

use crate::mist::api::fields::{COLUMN_ORDER, LAST_COLUMNS};
use crate::text::UniqueNames;

/// The path of a field in a row: a zero character and a name for each level. Dots would not do: names may have dots, and two
/// fields would share one column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct FieldPath(String);

impl FieldPath {
    /// The path of the field `name` inside this one.
    pub(super) fn inside(&self, name: &str) -> Self {
        Self(format!("{}\0{name}", self.0))
    }

    /// The name of the field by itself.
    pub(super) fn last(&self) -> &str {
        self.0.rsplit('\0').next().unwrap_or_default()
    }

    /// As text, with dots; `value` for a row that is no object, and for a field without a name.
    pub(super) fn text(&self) -> String {
        match self.0.strip_prefix('\0') {
            None | Some("") => "value".to_owned(),
            Some(names) => names.replace('\0', "."),
        }
    }
}

/// One column, with the cell of each row that has one.
#[derive(Debug)]
pub(super) struct Column<T> {
    /// A name that no other column has.
    pub(super) name: String,
    /// The path as text, which another column may have as well.
    path: String,
    pub(super) cells: HashMap<usize, T>,
}

/// A column for every field that a row has, in the order in which they come. Equal names get a number.
pub(super) fn union<T>(rows: impl Iterator<Item = Vec<(FieldPath, T)>>) -> Vec<Column<T>> {
    let mut columns: Vec<Column<T>> = Vec::new();
    let mut places: HashMap<FieldPath, usize> = HashMap::new();
    let mut names = UniqueNames::default();
    for (row, fields) in rows.enumerate() {
        for (path, cell) in fields {
            let place = *places.entry(path).or_insert_with_key(|path| {
                let path = path.text();
                columns.push(Column { name: names.add(path.clone()), path, cells: HashMap::new() });
                columns.len() - 1
            });
            columns[place].cells.insert(row, cell);
        }
    }
    columns
}

/// The columns of the chosen fields, in their order, each with its nested fields that are not chosen themselves. A field that no
/// row has is an empty column.
pub(super) fn chosen<T>(columns: Vec<Column<T>>, fields: &[String]) -> Vec<Column<T>> {
    if fields.is_empty() {
        return columns;
    }
    let mut left: Vec<_> = columns.into_iter().map(Some).collect();
    let mut chosen = Vec::new();
    for field in fields {
        let before = chosen.len();
        let is_of = |column: &Column<T>| {
            column.path.strip_prefix(field.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('.') && !fields.contains(&column.path)
            })
        };
        chosen.extend(left.iter_mut().filter_map(|column| column.take_if(|column| is_of(column))));
        if chosen.len() == before {
            chosen.push(Column { name: field.clone(), path: field.clone(), cells: HashMap::new() });
        }
    }
    chosen
}

/// Sorts columns for people, the ones that matter most first.
pub(super) fn by_importance<T>(columns: &mut [Column<T>]) {
    let has = |name: &str| columns.iter().any(|column| column.name == name);
    let names = COLUMN_ORDER[0].iter().skip(1).filter(|name| **name != "port_id");
    let has_name = names.copied().any(has) || has("last_hostname");
    let has_status = COLUMN_ORDER[1].iter().any(|name| has(name));
    let rank = |name: &str| -> (usize, usize) {
        match name {
            // An address names what has no name.
            "mac" if !has_name => return (0, usize::MAX),
            // Rows without a state are events, which their time distinguishes.
            "timestamp" if !has_status => return (1, usize::MAX),
            // The same name again.
            "hostname" if has("name") => return (3, usize::MAX),
            "ap_name" if has("device_name") => return (3, usize::MAX),
            "last_hostname" if !has("hostname") => return (0, 3),
            _ => {}
        }
        let found = COLUMN_ORDER.iter().enumerate().find_map(|(rank, names)| {
            names.iter().position(|other| *other == name).map(|place| (rank, place))
        });
        let is_id = name == "id" || ["_id", "_ids"].iter().any(|end| name.ends_with(end));
        let other = match name {
            _ if is_id || LAST_COLUMNS.contains(&name) => COLUMN_ORDER.len() + 1,
            _ if name.contains('.') => COLUMN_ORDER.len(),
            _ => COLUMN_ORDER.len() - 1,
        };
        found.unwrap_or((other, 0))
    };
    let ranks: HashMap<String, (usize, usize)> =
        columns.iter().map(|column| (column.name.clone(), rank(&column.name))).collect();
    columns.sort_by_key(|column| ranks.get(&column.name).copied());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Column<u8>> {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            path: (*name).to_owned(),
            cells: HashMap::new(),
        };
        names.iter().map(column).collect()
    }

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut columns = columns(names);
        by_importance(&mut columns);
        columns.into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn a_chosen_column_is_not_given_twice_with_one_whose_name_is_its_beginning() {
        let fields = ["a", "b", "a.c", "a.b"].map(str::to_owned);
        let chosen = chosen(columns(&["a", "a.b", "a.c", "a.d", "b"]), &fields);
        let names: Vec<_> = chosen.into_iter().map(|column| column.name).collect();
        assert_eq!(names, ["a", "a.d", "b", "a.c", "a.b"]);
    }

    #[test]
    fn site_name_device_and_state_come_first_and_ids_last() {
        let stats =
            ["id", "org_id", "x", "type", "mac", "radio.channel", "name", "status", "timestamp", "site"];
        let wanted =
            ["site", "name", "status", "type", "mac", "timestamp", "radio.channel", "id", "org_id", "x"];
        assert_eq!(sorted(&stats), wanted);
    }

    #[test]
    fn an_event_has_its_time_before_its_text_and_an_address_replaces_a_name() {
        assert_eq!(
            sorted(&["text", "timestamp", "type", "ap", "site"]),
            ["site", "ap", "timestamp", "type", "text"]
        );
        assert_eq!(sorted(&["vlan", "mac", "site"]), ["site", "mac", "vlan"]);
        assert_eq!(
            sorted(&["src_ip", "id", "admin_id", "admin_name", "message", "timestamp", "for_site"]),
            ["admin_name", "timestamp", "message", "src_ip", "id", "admin_id", "for_site"]
        );
    }

    #[test]
    fn a_port_has_its_device_number_state_and_speed_first() {
        let port = ["active", "type", "port_mac", "up", "speed", "port_id", "device", "site"];
        assert_eq!(sorted(&port)[..5], ["site", "device", "port_id", "up", "speed"]);
        // Where the device has no name, its address stands for it.
        assert_eq!(sorted(&["up", "port_id", "mac"]), ["port_id", "mac", "up"]);
    }

    #[test]
    fn chosen_fields_keep_their_order_with_what_is_nested_in_them_and_empty_where_there_is_none() {
        let names = |fields: &[&str]| {
            let fields: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
            let chosen = chosen(columns(&["a", "b.c", "b.d", "bc"]), &fields);
            chosen.into_iter().map(|column| column.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["bc", "b", "none", "a"]), ["bc", "b.c", "b.d", "none", "a"]);
        assert_eq!(names(&[]), ["a", "b.c", "b.d", "bc"]);
    }
}
