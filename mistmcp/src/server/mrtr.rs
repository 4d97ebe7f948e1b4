//! Multi-round-trip requests: [`MultiRoundTrip`], and the signed [`RequestState`].

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::{Mutex, MutexGuard};
use ring::hmac;
use rmcp::model::{CallToolRequestParams, ErrorData, InputRequest, InputRequiredResult};
use serde_json::{Map, Value};

use super::client_request;
use crate::call::ClientRequest;
use crate::error::ErrorKind;
use crate::mist::Connection;
use crate::{Error, Result, Token};

/// A stateless tool call that needs input from the client. The client calls again with the responses to the requests
/// that the last round returned. Responses of earlier rounds are in the signed `requestState`, so that any replica
/// can continue.
#[derive(Debug)]
pub(super) struct MultiRoundTrip {
    responses: BTreeMap<String, Value>,
    connection: Arc<Connection>,
    tool: String,
    arguments: Option<Map<String, Value>>,
    round: Mutex<Round>,
}

#[derive(Debug, Default)]
struct Round {
    answered: BTreeMap<String, Value>,
    requested: BTreeMap<String, InputRequest>,
}

impl MultiRoundTrip {
    /// Reads the responses and the `requestState` of a call.
    ///
    /// # Errors
    /// The `requestState` was not issued to this client for this call.
    pub(super) fn read(
        request: &CallToolRequestParams,
        connection: &Arc<Connection>,
    ) -> Result<Self, ErrorData> {
        let mut mrtr = Self {
            responses: BTreeMap::new(),
            connection: Arc::clone(connection),
            tool: request.name.to_string(),
            arguments: request.arguments.clone(),
            round: Mutex::default(),
        };
        if let Some(state) = &request.request_state {
            mrtr.responses = mrtr.signer().verify(state).ok_or_else(|| {
                ErrorData::invalid_params(
                    "`requestState` is not what this server gave for this call: send it as it came, with the same \
                     arguments, or call anew without it.",
                    None,
                )
            })?;
        }
        mrtr.responses.extend(request.input_responses.clone().unwrap_or_default());
        Ok(mrtr)
    }

    /// The response to a request. If there is none, or it is invalid, the request is added to this round.
    pub(super) fn answer(&self, key: &str, request: ClientRequest) -> Result<Value> {
        match self.responses.get(key).filter(|answer| request.is_answered_by(answer)) {
            Some(answer) => {
                self.round().answered.insert(key.to_owned(), answer.clone());
                Ok(answer.clone())
            }
            None => {
                self.round().requested.insert(key.to_owned(), client_request::as_input(request)?);
                Err(Error::new(ErrorKind::ClientRequest, format!("The client is asked for `{key}` first.")))
            }
        }
    }

    /// The result that asks the client for the requests of this round.
    pub(super) fn end(&self) -> InputRequiredResult {
        let round = std::mem::take(&mut *self.round());
        InputRequiredResult::new(Some(round.requested), Some(self.signer().sign(&round.answered)))
    }

    /// Created on demand, because few calls send requests to the client.
    fn signer(&self) -> RequestState {
        RequestState::new(&self.connection, &self.tool, self.arguments.as_ref())
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock()
    }
}

/// Signs responses, so that the client cannot change them. The key is the token of the client: it reveals nothing new
/// to the client, and every replica has it when the call arrives.
#[derive(Debug)]
struct RequestState {
    key: hmac::Key,
    context: Vec<u8>,
}

impl RequestState {
    fn new(connection: &Connection, tool: &str, arguments: Option<&Map<String, Value>>) -> Self {
        let mut arguments = Value::Object(arguments.cloned().unwrap_or_default());
        arguments.sort_all_objects();
        let tokens: Vec<_> = connection.tokens().map(Token::expose).collect();
        let key = hmac::Key::new(hmac::HMAC_SHA256, tokens.join(",").as_bytes());
        let context = Value::from(vec![
            Value::from("mistmcp requestState"),
            connection.cloud().base().as_str().into(),
            tool.into(),
            arguments,
        ]);
        Self { key, context: context.to_string().into_bytes() }
    }

    fn sign(&self, responses: &BTreeMap<String, Value>) -> String {
        let responses = serde_json::to_vec(responses).unwrap_or_default();
        let tag = hmac::sign(&self.key, &self.signed_bytes(&responses));
        format!("{}.{}", URL_SAFE_NO_PAD.encode(responses), URL_SAFE_NO_PAD.encode(tag))
    }

    fn verify(&self, state: &str) -> Option<BTreeMap<String, Value>> {
        let (responses, tag) = state.split_once('.')?;
        let (responses, tag) = (URL_SAFE_NO_PAD.decode(responses).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        hmac::verify(&self.key, &self.signed_bytes(&responses), &tag).ok()?;
        serde_json::from_slice(&responses).ok()
    }

    fn signed_bytes(&self, responses: &[u8]) -> Vec<u8> {
        // The context is a single JSON array, so that no two pairs have the same concatenation.
        [&self.context, responses].concat()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::{Clouds, Limits, Pool, Token};

    fn connection(token: &str) -> Arc<Connection> {
        let second = Duration::from_secs(1);
        let limits = Limits { timeout: second, retry_wait: second, rate_limit: 1, max_response_bytes: 1 };
        let cloud = Clouds::default().find("api.mist.com").unwrap();
        Arc::new(Connection::new(Arc::new(Pool::new(limits)), cloud, Token::new(token).unwrap(), None))
    }

    fn mrtr(token: &str, arguments: &Value, state: Option<String>) -> Result<MultiRoundTrip, ErrorData> {
        let mut request = CallToolRequestParams::new("tool");
        request.arguments = arguments.as_object().cloned();
        request.request_state = state;
        MultiRoundTrip::read(&request, &connection(token))
    }

    /// The state after a round in which a client sent its roots.
    fn state(token: &str, arguments: &Value) -> String {
        let mut mrtr = mrtr(token, arguments, None).unwrap();
        mrtr.responses.insert("roots".to_owned(), json!({ "roots": [{ "uri": "file:///a" }] }));
        mrtr.answer("roots", ClientRequest::Roots).unwrap();
        mrtr.answer("more", ClientRequest::Roots).unwrap_err();
        mrtr.end().request_state.unwrap()
    }

    #[test]
    fn a_response_of_an_earlier_round_is_kept() {
        let (one, other) =
            (json!({ "a": 1, "b": { "c": 2, "d": 3 } }), json!({ "b": { "d": 3, "c": 2 }, "a": 1 }));
        let next = mrtr("one", &other, Some(state("one", &one))).unwrap();
        assert_eq!(next.answer("roots", ClientRequest::Roots).unwrap()["roots"][0]["uri"], "file:///a");
        assert_eq!(next.answer("more", ClientRequest::Roots).unwrap_err().kind(), ErrorKind::ClientRequest);
        assert_eq!(next.end().input_requests.unwrap().into_keys().collect::<Vec<_>>(), ["more"]);
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
        first.answer("roots", ClientRequest::Roots).unwrap_err();
        let next = mrtr("one", &json!({}), first.end().request_state).unwrap();
        assert!(next.responses.is_empty(), "{:?}", next.responses);
    }
}
