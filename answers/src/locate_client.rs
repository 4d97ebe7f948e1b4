//! Finds the client that a question is about.

use mistmcp::answers::{DataSource, Diagnosis, Inquiry, Rows, Window, join, listed, name};
use mistmcp::serde_json::Value;

use super::facts::{Client, Medium};
use super::locate::mac_of;
use super::rules::client;
use super::site_state::site_name;
use super::sources::ROWS;
use super::thresholds as t;

/// The tool that searches for wired clients.
const WIRED: &str = "searchOrgWiredClients";

/// All kinds of clients.
const ALL: [Medium; 4] = [Medium::Wireless, Medium::Wired, Medium::Nac, Medium::Wan];

/// How far back clients are looked for, in days.
pub(super) const DAYS: i64 = 7;

/// Searches for clients of each kind by a text.
#[derive(Clone, Debug)]
pub(super) struct Search {
    mac: Option<String>,
    text: String,
    org: String,
    site: Option<String>,
    window: Window,
    /// The argument of the call that has the text.
    parameter: &'static str,
}

impl Search {
    pub(super) fn new(
        ask: &Inquiry,
        org: &str,
        site: Option<&str>,
        (parameter, text): (&'static str, &str),
    ) -> Self {
        let text = text.trim().to_owned();
        Self {
            parameter,
            mac: mac_of(&text),
            text,
            org: org.to_owned(),
            site: site.map(str::to_owned),
            window: Window::last(DAYS * t::DAY, ask),
        }
    }

    fn source(&self, name: &'static str, tool: &'static str, field: &str) -> DataSource {
        let source =
            DataSource::new(name, tool).with("org_id", self.org.as_str()).with("limit", ROWS.min(100));
        let source = source.with("site_id", self.site.as_deref().map_or(Value::Null, Value::from));
        let text = self.mac.as_deref().filter(|_| field == "mac").unwrap_or(&self.text);
        self.window.on(source.with(field, text))
    }

    /// The search for clients of a kind by the text.
    fn clients(&self, medium: Medium) -> DataSource {
        let of_text = if self.mac.is_some() { "mac" } else { "text" };
        match medium {
            Medium::Wireless => {
                self.source("wireless clients", "searchOrgWirelessClients", of_text).of_names()
            }
            // The search for any text does not look at the addresses of wired clients.
            Medium::Wired if self.is_address() => self.source("wired clients", WIRED, "ip").of_things(),
            Medium::Wired => self.source("wired clients", WIRED, of_text).of_things(),
            Medium::Nac => self.source("NAC clients", "searchOrgNacClients", of_text).of_things(),
            // They have no search for any text.
            Medium::Wan => {
                let field = if self.is_address() { "ip" } else { "hostname" };
                let field = if self.mac.is_some() { "mac" } else { field };
                self.source("WAN clients", "searchOrgWanClients", field).of_names()
            }
        }
    }

    /// The searches for clients of a kind that are called exactly so.
    fn namesakes(&self, medium: Medium) -> Vec<DataSource> {
        let (name, tool, fields): (_, _, &[&str]) = match medium {
            Medium::Wireless => {
                ("wireless clients of this name", "searchOrgWirelessClients", &["hostname", "username"])
            }
            Medium::Wired => ("wired clients of this name", WIRED, &["dhcp_hostname"]),
            Medium::Nac => ("NAC clients of this name", "searchOrgNacClients", &["username", "hostname"]),
            Medium::Wan => return Vec::new(),
        };
        fields.iter().map(|field| self.source(name, tool, field).of_names()).collect()
    }

    /// Reads the clients of a kind that the text fits. Where there are more than a page of them and it names none of these
    /// exactly, those that it does name are asked for as well: they may be on any page.
    pub(super) async fn rows(&self, ask: &Inquiry, medium: Medium) -> Rows {
        let mut rows = ask.rows(&self.clients(medium)).await;
        let clients: Vec<_> = rows.iter().filter_map(|row| Client::of(row, medium)).collect();
        if !rows.is_cut() || self.mac.is_some() || self.is_address() || self.names_one(&clients) {
            return rows;
        }
        for source in self.namesakes(medium) {
            let named = ask.rows(&source).await;
            if named.is_seen() {
                rows = rows.and(named);
            }
        }
        rows
    }

    /// The same, if the kind is one of these.
    async fn rows_among(&self, ask: &Inquiry, media: &[Medium], medium: Medium) -> Rows {
        if media.contains(&medium) { self.rows(ask, medium).await } else { Rows::default() }
    }

    /// Whether the text is an IP address.
    pub(super) fn is_address(&self) -> bool {
        self.text.parse::<std::net::IpAddr>().is_ok()
    }

    /// The clients among rows that fit the text: those that fit exactly, or else by a part of a name.
    pub(super) fn fitting(&self, found: &[(&Rows, Medium)]) -> Vec<Client> {
        let mut exact: Vec<Client> = Vec::new();
        let mut partly: Vec<Client> = Vec::new();
        for (rows, medium) in found {
            for client in rows.iter().filter_map(|row| Client::of(row, *medium)) {
                let list = match client.fits(&self.text, self.mac.as_deref()) {
                    Some(true) => &mut exact,
                    // Of an address, the server of a sign-in and the beginning of another one are no fit.
                    None if self.is_address() => continue,
                    // Mist's search fits fields that the row does not show.
                    Some(false) | None => &mut partly,
                };
                match list.iter_mut().find(|known| known.mac == client.mac) {
                    Some(known) => *known = known.clone().with(&client),
                    None => list.push(client),
                }
            }
        }
        // The lists complete each other.
        for client in &mut exact {
            if let Some(more) = partly.iter().find(|other| other.mac == client.mac) {
                *client = client.clone().with(more);
            }
        }
        let mut all = if exact.is_empty() { partly } else { exact };
        all.sort_by_key(|client| std::cmp::Reverse(client.last_seen));
        all
    }

    /// Whether the text is the MAC address, the name, the user or an IP address of one of these clients.
    pub(super) fn names_one(&self, clients: &[Client]) -> bool {
        clients.iter().any(|client| client.fits(&self.text, self.mac.as_deref()) == Some(true))
    }
}

/// Finds one client, or an answer that says why there is none.
pub(super) async fn find_client(ask: &Inquiry, search: &Search) -> Result<Client, Diagnosis> {
    let (wireless, wired) = join!(search.rows(ask, Medium::Wireless), search.rows(ask, Medium::Wired));
    let mut rows = vec![&wireless, &wired];
    let (nac, wan);
    let mut found = search.fitting(&[(&wireless, Medium::Wireless), (&wired, Medium::Wired)]);
    if found.is_empty() {
        nac = search.rows(ask, Medium::Nac).await;
        rows.push(&nac);
        found = search.fitting(&[(&nac, Medium::Nac)]);
        let mut is_seen = wireless.is_seen() && wired.is_seen() && nac.is_seen();
        if found.is_empty() {
            wan = search.rows(ask, Medium::Wan).await;
            is_seen &= wan.is_seen();
            rows.push(&wan);
            found = search.fitting(&[(&wan, Medium::Wan)]);
        }
        if found.is_empty() && !is_seen {
            let text = name(&search.text);
            return Err(Diagnosis::unknown(format!(
                "{text} was not found, but not every kind of client could be looked at, so nothing is known."
            )));
        }
    }
    if found.is_empty()
        && let Some(elsewhere) = seen_elsewhere(ask, search, &ALL).await
    {
        return Err(elsewhere);
    }
    single_client(ask, search, &found, &rows)
}

/// Where clients of these kinds that do not fit at the site of the call were seen instead: an answer that says so, if there
/// are any.
pub(super) async fn seen_elsewhere(ask: &Inquiry, search: &Search, media: &[Medium]) -> Option<Diagnosis> {
    let asked = search.site.as_deref()?;
    let anywhere = Search { site: None, ..search.clone() };
    let (wireless, wired, nac, wan) = join!(
        anywhere.rows_among(ask, media, Medium::Wireless),
        anywhere.rows_among(ask, media, Medium::Wired),
        anywhere.rows_among(ask, media, Medium::Nac),
        anywhere.rows_among(ask, media, Medium::Wan)
    );
    let rows =
        [(&wireless, Medium::Wireless), (&wired, Medium::Wired), (&nac, Medium::Nac), (&wan, Medium::Wan)];
    let found = anywhere.fitting(&rows).into_iter().find(|client| client.site.is_some())?;
    let elsewhere = site_name(ask, found.site.as_deref()?).await;
    let here = ask.resolved_name(asked).unwrap_or_else(|| "this site".to_owned());
    ask.nothing_there("client", &format!("none fits at {} in the last {DAYS} days", name(&here)));
    Some(Diagnosis::unknown(format!(
        "{} was not seen at {} in the last {DAYS} days, so nothing is known about it there. It was seen at {}: leave out \
         `site_id`, or name that site.",
        found.called(),
        name(&here),
        name(&elsewhere)
    )))
}

/// The number of clients that Mist counts at least, where only the first of these were read: the lists may have the same ones.
pub(super) fn counted(rows: &[&Rows]) -> Option<usize> {
    let is_cut = rows.iter().any(|rows| rows.is_cut());
    is_cut.then(|| rows.iter().map(|rows| rows.total()).max().unwrap_or_default())
}

/// The one client among those of these rows that fit: the latest of several with one name and one site is not guessed.
pub(super) fn single_client(
    ask: &Inquiry,
    search: &Search,
    found: &[Client],
    rows: &[&Rows],
) -> Result<Client, Diagnosis> {
    let text = search.text.as_str();
    let called = name(text);
    match found {
        [] => {
            ask.nothing_there("client", &format!("none fits in the last {DAYS} days"));
            Err(Diagnosis::about(format!("{called} is unknown")).findings([client::never_seen(text, DAYS)]))
        }
        [client] => {
            if !search.names_one(found) {
                ask.taken(search.parameter, text, &client.called(), &client.mac);
            }
            Ok(client.clone())
        }
        several => {
            let names: Vec<_> =
                several.iter().map(|client| format!("{} ({})", client.called(), client.mac)).collect();
            ask.not_seen("client", "several fit");
            let several = several.len();
            let fits = match counted(rows).filter(|_| !search.names_one(found)) {
                Some(all) if all > several => format!("at least {several} of {all} clients"),
                Some(_) => format!("at least {several} clients"),
                None => format!("{several} clients"),
            };
            Err(Diagnosis::unknown(format!(
                "{called} fits {fits}: {}. Ask again with the MAC address of one.",
                listed(&names, 6)
            )))
        }
    }
}
