//! Ready questions for the demo network ([`SampleQuestion`]).

/// A question that suits the demo network: one call of a tool.
#[derive(Clone, Copy, Debug)]
pub struct SampleQuestion {
    /// The question as people ask it.
    pub text: &'static str,
    /// The tool that answers it.
    pub tool: &'static str,
    /// Its arguments, as JSON text.
    pub arguments: &'static str,
}

/// The questions that the web page of a server offers over the demo network.
pub const SAMPLE_QUESTIONS: [SampleQuestion; 7] = [
    SampleQuestion {
        text: "How healthy is the site in Leeds?",
        tool: "checkSite",
        arguments: r#"{"site_id":"Leeds Distribution Centre"}"#,
    },
    SampleQuestion {
        text: "How is the warehouse in Rotterdam cabled, and what is broken there?",
        tool: "showTopology",
        arguments: r#"{"site_id":"Rotterdam Warehouse"}"#,
    },
    SampleQuestion {
        text: "Why does the laptop hp-mac-lds-008 in Leeds have a bad connection?",
        tool: "troubleshootClient",
        arguments: r#"{"client":"hp-mac-lds-008"}"#,
    },
    SampleQuestion { text: "Which switch ports have a problem?", tool: "checkPorts", arguments: "{}" },
    SampleQuestion {
        text: "Which channels do the access points in Leeds use?",
        tool: "checkRadio",
        arguments: r#"{"site_id":"Leeds Distribution Centre"}"#,
    },
    SampleQuestion {
        text: "How did the capacity of the Wi-Fi in Leeds change?",
        tool: "explainSle",
        arguments: r#"{"site_id":"Leeds Distribution Centre","metric":"capacity"}"#,
    },
    SampleQuestion {
        text: "Which access points serve the most clients?",
        tool: "queryRows",
        arguments: concat!(
            r#"{"tables":{"aps":{"tool":"listOrgDevicesStats","arguments":{"type":"ap"}}},"#,
            r#""sql":"SELECT name, model, num_clients FROM aps ORDER BY num_clients DESC LIMIT 20"}"#
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_objects() {
        for question in SAMPLE_QUESTIONS {
            let arguments: serde_json::Value = serde_json::from_str(question.arguments).unwrap();
            assert!(arguments.is_object(), "{question:?}");
        }
    }
}
