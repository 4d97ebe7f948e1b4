//! Views of MCP Apps ([`View`]): HTML documents in which clients show the answers of tools.
//!
//! The documents of this crate are in `mistmcp/views`. `cargo xtask generate` bundles them from the sources in `views/`.

use std::panic::Location;

/// An HTML document that shows the answer of a tool. Declared with [`view!`](crate::view), and named by a tool with
/// `view = "…"`.
#[derive(Debug)]
pub struct View {
    /// Name, in words with hyphens: the last part of its address `ui://mistmcp/NAME`.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Purpose, in a sentence.
    pub description: &'static str,
    /// The whole document, which loads nothing else.
    pub html: &'static str,
    /// Location of the declaration.
    pub location: &'static Location<'static>,
}

inventory::collect!(View);

/// The start of the address of each view.
const ADDRESSES: &str = "ui://mistmcp/";

impl View {
    /// Media type of views, which clients with MCP Apps declare.
    pub(crate) const MEDIA_TYPE: &str = "text/html;profile=mcp-app";

    /// The address of a view.
    pub(crate) fn uri_of(name: &str) -> String {
        format!("{ADDRESSES}{name}")
    }

    /// The name of the view at an address.
    pub(crate) fn name_in(uri: &str) -> Option<&str> {
        uri.strip_prefix(ADDRESSES)
    }
}

/// Declares a view: an HTML document, by its path from the crate's folder.
///
/// Clients with the extension `io.modelcontextprotocol/ui` (MCP Apps) show it beside the answer of each tool that names it with
/// `#[mist_tool(…, view = "…")]`. The document gets the answer as `structuredContent` of `ui/notifications/tool-result`, and
/// loads nothing from elsewhere.
///
/// ```text
/// mistmcp::view! {
///     /// Shows on which floor each access point hangs.
///     "floor-plan" {
///         title: "Floor plan",
///         file: "views/floor-plan.html",
///     }
/// }
/// ```
#[macro_export]
macro_rules! view {
    ($(#[doc = $line:literal])+ $name:literal { title: $title:expr, file: $path:literal $(,)? }) => {
        $crate::__private::submit! {
            $crate::View {
                name: $name,
                title: $title,
                description: ::core::concat!($($line),+).trim_ascii(),
                html: ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", $path)),
                location: ::core::panic::Location::caller(),
            }
        }
    };
    ($name:literal $($other:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "view `",
            $name,
            "` has no description: write a `///` above its name"
        ));
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`view!` takes a `///`, a name in quotes, and in braces, with a comma between them, `title: …` and \
             `file: \"…\"`"
        );
    };
}

view! {
    /// Shows gateways, switches and access points with the links between them, and marks what is broken.
    "topology" { title: "Topology", file: "views/topology.html" }
}

view! {
    /// Shows what is down at a site, its alarms, service levels and recent changes.
    "site-health" { title: "Site health", file: "views/site-health.html" }
}

view! {
    /// Shows what happened to a client: its stages, access points, signal and failures.
    "client-timeline" { title: "Client timeline", file: "views/client-timeline.html" }
}

view! {
    /// Shows a service level over time and what it fails by.
    "sle-trend" { title: "Service level", file: "views/sle-trend.html" }
}

view! {
    /// Shows the ports of switches as face plates.
    "switch-ports" { title: "Switch ports", file: "views/switch-ports.html" }
}

view! {
    /// Shows the channels of access points, with their use, noise and neighbors.
    "radio-plan" { title: "Radio plan", file: "views/radio-plan.html" }
}

view! {
    /// Shows rows as a table that can be sorted and filtered, and as a chart.
    "table" { title: "Table", file: "views/table.html" }
}

view! {
    /// Shows the verdict of an answer, its findings with their evidence, and its facts.
    "findings" { title: "Findings", file: "views/findings.html" }
}
