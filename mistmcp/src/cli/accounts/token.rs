//! Where the tokens of an account come from: [`TokenSource`].

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};

use crate::cli::env_file::Environment;
use crate::mist::Tokens;
use crate::{quote, text_file};

/// How long a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the rest of its output may take to be read once it has ended.
const REST_TIMEOUT: Duration = Duration::from_millis(500);
/// The most bytes of a token file, and of a command's output.
const MOST_BYTES: usize = 64 * 1024;

/// Where the tokens of an account come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenSource {
    File(PathBuf),
    /// A variable of the environment, or of the env file.
    Variable(String),
    /// A program and its arguments, which is run without a shell.
    Command(Vec<String>),
}

impl TokenSource {
    /// The file, if it is one. A relative path is one in the folder of the accounts file.
    pub(super) fn file(&self, folder: &Path) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(folder.join(path)),
            Self::Variable(_) | Self::Command(_) => None,
        }
    }

    /// The variable of the environment, if it is one.
    pub(super) fn variable(&self) -> Option<&str> {
        match self {
            Self::Variable(name) => Some(name),
            Self::File(_) | Self::Command(_) => None,
        }
    }

    /// The tokens. Neither they nor the output of a command are in the error.
    pub(super) async fn read(&self, folder: &Path, environment: &Environment) -> Result<Tokens, String> {
        match self {
            Self::File(path) => {
                // A token may stand here by mistake.
                let quoted = quote::path(path);
                let text = text_file::read(&folder.join(path), MOST_BYTES as u64).map_err(|error| {
                    format!(
                        "token_file is {quoted}, which cannot be read: {error}. It takes the name of a file with the token; \
                         the token itself does not stand in this file"
                    )
                })?;
                Tokens::parse(&text).map_err(|problem| format!("token_file {quoted}: {problem}"))
            }
            Self::Variable(name) => {
                // A token may stand here by mistake.
                let quoted = quote::variable(name);
                let text = environment.get(name).ok_or_else(|| match environment.found_with(name) {
                    Some(file) => format!(
                        "token_env is {quoted}, which is not set. Its line in {}, which was found and not named, is not used: \
                         name the file by --env-file (or MIST_ENV_FILE), or set the variable in the environment of the server",
                        file.display()
                    ),
                    None => format!(
                        "token_env is {quoted}, which is not set: set this variable in the environment of the server. It takes \
                         the name of a variable; the token itself does not stand in this file"
                    ),
                })?;
                Tokens::parse(&text).map_err(|problem| format!("token_env {quoted}: {problem}"))
            }
            Self::Command(words) => {
                let text =
                    output(words, folder).await.map_err(|problem| format!("token_command {problem}"))?;
                Tokens::parse(&text).map_err(|problem| {
                    format!("the output of token_command: {problem}. Let it print the token alone")
                })
            }
        }
    }
}

/// A path that begins at the root, if the system tells where the process is.
fn absolute(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

/// The standard output of a command, within a deadline and a limit. A program with a relative path is one in the folder of
/// the accounts file; one with a mere name is looked up in `PATH`.
async fn output(words: &[String], folder: &Path) -> Result<String, String> {
    let [program, arguments @ ..] = words else { return Err("is empty".to_owned()) };
    let has_path = Path::new(program).components().count() > 1 || program.starts_with('.');
    let program = if has_path { absolute(folder).join(program) } else { PathBuf::from(program) };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    // A group of its own, so that the processes that it starts end with it.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(|error| {
        let is_line = arguments.is_empty() && words[0].contains(char::is_whitespace);
        let hint = if is_line {
            "; each word of a command is an element of the list, such as [\"op\", \"read\", \"…\"]"
        } else {
            ""
        };
        format!("cannot be started: {error}{hint}")
    })?;
    let group = ProcessGroup::of(&child);
    let Some(stdout) = child.stdout.take() else { return Err("has no output".to_owned()) };
    let run = async {
        let (bytes, status) = read_and_wait(stdout, &mut child).await?;
        if !status.success() {
            return Err(format!("failed ({status}): run it by hand to see why"));
        }
        group.leave_running();
        String::from_utf8(bytes).map_err(|_| "has an output that is not UTF-8".to_owned())
    };
    match tokio::time::timeout(COMMAND_TIMEOUT, run).await {
        Ok(output) => output,
        Err(_) => Err(format!(
            "did not end within {} seconds: it must not wait for input, and must close its output",
            COMMAND_TIMEOUT.as_secs()
        )),
    }
}

/// The output of a command, and how it ended. A process that it leaves in the background may keep the output open: once
/// the command has ended, what it has written is all.
async fn read_and_wait(mut stdout: ChildStdout, child: &mut Child) -> Result<(Vec<u8>, ExitStatus), String> {
    let (mut bytes, mut ended) = (Vec::new(), None);
    let rest = tokio::time::sleep(Duration::ZERO);
    tokio::pin!(rest);
    loop {
        tokio::select! {
            biased;
            read = stdout.read_buf(&mut bytes) => {
                let count = read.map_err(|error| format!("has no output that can be read: {error}"))?;
                if bytes.len() > MOST_BYTES {
                    return Err(format!(
                        "has more than {} KiB of output: let it print the token alone",
                        MOST_BYTES / 1024
                    ));
                }
                if count == 0 {
                    break;
                }
            }
            status = child.wait(), if ended.is_none() => {
                ended = Some(status);
                rest.as_mut().reset(tokio::time::Instant::now() + REST_TIMEOUT);
            }
            () = &mut rest, if ended.is_some() => break,
        }
    }
    let status = match ended {
        Some(status) => status,
        None => child.wait().await,
    };
    Ok((bytes, status.map_err(|error| format!("cannot be waited for: {error}"))?))
}

/// The processes of a command that is not waited for any longer. They are killed when this is dropped; on Windows, the
/// command alone is, by `kill_on_drop`.
struct ProcessGroup {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl ProcessGroup {
    #[cfg_attr(not(unix), expect(unused_variables, reason = "there are no process groups"))]
    fn of(child: &Child) -> Self {
        Self {
            #[cfg(unix)]
            leader: child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw),
        }
    }

    /// The command has succeeded: what it leaves in the background, such as an agent that keeps a passphrase, may go on.
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no process groups"))]
    fn leave_running(mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader {
            // It fails where none of them runs any longer.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}
