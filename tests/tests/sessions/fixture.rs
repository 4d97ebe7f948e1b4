//! The fixture of the session tests ([`Fixture`]): runs scripts of clients, and compares them with the model.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use mistmcp::{
    Call, Catalog, Clouds, Connection, Content, ErrorKind, Format, Limits, Mode, Outcome, Pool, Rules,
    Session, Settings, Token,
};
use mistmcp_demo::{DemoCloud, ORG_ID};
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::model::{CallOutcome, Model};
use crate::script::{Kind, Names, Scene, Script, Step, TO_THE_CLOUD};

type Checked = Result<(), TestCaseError>;

/// A cloud, and a connection that all sessions share.
pub(crate) struct Fixture {
    runtime: Runtime,
    cloud: DemoCloud,
    connection: Arc<Connection>,
    marks: Arc<AtomicUsize>,
}

impl Fixture {
    pub(crate) fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        let cloud = runtime.block_on(DemoCloud::start()).unwrap();
        cloud.limit_requests(u64::MAX);
        let limits = Limits {
            timeout: Duration::from_secs(30),
            retry_wait: Duration::ZERO,
            rate_limit: u32::MAX,
            max_response_bytes: 1 << 20,
        };
        let mut clouds = Clouds::default();
        clouds.allow(&cloud.url()).unwrap();
        let at = clouds.find(&cloud.url()).unwrap();
        let token = Token::new(DemoCloud::TOKEN).unwrap();
        let connection = Connection::new(Arc::new(Pool::new(limits)), at, token, Some(ORG_ID.to_owned()));
        Self { runtime, cloud, connection: Arc::new(connection), marks: Arc::default() }
    }

    pub(crate) fn play(&self, scene: &Scene) -> Checked {
        let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
        let settings = Settings::new(Catalog::gather().unwrap(), scene.mode, &scene.bounds, rules).unwrap();
        let settings = Arc::new(settings);
        let actors = scene.scripts.iter().map(|script| Actor {
            session: Session::new(
                Arc::clone(&settings),
                Arc::clone(&self.connection),
                script.kind != Kind::Unseeing,
            ),
            model: Model::of(scene, script.kind),
            marks: Arc::clone(&self.marks),
            ran: BTreeSet::new(),
        });
        let first = self.marks.load(Ordering::SeqCst);
        let ran = self.runtime.block_on(async {
            let playing: Vec<_> = actors
                .zip(scene.scripts.clone())
                .map(|(actor, script)| tokio::spawn(actor.play(script)))
                .collect();
            // All are played to their end, also where one fails: what still ran would be counted to the next scene.
            let played = join_all(playing).await.into_iter().map(|actor| actor.unwrap());
            let actors = played.collect::<Result<Vec<_>, _>>()?;
            // Whatever the others did after a client was done is nothing to it.
            for actor in &actors {
                actor.list(&actor.session)?;
            }
            Ok::<_, TestCaseError>(actors.into_iter().flat_map(|actor| actor.ran).collect::<BTreeSet<_>>())
        })?;
        let requests = self.cloud.requests();
        let marked = requests.iter().filter_map(|request| request.parameter("name")).map(str::to_owned);
        let seen: BTreeSet<_> =
            marked.filter(|mark| number(mark).is_some_and(|mark| mark >= first)).collect();
        prop_assert_eq!(seen, ran, "what reached the cloud, and what may");
        Ok(())
    }

    /// Has everything in the catalog described: by `manageMcpTools`, with and without changes of the list, and by `findTools`.
    pub(crate) fn describe_all(&self) -> Checked {
        let rules = Rules { max_bytes: 60_000_000, format: Format::Json, show_secrets: false };
        let settings = Settings::new(Catalog::gather().unwrap(), Mode::Managed, &[], rules).unwrap();
        let settings = Arc::new(settings);
        let catalog = settings.catalog();
        let categories: Vec<_> = catalog.categories().iter().map(|category| category.name).collect();
        for sees_changes in [true, false] {
            let session = Session::new(Arc::clone(&settings), Arc::clone(&self.connection), sees_changes);
            let manage =
                call(&session, "manageMcpTools", json!({ "enable_mcp_tools_categories": categories }));
            let switched = self.runtime.block_on(manage);
            let mut described = vec![answer(&switched)?];
            for entry in catalog.entries() {
                let find = call(&session, "findTools", json!({ "query": entry.tool().name, "limit": 1 }));
                described.push(answer(&self.runtime.block_on(find))?);
            }
            for description in described {
                prop_assert!(!description.to_string().contains("[hidden]"), "{description}");
            }
        }
        Ok(())
    }
}

fn number(mark: &str) -> Option<usize> {
    mark.strip_prefix("mark")?.parse().ok()
}

/// A client with its script, held against its model.
struct Actor {
    session: Session,
    model: Model,
    marks: Arc<AtomicUsize>,
    /// The marks of the calls that may reach the cloud.
    ran: BTreeSet<String>,
}

impl Actor {
    async fn play(mut self, script: Script) -> Result<Self, TestCaseError> {
        for step in script.steps {
            let stateless = (script.kind == Kind::Stateless).then(|| self.session.stateless());
            let session = stateless.as_ref().unwrap_or(&self.session);
            match step {
                Step::List => self.list(session)?,
                Step::Manage { enable, disable } => {
                    let arguments = json!({
                        "enable_mcp_tools_categories": written(&enable),
                        "disable_mcp_tools_categories": written(&disable),
                    });
                    let outcome = call(session, "manageMcpTools", arguments).await;
                    self.list_after(outcome, &enable, &disable)?;
                }
                Step::Call(tool) => {
                    let (mark, arguments) = self.marked(&tool);
                    let expected = self.model.call(&tool);
                    let outcome = call(session, &tool, arguments).await;
                    self.judge(&tool, expected, &outcome, mark, ErrorKind::Tool)?;
                }
                Step::CallByName(tool) => {
                    let (mark, arguments) = self.marked(tool.trim());
                    let arguments = json!({ "tool": tool, "arguments": arguments });
                    let outcome = call(session, "callTool", arguments).await;
                    if self.model.managed() {
                        let expected = self.model.call_by_name(&tool);
                        self.judge(&tool, expected, &outcome, mark, ErrorKind::Access)?;
                    } else {
                        self.judge("callTool", CallOutcome::Unknown, &outcome, mark, ErrorKind::Tool)?;
                    }
                }
                Step::Find(query) => {
                    let outcome = call(session, "findTools", json!({ "query": query })).await;
                    self.found(&outcome)?;
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(self)
    }

    fn list(&self, session: &Session) -> Checked {
        let listed: Vec<_> = session.listed().map(|entry| entry.tool().name).collect();
        prop_assert_eq!(listed, self.model.listed());
        Ok(())
    }

    fn list_after(&mut self, outcome: Outcome, enable: &Names, disable: &Names) -> Checked {
        let named = self.model.named(enable).zip(self.model.named(disable));
        let (Some((enable, disable)), true) = (named, self.model.managed()) else {
            let kind = if self.model.managed() { ErrorKind::Arguments } else { ErrorKind::Tool };
            prop_assert_eq!(outcome.content.map_err(|error| error.kind()).err(), Some(kind));
            prop_assert!(!outcome.list_changed, "a refused call changed the list");
            return Ok(());
        };
        let changed = self.model.switch(&enable, &disable);
        prop_assert_eq!(outcome.list_changed, changed, "enable {:?}, disable {:?}", enable, disable);
        let told = answer(&outcome)?;
        if self.model.sees_changes() {
            let on = told["on"].as_object().into_iter().flatten();
            let on = on.flat_map(|(category, names)| {
                names.as_array().unwrap().iter().map(|name| (category.as_str(), name.as_str().unwrap()))
            });
            prop_assert_eq!(on.collect::<Vec<_>>(), self.model.on());
            self.list(&self.session)?;
        } else {
            for tool in names(&told) {
                prop_assert!(self.model.may_find(tool), "{tool} was told of");
            }
        }
        Ok(())
    }

    fn found(&self, outcome: &Outcome) -> Checked {
        match &outcome.content {
            Ok(_) => {
                prop_assert!(self.model.managed(), "findTools outside managed mode");
                let found = answer(outcome)?;
                for tool in names(&found) {
                    prop_assert!(self.model.may_find(tool), "{tool} was found");
                }
            }
            Err(error) => prop_assert!(!self.model.managed(), "findTools: {error}"),
        }
        Ok(())
    }

    /// Arguments that are either seen by the cloud or refused by name, and only when the tool runs.
    fn marked(&self, tool: &str) -> (String, Value) {
        let mark = format!("mark{}", self.marks.fetch_add(1, Ordering::SeqCst));
        let arguments = if tool == TO_THE_CLOUD { json!({ "name": &mark }) } else { json!({ &mark: 1 }) };
        (mark, arguments)
    }

    fn judge(
        &mut self,
        tool: &str,
        expected: CallOutcome,
        outcome: &Outcome,
        mark: String,
        unknown: ErrorKind,
    ) -> Checked {
        prop_assert!(!outcome.list_changed, "a call of {tool} changed the list");
        let refused = outcome.content.as_ref().err().map(|error| (error.kind(), error.to_string()));
        match (expected, refused) {
            (CallOutcome::Runs, None) => {
                prop_assert_eq!(tool.trim(), TO_THE_CLOUD);
                self.ran.insert(mark);
            }
            (CallOutcome::Runs, Some((kind, advice))) => {
                prop_assert_eq!(kind, ErrorKind::Arguments, "{}: {}", tool, &advice);
                prop_assert!(advice.contains(&mark), "{tool} did not run: {advice}");
            }
            (CallOutcome::SwitchedOff, Some((kind, advice))) => {
                prop_assert_eq!(kind, ErrorKind::Access, "{}: {}", tool, &advice);
                prop_assert!(!advice.contains(&mark), "{tool} ran: {advice}");
                let switch = advice.contains("`manageMcpTools`");
                if self.model.managed() {
                    prop_assert!(advice.contains("`callTool`"), "{tool} without advice: {advice}");
                    prop_assert_eq!(switch, self.model.sees_changes(), "{}: {}", tool, &advice);
                } else {
                    prop_assert!(advice.contains("`managed`") && !switch, "{tool}: {advice}");
                }
            }
            (CallOutcome::Unknown, Some((kind, advice))) => {
                prop_assert_eq!(kind, unknown, "{}: {}", tool, &advice);
                prop_assert!(advice.contains("There is no tool"), "{tool}: {advice}");
            }
            (expected, None) => prop_assert!(false, "{tool} answered, and is {expected:?}"),
        }
        Ok(())
    }
}

async fn call(session: &Session, tool: &str, arguments: Value) -> Outcome {
    let arguments: Map<_, _> = serde_json::from_value(arguments).unwrap();
    session.call(tool, arguments, &Call::unattended()).await
}

fn written(names: &Names) -> Value {
    if names.joined { names.written.join(",").into() } else { names.written.clone().into() }
}

fn answer(outcome: &Outcome) -> Result<Value, TestCaseError> {
    match &outcome.content {
        Ok(Content::Text(text)) => Ok(serde_json::from_str(text).unwrap()),
        other => Err(TestCaseError::fail(format!("an answer is wanted: {other:?}"))),
    }
}

fn names(answer: &Value) -> impl Iterator<Item = &str> {
    answer["tools"].as_array().into_iter().flatten().map(|tool| tool["tool"].as_str().unwrap())
}
