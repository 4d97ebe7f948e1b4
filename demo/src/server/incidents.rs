//! Networks with one built-in incident each ([`IncidentNetworks`]), for requests whose token names it.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::{
    Incident, Overlay,
    world::{Current, World},
};

/// How many networks are kept; the one that was made first goes first.
const MOST: usize = 4;

/// Networks with one incident, made when they are first asked for.
#[derive(Debug, Default)]
pub(super) struct IncidentNetworks(Mutex<VecDeque<Arc<Network>>>);

#[derive(Debug)]
struct Network {
    name: String,
    overlay: Overlay,
    current: Current,
}

impl IncidentNetworks {
    /// The network with the built-in incident of this name, if there is one.
    pub(super) fn world(&self, name: &str) -> Option<Arc<World>> {
        let network = self.network(name)?;
        Some(network.current.world(&network.overlay))
    }

    fn network(&self, name: &str) -> Option<Arc<Network>> {
        let mut networks = self.0.lock();
        if let Some(network) = networks.iter().find(|network| network.name == name) {
            return Some(Arc::clone(network));
        }
        let overlay = Overlay::of(&[Incident::named(name).ok()?]).ok()?;
        let network = Arc::new(Network { name: name.to_owned(), overlay, current: Current::new() });
        networks.push_back(Arc::clone(&network));
        if networks.len() > MOST {
            networks.pop_front();
        }
        Some(network)
    }
}
