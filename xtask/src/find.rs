//! The evaluation of `findTools` over the questions of `mistmcp/evaluation`, and what its vectors and weights are made
//! from. The weights are fitted to the part `train`; the other parts tell what that is worth.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use mistmcp::serde_json::{Value, json};
use mistmcp::{Catalog, Format, Mode, Rules, Settings};

/// The parts of the evaluation, each a file.
const PARTS: [&str; 5] = ["train", "test", "short", "third", "reworded"];
/// In place of tools: a change is ordered.
const ORDER: &str = "!";
/// One tool in so many loses its questions, to see how the search does without.
const WITHOUT: usize = 10;

/// More words without a vector than the questions have made-up names.
const MANY_UNKNOWN: usize = 1500;

/// A question, and the tools that answer it; none where nothing fits.
struct Case {
    question: String,
    fitting: Vec<String>,
    is_order: bool,
}

/// How many questions were answered how well.
#[derive(Debug, Default)]
struct Rates {
    answerable: u32,
    first: u32,
    top_five: u32,
    /// Answerable questions that are told to fit weakly.
    doubted: u32,
    unanswerable: u32,
    flagged: u32,
}

/// A part of a whole, in percent.
pub(crate) fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}

impl Rates {
    fn first(&self) -> f64 {
        percent(self.first, self.answerable)
    }

    fn top_five(&self) -> f64 {
        percent(self.top_five, self.answerable)
    }

    fn doubted(&self) -> f64 {
        percent(self.doubted, self.answerable)
    }

    fn flagged(&self) -> f64 {
        percent(self.flagged, self.unanswerable)
    }

    /// Counts an answer, and tells whether it is as good as it can be.
    fn count(&mut self, case: &Case, found: &[&str], is_good: bool) -> bool {
        let fits = |name: &&str| case.fitting.iter().any(|fitting| fitting == name);
        if case.fitting.is_empty() {
            self.unanswerable += 1;
            self.flagged += u32::from(!is_good);
            return !is_good;
        }
        self.answerable += 1;
        self.top_five += u32::from(found.iter().any(fits));
        self.doubted += u32::from(!is_good);
        let first = found.first().is_some_and(fits);
        self.first += u32::from(first);
        first && is_good
    }

    fn of(settings: &Settings, cases: &[Case], mut miss: impl FnMut(&Case, &[&str], bool)) -> Self {
        let mut rates = Self::default();
        for case in cases {
            let (found, is_good) = settings.found(&case.question);
            if !rates.count(case, &found, is_good) {
                miss(case, &found, is_good);
            }
        }
        rates
    }

    #[expect(clippy::print_stdout, reason = "it is what the command is for")]
    fn print(&self, part: &str) {
        println!(
            "{part:<18} {:>9}  {:>8.1}%  {:>7.1}%  {:>7.1}%  |  {:>12}  {:>6.1}%",
            self.answerable,
            self.first(),
            self.top_five(),
            self.doubted(),
            self.unanswerable,
            self.flagged(),
        );
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print(misses: Option<&str>, query: Option<&str>) -> Result<ExitCode> {
    let settings = settings()?;
    let start = Instant::now();
    settings.found("");
    let built = start.elapsed();
    if let Some(query) = query {
        let (found, is_good) = settings.found(query);
        println!("fit: {}", if is_good { "good" } else { "weak" });
        for name in found {
            println!("{name}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let unknown = settings.words_without_vector();
    let advice = if unknown > MANY_UNKNOWN { ": run `mistmcp/search/build`" } else { "" };
    println!("{unknown} words of the questions have no vector{advice}");
    println!("part               questions  first hit  top five  doubted  |  unanswerable  flagged");
    let mut all = Vec::new();
    for part in PARTS {
        let cases = cases(&settings, part)?;
        let miss = |case: &Case, found: &[&str], is_good: bool| {
            if misses == Some(part) {
                let fit = if is_good { "good" } else { "weak" };
                println!("  {}\n    wanted {:?}\n    found  {found:?} ({fit})", case.question, case.fitting);
            }
        };
        Rates::of(&settings, &cases, miss).print(part);
        all.extend(cases);
    }
    let (bare, cases) = without_questions(&settings, all)?;
    Rates::of(&settings, &cases, |_, _, _| ()).print("a tenth of tools");
    Rates::of(&bare, &cases, |_, _, _| ()).print("its questions gone");
    let count = u32::try_from(cases.len().max(1))?;
    let start = Instant::now();
    for case in &cases {
        settings.found(&case.question);
    }
    println!(
        "index built in {:.1} ms, a query in {:.0} µs; {} bytes of data",
        built.as_secs_f64() * 1e3,
        start.elapsed().as_secs_f64() * 1e6 / f64::from(count),
        data_bytes()?
    );
    Ok(ExitCode::SUCCESS)
}

/// What `mistmcp/search/build` reads: the texts of all tools as stems, and the features of the train questions.
#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn corpus() -> Result<ExitCode> {
    let settings = settings()?;
    let entries = settings.catalog().entries();
    let names: Vec<_> = entries.iter().map(|entry| entry.tool().name).collect();
    let read = |text: &str| settings.read(text);
    let mut texts = Vec::new();
    for entry in entries {
        let definition = entry.definition();
        let (name, title) = (entry.tool().name, definition.title.as_deref().unwrap_or_default());
        let description = definition.description.as_deref().unwrap_or_default();
        let registered = mistmcp::__private::registered_questions().filter(|(owner, _)| *owner == name);
        for text in [title, description].into_iter().chain(registered.map(|(_, text)| text)) {
            texts.push(json!({ "tool": name, "text": text, "words": read(text) }));
        }
    }
    let fields = entries.iter().map(|entry| {
        let params = entry.definition().input_schema.get("properties").and_then(Value::as_object);
        let params: Vec<_> = params.into_iter().flatten().map(|(name, _)| name.replace('_', " ")).collect();
        let (name, params) = (entry.tool().category, read(&params.join(" ")));
        let category = read(&name.replace('_', " "));
        json!({ "name": name, "category": category, "params": params, "extended": entry.is_extended() })
    });
    let fields: Vec<Value> = fields.collect();
    let unanswerable = include_str!("../../mistmcp/search/unanswerable.txt").lines();
    let mut section = "";
    let unanswerable = unanswerable.filter_map(|line| {
        if line.starts_with('[') {
            section = line;
        }
        let is_question = !line.is_empty() && !line.starts_with(['#', '[']);
        is_question.then(|| json!({ "text": line, "section": section, "words": read(line) }))
    });
    let unanswerable: Vec<Value> = unanswerable.collect();
    let train = cases(&settings, "train")?.into_iter().map(|case| {
        let wanted = case.fitting.iter().filter_map(|name| names.iter().position(|other| other == name));
        let wanted: Vec<_> = wanted.collect();
        let query = settings.explain(&case.question);
        json!({ "question": case.question, "wanted": wanted, "order": case.is_order, "query": query })
    });
    let train: Vec<Value> = train.collect();
    println!(
        "{}",
        json!({ "tools": names, "fields": fields, "texts": texts, "unanswerable": unanswerable, "train": train })
    );
    Ok(ExitCode::SUCCESS)
}

/// Bytes of the search's data in the program: vectors, classifiers, words, and all questions.
fn data_bytes() -> Result<u64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let data = [
        "vectors.bin",
        "answerable.bin",
        "order.bin",
        "kinds.bin",
        "words.txt",
        "translations.txt",
        "unanswerable.txt",
    ];
    let mut paths: Vec<_> = data.iter().map(|name| root.join("mistmcp/search").join(name)).collect();
    for file in std::fs::read_dir(root.join("tools/questions"))? {
        paths.push(file?.path());
    }
    paths.iter().map(|path| Ok(std::fs::metadata(path)?.len())).sum()
}

fn settings() -> Result<Settings> {
    let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
    Ok(Settings::new(Catalog::gather()?, Mode::Managed, &[], rules)?)
}

/// A search that has lost the questions of every tenth tool, and the cases that these tools answer.
fn without_questions(settings: &Settings, cases: Vec<Case>) -> Result<(Settings, Vec<Case>)> {
    // Scattered, and the same at each run.
    let names = settings.catalog().entries().iter().map(|entry| entry.tool().name);
    let bare: HashSet<_> =
        names.enumerate().filter(|(place, _)| place * 7 % WITHOUT == 3).map(|(_, name)| name).collect();
    let of_bare = |case: &Case| {
        !case.fitting.is_empty() && case.fitting.iter().all(|name| bare.contains(name.as_str()))
    };
    let cases = cases.into_iter().filter(of_bare).collect();
    Ok((self::settings()?.without_questions(&bare), cases))
}

/// The questions of a part.
fn cases(settings: &Settings, part: &str) -> Result<Vec<Case>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../mistmcp/evaluation/{part}.tsv"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let case = |line: &str| {
        let (question, names) = line.split_once('\t').with_context(|| format!("no tab in: {line}"))?;
        let is_order = names == ORDER;
        let names = names.split(',').filter(|name| !name.is_empty() && !is_order);
        let fitting: Vec<_> = names.map(str::to_owned).collect();
        for name in &fitting {
            ensure!(settings.catalog().find(name).is_some(), "there is no tool `{name}`, for: {question}");
        }
        Ok(Case { question: question.to_owned(), fitting, is_order })
    };
    lines.map(case).collect()
}

#[cfg(test)]
mod tests;
