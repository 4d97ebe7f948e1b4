//! Sites.

use super::{
    plan::{PLANS, Plan},
    uuid,
};

/// A site of the company.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) index: usize,
    pub(crate) id: String,
    pub(crate) plan: &'static Plan,
    pub(crate) map_id: String,
    pub(crate) group_id: String,
}

impl Site {
    pub(crate) fn name(&self) -> &'static str {
        self.plan.name
    }

    /// An address of the site: `10.` its number, a VLAN and a host.
    pub(crate) fn ip(&self, vlan: usize, host: usize) -> String {
        format!("10.{}.{}.{}", self.index + 11, vlan + host / 250, host % 250 + 2)
    }

    /// The address that the internet sees, from a range kept for documentation.
    pub(crate) fn external_ip(&self) -> String {
        format!("203.0.113.{}", 10 * (self.index + 1))
    }
}

pub(super) fn sites() -> Vec<Site> {
    let grown = PLANS.iter().enumerate().map(|(index, plan)| Site {
        index,
        id: uuid(&format!("site {}", plan.code)),
        plan,
        map_id: uuid(&format!("map {}", plan.code)),
        group_id: uuid(&format!("sitegroup {}", plan.group)),
    });
    grown.collect()
}
