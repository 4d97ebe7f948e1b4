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
}

impl Search {
    pub(super) fn new(ask: &Inquiry, org: &str, site: Option<&str>, text: &str) -> Self {
        let text = text.trim().to_owned();
        Self {
            mac: mac_of(&text),
            text,
            org: org.to_owned(),
            site: site.map(str::to_owned),
            window: Window::last(DAYS * t::DAY, ask),
        }
    }

    fn source(&self, name: &'static str, tool: &'static str) -> DataSource {
        let source =
            DataSource::new(name, tool).with("org_id", self.org.as_str()).with("limit", ROWS.min(100));
        let source = source.with("site_id", self.site.as_deref().map_or(Value::Null, Value::from));
        let source = match &self.mac {
            Some(mac) => source.with("mac", mac.as_str()),
            // The search for any text does not look at the addresses of wired clients.
            None if self.is_address() && tool == WIRED => source.with("ip", self.text.as_str()),
            None => source.with("text", self.text.as_str()),
        };
        self.window.on(source)
    }

    /// Whether the text is an IP address.
    pub(super) fn is_address(&self) -> bool {
        self.text.parse::<std::net::IpAddr>().is_ok()
    }

    pub(super) fn wireless(&self) -> DataSource {
        self.source("wireless clients", "searchOrgWirelessClients").of_names()
    }

    pub(super) fn wired(&self) -> DataSource {
        self.source("wired clients", WIRED).of_things()
    }

    pub(super) fn nac(&self) -> DataSource {
        self.source("NAC clients", "searchOrgNacClients").of_things()
    }

    /// WAN clients, which have no search for any text.
    pub(super) fn wan(&self) -> DataSource {
        let source = DataSource::new("WAN clients", "searchOrgWanClients")
            .of_names()
            .with("org_id", self.org.as_str())
            .with("limit", 100);
        let source = source.with("site_id", self.site.as_deref().map_or(Value::Null, Value::from));
        let source = match &self.mac {
            Some(mac) => source.with("mac", mac.as_str()),
            None if self.is_address() => source.with("ip", self.text.as_str()),
            None => source.with("hostname", self.text.as_str()),
        };
        self.window.on(source)
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
    let (wireless, wired) = (search.wireless(), search.wired());
    let (wireless, wired) = join!(ask.rows(&wireless), ask.rows(&wired));
    let mut found = search.fitting(&[(&wireless, Medium::Wireless), (&wired, Medium::Wired)]);
    if found.is_empty() {
        let nac = ask.rows(&search.nac()).await;
        found = search.fitting(&[(&nac, Medium::Nac)]);
        if found.is_empty() && !(wireless.is_seen() && wired.is_seen() && nac.is_seen()) {
            let text = name(&search.text);
            return Err(Diagnosis::unknown(format!(
                "{text} was not found, but not every kind of client could be looked at, so nothing is known."
            )));
        }
    }
    if found.is_empty()
        && let Some(elsewhere) = seen_elsewhere(ask, search).await
    {
        return Err(elsewhere);
    }
    single_client(ask, &search.text, found)
}

/// Where clients that do not fit at the site of the call were seen instead: an answer that says so, if there are any.
pub(super) async fn seen_elsewhere(ask: &Inquiry, search: &Search) -> Option<Diagnosis> {
    let asked = search.site.as_deref()?;
    let anywhere = Search { site: None, ..search.clone() };
    let parts = [anywhere.wireless(), anywhere.wired(), anywhere.nac()];
    let (wireless, wired, nac) = join!(ask.rows(&parts[0]), ask.rows(&parts[1]), ask.rows(&parts[2]));
    let rows = [(&wireless, Medium::Wireless), (&wired, Medium::Wired), (&nac, Medium::Nac)];
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

/// The one client among those that fit: the latest of several with one name and one site is not guessed.
pub(super) fn single_client(ask: &Inquiry, text: &str, found: Vec<Client>) -> Result<Client, Diagnosis> {
    let called = name(text);
    match found.len() {
        0 => {
            ask.nothing_there("client", &format!("none fits in the last {DAYS} days"));
            Err(Diagnosis::about(format!("{called} is unknown")).findings([client::never_seen(text, DAYS)]))
        }
        1 => found.into_iter().next().ok_or_else(|| Diagnosis::unknown(called)),
        several => {
            let names: Vec<_> =
                found.iter().map(|client| format!("{} ({})", client.called(), client.mac)).collect();
            ask.not_seen("client", "several fit");
            Err(Diagnosis::unknown(format!(
                "{called} fits {several} clients: {}. Ask again with the MAC address of one.",
                listed(&names, 6)
            )))
        }
    }
}
