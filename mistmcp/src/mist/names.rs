//! Name lists of sites, devices and organizations, and the selection of one object by user input
//! ([`Wanted::pick`]).

use serde_json::Value;
use tokio::time::Instant;

use super::name_match::{MatchKind, find};
use crate::argument::Mac;
use crate::error::ErrorKind;
use crate::suggestion::{listed as listed_names, nearest};
use crate::text::shortened;
use crate::{Error, Result};

/// What an MSP is called in errors.
pub(super) const MSP: &str = "MSP";

const SHOWN: usize = 10;
/// Maximum characters of the input that are quoted.
const MAX_QUOTED: usize = 100;

/// A list of names, and when it was requested.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) rows: Vec<Named>,
    pub(super) requested_at: Instant,
    /// Whether all rows of Mist were read.
    pub(super) complete: bool,
    /// The error for accounts and organizations that could not be asked.
    pub(super) unasked: Option<Error>,
}

/// An object with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) mac: Option<String>,
    /// MAC address of the virtual chassis or cluster that it belongs to.
    chassis: Option<String>,
    /// MAC addresses of its members, if it is a virtual chassis or a cluster.
    members: Vec<String>,
    /// Distinguishes it from others with the same name.
    pub(super) detail: String,
    /// The accounts that see it, where there are several.
    pub(super) account: String,
    /// Whether it is an MSP: the privileges of a token name MSPs and organizations.
    is_msp: bool,
}

/// What to find.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) written: &'a str,
    pub(super) parameter: &'a str,
    pub(super) kind: &'static str,
    /// The tools that list such objects.
    pub(super) listers: &'static [&'static str],
    /// Whether errors and notes may quote such objects.
    pub(super) disclosed: bool,
    /// Whether a part of a name is accepted. It is not where the tool may change the object.
    pub(super) partial: bool,
    /// Whether the tool has a parameter for the organization.
    pub(super) takes_org: bool,
}

/// The object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picked {
    pub(super) id: String,
    /// Note for the answer, where the object's name differs from the input.
    pub(super) note: Option<String>,
}

impl Listing {
    /// A complete list without rows.
    pub(super) fn empty() -> Self {
        Self { rows: Vec::new(), requested_at: Instant::now(), complete: true, unasked: None }
    }

    /// Bytes that caching it takes.
    pub(super) fn weight(&self) -> usize {
        let text = |row: &Named| {
            let members: usize = row.members.iter().map(|member| size_of::<String>() + member.len()).sum();
            let macs = [&row.mac, &row.chassis].into_iter().flatten().map(String::len).sum::<usize>();
            row.id.len() + row.name.len() + macs + members + row.detail.len() + row.account.len()
        };
        self.rows.iter().map(|row| size_of::<Named>() + text(row)).sum()
    }
}

impl Named {
    /// An organization of which only the id is known.
    pub(super) fn unnamed(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    /// The same with its organization, to tell it from those of others.
    pub(super) fn in_org(&self, org: &Self) -> Self {
        let name = if org.name.is_empty() { &org.id } else { &org.name };
        Self { detail: format!("of {name}"), account: org.account.clone(), ..self.clone() }
    }

    /// Whether it is of a kind of object, as [`Wanted::kind`] has it.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.is_msp == (kind == MSP)
    }

    pub(super) fn is_msp(&self) -> bool {
        self.is_msp
    }

    /// Whether it is a member of a virtual chassis or cluster, and not to be found by its name.
    fn is_member(&self) -> bool {
        self.chassis.is_some() && self.chassis != self.mac
    }
}

/// The named objects of an answer: rows of a list, or the organizations and MSPs of the token's privileges.
pub(super) fn named(answer: &Value) -> Vec<Named> {
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut found: Vec<Named> = Vec::new();
    if let Some(privileges) = answer.get("privileges").and_then(Value::as_array) {
        for privilege in privileges {
            let is_msp = text(privilege, "scope").as_deref() == Some("msp");
            let (id, name) = if is_msp { ("msp_id", "msp_name") } else { ("org_id", "org_name") };
            let Some(id) = text(privilege, id) else { continue };
            if found.iter().all(|known| known.id != id) {
                let name = text(privilege, name).or_else(|| text(privilege, "name")).unwrap_or_default();
                found.push(Named { id, name, is_msp, ..Named::default() });
            }
        }
    }
    for row in answer.as_array().into_iter().flatten() {
        let Some(id) = text(row, "id") else { continue };
        let name = text(row, "name").unwrap_or_default();
        let mac =
            |row: &Value, key: &str| Mac::parse(row.get(key)?.as_str()?).map(|mac| mac.as_str().to_owned());
        let (own, chassis) = (mac(row, "mac"), mac(row, "vc_mac"));
        let parts = ["/virtual_chassis/members", "/module_stat", "/module2_stat"];
        let parts = parts.iter().filter_map(|path| row.pointer(path)?.as_array()).flatten();
        let parts = parts.filter_map(|part| mac(part, "mac"));
        let named = ["chassis_mac", "node0_mac", "node1_mac"].iter().filter_map(|key| mac(row, key));
        let members = named.chain(parts).filter(|member| own.as_ref() != Some(member)).collect();
        let detail = ["type", "model", "mac", "address", "country_code"];
        let detail: Vec<_> = detail.iter().filter_map(|key| text(row, key)).collect();
        let detail = detail.join(" ");
        found.push(Named { id, name, mac: own, chassis, members, detail, ..Named::default() });
    }
    found
}

impl Wanted<'_> {
    /// The one object with this name, or an error that lists candidates. While an account could not be asked, only a
    /// whole name is certain enough, and only for a tool that reads.
    pub(super) fn pick(&self, listing: &Listing) -> Result<Picked> {
        let picked = self.pick_known(listing);
        let Some(unasked) = &listing.unasked else { return picked };
        let Self { parameter, kind, .. } = self;
        match picked {
            Ok(Picked { id, note: None }) if self.partial => {
                let note = format!("`{parameter}`: another {kind} may have the same name. {unasked}");
                Ok(Picked { id, note: Some(note) })
            }
            Ok(Picked { id, .. }) => {
                let written = shortened(self.written, MAX_QUOTED);
                let words = format!(
                    "`{parameter}`: which {kind} \"{written}\" means is not certain. If it is {id}, give this id. "
                );
                Err(Error::new(ErrorKind::Arguments, words).with(unasked.clone()))
            }
            Err(error) => Err(error.and(" ").with(unasked.clone())),
        }
    }

    /// Whether an object has exactly this name, but for letter case.
    pub(super) fn is_exact(&self, listing: &Listing) -> bool {
        let named: Vec<_> = listing.rows.iter().filter(|object| object.is_of(self.kind)).collect();
        find(&named, self.written, |object| &object.name).is_some_and(|(fit, _)| fit != MatchKind::Part)
    }

    fn pick_known(&self, listing: &Listing) -> Result<Picked> {
        let Self { parameter, kind, .. } = self;
        let written = shortened(self.written, MAX_QUOTED);
        let named: Vec<_> =
            listing.rows.iter().filter(|object| object.is_of(kind) && !object.is_member()).collect();
        let problem = match find(&named, self.written, |object| &object.name) {
            // That a part matches would disclose the name letter by letter.
            Some((MatchKind::Part, _)) | None if !self.disclosed => return Err(self.undisclosed()),
            Some((MatchKind::Part, matching)) => match matching.as_slice() {
                [only] if self.partial => {
                    let note = format!(
                        "`{parameter}`: \"{written}\" was taken for \"{}\" ({}).",
                        only.name, only.id
                    );
                    return Ok(Picked { id: only.id.clone(), note: Some(note) });
                }
                [only] => format!(
                    "`{parameter}`: no {kind} is called \"{written}\", and the tool may change something. If \"{}\" is \
                     meant, give its id: {}.",
                    only.name, only.id
                ),
                several => format!(
                    "`{parameter}`: \"{written}\" is a part of the names of {} {kind}s. Give the id of one: {}.",
                    several.len(),
                    listed(several.iter().map(|object| **object))
                ),
            },
            Some((_, matching)) => match matching.as_slice() {
                [only] => return Ok(Picked { id: only.id.clone(), note: None }),
                _ if !self.disclosed => {
                    format!(
                        "`{parameter}`: \"{written}\" is the name of several {kind}s. Give the id of one."
                    )
                }
                several => format!(
                    "`{parameter}`: \"{written}\" is the name of {} {kind}s. Give the id of one: {}.",
                    several.len(),
                    listed(several.iter().map(|object| **object))
                ),
            },
            None => return Err(self.unknown(&named, listing.complete)),
        };
        Err(Error::new(ErrorKind::Arguments, problem))
    }

    /// The device with a MAC address. The address of a member resolves to its virtual chassis or cluster.
    pub(super) fn by_mac(&self, mac: &Mac, listing: &Listing) -> Option<Picked> {
        let with = |mac: &str| listing.rows.iter().find(|device| device.mac.as_deref() == Some(mac));
        let own = with(mac.as_str());
        let member =
            || listing.rows.iter().find(|device| device.members.iter().any(|member| member == mac.as_str()));
        let chassis = match own {
            Some(device) if device.is_member() => device.chassis.as_deref().and_then(with),
            Some(_) => None,
            None => member(),
        };
        match (chassis, own) {
            (Some(whole), _) if !self.disclosed => {
                let note = format!(
                    "`{}`: {} is a member of a virtual chassis or cluster, which was taken.",
                    self.parameter,
                    mac.as_str()
                );
                Some(Picked { id: whole.id.clone(), note: Some(note) })
            }
            (Some(whole), _) => {
                let note = format!(
                    "`{}`: {} is a member of \"{}\" ({}), which was taken.",
                    self.parameter,
                    mac.as_str(),
                    whole.name,
                    whole.id
                );
                Some(Picked { id: whole.id.clone(), note: Some(note) })
            }
            (None, Some(device)) => Some(Picked { id: device.id.clone(), note: None }),
            (None, None) => None,
        }
    }

    fn unknown(&self, objects: &[&Named], complete: bool) -> Error {
        let Self { parameter, kind, listers, .. } = self;
        let names = || objects.iter().map(|object| object.name.as_str()).filter(|name| !name.is_empty());
        let near = nearest(self.written, names(), 5);
        let there = if !near.is_empty() {
            format!("; there is {}", near.join(", "))
        } else if objects.is_empty() {
            "; there is none at all".to_owned()
        } else if objects.len() <= SHOWN {
            format!("; there are {}", listed_names(names()))
        } else {
            let first = listed_names(names().take(SHOWN));
            format!("; there are {}, such as {first}", objects.len())
        };
        let read = if complete { "" } else { " Only the first of them were looked at: give the id." };
        let written = shortened(self.written, MAX_QUOTED);
        let words = format!("`{parameter}`: no {kind} is called \"{written}\"{there}.");
        let hints = listers.iter().map(|lister| (*lister, format!(" `{lister}` lists them.")));
        Error::new(ErrorKind::Arguments, words).hint_of(hints, "").and(read)
    }

    /// The error for a session that may not list such objects.
    fn undisclosed(&self) -> Error {
        let Self { parameter, kind, .. } = self;
        let written = shortened(self.written, MAX_QUOTED);
        Error::new(
            ErrorKind::Arguments,
            format!(
                "`{parameter}`: no {kind} called \"{written}\" is known. Give its id, or its exact and whole name: ask \
                 the user."
            ),
        )
    }
}

pub(super) fn listed<'a>(named: impl ExactSizeIterator<Item = &'a Named>) -> String {
    let more = named.len().saturating_sub(SHOWN);
    let mut entries: Vec<_> = named
        .take(SHOWN)
        .map(|object| {
            let words = format!("{} {}", object.name, object.detail);
            let words = [words.trim(), object.account.as_str()];
            let words: Vec<_> = words.into_iter().filter(|words| !words.is_empty()).collect();
            format!("{} ({})", object.id, words.join(", "))
        })
        .collect();
    if more > 0 {
        entries.push(format!("{more} more"));
    }
    entries.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ToolStatus;

    fn sites() -> Listing {
        listing(&json!([
            { "id": "1", "name": "Berlin", "country_code": "DE" },
            { "id": "2", "name": "Lyon", "address": "Rue 1" },
            { "id": "3", "name": "Lyon", "address": "Rue 2" },
        ]))
    }

    fn listing(rows: &Value) -> Listing {
        Listing { rows: named(rows), ..Listing::empty() }
    }

    fn wanted(written: &str) -> Wanted<'_> {
        Wanted {
            written,
            parameter: "site_id",
            kind: "site",
            listers: &["searchOrgSites"],
            partial: true,
            takes_org: false,
            disclosed: true,
        }
    }

    fn refusal(listing: &Listing, written: &str) -> String {
        let error = wanted(written).pick(listing).unwrap_err();
        error.for_session(|_| ToolStatus::Callable).to_string()
    }

    #[test]
    fn a_name_is_found_in_any_letter_case() {
        assert_eq!(wanted("berlin").pick(&sites()), Ok(Picked { id: "1".into(), note: None }));
    }

    #[test]
    fn an_ambiguous_name_lists_the_candidates_with_details() {
        let error = refusal(&sites(), "Lyon");
        assert!(error.contains("2 (Lyon Rue 1), 3 (Lyon Rue 2)"), "{error}");
    }

    #[test]
    fn a_unique_part_of_a_name_is_accepted_with_a_note() {
        let picked = wanted("berl").pick(&sites()).unwrap();
        assert_eq!(picked.id, "1");
        assert_eq!(picked.note.unwrap(), "`site_id`: \"berl\" was taken for \"Berlin\" (1).");
        let error = refusal(&sites(), "yon");
        assert!(error.contains("2 (Lyon Rue 1), 3 (Lyon Rue 2)"), "{error}");
        let strict = Wanted { partial: false, ..wanted("berl") };
        let error = strict.pick(&sites()).unwrap_err().to_string();
        assert!(error.contains("\"Berlin\" is meant, give its id: 1"), "{error}");
    }

    #[test]
    fn while_an_account_could_not_be_asked_only_a_whole_name_is_taken_and_only_to_read() {
        let unasked = Some(Error::new(ErrorKind::Cloud, "The account `beta` could not be asked: away."));
        let known = Listing { unasked, ..sites() };
        let note = wanted("berlin").pick(&known).unwrap().note.unwrap();
        assert!(note.contains("another site may have the same name") && note.contains("`beta`"), "{note}");
        for (strict, wanted) in
            [(false, wanted("berl")), (true, Wanted { partial: false, ..wanted("Berlin") })]
        {
            let error = wanted.pick(&known).unwrap_err().to_string();
            assert!(
                error.contains("not certain") && error.contains("give this id") && error.contains("`beta`"),
                "{strict}: {error}"
            );
        }
        for unknown in ["Quito", "Lyon"] {
            let error = wanted(unknown).pick(&known).unwrap_err().to_string();
            assert!(error.contains("`beta` could not be asked"), "{error}");
        }
    }

    #[test]
    fn an_unknown_name_lists_similar_names_or_all() {
        let error = refusal(&sites(), "Berlim");
        assert!(error.contains("there is \"Berlin\"") && error.contains("searchOrgSites"), "{error}");
        let error = refusal(&sites(), "Quito");
        assert!(error.contains("there are Berlin, Lyon, Lyon"), "{error}");
        let many: Vec<_> =
            (0..500).map(|number| json!({ "id": "x", "name": format!("Site {number}") })).collect();
        let many = Listing { complete: false, ..listing(&many.into()) };
        let error = refusal(&many, &"Quito".repeat(10_000));
        assert!(error.len() < 700 && error.contains("there are 500, such as Site 0"), "{error}");
        assert!(error.contains("Only the first of them were looked at"), "{error}");
        assert!(refusal(&listing(&json!([])), "Quito").contains("none at all"));
    }

    #[test]
    fn the_mac_address_of_a_member_resolves_to_its_chassis() {
        let inventory = listing(&json!([
            { "id": "a", "mac": "aa0000000001", "vc_mac": "aa0000000001", "name": "core" },
            { "id": "b", "mac": "aa0000000002", "vc_mac": "aa0000000001", "name": "core" },
            { "id": "c", "mac": "aa0000000003", "name": "lone" },
            { "id": "d", "mac": "aa0000000004", "vc_mac": "aa0000000009", "name": "orphan" },
            { "id": "e", "mac": "020003000001", "chassis_mac": "AA:00:00:00:00:05", "name": "stack",
              "virtual_chassis": { "members": [{ "mac": "aa0000000006" }] } },
        ]));
        for (mac, id) in [
            ("aa0000000001", Some("a")),
            ("AA:00:00:00:00:02", Some("a")),
            ("aa0000000003", Some("c")),
            ("aa0000000004", Some("d")),
            ("aa00.0000.0005", Some("e")),
            ("aa0000000006", Some("e")),
            ("aa0000000007", None),
        ] {
            let picked = wanted(mac).by_mac(&Mac::parse(mac).unwrap(), &inventory);
            assert_eq!(picked.as_ref().map(|picked| picked.id.as_str()), id, "{mac}: {picked:?}");
            let is_member = ["2", "5", "6"].iter().any(|end| mac.ends_with(end));
            assert_eq!(picked.is_some_and(|picked| picked.note.is_some()), is_member, "{mac}");
        }
        assert_eq!(wanted("core").pick(&inventory).unwrap().id, "a", "a member is not called by its name");
    }

    #[test]
    fn organizations_and_msps_come_from_privileges_each_once() {
        let orgs = named(&json!({ "privileges": [
            { "scope": "org", "org_id": "a", "org_name": "Acme" },
            { "scope": "site", "org_id": "a", "site_id": "s" },
            { "scope": "msp", "msp_id": "m" },
        ] }));
        let found: Vec<_> = orgs.iter().map(|it| (it.id.as_str(), it.name.as_str(), it.is_msp)).collect();
        assert_eq!(found, [("a", "Acme", false), ("m", "", true)]);
    }
}
