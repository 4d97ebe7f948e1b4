use super::super::HIDDEN;
use super::*;

fn shown(name: &str, text: &str) -> String {
    TextReader::new(name, FieldContext::default()).read(text, false).unwrap_or_else(|| text.to_owned())
}

#[test]
fn a_url_loses_its_user_and_its_secret_parameters_and_nothing_else() {
    for (url, wanted) in [
        ("https://a.b/c?token=abc&x=1", "https://a.b/c?token=[hidden]&x=1"),
        ("https://me:pw@a.b/c", "https://me:[hidden]@a.b/c"),
        (
            "see https://a.b/?x=1&X-Amz-Signature=9f#top now",
            "see https://a.b/?x=1&X-Amz-Signature=[hidden]#top now",
        ),
        ("https://a.b/#access_token=abc", "https://a.b/#access_token=[hidden]"),
        ("https://a.b/?to%6ben=abc", "https://a.b/?to%6ben=[hidden]"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/[hidden]"),
        (
            "http://ca.b/scep?operation=PKIOperation&challenge=9F2C",
            "http://ca.b/scep?operation=PKIOperation&challenge=[hidden]",
        ),
        ("https://a.b/c?page=2#token", "https://a.b/c?page=2#token"),
        ("https://0123456789abcdef@a.b/c", "https://[hidden]@a.b/c"),
        ("ssh://admin@10.0.0.1/", "ssh://admin@10.0.0.1/"),
        ("https://a.b/me@home", "https://a.b/me@home"),
    ] {
        assert_eq!(shown("url", url), wanted);
    }
}

#[test]
fn a_command_line_loses_what_follows_a_word_for_a_secret() {
    for (line, wanted) in [
        (
            "set system root-authentication encrypted-password \"$6$ab.c/d\"",
            "set system root-authentication encrypted-password \"[hidden]\"",
        ),
        (
            "set system radius-server 10.0.0.1 secret \"two words\"",
            "set system radius-server 10.0.0.1 secret \"[hidden]\"",
        ),
        (
            "set snmp community public authorization read-only",
            "set snmp community [hidden] authorization read-only",
        ),
        (
            "set policy-options community MINE members 65000:1",
            "set policy-options community MINE members 65000:1",
        ),
        ("username admin password 7 0822455D", "username admin password 7 [hidden]"),
        ("secret $9$abc; ## SECRET-DATA", "secret [hidden]; ## SECRET-DATA"),
        ("set vlans guest vlan-id 20", "set vlans guest vlan-id 20"),
    ] {
        assert_eq!(shown("additional_config_cmds", line), wanted);
    }
}

#[test]
fn every_line_of_a_command_line_is_read() {
    let text = "set a b\nset c secret x1\nset d password x2\n";
    assert_eq!(shown("cli", text), "set a b\nset c secret [hidden]\nset d password [hidden]\n");
}

#[test]
fn commands_that_take_back_or_that_a_log_repeats_lose_their_secret() {
    for (text, wanted) in [
        ("no username bob secret x1y", "no username bob secret [hidden]"),
        ("default snmp-server community x1y", "default snmp-server community [hidden]"),
        ("logged command:username bob password 0 x1y", "logged command:username bob password 0 [hidden]"),
        ("command: no radius-server key x1y", "command: no radius-server key [hidden]"),
        ("sw1(config-line)# password x1y", "sw1(config-line)# password [hidden]"),
        ("sw1(backup) #2 password", "sw1(backup) #2 password"),
        ("no key found", "no key found"),
        (
            "Command [no snmp-server community x1y] failed",
            "Command [no snmp-server community [hidden]] failed",
        ),
        ("no snmp community is configured", "no snmp community is configured"),
        ("failed: set snmp community x1y: denied", "failed: set snmp community [hidden]: denied"),
        (
            "set routing-options static route 10.0.0.0/8 community 1:2",
            "set routing-options static route 10.0.0.0/8 community 1:2",
        ),
        (
            "set interfaces interface-range password member x",
            "set interfaces interface-range password member x",
        ),
        ("ip host secret 10.0.0.1", "ip host secret 10.0.0.1"),
        ("ntp server 10.0.0.1 key 7 prefer", "ntp server 10.0.0.1 key 7 prefer"),
        ("username or password is wrong", "username or password is wrong"),
    ] {
        assert_eq!(shown("text", text), wanted);
    }
}

#[test]
fn a_name_like_a_word_before_a_name_announces_nothing_and_the_secret_behind_it_is_hidden() {
    for before in [
        "set security ike policy ike-policy pre-shared-key ascii-text ",
        "set security ike policy IKE-POLICY pre-shared-key ascii-text ",
        "set protocols bgp group ibgp-group authentication-key ",
        "set protocols bgp group peer authentication-key ",
        "set snmp v3 snmp-community comm-map community-name ",
        "username ops-group secret ",
        "username ops-group password 0 ",
        "username user password 0 ",
        "neighbor ibgp-group password ",
        "neighbor IBGP-GROUP password 7 ",
        "neighbor 10.0.0.1 password ",
        "set access profile x client user chap-secret ",
        "set access profile user-profile client c1 chap-secret ",
        "set interfaces interface-range trunk-range description x\nset system radius-server 10.0.0.1 secret ",
    ] {
        assert_eq!(shown("text", &format!("{before}x1yq7")), format!("{before}[hidden]"));
    }
}

#[test]
fn paths_in_brackets_announce_what_follows_them() {
    for (text, wanted) in [
        ("[edit snmp community x1y]\n+  clients {", "[edit snmp community [hidden]]\n+  clients {"),
        (
            "[edit system ntp authentication-key 5]\n+  value x1y;",
            "[edit system ntp authentication-key 5]\n+  value [hidden];",
        ),
        (
            "[edit snmp]\n  'community x1y'\n    error: no",
            "[edit snmp]\n  'community [hidden]'\n    error: no",
        ),
        (
            "set: [system ntp authentication-key 1 value] \"x1y\" -> \"x2y\"",
            "set: [system ntp authentication-key 1 value] \"[hidden]\" -> \"[hidden]\"",
        ),
        ("set: [system host-name] \"a\" -> \"b\"", "set: [system host-name] \"a\" -> \"b\""),
        (
            "[edit policy-options community C]\n+ members 65000:1;",
            "[edit policy-options community C]\n+ members 65000:1;",
        ),
        ("[edit vlans secret]\n+ vlan-id 20;", "[edit vlans secret]\n+ vlan-id 20;"),
    ] {
        assert_eq!(shown("text", text), wanted);
    }
}

#[test]
fn the_value_of_a_secret_is_hidden_and_the_name_of_an_object_is_not() {
    for (text, wanted) in [
        ("set the psk to moonlight for WLAN x", "set the psk to [hidden] for WLAN x"),
        ("Passphrase changed: \"a 1\" -> \"b 2\"", "Passphrase changed: \"[hidden]\" -> \"[hidden]\""),
        ("password set to expire", "password set to expire"),
        ("The password is: x1y", "The password is: [hidden]"),
        ("The password is: required", "The password is: required"),
        ("wifi_pw x1y -> x2y", "wifi_pw [hidden] -> [hidden]"),
        ("secret: old=x1y new=x2y", "secret: old=[hidden] new=[hidden]"),
        ("Changed password of user bob to \"x 1\"", "Changed password of user bob to \"[hidden]\""),
        ("PSK \"alice\" was deleted", "PSK \"alice\" was deleted"),
        ("Renew PSK \"alice\"", "Renew PSK \"alice\""),
        ("Renewed PSK \"alice\" by bob", "Renewed PSK \"alice\" by bob"),
        ("Renew PSK \"alice\" to \"x1y\"", "Renew PSK \"[hidden]\" to \"[hidden]\""),
        ("Renew PSK \"alice\", now \"x1y\"", "Renew PSK \"[hidden]\", now \"x1y\""),
        ("renewed psk of bob to \"x1y\"", "renewed psk of bob to \"[hidden]\""),
        ("PSK \"blue moon\" is too short", "PSK \"[hidden]\" is too short"),
        ("access token 0a1b2c3d4e5f60718293a4b5c6d7e8f9 expired", "access token [hidden] expired"),
        ("ssh -i key.pem bob@10.0.0.1", "ssh -i key.pem bob@10.0.0.1"),
    ] {
        assert_eq!(shown("text", text), wanted);
    }
}

#[test]
fn a_section_of_characters_in_xml_and_a_relative_url_are_searched() {
    for (text, wanted) in [
        ("<psk><![CDATA[x1y]]></psk><a>b</a>", "<psk><![CDATA[[hidden]]]></psk><a>b</a>"),
        ("<a><![CDATA[x1y]]></a>", "<a><![CDATA[x1y]]></a>"),
        ("GET /x?token=x1y 200", "GET /x?token=[hidden] 200"),
    ] {
        assert_eq!(shown("text", text), wanted);
    }
}

#[test]
fn the_first_line_of_a_block_of_ios_opens_it_for_the_lines_of_a_list() {
    let mut reader = TextReader::new("lines", FieldContext::default());
    let lines = ["radius server R", " address ipv4 10.0.0.1", " key x1y"];
    let read = lines.map(|line| reader.read(line, true).unwrap_or_else(|| line.to_owned()));
    assert_eq!(read, ["radius server R", " address ipv4 10.0.0.1", " key [hidden]"]);
}

#[test]
fn words_that_only_speak_of_a_secret_stay() {
    for text in ["The password was wrong", "12:30 token expired", "a $ sign", "key exchange: done"] {
        assert_eq!(shown("text", text), text);
    }
}

#[test]
fn a_text_that_was_redacted_stays_as_it_is() {
    for text in [
        "set system root-authentication encrypted-password \"$6$ab.c/d\"",
        "set snmp community public authorization read-only",
        "username admin password 7 0822455D",
        "psk x1y2z3w4",
        "Passphrase changed: \"a 1\" -> \"b 2\"",
        "wifi_pw x1y -> x2y",
        "psk: x1y, other: 1",
        "{\"psk\": \"x1y\", \"a\": [1]}",
        "psk=x1y&a=2",
        "https://me:pw@a.b/c?token=abc",
        "<psk>x1y</psk><a>b</a>",
        "Authorization: Bearer abc123def456",
        "The password is: x1y",
        "curl -u bob:x1y https://a.b",
        "token: x1y\npassword: x2y\n",
    ] {
        let once = shown("text", text);
        assert!(once.contains(HIDDEN), "{once}");
        assert_eq!(shown("text", &once), once);
        assert_eq!(shown("config_cmds", &once), once);
    }
}

#[test]
fn a_private_key_is_hidden_and_a_certificate_is_not() {
    assert_eq!(shown("value", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"), "[hidden]");
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIE";
    assert_eq!(shown("cert", certificate), certificate);
}

#[test]
fn the_parser_state_is_kept_between_lines_of_a_list() {
    let mut reader = TextReader::new("lines", FieldContext::default());
    let lines = ["[edit snmp]", "+  community hunter2 {", "+    authorization read-only;", "+  }"];
    let read = lines.map(|line| reader.read(line, true).unwrap_or_else(|| line.to_owned()));
    assert_eq!(read, ["[edit snmp]", "+  community [hidden] {", "+    authorization read-only;", "+  }"]);
    let mut reader = TextReader::new("lines", FieldContext::default());
    let lines = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEhunter2", "-----END RSA PRIVATE KEY-----", "MIIE"];
    let read = lines.map(|line| reader.read(line, true).unwrap_or_else(|| line.to_owned()));
    assert_eq!(read, ["[hidden]", "[hidden]", "[hidden]", "MIIE"]);
}

#[test]
fn a_secret_in_a_text_that_was_cut_is_hidden() {
    for text in [
        r#"Mist says: [{"psk": "hunter two thr…"#,
        "set system radius-server 10.0.0.1 secret \"hunter two thr…",
        "<wlan><psk>hunter two thr…",
        "-----BEGIN PRIVATE KEY-----\nhunter…",
        "psk: 'hunter two…",
    ] {
        assert!(!shown("text", text).contains("hunter"), "{}", shown("text", text));
    }
}

#[test]
fn texts_in_quotes_are_read_to_a_depth_and_hidden_whole_below_it() {
    let mut text = "psk x: hunter2".to_owned();
    for _ in 0..12 {
        text = serde_json::to_string(&serde_json::json!({ "a b": text })).unwrap();
    }
    assert!(!shown("text", &text).contains("hunter2"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_its_end(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40)) {
        let text = pieces.concat();
        let _ = shown("config", &text);
        let _ = shown("text", &format!("{text}é"));
    }

    #[test]
    fn what_is_hidden_is_not_hidden_again(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..12)) {
        let once = shown("text", &pieces.concat());
        let again = shown("text", &once);
        // Where a marker is hidden itself, its brackets are new letters of the text.
        let (before, after) = (once.replace(HIDDEN, ""), again.replace(HIDDEN, ""));
        let mut letters = before.chars();
        let is_part = after.chars().all(|letter| letters.any(|other| other == letter));
        proptest::prop_assert!(is_part, "{once} -> {again}");
    }
}

/// Keywords of the text parsers, and multi-byte letters.
const PIECES: &[&str] = &[
    "psk",
    "é",
    "→",
    "“",
    "”",
    "\"",
    "'",
    "\\",
    "\\\"",
    "\\n",
    ":",
    "=",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "</psk>",
    "<psk>",
    " ",
    "\n",
    "\t",
    "secret",
    "key",
    "1",
    "set system",
    "community",
    "snmp",
    "-----BEGIN PRIVATE KEY-----",
    "-----END ",
    "$9$abcd",
    "eyJhbGciOiJI.abc",
    "https://a:b@c",
    "token=",
    "curl -u ",
    "name",
    "value",
    "Authorization: Bearer ",
    ";",
    "## SECRET-DATA",
    ",",
    "- ",
    "\u{a0}",
    "u'",
    "->",
    "from",
    "to",
];

#[test]
fn what_would_let_a_captured_saml_response_be_used_again_is_hidden() {
    let saml = "<samlp:Response ID=\"a1\"><ds:Signature><ds:SignedInfo><ds:DigestValue>dG9w</ds:DigestValue></ds:SignedInfo>\
                <ds:SignatureValue>c2lnbmF0dXJl</ds:SignatureValue></ds:Signature><saml:EncryptedAssertion>\
                <xenc:EncryptedData><xenc:CipherData><xenc:CipherValue>Y2lwaGVy</xenc:CipherValue></xenc:CipherData>\
                </xenc:EncryptedData></saml:EncryptedAssertion><saml:Issuer>https://idp.example</saml:Issuer>\
                </samlp:Response>";
    let shown = shown("saml_assertion_xml", saml);
    for secret in ["c2lnbmF0dXJl", "Y2lwaGVy"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    for harmless in ["dG9w", "https://idp.example", "ID=\"a1\""] {
        assert!(shown.contains(harmless), "{harmless}: {shown}");
    }
}

#[test]
fn a_challenge_is_a_secret_and_an_event_of_radius_is_not() {
    for name in ["challenge", "scep_challenge", "scepChallenge", "static_challenges"] {
        assert!(super::super::is_secret("", name), "{name}");
    }
    for name in ["challenge_type", "access_challenge", "enable_challenge", "challenged", "eap_challenge"] {
        assert!(!super::super::is_secret("", name), "{name}");
    }
}
