//! Choice of the one account for a request, and the errors where none or several see what it names ([`one`]).

use std::sync::Arc;

use super::super::fan_out::Responses;
use super::super::name_list::NameList;
use super::Route;
use crate::error::ErrorKind;
use crate::suggestion::listed;
use crate::text::shortened;
use crate::{Error, Result};

/// The accounts whose `orgs` name an organization.
pub(super) fn named_for<'r>(routes: &'r [Route], org_id: &str) -> Vec<&'r Route> {
    let names = |route: &&Route| route.account.orgs.as_ref().is_some_and(|orgs| orgs.contains(org_id));
    routes.iter().filter(names).collect()
}

/// The accounts that may be used for a site, of those that see it with its organization: where `orgs` of accounts name the
/// organization, these.
pub(super) fn preferred<'r>(routes: &'r [Route], seen: &[(&'r Route, Option<Arc<str>>)]) -> Vec<&'r Route> {
    let explicit = seen.iter().find_map(|(_, org)| org.as_deref()).map(|org| named_for(routes, org));
    match explicit {
        Some(explicit) if !explicit.is_empty() => explicit,
        _ => seen.iter().map(|(route, _)| *route).collect(),
    }
}

/// The routes whose listing is as wanted.
pub(super) fn seeing<'r>(
    responses: &Responses<'r, Arc<NameList>>,
    wanted: impl Fn(&Route, &NameList) -> bool,
) -> Vec<&'r Route> {
    let sees = |(route, listing): &&(&'r Route, Arc<NameList>)| wanted(route, listing);
    responses.answers.iter().filter(sees).map(|(route, _)| *route).collect()
}

/// The error for accounts that could not be asked. None if all could.
pub(in crate::mist) fn not_asked(failures: Vec<(&Route, Error)>) -> Option<Error> {
    let several = failures.len() > 1;
    let accounts = names(failures.iter().map(|(route, _)| *route));
    let (_, failure) = failures.into_iter().next()?;
    let of_first = if several { "; of the first of them: " } else { ": " };
    let noun = if several { "accounts" } else { "account" };
    let words = format!("The {noun} {accounts} could not be asked{of_first}");
    Some(Error::new(failure.kind(), words).append_error(failure))
}

/// The only account that sees an object.
///
/// # Errors
/// None does, or several do. If no account is known to see it, and one could not be asked, the error is about that.
pub(super) fn one<'r>(
    kind: &str,
    id: &str,
    seen: &[&'r Route],
    routes: &[Route],
    failures: Vec<(&Route, Error)>,
) -> Result<&'r Route> {
    let id = shortened(id, 60);
    match (seen, not_asked(failures)) {
        ([only], _) => Ok(only),
        ([], Some(not_asked)) => {
            let words = format!("Which account sees the {kind} `{id}` is not known. ");
            Err(Error::new(not_asked.kind(), words).append_error(not_asked))
        }
        ([], None) => {
            let words =
                format!("No account sees the {kind} `{id}`; the accounts are {}.", names(routes.iter()));
            let hint = [("getSelf", " `getSelf` shows what each of them sees.")];
            Err(Error::new(ErrorKind::Missing, words).hint(hint, ""))
        }
        (several, _) => Err(Error::new(
            ErrorKind::Arguments,
            format!(
                "Several accounts see the {kind} `{id}`: {}. `orgs` in the accounts file has to say which one is \
                 used for it.",
                names(several.iter().copied())
            ),
        )),
    }
}

/// The error for a request that names nothing by which an account could be chosen.
pub(super) fn unnamed(routes: &[Route]) -> Error {
    Error::new(
        ErrorKind::Arguments,
        format!(
            "This request names no organization and no site, so that it is open which account is meant: {}. Name an \
             organization or a site, or use another tool.",
            names(routes.iter())
        ),
    )
}

fn names<'r>(routes: impl Iterator<Item = &'r Route>) -> String {
    let names: Vec<_> =
        routes.map(|Route { account, .. }| format!("`{}` ({})", account.name, account.cloud)).collect();
    listed(names.iter().map(String::as_str))
}
