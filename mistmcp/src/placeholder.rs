//! Texts that stand where a token belongs and are none: placeholders, references that nothing has replaced, and tokens with
//! something around them. Mist promises neither length nor alphabet, so the rules go by form. No message repeats the text.

use serde::de::IgnoredAny;

const QUOTED: &str =
    "the token has a quotation mark at its beginning or end: write it without quotation marks";
const PREFIXED: &str = "the token has a header, a scheme or a name before it, such as `Token ` or `Bearer `: give the \
                        token alone";
const REFERENCE: &str = "the token is a placeholder, a reference to a variable that was not replaced such as `${NAME}`: \
                         put the token itself there, or set that variable where this program or its client is started";
const STORE: &str = "the token is an address or a path, such as `op://…` or `file:…`, and not what is stored there: \
                     resolve it first, or put the token itself there";
const ENCRYPTED: &str = "the token is encrypted, as by SOPS, eyaml, Jasypt, Ansible Vault or PGP: decrypt it first, or put the \
                         token itself there";
const SHORTENED: &str = "the token is masked or shortened, as portals and logs show it: copy the whole token where it was \
                         made, or make a new one";
const EXAMPLE: &str = "the token is a placeholder of an example or an empty value written out, such as `your_api_token` \
                       or `null`: replace it with the token itself";
const JSON: &str =
    "the token is JSON, and not a token alone: take the token out of it, such as by `jq -r .token`";
const MARKUP: &str = "the token is a page in HTML or XML, such as that of an error or a sign-in, and not a token: open its \
                      address or run its command by hand";
const CLOUD: &str = "the token is the host of a cloud, which goes into MIST_HOST (or --cloud)";

/// Words that examples put alone where a token belongs.
const EXAMPLES: [&str; 7] = ["dummy", "foo", "password", "secret", "test", "token", "tokens"];

/// Why `text`, which is trimmed and not empty, is no token by itself.
pub(super) fn problem(text: &str) -> Option<&'static str> {
    if has_quotation_mark(text) {
        return Some(QUOTED);
    }
    let lower = text.to_lowercase();
    if is_prefixed(&lower) {
        return Some(PREFIXED);
    }
    if ["mist.com", "mist-federal.com"].iter().any(|domain| {
        lower.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', '/']))
    }) {
        return Some(CLOUD);
    }
    placeholder(text).or_else(|| is_example(&lower).then_some(EXAMPLE))
}

/// Why `text` is a document and no token, if it is one.
pub(super) fn document(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let lower = text.get(..9).unwrap_or(text).to_ascii_lowercase();
    let is_markup = ["<!doctype", "<html", "<?xml"].iter().any(|start| lower.starts_with(start))
        || (text.starts_with('<') && (text.contains("</") || text.ends_with("/>")));
    let inside = text.strip_prefix(['{', '[']).map(str::trim_start);
    let is_json = inside.is_some_and(|inside| {
        // Also where its end is missing. `{{name}}` and `[name]` are placeholders.
        inside.starts_with('"') || serde_json::from_str::<IgnoredAny>(text).is_ok()
    }) || text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with("{\""));
    if is_markup {
        Some(MARKUP)
    } else if is_json {
        Some(JSON)
    } else {
        None
    }
}

/// Why `text` is a placeholder and not a secret.
pub(crate) fn placeholder(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let lower = text.to_lowercase();
    if is_encrypted(&lower) {
        Some(ENCRYPTED)
    } else if is_reference(text) {
        Some(REFERENCE)
    } else if is_address(&lower) {
        Some(STORE)
    } else if is_shortened(&lower) {
        Some(SHORTENED)
    } else if is_written_out(&lower) {
        Some(EXAMPLE)
    } else {
        None
    }
}

/// Whether `text` is enclosed in what encloses a placeholder or a quotation, so that commas in it separate no tokens.
pub(crate) fn is_enclosed(text: &str) -> bool {
    let enclosed = |(open, close)| text.starts_with(open) && text.ends_with(close);
    [("<", ">"), ("{", "}"), ("[", "]"), ("${", "}")].into_iter().any(enclosed)
}

/// Whether a quotation mark stands at the beginning or end of a text.
pub(crate) fn has_quotation_mark(text: &str) -> bool {
    let is_mark = |character: char| {
        matches!(character, '"' | '\'' | '`' | '´' | '«' | '»' | '‹' | '›' | '\u{ff02}' | '\u{ff07}')
            || ('\u{2018}'..='\u{201f}').contains(&character)
    };
    text.starts_with(is_mark) || text.ends_with(is_mark)
}

/// What programs that encrypt settings write in place of a value.
fn is_encrypted(lower: &str) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "enc[",
        "enc(",
        "enc:",
        "encrypted:",
        "{cipher}",
        "{encrypted}",
        "$ansible_vault;",
        "!vault",
        "-----begin ",
    ];
    BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning))
}

/// A header, a scheme or an assignment with the token behind it, or a header or scheme alone.
fn is_prefixed(lower: &str) -> bool {
    const NAMES: [&str; 14] = [
        "authorization",
        "x-authorization",
        "token",
        "bearer",
        "basic",
        "apitoken",
        "api_token",
        "api-token",
        "apikey",
        "api_key",
        "x-api-key",
        "mist_apitoken",
        "mist_api_token",
        "mistmcp_client_token",
    ];
    /// Those that no token of somebody's own making is.
    const ALONE: [&str; 4] = ["authorization", "x-authorization", "bearer", "basic"];
    const COMMANDS: [&str; 4] = ["export ", "set ", "setx ", "$env:"];
    let text = COMMANDS.iter().find_map(|command| lower.strip_prefix(command)).unwrap_or(lower).trim_start();
    ALONE.contains(&text)
        || NAMES.iter().any(|name| {
            text.strip_prefix(name).is_some_and(|rest| {
                rest.starts_with(|character: char| {
                    character.is_whitespace() || matches!(character, ':' | '=')
                }) || rest.starts_with("%20")
            })
        })
}

/// `${NAME}`, `$NAME`, `%NAME%`, `{{name}}`, `<name>` and their kin.
fn is_reference(text: &str) -> bool {
    const WORDS: &str = "env: env. process.env. os.environ input: secret: secrets. !secret vars.";
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
    };
    let between = |mark: &str| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let lower = text.to_ascii_lowercase();
    ["${", "{{"].iter().any(|open| text.contains(open))
        || [("$(", ")"), ("#{", "}"), ("%{", "}"), ("#{", "}#")]
            .iter()
            .any(|(open, close)| text.starts_with(open) && text.ends_with(close))
        || text.strip_prefix('$').is_some_and(is_name)
        || ["%", "!", "__", "@@", "@"].iter().any(|mark| between(mark).is_some_and(is_name))
        || is_enclosed(text)
        || WORDS.split(' ').any(|word| lower.starts_with(word))
}

/// A URL, a reference to a store of secrets, or a path that no token begins like.
fn is_address(lower: &str) -> bool {
    const BEGINNINGS: [&str; 22] = [
        "arn:",
        "aws:",
        "bitwarden:",
        "bw:",
        "doppler:",
        "gopass:",
        "lastpass:",
        "pass:",
        "op:",
        "vault:",
        "ssm:",
        "file:",
        "keychain:",
        "keyring:",
        "sops:",
        "azurekeyvault:",
        "~/",
        "./",
        "../",
        "@/",
        "@./",
        "/run/secrets/",
    ];
    // The name of a file, also with a sign `@` before it.
    const ENDINGS: [&str; 5] = [".txt", ".env", ".json", ".pem", ".token"];
    let has_scheme = lower.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    });
    has_scheme
        || BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning))
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// `xxxx…`, `****`, `abcd...`: one character over and over, or a gap.
fn is_shortened(lower: &str) -> bool {
    let gap = ["...", "***", "…", "•", "●", "xxxxxx"].iter().any(|gap| lower.contains(gap));
    let mut characters = lower.chars().filter(|character| !matches!(character, '-' | '_' | '.' | ' '));
    let same = match characters.next() {
        Some(first) => lower.chars().count() >= 3 && characters.all(|other| other == first),
        None => true,
    };
    gap || same
}

/// Whether a text in lower case is what stands for a token in an example.
pub(crate) fn is_example(lower: &str) -> bool {
    EXAMPLES.contains(&lower) || is_written_out(lower)
}

/// Nothing but words that documents put where a token belongs, or that programs write for nothing. One noun alone may be a
/// name of somebody's own making, and so may one with a number.
fn is_written_out(lower: &str) -> bool {
    /// Words of which each alone marks an example: instructions, and words for a missing value.
    const MARKERS: &str = "your my the here goes insert put paste enter fill replace change me it this with in \
        from to add set use provide example sample placeholder todo fixme tbd redacted removed \
        hidden masked null nil none undefined nan unset empty missing true false object not xxx";
    /// Whose or which it is: with a noun, these name a token and are none.
    const QUALIFIERS: &str = "api mist juniper access auth bearer authorization org organization";
    const NOUNS: &str =
        "token tokens key keys secret password user credential credentials value string cloud account portal";
    const MARKER: u8 = 1;
    const QUALIFIER: u8 = 2;
    const NOUN: u8 = 4;
    const LONGEST: usize = 80;
    let letters: String = lower
        .chars()
        .filter(|character| !matches!(character, '-' | '_' | '.' | ' ' | ':' | '/' | '+'))
        .collect();
    let words = letters.trim_end_matches(|last: char| last.is_ascii_digit());
    if words.is_empty() || words.len() > LONGEST || !words.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return false;
    }
    // For each length, whether it can be cut into words, and of which kinds.
    let mut cuts: Vec<Option<u8>> = vec![None; words.len() + 1];
    cuts[0] = Some(0);
    for start in 0..words.len() {
        let Some(kinds) = cuts[start] else { continue };
        for (list, kind) in [(MARKERS, MARKER), (QUALIFIERS, QUALIFIER), (NOUNS, NOUN)] {
            for word in list.split(' ').filter(|word| words[start..].starts_with(word)) {
                let cut = &mut cuts[start + word.len()];
                *cut = Some(cut.unwrap_or_default() | kinds | kind);
            }
        }
    }
    let has_number = words.len() < letters.len();
    cuts[words.len()].is_some_and(|kinds| {
        kinds & MARKER != 0 || (!has_number && kinds & QUALIFIER != 0 && kinds & NOUN != 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_of_a_token_is_recognized_by_its_form() {
        for (wanted, texts) in [
            (
                REFERENCE,
                "${MIST_APITOKEN} | ${env:MIST_APITOKEN} | ${input:mist-token} | $MIST_APITOKEN | $env:TOKEN | {token} \
                 | %MIST_APITOKEN% | {{token}} | {{ mist.token }} | <token> | <your token> | [token] | __MIST_TOKEN__ \
                 | $(cat token) | #{token}# | ${{ secrets.MIST }} | env:MIST | @@TOKEN@@ | process.env.MIST_APITOKEN \
                 | !secret mist",
            ),
            (
                STORE,
                "op://vault/mist/token | vault://x | arn:aws:secretsmanager:eu:1:secret:x | vault:secret/mist \
                 | ~/.mist/token | /run/secrets/mist | https://example.com/token | keychain:mist \
                 | @token.txt | mist.token | mist-token.JSON | pass:mist | gopass:x | aws:secretsmanager:x | bw:mist",
            ),
            (
                SHORTENED,
                "xxxx | xxxxxxxx-xxxx-xxxx | XXXXXXXX | **** | … | abcd… | abcd...wxyz | ***1234 | 0000 | ••••••••",
            ),
            (
                EXAMPLE,
                "your_api_token | YOUR-TOKEN-HERE | YourApiToken | your-mist-api-token-1 | changeme | change_me | my token \
                 | REPLACE_ME | null | undefined | None | nil | NaN | false | api_token | MIST_APITOKEN | apikey | TODO \
                 | insert-token-here | pasteyourtokenhere | token | Token | test | password | dummy | foo | SECRET",
            ),
            (QUOTED, "\"abc\" | 'abc' | “abc” | „abc“ | «abc» | `abc` | abc\" | ’abc"),
            (
                PREFIXED,
                "Token abc | token\tabc | Bearer abc | Authorization: Token abc | authorization:abc | Basic YTpi \
                 | X-Authorization: abc | Bearer | BASIC | authorization | X-Authorization | MIST_APITOKEN=abc | export MIST_APITOKEN=abc | Token%20abc",
            ),
            (
                ENCRYPTED,
                "ENC[abc] | ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:YmF6,type:str] | ENC[PKCS7,MIIBeQ] | ENC(abc) | enc:abc \
                 | encrypted:BD7H | {cipher}abc | {cipher}AQB= | $ANSIBLE_VAULT;1.1;AES256 | !vault | -----BEGIN PGP MESSAGE-----",
            ),
            (CLOUD, "api.mist.com | API.EU.MIST.COM | manage.gc1.mist.com | api.us.mist-federal.com"),
        ] {
            for text in texts.split(" | ") {
                assert_eq!(problem(text.trim()), Some(wanted), "{text}");
            }
        }
    }

    #[test]
    fn a_document_is_told_as_what_it_is_and_a_placeholder_is_none() {
        for (wanted, texts) in [
            (
                Some(JSON),
                &[
                    r#"{"token":"abc"}"#,
                    "{\n  \"token\": \"abc\",\n  \"until\": 1\n}",
                    r#"["abc","def"]"#,
                    r#"[ {"token": "abc"} ]"#,
                    r#"{"error":"no such item""#,
                    "{}",
                    "[1, 2]",
                ][..],
            ),
            (
                Some(MARKUP),
                &[
                    "<!DOCTYPE html><html><body>Sign in</body></html>",
                    "<html>",
                    "<?xml version=\"1.0\"?><error/>",
                    "<error><code>403</code></error>",
                    "<Error/>",
                ],
            ),
            (
                None,
                &[
                    "<token>",
                    "<your token>",
                    "[token]",
                    "{token}",
                    "{{token}}",
                    "${TOKEN}",
                    "a<b",
                    "<none",
                    "abc",
                    "{abc",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(document(text), wanted, "{text}");
            }
        }
    }

    #[test]
    fn tokens_of_any_length_and_alphabet_are_taken() {
        for text in "a one demo operators secret-token test-token other-token token-1 api-token-1 second-t0ken s3cr3t-0f-7he-7es7s-Q9zXw4Lm t0ken-of-number-7 \
                     qu\"ote\\and-the-rest overhead-of-a-call Zx9$kq 100% a<b <none abc== /abc/def= tokenabc bearerabc \
                     eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl 4ac1dcf4-9d8b-7211-65c4-057819f0862b user:pass abc`id`$(id) C:\\certs\\new\\ \
                     noneoftheabove aab $1 mist.com.example nullable"
            .split_whitespace()
        {
            assert_eq!(problem(text), None, "{text}");
        }
    }
}
