use std::collections::BTreeSet;

use super::*;

fn rates(part: &str) -> Rates {
    let settings = settings().unwrap();
    Rates::of(&settings, &cases(&settings, part).unwrap(), |_, _, _| ())
}

#[test]
fn find_tools_answers_the_test_questions_as_well_as_it_is_meant_to() {
    let test = rates("test");
    assert!(test.first() >= 91.0 && test.top_five() >= 98.5, "{test:?}");
    assert!(test.doubted() <= 3.0 && test.flagged() >= 90.0, "{test:?}");
}

#[test]
fn find_tools_answers_short_queries_as_well_as_it_is_meant_to() {
    let short = rates("short");
    assert!(short.first() >= 96.0 && short.top_five() >= 98.0, "{short:?}");
}

#[test]
fn find_tools_answers_questions_in_other_words_as_well_as_it_is_meant_to() {
    let third = rates("third");
    assert!(third.first() >= 86.0 && third.top_five() >= 97.0 && third.doubted() <= 3.0, "{third:?}");
    let reworded = rates("reworded");
    assert!(reworded.first() >= 81.0 && reworded.top_five() >= 94.0, "{reworded:?}");
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
        let halves = halves.map(|half| scope.spawn(move || half.iter().filter(is_wrong).collect::<Vec<_>>()));
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
    assert!(rates.first() >= 70.0 && rates.top_five() >= 93.0, "{rates:?}");
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

#[test]
fn orders_are_told_from_questions_in_several_languages() {
    let settings = settings().unwrap();
    for order in [
        "give Walter admin rights",
        "disable port ge-0/0/33 on switch idf-7",
        "bitte AP-77 neu starten",
        "éteins le wifi des invités",
        "riavvia lo switch di Genova",
        "herstart de switch in de kelder",
        "bloquea el teléfono de Lucas",
        "reinicie o switch do laboratório",
        "AP-77を再起動してください",
    ] {
        assert!(!settings.found(order).1, "{order}");
    }
    for question in [
        "can you show me all gateways",
        "is the port to the projector enabled",
        "is vlan 70 allowed on the trunk",
        "restart reasons of the gateway",
        "should we upgrade the gateways",
        "wer hat den Switch neu gestartet",
        "chi ha disattivato la rete degli ospiti",
        "wie heeft de switch herstart",
    ] {
        assert!(settings.found(question).1, "{question}");
    }
}

#[test]
fn questions_in_other_languages_find_what_they_ask_for() {
    let settings = settings().unwrap();
    for (query, wanted) in [
        ("perché l'access point della mensa è spento", "troubleshootDevice"),
        ("waarom is de switch in de kelder offline", "troubleshootDevice"),
        ("dlaczego przełącznik jest offline", "troubleshootDevice"),
        ("为什么这个接入点离线了", "troubleshootDevice"),
        ("アクセスポイントがオフラインになった理由", "troubleshootDevice"),
        ("chi ha modificato la rete stamattina", "whatChanged"),
        ("wie heeft vanmorgen iets gewijzigd", "whatChanged"),
    ] {
        assert!(settings.found(query).0[..3].contains(&wanted), "{query}: {:?}", settings.found(query).0);
    }
}

#[test]
fn a_query_without_a_known_word_is_answered_with_general_tools() {
    let settings = settings().unwrap();
    for query in ["zzqx vvkw", "мережа не працює", "ネコ"] {
        let (found, is_good) = settings.found(query);
        assert!(found.contains(&"listProblems") && found.contains(&"findAnything"), "{query}: {found:?}");
        assert!(!is_good, "{query}");
    }
}

#[test]
fn a_tool_that_another_one_replaces_comes_behind_it() {
    let settings = settings().unwrap();
    for (query, wanted) in [
        ("an SLE metric over time, by classifier", "getSiteSleSummaryTrend"),
        ("summary of the coverage SLE of a site", "getSiteSleSummaryTrend"),
        ("one classifier of an SLE over time", "getSiteSleClassifierSummaryTrend"),
    ] {
        let found = settings.found(query).0;
        let place = |name: &str| found.iter().position(|found| *found == name).unwrap_or(found.len());
        let replaced = place("getSiteSleSummary").min(place("getSiteSleClassifierDetails"));
        assert!(place(wanted) < replaced, "{query}: {found:?}");
    }
}
