//! Cause of a trouble: [`Cause`].

/// What can be wrong, from a closed list, with its documentation.
#[derive(Debug)]
pub struct Cause {
    /// Name in answers: `port_slow`.
    pub name: &'static str,
    /// The group under which the documentation lists it.
    pub group: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// The evidence that leads to it.
    pub evidence: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Causes that answers of the program name. `submit!` registers them.
#[doc(hidden)]
#[derive(Debug)]
pub struct Causes(pub &'static [&'static Cause]);

inventory::collect!(Causes);

/// The names of all causes that the linked tools know.
#[cfg(feature = "demo")]
pub(crate) fn cause_names() -> impl Iterator<Item = &'static str> + Clone {
    inventory::iter::<Causes>().flat_map(|Causes(causes)| *causes).map(|cause| cause.name)
}
