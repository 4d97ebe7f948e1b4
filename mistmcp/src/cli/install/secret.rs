//! Secrets that a client sends to a server over HTTP: [`Secret`].

use serde_json::{Value, json};

use super::client::VARIABLE;

/// The header that a server over HTTP takes a token from.
pub(super) const HEADER: &str = "X-Authorization";

/// A secret that a client sends, from a variable of its environment or from what it asks its user for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secret {
    /// The API token of Mist.
    Token,
    /// The secret of a server that every client has to send.
    Client,
}

impl Secret {
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Token => HEADER,
            Self::Client => "Authorization",
        }
    }

    /// What stands before it in its header.
    pub(super) fn scheme(self) -> &'static str {
        match self {
            Self::Token => "",
            Self::Client => "Bearer ",
        }
    }

    pub(super) fn variable(self) -> &'static str {
        match self {
            Self::Token => VARIABLE,
            Self::Client => "MISTMCP_CLIENT_TOKEN",
        }
    }

    /// In words, for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Token => "the token",
            Self::Client => "the server's client token",
        }
    }

    /// The id of what VS Code's document calls an input variable.
    fn input_id(self, entry: &str) -> String {
        match self {
            Self::Token => format!("{entry}-token"),
            Self::Client => format!("{entry}-client-token"),
        }
    }

    pub(super) fn reference_to_input(self, entry: &str) -> String {
        format!("${{input:{}}}", self.input_id(entry))
    }

    pub(super) fn input(self, entry: &str) -> Value {
        let description = match self {
            Self::Token => "API token of Juniper Mist",
            Self::Client => "Client token of the MCP server",
        };
        json!({ "type": "promptString", "id": self.input_id(entry), "description": description, "password": true })
    }
}

/// The ids of all inputs that an entry may have.
pub(super) fn input_ids(entry: &str) -> [String; 2] {
    [Secret::Token, Secret::Client].map(|secret| secret.input_id(entry))
}
