//! Parts of a token in a text, also in base64 or hexadecimal encoding ([`has_part`]), and parts of any JWT
//! ([`has_encoded_object`]).

use std::collections::HashSet;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// So many characters in common are no coincidence.
const PART: usize = 16;
/// A shorter token protects nothing.
const SHORTEST: usize = 8;

/// Text without its end can be decoded.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a text has a part of a token in it: as it stands, in another letter case, in base64 or in hexadecimal encoding.
pub(crate) fn has_part(text: &str, token: &str) -> bool {
    if token.len() < SHORTEST {
        return false;
    }
    let size = token.len().min(PART);
    let mut texts: Vec<Vec<u8>> = decoded_hexadecimal(text).chain(decoded_base64(text)).collect();
    texts.push(text.into());
    for text in &mut texts {
        text.make_ascii_lowercase();
    }
    let parts: HashSet<&[u8]> = texts.iter().flat_map(|text| text.windows(size)).collect();
    token.to_ascii_lowercase().as_bytes().windows(size).any(|part| parts.contains(part))
}

/// Whether a text has a JSON object in base64 in it, as the header and the claims of a JWT are, and the header of a JWE.
pub(crate) fn has_encoded_object(text: &str) -> bool {
    decoded_base64(text).any(|bytes| {
        // Three bytes are four characters: the object begins with one of those.
        let starts = (0..bytes.len()).step_by(3).filter(|start| bytes[*start] == b'{');
        let object = |start: usize| serde_json::from_slice::<Map<String, Value>>(&bytes[start..]).ok();
        starts.filter_map(object).any(|object| !object.is_empty())
    })
}

/// What stands in a text in base64, for each place where it may begin.
fn decoded_base64(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let runs = text.as_bytes().split(move |byte| !is_digit(byte)).filter(|run| run.len() >= SHORTEST);
    runs.flat_map(|run| {
        let run: Vec<u8> = run
            .iter()
            .map(|byte| match byte {
                b'+' => b'-',
                b'/' => b'_',
                byte => *byte,
            })
            .collect();
        (0..4).filter_map(move |start| {
            let run = &run[start..];
            // A single character behind the last group encodes no byte.
            BASE64.decode(&run[..run.len() - usize::from(run.len() % 4 == 1)]).ok()
        })
    })
}

/// What stands in a text in hexadecimal digits, for each place where it may begin.
fn decoded_hexadecimal(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let runs =
        text.as_bytes().split(|byte| !byte.is_ascii_hexdigit()).filter(|run| run.len() >= 2 * SHORTEST);
    runs.flat_map(|run| {
        (0..2).map(|start| {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let byte = |pair: &[u8; 2]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
            run[start..].as_chunks().0.iter().filter_map(byte).collect()
        })
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.Zk3v9QpLr7TtYyUuIiOoPpAaSsDdFfGg-_Zk";

    #[test]
    fn a_part_of_a_token_is_found_in_every_encoding_and_place() {
        let signature = &TOKEN[TOKEN.len() - 34..];
        for part in [TOKEN, &TOKEN[..40], &TOKEN[21..], signature, &signature[5..25], &TOKEN.to_uppercase()] {
            for before in ["", "x", "ab", "abc", "Token ", "a,"] {
                let text = format!("{before}{part}{before}");
                for text in [
                    text.clone(),
                    STANDARD.encode(&text),
                    URL_SAFE_NO_PAD.encode(&text),
                    format!("x{}", STANDARD.encode(&text)),
                    text.bytes().fold("0".to_owned(), |all, byte| format!("{all}{byte:02X}")),
                    text.bytes().fold(String::new(), |all, byte| format!("{all}{byte:02x}")),
                ] {
                    assert!(has_part(&text, TOKEN), "{text}");
                }
            }
        }
        for text in
            ["", "x", "Zk3v9QpLr7TtYyU", "0f2c9b57a1d84e36b0c7f5a92d18e643a", "a-m1st-t0ken-4Fq8xYt2Lm0p"]
        {
            assert!(!has_part(text, TOKEN), "{text}");
        }
        assert!(has_part("x-sh0rt-t0ken", "sh0rt-t0ken") && !has_part("the name", "name"));
    }

    #[test]
    fn parts_of_any_jwt_and_jwe_are_found_by_their_json() {
        let jwe = |header: &str| format!("{}.key.iv.text.tag", URL_SAFE_NO_PAD.encode(header));
        for text in [
            TOKEN.to_owned(),
            format!("x{TOKEN}"),
            format!("abc_{TOKEN}"),
            format!("t0ken,{TOKEN}"),
            TOKEN[..41].to_owned(),
            TOKEN[21..].to_owned(),
            TOKEN.replace('.', "=."),
            jwe(r#"{"alg":"dir","enc":"A128GCM"}"#),
            jwe("{ \"enc\": \"A128GCM\", \"alg\": \"dir\" }"),
            jwe("{\n\t\"alg\": \"dir\"\n}"),
            STANDARD.encode(r#"{"alg":"ES256","kid":"?>?>ÿÿ~~"}"#),
        ] {
            assert!(has_encoded_object(&text), "{text}");
        }
        for text in
            ["", "eyJ", "e30", "xe30", "eyJhbGciOiJFUzI1NiIsInR5", "a-m1st-t0ken-4Fq8xYt2Lm0p", "{\"a\":1}"]
        {
            assert!(!has_encoded_object(text), "{text}");
        }
        // Each brace is tried, up to the first mistake behind it.
        for text in ["eyJh", "eyJ7", "eyI6ey", "e30se30s"] {
            assert!(!has_encoded_object(&text.repeat(16_000)), "{text}");
        }
    }
}
