//! Permission to quote Mist's lists in errors and notes ([`Disclosure`]).

use std::fmt;
use std::sync::Arc;

/// Limits what errors, notes and completions may quote to lists that a callable tool returns
/// ([`Disclosure::permits`]). The default is unlimited.
#[derive(Clone, Default)]
pub(crate) struct Disclosure(Option<IsCallable>);

type IsCallable = Arc<dyn Fn(&str) -> bool + Send + Sync>;

impl Disclosure {
    /// Permits only what a callable tool lists.
    pub(crate) fn of_tools(is_callable: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_callable)))
    }

    /// Whether a list may be quoted: the session can call one of the tools that return it.
    pub(super) fn permits(&self, listers: &[&str]) -> bool {
        self.0.as_ref().is_none_or(|is_callable| listers.iter().any(|lister| is_callable(lister)))
    }
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Disclosure(of tools)" } else { "Disclosure(all)" })
    }
}
