//! Environment variables of OpenTelemetry.

use thiserror::Error;

use crate::quote;

/// The endpoint of traces only, and the endpoint of all signals.
pub(super) const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const EXPORTER: &str = "OTEL_TRACES_EXPORTER";

/// Error: a variable has an invalid value.
#[derive(Debug, Error)]
#[error("{name} {problem}")]
pub(super) struct Mistake {
    pub(super) name: &'static str,
    pub(super) problem: String,
}

/// Reads an environment variable. An empty one counts as unset.
pub(super) fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// The variable that enables the export. Without one, nothing is exported.
pub(super) fn exporter_variable(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<&'static str>, Mistake> {
    if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    match variable(EXPORTER).as_deref() {
        Some("none") => Ok(None),
        Some("otlp") => Ok(Some(EXPORTER)),
        Some(other) => {
            let problem = format!("is {}; it takes otlp or none", quote::word(other));
            Err(Mistake { name: EXPORTER, problem })
        }
        None => Ok(ENDPOINTS.into_iter().find(|name| variable(name).is_some())),
    }
}

/// What a program without the feature `otlp` says if the environment asks for an export. The value of the variable may hold a
/// password.
#[cfg(any(test, not(feature = "otlp")))]
pub(super) fn missing_export(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let name = exporter_variable(variable).ok().flatten()?;
    Some(format!(
        "{name} is set, but this program is built without tracing, and exports nothing: build it with `--features otlp`, or \
         take the container image, which has it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |wanted| variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn a_program_without_tracing_says_which_variable_asks_for_an_export_and_not_its_value() {
        let missing = |variables: &[(&str, &str)]| missing_export(among(variables));
        for name in ENDPOINTS {
            let problem = missing(&[(name, "http://s3cret@127.0.0.1:9")]).unwrap();
            assert!(problem.starts_with(&format!("{name} is set")), "{problem}");
            assert!(problem.contains("--features otlp") && !problem.contains("s3cret"), "{problem}");
            assert_eq!(missing(&[(name, "http://127.0.0.1:9"), ("OTEL_SDK_DISABLED", "true")]), None);
        }
        assert!(missing(&[(EXPORTER, "otlp")]).unwrap().starts_with(EXPORTER));
        assert_eq!(missing(&[(EXPORTER, "none")]), None);
        assert_eq!(missing(&[]), None);
    }

    fn exporter_variable_of(variables: &[(&str, &str)]) -> Result<Option<&'static str>, String> {
        exporter_variable(among(variables)).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn an_endpoint_enables_the_export() {
        let [traces, all] = ENDPOINTS;
        assert_eq!(exporter_variable_of(&[]), Ok(None));
        assert_eq!(
            exporter_variable_of(&[("OTEL_SERVICE_NAME", "mine"), ("OTEL_TRACES_SAMPLER", "always_on")]),
            Ok(None)
        );
        assert_eq!(exporter_variable_of(&[(all, "http://127.0.0.1:4318")]), Ok(Some(all)));
        assert_eq!(exporter_variable_of(&[(all, "http://a"), (traces, "http://b")]), Ok(Some(traces)));
        assert_eq!(exporter_variable_of(&[(EXPORTER, "otlp")]), Ok(Some(EXPORTER)));
    }

    #[test]
    fn a_disabled_export_stays_off_whatever_the_endpoint() {
        let [_, all] = ENDPOINTS;
        assert_eq!(exporter_variable_of(&[(all, "http://a"), (EXPORTER, "none")]), Ok(None));
        assert_eq!(exporter_variable_of(&[(all, "http://a"), ("OTEL_SDK_DISABLED", "TRUE")]), Ok(None));
        assert_eq!(exporter_variable_of(&[(all, "http://a"), ("OTEL_SDK_DISABLED", "false")]), Ok(Some(all)));
    }

    #[test]
    fn an_unknown_exporter_is_named_with_the_known_ones() {
        let mistake = exporter_variable_of(&[(EXPORTER, "zipkin")]).unwrap_err();
        assert_eq!(mistake, "OTEL_TRACES_EXPORTER is `zipkin`; it takes otlp or none");
        for secret in ["Zk3v9QpLr7TtYyUuIiOo", "https://ada:Zk3v9@collector.example", "\u{1b}[31mZk3v9"] {
            let mistake = exporter_variable_of(&[(EXPORTER, secret)]).unwrap_err();
            assert!(!mistake.contains("Zk3v9") && !mistake.contains('\u{1b}'), "{mistake}");
        }
    }
}
