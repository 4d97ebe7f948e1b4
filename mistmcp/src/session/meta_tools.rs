//! Meta tools of managed mode, which act on the session and not on Mist: [`MetaTool`].

use std::panic::Location;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{Mode, Outcome, Session};
use crate::argument::{Arguments, NAME, UpTo, names};
use crate::catalog::Entry;
use crate::error::ErrorKind;
use crate::reply::{Content, Reply, RequestFacts, Rules};
use crate::tool::MetaTool;
use crate::{Arg, Call, Error, Hints, Mismatch, Param, QueryValue, Result, Run, Tool};

/// Maximum of `limit` of `findTools`.
pub(super) const MOST_FOUND: u32 = 10;

const SESSION_ONLY: Hints =
    Hints { read_only: true, destructive: false, idempotent: true, open_world: false };

static MANAGE: Tool = Tool {
    name: "manageMcpTools",
    description: "Switches categories of tools on or off for this session and answers which tools are on. \
        The server's instructions list the categories, the resource `mistmcp://categories` also the extended ones.",
    category: "",
    questions: &[],
    essential: false,
    view: None,
    hints: SESSION_ONLY,
    params: &[
        Param::described::<Option<Names>>("enable_mcp_tools_categories", "Categories to switch on."),
        Param::described::<Option<Names>>("disable_mcp_tools_categories", "Categories to switch off."),
    ],
    run: Run::MetaTool(MetaTool::Manage),
    location: Location::caller(),
};

static FIND: Tool = Tool {
    name: "findTools",
    description: "Finds the tools that answer a question about the network, with their parameters, ready for \
        `callTool`. Use it first when no listed tool fits.",
    category: "",
    questions: &[],
    essential: false,
    view: None,
    hints: SESSION_ONLY,
    params: &[
        Param::described::<Query>("query", "What you want to know, in a few words."),
        Param::described::<Option<UpTo<MOST_FOUND>>>("limit", "Tools in the answer, 1 to 10; 5 if left out."),
        Param::described::<Option<String>>("category", "Only tools of this category."),
    ],
    run: Run::MetaTool(MetaTool::Find),
    location: Location::caller(),
};

static CALL: Tool = Tool {
    name: "callTool",
    description: "Calls any tool by its name, listed or not.",
    category: "",
    questions: &[],
    essential: false,
    view: None,
    // Depends on what the session can reach: `Settings::definition` sets the hints.
    hints: Hints::UNSPECIFIED,
    params: &[
        Param::described::<ToolName>("tool", "Its name, as `findTools` gives it."),
        Param::described::<Option<Object>>(
            "arguments",
            "Its arguments by name: these, and all that `findTools` tells.",
        ),
    ],
    run: Run::MetaTool(MetaTool::Call),
    location: Location::caller(),
};

static META_TOOLS: LazyLock<[Entry; 3]> =
    LazyLock::new(|| [Entry::new(&MANAGE), Entry::new(&FIND), Entry::new(&CALL)]);

/// Whether a tool is one of the MCP server's alone, which the command line does not call.
#[cfg(feature = "cli")]
pub(crate) fn is_meta_tool(name: &str) -> bool {
    META_TOOLS.iter().any(|meta_tool| meta_tool.tool().name.eq_ignore_ascii_case(name))
}

impl Session {
    /// The meta tools in managed mode; empty in the other modes.
    pub(super) fn meta_tools(&self) -> &'static [Entry] {
        match self.settings.mode() {
            Mode::Managed => &*META_TOOLS,
            Mode::All | Mode::Custom => &[],
        }
    }

    /// The meta tool `name`, in managed mode.
    pub(super) fn meta_tool(&self, name: &str) -> Option<&'static Entry> {
        self.meta_tools().iter().find(|meta_tool| meta_tool.tool().name == name)
    }

    pub(super) async fn call_meta_tool(
        &self,
        entry: &Entry,
        mut arguments: Map<String, Value>,
        call: &Call,
    ) -> Outcome {
        if matches!(entry.tool().run, Run::MetaTool(MetaTool::Call)) {
            with_tool_name(&mut arguments);
        }
        let mut arguments = match entry.parse(arguments) {
            Ok(arguments) => arguments,
            Err(error) => return Outcome::of(Err(self.without_tokens(error)), false),
        };
        let (content, list_changed) = match entry.tool().run {
            Run::MetaTool(MetaTool::Manage) => match self.manage(&mut arguments) {
                Ok((reply, changed)) => (self.written(reply), changed),
                Err(error) => (Err(error), false),
            },
            Run::MetaTool(MetaTool::Find) => {
                let found = self.within_deadline(self.find(&mut arguments), call).await;
                (found.and_then(|reply| self.written(reply)), false)
            }
            _ => (self.call_by_name(&mut arguments, call).await, false),
        };
        Outcome::of(content.map_err(|error| self.without_tokens(error)), list_changed)
    }

    /// Renders a reply of a meta tool. It describes the catalog, and holds nothing of Mist: the names in it look like
    /// secrets where they are about secrets (`self_apitokens`, `psk_id`), and are none.
    fn written(&self, reply: Reply) -> Result<Content> {
        let rules = Rules { show_secrets: true, ..*self.settings.rules() };
        let content = reply.render(&rules, &RequestFacts::default())?.content;
        let connection = &self.connection;
        Ok(content.masked(|text| connection.mask(text), |bytes| connection.mask_bytes(bytes)))
    }

    /// The tool that a call of `callTool` names.
    pub(crate) fn called_tool<'a>(&self, tool: &str, arguments: &'a Map<String, Value>) -> Option<&'a str> {
        let is_call = |meta_tool: &Entry| matches!(meta_tool.tool().run, Run::MetaTool(MetaTool::Call));
        self.meta_tool(tool).filter(|meta_tool| is_call(meta_tool))?;
        let name = TOOL_NAMES.iter().find_map(|name| arguments.get(*name)).and_then(Value::as_str);
        name.map(str::trim)
    }

    async fn call_by_name(&self, arguments: &mut Arguments, call: &Call) -> Result<Content> {
        let ToolName(name) = arguments.take("tool")?;
        let given = arguments.take::<Option<Object>>("arguments")?.map(|object| object.0);
        // `callTool` itself exists, so a wrong name is an error in its arguments.
        let name = name.trim();
        if let Some(meta_tool) = self.meta_tool(name) {
            let words = format!("`tool`: `{}` is listed: call it by itself.", meta_tool.tool().name);
            return Err(Error::own(ErrorKind::Arguments, words));
        }
        let entry = self.entry(name).map_err(|error| {
            if error.kind() == ErrorKind::Tool {
                call.record().names_unknown_tool();
            }
            error.of_kind(ErrorKind::Access).prepend_own("`tool`: ")
        })?;
        call.trace().calls(entry.tool().name);
        // The client shows the views of tools that it calls itself, and not of those that are called for it.
        let ran = self.run(entry, given.unwrap_or_default(), false, call).await;
        ran.map(|ran| ran.content)
    }
}

/// The names of the argument that names a tool: its own, and those that some models write.
const TOOL_NAMES: [&str; 4] = ["tool", "name", "tool_name", "toolName"];

/// Takes the name of a tool from the argument that some models write in place of `tool`.
fn with_tool_name(arguments: &mut Map<String, Value>) {
    for other in &TOOL_NAMES[1..] {
        if !arguments.contains_key("tool")
            && let Some(name) = arguments.shift_remove(*other)
        {
            arguments.insert("tool".to_owned(), name);
        }
    }
}

/// Names as a list, as one name, or separated by commas.
pub(super) struct Names(pub(super) Vec<String>);

impl Arg for Names {
    fn schema() -> schemars::Schema {
        Vec::<String>::schema()
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        names(value).map(Self)
    }

    fn wire(&self) -> QueryValue {
        QueryValue::List(self.0.clone())
    }
}

/// A text with its own length limit.
macro_rules! bounded_text {
    ($(#[doc = $documentation:literal])+ $name:ident, $max_length:expr) => {
        $(#[doc = $documentation])+
        pub(super) struct $name(pub(super) String);

        impl Arg for $name {
            const MAX_LENGTH: usize = $max_length;

            fn schema() -> schemars::Schema {
                String::schema()
            }

            fn read(value: &Value) -> Result<Self, Mismatch> {
                String::read(value).map(Self)
            }

            fn wire(&self) -> QueryValue {
                self.0.wire()
            }
        }
    };
}

bounded_text! {
    /// A query of `findTools`. The time of a search grows with the number of words.
    Query, 500
}

bounded_text! {
    /// The name of a tool.
    ToolName, NAME
}

/// A JSON object, or its JSON text. The arguments in it have their own limits.
struct Object(Map<String, Value>);

impl Arg for Object {
    const MAX_LENGTH: usize = 1 << 20;

    /// Names the arguments that most tools take, and those of `next`: some model APIs refuse an
    /// object without properties, and some models write no others. Additional ones are allowed.
    fn schema() -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "properties": {
                "site_id": { "type": "string", "description": "Site, id or name" },
                "org_id": { "type": "string", "description": "Organization" },
                "mac": { "type": "string", "description": "MAC address" },
                "start": { "type": "string", "description": "Start of the window, such as -1d" },
                "end": { "type": "string", "description": "End of the window" },
                "duration": { "type": "string", "description": "Length of the window, such as 1d" },
                "limit": { "type": "integer", "description": "Rows" },
                "page": { "type": "integer", "description": "From `next`" },
                "search_after": { "type": "string", "description": "From `next`" },
                "cursor": { "type": "string", "description": "From `next`" },
            },
        })
    }

    /// Some languages serialize an empty object as an empty list.
    fn is_absent(value: &Value) -> bool {
        String::is_absent(value) || value.as_array().is_some_and(Vec::is_empty) || *value == "[]"
    }

    fn read(value: &Value) -> Result<Self, Mismatch> {
        let object = match value {
            Value::Object(object) => Some(object.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        };
        object.map(Self).ok_or_else(|| Mismatch::wanted("an object such as {\"limit\": 10}"))
    }

    fn wire(&self) -> QueryValue {
        QueryValue::Text(Value::Object(self.0.clone()).to_string())
    }
}
