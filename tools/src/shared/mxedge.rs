use mistmcp::{Choice, ParamGroup};

/// Events of Mist Edges.
#[derive(ParamGroup)]
pub struct MxEdgeEventFilter {
    /// Mist Edge.
    pub mxedge_id: Option<String>,
    /// Its cluster.
    pub mxcluster_id: Option<String>,
    /// From `listMxEdgeEventsDefinitions`.
    pub r#type: Option<String>,
    /// `tunterm`.
    pub service: Option<String>,
}

/// By.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a Mist Edge's event")]
pub enum MxEdgeEventField {
    MxclusterId,
    MxedgeId,
    Package,
    Type,
}
