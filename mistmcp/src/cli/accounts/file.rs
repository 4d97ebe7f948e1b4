//! The TOML of an accounts file: [`parse`]. Each problem has its line and a remedy.

use std::path::PathBuf;

use toml_edit::{Document, Item, TableLike, Value};

use super::token::TokenSource;
use crate::argument::Id;
use crate::mist::{Cloud, Clouds};
use crate::quote;
use crate::suggestion::did_you_mean;

/// The keys of an account.
const KEYS: [&str; 7] = ["token_file", "token_env", "token_command", "cloud", "orgs", "users", "groups"];
const SOURCES: [&str; 3] = ["token_file", "token_env", "token_command"];
/// The longest name of an account.
const LONGEST_NAME: usize = 64;

/// An account in the file.
#[derive(Debug)]
pub(super) struct AccountEntry {
    pub(super) name: String,
    /// The line of the key that says where its token comes from.
    pub(super) line: usize,
    pub(super) token: TokenSource,
    pub(super) cloud: Cloud,
    pub(super) orgs: Option<Vec<String>>,
    pub(super) users: Vec<String>,
    pub(super) groups: Vec<String>,
}

impl AccountEntry {
    /// Whether the tokens of another entry are those of this one: they come from the same source, for the same cloud.
    pub(super) fn has_tokens_of(&self, other: &Self) -> bool {
        self.token == other.token && self.cloud == other.cloud
    }

    /// The same, although they have not been read again. What a file or a variable holds, or a command prints, may have been
    /// replaced together with the people of the entry, by the token of another customer.
    pub(super) fn still_has_tokens_of(&self, other: &Self) -> bool {
        let people = |entry: &Self| (entry.orgs.clone(), entry.users.clone(), entry.groups.clone());
        people(self) == people(other) && self.has_tokens_of(other)
    }
}

/// A reader of one file, which knows the lines.
struct TomlReader<'a> {
    text: &'a str,
    clouds: &'a Clouds,
    cloud: Option<&'a Cloud>,
}

/// Parses the text of an accounts file.
///
/// # Errors
/// An error with its line and the remedy: `line 3: problem: remedy`.
pub(super) fn parse(text: &str, clouds: &Clouds, cloud: Option<&Cloud>) -> Result<Vec<AccountEntry>, String> {
    let reader = TomlReader { text, clouds, cloud };
    let document = Document::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        format!("line {}: this is no TOML: {}", reader.line(start), error.message().trim())
    })?;
    let root = document.as_table();
    if let Some((key, item)) = root.iter().find(|(key, _)| *key != "accounts") {
        let remedy = match did_you_mean(key, ["accounts"]) {
            Some(meant) => format!("{meant} Write"),
            None => "; write".to_owned(),
        };
        return Err(reader.at(
            root.key(key).and_then(toml_edit::Key::span).or(item.span()),
            &format!("{} is no key of an accounts file{remedy} `[accounts.NAME]`", quote::word(key)),
        ));
    }
    let accounts = match root.get("accounts") {
        Some(item) => item
            .as_table_like()
            .ok_or_else(|| reader.at(item.span(), "`accounts` is no table: write `[accounts.NAME]`"))?,
        None => return Err("line 1: it has no account: write `[accounts.NAME]` with `token_file`".to_owned()),
    };
    let entries = accounts.iter().map(|(name, item)| reader.account(accounts, name, item));
    let entries: Vec<_> = entries.collect::<Result<_, _>>()?;
    if entries.is_empty() {
        return Err("line 1: it has no account: write `[accounts.NAME]` with `token_file`".to_owned());
    }
    Ok(entries)
}

type Span = Option<std::ops::Range<usize>>;

impl TomlReader<'_> {
    fn line(&self, place: usize) -> usize {
        let before = &self.text[..self.text.floor_char_boundary(place)];
        before.matches('\n').count() + 1
    }

    fn at(&self, span: Span, problem: &str) -> String {
        format!("line {}: {problem}", self.line(span.map_or(0, |span| span.start)))
    }

    fn account(&self, accounts: &dyn TableLike, name: &str, item: &Item) -> Result<AccountEntry, String> {
        let place = || accounts.key(name).and_then(toml_edit::Key::span).or(item.span());
        let at = |problem: &str| self.at(place(), problem);
        let is_name = !name.is_empty()
            && name.len() <= LONGEST_NAME
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_name {
            return Err(at("the name of an account takes letters, digits, `-` and `_`, 64 at most"));
        }
        let table = item
            .as_table_like()
            .ok_or_else(|| at(&format!("account `{name}` is no table: write `[accounts.{name}]`")))?;
        let place_of = |key: &str| table.key(key).and_then(toml_edit::Key::span).or_else(place);
        let of = |key: &str, problem: &str| self.at(place_of(key), &format!("account `{name}`: {problem}"));
        if let Some((key, _)) = table.iter().find(|(key, _)| !KEYS.contains(key)) {
            let remedy = if key == "token" || key == "tokens" {
                "; a token does not stand in this file: use token_file, token_env or token_command".to_owned()
            } else {
                did_you_mean(key, KEYS).unwrap_or_else(|| format!("; there are {}", KEYS.join(", ")))
            };
            return Err(of(key, &format!("{} is no key of an account{remedy}", quote::word(key))));
        }
        let text =
            |key: &str| self::text(table, key).map_err(|problem| of(key, &format!("`{key}` {problem}")));
        let sources: Vec<_> = SOURCES.into_iter().filter(|key| table.contains_key(key)).collect();
        let token = match sources.as_slice() {
            [] => return Err(of("", "it has no token: add one of token_file, token_env and token_command")),
            ["token_file"] => TokenSource::File(PathBuf::from(text("token_file")?)),
            ["token_env"] => TokenSource::Variable(text("token_env")?),
            [_] => {
                let words = list(table, "token_command")
                    .map_err(|problem| of("token_command", &format!("`token_command` {problem}")))?;
                TokenSource::Command(words.unwrap_or_default())
            }
            [_, second, ..] => {
                return Err(of(second, &format!("it has {}: keep one of them", sources.join(" and "))));
            }
        };
        let cloud = match table.get("cloud") {
            Some(_) => {
                let text = text("cloud")?;
                self.clouds.find(&text).map_err(|error| of("cloud", &format!("`cloud`: {error}")))?
            }
            None => self.cloud.cloned().ok_or_else(|| {
                of("", "it has no cloud: add `cloud = \"api.eu.mist.com\"`, or set --cloud (or MIST_HOST) for all")
            })?,
        };
        let [orgs, users, groups] = ["orgs", "users", "groups"]
            .map(|key| list(table, key).map_err(|problem| of(key, &format!("`{key}` {problem}"))));
        let orgs = orgs?.map(|orgs| {
            let id = |text: &String| Id::parse(text).map(|id| id.as_str().to_owned());
            orgs.iter().map(id).collect::<Option<Vec<_>>>().ok_or_else(|| {
                of("orgs", "`orgs` takes the ids of organizations, which are UUIDs: `getSelf` shows them")
            })
        });
        Ok(AccountEntry {
            name: name.to_owned(),
            line: self.line(sources.first().and_then(|key| place_of(key)).map_or(0, |span| span.start)),
            token,
            cloud,
            orgs: orgs.transpose()?,
            users: users?.unwrap_or_default(),
            groups: groups?.unwrap_or_default(),
        })
    }
}

fn text(table: &dyn TableLike, key: &str) -> Result<String, &'static str> {
    let text = table.get(key).and_then(Item::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or("takes a text in quotes that is not empty")
}

/// A list of texts, none of which is empty.
fn list(table: &dyn TableLike, key: &str) -> Result<Option<Vec<String>>, &'static str> {
    const WANTED: &str = "takes a list of texts, such as [\"one\", \"two\"], that is not empty";
    let Some(item) = table.get(key) else { return Ok(None) };
    let items = item.as_array().ok_or(WANTED)?;
    let texts = items.iter().map(Value::as_str).map(|text| text.filter(|text| !text.trim().is_empty()));
    let texts: Vec<_> = texts.map(|text| text.map(str::to_owned)).collect::<Option<_>>().ok_or(WANTED)?;
    if texts.is_empty() { Err(WANTED) } else { Ok(Some(texts)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<AccountEntry>, String> {
        let clouds = Clouds::default();
        let cloud = clouds.find("api.mist.com").unwrap();
        parse(text, &clouds, Some(&cloud))
    }

    #[test]
    fn an_account_has_a_token_a_cloud_and_people() {
        let text = "[accounts.acme]\ntoken_file = \"acme.token\"\ncloud = \"api.eu.mist.com\"\n\
                    orgs = [\"0A000000-0000-4000-8000-000000000001\"]\nusers = [\"ada@example.com\"]\n\n\
                    [accounts.beta-2]\ntoken_command = [\"pass\", \"mist/beta\"]\ngroups = [\"noc\"]\n";
        let entries = parsed(text).unwrap();
        assert_eq!(entries[0].token, TokenSource::File("acme.token".into()));
        assert_eq!(
            entries[0].orgs.as_deref(),
            Some(&["0a000000-0000-4000-8000-000000000001".to_owned()][..])
        );
        assert_eq!((entries[0].line, entries[1].line), (2, 8));
        assert_eq!(entries[1].token, TokenSource::Command(vec!["pass".into(), "mist/beta".into()]));
        assert_eq!(entries[1].groups, ["noc"]);
        assert!(entries[0].cloud != entries[1].cloud && entries[1].orgs.is_none());
    }

    #[test]
    fn each_problem_has_its_line_and_a_remedy() {
        let account = |rest: &str| format!("# people\n[accounts.a]\n{rest}");
        for (text, wanted) in [
            (String::new(), &["line 1", "no account", "[accounts.NAME]"][..]),
            ("[accounts]\n".to_owned(), &["line 1", "no account"]),
            ("[account.a]\n".to_owned(), &["line 1", "did you mean \"accounts\""]),
            ("\n[accounts.a\n".to_owned(), &["line 2", "no TOML"]),
            ("accounts = 1".to_owned(), &["line 1", "no table"]),
            ("[accounts]\na = 1".to_owned(), &["line 2", "no table"]),
            ("[accounts.\"a b\"]\ntoken_env = \"X\"".to_owned(), &["line 1", "letters, digits"]),
            (account("cloud = \"api.mist.com\""), &["line 2", "no token", "token_file"]),
            (
                account("token_env = \"A\"\ntoken_file = \"b\""),
                &["line 3", "token_file and token_env", "keep one"],
            ),
            (account("token = \"s3cr3t\""), &["line 3", "does not stand in this file"]),
            (account("token_flie = \"b\""), &["line 3", "did you mean \"token_file\""]),
            (account("token_env = 3"), &["line 3", "`token_env` takes a text in quotes"]),
            (account("token_file = \" \""), &["line 3", "`token_file` takes a text in quotes"]),
            (account("token_env = \"A\"\ncloud = true"), &["line 4", "`cloud` takes a text in quotes"]),
            (account("token_command = \"pass x\""), &["line 3", "`token_command` takes a list of texts"]),
            (account("token_command = []"), &["line 3", "list of texts"]),
            (account("token_env = \"A\"\ncloud = \"mist.example\""), &["line 4", "`cloud`"]),
            (account("token_env = \"A\"\norgs = [\"acme\"]"), &["line 4", "UUIDs"]),
            (account("token_env = \"A\"\nusers = \"ada\""), &["line 4", "`users`", "list of texts"]),
            (account("token_env = \"A\"\n\ngroups = [\"\"]"), &["line 5", "`groups`"]),
            (account("token_env = \"A\"\n[accounts.a]"), &["line 4", "no TOML"]),
        ] {
            let problem = parsed(&text).unwrap_err();
            for wanted in wanted {
                assert!(problem.contains(wanted), "{text:?}: {wanted}: {problem}");
            }
            assert!(!problem.contains("s3cr3t"), "{problem}");
        }
        let clouds = Clouds::default();
        let problem = parse("[accounts.a]\ntoken_env = \"A\"", &clouds, None).unwrap_err();
        assert!(problem.contains("line 1") && problem.contains("--cloud"), "{problem}");
    }
}
