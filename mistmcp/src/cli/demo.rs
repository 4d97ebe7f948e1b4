//! The demo cloud of `--demo`: [`DemoCloud`], or a stand-in that does not start where the feature `demo` is left out.

#[cfg(feature = "demo")]
pub(super) use mistmcp_demo::DemoCloud;

use super::flags::Flags;
use crate::http::Question;

/// Error for changes of the demo network where there is none.
pub(super) const NEEDS_DEMO: &str = "--demo-incident (or MISTMCP_DEMO_INCIDENTS) and --demo-overlay (or MISTMCP_DEMO_OVERLAY) \
     change the network of --demo: add --demo, or leave them out";

/// Whether changes of the demo network are given.
pub(super) fn is_changed(flags: &Flags) -> bool {
    !flags.demo_incident.is_empty() || !flags.demo_overlay.is_empty()
}

/// Size limit of a file of --demo-overlay.
#[cfg(feature = "demo")]
const MAX_OVERLAY: u64 = 16 << 20;

/// Starts the demo cloud with the incidents and overlays of the flags.
///
/// # Errors
/// An incident or a file is not there or not right, or no port is free.
#[cfg(feature = "demo")]
pub(super) async fn start(flags: &Flags) -> anyhow::Result<DemoCloud> {
    use anyhow::Context as _;

    use super::exit::Usage;

    let overlay = overlay(flags).map_err(Usage::of)?;
    let started = match overlay {
        Some(overlay) => DemoCloud::start_with(overlay).await,
        None => DemoCloud::start().await,
    };
    started.context("the demo cloud cannot start")
}

/// The changes that the flags lay over the demo network, if there are any.
#[cfg(feature = "demo")]
fn overlay(flags: &Flags) -> anyhow::Result<Option<mistmcp_demo::Overlay>> {
    use anyhow::{Context as _, bail};
    use mistmcp_demo::{Incident, Overlay};

    use crate::{identity, quote};

    let mut incidents = Vec::new();
    for name in flags.demo_incident.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        let incident = Incident::named(name);
        // Its error repeats the name, and a token may stand here by mistake.
        if incident.is_err() && !quote::words(&name.replace('-', " ")).starts_with('`') {
            bail!(
                "--demo-incident (or MISTMCP_DEMO_INCIDENTS) is {}, and no built-in incident: `{} incidents` lists them",
                quote::described(name),
                identity::name()
            );
        }
        incidents.push(incident.context("--demo-incident (or MISTMCP_DEMO_INCIDENTS)")?);
    }
    for path in &flags.demo_overlay {
        let said = || format!("--demo-overlay (or MISTMCP_DEMO_OVERLAY) is {}", quote::path(path));
        let text = crate::text_file::read(path, MAX_OVERLAY).with_context(said)?;
        let name = path.display().to_string();
        let incident = Incident::parse(&name, &text).context("--demo-overlay (or MISTMCP_DEMO_OVERLAY)")?;
        check_names(&incident).with_context(said)?;
        incidents.push(incident);
    }
    if incidents.is_empty() {
        return Ok(None);
    }
    Overlay::of(&incidents).context("the changes of the demo network cannot be applied").map(Some)
}

/// Checks the names of a tool and of a cause in an overlay, which the demo cloud does not know.
#[cfg(feature = "demo")]
fn check_names(incident: &mistmcp_demo::Incident) -> anyhow::Result<()> {
    use anyhow::ensure;

    use crate::answers::cause_names;
    use crate::suggestion::remedy;
    use crate::text::{one_line, shortened};

    const LONGEST: usize = 100;
    let written = |name: &str| shortened(&one_line(name), LONGEST);
    if let Some(question) = &incident.question {
        let tool = question.tool.as_str();
        let words =
            || format!("`question` has no tool `{}`{}", written(tool), remedy(tool, crate::tool::names()));
        ensure!(crate::tool::names().any(|known| known == tool), words());
    }
    // A program without answers knows no causes.
    if let Some(expected) = &incident.expect {
        let cause = expected.cause.as_str();
        let words = || format!("`expect` has no cause `{}`{}", written(cause), remedy(cause, cause_names()));
        let is_known = cause_names().next().is_none() || cause_names().any(|known| known == cause);
        ensure!(is_known, words());
    }
    Ok(())
}

/// The questions that the web page offers over the demo network.
#[cfg(feature = "demo")]
pub(super) fn questions() -> Vec<Question> {
    let owned = |question: mistmcp_demo::SampleQuestion| Question {
        text: question.text.to_owned(),
        tool: question.tool.to_owned(),
        arguments: question.arguments.to_owned(),
        incident: None,
    };
    let of_incident = |incident: mistmcp_demo::Incident| {
        let mistmcp_demo::Question { tool, arguments } = incident.question?;
        let arguments = serde_json::Value::Object(arguments).to_string();
        Some(Question { text: incident.title, tool, arguments, incident: Some(incident.name) })
    };
    // A test holds that the built-in incidents are of their form.
    let incidents = mistmcp_demo::Incident::built_in().unwrap_or_default();
    let mut incidents: Vec<_> = incidents.into_iter().filter_map(of_incident).collect();
    incidents.sort_by(|one, other| one.text.cmp(&other.text));
    mistmcp_demo::SAMPLE_QUESTIONS.into_iter().map(owned).chain(incidents).collect()
}

/// No questions.
#[cfg(not(feature = "demo"))]
pub(super) fn questions() -> Vec<Question> {
    Vec::new()
}

/// No demo cloud.
#[cfg(not(feature = "demo"))]
pub(super) enum DemoCloud {}

#[cfg(not(feature = "demo"))]
impl DemoCloud {
    pub(super) const TOKEN: &'static str = "";

    pub(super) fn url(&self) -> String {
        match *self {}
    }
}

/// Refuses to start.
///
/// # Errors
/// Always.
#[cfg(not(feature = "demo"))]
#[expect(clippy::unused_async, reason = "as the real one")]
pub(super) async fn start(_flags: &Flags) -> anyhow::Result<DemoCloud> {
    anyhow::bail!("this program is built without the feature `demo`: leave --demo out")
}
