//! Category of tools: [`Category`], declared by [`category!`](crate::category).

use std::borrow::Cow;
use std::panic::Location;

/// Group of tools that a client enables together. Declared with [`category!`](crate::category).
#[derive(Debug)]
pub struct Category {
    /// Name, equal to that of its module.
    pub name: &'static str,
    /// Purpose, in a sentence.
    pub description: &'static str,
    /// Whether its tools are seldom needed: mode `all` does not list them unless the category is
    /// named.
    pub extended: bool,
    /// Whether managed mode lists its tools from the start.
    pub listed: bool,
    /// Location of the declaration.
    pub location: &'static Location<'static>,
}

inventory::collect!(Category);

impl Category {
    /// The purpose, marked as extended where it is, for lists of categories.
    pub fn about(&self) -> Cow<'static, str> {
        if self.extended {
            Cow::Owned(format!("{} (extended)", self.description))
        } else {
            Cow::Borrowed(self.description)
        }
    }
}

/// Declares a category, once, in the module of its tools.
///
/// ```
/// mod sites_rrm {
///     mistmcp::category! {
///         /// Radio management at a site: the channel plan, what changed it, and neighbors.
///         sites_rrm
///     }
/// }
/// ```
///
/// The word `extended` before the name is for tools that are rarely needed. Mode `all` does not list them unless the
/// category is named; in managed mode they are found, called and switched on as all others.
///
/// ```
/// mod orgs_admins {
///     mistmcp::category! {
///         /// Who may manage the organization.
///         extended orgs_admins
///     }
/// }
/// ```
///
/// The word `listed` before the name is for the few tools that every client should see at once. Managed mode lists them
/// from the start, beside the essential ones; in mode `custom` the category has to be named as any other.
///
/// ```
/// mod answers {
///     mistmcp::category! {
///         /// Questions to the network as a whole.
///         listed answers
///     }
/// }
/// ```
#[macro_export]
macro_rules! category {
    ($(#[doc = $line:literal])+ extended $name:ident) => {
        $crate::category!(@declare [$($line),+] $name extended: true, listed: false);
    };
    ($(#[doc = $line:literal])+ listed $name:ident) => {
        $crate::category!(@declare [$($line),+] $name extended: false, listed: true);
    };
    ($(#[doc = $line:literal])+ $name:ident) => {
        $crate::category!(@declare [$($line),+] $name extended: false, listed: false);
    };
    (@declare [$($line:literal),+] $name:ident extended: $extended:literal, listed: $listed:literal) => {
        $crate::__private::submit! {
            $crate::Category {
                name: ::core::stringify!($name),
                description: ::core::concat!($($line),+).trim_ascii(),
                extended: $extended,
                listed: $listed,
                location: ::core::panic::Location::caller(),
            }
        }
        $crate::__private::submit! {
            $crate::__private::Package {
                name: ::core::env!("CARGO_PKG_NAME"),
                version: ::core::env!("CARGO_PKG_VERSION"),
            }
        }
    };
    (listed $name:ident) => {
        ::core::compile_error!(::core::concat!(
            "category `",
            ::core::stringify!($name),
            "` has no description: write a `///` above its name"
        ));
    };
    (extended $name:ident) => {
        ::core::compile_error!(::core::concat!(
            "category `",
            ::core::stringify!($name),
            "` has no description: write a `///` above its name"
        ));
    };
    ($name:ident) => {
        ::core::compile_error!(::core::concat!(
            "category `",
            ::core::stringify!($name),
            "` has no description: write a `///` above its name"
        ));
    };
    ($(#[doc = $line:literal])* $(extended)? $(listed)? $name:literal) => {
        ::core::compile_error!(::core::concat!(
            "the name of a category stands without quotes: write ",
            ::core::stringify!($name),
            " as a word, like `sites_rrm`"
        ));
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`category!` takes a `///` and one name (`extended` or `listed` may stand before it), and nothing else: write a \
             `category!` for each category, with a name like `sites_rrm`"
        );
    };
}
