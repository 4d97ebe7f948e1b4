//! Printing of a [`Score`].

use mistmcp_demo::Half;

use super::Score;

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(super) fn print_score(half: Half, score: &Score, misses: bool) {
    println!("{}: {} incidents", half.name(), score.asked + score.without_tool.values().sum::<usize>());
    for (tool, count) in &score.without_tool {
        println!("  {count:>4} of them ask {tool}, which does not exist yet");
    }
    if score.asked == 0 {
        return;
    }
    println!("  first finding right      {}", share(score.first, score.asked));
    println!("  among the first three    {}", share(score.among_three, score.asked));
    for (name, costs, calls) in
        [("an answer", &score.answers, "calls to Mist"), ("by raw tools", &score.raw_tools, "calls of tools")]
    {
        println!("  {name}");
        println!("    {calls:<22} {}", spread(costs.iter().map(|cost| cost.calls)));
        if name == "an answer" {
            println!("    {:<22} {}", "at one place", spread(score.calls_at_one_place.iter().copied()));
        }
        println!("    {:<22} {}", "tokens (o200k)", spread(costs.iter().map(|cost| cost.tokens)));
        let milliseconds = costs.iter().map(|cost| usize::try_from(cost.milliseconds).unwrap_or(usize::MAX));
        println!("    {:<22} {}", "milliseconds", spread(milliseconds));
    }
    let alarms = &score.false_alarms;
    println!("  false alarms");
    println!("    the same trouble where there is none      {}", alarms.without_trouble.len());
    println!("    kinds of critical findings without any    {}", alarms.critical.len());
    println!("    of an empty organization or empty sites   {}", alarms.of_nothing.len());
    if misses {
        println!("  not right at once");
        for miss in &score.misses {
            println!("    {miss}");
        }
        println!("  false alarms");
        for name in &alarms.without_trouble {
            println!("    {name}: found in the untouched network as well");
        }
        for (finding, count) in &alarms.critical {
            println!("    {finding}: critical in the untouched network, {count} times");
        }
        for false_alarm in &alarms.of_nothing {
            println!("    {false_alarm}");
        }
        for told in &score.undocumented {
            println!("    {told}, which its FINDS does not have");
        }
    }
}

fn share(part: usize, whole: usize) -> String {
    format!("{part} of {whole}, {} %", 100 * part / whole.max(1))
}

/// The middle one and the most.
fn spread(numbers: impl Iterator<Item = usize>) -> String {
    let mut numbers = numbers.collect::<Vec<_>>();
    numbers.sort_unstable();
    let middle = numbers.get(numbers.len() / 2).copied().unwrap_or_default();
    format!("median {middle}, most {}", numbers.last().copied().unwrap_or_default())
}
