//! The API tokens of the token's own account.

use mistmcp::{Id, mist_tool};

mistmcp::category! {
    /// API tokens of the token's own account.
    extended self_apitokens
}

// Without `fields`: the key of a token is told by the fields beside it, and hidden.
/// API tokens of one's own account, or one: name, creation, last use. The tokens stay hidden. An organization's are in
/// `listOrgApiTokens`.
#[mist_tool(category = "self_apitokens", get = "/api/v1/self/apitokens/{apitoken_id?}")]
pub async fn list_api_tokens(
    /// Only this API token, by id.
    #[brief = "Only this one"]
    apitoken_id: Option<Id>,
);
