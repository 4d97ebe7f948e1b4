//! Suggestions: what was probably meant, or else what can be meant.

use crate::text::shortened;

/// Nothing is called by a longer name, and comparing takes time by the square of the length.
const LONGEST: usize = 100;

/// Those of `candidates` that look like `written`, likest first.
pub(crate) fn alike<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    let written = shortened(written, LONGEST).to_lowercase();
    let mut near: Vec<_> = candidates
        .into_iter()
        .filter_map(|candidate| {
            Some((likeness(&written, &shortened(candidate, LONGEST).to_lowercase())?, candidate))
        })
        .collect();
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    near.into_iter().map(|(_, candidate)| candidate)
}

/// How alike two words in lower case are, where they are alike enough for one to be meant by the other.
fn likeness(written: &str, candidate: &str) -> Option<f64> {
    const JARO_WINKLER: f64 = 0.78;
    // Short words share letters by chance: half of the letters have to stand where they stood.
    const UNCHANGED: f64 = 0.5;
    let likeness = strsim::jaro_winkler(written, candidate);
    let is_alike =
        likeness >= JARO_WINKLER && strsim::normalized_damerau_levenshtein(written, candidate) >= UNCHANGED;
    // In a short word one slip weighs much: `mca` for `mac`.
    let is_slip = || {
        let is_possible = written.len() > 2 && written.len().abs_diff(candidate.len()) <= 1;
        is_possible && strsim::osa_distance(written, candidate) == 1
    };
    (is_alike || is_slip()).then_some(likeness)
}

/// Up to `most` of them, each in quotes.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Vec<String> {
    alike(written, candidates).take(most).map(quoted).collect()
}

/// `; did you mean "…"?`, or where nothing is like it, those there are.
pub(crate) fn remedy<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let meant = did_you_mean(written, candidates.clone());
    meant.unwrap_or_else(|| format!("; there are {}.", listed(candidates)))
}

/// `; did you mean "…"?`, if one of them looks like it.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let meant = alike(written, candidates).next()?;
    Some(format!("; did you mean {}?", quoted(meant)))
}

/// `; did you mean "…"?`, if a tool looks like it: first one about the same things with another verb, such as `listOrgPsks`
/// for `searchOrgPsks`.
pub(crate) fn did_you_mean_tool<'a>(
    written: &str,
    tools: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let tools: Vec<_> = tools.into_iter().collect();
    let subject = subject(written);
    let same = |tool: &&str| !subject.is_empty() && self::subject(tool).eq_ignore_ascii_case(subject);
    let mut same: Vec<_> = tools.iter().copied().filter(same).collect();
    // Who asks for rows does not mean their number. The verb may be misspelled.
    let counts = |tool: &str| tool.starts_with("cou");
    if same.iter().any(|tool| counts(tool) == counts(written)) {
        same.retain(|tool| counts(tool) == counts(written));
    }
    match alike(written, same.iter().copied()).next().or(same.first().copied()) {
        Some(tool) => Some(format!("; did you mean {}?", quoted(tool))),
        None => did_you_mean(written, tools),
    }
}

/// A tool's name without its verb, which is its first word: `OrgPsks` of `listOrgPsks`.
fn subject(tool: &str) -> &str {
    tool.find(|letter: char| letter.is_ascii_uppercase()).map_or("", |start| &tool[start..])
}

/// Names with commas between them, as many as an error has room for.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const ROOM: usize = 900;
    let mut names = names.into_iter();
    let mut text = String::new();
    while let Some(name) = names.next() {
        let name = shortened(name, LONGEST);
        if text.len() + name.len() > ROOM {
            return format!("{text} and {} more", names.count() + 1);
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&name);
    }
    text
}

/// A name in quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", shortened(name, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_corrected_and_a_word_like_none_is_not() {
        let categories = ["orgs", "orgs_sites", "sites", "sites_rrm", "self_account"];
        for (written, meant) in
            [("sights", "sites"), ("SITES_RMM", "sites_rrm"), ("org", "orgs"), ("stiesrrm", "sites_rrm")]
        {
            assert_eq!(nearest(written, categories, 1), [format!("\"{meant}\"")], "{written}");
        }
        for written in ["bogus", "goats", "x", "", "everything", "tires", "\u{1f600}"] {
            assert_eq!(nearest(written, categories, 1), Vec::<String>::new(), "{written}");
            let remedy = remedy(written, categories);
            assert_eq!(remedy, "; there are orgs, orgs_sites, sites, sites_rrm, self_account.", "{written}");
        }
    }

    #[test]
    fn one_slip_in_a_short_name_is_corrected_and_two_are_not() {
        let columns = ["mac", "ssid", "ip", "band"];
        for (written, meant) in [("mca", "mac"), ("sid", "ssid"), ("bnad", "band")] {
            assert_eq!(nearest(written, columns, 1), [format!("\"{meant}\"")], "{written}");
        }
        for written in ["cma", "id", "up", "dns"] {
            assert_eq!(nearest(written, columns, 1), Vec::<String>::new(), "{written}");
        }
    }

    #[test]
    fn a_tool_with_another_verb_comes_before_one_about_something_else() {
        let tools = ["searchMspOrgs", "listOrgPsks", "getOrgPsk", "countSiteAlarms", "searchSiteAlarms"];
        for (written, meant) in [
            ("searchOrgPsks", "listOrgPsks"),
            ("getOrgPsks", "listOrgPsks"),
            ("showorgPsks", "listOrgPsks"),
            ("listSiteAlarms", "searchSiteAlarms"),
            ("counSiteAlarms", "countSiteAlarms"),
            ("searchMspOrg", "searchMspOrgs"),
        ] {
            let said = did_you_mean_tool(written, tools);
            assert_eq!(said, Some(format!("; did you mean \"{meant}\"?")), "{written}");
        }
        for written in ["", "bogus", "Bogus", "\u{1f600}X"] {
            assert_eq!(did_you_mean_tool(written, tools), None, "{written}");
        }
    }

    #[test]
    fn a_list_of_names_is_bounded() {
        let names: Vec<_> = (0..10_000).map(|number| format!("name_{number}")).collect();
        let text = listed(names.iter().map(String::as_str));
        assert!(text.len() < 1_000 && text.starts_with("name_0, name_1, "), "{text}");
        let shown = text.split(", ").count();
        assert!(text.ends_with(&format!(" and {} more", 10_000 - shown)), "{text}");
        assert!(listed(["x".repeat(1 << 20).as_str()]).len() <= LONGEST);
    }
}
