//! Parsing of a call's arguments ([`Entry::parse`]), which reports all mistakes at once.

use std::num::NonZero;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Entry;
use crate::argument::{Arguments, ValueReader};
use crate::error::ErrorKind;
use crate::mist::{CURSOR, Cursor};
use crate::param::{Param, ParamKind};
use crate::suggestion::{did_you_mean, listed};
use crate::text::shortened;
use crate::{Arg, Error, Result, Time};

/// Maximum number of unknown parameters that an error names.
const MAX_NAMED: usize = 5;

impl Entry {
    /// Parses the arguments. Removes those that count as missing, and reports all that are invalid at once.
    pub(crate) fn parse(&self, arguments: Map<String, Value>) -> Result<Arguments> {
        let mut mistakes: Vec<Error> = Vec::new();
        let known = |name: &str| self.takes(name) || name == CURSOR && self.takes_cursor();
        let unknown: Vec<_> = arguments.keys().filter(|name| !known(name)).collect();
        if unknown.len() > MAX_NAMED {
            let words = format!("{} parameters are unknown.", unknown.len());
            mistakes.push(Error::own(ErrorKind::Arguments, words));
        }
        mistakes.extend(unknown.iter().take(MAX_NAMED).map(|name| self.unknown(name)));
        let cursor = self.cursor(&arguments);
        let mut arguments = Arguments::new(arguments);
        match cursor {
            Ok(Some(cursor)) => arguments.set_parsed(CURSOR, Box::new(cursor)),
            Ok(None) => {}
            Err(mistake) => mistakes.push(mistake),
        }
        for param in &self.params {
            let value = arguments.values().get(param.name);
            let parsed = match (param.kind, value) {
                (ParamKind::Group(..), _) => continue,
                (ParamKind::Value(reader), Some(value)) if !(reader.is_absent)(value) => {
                    too_few_rows(param, value).map_or_else(|| read(param, reader.read, value), Err)
                }
                (ParamKind::Body(reader), Some(value)) => read(param, reader.read, value),
                _ => {
                    arguments.values_mut().remove(param.name);
                    mistakes.extend(param.required().then(|| missing(param)));
                    continue;
                }
            };
            match parsed {
                Ok(parsed) => arguments.set_parsed(param.name, parsed),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() {
            mistakes.extend(self.meaningless(arguments.values()));
        }
        if mistakes.is_empty() {
            return Ok(arguments);
        }
        let error = Error::own(ErrorKind::Arguments, format!("{}:", self.tool.name));
        Err(mistakes.into_iter().fold(error, |error, mistake| error.append_own(" ").append_error(mistake)))
    }

    /// The mistake in arguments that can be read, and that no answer fits: a window that ends before it begins.
    fn meaningless(&self, arguments: &Map<String, Value>) -> Option<Error> {
        let own = |words: String| Some(Error::own(ErrorKind::Arguments, words));
        let now = Timestamp::now().as_second();
        let time = |name: &str| Time::read(arguments.get(name)?).ok()?.epoch(now);
        let is_reversed = self.takes("start") && self.takes("end") && time("start")? > time("end")?;
        if is_reversed {
            return own(
                "`start` is later than `end`: swap them, or leave out `end`, which is now.".to_owned()
            );
        }
        None
    }

    fn unknown(&self, name: &str) -> Error {
        let names: Vec<_> = self.params.iter().map(|param| param.name).collect();
        let remedy = match did_you_mean(name, names.iter().copied()) {
            Some(suggestion) => suggestion,
            None if names.is_empty() => "; it takes none.".to_owned(),
            None => format!("; it takes {}.", listed(names)),
        };
        Error::own(ErrorKind::Arguments, format!("There is no parameter `{}`{remedy}", shortened(name, 60)))
    }

    /// The cursor of a call.
    fn cursor(&self, arguments: &Map<String, Value>) -> Result<Option<Cursor>> {
        let given = arguments.get(CURSOR).filter(|value| self.takes_cursor() && !String::is_absent(value));
        let Some(value) = given else { return Ok(None) };
        let cursor = Cursor::read(value.as_str().unwrap_or_default());
        let cursor = cursor.map_err(|mismatch| Error::argument(CURSOR, value, &mismatch))?;
        let parameter = cursor.names().find(|name| self.takes(name));
        match parameter {
            None => Ok(Some(cursor)),
            Some(name) => Err(Error::new(
                ErrorKind::Arguments,
                format!("`{name}` is a parameter of its own and not a part of `cursor`."),
            )),
        }
    }
}

/// Parses an argument whose value the server has replaced.
pub(super) fn parse_again(param: &Param, arguments: &mut Arguments) -> Result<()> {
    let (Some(reader), Some(value)) = (param.reader(), arguments.values().get(param.name)) else {
        return Ok(());
    };
    let parsed = read(param, reader.read, value)?;
    arguments.set_parsed(param.name, parsed);
    Ok(())
}

/// The mistake in a `limit`: a page has at least one row, whatever the type of the parameter takes.
fn too_few_rows(param: &Param, value: &Value) -> Option<Error> {
    let is_number =
        |reader: &ValueReader| (reader.schema)().get("type").is_some_and(|kind| kind == "integer");
    if param.name != "limit" || !param.reader().is_some_and(is_number) {
        return None;
    }
    let mismatch = NonZero::<u32>::read(value).err()?;
    let number = i64::read(value).map(Value::from);
    Some(Error::argument(param.name, number.as_ref().unwrap_or(value), &mismatch))
}

fn read<T>(param: &Param, reader: fn(&Value) -> Result<T, crate::Mismatch>, value: &Value) -> Result<T> {
    reader(value).map_err(|mismatch| Error::argument(param.name, value, &mismatch))
}

fn missing(param: &Param) -> Error {
    Error::own(ErrorKind::Arguments, format!("`{}` is missing: ", param.name))
        .append_description(param.description)
}
