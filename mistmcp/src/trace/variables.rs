use thiserror::Error;

/// The collector of spans alone, and the one of everything that OpenTelemetry exports.
pub(super) const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const EXPORTER: &str = "OTEL_TRACES_EXPORTER";

/// A variable whose value is not one that it takes.
#[derive(Debug, Error)]
#[error("{name} {problem}")]
pub(super) struct Mistake {
    pub(super) name: &'static str,
    pub(super) problem: String,
}

/// A variable of the environment. An empty one is none.
pub(super) fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// Which variable asks for spans to be exported: nobody gets any who has not been named.
pub(super) fn asked_by(variable: impl Fn(&str) -> Option<String>) -> Result<Option<&'static str>, Mistake> {
    if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    match variable(EXPORTER).as_deref() {
        Some("none") => Ok(None),
        Some("otlp") => Ok(Some(EXPORTER)),
        Some(other) => {
            Err(Mistake { name: EXPORTER, problem: format!("is `{other}`; it takes otlp or none") })
        }
        None => Ok(ENDPOINTS.into_iter().find(|name| variable(name).is_some())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(variables: &[(&str, &str)]) -> Result<Option<&'static str>, String> {
        let variable = |wanted: &str| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        };
        asked_by(variable).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn an_endpoint_asks_for_spans_and_nothing_else_does_unless_told() {
        let [traces, all] = ENDPOINTS;
        assert_eq!(asked(&[]), Ok(None));
        assert_eq!(asked(&[("OTEL_SERVICE_NAME", "mine"), ("OTEL_TRACES_SAMPLER", "always_on")]), Ok(None));
        assert_eq!(asked(&[(all, "http://127.0.0.1:4318")]), Ok(Some(all)));
        assert_eq!(asked(&[(all, "http://a"), (traces, "http://b")]), Ok(Some(traces)));
        assert_eq!(asked(&[(EXPORTER, "otlp")]), Ok(Some(EXPORTER)));
    }

    #[test]
    fn what_is_switched_off_stays_off_whatever_the_endpoint() {
        let [_, all] = ENDPOINTS;
        assert_eq!(asked(&[(all, "http://a"), (EXPORTER, "none")]), Ok(None));
        assert_eq!(asked(&[(all, "http://a"), ("OTEL_SDK_DISABLED", "TRUE")]), Ok(None));
        assert_eq!(asked(&[(all, "http://a"), ("OTEL_SDK_DISABLED", "false")]), Ok(Some(all)));
    }

    #[test]
    fn an_exporter_that_there_is_not_is_named_with_those_that_there_are() {
        let mistake = asked(&[(EXPORTER, "zipkin")]).unwrap_err();
        assert_eq!(mistake, "OTEL_TRACES_EXPORTER is `zipkin`; it takes otlp or none");
    }
}
