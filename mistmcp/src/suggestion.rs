//! What was probably meant.

use crate::error::shortened;

/// Those of `candidates` that look like `written`, likest first.
pub(crate) fn alike<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    const LIKE_ENOUGH: f64 = 0.78;
    // Nothing is called by a longer name, and comparing takes time by the square of the length.
    const LONGEST: usize = 100;
    let written = shortened(written, LONGEST).to_lowercase();
    let mut near: Vec<_> = candidates
        .into_iter()
        .map(|candidate| {
            (strsim::jaro_winkler(&written, &shortened(candidate, LONGEST).to_lowercase()), candidate)
        })
        .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
        .collect();
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    near.into_iter().map(|(_, candidate)| candidate)
}

/// Up to `most` of them, each in quotes.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Vec<String> {
    alike(written, candidates).take(most).map(|candidate| format!("\"{candidate}\"")).collect()
}

/// `; did you mean "…"?`, or where nothing is like it, those there are.
pub(crate) fn remedy<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match did_you_mean(written, candidates.clone()) {
        nothing if nothing.is_empty() => {
            format!("; there are {}.", candidates.into_iter().collect::<Vec<_>>().join(", "))
        }
        suggestion => suggestion,
    }
}

/// `; did you mean "…"?`, or nothing.
pub(crate) fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(written, candidates, 1).as_slice() {
        [meant] => format!("; did you mean {meant}?"),
        _ => String::new(),
    }
}
