//! Questions that people ask again and again, with the way to their answers: MCP's prompts.

use std::panic::Location;

/// A question, and which tools answer it. Declared with [`prompt!`](crate::prompt), and offered to clients as a prompt
/// of MCP, which most show as a command.
#[derive(Debug)]
pub struct Prompt {
    /// Its name, in words with hyphens.
    pub name: &'static str,
    /// Its name as people read it.
    pub title: &'static str,
    /// What one learns from it, in one sentence.
    pub description: &'static str,
    /// What it is asked about.
    pub arguments: &'static [PromptArgument],
    /// What is to be found out. `{site}` stands for the argument of that name.
    pub task: &'static str,
    /// The tools that help, in the order in which to look. Those that a session may not use are left out for it, and
    /// so is a prompt of which no step is left.
    pub steps: &'static [Step],
    /// What the answer should say.
    pub answer: &'static str,
    /// Where it is declared.
    pub location: &'static Location<'static>,
}

/// One tool, and what to look for with it.
#[derive(Debug)]
pub struct Step {
    /// The tool's name.
    pub tool: &'static str,
    /// What it is good for here.
    pub why: &'static str,
}

/// An argument of a prompt: a text, as all of them are in MCP.
#[derive(Debug)]
pub struct PromptArgument {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// The words in its place where it is left out. Without any it is required.
    pub otherwise: Option<&'static str>,
    /// What its value is one of.
    pub completed: Option<Completed>,
}

/// What the server completes while somebody types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completed {
    /// The name of a site.
    Site,
    /// The name of a category of tools.
    Category,
}

impl PromptArgument {
    /// An argument that has to be given.
    pub const fn required(name: &'static str, description: &'static str) -> Self {
        Self { name, description, otherwise: None, completed: None }
    }

    /// An argument that may be left out, for these words.
    pub const fn optional(name: &'static str, description: &'static str, otherwise: &'static str) -> Self {
        Self { name, description, otherwise: Some(otherwise), completed: None }
    }

    /// The same argument, completed while somebody types it.
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
