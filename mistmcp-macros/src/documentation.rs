//! Descriptions from doc comments.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::diagnostics::Diagnostics;

/// The text of the doc comments among `attributes`: lines of a paragraph joined, paragraphs a line each.
/// Empty where there is none.
pub(crate) fn text(attributes: &[Attribute]) -> String {
    let mut paragraphs = vec![String::new()];
    for line in attributes.iter().filter_map(written).flat_map(|text| lines(&text)) {
        match paragraphs.last_mut() {
            Some(last) if line.is_empty() && !last.is_empty() => paragraphs.push(String::new()),
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(&line);
            }
            _ => {}
        }
    }
    paragraphs.join("\n").trim_end().to_owned()
}

/// The text of `#[brief = "…"]` among `attributes`: the description in fewer words, for the model.
pub(crate) fn brief(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Option<String> {
    let mut briefs = attributes.iter().filter(|attribute| attribute.path().is_ident("brief"));
    let brief = briefs.next()?;
    if let Some(second) = briefs.next() {
        diagnostics.report(&second.meta, "a description is shortened once: remove one of the two");
    }
    let text = match &brief.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    if text.trim().is_empty() {
        diagnostics
            .report(&brief.meta, "a short description is a text: write `#[brief = \"End of the window\"]`");
        return None;
    }
    Some(text)
}

/// The lines of a doc comment, without the stars that those of a `/** … */` may begin with. Where text stands in the first
/// line, stars below it are a list.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.split('\n').map(str::trim).collect();
    if let [first, rest @ ..] = lines.as_mut_slice()
        && first.is_empty()
        && rest.iter().all(|line| line.is_empty() || line.starts_with('*'))
    {
        for line in rest {
            let text: &str = line;
            *line = text.strip_prefix('*').unwrap_or(text).trim_start();
        }
    }
    lines.into_iter().map(str::to_owned).collect()
}

fn written(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn lines_are_joined_and_paragraphs_kept_apart() {
        let item: syn::ItemStruct = parse_quote! {
            ///
            /// Of a site,
            ///   or of several.
            ///
            ///
            /// #[allow] is text here.
            #[allow(dead_code)]
            #[doc(hidden)]
            ///
            struct Documented;
        };
        assert_eq!(text(&item.attrs), "Of a site, or of several.\n#[allow] is text here.");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn a_block_is_read_as_lines_are() {
        let item: syn::ItemEnum = parse_quote! {
            enum Documented {
                /**
                 * Of a site,
                 *   or of several.
                 *
                 * A second one.
                 */
                Stars,
                /** Of a site,
                    or of several.

                    A second one. */
                Plain,
                #[doc = "Of a site,\nor of several.\n\nA second one."]
                Attribute,
                /** Of a site, */
                /// or of several.
                ///
                /// A second one.
                Mixed,
            }
        };
        for variant in &item.variants {
            assert_eq!(text(&variant.attrs), "Of a site, or of several.\nA second one.", "{}", variant.ident);
        }
        let bullets: syn::ItemStruct = parse_quote! {
            /// * one
            #[doc = "* two\n* three"]
            #[doc = "and:\n* four"]
            struct Bullets;
        };
        assert_eq!(text(&bullets.attrs), "* one * two * three and: * four");
    }
}
