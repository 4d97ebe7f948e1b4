//! The work on a text grows with its length, whatever is repeated in it.

use super::super::redact;
use super::*;
use crate::work;
use crate::work::steps::counted;

/// What is repeated: words for secrets, and all that a scanner may look further for.
const PATTERNS: &[&str] = &[
    // Words for secrets, as in sentences.
    "password ",
    "pin 1234 ",
    "password is ",
    "password for ",
    "password for bob: ",
    "password set to ",
    "password changed from ",
    "password \"x\" with ",
    "password moonlight7 ",
    "Renew PSK \"a\" ",
    "renew psk x ",
    "psk \"a\" was ",
    "API key ",
    "the SNMP community string ",
    "bearer abcdef123456 ",
    "key.pem ",
    "set the psk to x ",
    "add psk ",
    // With signs.
    "password,",
    "password;",
    "password|",
    "password(",
    "password)",
    "password[",
    "password]",
    "password{",
    "password}",
    "password<",
    "password>",
    "password&",
    "password: ",
    "password:",
    "password=",
    "password==",
    "password->",
    "password=>",
    "password→",
    "password: a b c ",
    "password: {a: b} ",
    "(password: a, ",
    "password['x'] = ",
    "new=",
    "old=new=",
    "value: ",
    "name: password, value: ",
    "name=psk&value=x&",
    "to:",
    "\"old\" -> \"new\" ",
    "secret: old=x new=y ",
    // Glued, also behind what was hidden before.
    "password[hidden]",
    "pin[hidden],",
    "pin1,a2,",
    "[hidden]",
    "secret,any,",
    "password any[hidden]",
    "password-psk-token,",
    // Quotes and escapes.
    "\"password\\\"",
    "\\\"password\\\" ",
    "\"password ",
    "'password ",
    "password's ",
    "u'password' ",
    "`password ",
    "“password ",
    "“password” ",
    "«password»",
    "\\\\\\\"password ",
    "\\npassword ",
    "\\\\n",
    "\\",
    "\"\\\"",
    "'\\'",
    "\\'a\\\"b",
    "\"",
    "'",
    "'a",
    // Configurations.
    "snmp-server community ",
    "snmp-server community x ro ",
    "authentication-key 1 ",
    "set system password ",
    "set system login user x authentication plain-text-password-value hunter2 ",
    "set [system password ",
    "no snmp community ",
    "## SECRET-DATA ",
    "/* SECRET-DATA */ ",
    "; ## SECRET-DATA",
    "username bob password 7 08 ",
    "cmd: username bob password x ",
    "key 1 md5 ",
    "secret { ",
    "secret } ",
    "secret \"x; ",
    "[edit system] password ",
    "- ",
    "# ",
    "+password ",
    // Commands.
    "curl -u ",
    "curl -u[hidden]",
    "mysql -px[hidden]",
    "sshpass -p ",
    "--token ",
    "--token=x ",
    "createUser a b \"c\" d e ",
    "rocommunity ",
    "password simple ",
    "password level 15 cipher x ",
    "set x password ENC y ",
    "set shared key ",
    "failover key x ",
    "WPA key a1b2c3 rejected ",
    "password for bob set to ",
    "\"pass\":\"x\",",
    "\"path\":\"/auth/psk\",\"value\":\"x\",",
    "slack_url=x ",
    // URLs, XML, and secrets with a shape.
    "https://a:b@c/?token=x ",
    "<password ",
    "<a password=\"x\">",
    "-----BEGIN ",
    "$9$abcdef",
    "eyJabcdef.",
    "://",
    "https://",
    "https://a:b@",
    "https://a?token=",
    "?token=x&",
    "http://a:b/@",
    "<",
    "<a ",
    "<a>",
    "</a>",
    "<a></a>",
    "<password>",
    "<password></a>",
    "<a b=\"c\" ",
    "<a b=\"",
    "<![CDATA[",
    "<password><![CDATA[",
    "<!--",
    "<a name=\"psk\"/>",
    "-----BEGIN PRIVATE KEY",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----END ",
    "-----BEGIN x",
    "$1$",
    "$9$,",
    "$1$------",
    "eyJ",
    "eyJ.",
    "eyJ-,",
    "sk-",
    "SG.",
    "{SSHA",
    "\\n$9$",
    "\\n",
    "\\na",
    "psk: x\\npsk: \"",
    "key-string x<br>",
    "%0a",
    "\u{b}password: ",
    "A7",
    // Indices, types and further values behind a name.
    "psk[0]",
    "psk[0]: ",
    "psk (a): ",
    "psk:0:",
    "psk: a = ",
    "psk: a<",
    "psk: a, b, ",
    "psk: a | ",
    "psk (was \"a\") ",
    "**psk:** ",
    "psk → ",
    "Authorization: A b, ",
    // Changes without a colon, and from nothing.
    "community_name x -> ",
    "vars[PSK] \"a\" -> ",
    "psk (none) -> ",
    "psk not set ",
    "psk: [old] a [new] ",
    "psk x replaced by ",
    "psk; old value: a; ",
    "secret level 15 ",
    "snmp-server community 7 ",
    "error: [edit snmp] 'community x' ",
    // Before commands, and in them.
    "1. ",
    "> ",
    "Jan 1 00:00:00 ",
    "[<(",
    "snmp-server community x to ",
    "show configuration ",
    "] <a> -> ",
    "curl -sku a:b ",
    "radtest a b c ",
    "wpa_passphrase ",
    // Tables.
    "| psk ",
    "| psk | x |\n",
    "|---|\n",
    "PSK  A\n",
    "PSK  A  ",
    "│",
    "user,psk a,b ",
    "psk,a\n",
    "a,",
    // Escapes and codes.
    "&lt;",
    "&#60;",
    "%25",
    "%252525",
    "\\u0070",
    "\u{200b}",
    "ｐ",
    "\"name\":\"psk\",\"value\":\"x1y2\",",
    "x1y2 ",
    "WIFI:",
    "WIFI:P:a;",
    "P:a;",
    "<key>psk</key>",
    "<td>psk</td>",
];

fn repeated(pattern: &str, length: usize) -> String {
    pattern.repeat(length / pattern.len())
}

#[test]
fn the_steps_for_a_line_grow_with_its_length() {
    const SHORT: usize = 512;
    for pattern in PATTERNS.iter().copied() {
        for (before, after) in
            [("", ""), ("password: \"", "\""), ("{\"psk\": \"x\", \"a\": \"", "\"}"), ("set system x ", "")]
        {
            let steps = |length| {
                let text = format!("{before}{}{after}", repeated(pattern, length));
                counted(|| {
                    TextReader::new("cli", FieldContext::default()).read(&text, false);
                    TextReader::new("", FieldContext::default()).read(&text, false);
                })
            };
            let (short, long) = (steps(SHORT), steps(4 * SHORT));
            assert!(
                long <= 6 * short.max(SHORT),
                "{before}{pattern}: {short} steps, and {long} for four times the text"
            );
        }
    }
}

#[test]
fn a_value_of_more_tokens_than_are_judged_is_hidden_to_white_space() {
    let mut long = "a1,".repeat(500);
    long.push_str("end");
    for (text, wanted) in [
        (format!("password: {long} is the value"), "password: [hidden] is the value"),
        (format!("set system password {long} x"), "set system password [hidden] x"),
        (format!("pin {long} x"), "pin [hidden] x"),
        (format!("curl -u bob:{long} https://a.b/"), "curl -u bob:[hidden] https://a.b/"),
    ] {
        let shown = TextReader::new("", FieldContext::default()).read(&text, false);
        assert_eq!(shown.as_deref(), Some(wanted));
    }
}

#[test]
fn a_job_whose_caller_has_gone_searches_no_text() {
    let texts = || serde_json::json!({ "note": repeated("password ", 4_000), "lines": ["password x", "y"] });
    let mut value = texts();
    assert!(counted(|| redact(&mut value)) > 4_000);
    let mut value = texts();
    assert_eq!(work::abandoned(|| counted(|| redact(&mut value))), 0);
    assert_eq!(value, serde_json::json!({ "note": "[hidden]", "lines": ["[hidden]", "[hidden]"] }));
}
