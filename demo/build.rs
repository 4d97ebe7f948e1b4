//! Lists the files of `incidents/train` and `incidents/test`, so that each of them is compiled in.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("incidents");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut listed = Vec::new();
    for (half, variant) in [("train", "Train"), ("test", "Test")] {
        for path in files(&folder.join(half))? {
            let file = path.to_string_lossy();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let entry = format!(
                "    BuiltIn {{ name: {name:?}, half: Half::{variant}, text: include_str!({file:?}) }},\n"
            );
            if let Some((other, _)) = listed.iter().find(|(other, _)| *other == name) {
                return Err(format!("two incidents are called {other}").into());
            }
            listed.push((name, entry));
        }
    }
    listed.sort();
    let entries = listed.into_iter().map(|(_, entry)| entry).collect::<String>();
    let text = format!("static BUILT_IN: &[BuiltIn] = &[\n{entries}];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("incidents.rs"), text)?;
    Ok(())
}

/// The files of a folder whose names end with `.json`; none where there is no folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|it| it == "json")).collect())
}
