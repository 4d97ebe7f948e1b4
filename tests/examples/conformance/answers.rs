//! What a tool can answer, and tell while it works.

use std::time::Duration;

use mistmcp::{Block, Call, Error, File, Level, Reply, Result, mist_tool};
use tokio::time::sleep;

use crate::handler::{CHANGES, Change};
use crate::resources::PIXEL;

/// Silence, as the shortest WAV file.
const SILENCE: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";
/// Long enough for a client to hear one thing before the next.
const PAUSE: Duration = Duration::from_millis(50);

/// One sentence.
#[mist_tool(category = "conformance", name = "test_simple_text")]
pub(crate) async fn simple_text() -> Result<Reply> {
    Ok(Reply::text("This is a simple text response for testing."))
}

/// A picture.
#[mist_tool(category = "conformance", name = "test_image_content")]
pub(crate) async fn image_content() -> Result<Reply> {
    Ok(Reply::blocks([Block::image("image/png", PIXEL)]))
}

/// A sound.
#[mist_tool(category = "conformance", name = "test_audio_content")]
pub(crate) async fn audio_content() -> Result<Reply> {
    Ok(Reply::blocks([Block::audio("audio/wav", SILENCE)]))
}

/// A file.
#[mist_tool(category = "conformance", name = "test_embedded_resource")]
pub(crate) async fn embedded_resource() -> Result<Reply> {
    Ok(Reply::file(File {
        name: "embedded.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        bytes: "This is an embedded resource content.".into(),
    }))
}

/// Words, a picture and a file at once.
#[mist_tool(category = "conformance", name = "test_multiple_content_types")]
pub(crate) async fn multiple_content_types() -> Result<Reply> {
    let file = File {
        name: "mixed.json".to_owned(),
        media_type: "application/json".to_owned(),
        bytes: r#"{"test":"data","value":123}"#.into(),
    };
    Ok(Reply::blocks(["Multiple content types test:".into(), Block::image("image/png", PIXEL), file.into()]))
}

/// Three lines of the log, then a sentence.
#[mist_tool(category = "conformance", name = "test_tool_with_logging")]
pub(crate) async fn tool_with_logging(call: &Call) -> Result<Reply> {
    call.log(Level::Info, "Tool execution started");
    sleep(PAUSE).await;
    call.log(Level::Info, "Tool processing data");
    sleep(PAUSE).await;
    call.log(Level::Info, "Tool execution completed");
    Ok(Reply::text("Three lines were logged."))
}

/// One line of the log, which only those hear who asked for it.
#[mist_tool(category = "conformance", name = "test_logging_tool")]
pub(crate) async fn logging_tool(call: &Call) -> Result<Reply> {
    call.log(Level::Warning, "This line is for those who asked for it");
    Ok(Reply::text("One line was logged."))
}

/// Progress in three steps.
#[mist_tool(category = "conformance", name = "test_tool_with_progress")]
pub(crate) async fn tool_with_progress(call: &Call) -> Result<Reply> {
    for done in [0.0, 50.0, 100.0] {
        call.progress(done, Some(100.0), "working");
        sleep(PAUSE).await;
    }
    Ok(Reply::text("All steps are done."))
}

/// Nothing but an error.
#[mist_tool(category = "conformance", name = "test_error_handling")]
pub(crate) async fn error_handling() -> Result<Reply> {
    Err(Error::advice("This tool intentionally returns an error for testing"))
}

/// A sentence that takes its time, so that its stream is there to be resumed.
#[mist_tool(category = "conformance", name = "test_reconnection")]
pub(crate) async fn reconnection() -> Result<Reply> {
    sleep(PAUSE).await;
    Ok(Reply::text("The stream was there until the end."))
}

/// Changes the list of tools, for those who listen.
#[mist_tool(category = "conformance", name = "test_trigger_tool_change")]
pub(crate) async fn trigger_tool_change() -> Result<Reply> {
    // Nobody need listen.
    let _ = CHANGES.send(Change::Tools);
    Ok(Reply::text("Subscribers have been notified."))
}

/// Changes the list of prompts, for those who listen.
#[mist_tool(category = "conformance", name = "test_trigger_prompt_change")]
pub(crate) async fn trigger_prompt_change() -> Result<Reply> {
    let _ = CHANGES.send(Change::Prompts);
    Ok(Reply::text("Subscribers have been notified."))
}
