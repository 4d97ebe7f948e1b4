//! Names of tools and parameters.

/// `list_site_events` as MCP's clients see it: `listSiteEvents`.
pub(crate) fn camel_case(snake: &str) -> String {
    let mut words = snake.split('_').filter(|word| !word.is_empty());
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// `CountryCode` as Mist spells a value or a field: `country_code`. Capitals in a row are one word: `SSID` is `ssid`.
pub(crate) fn snake_case(camel: &str) -> String {
    let mut name = String::new();
    let (mut before, mut letters) = (None, camel.chars().peekable());
    while let Some(letter) = letters.next() {
        let is_before_lower_case = letters.peek().is_some_and(char::is_ascii_lowercase);
        let begins_word = |before: char| !before.is_ascii_uppercase() || is_before_lower_case;
        if letter.is_ascii_uppercase() && before.is_some_and(begins_word) {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        before = Some(letter);
    }
    name
}

/// How a message about an unknown name ends: the candidate that was most likely meant by `written`, or else what
/// `otherwise` advises.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(written, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map_or_else(otherwise, |(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn quoted(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_for_clients_is_the_functions_in_camel_case() {
        for (snake, camel) in [
            ("list_site_rrm_events", "listSiteRrmEvents"),
            ("get_self", "getSelf"),
            ("get_802_1x", "get8021x"),
            ("_hidden__twice_", "hiddenTwice"),
        ] {
            assert_eq!(camel_case(snake), camel);
        }
    }

    #[test]
    fn a_value_is_spelled_as_its_variant_in_snake_case() {
        for (camel, snake) in [
            ("Ap", "ap"),
            ("LldpMgmtAddr", "lldp_mgmt_addr"),
            ("Node0", "node0"),
            ("SSID", "ssid"),
            ("WLANName", "wlan_name"),
            ("LastSSID", "last_ssid"),
            ("PSK2", "psk2"),
        ] {
            assert_eq!(snake_case(camel), snake);
        }
    }

    #[test]
    fn the_likeliest_candidate_is_suggested_and_an_unlikely_one_is_not() {
        let otherwise = || "there are two".to_owned();
        let candidates = ["category", "delete"];
        assert_eq!(did_you_mean("catgory", candidates, otherwise), "did you mean `category`?");
        assert_eq!(did_you_mean("xyz", candidates, otherwise), "there are two");
    }

    #[test]
    fn names_are_quoted_as_in_a_sentence() {
        assert_eq!(quoted(&["a"]), "`a`");
        assert_eq!(quoted(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
