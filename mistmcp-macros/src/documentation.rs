use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of the `///` lines among `attributes`: lines of a paragraph joined, paragraphs a line each.
/// Empty where there is none.
pub(crate) fn text(attributes: &[Attribute]) -> String {
    let mut paragraphs = vec![String::new()];
    for line in attributes.iter().filter_map(line) {
        let line = line.trim();
        match paragraphs.last_mut() {
            Some(last) if line.is_empty() && !last.is_empty() => paragraphs.push(String::new()),
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(line);
            }
            _ => {}
        }
    }
    paragraphs.join("\n").trim_end().to_owned()
}

fn line(attribute: &Attribute) -> Option<String> {
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
}
