//! List of API tokens of one connection ([`Tokens`]).

use super::Token;
use crate::placeholder::is_enclosed;

/// One API token, or several that are used in rotation.
#[derive(Clone, Debug)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// Parses a comma-separated list of tokens.
    ///
    /// # Errors
    /// Which token is invalid, and why. The message contains no token.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = if is_enclosed(text.trim()) { vec![text] } else { text.split(',').collect() };
        let token = |(place, part): (usize, &&str)| {
            Token::new(part).map_err(|problem| match parts.len() {
                1 => problem.to_owned(),
                _ => problem.replacen("the token", &format!("the {} token", ordinal(place + 1)), 1),
            })
        };
        let mut tokens: Vec<Token> = Vec::with_capacity(parts.len());
        for token in parts.iter().enumerate().map(token) {
            let token = token?;
            if !tokens.iter().any(|known| known.is(&token)) {
                tokens.push(token);
            }
        }
        Ok(Self(tokens))
    }

    /// The tokens.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Token> {
        self.0.iter()
    }

    /// The texts of the tokens, to be masked only.
    pub(crate) fn exposed(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Token::expose)
    }

    pub(super) fn into_vec(self) -> Vec<Token> {
        self.0
    }
}

impl From<Token> for Tokens {
    fn from(token: Token) -> Self {
        Self(vec![token])
    }
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stand_between_commas_and_each_counts_once() {
        assert_eq!(Tokens::parse("one").unwrap().into_vec().len(), 1);
        assert_eq!(Tokens::parse(" one , two,one\n").unwrap().into_vec().len(), 2);
    }

    #[test]
    fn an_invalid_token_is_named_by_position_and_not_quoted() {
        for (text, place) in [
            ("s3cret-1,s3cret 2", "2nd"),
            ("a,b,s3\ncret", "3rd"),
            ("s3cret,${TOKEN}", "2nd"),
            ("Token s3cret,b", "1st"),
            (",b", "1st"),
            ("a,,b", "2nd"),
            ("a,", "2nd"),
        ] {
            let problem = Tokens::parse(text).unwrap_err();
            assert!(problem.starts_with(&format!("the {place} token ")), "{text:?}: {problem}");
            assert!(!problem.contains("s3"), "{problem}");
        }
        let problem = Tokens::parse("<your token, from the portal>").unwrap_err();
        assert!(problem.starts_with("the token is a placeholder, a reference"), "{problem}");
        let problem = Tokens::parse("alone and broken").unwrap_err();
        assert!(problem.starts_with("the token "), "{problem}");
    }

    #[test]
    fn ordinals_have_english_suffixes() {
        let spoken = [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(ordinal).join(" ");
        assert_eq!(spoken, "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th");
    }
}
