//! Incidents: troubles that are laid over the demo network, each with the question that it raises and the right answer.

use std::{io::Read, sync::LazyLock};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::overlay::{self, OverlayChange, OverlayError};

include!(concat!(env!("OUT_DIR"), "/incidents.rs"));

/// The texts of all files of `demo/incidents`, each with a zero byte behind it.
static TEXTS: LazyLock<String> = LazyLock::new(|| {
    let mut texts = String::new();
    // The build script wrote it, and a test reads all incidents.
    let _ = GzDecoder::new(&include_bytes!(concat!(env!("OUT_DIR"), "/incidents.gz"))[..])
        .read_to_string(&mut texts);
    texts
});

/// A trouble that is laid over the demo network: see `docs/demo.md` for its form.
#[derive(Clone, Debug)]
pub struct Incident {
    /// The name of its file.
    pub name: String,
    /// What happened, in a line.
    pub title: String,
    /// Which half of the evaluation it belongs to; none for a file of the user's own.
    pub half: Option<Half>,
    /// The call that should find it.
    pub question: Option<Question>,
    /// What that call should find.
    pub expect: Option<Expect>,
    pub(crate) changes: Vec<OverlayChange>,
}

/// A half of the evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// What rules may be tuned to.
    Train,
    /// What they may not be tuned to.
    Test,
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Question {
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: Map<String, Value>,
}

/// The finding that is right: its cause, and the name of one of its objects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Expect {
    /// The finding's `cause`.
    pub cause: String,
    /// The `name` of one of its `objects`.
    pub object: Option<String>,
}

/// A file of `demo/incidents`.
struct BuiltIn {
    name: &'static str,
    half: Half,
    /// The number of its text in [`TEXTS`].
    place: usize,
}

impl Half {
    /// `train` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Half::Train => "train",
            Half::Test => "test",
        }
    }
}

impl Incident {
    /// The incident of a file; `file` is its path, for errors.
    ///
    /// # Errors
    /// The text is not of the form, or names a collection or path that is not there.
    pub fn parse(file: &str, text: &str) -> Result<Incident, OverlayError> {
        let read = overlay::read(file, text)?;
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let name = name.strip_suffix(".json").unwrap_or(name).to_owned();
        let title = read.title.unwrap_or_else(|| name.clone());
        Ok(Incident {
            name,
            title,
            half: None,
            question: read.question,
            expect: read.expect,
            changes: read.changes,
        })
    }

    /// The incidents that are built in, by name.
    ///
    /// # Errors
    /// A file of `demo/incidents` is not of the form; a test holds that all are.
    pub fn built_in() -> Result<Vec<Incident>, OverlayError> {
        BUILT_IN.iter().map(BuiltIn::read).collect()
    }

    /// The built-in incident of a name.
    ///
    /// # Errors
    /// There is none: which there are.
    pub fn named(name: &str) -> Result<Incident, OverlayError> {
        let found = BUILT_IN.iter().find(|incident| incident.name == name);
        found.map_or_else(
            || Err(overlay::unknown_incident(name, BUILT_IN.iter().map(|it| it.name))),
            BuiltIn::read,
        )
    }
}

impl BuiltIn {
    fn read(&self) -> Result<Incident, OverlayError> {
        let file = format!("demo/incidents/{}/{}.json", self.half.name(), self.name);
        let text = TEXTS.split('\0').nth(self.place).unwrap_or_default();
        Ok(Incident { half: Some(self.half), ..Incident::parse(&file, text)? })
    }
}
