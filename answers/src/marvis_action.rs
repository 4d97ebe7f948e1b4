//! States of Marvis actions. Mist does not document them, so that a state that is not known here counts as open.

/// States in which nothing is left to do, as [`marvis_action_state`] spells them.
const CLOSED: &[&str] = &["resolved", "validated", "marvisselfdriven", "expired", "closed", "dismissed"];

/// A state without case, spaces and signs, with the one `r` that Mist writes in `reoccured`, and without the last word of
/// `expired action`.
pub fn marvis_action_state(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .replace("reoccurred", "reoccured")
        .replace("expiredaction", "expired")
}

/// Whether nothing is left to do in a state.
pub fn is_closed_marvis_action(state: &str) -> bool {
    CLOSED.contains(&marvis_action_state(state).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_is_not_known_to_be_closed_is_open() {
        for state in ["open", "In Progress", "reoccured", "Reoccurred", "new", "", "suppressed"] {
            assert!(!is_closed_marvis_action(state), "{state}");
        }
        for state in ["resolved", "RESOLVED", "Validated", "marvis self-driven", "expired action", "Closed"] {
            assert!(is_closed_marvis_action(state), "{state}");
        }
        assert_eq!(marvis_action_state("Re-occurred"), marvis_action_state("reoccured"));
        assert_eq!(marvis_action_state("Expired"), marvis_action_state("expired action"));
    }
}
