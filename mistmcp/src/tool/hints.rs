//! MCP tool annotations: [`Hints`].

/// MCP tool annotations: what a client may assume before a call.
///
/// They follow from the HTTP method of the endpoint; `hints(…)` of `#[mist_tool]` overrides them. A
/// hand-written tool has MCP's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent flags are what MCP has")]
pub struct Hints {
    /// Nothing is changed.
    pub read_only: bool,
    /// Existing data may be changed or lost.
    pub destructive: bool,
    /// An equal second call changes nothing more.
    pub idempotent: bool,
    /// The tool reaches beyond this process.
    pub open_world: bool,
}

impl Hints {
    /// MCP's defaults, for hand-written tools.
    pub const UNSPECIFIED: Self =
        Self { read_only: false, destructive: true, idempotent: false, open_world: true };
    /// For a `get`, and for a tool with `hints(read_only)`.
    pub const READ: Self = Self { read_only: true, destructive: false, idempotent: true, open_world: true };
    /// For a `post`.
    pub const CREATE: Self =
        Self { read_only: false, destructive: false, idempotent: false, open_world: true };
    /// For a `put`.
    pub const REPLACE: Self =
        Self { read_only: false, destructive: true, idempotent: true, open_world: true };
    /// For a `delete`.
    pub const DELETE: Self = Self::REPLACE;

    /// The hints of a tool that does either of two things.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            read_only: self.read_only && other.read_only,
            destructive: self.destructive || other.destructive,
            idempotent: self.idempotent && other.idempotent,
            open_world: self.open_world || other.open_world,
        }
    }

    /// Whether the server may repeat a call by itself: it is read-only or idempotent without
    /// effect.
    pub(crate) fn repeatable(self) -> bool {
        self.read_only && self.idempotent
    }
}
