//! Tools that tell and ask.

use std::time::Duration;

use mistmcp::schemars::JsonSchema;
use mistmcp::serde_json::{Map, Value, json};
use mistmcp::{
    Arguments, Block, Call, Capability, File, Form, Level, Param, ParamGroup, Reply, Result, mist_tool,
};
use mistmcp_tests::TOKEN;
use serde::{Deserialize, Serialize};

mistmcp::category! {
    /// What tells and asks.
    calls
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(crate = "mistmcp::schemars")]
struct Name {
    /// What you are called.
    name: String,
    /// How many years.
    age: Option<u32>,
}

fn named(form: &Form<Name>) -> String {
    match form {
        Form::Filled(Name { name, age }) => format!("{name} {age:?}"),
        Form::Declined => "declined".to_owned(),
        Form::Closed => "closed".to_owned(),
    }
}

/// Who two people are, asked one after the other.
#[mist_tool(category = "calls")]
pub(crate) async fn two_people(call: &Call) -> Result<Reply> {
    let first = call.ask::<Name>("first", "first").await?;
    let second = call.ask::<Name>("second", format!("second after {}", named(&first))).await?;
    Ok(Reply::text(format!("{}, {}", named(&first), named(&second))))
}

/// Everybody who can be asked, at once.
#[mist_tool(category = "calls")]
pub(crate) async fn everybody(call: &Call) -> Result<Reply> {
    let (name, words, roots) =
        tokio::join!(call.ask::<Name>("name", "name"), call.sample("words", "say", 7), call.roots("roots"));
    let roots: Vec<_> = roots?.into_iter().map(|root| root.uri).collect();
    Ok(Reply::text(format!("{}, {}, {}", named(&name?), words?, roots.join(" "))))
}

/// Whether the client can be asked for its model.
#[mist_tool(category = "calls")]
pub(crate) async fn has_model(call: &Call) -> Result<Reply> {
    Ok(Reply::text(call.can(Capability::Sampling).to_string()))
}

/// Asks, and works.
#[mist_tool(category = "calls")]
pub(crate) async fn patient(
    call: &Call,
    /// Milliseconds of its own work.
    work: u32,
) -> Result<Reply> {
    let form = call.ask::<Name>("slow", "slow").await?;
    tokio::time::sleep(Duration::from_millis(work.into())).await;
    Ok(Reply::text(named(&form)))
}

/// Lines of the log and steps, with nothing between them.
#[mist_tool(category = "calls")]
pub(crate) async fn talkative(call: &Call) -> Result<Reply> {
    for step in 1..=20 {
        call.progress(f64::from(step), Some(20.0), format!("step {step}"));
    }
    call.log(Level::Debug, "debug");
    call.log(Level::Info, "info");
    call.log(Level::Warning, "warning");
    Ok(Reply::text("done"))
}

/// Says what it should not.
#[mist_tool(category = "calls")]
pub(crate) async fn indiscreet(call: &Call) -> Result<Reply> {
    call.progress(1.0, None, format!("progress {TOKEN}"));
    call.log(Level::Error, format!("line {TOKEN}"));
    call.ask::<Name>("name", format!("form {TOKEN}")).await?;
    call.sample("words", format!("prompt {TOKEN}"), 7).await?;
    Ok(Reply::blocks([format!("block {TOKEN}").into(), Block::image("image/png", TOKEN.as_bytes())]))
}

/// One block of each kind.
#[mist_tool(category = "calls")]
pub(crate) async fn blocks() -> Result<Reply> {
    let file =
        File { name: "notes.txt".to_owned(), media_type: "text/plain".to_owned(), bytes: "notes".into() };
    let media = [Block::image("image/png", &b"\x89PNG"[..]), Block::audio("audio/wav", &b"RIFF"[..])];
    Ok(Reply::blocks(["words".into()].into_iter().chain(media).chain([file.into()])))
}

pub(crate) struct Reached(String);

impl ParamGroup for Reached {
    const PARAMS: &'static [Param] = &[
        Param::described::<Option<String>>("phone", "A number."),
        Param::described::<Option<String>>("mail", "An address."),
    ];

    fn rules() -> Map<String, Value> {
        let rules =
            json!({ "anyOf": [{ "required": ["phone"] }, { "required": ["mail"] }], "type": "string" });
        rules.as_object().unwrap().clone()
    }

    fn read(arguments: &mut Arguments) -> Result<Self> {
        let phone: Option<String> = arguments.take("phone")?;
        Ok(Self(phone.unwrap_or_default()))
    }
}

/// How somebody is reached.
#[mist_tool(category = "calls")]
pub(crate) async fn reach(#[flatten] reached: Reached) -> Result<Reply> {
    Ok(Reply::text(reached.0))
}
