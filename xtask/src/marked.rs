//! A part of a page that is generated, between two comments. The rest of the page is written by people.

use anyhow::{Context, Result};

/// The page, with `content` where its comments say that `name` is.
pub(crate) fn replace(page: &str, name: &str, content: &str) -> Result<String> {
    let begin = format!("<!-- {name}: written by `cargo xtask generate` -->\n");
    let end = format!("<!-- end of {name} -->\n");
    let lacks = |comment: &str| format!("the line `{}` is missing; put it back", comment.trim_end());
    let (before, rest) = page.split_once(&begin).with_context(|| lacks(&begin))?;
    let (_, after) = rest.split_once(&end).with_context(|| lacks(&end))?;
    Ok(format!("{before}{begin}\n{}\n\n{end}{after}", content.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "above\n<!-- x: written by `cargo xtask generate` -->\nold\n<!-- end of x -->\nbelow\n";

    #[test]
    fn only_what_is_between_the_comments_changes_and_a_second_time_nothing() {
        let page = replace(PAGE, "x", "new\n").unwrap();
        assert!(page.starts_with("above\n") && page.ends_with("\nbelow\n"), "{page}");
        assert!(page.contains("\n\nnew\n\n") && !page.contains("old"), "{page}");
        assert_eq!(replace(&page, "x", "new").unwrap(), page);
    }

    #[test]
    fn a_page_without_the_comments_is_refused_with_the_line_that_it_lacks() {
        for page in ["above\n", "<!-- x: written by `cargo xtask generate` -->\nold\n"] {
            let error = replace(page, "x", "new").unwrap_err().to_string();
            assert!(error.starts_with("the line `<!-- ") && error.ends_with("; put it back"), "{error}");
        }
    }
}
