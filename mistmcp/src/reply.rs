//! Replies of tools ([`Reply`]) and their rendering for clients: one shape for lists, pruned, redacted, truncated
//! to a size limit.

mod block;
mod content;
#[cfg(feature = "query")]
mod empty_fields;
mod field_mask;
mod file;
mod link;
mod list;
mod measure;
mod page;
mod parts;
mod prune;
mod refetch;
mod request_facts;
mod row_buffer;
#[cfg(feature = "query")]
mod rows;
mod secrets;
mod sentences;
mod source;
mod truncate;
mod view_data;
mod window;

#[cfg(test)]
mod properties;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use block::{Block, Media};
pub use content::Content;
pub use file::File;
#[cfg(feature = "cli")]
pub(crate) use list::EMPTY_PAGE;
use list::List;
#[cfg(any(feature = "query", feature = "cli"))]
pub(crate) use list::put_times_into_rows;
pub(crate) use refetch::refetch_to_fit;
pub(crate) use request_facts::{Expected, RequestFacts};
pub(crate) use secrets::{HIDDEN, redact_object, redact_text};
pub use secrets::{is_name_of_pair, is_value_of_pair};
pub(crate) use source::Offset;
use source::Source;

use crate::error::ErrorKind;
use crate::mist::api::list_shape::rows_of;
use crate::mist::{Answer, Parsed, Repairs};
use crate::work::{self, LARGE, QUICK};
use crate::{Error, Fields, Result};

/// The note of an answer of Mist without content.
const NOTHING: &str = "Mist's answer is empty: there is nothing at this place.";

/// The reply of a tool, before rendering.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub(crate) body: Body,
    /// How names in the arguments were resolved, to be shown beside the answer.
    pub(crate) notes: Vec<String>,
    /// Arguments used in place of those of the call. The next page needs them too.
    pub(crate) instead: Map<String, Value>,
    /// Data that only the view of the tool shows.
    pub(crate) view_data: Option<Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// Data, and what is known of the HTTP response that it came in.
    Data {
        value: Value,
        source: Source,
    },
    File(File),
    Blocks(Vec<Block>),
}

/// Rendering options of replies, set by the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Maximum bytes of text.
    pub max_bytes: usize,
    /// Output format.
    pub format: Format,
    /// Whether secrets such as passwords are shown.
    pub show_secrets: bool,
}

/// Output format of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// Compact JSON.
    Json,
    /// TOON, which takes fewer tokens for tables.
    Toon,
}

/// A rendered reply, and whether refetching fewer rows would give a better one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rendered {
    pub(crate) content: Content,
    /// The arguments with which the rows fit. Mist's `next` points past the rows that were cut, so the call must be
    /// repeated with these to get the `next` after them.
    pub(crate) ask_again_with: Option<Map<String, Value>>,
}

impl Reply {
    /// A reply with any serializable value.
    ///
    /// # Errors
    /// The value does not serialize.
    pub fn json(value: impl Serialize) -> Result<Self> {
        serde_json::to_value(value)
            .map(|value| Self::of(Body::Data { value, source: Source::default() }))
            .map_err(|error| Error::new(ErrorKind::Advice, format!("The answer cannot be written: {error}.")))
    }

    /// Adds data that only the tool's [view](macro@crate::view) needs, such as each port of a switch. Clients that show views get it
    /// as `view` in the structured content, with secrets redacted; the text for the model does not have it.
    ///
    /// ```
    /// # use mistmcp::{Reply, serde_json::json};
    /// let reply = Reply::json(json!({ "verdict": "One port is down." }))?.with_view(json!({ "ports": [] }));
    /// # Ok::<(), mistmcp::Error>(())
    /// ```
    pub fn with_view(self, data: Value) -> Self {
        Self { view_data: Some(data), ..self }
    }

    /// A reply with rows of a list that the tool made of redacted rows, for a tool with a parameter `offset`: `next`
    /// skips the rows that were answered.
    #[cfg(feature = "query")]
    pub(crate) fn rows_from(offset: Offset, value: Value) -> Self {
        let source = Source { offset: Some(offset), is_redacted: true, ..Source::default() };
        Self::of(Body::Data { value, source })
    }

    /// A reply with the object of an answer to a question. Its own sentences, which are the verdict, the summaries of its
    /// findings and the lines of `not_seen`, are kept as they are: each value in them was redacted by itself.
    pub(crate) fn answer(value: Value) -> Self {
        Self::of(Body::Data { value, source: Source { is_answer: true, ..Source::default() } })
    }

    /// A reply with a value that has no secrets, such as a description of redacted rows.
    #[cfg(feature = "query")]
    pub(crate) fn of_redacted_value(value: Value) -> Self {
        Self::of(Body::Data { value, source: Source { is_redacted: true, ..Source::default() } })
    }

    /// A reply with a file.
    pub fn file(file: File) -> Self {
        Self::of(Body::File(file))
    }

    /// A reply with text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::blocks([Block::text(text)])
    }

    /// A reply with several blocks, or with an image or audio. For data use [`Reply::json`], which hides secrets,
    /// omits empty values, and truncates between rows.
    ///
    /// ```
    /// # use mistmcp::{Block, Reply};
    /// # let floor_plan: &[u8] = b"";
    /// let reply = Reply::blocks(["Where the access points hang:".into(), Block::image("image/png", floor_plan.to_vec())]);
    /// ```
    pub fn blocks(blocks: impl IntoIterator<Item = Block>) -> Self {
        Self::of(Body::Blocks(blocks.into_iter().collect()))
    }

    /// A reply with Mist's answer: data if it is JSON, else a file. Invalid characters in JSON are replaced, and a
    /// remark in the reply says so.
    ///
    /// # Errors
    /// Mist declared the body as JSON or HTML, and it is not JSON.
    pub fn from_answer(answer: &Answer) -> Result<Self> {
        if answer.is_large() {
            return Self::from_large(answer, None, false);
        }
        let media_type = answer.media_type().unwrap_or_default();
        let data = answer.strict_json();
        match data {
            Ok(value) => Ok(Self::of(Body::Data { value, source: Source::of(answer, Repairs::default()) })),
            Err(_) if is_readable(&media_type) => {
                let (value, repairs) = answer.read()?;
                Ok(Self::of(Body::Data { value, source: Source::of(answer, repairs) }))
            }
            Err(_) => Ok(Self::file_of(answer, media_type)),
        }
    }
}

impl Reply {
    pub(crate) fn of(body: Body) -> Self {
        Self { body, notes: Vec::new(), instead: Map::new(), view_data: None }
    }

    /// Its rows if it is a list; none if it is null, as Mist answers in place of an empty list.
    fn rows(&self) -> Option<&[Value]> {
        let Body::Data { value, .. } = &self.body else { return None };
        match value.get("results").unwrap_or(value) {
            Value::Null => Some(&[]),
            Value::Array(rows) => Some(rows),
            _ => None,
        }
    }

    pub(crate) fn is_list(&self) -> bool {
        self.rows().is_some()
    }

    pub(crate) fn has_rows(&self) -> bool {
        self.rows().is_some_and(|rows| !rows.is_empty())
    }

    /// As [`from_answer`](Self::from_answer), for a call of these facts. Large answers are parsed off the async threads.
    pub(crate) async fn from_endpoint(answer: Answer, facts: &RequestFacts) -> Result<Self> {
        if !answer.is_large() {
            return Self::from_answer(&answer);
        }
        let (fields, show_secrets) = (facts.fields.clone(), facts.show_secrets);
        work::on_large(move || Self::from_large(&answer, fields.as_ref(), show_secrets)).await?
    }

    /// As [`from_endpoint`](Self::from_endpoint), on this thread.
    #[cfg(feature = "query")]
    pub(crate) fn parsed(answer: &Answer, facts: &RequestFacts) -> Result<Self> {
        if answer.is_large() {
            Self::from_large(answer, facts.fields.as_ref(), facts.show_secrets)
        } else {
            Self::from_answer(answer)
        }
    }

    fn file_of(answer: &Answer, media_type: String) -> Self {
        let name = answer.file_name().unwrap_or_else(|| "file".to_owned());
        Self::file(File { name, media_type, bytes: answer.bytes().clone() })
    }

    fn from_large(answer: &Answer, fields: Option<&Fields>, show_secrets: bool) -> Result<Self> {
        let media_type = answer.media_type().unwrap_or_default();
        // The first rows stay complete: unknown field names are reported with similar names from these rows.
        let pick = |place: usize, row: &mut Value| {
            if fields.is_some() && place >= field_mask::LOOKED_AT {
                prune::prune_and_redact_row(row, fields, show_secrets);
            }
        };
        match answer.rows(pick) {
            Ok((Parsed { value, omitted }, repairs)) => {
                let source = Source { omitted, ..Source::of(answer, repairs) };
                Ok(Self::of(Body::Data { value, source }))
            }
            Err(error) if is_readable(&media_type) || error.kind() == ErrorKind::Size => Err(error),
            Err(_) => Ok(Self::file_of(answer, media_type)),
        }
    }

    /// Renders the reply, off the async threads unless that is quick.
    pub(crate) async fn rendered(self, rules: &Rules, facts: RequestFacts) -> Result<Rendered> {
        let (rules, bytes) = (*rules, self.bytes());
        let render = move || self.render(&rules, &facts);
        if bytes <= QUICK {
            render()
        } else if bytes <= LARGE {
            work::run(render).await?
        } else {
            work::on_large(render).await?
        }
    }

    /// Bytes that rendering it reads. Of data that a tool made, more than [`QUICK`] are not counted.
    fn bytes(&self) -> usize {
        match &self.body {
            Body::Data { source: Source { bytes: bytes @ 1.., .. }, .. } => *bytes as usize,
            Body::Data { value, .. } => measure::length_within(value, QUICK).unwrap_or(QUICK + 1),
            Body::File(file) => file.bytes.len(),
            Body::Blocks(blocks) => blocks.iter().map(Block::len).sum(),
        }
    }
}

impl Reply {
    /// Renders the reply.
    pub(crate) fn render(self, rules: &Rules, facts: &RequestFacts) -> Result<Rendered> {
        let (value, source) = match self.body {
            Body::File(file) => {
                file.check_size(rules.max_bytes)?;
                let file = if rules.show_secrets { file } else { secrets::redact_file(file) };
                file.check_size(rules.max_bytes)?;
                return Ok(Rendered { content: Content::File(file), ask_again_with: None });
            }
            Body::Blocks(mut blocks) => {
                if !rules.show_secrets {
                    blocks = blocks.into_iter().map(block::without_secrets).collect();
                }
                let content = Content::Blocks(block::within_limit(blocks, rules.max_bytes)?);
                return Ok(Rendered { content, ask_again_with: None });
            }
            Body::Data { value, mut source } => {
                source.has_cut_links =
                    !rules.show_secrets && !source.is_redacted && has_cut_links(&value, facts);
                (value, source)
            }
        };
        let rules = &Rules { show_secrets: rules.show_secrets || source.is_redacted, ..*rules };
        match List::read(value, &source, facts) {
            Ok(list) => list.render(rules, facts),
            Err(value) => {
                let is_nothing = value.is_null() && source.url.is_some();
                let value = if is_nothing { json!({ "note": NOTHING }) } else { value };
                let text = parts::render(value, &source, rules, facts)?;
                Ok(Rendered { content: Content::Text(text), ask_again_with: None })
            }
        }
    }
}

/// Whether what is shown of a value has links whose signatures are hidden.
fn has_cut_links(value: &Value, facts: &RequestFacts) -> bool {
    /// Rows that are looked at where the call selects fields.
    const ROWS: usize = 100;
    let Some(fields) = &facts.fields else { return secrets::has_signed_link(value) };
    let rows = rows_of(value).map_or(std::slice::from_ref(value), Vec::as_slice);
    rows.iter().take(ROWS).filter(|row| secrets::has_signed_link(row)).any(|row| {
        let mut row = row.clone();
        field_mask::keep(&mut row, fields);
        secrets::has_signed_link(&row)
    })
}

/// Whether a field with this name, inside a field with that one, is redacted. For checking the names against Mist's
/// OpenAPI document.
#[doc(hidden)]
pub fn hides(inside: &str, name: &str) -> bool {
    secrets::is_secret(inside, name)
}

/// A value with secrets redacted: for the evaluation.
#[doc(hidden)]
pub fn redact_value(mut value: Value) -> Value {
    secrets::redact(&mut value);
    value
}

/// A file with secrets redacted: for the evaluation.
#[doc(hidden)]
pub fn redact_file(file: File) -> File {
    secrets::redact_file(file)
}

/// Whether a body of a media type is meant to be JSON, or an error page in place of it.
fn is_readable(media_type: &str) -> bool {
    media_type.is_empty() || media_type.contains("json") || media_type.contains("html")
}

pub(crate) fn write(value: &impl Serialize, format: Format) -> Result<String> {
    let unwritable = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Advice, format!("The answer cannot be written: {error}."))
    };
    match format {
        Format::Json => serde_json::to_string(value).map_err(|error| unwritable(&error)),
        Format::Toon => toon_format::encode_default(value).map_err(|error| unwritable(&error)),
    }
}
