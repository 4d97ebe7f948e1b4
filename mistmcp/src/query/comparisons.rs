//! Comparisons in a statement, as far as its tokens tell them ([`pairs`]).

use super::tokens::{SqlToken, calls, closing};
use crate::text::is_any_of;

/// Signs that make an expression of two operands.
const ARITHMETIC: [&str; 10] = ["+", "-", "*", "/", "%", "||", "->", "->>", ".", "&"];
pub(super) const COMPARISONS: [&str; 8] = ["=", "==", "<", "<=", ">", ">=", "<>", "!="];

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand<'a> {
    /// A column, with the table or alias before it.
    Column(Option<&'a str>, &'a str),
    Text(&'a str),
    Number(&'a str),
    /// A function, with its arguments' tokens.
    Call(&'a str, &'a [SqlToken<'a>]),
}

/// A comparison of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison<'a> {
    pub(super) table: Option<&'a str>,
    pub(super) column: &'a str,
    pub(super) operator: &'a str,
    pub(super) other: Operand<'a>,
}

/// Words that are no column.
const KEYWORDS: [&str; 14] = [
    "AND", "OR", "NOT", "WHERE", "ON", "SELECT", "HAVING", "WHEN", "THEN", "ELSE", "CASE", "BETWEEN", "IN",
    "NULL",
];

/// Two operands and the operator that compares them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair<'a> {
    pub(super) left: Operand<'a>,
    pub(super) operator: &'a str,
    pub(super) right: Operand<'a>,
    /// Whether it is one of `<>`, `!=`, `IS NOT`, `NOT LIKE` and so on.
    pub(super) is_negated: bool,
}

/// The comparisons of a column with a column, a literal or a function.
pub(super) fn comparisons<'a>(tokens: &'a [SqlToken<'a>]) -> Vec<Comparison<'a>> {
    let comparison = |Pair { left, operator, right, .. }| match left {
        Operand::Column(table, column) => Some(Comparison { table, column, operator, other: right }),
        _ => None,
    };
    pairs(tokens).into_iter().filter_map(comparison).collect()
}

/// The operands that a statement compares, those of `=`, `<` and the like in both orders.
pub(super) fn pairs<'a>(tokens: &'a [SqlToken<'a>]) -> Vec<Pair<'a>> {
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let (before, after) = (&tokens[..place], &tokens[place + 1..]);
        let without_not = match before {
            [before @ .., not] if not.is_word("NOT") => before,
            before => before,
        };
        let is_not = after.first().is_some_and(|not| token.is_word("IS") && not.is_word("NOT"));
        let is_unequal = token.is_sign("<>") || token.is_sign("!=");
        let is_negated = is_not || is_unequal || without_not.len() < before.len();
        let mut add = |left: Option<Operand<'a>>, operator: &'a str, right: Option<Operand<'a>>| {
            if let (Some(left), Some(right)) = (left, right) {
                found.push(Pair { left, operator, right, is_negated });
            }
        };
        match token {
            SqlToken::Sign(sign) if COMPARISONS.contains(sign) => {
                let (left, right) = (operand_before(before), operand(after));
                add(left, sign, right);
                add(right, mirrored(sign), left);
            }
            SqlToken::Word(word) if token.is_word("LIKE") || token.is_word("GLOB") => {
                add(operand_before(without_not), word, operand(after));
            }
            SqlToken::Word(word) if token.is_word("IS") => {
                add(operand_before(before), word, operand(&after[usize::from(is_not)..]));
            }
            SqlToken::Word(word) if token.is_word("BETWEEN") => {
                let left = operand_before(without_not);
                add(left, word, operand(after));
                let upper = after.iter().position(|token| token.is_word("AND"));
                add(left, word, upper.and_then(|and| operand(&after[and + 1..])));
            }
            SqlToken::Word(word) if token.is_word("IN") => {
                let left = operand_before(without_not);
                for item in listed(after) {
                    add(left, word, Some(item));
                }
            }
            _ => {}
        }
    }
    found
}

/// The operator that says the same with its operands exchanged.
fn mirrored(sign: &str) -> &str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

/// The literals in the parentheses after `IN`, up to a subquery or an expression.
fn listed<'a>(after: &'a [SqlToken<'a>]) -> impl Iterator<Item = Operand<'a>> {
    let list = after.split_first().filter(|(open, _)| open.is_sign("(")).map_or(&[][..], |(_, list)| list);
    let items = &list[..closing(list).unwrap_or(0)];
    let items = items.iter().filter(|item| !item.is_sign(","));
    items.map_while(|item| match item {
        SqlToken::Text(text) => Some(Operand::Text(text)),
        SqlToken::Number(number) => Some(Operand::Number(number)),
        _ => None,
    })
}

/// The columns that stand alone as the first argument of one of these functions: the function, the table or alias, and
/// the column.
pub(super) fn arguments_of<'a>(
    tokens: &'a [SqlToken<'a>],
    functions: &'a [&'static str],
) -> impl Iterator<Item = (&'static str, Option<&'a str>, &'a str)> {
    let known = |name: &str| functions.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    calls(tokens, known).filter_map(|(function, inside)| {
        let (table, column) = alone(inside)?;
        Some((function, table, column))
    })
}

/// The column that stands alone in these tokens, before `AS` where that is there, with the table or alias before it.
fn alone<'a>(tokens: &'a [SqlToken<'a>]) -> Option<(Option<&'a str>, &'a str)> {
    let end = tokens.iter().position(|token| token.is_word("AS")).unwrap_or(tokens.len());
    match &tokens[..end] {
        [column] => Some((None, column_name(column)?)),
        [table, dot, column] if dot.is_sign(".") => Some((Some(table.name()?), column.name()?)),
        _ => None,
    }
}

impl<'a> Operand<'a> {
    /// The column, also as the argument of a function that keeps a text as it is but for its letters or type.
    pub(super) fn wrapped_column(self) -> Option<(Option<&'a str>, &'a str)> {
        const SAME: [&str; 6] = ["lower", "upper", "trim", "ltrim", "rtrim", "cast"];
        match self {
            Self::Column(table, column) => Some((table, column)),
            Self::Call(name, arguments) if is_any_of(name, &SAME) => alone(arguments),
            _ => None,
        }
    }
}

fn column_name<'a>(token: &'a SqlToken<'a>) -> Option<&'a str> {
    token.name().filter(|_| !KEYWORDS.iter().any(|keyword| token.is_word(keyword)))
}

/// The operand that ends these tokens, if it is one as a whole.
pub(super) fn operand_before<'a>(tokens: &'a [SqlToken<'a>]) -> Option<Operand<'a>> {
    let (operand, before) = match tokens {
        [before @ .., SqlToken::Text(text)] => (Operand::Text(text), before),
        [before @ .., SqlToken::Number(number)] => (Operand::Number(number), before),
        [.., close] if close.is_sign(")") => call_before(tokens)?,
        [before @ .., table, dot, column] if dot.is_sign(".") => {
            (Operand::Column(Some(table.name()?), column.name()?), before)
        }
        [before @ .., name] => (Operand::Column(None, column_name(name)?), before),
        [] => return None,
    };
    (!before.last().is_some_and(is_arithmetic)).then_some(operand)
}

/// The operand at the begin of these tokens, if it is one as a whole.
pub(super) fn operand<'a>(tokens: &'a [SqlToken<'a>]) -> Option<Operand<'a>> {
    let (operand, rest) = match tokens {
        [SqlToken::Text(text), rest @ ..] => (Operand::Text(text), rest),
        [SqlToken::Number(number), rest @ ..] => (Operand::Number(number), rest),
        [table, dot, column, rest @ ..] if dot.is_sign(".") => {
            (Operand::Column(Some(table.name()?), column.name()?), rest)
        }
        [SqlToken::Word(name), open, rest @ ..] if open.is_sign("(") => {
            let length = closing(rest)?;
            (Operand::Call(name, &rest[..length]), &rest[length + 1..])
        }
        [name, rest @ ..] => (Operand::Column(None, column_name(name)?), rest),
        [] => return None,
    };
    (!rest.first().is_some_and(is_arithmetic)).then_some(operand)
}

/// The function whose closing parenthesis ends these tokens, and the tokens before it.
fn call_before<'a>(tokens: &'a [SqlToken<'a>]) -> Option<(Operand<'a>, &'a [SqlToken<'a>])> {
    let mut depth = 0_i32;
    let open = tokens.iter().rposition(|token| {
        depth -= token.depth_change();
        depth == 0
    })?;
    match &tokens[..open] {
        [before @ .., SqlToken::Word(name)] => {
            Some((Operand::Call(name, tokens.get(open + 1..tokens.len() - 1)?), before))
        }
        _ => None,
    }
}

fn is_arithmetic(token: &SqlToken<'_>) -> bool {
    matches!(token, SqlToken::Sign(sign) if ARITHMETIC.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn comparisons_have_a_column_and_its_other_side() {
        let found = |sql: &str| {
            let tokens = tokens(sql);
            comparisons(&tokens)
                .into_iter()
                .map(|found| format!("{} {} {:?}", found.column, found.operator, found.other))
                .collect::<Vec<_>>()
        };
        for (sql, wanted) in [
            ("WHERE a.mac = 'x'", &["mac = Text(\"x\")"][..]),
            ("ON x.mac=y.id", &["mac = Column(Some(\"y\"), \"id\")", "id = Column(Some(\"x\"), \"mac\")"]),
            ("WHERE 5 < band", &["band > Number(\"5\")"]),
            ("WHERE 5 <= band", &["band >= Number(\"5\")"]),
            ("WHERE lower(a) = \"b.c\"", &["b.c = Call(\"lower\", [Word(\"a\")])"]),
            ("WHERE t NOT BETWEEN '1' AND '2'", &["t BETWEEN Text(\"1\")", "t BETWEEN Text(\"2\")"]),
            ("WHERE t IN ('1', 2)", &["t IN Text(\"1\")", "t IN Number(\"2\")"]),
            ("WHERE t IN (SELECT 'x' FROM a)", &[]),
            ("WHERE t > date('now')", &["t > Call(\"date\", [Text(\"now\")])"]),
            ("WHERE a + b > 'x' AND c = d || 'x' AND NOT (f(a)) = 1", &[]),
            ("= = ) = ( IN BETWEEN", &[]),
        ] {
            assert_eq!(found(sql), wanted, "{sql}");
        }
    }
}
