//! `mistmcp tools`: what can be asked.

use mistmcp_tests::Launch;
use serde_json::Value;

async fn shown(line: &str) -> String {
    let finished = Launch::new(line).run().await;
    assert_eq!((finished.code(), finished.stderr.as_str()), (Some(0), ""), "{line}");
    finished.output()
}

async fn json(line: &str) -> Value {
    serde_json::from_str(&shown(&format!("tools {line} --json")).await).unwrap()
}

#[tokio::test]
async fn without_a_word_it_lists_the_categories() {
    let categories = shown("tools").await;
    let sites_rrm = categories.lines().find(|line| line.starts_with("sites_rrm ")).unwrap();
    assert!(sites_rrm.contains("  4  Radio management"), "{sites_rrm}");
    assert_eq!(shown("tools -c sites").await.lines().count(), 1);
}

#[tokio::test]
async fn a_category_lists_its_tools_and_a_tool_itself_alone() {
    let category = shown("tools sites_rrm").await;
    for wanted in ["\nlistSiteRrmEvents\n", "  * site_id ", "One of: 24, 5, ", "Default: 100."] {
        assert!(category.contains(wanted), "{wanted}: {category}");
    }
    let tool = shown("tools ListSiteRrmEvents").await;
    for wanted in [
        "listSiteRrmEvents  ",
        "(sites_rrm)",
        "  * site_id   string ",
        "\nmistmcp call listSiteRrmEvents site_id=",
    ] {
        assert!(tool.contains(wanted), "{wanted}: {tool}");
    }
    assert!(!tool.contains("getSiteCurrentChannelPlanning"), "{tool}");
}

#[tokio::test]
async fn any_other_words_are_a_search_among_what_is_allowed() {
    let found = shown("tools what did radio management change").await;
    assert!(found.lines().any(|line| line.starts_with("listSiteRrmEvents ")), "{found}");
    let within = Launch::new("tools -c orgs_sites what did radio management change").run().await;
    assert_eq!(within.code(), Some(0), "{}", within.stderr);
    assert!(
        within.output().contains("searchOrgSites") && !within.output().contains("listSiteRrmEvents"),
        "{}",
        within.output()
    );
}

#[tokio::test]
async fn a_name_that_is_none_is_reported_with_the_one_that_was_meant() {
    for (written, meant) in [("sites_rmm", "sites_rrm"), ("listSiteRrmEvent", "listSiteRrmEvents")] {
        let finished = Launch::new(&format!("tools {written}")).run().await;
        assert!(finished.stderr.contains(&format!("did you mean \"{meant}\"?")), "{}", finished.stderr);
    }
    let barred = Launch::new("tools -c orgs_sites listOrgJsiDevices").run().await;
    assert!(
        barred.code() == Some(4)
            && barred.stderr.contains("`listOrgJsiDevices` exists")
            && barred.stderr.contains("not allowed here"),
        "{}",
        barred.stderr
    );
    // `call` and `query` say the same of a tool that exists.
    for line in [
        "call listOrgAlarmTemplates --demo --tools getSelf",
        "call listorgalarmtemplates --demo --without-tools listOrgAlarm*",
        "call listOrgAlarmTemplates --help --demo -c sites",
        "query --from t=listOrgAlarmTemplates --demo --tools getSelf",
    ] {
        let barred = Launch::new(line).run().await;
        assert_eq!(barred.code(), Some(4), "{line}: {}", barred.stderr);
        let wanted =
            "`listOrgAlarmTemplates` exists, in the category `orgs_alarm_templates`, and is not allowed here";
        assert!(barred.stderr.contains(wanted), "{line}: {}", barred.stderr);
    }
    for line in ["call listOrgAlarmTemplatez --demo", "call GETSELF --demo", "query --from t=getSelfs --demo"]
    {
        let unknown = Launch::new(line).run().await;
        assert_eq!(unknown.code(), Some(2), "{line}: {}", unknown.stderr);
        assert!(!unknown.stderr.contains("exists"), "{line}: {}", unknown.stderr);
    }
    for flags in ["-c sites", "-c sites,orgs_sites --mode all", "--categories orgs"] {
        for json in ["", " --json"] {
            let barred = Launch::new(&format!("tools {flags} orgs_sso{json}")).run().await;
            assert_eq!(
                (barred.code(), barred.output().as_str()),
                (Some(4), ""),
                "{flags}: {}",
                barred.stderr
            );
            let words = "the category `orgs_sso` exists, and is not allowed here";
            assert!(barred.stderr.contains(words), "{flags}: {}", barred.stderr);
        }
    }
    let unknown = Launch::new("tools qqqqzzz").run().await;
    assert!(
        unknown.code() == Some(0) && unknown.stderr.contains("No tool fits this well"),
        "{}",
        unknown.stderr
    );
}

#[tokio::test]
async fn scripts_get_the_same_objects_whatever_was_requested() {
    let categories = json("").await;
    let sites_rrm =
        categories["categories"].as_array().unwrap().iter().find(|row| row["name"] == "sites_rrm");
    assert_eq!(sites_rrm.unwrap()["tools"], 4);
    for words in ["sites_rrm", "listSiteRrmEvents", "radio management events"] {
        let tools = json(words).await;
        let tool = tools["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "listSiteRrmEvents");
        let tool = tool.unwrap_or_else(|| panic!("{words}: {tools}")).as_object().unwrap();
        let names: Vec<_> = tool.keys().collect();
        assert_eq!(names, ["name", "category", "title", "description", "inputSchema", "annotations"]);
        assert_eq!(
            (&tool["category"], &tool["inputSchema"]["required"][0]),
            (&"sites_rrm".into(), &"site_id".into())
        );
    }
}

#[cfg(target_os = "linux")]
mod terminal {
    use mistmcp_tests::binary;
    use tokio::process::Command;

    /// What a terminal of so many columns shows.
    async fn screen(line: &str, columns: u16, no_color: bool) -> String {
        let line = format!("stty cols {columns} rows 40; '{}' {line}", binary().display());
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env_remove("NO_COLOR");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let shown = command.output().await.unwrap();
        String::from_utf8(shown.stdout).unwrap().replace('\r', "")
    }

    #[tokio::test]
    async fn on_a_terminal_lines_fit_its_width() {
        for columns in [60, 100] {
            let screen = screen("tools", columns, true).await;
            let table = screen.lines().take_while(|line| !line.is_empty());
            let widest = table.map(|line| line.chars().count()).max().unwrap();
            assert!(
                (usize::from(columns) / 2..=usize::from(columns)).contains(&widest),
                "{widest}: {screen}"
            );
        }
    }

    #[tokio::test]
    async fn a_table_shows_site_name_and_state_at_every_width() {
        for columns in [60, 80, 100, 120] {
            let table = screen("call listOrgDevicesStats limit=3 --demo --table", columns, true).await;
            let rows: Vec<_> = table.lines().take(4).collect();
            let names: Vec<_> = rows[0].split_whitespace().take(4).collect();
            assert_eq!(names, ["site", "name", "status", "type"], "{table}");
            let first = "Leeds Distribution Centre  LDS-AP-01  connected ";
            assert!(rows[1].starts_with(first), "{table}");
            assert!(rows.iter().all(|row| row.chars().count() <= columns.into()), "{table}");
            assert!(
                table.contains("columns do not fit the terminal") && table.contains("--fields"),
                "{table}"
            );
        }
    }

    #[tokio::test]
    async fn on_a_terminal_names_are_bold_unless_no_color_is_set() {
        assert!(screen("tools sites_rrm", 80, false).await.contains("\u{1b}[1mlistSiteRrmEvents\u{1b}[0m"));
        assert!(!screen("tools sites_rrm", 80, true).await.contains('\u{1b}'));
    }

    #[tokio::test]
    async fn on_a_terminal_an_answer_is_indented() {
        let screen = screen("call getSelf --demo", 80, false).await;
        assert!(screen.starts_with("{\n  \"admin_id\""), "{screen}");
    }
}

#[tokio::test]
async fn the_extended_categories_are_listed_by_that_word() {
    let extended = Launch::new("tools extended").run().await;
    assert_eq!((extended.code(), extended.stderr.as_str()), (Some(0), ""));
    let listed = extended.output();
    assert!(listed.lines().all(|line| line.contains("extended")) && listed.contains("orgs_jsi"), "{listed}");
    let json = Launch::new("tools Extended --json").run().await;
    let json: serde_json::Value = serde_json::from_str(&json.output()).unwrap();
    let categories = json["categories"].as_array().unwrap();
    assert!(
        categories.len() > 10 && categories.iter().all(|category| category["extended"] == true),
        "{json}"
    );
}

#[tokio::test]
async fn flags_that_leave_no_category_are_told() {
    for flags in [
        "--categories answers --tools getSelf tools",
        "--categories answers --tools getSelf tools --json",
        "-c sites tools extended",
    ] {
        let finished = Launch::new(flags).run().await;
        assert_ne!(finished.code(), Some(0), "{flags}: {}", finished.output());
        let told = "--categories, --tools and --without-tools together leave no such category";
        assert!(finished.stderr.contains(told), "{flags}: {}", finished.stderr);
    }
}
