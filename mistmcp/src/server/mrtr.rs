//! Multi-round-trip requests: [`MultiRoundTrip`], and their signed `requestState`.

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;
use rmcp::model::{
    CallToolRequestParams, ErrorData, InputRequest, InputRequiredResult, RequestStateCodec,
    RequestStateError, SealOptions,
};
use serde_json::{Value, json};

use crate::call::ClientRequest;
use crate::error::ErrorKind;
use crate::key::Key;
use crate::mist::Connection;
use crate::{Error, Result, Token};

/// How long a client may take for the responses of a round.
const STATE_TTL: Duration = Duration::from_hours(1);

/// A stateless tool call that needs input from the client. The client calls again with the responses to the requests
/// that the last round returned. Responses of earlier rounds are in the signed `requestState`, so that any replica
/// can continue.
#[derive(Debug)]
pub(super) struct MultiRoundTrip {
    responses: BTreeMap<String, Value>,
    codec: RequestStateCodec,
    context: Vec<u8>,
    round: Mutex<Round>,
}

#[derive(Debug, Default)]
struct Round {
    answered: BTreeMap<String, Value>,
    requested: BTreeMap<String, InputRequest>,
}

impl MultiRoundTrip {
    /// Reads the responses and the `requestState` of a call. Servers with the same key continue each other's calls.
    ///
    /// # Errors
    /// The `requestState` was not issued to this client for this call, or has expired.
    pub(super) fn read(
        request: &CallToolRequestParams,
        connection: &Connection,
        key: &Key,
    ) -> Result<Self, ErrorData> {
        let codec = RequestStateCodec::new_unchecked(key.hash(["requestState"]));
        let context = context(key, connection, request);
        let mut responses = BTreeMap::new();
        if let Some(state) = &request.request_state {
            let opened = codec.open_json_with(state, &context);
            responses = opened.map_err(|error| {
                let problem = match error {
                    RequestStateError::Expired => {
                        "`requestState` has expired: its responses came more than an hour later. Call anew without it."
                    }
                    _ => {
                        "`requestState` is not what this server gave for this call: send it as it came, with the same \
                         arguments, or call anew without it."
                    }
                };
                ErrorData::invalid_params(problem, None)
            })?;
        }
        responses.extend(request.input_responses.clone().unwrap_or_default());
        Ok(Self { responses, codec, context, round: Mutex::default() })
    }

    /// The response to a request. If there is none, or it is invalid, the request is added to this round.
    pub(super) fn answer(&self, key: &str, request: ClientRequest) -> Result<Value> {
        match self.responses.get(key).filter(|answer| request.is_answered_by(answer)) {
            Some(answer) => {
                self.round.lock().answered.insert(key.to_owned(), answer.clone());
                Ok(answer.clone())
            }
            None => {
                self.round.lock().requested.insert(key.to_owned(), request.into_input()?);
                Err(Error::new(ErrorKind::ClientRequest, format!("The client is asked for `{key}` first.")))
            }
        }
    }

    /// The result that asks the client for the requests of this round.
    ///
    /// # Errors
    /// The responses so far cannot be written as JSON.
    pub(super) fn end(&self) -> Result<InputRequiredResult, ErrorData> {
        let round = std::mem::take(&mut *self.round.lock());
        let options = SealOptions::new().associated_data(&self.context).ttl(STATE_TTL);
        let state = self.codec.seal_json_with(&round.answered, &options);
        let state = state.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        Ok(InputRequiredResult::new(Some(round.requested), Some(state)))
    }
}

/// What a `requestState` is bound to, beside the key of the server: the client's tokens, cloud and accounts, the tool and
/// its arguments.
fn context(key: &Key, connection: &Connection, request: &CallToolRequestParams) -> Vec<u8> {
    let mut arguments = Value::Object(request.arguments.clone().unwrap_or_default());
    arguments.sort_all_objects();
    let tokens = key.hash(connection.tokens().map(Token::expose));
    let parts = json!([connection.scope(), tokens, request.name, arguments]);
    parts.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::call::form_request;
    use crate::{Clouds, Limits, Pool, Token};

    fn connection(token: &str) -> Connection {
        let second = Duration::from_secs(1);
        let limits = Limits { timeout: second, retry_wait: second, rate_limit: 1, max_response_bytes: 1 };
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        Connection::new(Arc::new(Pool::new(limits)), cloud, Token::new(token).unwrap(), None)
    }

    fn mrtr(token: &str, arguments: &Value, state: Option<String>) -> Result<MultiRoundTrip, ErrorData> {
        let mut request = CallToolRequestParams::new("tool");
        request.arguments = arguments.as_object().cloned();
        request.request_state = state;
        MultiRoundTrip::read(&request, &connection(token), &Key::of(&"of the server".into()))
    }

    fn question() -> ClientRequest {
        let name = schemars::json_schema!({ "type": "string" });
        form_request(
            "Who?".to_owned(),
            schemars::json_schema!({ "type": "object", "properties": { "name": name }, "required": ["name"] }),
        )
    }

    /// The state after a round in which a client filled in a form.
    fn state(token: &str, arguments: &Value) -> String {
        let mut mrtr = mrtr(token, arguments, None).unwrap();
        let ada = json!({ "action": "accept", "content": { "name": "Ada" } });
        mrtr.responses.insert("who".to_owned(), ada);
        mrtr.answer("who", question()).unwrap();
        mrtr.answer("more", question()).unwrap_err();
        mrtr.end().unwrap().request_state.unwrap()
    }

    #[test]
    fn a_response_of_an_earlier_round_is_kept() {
        let (one, other) =
            (json!({ "a": 1, "b": { "c": 2, "d": 3 } }), json!({ "b": { "d": 3, "c": 2 }, "a": 1 }));
        let next = mrtr("one", &other, Some(state("one", &one))).unwrap();
        assert_eq!(next.answer("who", question()).unwrap()["content"]["name"], "Ada");
        assert_eq!(next.answer("more", question()).unwrap_err().kind(), ErrorKind::ClientRequest);
        assert_eq!(next.end().unwrap().input_requests.unwrap().into_keys().collect::<Vec<_>>(), ["more"]);
    }

    #[test]
    fn a_changed_state_or_one_of_another_call_is_rejected() {
        let arguments = json!({ "a": 1 });
        let responses = state("one", &arguments);
        assert!(mrtr("one", &arguments, Some(responses.clone())).is_ok());
        assert!(mrtr("one", &json!({ "a": 2 }), Some(responses.clone())).is_err());
        assert!(mrtr("another", &arguments, Some(responses.clone())).is_err());
        assert!(mrtr("one", &arguments, Some(format!("{responses}x"))).is_err());
        assert!(mrtr("one", &arguments, Some(responses.replacen('e', "f", 1))).is_err());
        assert!(mrtr("one", &arguments, Some(String::new())).is_err());
    }

    #[test]
    fn unrequested_responses_are_not_kept() {
        let mut first = mrtr("one", &json!({}), None).unwrap();
        first.responses.insert("unknown".to_owned(), json!("much"));
        first.answer("who", question()).unwrap_err();
        let next = mrtr("one", &json!({}), first.end().unwrap().request_state).unwrap();
        assert!(next.responses.is_empty(), "{:?}", next.responses);
    }
}
