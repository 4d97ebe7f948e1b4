//! Entry of a tool in the catalog, which validates the arguments of a call and runs it: [`Entry`].

mod parse;

use std::sync::OnceLock;

use rmcp::model::Tool as Definition;
use serde_json::{Map, Value};

use super::Category;
use super::definition::definition;
use super::title::title;
use super::unknown;
use crate::argument::{Arguments, QueryValue};
#[cfg(feature = "query")]
use crate::call::FetchedPage;
use crate::endpoint::{Answers, Endpoint, Method, Segment};
use crate::error::ErrorKind;
use crate::mist::{CURSOR, Request};
use crate::param::{Param, ParamKind, flattened};
use crate::reply::{Expected, Reply, RequestFacts};
use crate::text::shortened;
use crate::{Call, Error, Mist, Result, Run, Tool};
use parse::parse_again;

/// A tool in the catalog, with its precomputed definition.
#[derive(Debug)]
pub struct Entry {
    tool: &'static Tool,
    params: Vec<&'static Param>,
    extended: bool,
    listed: bool,
    definition: OnceLock<Definition>,
}

impl Entry {
    pub(crate) fn new(tool: &'static Tool) -> Self {
        Self {
            tool,
            params: flattened(tool.params),
            extended: false,
            listed: false,
            definition: OnceLock::new(),
        }
    }

    /// Sets how its category is loaded.
    pub(super) fn in_category(self, category: &Category) -> Self {
        Self { extended: category.extended, listed: category.listed, ..self }
    }

    /// Whether its category is extended: mode `all` does not list it unless the category is named.
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Whether managed mode lists it from the start.
    pub fn is_listed(&self) -> bool {
        self.listed
    }

    /// The tool.
    pub fn tool(&self) -> &'static Tool {
        self.tool
    }

    /// Its parameters, with groups expanded.
    pub(crate) fn params(&self) -> &[&'static Param] {
        &self.params
    }

    /// The title for people.
    pub(crate) fn title(&self) -> String {
        title(self.tool.name)
    }

    /// The definition for clients.
    pub fn definition(&self) -> &Definition {
        self.definition.get_or_init(|| definition(self.tool, &self.params))
    }

    /// Query parameters of the endpoint's request: for the repository's own tasks.
    #[doc(hidden)]
    pub fn in_query(&self) -> Vec<&'static str> {
        let Run::Endpoint(endpoint) = &self.tool.run else { return Vec::new() };
        let is_sent = |param: &&&Param| match param.kind {
            // The server applies the field mask itself, unless Mist does.
            ParamKind::Value(reader) if reader.picks_fields => {
                let parsed = (reader.read)(&"name".into());
                parsed.map(|parsed| (reader.wire)(&parsed)) != Ok(QueryValue::Nothing)
            }
            ParamKind::Value(_) => !endpoint.has_hole(param.name),
            ParamKind::Body(_) | ParamKind::Group(..) => false,
        };
        self.params.iter().filter(is_sent).map(|param| param.name).collect()
    }

    /// Whether it has a parameter `name`.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.params.iter().any(|param| param.name == name)
    }

    /// Whether a call with these arguments requests one object of a list.
    pub(crate) fn answers_one(&self, arguments: &Map<String, Value>) -> bool {
        let Run::Endpoint(endpoint) = &self.tool.run else { return false };
        endpoint.segments().any(|segment| match segment {
            Segment::Hole { name, optional } => optional && arguments.contains_key(name),
            Segment::Text(_) => false,
        })
    }

    /// Facts about a call with these arguments that the form of its reply depends on.
    pub(crate) fn request_facts(&self, arguments: &Arguments) -> RequestFacts {
        let expected = if self.answers_one(arguments.values()) {
            Expected::One
        } else if self.answers_list() {
            Expected::List
        } else {
            Expected::Anything
        };
        RequestFacts::of(&self.params, arguments, expected).taking_a_cursor(self.takes_cursor())
    }

    /// Whether the tool returns a list unless a single object is requested: according to its
    /// endpoint, or else its name or parameters.
    pub fn answers_list(&self) -> bool {
        let Run::Endpoint(endpoint) = &self.tool.run else { return false };
        if let Some(answers) = endpoint.answers {
            return answers == Answers::List;
        }
        let optional = |segment| matches!(segment, Segment::Hole { optional: true, .. });
        let paged = ["limit", "page", "search_after"].iter().any(|name| self.takes(name));
        let named = ["list", "search", "count"].iter().any(|verb| {
            let (start, rest) = self.tool.name.split_at_checked(verb.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(verb) && rest.starts_with(|letter: char| letter.is_ascii_uppercase())
        });
        paged || named || endpoint.segments().any(optional)
    }

    /// Whether the tool accepts Mist's cursor without a parameter for it.
    fn takes_cursor(&self) -> bool {
        let is_get = matches!(&self.tool.run, Run::Endpoint(endpoint) if endpoint.method == Method::GET);
        is_get && self.answers_list() && !self.takes(CURSOR)
    }

    /// Runs the tool: parses the arguments, resolves names to ids, and calls Mist.
    pub(crate) async fn run(
        &self,
        arguments: Map<String, Value>,
        show_secrets: bool,
        mist: &Mist,
        call: &Call,
    ) -> Result<(Reply, RequestFacts)> {
        self.run_parsed(self.parse(arguments)?, show_secrets, mist, call).await
    }

    async fn run_parsed(
        &self,
        arguments: Arguments,
        show_secrets: bool,
        mist: &Mist,
        call: &Call,
    ) -> Result<(Reply, RequestFacts)> {
        match self.answer(arguments, show_secrets, mist, call).await {
            Err(error) => Err(mist.of_default_org(error).await),
            answered => answered,
        }
    }

    async fn answer(
        &self,
        mut arguments: Arguments,
        show_secrets: bool,
        mist: &Mist,
        call: &Call,
    ) -> Result<(Reply, RequestFacts)> {
        // A tool that may change something does not accept partial names.
        let notes = self.resolve(self.tool.hints.read_only, &mut arguments, mist).await?;
        let facts = self.request_facts(&arguments).showing_secrets(show_secrets);
        let mut reply = match &self.tool.run {
            // The session runs these itself.
            Run::MetaTool(_) => return Err(Error::new(ErrorKind::Tool, "This tool is not Mist's.")),
            Run::Body(body) => {
                let call = call.clone().of_tool(self.tool.name, arguments.values());
                body(&mist.naming_requests(), &call, arguments).await?
            }
            Run::Endpoint(endpoint) => self.reach(endpoint, arguments, &facts, mist).await?,
        };
        reply.notes.splice(0..0, notes);
        Ok((reply, facts))
    }

    /// Resolves names to ids, parses those, and drops arguments that do not apply then. Returns the notes for the answer.
    async fn resolve(&self, partial: bool, arguments: &mut Arguments, mist: &Mist) -> Result<Vec<String>> {
        let mut notes = mist.lookup(&self.params, partial, arguments.values_mut()).await?;
        for param in self.params.iter().filter(|param| param.lookup().is_some()) {
            parse_again(param, arguments)?;
        }
        notes.extend(self.drop_list_arguments(arguments));
        Ok(notes)
    }

    /// Removes the arguments that are of the list alone where the call names one object of it. Returns a note about them.
    fn drop_list_arguments(&self, arguments: &mut Arguments) -> Option<String> {
        let Run::Endpoint(endpoint) = &self.tool.run else { return None };
        let id = endpoint.optional_hole().filter(|id| arguments.parsed(id).is_some())?;
        let is_of_list = |name: &&str| {
            arguments.parsed(name).is_some()
                && !endpoint.has_hole(name)
                && !endpoint.of_item().any(|other| other == *name)
                && self.params.iter().all(|param| param.name != *name || !param.picks_fields())
        };
        let names = self.params.iter().map(|param| param.name).chain([CURSOR]);
        let names: Vec<_> = names.filter(is_of_list).collect();
        for name in &names {
            arguments.clear(name);
        }
        let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| {
            let verb = if names.len() == 1 { "applies" } else { "apply" };
            format!("{} {verb} to the list alone, and not with `{id}`: left out.", quoted.join(", "))
        })
    }

    /// Requests one page of rows for a query, with the largest pages that the tool has.
    #[cfg(feature = "query")]
    pub(crate) async fn fetch_rows(
        &self,
        arguments: Map<String, Value>,
        show_secrets: bool,
        mist: &Mist,
        call: &Call,
    ) -> Result<FetchedPage> {
        let mut arguments = self.parse(arguments)?;
        let widens = |param: &&&Param| param.reader().is_some_and(|reader| reader.widens);
        let may_widen = self.params.iter().filter(widens).any(|param| arguments.parsed(param.name).is_some());
        let (answer, arguments, notes) = match &self.tool.run {
            // A search that may be repeated for partial names is parsed at once: the repetition depends on its rows.
            Run::Endpoint(endpoint) if !may_widen => {
                let send = async {
                    let mut notes = self.resolve(true, &mut arguments, mist).await?;
                    notes.extend(self.narrowed_by_default(&arguments));
                    match mist.send(self.request(endpoint, &arguments)?).await {
                        Ok(answer) => Ok((answer, notes)),
                        Err(error) => {
                            Err(unknown::explained(error, endpoint, &self.params, &arguments, mist).await)
                        }
                    }
                };
                match send.await {
                    Ok((answer, notes)) => (answer, arguments, notes),
                    Err(error) => return Err(mist.of_default_org(error).await),
                }
            }
            _ => {
                let (reply, facts) = self.run_parsed(arguments, show_secrets, mist, call).await?;
                let parse = Box::new(move || reply.into_rows(show_secrets, facts));
                let sent = u32::try_from(mist.requests_sent()).unwrap_or(u32::MAX).max(1);
                let calls = if matches!(self.tool.run, Run::Body(_)) { sent } else { 1 };
                return Ok(FetchedPage { is_large: true, calls, parse });
            }
        };
        let facts = self.request_facts(&arguments).showing_secrets(show_secrets);
        let is_large = answer.is_large();
        let parse = move || {
            let mut page = Reply::parsed(&answer, &facts)?.into_rows(show_secrets, facts)?;
            page.notes.splice(0..0, notes);
            page.digest = Some(answer.digest());
            Ok(page)
        };
        Ok(FetchedPage { is_large, calls: 1, parse: Box::new(parse) })
    }

    /// Calls an endpoint. If no row matches, it searches again for partial names; if Mist does not
    /// know a value, the error lists the known ones.
    async fn reach(
        &self,
        endpoint: &Endpoint,
        arguments: Arguments,
        facts: &RequestFacts,
        mist: &Mist,
    ) -> Result<Reply> {
        let reply = match mist.send(self.request(endpoint, &arguments)?).await {
            Ok(answer) => Reply::from_endpoint(answer, facts).await?,
            Err(error) => {
                return Err(unknown::explained(error, endpoint, &self.params, &arguments, mist).await);
            }
        };
        if !self.tool.hints.repeatable() || !reply.is_list() {
            return Ok(reply);
        }
        let narrowed = self.narrowed_by_default(&arguments);
        let mut reply = if reply.has_rows() {
            reply
        } else {
            self.widened(endpoint, arguments, facts, mist).await.unwrap_or(reply)
        };
        reply.notes.extend(narrowed);
        Ok(reply)
    }

    /// Builds the endpoint's request for these arguments.
    pub(super) fn request(&self, endpoint: &Endpoint, arguments: &Arguments) -> Result<Request> {
        let values = self.params.iter().filter_map(|param| Some((param.name, param.wire(arguments)?)));
        let mut request = Request::to_endpoint(endpoint, values.collect())?;
        for param in &self.params {
            if let (ParamKind::Body(reader), Some(parsed)) = (param.kind, arguments.parsed(param.name)) {
                let body = (reader.to_json)(parsed);
                request.body =
                    Some(body.map_err(|error| Error::advice(format!("`{}`: {error}.", param.name)))?);
            }
        }
        request.cursor = arguments.parsed(CURSOR).and_then(|cursor| cursor.downcast_ref()).cloned();
        Ok(request)
    }

    /// A note that only things of one kind were searched, where the call left out the kind. The first page has it.
    fn narrowed_by_default(&self, arguments: &Arguments) -> Option<String> {
        if [CURSOR, "page", "search_after"].iter().any(|name| arguments.parsed(name).is_some()) {
            return None;
        }
        let is_kind = |param: &&&Param| matches!(param.name, "type" | "device_type");
        let Param { name, default, .. } = *self.params.iter().find(is_kind)?;
        let default = default.filter(|default| *default != "all" && arguments.parsed(name).is_none())?;
        Some(format!(
            "`{name}` was not given, so only `{default}` was searched: give another `{name}` to search the rest."
        ))
    }

    /// Repeats a search without rows with partial names in place of full ones, and returns the
    /// result if there is one.
    async fn widened(
        &self,
        endpoint: &Endpoint,
        mut arguments: Arguments,
        facts: &RequestFacts,
        mist: &Mist,
    ) -> Option<Reply> {
        let mut instead = Map::new();
        for param in self.params.iter().filter(|param| param.reader().is_some_and(|reader| reader.widens)) {
            let Some(Value::String(name)) = arguments.values().get(param.name) else { continue };
            if !name.contains(['*', ',']) {
                let pattern = Value::from(format!("*{}*", name.trim()));
                arguments.values_mut().insert(param.name.to_owned(), pattern.clone());
                instead.insert(param.name.to_owned(), pattern);
                parse_again(param, &mut arguments).ok()?;
            }
        }
        if instead.is_empty() {
            return None;
        }
        let answer = mist.send(self.request(endpoint, &arguments).ok()?).await.ok()?;
        let reply = Reply::from_endpoint(answer, facts).await.ok();
        let mut reply = reply.filter(Reply::has_rows)?;
        for (name, value) in &instead {
            let value = shortened(value.as_str().unwrap_or_default(), 100);
            reply.notes.push(format!("`{name}`: nothing has this very name; searched for \"{value}\"."));
        }
        reply.instead = instead;
        Some(reply)
    }
}
