//! What `#[mist_tool]`, `#[derive(ParamGroup)]` and `#[derive(Choice)]` say to each mistake: the whole of the
//! compiler's answer stands beside each fixture. `TRYBUILD=overwrite` writes the answers anew; read them then.

use std::fs;
use std::path::Path;

#[test]
fn every_mistake_is_told_at_its_place() {
    trybuild::TestCases::new().compile_fail("macro/mistakes/*.rs");
}

#[test]
fn one_mistake_gives_one_message() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("macro/mistakes");
    for entry in fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        // The type stands in a constant and in a function, and the compiler checks each by itself.
        let twice = name == "group_member_that_is_no_arg";
        if path.extension().is_none_or(|kind| kind != "stderr") || name.starts_with("several_") || twice {
            continue;
        }
        let answer = fs::read_to_string(&path).unwrap();
        let messages = answer.lines().filter(|line| {
            line.starts_with("error") || line.starts_with("warning") || line.starts_with("note: erroneous")
        });
        assert_eq!(messages.count(), 1, "{name}:\n{answer}");
    }
}
