//! The standard's variables say whether, where, how and how much.

use mistmcp_tests::{Collector, Launch, Lifecycle, MockUpstream};

use crate::fixture::{Fixture, GET_SITE, site};

/// What a server that was called once has exported by its end.
async fn exported(variables: &[(&str, &str)]) -> usize {
    let set =
        |launch: Launch| variables.iter().fold(launch, |launch, (name, value)| launch.variable(name, value));
    let fixture = Fixture::start_with("", set).await;
    fixture.client(Lifecycle::Stateless).await.call("getSiteInfo", site(1)).await;
    fixture.server.signal("TERM").await;
    let (status, errors) = fixture.server.ended().await;
    assert_eq!(status.code(), Some(0), "{errors}");
    fixture.collector.spans().len()
}

#[tokio::test]
async fn what_is_switched_off_exports_nothing() {
    assert_eq!(exported(&[]).await, 2);
    assert_eq!(exported(&[("OTEL_TRACES_SAMPLER", "always_off")]).await, 0);
    assert_eq!(
        exported(&[("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0")]).await,
        0
    );
    assert_eq!(exported(&[("OTEL_TRACES_EXPORTER", "none")]).await, 0);
    assert_eq!(exported(&[("OTEL_SDK_DISABLED", "true")]).await, 0);
    assert_eq!(exported(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]).await, 0);
}

#[tokio::test]
async fn the_service_is_called_what_the_operator_calls_it() {
    let own = [("service.name", "mistmcp"), ("service.version", env!("CARGO_PKG_VERSION"))];
    let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=lab,service.version=7");
    let named =
        [("service.name", "mist-lab"), ("service.version", "7"), ("deployment.environment.name", "lab")];
    for (variables, wanted) in
        [(&[][..], &own[..]), (&[attributes, ("OTEL_SERVICE_NAME", "mist-lab")], &named)]
    {
        let set = |launch: Launch| {
            variables.iter().fold(launch, |launch, (name, value)| launch.variable(name, value))
        };
        let fixture = Fixture::start_with("", set).await;
        fixture.client(Lifecycle::Stateless).await.call("getSiteInfo", site(1)).await;
        let span = fixture.collector.named(GET_SITE, 1).await.remove(0);
        for (name, wanted) in wanted {
            assert_eq!(span.of_service(name), *wanted, "{name}");
        }
    }
}

#[tokio::test]
async fn an_endpoint_of_spans_alone_is_taken_as_it_is_and_wins() {
    let (upstream, collector) = (MockUpstream::start().await, Collector::start().await);
    let endpoint = format!("{}/v1/traces", collector.url());
    let launch =
        Launch::at(&upstream, "--mode all").variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint);
    let launch = launch.variable("OTEL_EXPORTER_OTLP_ENDPOINT", &upstream.url());
    let client = launch.variable("OTEL_BSP_SCHEDULE_DELAY", "20").client(Lifecycle::Legacy).await;
    client.call("getSiteInfo", site(1)).await;
    assert_eq!(collector.named(GET_SITE, 1).await.len(), 1);
    assert!(upstream.take().iter().all(|asked| asked.method == "GET"), "it is told nothing");
}

#[tokio::test]
async fn what_is_not_spoken_stops_the_program_with_what_is() {
    for (name, value, words) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "it takes http/protobuf"),
        ("OTEL_TRACES_EXPORTER", "jaeger", "it takes otlp or none"),
        ("OTEL_TRACES_SAMPLER", "xray", "it takes always_on"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "user:s3cret@collector", "is no URL such as http://127.0.0.1:4318"),
    ] {
        let launch = Launch::new("--demo").variable("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
        let finished = launch.variable(name, value).run().await;
        assert_eq!((finished.code(), finished.output().as_str()), (Some(1), ""));
        assert!(finished.stderr.contains(name) && finished.stderr.contains(words), "{}", finished.stderr);
        assert!(!finished.stderr.contains("s3cret"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_variable_in_a_file_is_reported_as_not_read() {
    let file = "OTEL_EXPORTER_OTLP_ENDPOINT=http://user:s3cret@127.0.0.1:9\n";
    let finished = Launch::new("--demo").file(".env", file).run().await;
    assert_eq!(finished.code(), Some(0));
    let words = "OTEL_EXPORTER_OTLP_ENDPOINT in the env file is not read";
    assert!(finished.stderr.contains(words) && !finished.stderr.contains("s3cret"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_subcommand_is_not_traced() {
    let collector = Collector::start().await;
    let finished = collector.of(Launch::new("call getSelf --demo")).run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
    assert!(collector.spans().is_empty());
    let finished = Launch::new("tools --json").variable("OTEL_TRACES_EXPORTER", "jaeger").run().await;
    assert_eq!(finished.code(), Some(0), "{}", finished.stderr);
}
