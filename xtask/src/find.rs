//! How well `findTools` finds: its answers to questions with known ones, in two parts. The synonyms and weights are
//! tuned to the one, `train`; the other, `test`, tells what that is worth.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use mistmcp::{Catalog, Format, Mode, Rules, Settings};

const PARTS: [&str; 2] = ["train", "test"];

/// What marks an order to change something, which no tool does: the answer says so, and has the nearest tools.
const ORDER: &str = "!";

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
    unanswerable: u32,
    refused: u32,
    orders: u32,
    told: u32,
}

/// A number of questions out of all.
struct Share(u32, u32);

impl Share {
    fn percent(&self) -> f64 {
        100.0 * f64::from(self.0) / f64::from(self.1.max(1))
    }
}

impl Rates {
    fn first(&self) -> Share {
        Share(self.first, self.answerable)
    }

    fn top_five(&self) -> Share {
        Share(self.top_five, self.answerable)
    }

    fn refused(&self) -> Share {
        Share(self.refused, self.unanswerable)
    }

    fn told(&self) -> Share {
        Share(self.told, self.orders)
    }

    /// Counts an answer, and tells whether it is as good as it can be. `only_reads` is whether it says that no tool
    /// changes anything.
    fn count(&mut self, case: &Case, found: &[&str], only_reads: bool) -> bool {
        let fits = |name: &&str| case.fitting.iter().any(|fitting| fitting == name);
        if case.is_order {
            let told = only_reads && !found.is_empty();
            self.orders += 1;
            self.told += u32::from(told);
            return told;
        }
        if case.fitting.is_empty() {
            self.unanswerable += 1;
            self.refused += u32::from(found.is_empty());
            return found.is_empty();
        }
        self.answerable += 1;
        self.top_five += u32::from(found.iter().any(fits));
        let first = found.first().is_some_and(fits);
        self.first += u32::from(first);
        first
    }
}

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print(catalog: Catalog, misses: Option<&str>, query: Option<&str>) -> Result<ExitCode> {
    let settings = settings(catalog)?;
    let start = Instant::now();
    settings.found("");
    let built = start.elapsed();
    if let Some(query) = query {
        for name in settings.found(query) {
            println!("{name}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    println!("part   questions  first hit  top five  |  unanswerable  refused  |  orders    told");
    for part in PARTS {
        let mut rates = Rates::default();
        for case in cases(&settings, part)? {
            let found = settings.found(&case.question);
            if !rates.count(&case, &found, settings.only_reads(&case.question)) && misses == Some(part) {
                println!("  {}\n    wanted {:?}\n    found  {found:?}", case.question, case.fitting);
            }
        }
        println!(
            "{part:<6} {:>9}  {:>8.1}%  {:>7.1}%  |  {:>12}  {:>6.1}%  |  {:>6}  {:>5.1}%",
            rates.answerable,
            rates.first().percent(),
            rates.top_five().percent(),
            rates.unanswerable,
            rates.refused().percent(),
            rates.orders,
            rates.told().percent(),
        );
    }
    println!("index built in {:.1} ms", built.as_secs_f64() * 1000.0);
    Ok(ExitCode::SUCCESS)
}

fn settings(catalog: Catalog) -> Result<Settings> {
    let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
    Ok(Settings::new(catalog, Mode::Managed, &[], rules)?)
}

/// The questions of a part.
fn cases(settings: &Settings, part: &str) -> Result<Vec<Case>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../mistmcp/evaluation/{part}.tsv"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let case = |line: &str| {
        let (question, names) = line.split_once('\t').with_context(|| format!("no tab in: {line}"))?;
        let is_order = names == ORDER;
        let names = names.split(',').filter(|name| !is_order && !name.is_empty());
        let fitting: Vec<_> = names.map(str::to_owned).collect();
        for name in &fitting {
            ensure!(settings.catalog().find(name).is_some(), "there is no tool `{name}`, for: {question}");
        }
        Ok(Case { question: question.to_owned(), fitting, is_order })
    };
    lines.map(case).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ready() -> Settings {
        settings(Catalog::gather().unwrap()).unwrap()
    }

    #[test]
    fn find_tools_answers_the_test_questions_as_well_as_it_is_meant_to() {
        let settings = ready();
        let mut rates = Rates::default();
        for case in cases(&settings, "test").unwrap() {
            let found = settings.found(&case.question);
            rates.count(&case, &found, settings.only_reads(&case.question));
        }
        assert!(rates.first().percent() >= 75.0, "first hit: {rates:?}");
        assert!(rates.top_five().percent() >= 93.0, "top five: {rates:?}");
        assert!(rates.refused().percent() >= 75.0, "refusals: {rates:?}");
        assert!(rates.told().percent() >= 90.0, "orders: {rates:?}");
    }

    #[test]
    fn no_verb_at_the_head_of_a_question_leaves_it_without_an_answer() {
        let settings = ready();
        for verb in "add ban bind bounce build change connect create delete deny disconnect fix join kick launch lock \
                     migrate order pause ping prevent raise release reset restore revoke run save test update write"
            .split_whitespace()
        {
            for subject in ["wireless clients", "switch ports at site Bonn", "site Berlin", "the WLAN Guest", "latency", "events"] {
                let found = settings.found(&format!("{verb} {subject}"));
                assert!(!found.is_empty(), "{verb} {subject}");
            }
        }
    }

    #[test]
    fn every_category_has_a_question_in_both_parts_and_no_question_is_in_both() {
        let settings = ready();
        let parts = PARTS.map(|part| cases(&settings, part).unwrap());
        for part in &parts {
            let names = part.iter().flat_map(|case| &case.fitting);
            let asked: BTreeSet<_> =
                names.filter_map(|name| Some(settings.catalog().find(name)?.tool().category)).collect();
            assert_eq!(asked.len(), settings.catalog().categories().len(), "{asked:?}");
        }
        let questions = parts.map(|part| part.into_iter().map(|case| case.question).collect::<BTreeSet<_>>());
        assert_eq!(questions[0].intersection(&questions[1]).collect::<Vec<_>>(), Vec::<&String>::new());
    }
}
