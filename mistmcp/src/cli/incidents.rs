//! `mistmcp incidents`: the troubles that `--demo-incident` lays over the demo network.

use std::process::ExitCode;

use super::flags::IncidentsFlags;

/// Prints the incidents.
///
/// # Errors
/// A built-in file is wrong, or the output cannot be written.
#[cfg(feature = "demo")]
pub(super) fn print(asked: &IncidentsFlags) -> anyhow::Result<ExitCode> {
    use mistmcp_demo::Incident;
    use serde_json::{Value, json};

    use super::output;
    use crate::identity::name;

    let incidents = Incident::built_in()?;
    if asked.json {
        let incidents = incidents.iter().map(|incident| {
            json!({
                "name": incident.name,
                "title": incident.title,
                "half": incident.half.map(mistmcp_demo::Half::name),
                "question": incident.question.as_ref().map(|it| json!({ "tool": it.tool, "arguments": it.arguments })),
                "expect": incident.expect.as_ref().map(|it| json!({ "cause": it.cause, "object": it.object })),
            })
        });
        let list = json!({ "incidents": incidents.collect::<Vec<Value>>() });
        output::print(format!("{list:#}\n").as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let width = incidents.iter().map(|incident| incident.name.len()).max().unwrap_or_default();
    let lines = incidents.iter().map(|incident| format!("{:<width$}  {}\n", incident.name, incident.title));
    output::print(lines.collect::<String>().as_bytes())?;
    if output::is_terminal() {
        output::error(&format!(
            "\n`{} --demo --demo-incident NAME` serves the made-up network with one of them.",
            name()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses: there is no demo network.
///
/// # Errors
/// Always.
#[cfg(not(feature = "demo"))]
pub(super) fn print(_asked: &IncidentsFlags) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this program is built without the feature `demo`, which the incidents belong to")
}
