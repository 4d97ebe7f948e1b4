use std::panic::Location;

/// A group of tools that clients switch on together. Declared with [`category!`](crate::category).
#[derive(Debug)]
pub struct Category {
    /// Its name, which is that of its module.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Where it is declared.
    pub location: &'static Location<'static>,
}

inventory::collect!(Category);

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
#[macro_export]
macro_rules! category {
    ($(#[doc = $line:literal])+ $name:ident) => {
        $crate::__private::submit! {
            $crate::Category {
                name: ::core::stringify!($name),
                description: ::core::concat!($($line),+).trim_ascii(),
                location: ::core::panic::Location::caller(),
            }
        }
    };
}
