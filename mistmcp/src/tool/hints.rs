/// MCP's annotations of a tool: what a client may assume before it calls.
///
/// They follow from the method of the tool's endpoint; `hints(…)` of `#[mist_tool]` overrides them.
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
    /// Of a `get`, and of a tool with a body.
    pub const READ: Self = Self { read_only: true, destructive: false, idempotent: true, open_world: true };
    /// Of a `post`.
    pub const CREATE: Self =
        Self { read_only: false, destructive: false, idempotent: false, open_world: true };
    /// Of a `put`.
    pub const REPLACE: Self =
        Self { read_only: false, destructive: true, idempotent: true, open_world: true };
    /// Of a `delete`.
    pub const DELETE: Self = Self::REPLACE;
}
