//! Compresses the files of `incidents/train` and `incidents/test` into one, and lists their names and places in it.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("incidents");
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut incidents = BTreeMap::new();
    for (half, variant) in [("train", "Train"), ("test", "Test")] {
        for path in files(&folder.join(half))? {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if incidents.insert(name.clone(), (variant, fs::read_to_string(path)?)).is_some() {
                return Err(format!("two incidents are called {name}").into());
            }
        }
    }
    let mut texts = GzEncoder::new(fs::File::create(out.join("incidents.gz"))?, Compression::best());
    let mut entries = Vec::new();
    for (place, (name, (variant, text))) in incidents.into_iter().enumerate() {
        write!(texts, "{text}\0")?;
        entries.push(format!("    BuiltIn {{ name: {name:?}, half: Half::{variant}, place: {place} }},\n"));
    }
    texts.finish()?;
    fs::write(
        out.join("incidents.rs"),
        format!("static BUILT_IN: &[BuiltIn] = &[\n{}];\n", entries.concat()),
    )?;
    Ok(())
}

/// The files of a folder whose names end with `.json`; none where there is no folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|it| it == "json")).collect())
}
