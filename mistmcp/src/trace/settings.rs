//! Settings of the OTLP export: [`Settings`].

use std::time::Duration;

use http::Uri;
use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_COMPRESSION, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_EXPORTER_OTLP_TIMEOUT,
    OTEL_EXPORTER_OTLP_TIMEOUT_DEFAULT, OTEL_EXPORTER_OTLP_TRACES_COMPRESSION,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT,
};
use reqwest::Url;

use super::variables::{ENDPOINTS, Mistake};
use crate::host::is_loopback;
use crate::quote;

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const SAMPLER_ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

/// Settings of the export that its crates do not read themselves, or read without validation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Timeout of one export.
    pub(super) timeout: Duration,
    /// Host and port of the collector, for display: the rest of its URL may be secret.
    pub(super) collector: String,
    /// Whether it is on this machine.
    pub(super) is_near: bool,
}

impl Settings {
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Mistake> {
        one_of(
            &variable,
            &[OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, OTEL_EXPORTER_OTLP_PROTOCOL],
            &["http/protobuf"],
            ", which collectors take at port 4318 and not at that of gRPC, 4317; OTEL_TRACES_EXPORTER=none exports nothing",
        )?;
        one_of(
            &variable,
            &[OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, OTEL_EXPORTER_OTLP_COMPRESSION],
            &["none", "gzip"],
            "",
        )?;
        let sampler = one_of(&variable, &[SAMPLER], &SAMPLERS, "")?;
        if sampler.is_some_and(|sampler| sampler.ends_with("traceidratio")) {
            let share = variable(SAMPLER_ARGUMENT);
            let share =
                share.map(|share| share.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share)));
            if share.flatten().is_none() {
                let problem = "has to be a number from 0 to 1, the share of traces to keep".to_owned();
                return Err(Mistake { name: SAMPLER_ARGUMENT, problem });
            }
        }
        let (collector, is_near) = collector(&variable)?;
        Ok(Self { timeout: timeout(&variable)?, collector, is_near })
    }
}

/// The value of the first variable that is set, which must be one of those supported.
fn one_of(
    variable: impl Fn(&str) -> Option<String>,
    names: &[&'static str],
    takes: &[&str],
    remark: &str,
) -> Result<Option<String>, Mistake> {
    let Some((name, value)) = names.iter().find_map(|name| Some((*name, variable(name)?))) else {
        return Ok(None);
    };
    if takes.contains(&value.as_str()) {
        return Ok(Some(value));
    }
    Err(Mistake {
        name,
        problem: format!("is {}; it takes {}{remark}", quote::word(&value), takes.join(", ")),
    })
}

fn timeout(variable: impl Fn(&str) -> Option<String>) -> Result<Duration, Mistake> {
    for name in [OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, OTEL_EXPORTER_OTLP_TIMEOUT] {
        if let Some(value) = variable(name) {
            let milliseconds = value.parse().ok().filter(|milliseconds| *milliseconds > 0);
            let problem = || format!("is {}; it takes milliseconds, such as 10000", quote::word(&value));
            return milliseconds
                .map(Duration::from_millis)
                .ok_or_else(|| Mistake { name, problem: problem() });
        }
    }
    Ok(OTEL_EXPORTER_OTLP_TIMEOUT_DEFAULT)
}

/// The collector's address, and whether it is on this machine.
fn collector(variable: impl Fn(&str) -> Option<String>) -> Result<(String, bool), Mistake> {
    let Some((name, value)) = ENDPOINTS.into_iter().find_map(|name| Some((name, variable(name)?))) else {
        return Ok(("localhost:4318".to_owned(), true));
    };
    // The exporter parses it as a URI, and would quote an invalid one in its error.
    let url = Url::parse(&value).ok().filter(|_| value.parse::<Uri>().is_ok());
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let place = url.as_ref().and_then(|url| Some((url.host()?.to_owned(), url.port_or_known_default()?)));
    let Some((host, port)) = place else {
        // The value may hold a password, so it is not repeated.
        return Err(Mistake { name, problem: "is no URL such as http://127.0.0.1:4318".to_owned() });
    };
    Ok((format!("{host}:{port}"), is_loopback(&host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let variable = |wanted: &str| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        };
        Settings::read(variable).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn a_collector_is_named_without_what_may_be_secret_in_its_url() {
        let settings =
            read(&[(ENDPOINTS[1], "https://user:s3cret@otlp.example.com/s3cret?key=s3cret")]).unwrap();
        assert_eq!((settings.collector.as_str(), settings.is_near), ("otlp.example.com:443", false));
        for wrong in [
            "collector:4318/s3cret",
            "s3cret",
            "http://s3cret@host/a b",
            " http://s3cret@host",
            "ftp://s3cret@host",
        ] {
            let mistake = read(&[(ENDPOINTS[1], wrong)]).unwrap_err();
            assert_eq!(mistake, "OTEL_EXPORTER_OTLP_ENDPOINT is no URL such as http://127.0.0.1:4318");
        }
        assert!(read(&[(ENDPOINTS[0], "http://[::1]:4318/v1/traces")]).unwrap().is_near);
    }

    #[test]
    fn an_unsupported_protocol_is_refused_with_the_supported_ones() {
        for (name, value, words) in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "it takes http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "it takes http/protobuf"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "it takes none, gzip"),
            ("OTEL_TRACES_SAMPLER", "xray", "it takes always_on"),
            ("OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG has to be a number"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "it takes milliseconds"),
        ] {
            let mistake = read(&[(name, value)]).unwrap_err();
            assert!(mistake.starts_with("OTEL_") && mistake.contains(words), "{name}: {mistake}");
        }
        let sampler =
            [("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.25")];
        assert!(read(&sampler).is_ok());
    }

    #[test]
    fn the_variable_of_traces_takes_precedence() {
        let timeouts = [("OTEL_EXPORTER_OTLP_TIMEOUT", "5000"), ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "250")];
        assert_eq!(read(&timeouts).unwrap().timeout, Duration::from_millis(250));
        assert_eq!(read(&[]).unwrap().timeout, OTEL_EXPORTER_OTLP_TIMEOUT_DEFAULT);
    }
}
