//! Authentication of HTTP requests: [`Credentials`] checks the client token, and selects the Mist API token.

use http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use secrecy::{ExposeSecret, SecretString};

use super::rejection::Rejection;
use crate::key::constant_time_eq;
use crate::known_tokens::{X_AUTHORIZATION, has_part};
use crate::{Token, Tokens};

/// The longest Mist token of a client, in bytes. Those of Mist have 65. The mask of a token takes some dozen times its
/// length, as long as the session.
const MAX_TOKEN_BYTES: usize = 512;

/// The authentication policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credentials {
    /// The client token that every client must send, if the operator has set one.
    pub(crate) client_token: Option<SecretString>,
    /// The Mist API tokens of clients that send none: those of the demo, or the ones that the operator shares.
    pub(crate) shared: Option<Tokens>,
}

/// The Mist API tokens for a request.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) tokens: Tokens,
    /// Whether they are shared, and not the client's own.
    pub(super) shared: bool,
}

impl Credentials {
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<Admitted, Rejection> {
        let mist_token = presented(headers, &X_AUTHORIZATION)?;
        let bearer = presented(headers, &AUTHORIZATION)?;
        let token = match &self.client_token {
            None => mist_token.or(bearer),
            Some(secret) => {
                let is_client_token = |text: &Option<String>| {
                    text.as_ref().is_some_and(|text| constant_time_eq(text, secret.expose_secret()))
                };
                match (is_client_token(&bearer), is_client_token(&mist_token)) {
                    (true, true) => None,
                    (true, false) => mist_token,
                    (false, true) => bearer,
                    (false, false) => {
                        return Err(self.without_client_token(bearer.as_deref(), mist_token.as_deref()));
                    }
                }
            }
        };
        match (token, &self.shared) {
            (Some(text), _) => {
                let is_client_token = |secret: &SecretString| has_part(&text, secret.expose_secret());
                let token = one(&text).and_then(|token| match &self.client_token {
                    Some(secret) if is_client_token(secret) => {
                        Err("the token has the client token in it, which is not sent to Mist")
                    }
                    _ => Ok(token),
                });
                let token = token.map_err(|problem| {
                    Rejection::unauthorized(format!("The API token in the header cannot be used: {problem}."))
                })?;
                Ok(Admitted { tokens: token.into(), shared: false })
            }
            (None, Some(tokens)) => Ok(Admitted { tokens: tokens.clone(), shared: true }),
            (None, None) => {
                let place = match self.client_token {
                    Some(_) => {
                        "`X-Authorization: <token>`, beside `Authorization` with this server's client token"
                    }
                    None => "`X-Authorization: <token>` or `Authorization: Bearer <token>`",
                };
                Err(Rejection::unauthorized(format!(
                    "No Mist API token: send it as {place}. It is made in the Mist portal, under Organization > Settings > \
                     API Token, or My Account."
                )))
            }
        }
    }

    /// The rejection of a client without the client token, with what is wrong in the header that should hold it.
    fn without_client_token(&self, bearer: Option<&str>, mist_token: Option<&str>) -> Rejection {
        let presented = [("Authorization", bearer), ("X-Authorization", mist_token)];
        let cause = presented.into_iter().find_map(|(name, text)| {
            let problem = Token::new(text?).err()?;
            Some(format!(" What `{name}` holds cannot be used: {problem}."))
        });
        let own = match self.shared {
            Some(_) => "",
            None => ", and a Mist API token of your own as `X-Authorization`",
        };
        Rejection::unauthorized(format!(
            "This server asks for its client token: send it as `Authorization: Bearer …`{own}. The operator of the server has \
             the client token.{}",
            cause.unwrap_or_default()
        ))
    }
}

/// The Mist API tokens that a client sends beside an access token, which has authenticated it: another sign-in would
/// change nothing.
pub(super) fn own_token(headers: &HeaderMap) -> Result<Option<Tokens>, Rejection> {
    let invalid = |rejection: Rejection| Rejection::request(rejection.to_string());
    let Some(text) = presented(headers, &X_AUTHORIZATION).map_err(invalid)? else { return Ok(None) };
    one(&text).map(|token| Some(token.into())).map_err(|problem| {
        Rejection::request(format!("The API token in `X-Authorization` cannot be used: {problem}."))
    })
}

/// The one token that a client sends. Only the operator's may be several.
fn one(text: &str) -> Result<Token, &'static str> {
    if text.len() > MAX_TOKEN_BYTES {
        return Err(
            "the token has more than 512 bytes, and those of Mist have fewer: send a Mist API token, and nothing else",
        );
    }
    let token = Token::new(text)?;
    if text.contains(',') { Err("the token is a list with commas: send one token") } else { Ok(token) }
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
    // The error must not repeat the value.
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
        let admitted = credentials.admit(&map).map_err(|rejection| rejection.into_response().status())?;
        let tokens: Vec<_> = admitted.tokens.iter().map(Token::expose).collect();
        Ok((tokens.join(","), admitted.shared))
    }

    fn credentials(client_token: bool, shared: bool) -> Credentials {
        Credentials {
            client_token: client_token.then(|| SECRET.into()),
            shared: shared.then(|| Tokens::parse("operators").unwrap()),
        }
    }

    const UNAUTHORIZED: Result<(String, bool), StatusCode> = Err(StatusCode::UNAUTHORIZED);

    #[test]
    fn a_token_is_read_from_either_header() {
        let open = credentials(false, false);
        for headers in [
            [("x-authorization", "abc")],
            [("X-Authorization", " Token abc ")],
            [("authorization", "Bearer abc")],
            [("authorization", "token  abc")],
        ] {
            assert_eq!(admit(&open, &headers), Ok(("abc".into(), false)), "{headers:?}");
        }
        // A proxy may have set `Authorization` to its own token.
        let both = [("authorization", "Bearer proxy"), ("x-authorization", "abc")];
        assert_eq!(admit(&open, &both), Ok(("abc".into(), false)));
    }

    #[test]
    fn a_request_without_a_usable_token_is_rejected() {
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
            &[("x-authorization", "one-t0ken,another-t0ken")],
            &[("authorization", "Bearer one-t0ken,")],
            &[("authorization", "Token one-t0ken, another-t0ken")],
        ] {
            assert_eq!(admit(&open, headers), UNAUTHORIZED, "{headers:?}");
        }
        let token = |length: usize| "Zk3v9QpLr7TtYyUu".repeat(length.div_ceil(16))[..length].to_owned();
        for length in [MAX_TOKEN_BYTES + 1, 30_000] {
            let bearer = format!("Bearer {}", token(length));
            assert_eq!(admit(&open, &[("authorization", &bearer)]), UNAUTHORIZED, "{length}");
            assert_eq!(admit(&open, &[("x-authorization", &bearer)]), UNAUTHORIZED, "{length}");
        }
        let longest = token(MAX_TOKEN_BYTES);
        assert_eq!(admit(&open, &[("x-authorization", &longest)]), Ok((longest.clone(), false)));
        let twice = [("x-authorization", "a"), ("x-authorization", "b")];
        assert_eq!(admit(&open, &twice), Err(StatusCode::BAD_REQUEST));
    }

    #[test]
    fn a_shared_token_is_for_clients_that_send_none() {
        let shared = credentials(false, true);
        assert_eq!(admit(&shared, &[]), Ok(("operators".into(), true)));
        assert_eq!(admit(&shared, &[("x-authorization", "Bearer ")]), Ok(("operators".into(), true)));
        assert_eq!(admit(&shared, &[("x-authorization", "abc")]), Ok(("abc".into(), false)));
        // A client that tried to send a token does not get the shared one.
        assert_eq!(admit(&shared, &[("x-authorization", "$MIST_APITOKEN")]), UNAUTHORIZED);
    }

    #[test]
    fn a_missing_client_token_is_rejected_first() {
        let bearer = ("authorization", "Bearer client-secret");
        let mist_token = ("x-authorization", "abc");
        let guarded = credentials(true, true);
        assert_eq!(admit(&guarded, &[]), UNAUTHORIZED);
        assert_eq!(admit(&guarded, &[mist_token]), UNAUTHORIZED);
        assert_eq!(admit(&guarded, &[("authorization", "Bearer client-secre")]), UNAUTHORIZED);
        assert_eq!(admit(&guarded, &[bearer]), Ok(("operators".into(), true)));
        assert_eq!(admit(&guarded, &[("x-authorization", SECRET)]), Ok(("operators".into(), true)));
        assert_eq!(admit(&guarded, &[bearer, mist_token]), Ok(("abc".into(), false)));
        for text in ["xclient-secret", "client-secretabc", "Y2xpZW50LXNlY3JldA", "CLIENT-SECRET"] {
            assert_eq!(admit(&guarded, &[bearer, ("x-authorization", text)]), UNAUTHORIZED, "{text}");
        }
        assert_eq!(admit(&credentials(true, false), &[bearer]), UNAUTHORIZED);
        assert_eq!(admit(&credentials(true, false), &[bearer, mist_token]), Ok(("abc".into(), false)));
    }
}
