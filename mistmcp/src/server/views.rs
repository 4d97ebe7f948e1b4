//! Views of MCP Apps for the clients that show them: links to them in `tools/list`, and their resources.
//!
//! MCP Apps is the extension [`EXTENSION`] (SEP-1865). A client that has not declared it gets the same bytes as from a
//! server without views.

use rmcp::model::{
    ClientCapabilities, ExtensionCapabilities, JsonObject, MetaObject, Resource, ResourceContents,
    Tool as Definition,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Value, json};

use crate::session::Settings;
use crate::{Tool, View};

/// The extension in the capabilities of a client.
const EXTENSION: &str = "io.modelcontextprotocol/ui";

/// Whether the client of a request shows views.
pub(super) fn are_shown(context: &RequestContext<RoleServer>) -> bool {
    context.client_capabilities().is_some_and(|capabilities| declared(&capabilities))
}

fn declared(capabilities: &ClientCapabilities) -> bool {
    let extension = capabilities.extensions.as_ref().and_then(|extensions| extensions.get(EXTENSION));
    let types = extension.and_then(|extension| extension.get("mimeTypes")).and_then(Value::as_array);
    // `text/html; profile="mcp-app"` is the same type.
    let plain = |text: &str| text.replace([' ', '"'], "").eq_ignore_ascii_case(View::MEDIA_TYPE);
    types.is_some_and(|types| types.iter().filter_map(Value::as_str).any(plain))
}

/// The extensions in `capabilities` that the server uses, without what else they hold.
pub(crate) fn used_extensions(capabilities: &ClientCapabilities) -> Option<ExtensionCapabilities> {
    let views = || JsonObject::from_iter([("mimeTypes".to_owned(), json!([View::MEDIA_TYPE]))]);
    declared(capabilities).then(|| ExtensionCapabilities::from([(EXTENSION.to_owned(), views())]))
}

/// The definition of a tool with the address of its view.
pub(super) fn linked(definition: Definition, tool: &Tool) -> Definition {
    match tool.view {
        Some(view) => definition.with_meta(meta(json!({ "resourceUri": View::uri_of(view) }))),
        None => definition,
    }
}

/// The views of the tools that a session can call, for `resources/list`.
pub(super) fn resources(settings: &Settings) -> impl Iterator<Item = Resource> {
    settings.views().map(|view| {
        Resource::new(View::uri_of(view.name), view.name)
            .with_title(view.title)
            .with_description(view.description)
            .with_mime_type(View::MEDIA_TYPE)
    })
}

/// The document of the view at an address, for `resources/read`.
pub(super) fn document(settings: &Settings, uri: &str) -> Option<ResourceContents> {
    let name = View::name_in(uri)?;
    let view = settings.views().find(|view| view.name == name)?;
    // It loads nothing from anywhere, so that it needs no permission.
    let contents = ResourceContents::text(view.html, uri).with_mime_type(View::MEDIA_TYPE);
    Some(contents.with_meta(meta(json!({ "csp": {}, "prefersBorder": true }))))
}

fn meta(ui: Value) -> MetaObject {
    MetaObject(JsonObject::from_iter([("ui".to_owned(), ui)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_extension_with_the_media_type_declares_views() {
        let with = |extensions: Value| -> ClientCapabilities {
            serde_json::from_value(json!({ "extensions": extensions })).unwrap()
        };
        for shown in [
            json!({ EXTENSION: { "mimeTypes": ["text/html;profile=mcp-app"] } }),
            json!({ EXTENSION: { "mimeTypes": ["text/plain", "text/html; profile=\"mcp-app\""], "more": 1 } }),
            json!({ "other": {}, EXTENSION: { "mimeTypes": ["TEXT/HTML;profile=mcp-app"] } }),
        ] {
            let mut capabilities = with(shown);
            assert!(declared(&capabilities), "{capabilities:?}");
            capabilities.extensions = used_extensions(&capabilities);
            assert!(declared(&capabilities) && capabilities.extensions.unwrap().len() == 1);
        }
        for none in [
            json!({}),
            json!({ EXTENSION: {} }),
            json!({ EXTENSION: { "mimeTypes": [] } }),
            json!({ EXTENSION: { "mimeTypes": "text/html;profile=mcp-app" } }),
            json!({ EXTENSION: { "mimeTypes": ["text/html", "text/html+mcp", 1] } }),
            json!({ "io.example/ui": { "mimeTypes": ["text/html;profile=mcp-app"] } }),
        ] {
            assert!(!declared(&with(none.clone())), "{none}");
            assert_eq!(used_extensions(&with(none)), None);
        }
    }
}
