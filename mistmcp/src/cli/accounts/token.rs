//! Where the tokens of an account come from: [`TokenSource`].

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::spawn_blocking;

use crate::cli::env_file::Environment;
use crate::mist::Tokens;
use crate::{quote, text_file};

/// How long a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the rest of its output may take to be read once it has ended.
const REST_TIMEOUT: Duration = Duration::from_millis(500);
/// The most bytes of a token file, and of a command's output.
const MOST_BYTES: usize = 64 * 1024;

/// A hint to a path that a shell would expand.
const HOME: &str = "; `~` is a name like any other here: write the whole path of the folder";

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

    /// The program that is run for the token, and the files that are its arguments, such as a script: who writes one of them
    /// writes the token, and runs programs as the server.
    pub(super) fn programs(&self, folder: &Path) -> Vec<PathBuf> {
        let Self::Command(words) = self else { return Vec::new() };
        let found = program(words, folder).and_then(|program| match program.components().count() {
            1 => in_path(&program),
            _ => Some(program),
        });
        let arguments = words.iter().skip(1).map(|word| folder.join(word)).filter(|path| path.is_file());
        found.into_iter().chain(arguments).collect()
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
                let file = folder.join(path);
                let read = spawn_blocking(move || text_file::read(&file, MOST_BYTES as u64)).await;
                let read = read.map_err(|error| error.to_string());
                let text = read.and_then(|read| read.map_err(|error| error.to_string())).map_err(|error| {
                    let hint = if path.starts_with("~") { HOME } else { "" };
                    format!(
                        "token_file is {quoted}, which cannot be read: {error}{hint}. It takes the name of a file with the \
                         token; the token itself does not stand in this file"
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
                    None if reference(name).is_some() => format!(
                        "token_env takes the name of a variable alone, without `$`, `%` and braces: write {}",
                        quote::variable(reference(name).unwrap_or_default())
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

/// The program of this name that `PATH` finds.
fn in_path(name: &Path) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The name in a reference to a variable, such as `$NAME`, `${NAME}` or `%NAME%`.
fn reference(text: &str) -> Option<&str> {
    let name = text.strip_prefix(['$', '%'])?.trim_start_matches("env:");
    Some(name.trim_matches(['{', '}', '%']))
}

/// The program of a command. A relative path is one in the folder of the accounts file; a mere name is looked up in `PATH`.
fn program(words: &[String], folder: &Path) -> Option<PathBuf> {
    let program = words.first()?;
    let has_path = Path::new(program).components().count() > 1 || program.starts_with('.');
    Some(if has_path { absolute(folder).join(program) } else { PathBuf::from(program) })
}

/// Why a program cannot be started, with the remedy.
fn not_started(words: &[String], program: &Path, folder: &Path, error: &std::io::Error) -> String {
    /// The format of the file is none of a program.
    const ENOEXEC: i32 = 8;
    let name = words.first().map_or("", String::as_str);
    // It may hold what is none of its name.
    let quoted = match name {
        _ if name.contains(char::is_whitespace) => String::new(),
        _ if quote::is_word(name) => format!("{} ", quote::word(name)),
        _ => format!("{} ", quote::path(Path::new(name))),
    };
    let is_found_by_path = program.components().count() == 1;
    let hint = if name.contains(char::is_whitespace) && !program.exists() {
        "; each word of a command is an element of the list, such as [\"op\", \"read\", \"…\"]".to_owned()
    } else if name.starts_with('~') {
        HOME.to_owned()
    } else if is_found_by_path && error.kind() == ErrorKind::NotFound {
        let hint = "; a name without a folder is looked up in PATH";
        if folder.join(program).exists() {
            format!("{hint}, and a program beside the accounts file is written `./{name}`")
        } else {
            format!("{hint}, which the server may have another one of than your shell: write the whole path")
        }
    } else if error.kind() == ErrorKind::NotFound && program.exists() {
        "; the program that its first line names (`#!`) is not there".to_owned()
    } else if error.kind() == ErrorKind::NotFound {
        "; a relative path starts at the folder of the accounts file".to_owned()
    } else if error.kind() == ErrorKind::PermissionDenied {
        "; the server needs the permission to execute it (chmod +x)".to_owned()
    } else if error.raw_os_error() == Some(ENOEXEC) {
        "; a script needs a first line such as `#!/bin/sh`".to_owned()
    } else {
        String::new()
    };
    format!("{quoted}cannot be started: {error}{hint}")
}

/// The standard output of a command, within a deadline and a limit.
async fn output(words: &[String], folder: &Path) -> Result<String, String> {
    let Some(program) = program(words, folder) else { return Err("is empty".to_owned()) };
    let mut command = Command::new(&program);
    command
        .args(&words[1..])
        // So that a relative path among the arguments starts there as well.
        .current_dir(absolute(folder))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    // A group of its own, so that the processes that it starts end with it.
    #[cfg(unix)]
    command.process_group(0);
    let (words, folder) = (words.to_owned(), folder.to_owned());
    // The system reads the program before this returns, which may stand in a slow file system.
    let started = spawn_blocking(move || match command.spawn() {
        Ok(child) => Ok((ProcessGroup::of(&child), child)),
        Err(error) => Err(not_started(&words, &program, &folder, &error)),
    });
    let (group, mut child) = started.await.map_err(|error| error.to_string())??;
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
