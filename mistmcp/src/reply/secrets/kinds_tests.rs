//! Kinds of forms in which secrets come, each with several examples, and with others that must stay.

mod fields;

use serde_json::{Value, json};

use super::{HIDDEN, redact, redact_file, redact_object};
use crate::reply::File;

/// Marks of a secret in the texts below.
const MARKS: [char; 2] = ['«', '»'];

/// The text of a field once its secrets are hidden.
fn shown(text: &str) -> String {
    let mut value = json!({ "message": text });
    redact(&mut value);
    value["message"].as_str().unwrap().to_owned()
}

/// A text without its marks, and as it must be shown.
fn marked(text: &str) -> (String, String) {
    let pieces = text.split(MARKS).enumerate();
    let wanted = pieces.map(|(at, piece)| if at % 2 == 1 { HIDDEN } else { piece }).collect();
    (text.replace(MARKS, ""), wanted)
}

/// What is marked in the texts must be hidden, and nothing else.
fn check(texts: &[&str]) {
    for text in texts {
        let (text, wanted) = marked(text);
        assert_eq!(shown(&text), wanted, "{text}");
    }
}

/// The same of values: every text or name `x1y…` in them must be hidden, and nothing else.
fn check_values(values: &[Value]) {
    for value in values {
        let mut output = value.clone();
        redact(&mut output);
        let wanted = wanted(value);
        assert_eq!(output, wanted, "{value}");
    }
}

fn wanted(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("x1y") => HIDDEN.into(),
        Value::Array(items) => items.iter().map(wanted).collect(),
        Value::Object(object) => {
            let hidden =
                |name: &String| if name.starts_with("x1y") { HIDDEN.to_owned() } else { name.clone() };
            object.iter().map(|(name, value)| (hidden(name), wanted(value))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn the_value_of_every_scheme_of_authorization_is_hidden() {
    check(&[
        "Authorization: Splunk «s3cr3t»",
        "Authorization: SSWS «x1»",
        "Authorization: GenieKey «9f3a»",
        "authorization: splunk «s3cr3t»",
        "Authorization: \"SSWS «x1y»\"",
        "Authorization: Bearer: «x1y»",
        "GET / HTTP/1.1 Host: a Authorization: Splunk «x1y» Accept: */*",
        "Authorization: Signature «keyId=\"a\",signature=\"b\"»",
        "Authorization=«x1y»",
        "authorization: «Zx81»",
        "Proxy-Authorization: Hawk «id=\"a\", mac=\"b\"»",
        "Authorization: read-only",
        "Authorization: required",
        "Authorization: denied for bob",
        "Authorization: RADIUS failed",
        "authorization=tacplus",
    ]);
    check_values(&[json!({ "snmp": { "authorization": "read-only" }, "authorization": "none" })]);
    let mut value = json!({ "Authorization": "Splunk x1y", "authorization": "x1Y" });
    redact(&mut value);
    assert_eq!(value, json!({ "Authorization": "Splunk [hidden]", "authorization": HIDDEN }));
}

#[test]
fn set_lines_of_a_unified_difference_lose_their_secrets() {
    let texts = [
        "-set snmp community «s3cr3t»",
        "+set system radius-server 1.1.1.1 secret «x1y»",
        "+delete snmp community «x1y»",
        "-deactivate snmp community «x1y»",
        "+protect snmp community «x1y»",
        "@@ -1,2 +1,2 @@\n set system host-name a\n-set system tacplus-server 10.0.0.1 secret «x1y»\n+set vlans a vlan-id 20",
        "+no snmp-server community «x1y»",
        "+enable secret 5 «x1y»",
        "-set policy-options community C members 65000:1",
    ];
    check(&texts);
    // The audit log redacts arguments in the same way.
    for text in texts {
        let (text, wanted) = marked(text);
        let Value::Object(mut arguments) = json!({ "config": text }) else { return };
        redact_object(&mut arguments);
        assert_eq!(arguments["config"], wanted);
    }
}

#[test]
fn a_command_of_a_device_is_found_behind_what_stands_before_it() {
    check(&[
        "> snmp-server community «x1y» RO",
        "% snmp-server community «x1y» RO",
        "Jan 1 00:00:00 sw1 snmp-server community «x1y» RO",
        "2026-01-01T10:20:30Z sw1 cli[17]: radius-server host 1.1.1.1 key «x1y»",
        "<189>Jan 1 00:00:00 sw1 snmp-server community «x1y» RO",
        "\"snmp-server community «x1y» RO",
        "(tacacs-server key 7 «x1y»",
        "[ntp authentication-key 1 md5 «x1y»",
        "1. username bob password 0 «x1y»",
        "> enable password «x1y»",
        "sw1#snmp-server community «x1y»",
        "* snmp-server community «x1y»",
        "logged: do show run | i snmp-server community «x1y» RO",
        "at 12:00 bob ran tacacs-server key 7 «x1y»",
        "run show configuration snmp community «x1y»",
        "show configuration system tacplus-server 10.0.0.1 secret «x1y»",
        "set interfaces cl-1/0/0 modem-options sim 1 pin «1234567»",
        "set interfaces cl-1/0/0 cellular-options sim 1 puk «12345678»",
        "set interfaces ge-0/0/0 unit 0 description pin 1234567",
        "Jan 1 00:00:00 sw1 ip address changed from a to b",
        "12:30 snmp-server community was removed",
        "> username or password is wrong",
        "show configuration interfaces ge-0/0/0",
    ]);
}

#[test]
fn an_index_a_tag_or_a_type_between_name_and_value_is_no_value() {
    check(&[
        "psk[0]: «x1y»",
        "auth.psk[0]=«x1y»",
        "auth.psk.0=«x1y»",
        "auth.psk.value=«x1y»",
        "passwords['bob']: «x1y»",
        "psk (SSID Guest): «x1y»",
        "psk 1: «x1y»",
        "psk #2: «x1y»",
        "var psk string = \"«x1y»\"",
        "const PSK: &'static str = \"«x1y»\"",
        "password (optional): yes",
        "changed the password 12:30",
        "psk (WPA2): «x1y»",
        "User-Password(2)=«x1y»",
        "Tunnel-Password (69): «x1y»",
        "Tunnel-Password (tag 1) = «x1y»",
        "Tunnel-Password:0 = \"«x1y»\"",
        "Tunnel-Password:1:Cisco := \"«x1y»\"",
        "vars[psk_guest]: «old» -> «new»",
        "vars[radius_secret] = «x1y»",
        "let psk: String = \"«x1y»\"",
        "const secret: &str = \"«x1y»\"",
        "token: Option<String> = \"«x1y»\"",
        "The PSKs (pre-shared keys): SSID, VLAN, role",
        "vars[vlan_id]: 10 -> 20",
        "ports[0]: up",
    ]);
}

#[test]
fn further_values_behind_the_first_are_hidden() {
    check(&[
        "psk: «old», «new»",
        "psk: «old» | «new»",
        "WLAN a, psk: «old» / «new»",
        "export TOKEN=«x1y»; run",
        "secret: \"«old»\", \"«new»\"",
        "passphrase: «one1», «two2», «three3»",
        "rename snmp community «A1» to «B1»",
        "rename snmp community «A1» to community «B1»",
        "set system radius-server 1.1.1.1 secret «A1» to «B1»",
        "psk (was \"«old»\") is now \"«new»\"",
        "passphrase (previously \"«old»\") changed to \"«new»\"",
        "psk (was «old9») is now «new9»",
        "passphrase \"«new»\" (was \"«old»\")",
        "psk \"«a1»\" → \"«b1»\" → \"«c1»\"",
        "password (was expired) is now valid",
        "psk: «x1y», vlan: 20",
        "psk: «x1y», ok",
        "psk «x1y» -> «x2y», vlan 1 -> 2",
        "set snmp community «x1y» to be removed",
    ]);
}

#[test]
fn tables_in_a_text_lose_the_cells_of_secret_columns() {
    check(&[
        "| user | psk | vlan |\n|------|-----|------|\n| bob | «x1y» | 10 |\n| amy | «x2y» | 20 |\n",
        "Keys:\n\n| **Name** | `Password` |\n| :-- | --: |\n| bob | «x1y» |\n",
        "+------+-----+\n| user | psk |\n+------+-----+\n| bob  | «x1y» |\n+------+-----+\n",
        "│ user │ secret │\n├──────┼────────┤\n│ bob  │ «x1y»    │",
        "USER     PASSWORD   VLAN\nbob      «x1y»        10\namy      «correct horse»  20\n",
        "USER PASSWORD VLAN\nbob «x1y» 10\n",
        "Name    Shared Secret   State\n------  -------------   -----\nr1      «x1y»             up\n",
        "  SSID    PSK\nGuest  «x1y»\n\nno table password\n",
        "NAME        VALUE\npsk_guest   «x1y»\nvlan_id     20\n",
        "| psk | «x1y» |\n| ssid | Guest |",
        "sep=;\nname;psk\nbob;«x1y»\n",
        "Export of 2026:\nuser,psk,vlan\nbob,«x1y»,10\namy,\"«x2y»\",20\n\nDone, all good",
        "Mist says: user,psk bob,«x1y» amy,«x2y»",
        "Update psk,vlan now",
        "| user | psk_name | vlan |\n|---|---|---|\n| bob | guest | 10 |",
        "| Setting | Meaning |\n|---|---|\n| psk | what clients join with |",
        "USER   TOKEN  STATE\nbob    none   expired\n",
        "Token was revoked.\nAsk the admin for another one.",
        "Password  policy\nis  strict",
    ]);
    for (name, text) in [
        ("a.csv", "sep=;\nuser;psk\nbob;«x1y»\n"),
        ("a.csv", "user,psk\nbob,«x1y»,«x2y»\n"),
        ("a.csv", "SEP=|\r\nuser|psk\r\nbob|«x1y»\r\n"),
        ("a.md", "# Keys\n\n| user | psk |\n|---|---|\n| bob | «x1y» |\n"),
    ] {
        let (text, wanted) = marked(text);
        let file = File { name: name.to_owned(), media_type: String::new(), bytes: text.into() };
        assert_eq!(redact_file(file).bytes, wanted);
    }
}

#[test]
fn texts_are_searched_as_they_read_without_escapes() {
    check(&[
        "p\u{200b}assword: «hunter2»",
        "set snmp comm\u{ad}unity «x1y»",
        "ｐａｓｓｗｏｒｄ： «hunter2»",
        "psk\u{3000}= «x1y»",
        "set snmp\u{2009}community «x1y»",
        "&lt;secret&gt;«x1y»&lt;/secret&gt;",
        "{&quot;psk&quot;:&quot;«x1y»&quot;,&quot;ssid&quot;:&quot;a&quot;}",
        "password&#61;«x1y»",
        "https://h/?next=%2Flogin%3Fpassword%3D«x1y»%26a%3D1",
        "https://h/?next=%252Flogin%253Fpassword%253D«x1y»",
        "https://h/?redirect=https%3A%2F%2Fu%3A«x1y»%40h%2F",
        "{\"p\\u0073k\":\"«x1y»\",\"ssid\":\"a\"}",
        "a &lt; b &amp;&amp; c &gt; d",
        "https://h/?q=100%25&site=%C3%A9",
        "na\u{ef}ve caf\u{e9} \u{200b}site",
    ]);
}

#[test]
fn labels_and_values_have_many_forms() {
    check(&[
        "password:\n«x1y»",
        "Passphrase:\r\n«x1y»\nvlan: 20",
        "psk:\nssid: Guest",
        "password:\nrequired",
        "x-functions-key: «x1y»",
        "X-Route-Key: «x1y»",
        "**Password:** «x1y»",
        "*psk*: «x1y»",
        "<b>Password:</b> «x1y»",
        "password → «x1y»",
        "New password ⇒ «x1y»",
        "secret -> «x1y»",
        "psk → eap",
        "security psk -> open",
        "pass: «x1y»",
        "user=bob pass=«x1y» host=a",
        "pass: 95%",
        "First pass: running",
        "<key>psk</key><string>«x1y»</string><key>ssid</key><string>Guest</string>",
        "<dict><key>Password</key><string>«x1y»</string></dict>",
        "<tr><td>Password</td><td>«x1y»</td></tr>",
        "<dl><dt>psk</dt><dd>«x1y»</dd><dt>ssid</dt><dd>Guest</dd></dl>",
        "<tr><th>user</th><th>psk</th></tr><tr><td>bob</td><td>«x1y»</td></tr><tr><td>amy</td><td>none</td></tr>",
        "<tr><th>psk</th><th>vlan</th></tr><tr><td>«x1y»</td><td>20</td></tr>",
        "<tr><th>user</th><th>vlan</th></tr><tr><td>bob</td><td>20</td></tr>",
        "set: [system ntp authentication-key 1 value] <unconfigured> -> \"«x1y»\"",
        "set: [snmp community] <> -> \"«x1y»\"",
        "set: [system ntp authentication-key 1 type] <unconfigured> -> \"md5\"",
        "WIFI:T:WPA;S:Guest;P:«x1y»;;",
        "join with WIFI:S:a\\;b;P:«x\\;1»;T:WPA;H:true;;",
    ]);
}

#[test]
fn options_and_arguments_of_commands_lose_their_secrets() {
    check(&[
        "curl -sku user:«x1y» https://h/",
        "curl -su 'user:«x1y»' https://h/",
        "curl.exe -u user:«x1y» https://h/",
        "curl -kuuser:«x1y» https://h/",
        "curl --user=user:«x1y» https://h/",
        "C:\\tools\\curl.exe -u user:«x1y»",
        "snmpwalk -v2c -c«x1y» 10.0.0.1",
        "sshpass -p«x1y» ssh bob@10.0.0.1",
        "ldapsearch -x -w«x1y» -b dc=a",
        "wpa_passphrase Guest «x1y»",
        "radtest bob «x1y» 10.0.0.1 0 «x2y»",
        "radclient -x 10.0.0.1 auth «x1y»",
        "http -a user:«x1y» GET h",
        "curl -sS https://h/a:b",
        "docker run -p8080:80 app",
        "docker run -p 8080:80 app",
        "docker login -u bob -p «x1y» registry",
        "curl --upload-file a:b https://h/",
    ]);
}

#[test]
fn sentences_and_parameters_that_only_look_like_secrets_stay() {
    check(&[
        "Radius server secret mismatch on 10.0.0.1",
        "Radius server secret mismatch",
        "radius server secret changed by bob",
        "https://h/?page=1&key=value_name",
        "https://h/?key=«AIzaX1»&page=1",
        "https://h/?sort=a&key=site-id",
    ]);
}
