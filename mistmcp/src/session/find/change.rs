//! Queries that order a change, such as "reboot an AP": what they are about is searched for, and the answer says that
//! the tools only read.

use super::words::Word;

/// What may stand before an instruction.
const PREFACES: &str = "please, kindly, can you, could you, would you, will you, can i, can we, could i, could we, \
    i want to, i want you to, i would like to, i would like you to, id like to, id like you to, i need to, \
    i need you to, we need to, we want to, we should, you should, you must, help me, help me to, help us, lets, \
    let us, let me, go ahead and, now, then, just, quickly, try to, hi, hello, hey, ok, okay, and, mist, marvis, \
    how do i, how do we, how do you, how can i, how can we, how to, how would i, how should i, what is the command to, \
    the command to, i have to, we have to, is it possible to, is there a way to, id, be able to, immediately, make sure to";

/// Verbs that ask for a change, in the form in which one orders it. Many of them are nouns as well: "upgrade the
/// switch", but "upgrade status".
const VERBS: &str = "abort, acknowledge, activate, add, adjust, allow, append, apply, approve, assign, attach, ban, \
    bind, bounce, build, cancel, clear, clone, commit, configure, connect, convert, copy, create, deactivate, deauth, \
    deauthenticate, deauthorize, decrease, define, delete, deny, deploy, destroy, detach, disable, disconnect, \
    downgrade, draw, edit, eject, enable, erase, execute, fix, flush, generate, grant, implement, import, increase, \
    insert, install, invite, join, kick, kill, launch, lower, make, merge, migrate, modify, mute, optimize, overwrite, \
    pause, ping, place, prevent, provision, prune, publish, purge, push, put, quarantine, raise, rebalance, rebuild, \
    reconfigure, reduce, register, remove, rename, repair, replace, resolve, restore, resume, revoke, rewrite, rotate, \
    save, send, shutdown, silence, snooze, subscribe, suppress, swap, terminate, throttle, transfer, trigger, tweak, \
    unassign, unblock, unclaim, uninstall, unlock, unmute, unregister, unsubscribe, wipe, write, \
    turn on, turn off, turn up, turn down, switch on, switch off, switch to, switch over, shut off, shut down, shut, \
    power off, power on, power cycle, power down, roll back, roll out, take down, bring up, bring down, tear down, \
    set up, get rid of, log out, sign out, no shut, admin down, \
    ack, adopt, archive, backup, block, blacklist, boost, change, claim, cut, drop, factory reset, \
    force, lock, move, order, patch, permit, authorize, powercycle, reboot, reclaim, release, reload, renew, reset, \
    restart, rollback, run, schedule, set, start, stop, tag, test, tune, unlink, update, upgrade, whitelist, zeroize";

/// What follows such a word where it is a noun.
const OF_NOUNS: &str = "status, state, history, log, event, progress, reason, job, count, schedule, version, result, \
    failure, code, time, trail, report, statistic, stat, queue, window, list, cause, info, information, detail, plan, \
    campaign, activity, record, tracking, trend, timeline, rate, requirement, error, problem, issue, \
    frequency, of, by, made, was, were, is, are, did, happened, last, yesterday, today, in, from, since, \
    during, between, over, per, for";

/// A verb of change at the head of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verb {
    /// How many words it takes, with what stands before it.
    pub(super) end: usize,
    /// Whether it orders a change: "reboot an AP", but not "reboot reasons".
    pub(super) orders: bool,
}

/// The verb of change that a query begins with. "Who changed" and "when did it reboot" begin with none.
pub(super) fn verb(words: &[Word]) -> Option<Verb> {
    let mut place = 0;
    while let Some(end) = phrase(PREFACES, &words[place..]) {
        place += end;
    }
    let end = place + phrase(VERBS, &words[place..])?;
    // By itself it is looked for, and before another noun it is one.
    Some(Verb { end, orders: end < words.len() && phrase(OF_NOUNS, &words[end..]).is_none() })
}

/// How many words the longest of the phrases takes that the words begin with, exactly as they are written.
fn phrase(phrases: &str, words: &[Word]) -> Option<usize> {
    let fits = |phrase: &str| {
        let parts: Vec<_> = phrase.split_whitespace().collect();
        let begins = words.len() >= parts.len()
            && parts.iter().zip(words).all(|(part, word)| {
                word.text == *part || word.text.strip_suffix('s') == Some(part) && phrases == OF_NOUNS
            });
        begins.then_some(parts.len())
    };
    phrases.split(',').map(str::trim).filter_map(fits).max()
}

/// The words of the tables, which are not taken for misspelled ones.
pub(super) fn vocabulary() -> impl Iterator<Item = &'static str> {
    [PREFACES, VERBS, OF_NOUNS]
        .into_iter()
        .flat_map(|table| table.split([',', ' ']))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn orders(query: &str) -> bool {
        verb(&words(query)).is_some_and(|verb| verb.orders)
    }

    #[test]
    fn an_order_to_change_something_is_told_from_a_question() {
        for ordered in [
            "reboot an AP",
            "Please create a WLAN",
            "could you upgrade all switches now",
            "set the power to 12",
            "turn off the radio",
            "how do I disable an SSID",
            "I want to delete the site",
            "run a speed test",
            "block this client",
            "claim the devices",
        ] {
            assert!(orders(ordered), "{ordered}");
        }
        for question in [
            "who changed the WLAN",
            "when did the AP reboot",
            "upgrade status",
            "reboot reasons",
            "blocked clients",
            "changes made yesterday",
            "change history",
            "claim codes",
            "which APs restarted",
            "switch ports",
            "update jobs",
            "how do I find a client",
            "test results",
            "can you show the clients",
            "reboots today",
            "disconnect reasons of clients",
            "join failures",
            "ping",
        ] {
            assert!(!orders(question), "{question}");
        }
    }
}
