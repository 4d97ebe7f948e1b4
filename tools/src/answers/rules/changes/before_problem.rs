//! The rule for the change that may have caused the worst problem of a site.

use mistmcp::answers::{Finding, Severity, ago, name};

use super::action;
use crate::answers::causes as c;
use crate::answers::facts::{Change, Target};
use crate::answers::thresholds as t;

/// The change shortly before the worst trouble of a site began, that may be its cause, with its time.
pub(in crate::answers) fn change_before(
    changes: &[Change],
    found: &[Finding],
    now: i64,
) -> Option<(Finding, i64)> {
    let serious =
        found.iter().filter(|finding| finding.get_weight() >= 60 && finding.severity() > Severity::Info);
    let (began, trouble) = serious
        .filter_map(|finding| Some((finding.began()?, finding)))
        .max_by_key(|(_, finding)| finding.get_weight())?;
    let shortly = changes.iter().filter(|change| {
        (0..=t::SHORTLY_BEFORE).contains(&(began - change.time))
            && !change.is_cosmetic()
            && !matches!(change.target, Target::Account | Target::Site)
    });
    // A change of another device is no cause.
    let fitting = shortly.filter(|change| {
        !matches!(change.target, Target::Device | Target::Restart | Target::Upgrade)
            || change.called.as_deref().is_some_and(|called| trouble.is_on(called))
    });
    let change = fitting.max_by_key(|change| change.time)?;
    let what = name(change.called.as_deref().unwrap_or("the configuration"));
    let words = format!(
        "{} {} {what} {}, shortly before the trouble began.",
        change.by(),
        action(change),
        ago(change.time, now)
    );
    let finding = Finding::new(&c::CHANGED_BEFORE, Severity::Warning, words)
        .on(change.object())
        .weight(58)
        .since(change.time)
        .evidence("who", change.who.clone())
        .evidence("message", change.message.clone());
    Some((finding, change.time))
}

#[cfg(test)]
mod tests {
    use mistmcp::answers::Object;
    use mistmcp::serde_json::json;

    use super::super::tests::{NOW, change};
    use super::*;

    #[test]
    fn the_worst_problem_of_a_site_follows_from_a_change_shortly_before_it() {
        let trouble = Finding::new(&c::DNS_FAILURE, Severity::Critical, "x")
            .on(Object::site("Leeds"))
            .since(NOW - 1_000)
            .weight(87);
        let before = |change: Change| {
            usize::from(change_before(&[change], std::slice::from_ref(&trouble), NOW).is_some())
        };
        assert_eq!(before(change("Update Site Settings \"Leeds\"", 1_100, &json!({}))), 1);
        assert_eq!(before(change("Update Site Settings \"Leeds\"", 900, &json!({}))), 0, "after it");
        assert_eq!(before(change("Update Site Settings \"Leeds\"", 9_000, &json!({}))), 0, "long before");
        assert_eq!(before(change("Restart Device \"SW-1\"", 1_100, &json!({}))), 0, "another thing");
    }
}
