use http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use secrecy::{ExposeSecret, SecretString};

use super::rejection::Rejection;
use crate::key::same;
use crate::{Token, Tokens};

const X_AUTHORIZATION: HeaderName = HeaderName::from_static("x-authorization");

/// Which client a request is from, and with which token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    /// What every client has to know, where the operator asks for it.
    pub(crate) client_token: Option<SecretString>,
    /// The tokens of clients that bring none: the demo's, or the operator's own where they are shared.
    pub(crate) shared: Option<Tokens>,
}

/// What a request calls Mist with.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) tokens: Tokens,
    /// They are not the client's own.
    pub(super) shared: bool,
}

impl Credentials {
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<Admitted, Rejection> {
        let own = presented(headers, &X_AUTHORIZATION)?;
        let bearer = presented(headers, &AUTHORIZATION)?;
        let token = match &self.client_token {
            None => own.or(bearer),
            Some(secret) => {
                let knows = |text: &Option<String>| {
                    text.as_ref().is_some_and(|text| same(text, secret.expose_secret()))
                };
                match (knows(&bearer), knows(&own)) {
                    (true, true) => None,
                    (true, false) => own,
                    (false, true) => bearer,
                    (false, false) => {
                        return Err(Rejection::unauthorized(
                            "This server asks for its client token: send it as `Authorization: Bearer …`. Whoever \
                             runs the server knows it.",
                        ));
                    }
                }
            }
        };
        match (token, &self.shared) {
            (Some(text), _) => {
                let token = Token::new(&text).map_err(|problem| {
                    Rejection::unauthorized(format!("The API token in the header cannot be used: {problem}."))
                })?;
                Ok(Admitted { tokens: token.into(), shared: false })
            }
            (None, Some(tokens)) => Ok(Admitted { tokens: tokens.clone(), shared: true }),
            (None, None) => Err(Rejection::unauthorized(
                "No Mist API token: send it as `X-Authorization: <token>` or `Authorization: Bearer <token>`. It is \
                 made in the Mist portal, under Organization > Settings > API Token, or My Account.",
            )),
        }
    }
}

/// The token in a header, without its scheme.
fn presented(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Rejection> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Rejection::request(format!(
            "The header `{name}` is there twice, so whose request it is cannot be told."
        )));
    }
    // The value itself is repeated nowhere.
    let text = value.to_str().map_err(|_| {
        Rejection::unauthorized(format!(
            "The header `{name}` holds no token that can be read: it is no ASCII."
        ))
    })?;
    let text = text.trim();
    let (scheme, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let token = if ["bearer", "token"].contains(&scheme.to_ascii_lowercase().as_str()) {
        rest.trim()
    } else if *name == X_AUTHORIZATION || text.is_empty() {
        text
    } else {
        return Err(Rejection::unauthorized("`Authorization` takes `Bearer <token>` or `Token <token>`."));
    };
    Ok(Some(token.to_owned()).filter(|token| !token.is_empty()))
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use http::{HeaderName, HeaderValue, StatusCode};

    use super::*;

    const SECRET: &str = "client-secret";

    fn admit(credentials: &Credentials, headers: &[(&str, &str)]) -> Result<(String, bool), StatusCode> {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        });
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        let admitted = credentials.admit(&map).map_err(|refusal| refusal.into_response().status())?;
        let tokens: Vec<_> = admitted.tokens.iter().map(Token::expose).collect();
        Ok((tokens.join(","), admitted.shared))
    }

    fn credentials(client_token: bool, shared: bool) -> Credentials {
        Credentials {
            client_token: client_token.then(|| SECRET.into()),
            shared: shared.then(|| Tokens::parse("operators").unwrap()),
        }
    }

    const REFUSED: Result<(String, bool), StatusCode> = Err(StatusCode::UNAUTHORIZED);

    #[test]
    fn a_token_comes_in_either_header() {
        let open = credentials(false, false);
        for headers in [
            [("x-authorization", "abc")],
            [("X-Authorization", " Token abc ")],
            [("authorization", "Bearer abc")],
            [("authorization", "token  abc")],
        ] {
            assert_eq!(admit(&open, &headers), Ok(("abc".into(), false)), "{headers:?}");
        }
        // A proxy may have put its own into `Authorization`.
        let both = [("authorization", "Bearer proxy"), ("x-authorization", "abc")];
        assert_eq!(admit(&open, &both), Ok(("abc".into(), false)));
    }

    #[test]
    fn without_a_token_nobody_is_let_in() {
        let open = credentials(false, false);
        for headers in [
            &[][..],
            &[("x-authorization", "")],
            &[("authorization", "Bearer ")],
            &[("authorization", "Token")],
            &[("x-authorization", "Bearer ")],
            &[("x-authorization", "token")],
            &[("x-authorization", "${MIST_APITOKEN}")],
            &[("authorization", "Bearer ${input:mist-token}")],
            &[("authorization", "Bearer Token abc")],
            &[("x-authorization", "Authorization: Token abc")],
            &[("x-authorization", "null")],
            &[("authorization", "Basic YTpi")],
            &[("authorization", "abc")],
            &[("x-authorization", "a b c")],
        ] {
            assert_eq!(admit(&open, headers), REFUSED, "{headers:?}");
        }
        let twice = [("x-authorization", "a"), ("x-authorization", "b")];
        assert_eq!(admit(&open, &twice), Err(StatusCode::BAD_REQUEST));
    }

    #[test]
    fn a_shared_token_is_for_those_who_bring_none() {
        let shared = credentials(false, true);
        assert_eq!(admit(&shared, &[]), Ok(("operators".into(), true)));
        assert_eq!(admit(&shared, &[("x-authorization", "Bearer ")]), Ok(("operators".into(), true)));
        assert_eq!(admit(&shared, &[("x-authorization", "abc")]), Ok(("abc".into(), false)));
        // A client that has one in mind is not served with another.
        assert_eq!(admit(&shared, &[("x-authorization", "$MIST_APITOKEN")]), REFUSED);
    }

    #[test]
    fn a_client_token_is_asked_for_before_anything_else() {
        let bearer = ("authorization", "Bearer client-secret");
        let own = ("x-authorization", "abc");
        let guarded = credentials(true, true);
        assert_eq!(admit(&guarded, &[]), REFUSED);
        assert_eq!(admit(&guarded, &[own]), REFUSED);
        assert_eq!(admit(&guarded, &[("authorization", "Bearer client-secre")]), REFUSED);
        assert_eq!(admit(&guarded, &[bearer]), Ok(("operators".into(), true)));
        assert_eq!(admit(&guarded, &[("x-authorization", SECRET)]), Ok(("operators".into(), true)));
        assert_eq!(admit(&guarded, &[bearer, own]), Ok(("abc".into(), false)));
        assert_eq!(admit(&credentials(true, false), &[bearer]), REFUSED);
        assert_eq!(admit(&credentials(true, false), &[bearer, own]), Ok(("abc".into(), false)));
    }
}
