//! Settings file with backups and atomic replacement.

use std::fs::{self, File, Permissions};
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
        let mut copy = temporary(&self.path, text, Some(permissions), owner(&self.path))?;
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

    /// The copies beside it, the newest first, with what they hold. Each is read when it is asked for.
    pub(super) fn backups(&self) -> impl Iterator<Item = (PathBuf, String)> {
        let found: Vec<_> = self.backup_names().take_while(|path| path.is_file()).collect();
        found.into_iter().rev().filter_map(|path| content(&path).ok()?.map(|text| (path, text)))
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
    let owner = owner(path);
    if let Some(folder) = path.parent() {
        make_folders(folder, owner).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let written = temporary(path, text, permissions, owner)?.persist(path).map_err(|error| error.error);
    written.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(())
}

/// Makes a folder and those above it that are missing. All belong to the owner of the file that goes there.
fn make_folders(folder: &Path, owner: Option<Owner>) -> io::Result<()> {
    let is_missing = |place: &&Path| !place.as_os_str().is_empty() && !place.is_dir();
    let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
    for place in missing.into_iter().rev() {
        match fs::create_dir(place) {
            Ok(()) => give_folder(place, owner),
            // Another program has made it meanwhile.
            Err(_) if place.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The user and the group of a file.
type Owner = (u32, u32);

/// Who gets a file that `root` writes to this path, as `sudo` does with the home folder of another user: the owner of the one
/// that is there, or of the nearest folder.
#[cfg(unix)]
fn owner(path: &Path) -> Option<Owner> {
    use std::os::unix::fs::MetadataExt;

    let found = path.ancestors().find_map(|place| fs::metadata(place).ok())?;
    rustix::process::geteuid().is_root().then(|| (found.uid(), found.gid()))
}

#[cfg(not(unix))]
fn owner(_path: &Path) -> Option<Owner> {
    None
}

#[cfg(unix)]
fn give(file: &File, owner: Option<Owner>) {
    if let Some((user, group)) = owner {
        // In a container, root may not give files to users whom it does not know.
        let _ = std::os::unix::fs::fchown(file, Some(user), Some(group));
    }
}

#[cfg(not(unix))]
fn give(_file: &File, _owner: Option<Owner>) {}

#[cfg(unix)]
fn give_folder(folder: &Path, owner: Option<Owner>) {
    use rustix::fs::{Mode, OFlags};

    // What its owner has put in its place meanwhile, a link or a file, is not given.
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if let Ok(opened) = rustix::fs::open(folder, flags, Mode::empty()) {
        give(&File::from(opened), owner);
    }
}

#[cfg(not(unix))]
fn give_folder(_folder: &Path, _owner: Option<Owner>) {}

/// A file beside `path`, which can take its place in one step. Where no permissions are given, it is its owner's alone,
/// or on Windows what its folder says.
fn temporary(
    path: &Path,
    text: &str,
    permissions: Option<Permissions>,
    owner: Option<Owner>,
) -> anyhow::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = move || {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        give(file.as_file(), owner);
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions)?;
        }
        file.as_file().sync_all()?;
        Ok::<_, io::Error>(file)
    };
    written().with_context(|| format!("{} cannot be written to", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_root_writes_belongs_to_the_owner_of_the_folder_or_of_the_file_before() {
        use std::os::unix::fs::{MetadataExt, chown};

        let folder = tempfile::tempdir().unwrap();
        let user = |path: &Path| fs::metadata(path).unwrap().uid();
        // Others than root write files of their own alone.
        let [of_folder, of_file] = match user(folder.path()) {
            0 => [12_345, 12_346],
            own => [own, own],
        };
        // In a container, root may not give files to users whom it does not know.
        if chown(folder.path(), Some(of_folder), None).is_err() {
            return;
        }
        let path = folder.path().join("new").join("newer").join("settings.json");
        write_private(&path, "{}").unwrap();
        for made in path.ancestors().take(3) {
            assert_eq!(user(made), of_folder, "{}", made.display());
        }
        chown(&path, Some(of_file), None).unwrap();
        let backup = SettingsFile::read(&path).unwrap().replace(Some("[]"), Backup::Keep).unwrap();
        assert_eq!([user(&path), user(&backup.unwrap())], [of_file, of_file]);
    }

    #[test]
    fn the_newest_copy_comes_first_and_one_that_is_no_text_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        let copies: Vec<_> = ["1", "2", "3"]
            .map(|text| {
                fs::write(&path, text).unwrap();
                let file = SettingsFile::read(&path).unwrap();
                file.replace(Some("{}"), Backup::Keep).unwrap().unwrap()
            })
            .into();
        fs::write(&copies[1], b"\xff").unwrap();
        let found: Vec<_> = SettingsFile::read(&path).unwrap().backups().collect();
        assert_eq!(found, [(copies[2].clone(), "3".to_owned()), (copies[0].clone(), "1".to_owned())]);
    }
}
