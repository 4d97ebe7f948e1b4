//! The model of a session: what a client may see and run ([`Model`]).

use std::collections::BTreeSet;

use mistmcp::Mode;

use crate::script::{EXTENDED, Kind, LISTED, Names, Scene, TOOLS};

/// What a client may see and run, in few words: the operator's bounds, and a set of categories.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    mode: Mode,
    bounds: Vec<String>,
    kind: Kind,
    enabled: BTreeSet<&'static str>,
}

/// What comes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallOutcome {
    Runs,
    SwitchedOff,
    Unknown,
}

impl Model {
    pub(crate) fn of(scene: &Scene, kind: Kind) -> Self {
        let bounds = scene.bounds.iter().map(|name| name.to_lowercase()).collect();
        Self { mode: scene.mode, bounds, kind, enabled: BTreeSet::new() }
    }

    pub(crate) fn managed(&self) -> bool {
        self.mode == Mode::Managed
    }

    pub(crate) fn sees_changes(&self) -> bool {
        self.kind == Kind::Lasting
    }

    fn permits(&self, category: &str) -> bool {
        self.bounds.is_empty() || self.bounds.iter().any(|bound| bound == category)
    }

    fn reaches(&self, (category, name): (&str, &str)) -> bool {
        name == "getSelf" || self.permits(category)
    }

    fn is_on(&self, tool: (&str, &str)) -> bool {
        let loaded = match self.mode {
            Mode::Managed => LISTED.contains(tool.0) || self.enabled.contains(tool.0),
            Mode::All => !self.bounds.is_empty() || !EXTENDED.contains(tool.0),
            Mode::Custom => true,
        };
        tool.1 == "getSelf" || self.reaches(tool) && loaded
    }

    /// The tools that are on, with their categories.
    pub(crate) fn on(&self) -> Vec<(&'static str, &'static str)> {
        TOOLS.iter().copied().filter(|tool| self.is_on(*tool)).collect()
    }

    pub(crate) fn listed(&self) -> Vec<&'static str> {
        let controls: &[_] = if self.managed() { &["manageMcpTools", "findTools", "callTool"] } else { &[] };
        controls.iter().copied().chain(self.on().into_iter().map(|(_, name)| name)).collect()
    }

    pub(crate) fn may_find(&self, name: &str) -> bool {
        TOOLS.iter().any(|tool| tool.1 == name && self.reaches(*tool))
    }

    pub(crate) fn call(&self, name: &str) -> CallOutcome {
        match TOOLS.iter().find(|tool| tool.1 == name && self.reaches(**tool)) {
            None => CallOutcome::Unknown,
            Some(tool) if self.is_on(*tool) => CallOutcome::Runs,
            Some(_) => CallOutcome::SwitchedOff,
        }
    }

    pub(crate) fn call_by_name(&self, name: &str) -> CallOutcome {
        if self.may_find(name.trim()) { CallOutcome::Runs } else { CallOutcome::Unknown }
    }

    /// The categories that are meant; nothing where one of them is none.
    pub(crate) fn named(&self, names: &Names) -> Option<BTreeSet<&'static str>> {
        let names =
            names.written.iter().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
        let known = |name: String| TOOLS.iter().map(|tool| tool.0).find(|category| *category == name);
        names.map(|name| known(name).filter(|category| self.permits(category))).collect()
    }

    /// Switches, and says whether the list changed.
    pub(crate) fn switch(
        &mut self,
        enable: &BTreeSet<&'static str>,
        disable: &BTreeSet<&'static str>,
    ) -> bool {
        if !self.sees_changes() {
            return false;
        }
        let before = self.listed();
        self.enabled.extend(enable);
        self.enabled.retain(|category| !disable.contains(category));
        self.listed() != before
    }
}
