/// MCP's annotations of a tool: what a client may assume before it calls.
///
/// They follow from the method of the tool's endpoint; `hints(…)` of `#[mist_tool]` overrides them. A tool with a body
/// has MCP's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent flags are what MCP has")]
pub struct Hints {
    /// Nothing is changed.
    pub read_only: bool,
    /// Something that exists may be changed or lost.
    pub destructive: bool,
    /// A second equal call changes nothing more.
    pub idempotent: bool,
    /// The tool reaches beyond this process.
    pub open_world: bool,
}

impl Hints {
    /// MCP's defaults: what a client has to assume of a tool that says nothing. Of a tool with a body.
    pub const UNSPECIFIED: Self =
        Self { read_only: false, destructive: true, idempotent: false, open_world: true };
    /// Of a `get`, and of a tool that says `hints(read_only)`.
    pub const READ: Self = Self { read_only: true, destructive: false, idempotent: true, open_world: true };
    /// Of a `post`.
    pub const CREATE: Self =
        Self { read_only: false, destructive: false, idempotent: false, open_world: true };
    /// Of a `put`.
    pub const REPLACE: Self =
        Self { read_only: false, destructive: true, idempotent: true, open_world: true };
    /// Of a `delete`.
    pub const DELETE: Self = Self::REPLACE;

    /// The hints of a tool that does what one of these two does.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            read_only: self.read_only && other.read_only,
            destructive: self.destructive || other.destructive,
            idempotent: self.idempotent && other.idempotent,
            open_world: self.open_world || other.open_world,
        }
    }

    /// Whether a call may be run again without being asked to: it changes nothing, the second time neither.
    pub(crate) fn repeatable(self) -> bool {
        self.read_only && self.idempotent
    }
}
