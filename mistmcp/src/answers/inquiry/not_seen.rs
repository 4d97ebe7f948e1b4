//! What an answer has not seen, and why: the lines of `not_seen`.

use super::pages::NotRead;
use super::{DataSource, Inquiry};
use crate::text::shortened;

impl Inquiry {
    /// A data source that is to be read if so many requests remain, which it makes one less. Otherwise, and where the operator has
    /// removed its tool, a line in `not_seen` says why it was not asked for.
    pub fn within(&self, left: &mut usize, source: DataSource) -> Option<DataSource> {
        if !self.may_read(source.tool()) {
            self.not_seen(&source.name, &NotRead::Removed.reason());
        } else if *left == 0 {
            self.add_line(&source.name, &self.reason(&source, &NotRead::Calls(self.0.max_calls)));
        } else {
            *left -= 1;
            return Some(source);
        }
        None
    }

    /// Records something that the answer could not read. Values from the network in `reason` go through
    /// [`name`](crate::answers::name).
    pub fn not_seen(&self, source: &str, reason: &str) {
        if self.add_line(source, reason) {
            self.0.state.lock().unread += 1;
        }
    }

    /// Records a data source that was read and has nothing in it, such as the devices of a site without devices: one short line
    /// in `not_seen`. The verdict or a finding has to say so as well.
    pub fn nothing_there(&self, source: &str, reason: &str) {
        // What could not be read is not known to be empty.
        if !self.0.state.lock().not_seen.iter().any(|(known, _)| known == source) {
            self.add_line(source, reason);
        }
    }

    /// Records that something was looked at whose rows another data source had.
    pub fn looked_at(&self, source: &str) {
        let mut state = self.0.state.lock();
        if !state.order.iter().any(|name| name == source) {
            state.order.push(source.to_owned());
        }
        state.seen.insert(source.to_owned());
    }

    /// Why a data source was not read; where no request was left for it, with another tool that reads it.
    pub(super) fn reason(&self, source: &DataSource, missed: &NotRead) -> String {
        let other =
            source.also_read_by.filter(|tool| matches!(missed, NotRead::Calls(_)) && self.may_call(tool));
        match other {
            Some(tool) => format!("{}; {tool} reads them", missed.reason()),
            None => missed.reason(),
        }
    }

    /// Adds a line to `not_seen`, unless it is there.
    fn add_line(&self, source: &str, reason: &str) -> bool {
        let line = shortened(&format!("{source}: {reason}"), 160);
        let mut state = self.0.state.lock();
        let is_new = !state.not_seen.iter().any(|(_, known)| *known == line);
        if is_new {
            state.not_seen.push((source.to_owned(), line));
        }
        is_new
    }
}
