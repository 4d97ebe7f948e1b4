//! Server instructions for the model about Mist.

/// The first line, if no tool changes anything.
pub(crate) const READS: &str = "Reads a Juniper Mist network; nothing can be changed.\n";
/// The first line, if some tools change something.
pub(crate) const WRITES: &str = "Works on a Juniper Mist network; some tools can change something.\n";
/// The tool that shows the account of the token, and its line.
pub(crate) const SELF: (&str, &str) =
    ("getSelf", "- `getSelf` tells which organizations the API token sees.\n");
/// Parameters that take more than an id, and their sentences.
pub(crate) const IDS: [(&str, &str); 3] = [
    ("org_id", " `org_id` may be left out where there is one."),
    ("site_id", " `site_id` takes a site's name."),
    ("device_id", " `device_id` takes a device's name or MAC."),
];
/// The parameter of a time window, and the line about its default.
pub(crate) const WINDOW: (&str, &str) =
    ("duration", "- Searches and counts look at the last day by default.\n");
/// The line about `fields`.
pub(crate) const FIELDS: &str =
    "- Lists take `fields`, what to keep of each row: `mac,radio_stat.band_5.channel`.\n";
