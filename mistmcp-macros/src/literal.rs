//! Literals of attributes.

use syn::{Expr, ExprGroup, ExprLit, Lit};

/// The literal that an expression is. One that came through a `macro_rules!` is in an invisible group.
pub(crate) fn of(expression: &Expr) -> Option<&Lit> {
    match expression {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        Expr::Group(ExprGroup { expr, .. }) => of(expr),
        _ => None,
    }
}
