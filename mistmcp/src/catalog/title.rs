//! Titles of tools, derived from their names.

use crate::mist::api::fields::ACRONYMS;

/// Converts a tool's name to words: `listSiteRrmEvents` becomes `List site RRM events`.
pub(super) fn title(name: &str) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = name.chars().peekable();
    let mut previous_is_capital = false;
    while let Some(letter) = letters.next() {
        let next_is_small = letters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = letter.is_ascii_uppercase() && (!previous_is_capital || next_is_small);
        if (begins || letter == '_') && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter != '_' {
            word.push(letter);
        }
        previous_is_capital = letter.is_ascii_uppercase();
    }
    words.push(word);
    let written: Vec<_> = words.iter().enumerate().map(|(place, word)| written(place, word)).collect();
    written.join(" ")
}

fn written(place: usize, word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().collect();
    let capitalized = first + letters.as_str();
    let singular = capitalized.strip_suffix('s').unwrap_or(&capitalized);
    if ACRONYMS.contains(&capitalized.as_str()) {
        capitalized.to_uppercase()
    } else if ACRONYMS.contains(&singular) {
        format!("{}s", singular.to_uppercase())
    } else if place == 0 || word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase()) {
        capitalized
    } else {
        word.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_converted_to_words() {
        for (name, words) in [
            ("getSelf", "Get self"),
            ("listSiteRrmEvents", "List site RRM events"),
            ("getOrgWLAN", "Get org WLAN"),
            ("GetOrgLicenseAsyncClaimStatus", "Get org license async claim status"),
            ("listOrgWlans", "List org WLANs"),
            ("getSiteSiteRfdiagRecording", "Get site site rfdiag recording"),
            ("troubleshoot_thing", "Troubleshoot thing"),
            ("listMspSsos", "List MSP SSOs"),
            ("countOrgJsiPbn", "Count org JSI PBN"),
            ("getSiteEslAps", "Get site ESL APs"),
            ("listOrgIdpRoles", "List org IDP roles"),
        ] {
            assert_eq!(title(name), words);
        }
    }
}
