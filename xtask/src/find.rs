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
const PARTS: [&str; 4] = ["train", "test", "short", "third"];
/// In place of tools: a change is ordered.
const ORDER: &str = "!";
/// One tool in so many loses its questions, to see how the search does without.
const WITHOUT: usize = 10;

/// A question, and the tools that answer it; none where nothing fits.
struct Case {
    question: String,
    fitting: Vec<String>,
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

fn percent(part: u32, whole: u32) -> f64 {
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
    if unknown > 0 {
        println!("{unknown} words of the questions have no vector: run `mistmcp/search/build`");
    }
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
        json!({ "question": case.question, "wanted": wanted, "query": settings.explain(&case.question) })
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
    let data =
        ["vectors.bin", "answerable.bin", "kinds.bin", "words.txt", "translations.txt", "unanswerable.txt"];
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
        let names = names.split(',').filter(|name| !name.is_empty() && *name != ORDER);
        let fitting: Vec<_> = names.map(str::to_owned).collect();
        for name in &fitting {
            ensure!(settings.catalog().find(name).is_some(), "there is no tool `{name}`, for: {question}");
        }
        Ok(Case { question: question.to_owned(), fitting })
    };
    lines.map(case).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn rates(part: &str) -> Rates {
        let settings = settings().unwrap();
        Rates::of(&settings, &cases(&settings, part).unwrap(), |_, _, _| ())
    }

    #[test]
    fn find_tools_answers_the_test_questions_as_well_as_it_is_meant_to() {
        let test = rates("test");
        assert!(test.first() >= 85.0 && test.top_five() >= 97.0, "{test:?}");
        assert!(test.doubted() <= 5.0 && test.flagged() >= 88.0, "{test:?}");
    }

    #[test]
    fn find_tools_answers_short_queries_as_well_as_it_is_meant_to() {
        let short = rates("short");
        assert!(short.first() >= 96.0 && short.top_five() >= 98.0, "{short:?}");
    }

    /// A name in other notations and in sentences.
    fn notations(name: &str) -> Vec<String> {
        let mut snake = String::new();
        let mut before = '_';
        for letter in name.chars() {
            if letter.is_uppercase() && before.is_lowercase() {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
            before = letter;
        }
        let words = snake.replace('_', " ");
        let singular: Vec<_> = words.split(' ').map(|word| word.strip_suffix('s').unwrap_or(word)).collect();
        vec![
            name.to_owned(),
            name.to_uppercase(),
            format!("`{name}`"),
            format!("use {name}"),
            format!("what are the parameters of \"{name}\", and for which sites can it be called?"),
            name.strip_suffix('s').unwrap_or(name).to_owned(),
            format!("call {} please", snake.replace('_', "-")),
            format!("the tool {words}"),
            singular.join(" "),
            snake,
            words,
        ]
    }

    #[test]
    fn the_name_of_a_tool_in_any_notation_finds_it_first() {
        let settings = settings().unwrap();
        let names: Vec<_> = settings.catalog().entries().iter().map(|entry| entry.tool().name).collect();
        // Three notations of each name, so that each notation is asked of many tools.
        let queries = names.iter().enumerate().flat_map(|(place, name)| {
            notations(name).into_iter().skip(place % 4).step_by(4).map(move |query| (*name, query))
        });
        let queries: Vec<_> = queries.collect();
        let is_wrong = |(name, query): &&(&str, String)| {
            let (found, is_good) = settings.found(query);
            found.first() != Some(name) || !is_good
        };
        let wrong: Vec<_> = std::thread::scope(|scope| {
            let halves = queries.chunks(queries.len().div_ceil(2));
            let halves =
                halves.map(|half| scope.spawn(move || half.iter().filter(is_wrong).collect::<Vec<_>>()));
            halves.collect::<Vec<_>>().into_iter().flat_map(|half| half.join().unwrap()).collect()
        });
        assert!(wrong.is_empty(), "{} queries: {wrong:?}", wrong.len());
    }

    #[test]
    fn words_of_a_question_that_are_a_name_by_chance_do_not_decide() {
        let settings = settings().unwrap();
        for (query, wanted) in [
            ("list API tokens of the organization", "listOrgApiTokens"),
            ("list states of BGP sessions", "searchOrgBgpStats"),
            ("get org admins", "listOrgAdmins"),
        ] {
            assert_eq!(settings.found(query).0.first(), Some(&wanted), "{query}");
        }
    }

    #[test]
    fn tools_without_questions_are_found_by_their_own_texts() {
        let settings = settings().unwrap();
        let all = PARTS.iter().flat_map(|part| cases(&settings, part).unwrap()).collect();
        let (bare, cases) = without_questions(&settings, all).unwrap();
        let rates = Rates::of(&bare, &cases, |_, _, _| ());
        assert!(rates.first() >= 55.0 && rates.top_five() >= 88.0, "{rates:?}");
    }

    #[test]
    fn the_search_is_small() {
        const FOREIGN: &str = "welche Access Points sind ausgefallen";
        let settings = settings().unwrap();
        let used = allocation_counter::measure(|| {
            settings.found("");
            settings.found(FOREIGN);
        });
        // Of the index and the tables of other languages, which stay.
        assert!((1_000_000..=4_000_000).contains(&used.bytes_current), "{used:?}");
        let of_query = allocation_counter::measure(|| _ = settings.found(FOREIGN));
        assert!(of_query.bytes_max <= 500_000 && of_query.bytes_current == 0, "{of_query:?}");
        assert!(data_bytes().unwrap() <= 1_000_000, "{} bytes", data_bytes().unwrap());
    }

    #[test]
    fn an_order_is_flagged_though_its_verb_is_unknown() {
        let settings = settings().unwrap();
        for order in
            ["zorble the access point", "please zorble my switch", "can you zorble the guest SSID for me"]
        {
            assert!(!settings.found(order).1, "{order}");
        }
        for question in
            ["how many access points are there", "is my switch offline", "which sites have guest SSIDs"]
        {
            assert!(settings.found(question).1, "{question}");
        }
    }

    #[test]
    fn no_query_is_left_without_an_answer() {
        let settings = settings().unwrap();
        for query in
            ["", "?", "xyzzy", "disconnect reasons of clients", "ping latency between sites", "ルーター", "a"]
        {
            assert_eq!(settings.found(query).0.len(), 5, "{query}");
        }
    }

    #[test]
    fn a_kind_of_thing_finds_the_tool_that_lists_it() {
        let settings = settings().unwrap();
        for (query, wanted) in [
            ("sites", "searchOrgSites"),
            ("Mist Edges deployed at a site", "listSiteMxEdges"),
            ("clients on 2.4GHz", "searchOrgWirelessClients"),
            ("IPS profiles", "listOrgIdpProfiles"),
            ("webhooks", "listOrgWebhooks"),
            ("alarms", "searchOrgAlarms"),
        ] {
            assert!(settings.found(query).0[..2].contains(&wanted), "{query}: {:?}", settings.found(query).0);
        }
    }

    #[test]
    fn every_category_has_a_question_in_both_halves_and_no_question_is_in_two_parts() {
        let settings = settings().unwrap();
        let parts = PARTS.map(|part| cases(&settings, part).unwrap());
        for part in &parts[..2] {
            let names = part.iter().flat_map(|case| &case.fitting);
            let registered: BTreeSet<_> =
                names.filter_map(|name| Some(settings.catalog().find(name)?.tool().category)).collect();
            let usual = settings.catalog().categories().iter().filter(|category| !category.extended);
            let usual: BTreeSet<_> = usual.map(|category| category.name).collect();
            assert_eq!(usual.difference(&registered).count(), 0, "{registered:?}");
        }
        let mut seen = BTreeSet::new();
        for case in parts.iter().flatten() {
            assert!(seen.insert(case.question.to_lowercase()), "twice: {}", case.question);
        }
    }
}
