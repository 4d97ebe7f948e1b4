//! Settings file with backups and atomic replacement.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use crate::text_file::{self, TextFileError};

/// Size limit of a settings file. Some clients keep their history in it.
const LARGEST: u64 = 64 << 20;

/// A file, and what it held when it was read.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// The real path, with links resolved.
    path: PathBuf,
    /// `None` if there is no file yet.
    text: Option<String>,
    had_folder: bool,
}

/// Whether a copy is made first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backup {
    Keep,
    Leave,
}

impl SettingsFile {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        let path = match is_link.then(|| fs::canonicalize(path)) {
            None => path.to_owned(),
            Some(Ok(path)) => path,
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                bail!("{} is a link to a file that is not there: mend or delete the link", path.display());
            }
            Some(Err(error)) => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
        };
        let text = content(&path)?;
        let had_folder = path.parent().is_some_and(Path::is_dir);
        Ok(Self { path, text, had_folder })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; nothing where it is not there.
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    pub(super) fn is_there(&self) -> bool {
        self.text.is_some()
    }

    /// Whether its folder was there when it was read.
    pub(super) fn had_folder(&self) -> bool {
        self.had_folder
    }

    /// Copies it beside itself, under a name that was free, and returns where.
    fn back_up(&self) -> anyhow::Result<Option<PathBuf>> {
        let Some(text) = &self.text else { return Ok(None) };
        let permissions = fs::metadata(&self.path)?.permissions();
        let mut copy = temporary(&self.path, text, Some(permissions))?;
        for path in self.backup_names() {
            match copy.persist_noclobber(&path) {
                Ok(_) => return Ok(Some(path)),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => copy = error.file,
                Err(error) => {
                    return Err(error.error).with_context(|| format!("{} cannot be written", path.display()));
                }
            }
        }
        bail!("{} has too many backups beside it: delete the old ones", self.path.display())
    }

    /// The copies beside it, the newest first, with what they hold.
    pub(super) fn backups(&self) -> Vec<(PathBuf, String)> {
        let found = self.backup_names().map_while(|path| Some((content(&path).ok()??, path)));
        let mut found: Vec<_> = found.map(|(text, path)| (path, text)).collect();
        found.reverse();
        found
    }

    fn backup_names(&self) -> impl Iterator<Item = PathBuf> + '_ {
        (1..1_000).map(|number| {
            let mut name = self.path.file_name().unwrap_or_default().to_owned();
            name.push(".before-");
            name.push(crate::identity::name());
            if number > 1 {
                name.push(format!("-{number}"));
            }
            self.path.with_file_name(name)
        })
    }

    /// Replaces the file by `text` and keeps its permissions, or deletes it if `text` is None. Returns the path of the backup.
    pub(super) fn replace(&self, text: Option<&str>, backup: Backup) -> anyhow::Result<Option<PathBuf>> {
        if content(&self.path)? != self.text {
            bail!("{} was changed meanwhile: run this again", self.path.display());
        }
        let kept = if backup == Backup::Keep { self.back_up()? } else { None };
        match text {
            Some(text) => {
                let permissions = fs::metadata(&self.path).ok().map(|found| found.permissions());
                write(&self.path, text, permissions)?;
            }
            None => fs::remove_file(&self.path)
                .with_context(|| format!("{} cannot be deleted", self.path.display()))?,
        }
        Ok(kept)
    }
}

/// Writes a file that only its owner can read.
pub(super) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    write(path, text, None)
}

/// The content of a file. None if it does not exist.
pub(super) fn content(path: &Path) -> anyhow::Result<Option<String>> {
    match text_file::read_with_mark(path, LARGEST) {
        Ok(text) => Ok(Some(text)),
        Err(TextFileError::Missing) => Ok(None),
        Err(error) => Err(anyhow!("{} cannot be read: {error}", path.display())),
    }
}

fn write(path: &Path, text: &str, permissions: Option<Permissions>) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let written = temporary(path, text, permissions)?.persist(path).map_err(|error| error.error);
    written.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(())
}

/// A file beside `path`, which can take its place in one step. Where no permissions are given, it is its owner's alone,
/// or on Windows what its folder says.
fn temporary(
    path: &Path,
    text: &str,
    permissions: Option<Permissions>,
) -> anyhow::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = move || {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions)?;
        }
        file.as_file().sync_all()?;
        Ok::<_, io::Error>(file)
    };
    written().with_context(|| format!("{} cannot be written to", folder.display()))
}
