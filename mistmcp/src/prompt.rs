//! MCP prompts ([`Prompt`]): recurring questions, with the tools that answer them.

use std::panic::Location;

/// An MCP prompt: a question and the tools that answer it. Declared with [`prompt!`](crate::prompt). Most clients show it as a
/// command.
#[derive(Debug)]
pub struct Prompt {
    /// Name, in words with hyphens.
    pub name: &'static str,
    /// Display name.
    pub title: &'static str,
    /// Description in one sentence: what one learns.
    pub description: &'static str,
    /// The arguments.
    pub arguments: &'static [PromptArgument],
    /// The task for the model. `{site}` is replaced by the argument of that name.
    pub task: &'static str,
    /// The tools to use, in order. Tools that a session may not use are omitted for it, and so is a prompt without steps.
    pub steps: &'static [Step],
    /// The expected content of the answer.
    pub answer: &'static str,
    /// Source location of the declaration.
    pub location: &'static Location<'static>,
}

/// A step of a prompt: a tool, and its purpose.
#[derive(Debug)]
pub struct Step {
    /// Name of the tool.
    pub tool: &'static str,
    /// Its purpose in this prompt.
    pub why: &'static str,
}

/// An argument of a prompt: a text, as all of them are in MCP.
#[derive(Debug)]
pub struct PromptArgument {
    /// Name of the argument.
    pub name: &'static str,
    /// Description of the argument.
    pub description: &'static str,
    /// The text used when the argument is omitted. None makes it required.
    pub otherwise: Option<&'static str>,
    /// The kind of values that are completed.
    pub completed: Option<Completed>,
}

/// Kinds of values that the server completes while a user types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completed {
    /// The name of a site.
    Site,
    /// The name of a category of tools.
    Category,
}

impl PromptArgument {
    /// A required argument.
    pub const fn required(name: &'static str, description: &'static str) -> Self {
        Self { name, description, otherwise: None, completed: None }
    }

    /// An optional argument, with the text used when it is omitted.
    pub const fn optional(name: &'static str, description: &'static str, otherwise: &'static str) -> Self {
        Self { name, description, otherwise: Some(otherwise), completed: None }
    }

    /// The same argument, with completion.
    #[must_use]
    pub const fn completed(self, by: Completed) -> Self {
        Self { completed: Some(by), ..self }
    }
}

inventory::collect!(Prompt);

/// Declares a prompt.
///
/// ```
/// use mistmcp::{Completed, PromptArgument, Step};
///
/// mistmcp::prompt! {
///     /// Finds out which channels changed at a site.
///     "channel-changes" {
///         title: "Channel changes",
///         arguments: &[PromptArgument::required("site", "Its name").completed(Completed::Site)],
///         task: "Which channels changed at {site} this week, and why?",
///         steps: &[Step { tool: "listSiteRrmEvents", why: "every change with its reason" }],
///         answer: "One line for each access point.",
///     }
/// }
/// ```
#[macro_export]
macro_rules! prompt {
    ($(#[doc = $line:literal])+ $name:literal { $($field:ident: $value:expr),+ $(,)? }) => {
        $crate::__private::submit! {
            $crate::Prompt {
                name: $name,
                description: ::core::concat!($($line),+).trim_ascii(),
                $($field: $value,)+
                location: ::core::panic::Location::caller(),
            }
        }
    };
    ($name:literal $($other:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "prompt `",
            $name,
            "` has no description: write a `///` above its name"
        ));
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`prompt!` takes a `///`, a name in quotes, and in braces, with commas between them, `title: …`, \
             `arguments: …`, `task: …`, `steps: …` and `answer: …`"
        );
    };
}
