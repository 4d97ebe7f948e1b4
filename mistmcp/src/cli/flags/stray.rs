use crate::cli::configuration::WITHOUT_FLAG;
use crate::cli::env_file::Environment;
use crate::suggestion::alike;

/// How the variables of this program begin that no other has.
const OURS: &str = "MISTMCP_";

/// What is to be said of variables that look like this program's and are not: with a slip in its name, what was to narrow
/// the tools would do nothing, and nobody would know.
pub(super) fn strays(command: &clap::Command, environment: &Environment) -> Vec<String> {
    let flags = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str());
    let known: Vec<_> = flags.chain(WITHOUT_FLAG).collect();
    let strays = environment.names(OURS).into_iter().filter(|name| !known.contains(&name.as_str()));
    strays
        .map(|name| {
            // What all begin with makes none of them likely.
            let meant = alike(own_part(&name), known.iter().copied().map(own_part)).next();
            let remedy = match known.iter().find(|known| Some(own_part(known)) == meant) {
                Some(meant) => format!("did you mean {meant}?"),
                None => "`mistmcp --help` tells those there are".to_owned(),
            };
            format!("{name} is no variable of this program, and changes nothing; {remedy}")
        })
        .collect()
}

/// What a name says beyond whose it is.
fn own_part(name: &str) -> &str {
    name.strip_prefix(OURS).or_else(|| name.strip_prefix("MIST_")).unwrap_or(name)
}
