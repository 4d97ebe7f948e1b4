//! Tools with bodies, in every form.

use mistmcp::{Call, Mist, PageNumber, Reply, Result, mist_tool};

mistmcp::category! {
    /// Bodies.
    bodies
}

/// Neither client nor call nor parameter.
#[mist_tool(category = "bodies")]
pub(crate) async fn nothing_taken() -> Result<Reply> {
    Reply::json("nothing")
}

/// Everything, in no particular order, and more arguments than clippy likes.
#[mist_tool(category = "bodies", hints(read_only = false, destructive, open_world = false))]
#[expect(clippy::too_many_arguments, reason = "the expectation has to reach the function, and it alone")]
pub(crate) async fn everything_taken(
    /// A number.
    mut number: u32,
    call: &Call,
    #[expect(unused_variables, reason = "lints on a parameter stay there")]
    /// Never looked at.
    idle: Option<String>,
    mist: &mistmcp::Mist,
    #[flatten] page: PageNumber,
    /// A word of Rust.
    r#type: Option<String>,
    /// One more.
    one: Option<bool>,
    /// And one more.
    two: Option<bool>,
) -> mistmcp::Result<mistmcp::Reply> {
    number += u32::from(one == two) + page.limit.unwrap_or_default();
    if call.is_cancelled() || r#type.is_some() {
        return Reply::json(mist.get("/api/v1/self").await?);
    }
    Reply::json(number)
}

/// What it answers may have another name.
#[mist_tool(category = "bodies", hints(read_only))]
pub(crate) async fn alias(mist: &Mist) -> Answer {
    Reply::json(mist.get("/api/v1/self").await?)
}

/// Named as a variable of the expansion is.
#[mist_tool(category = "bodies")]
pub(crate) async fn mist(mist: &Mist, #[flatten] page: PageNumber) -> Result<Reply> {
    Reply::json(mist.get(&format!("/api/v1/self?page={:?}", page.page)).await?)
}

/// The same.
#[mist_tool(category = "bodies")]
pub(crate) async fn call(call: &Call) -> Result<Reply> {
    Reply::json(call.is_cancelled())
}

/**
 * The same, in a block
 * of two lines.
 */
#[mist_tool(category = "bodies")]
pub(crate) async fn arguments(
    /// A number.
    arguments: u32,
    call: &Call,
) -> Result<Reply> {
    Reply::json(arguments + u32::from(call.is_cancelled()))
}

/// What tools answer.
pub(crate) type Answer = Result<Reply>;
