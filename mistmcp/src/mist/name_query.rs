//! Selection of one object from a list by user input: [`NameQuery::pick`].

use super::name_list::{MSP, NameList, NamedObject, SHOWN, listed};
use super::name_match::{MatchKind, find};
use crate::argument::Mac;
use crate::error::ErrorKind;
use crate::suggestion::{nearest, quoted};
use crate::text::shortened;
use crate::{Error, Result};

/// Maximum characters of the input that are quoted.
const MAX_QUOTED: usize = 100;

/// What to find.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(super) struct NameQuery<'a> {
    pub(super) written: &'a str,
    pub(super) parameter: &'a str,
    pub(super) kind: &'static str,
    /// The tools that list such objects.
    pub(super) listers: &'static [&'static str],
    /// Whether errors and notes may quote such objects.
    pub(super) disclosed: bool,
    /// Whether a part of a name is accepted. It is not where the tool may change the object.
    pub(super) partial: bool,
    /// Whether the text may be several names: only an exact name is accepted, and a list is not fetched again. The error
    /// is [`ErrorKind::Missing`] if there is no such name.
    pub(super) is_trial: bool,
    /// Whether the tool has a parameter for the organization.
    pub(super) takes_org: bool,
    /// Where it is looked for, if not in the whole organization, as it follows the kind in errors: ` at this site`.
    pub(super) place: &'static str,
}

/// The object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResolvedObject {
    pub(super) id: String,
    /// Note for the answer, where the object's name differs from the input.
    pub(super) note: Option<String>,
}

impl NamedObject {
    fn resolved(&self, note: Option<String>) -> ResolvedObject {
        ResolvedObject { id: self.id.clone(), note }
    }
}

impl NameQuery<'_> {
    /// The one object with this name, or an error that lists candidates. While an account could not be asked, only a
    /// whole name is certain enough, and only for a tool that reads.
    pub(super) fn pick(&self, listing: &NameList) -> Result<ResolvedObject> {
        let picked = self.pick_known(listing);
        let Some(unasked) = &listing.unasked else { return picked };
        let Self { parameter, kind, .. } = self;
        match picked {
            Ok(ResolvedObject { id, note: None }) if self.partial => {
                let note = format!("`{parameter}`: another {kind} may have the same name. {unasked}");
                Ok(ResolvedObject { id, note: Some(note) })
            }
            Ok(ResolvedObject { id, .. }) => {
                let written = shortened(self.written, MAX_QUOTED);
                let words = format!(
                    "`{parameter}`: which {kind} \"{written}\" means is not certain. If it is {id}, give this id. "
                );
                Err(Error::new(ErrorKind::Arguments, words).append_error(unasked.clone()))
            }
            Err(error) => Err(error.append(" ").append_error(unasked.clone())),
        }
    }

    /// Whether an object has exactly this name, but for letter case.
    pub(super) fn is_exact(&self, listing: &NameList) -> bool {
        let named: Vec<_> = listing.rows.iter().filter(|object| object.is_of(self.kind)).collect();
        find(&named, self.written, |object| &object.name).is_some_and(|(fit, _)| fit != MatchKind::Part)
    }

    fn pick_known(&self, listing: &NameList) -> Result<ResolvedObject> {
        let Self { parameter, kind, .. } = self;
        let written = shortened(self.written, MAX_QUOTED);
        let named: Vec<_> =
            listing.rows.iter().filter(|object| object.is_of(kind) && !object.is_member()).collect();
        let several = |objects: &[&&NamedObject], what: &str| {
            let candidates = listed(objects.iter().map(|object| **object));
            let count = objects.len();
            format!(
                "`{parameter}`: \"{written}\" is {what} of {count} {kind}s. Give the id of one: {candidates}."
            )
        };
        let problem = match find(&named, self.written, |object| &object.name) {
            Some((MatchKind::Part, _)) | None if self.is_trial => {
                let words = format!("`{parameter}`: no {kind} is called \"{written}\".");
                return Err(Error::new(ErrorKind::Missing, words));
            }
            // That a part matches would disclose the name letter by letter.
            Some((MatchKind::Part, _)) | None if !self.disclosed => return Err(self.undisclosed()),
            Some((MatchKind::Part, matching)) => match matching.as_slice() {
                // The exact name may be among the rows that were not read.
                [only] if !listing.complete => format!(
                    "`{parameter}`: no {kind} is called \"{written}\" among the first {}, which are all that could be read. If \"{}\" \
                     is meant, give its id: {}.",
                    named.len(),
                    only.name,
                    only.id
                ),
                [only] if self.partial => {
                    let NamedObject { id, name, .. } = only;
                    let note = format!("`{parameter}`: \"{written}\" was taken for \"{name}\" ({id}).");
                    return Ok(only.resolved(Some(note)));
                }
                [only] => format!(
                    "`{parameter}`: no {kind} is called \"{written}\", and the tool may change something. If \"{}\" is \
                     meant, give its id: {}.",
                    only.name, only.id
                ),
                objects => several(objects, "a part of the names"),
            },
            Some((_, matching)) => match matching.as_slice() {
                [only] => return Ok(only.resolved(None)),
                _ if !self.disclosed => {
                    format!(
                        "`{parameter}`: \"{written}\" is the name of several {kind}s. Give the id of one."
                    )
                }
                objects => several(objects, "the name"),
            },
            None => return Err(self.unknown(&named, listing.complete)),
        };
        Err(Error::new(ErrorKind::Arguments, problem))
    }

    /// The device with a MAC address. The address of a member resolves to its virtual chassis or cluster.
    pub(super) fn by_mac(&self, mac: &Mac, listing: &NameList) -> Option<ResolvedObject> {
        let with = |mac: &str| listing.rows.iter().find(|device| device.mac.as_deref() == Some(mac));
        let own = with(mac.as_str());
        let member =
            || listing.rows.iter().find(|device| device.members.iter().any(|member| member == mac.as_str()));
        let chassis = match own {
            Some(device) if device.is_member() => device.chassis.as_deref().and_then(with),
            Some(_) => None,
            None => member(),
        };
        let Some(chassis) = chassis else { return own.map(|device| device.resolved(None)) };
        let name = if self.disclosed {
            format!("\"{}\" ({})", chassis.name, chassis.id)
        } else {
            "a virtual chassis or cluster".to_owned()
        };
        let mac = mac.as_str();
        Some(
            chassis.resolved(Some(format!(
                "`{}`: {mac} is a member of {name}, which was taken.",
                self.parameter
            ))),
        )
    }

    fn unknown(&self, objects: &[&NamedObject], complete: bool) -> Error {
        let Self { parameter, kind, listers, .. } = self;
        let names = || objects.iter().map(|object| &*object.name).filter(|name| !name.is_empty());
        let near = nearest(self.written, names(), 5);
        let quoted: Vec<_> = names().take(SHOWN).map(quoted).collect();
        let count = objects.len();
        let there = match (near.as_slice(), quoted.as_slice()) {
            ([only], _) => format!("; did you mean {only}?"),
            ([_, ..], _) => format!("; there are {}.", near.join(", ")),
            _ if count == 0 && *kind == MSP => {
                "; the API token has no role in any MSP (managed service provider).".to_owned()
            }
            _ if count == 0 => "; there is none at all.".to_owned(),
            (_, []) => {
                let some = listed(objects.iter().copied());
                format!("; there are some without names, to be given by id: {some}.")
            }
            (_, [only]) if count == 1 => format!("; there is only {only}."),
            (_, [only]) => format!("; there are {count}, one of them with a name: {only}."),
            (_, first) if count > first.len() => {
                format!("; there are {count}, such as {}.", first.join(", "))
            }
            (_, all) => format!("; there are {}.", all.join(", ")),
        };
        let read = if complete { "" } else { " Only the first of them were looked at: give the id." };
        let written = shortened(self.written, MAX_QUOTED);
        let place = self.place;
        let words = format!("`{parameter}`: no {kind}{place} is called \"{written}\"{there}");
        // Nothing is listed by a tool where there is nothing.
        let listers = if objects.is_empty() && complete { &[] } else { *listers };
        let hints = listers.iter().map(|lister| (*lister, format!(" `{lister}` lists them.")));
        Error::new(ErrorKind::Name, words).hint_of(hints, "").append(read)
    }

    /// The objects with exactly this name, but for letter case.
    pub(super) fn same_name<'l>(&self, listing: &'l NameList) -> Vec<&'l NamedObject> {
        let named: Vec<_> = listing.rows.iter().filter(|object| !object.is_member()).collect();
        match find(&named, self.written, |object| &object.name) {
            Some((fit, objects)) if fit != MatchKind::Part => objects.into_iter().copied().collect(),
            _ => Vec::new(),
        }
    }

    /// The error for a session that may not list such objects.
    fn undisclosed(&self) -> Error {
        let Self { parameter, kind, .. } = self;
        let (written, place) = (shortened(self.written, MAX_QUOTED), self.place);
        Error::new(
            ErrorKind::Name,
            format!(
                "`{parameter}`: no {kind}{place} called \"{written}\" is known. Give its id, or its exact and whole name: ask \
                 the user."
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::name_list::parse;
    use super::*;
    use crate::error::ToolStatus;
    use crate::work::steps::counted;

    fn sites() -> NameList {
        listing(&json!([
            { "id": "1", "name": "Berlin", "country_code": "DE" },
            { "id": "2", "name": "Lyon", "address": "Rue 1" },
            { "id": "3", "name": "Lyon", "address": "Rue 2" },
        ]))
    }

    fn listing(rows: &Value) -> NameList {
        NameList { rows: parse(rows), ..NameList::empty() }
    }

    fn query(written: &str) -> NameQuery<'_> {
        NameQuery {
            written,
            parameter: "site_id",
            kind: "site",
            listers: &["searchOrgSites"],
            partial: true,
            is_trial: false,
            takes_org: false,
            place: "",
            disclosed: true,
        }
    }

    fn refusal(listing: &NameList, written: &str) -> String {
        let error = query(written).pick(listing).unwrap_err();
        error.for_session(|_| ToolStatus::Callable).to_string()
    }

    #[test]
    fn a_name_is_found_in_any_letter_case() {
        assert_eq!(query("berlin").pick(&sites()), Ok(ResolvedObject { id: "1".into(), note: None }));
    }

    #[test]
    fn the_names_of_a_list_are_normalized_once_for_all_that_is_looked_up() {
        let made = |looked_up: &[&str]| {
            counted(|| {
                let sites = sites();
                for written in looked_up {
                    let _ = query(written).pick(&sites);
                    query(written).is_exact(&sites);
                    query(written).same_name(&sites);
                }
            })
        };
        // What is written is normalized by each of the three.
        assert_eq!((made(&[]), made(&["berlin", "lyon", "Quito", "berl"])), (3, 3 + 3 * 4));
    }

    #[test]
    fn an_ambiguous_name_lists_the_candidates_with_details() {
        let error = refusal(&sites(), "Lyon");
        assert!(error.contains("2 (Lyon Rue 1), 3 (Lyon Rue 2)"), "{error}");
    }

    #[test]
    fn a_unique_part_of_a_name_is_accepted_with_a_note() {
        let picked = query("berl").pick(&sites()).unwrap();
        assert_eq!(picked.id, "1");
        assert_eq!(picked.note.unwrap(), "`site_id`: \"berl\" was taken for \"Berlin\" (1).");
        let error = refusal(&sites(), "yon");
        assert!(error.contains("2 (Lyon Rue 1), 3 (Lyon Rue 2)"), "{error}");
        let strict = NameQuery { partial: false, ..query("berl") };
        let error = strict.pick(&sites()).unwrap_err().to_string();
        assert!(error.contains("\"Berlin\" is meant, give its id: 1"), "{error}");
    }

    #[test]
    fn a_part_of_a_name_is_not_accepted_from_a_list_that_was_not_read_to_its_end() {
        let first = NameList { complete: false, ..sites() };
        for partial in [true, false] {
            let error = NameQuery { partial, ..query("berl") }.pick(&first).unwrap_err().to_string();
            assert!(error.contains("among the first 3") && error.contains("give its id: 1."), "{error}");
        }
        assert_eq!(query("berlin").pick(&first).unwrap().id, "1");
    }

    #[test]
    fn a_trial_accepts_an_exact_name_only() {
        let pick = |written| NameQuery { is_trial: true, ..query(written) }.pick(&sites());
        assert_eq!(pick("berlin").unwrap().id, "1");
        for (written, kind) in
            [("berl", ErrorKind::Missing), ("Quito", ErrorKind::Missing), ("Lyon", ErrorKind::Arguments)]
        {
            assert_eq!(pick(written).unwrap_err().kind(), kind, "{written}");
        }
    }

    #[test]
    fn while_an_account_could_not_be_asked_only_a_whole_name_is_taken_and_only_to_read() {
        let unasked = Some(Error::new(ErrorKind::Cloud, "The account `beta` could not be asked: away."));
        let known = NameList { unasked, ..sites() };
        let note = query("berlin").pick(&known).unwrap().note.unwrap();
        assert!(note.contains("another site may have the same name") && note.contains("`beta`"), "{note}");
        for (strict, query) in
            [(false, query("berl")), (true, NameQuery { partial: false, ..query("Berlin") })]
        {
            let error = query.pick(&known).unwrap_err().to_string();
            assert!(
                error.contains("not certain") && error.contains("give this id") && error.contains("`beta`"),
                "{strict}: {error}"
            );
        }
        for unknown in ["Quito", "Lyon"] {
            let error = query(unknown).pick(&known).unwrap_err().to_string();
            assert!(error.contains("`beta` could not be asked"), "{error}");
        }
    }

    #[test]
    fn an_unknown_name_lists_similar_names_or_all() {
        let error = refusal(&sites(), "Berlim");
        assert!(error.contains("did you mean \"Berlin\"?") && error.contains("searchOrgSites"), "{error}");
        let error = refusal(&sites(), "Lyom");
        assert!(error.contains("there are \"Lyon\", \"Lyon\""), "{error}");
        let error = refusal(&sites(), "Quito");
        assert!(error.contains("there are \"Berlin\", \"Lyon\", \"Lyon\"."), "{error}");
        let many: Vec<_> =
            (0..500).map(|number| json!({ "id": "x", "name": format!("Site {number}") })).collect();
        let many = NameList { complete: false, ..listing(&many.into()) };
        let error = refusal(&many, &"Quito".repeat(10_000));
        assert!(error.len() < 700 && error.contains("there are 500, such as \"Site 0\""), "{error}");
        assert!(error.contains("Only the first of them were looked at"), "{error}");
        let error = refusal(&listing(&json!([])), "Quito");
        assert!(error.contains("none at all") && !error.contains("lists them"), "{error}");
        let one = listing(&json!([{ "id": "1", "name": "Berlin" }]));
        let error = refusal(&one, "Quito");
        assert!(error.contains("; there is only \"Berlin\". `searchOrgSites` lists them."), "{error}");
        let nameless = listing(&json!([{ "id": "1" }, { "id": "2", "name": "Lyon" }]));
        let error = refusal(&nameless, "Quito");
        assert!(error.contains("there are 2, one of them with a name: \"Lyon\""), "{error}");
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
            let picked = query(mac).by_mac(&Mac::parse(mac).unwrap(), &inventory);
            assert_eq!(picked.as_ref().map(|picked| picked.id.as_str()), id, "{mac}: {picked:?}");
            let is_member = ["2", "5", "6"].iter().any(|end| mac.ends_with(end));
            assert_eq!(picked.is_some_and(|picked| picked.note.is_some()), is_member, "{mac}");
        }
        assert_eq!(query("core").pick(&inventory).unwrap().id, "a", "a member is not called by its name");
    }
}
