use mistmcp::schemars::{Schema, json_schema};
use mistmcp::serde_json::Value;
use mistmcp::{Arg, Listed, Mismatch, QueryValue};

/// A name that Mist lists somewhere: any text, and where Mist does not know it, the call's error says which it knows.
macro_rules! listed_name {
    ($(#[doc = $documentation:literal])+ $name:ident: $tool:literal, $path:literal
        $(, $description:literal, $brief:literal)?
    ) => {
        $(#[doc = $documentation])+
        #[derive(Clone, Debug)]
        pub struct $name(String);

        impl Arg for $name {
            $(
                const DESCRIPTION: &str = $description;
                const BRIEF: &str = $brief;
            )?
            const LISTED: Option<Listed> = Some(Listed { tool: $tool, path: $path });

            fn schema() -> Schema {
                json_schema!({ "type": "string" })
            }

            fn read(value: &Value) -> Result<Self, Mismatch> {
                String::read(value).map(|name| Self(name.trim().to_owned()))
            }

            fn wire(&self) -> QueryValue {
                self.0.wire()
            }
        }
    };
}

listed_name! {
    /// An insight metric, or several with commas.
    InsightMetric: "listInsightMetrics", "/api/v1/const/insight_metrics",
    "Metric, from `listInsightMetrics`.", "One of listInsightMetrics"
}

listed_name! {
    /// A metric of a service level, as it is measured for the call's subject.
    SleMetric: "listSiteSlesMetrics", "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metrics"
}

listed_name! {
    /// A classifier of the call's SLE metric.
    SleClassifier: "listSiteSleMetricClassifiers",
    "/api/v1/sites/{site_id}/sle/{scope}/{scope_id}/metric/{metric}/classifiers"
}
