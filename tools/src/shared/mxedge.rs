use mistmcp::{Choice, ParamGroup};

/// Events of Mist Edges.
#[derive(ParamGroup)]
pub struct MxEdgeEventFilter {
    /// Mist Edge, by id.
    #[brief = "Mist Edge"]
    pub mxedge_id: Option<String>,
    /// Cluster of the Mist Edge, by id.
    #[brief = "Its cluster"]
    pub mxcluster_id: Option<String>,
    /// Type of event, from `listMxEdgeEventsDefinitions`.
    #[brief = "From listMxEdgeEventsDefinitions"]
    pub r#type: Option<String>,
    /// Service of the Mist Edge, such as `tunterm`.
    #[brief = "Service: tunterm"]
    pub service: Option<String>,
}

/// Field to count by.
#[derive(Clone, Copy, Choice)]
#[expect(missing_docs, reason = "the names are Mist's fields of a Mist Edge's event")]
pub enum MxEdgeEventField {
    MxclusterId,
    MxedgeId,
    Package,
    Type,
}
