use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use rmcp::model::{CallToolRequestParams, ErrorData, InputRequest, InputRequiredResult};
use serde_json::{Map, Value};

use super::client_request;
use crate::call::ClientRequest;
use crate::error::ErrorKind;
use crate::mist::Connection;
use crate::{Error, Result, Token};

/// A call from revision 2026-07-28 on, whose questions are answered by calling again: what was answered, and what is
/// still asked. The answers of earlier rounds come back with the call, sealed, so that any replica can go on with it.
#[derive(Debug)]
pub(super) struct MultiRoundTrip {
    given: BTreeMap<String, Value>,
    connection: Arc<Connection>,
    tool: String,
    arguments: Option<Map<String, Value>>,
    round: Mutex<Round>,
}

#[derive(Debug, Default)]
struct Round {
    answered: BTreeMap<String, Value>,
    asked: BTreeMap<String, InputRequest>,
}

impl MultiRoundTrip {
    /// What a call brings of earlier rounds.
    ///
    /// # Errors
    /// That is not what this server gave to this client for this very call.
    pub(super) fn read(
        request: &CallToolRequestParams,
        connection: &Arc<Connection>,
    ) -> Result<Self, ErrorData> {
        let mut rounds = Self {
            given: BTreeMap::new(),
            connection: Arc::clone(connection),
            tool: request.name.to_string(),
            arguments: request.arguments.clone(),
            round: Mutex::default(),
        };
        if let Some(state) = &request.request_state {
            rounds.given = rounds.seal().open(state).ok_or_else(|| {
                ErrorData::invalid_params(
                    "`requestState` is not what this server gave for this call: send it as it came, with the same \
                     arguments, or call anew without it.",
                    None,
                )
            })?;
        }
        rounds.given.extend(request.input_responses.clone().unwrap_or_default());
        Ok(rounds)
    }

    /// The answer to a question, which is asked where there is none, or none that fits.
    pub(super) fn answer(&self, key: &str, question: ClientRequest) -> Result<Value> {
        match self.given.get(key).filter(|answer| question.is_answered_by(answer)) {
            Some(answer) => {
                self.round().answered.insert(key.to_owned(), answer.clone());
                Ok(answer.clone())
            }
            None => {
                self.round().asked.insert(key.to_owned(), client_request::as_input(question)?);
                Err(Error::new(ErrorKind::ClientRequest, format!("The client is asked for `{key}` first.")))
            }
        }
    }

    /// What the client has to answer before it calls again.
    pub(super) fn end(&self) -> InputRequiredResult {
        let round = std::mem::take(&mut *self.round());
        InputRequiredResult::new(Some(round.asked), Some(self.seal().close(&round.answered)))
    }

    /// Few calls ask anything, so it is made where it is needed.
    fn seal(&self) -> RequestState {
        RequestState::new(&self.connection, &self.tool, self.arguments.as_ref())
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps answers from being changed on their way through the client. The key is the client's own token: it tells the
/// client nothing new, and every replica has it when the call comes.
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

    fn close(&self, answers: &BTreeMap<String, Value>) -> String {
        let answers = serde_json::to_vec(answers).unwrap_or_default();
        let tag = hmac::sign(&self.key, &self.bound(&answers));
        format!("{}.{}", URL_SAFE_NO_PAD.encode(answers), URL_SAFE_NO_PAD.encode(tag))
    }

    fn open(&self, state: &str) -> Option<BTreeMap<String, Value>> {
        let (answers, tag) = state.split_once('.')?;
        let (answers, tag) = (URL_SAFE_NO_PAD.decode(answers).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        hmac::verify(&self.key, &self.bound(&answers), &tag).ok()?;
        serde_json::from_slice(&answers).ok()
    }

    fn bound(&self, answers: &[u8]) -> Vec<u8> {
        // A context is one JSON array, so that no two pairs read the same.
        [&self.context, answers].concat()
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

    fn rounds(token: &str, arguments: &Value, state: Option<String>) -> Result<MultiRoundTrip, ErrorData> {
        let mut request = CallToolRequestParams::new("tool");
        request.arguments = arguments.as_object().cloned();
        request.request_state = state;
        MultiRoundTrip::read(&request, &connection(token))
    }

    /// The state after a round in which a client told its folders.
    fn state(token: &str, arguments: &Value) -> String {
        let mut rounds = rounds(token, arguments, None).unwrap();
        rounds.given.insert("roots".to_owned(), json!({ "roots": [{ "uri": "file:///a" }] }));
        rounds.answer("roots", ClientRequest::Roots).unwrap();
        rounds.answer("more", ClientRequest::Roots).unwrap_err();
        rounds.end().request_state.unwrap()
    }

    #[test]
    fn an_answer_of_an_earlier_round_is_there_in_the_next() {
        let (one, other) =
            (json!({ "a": 1, "b": { "c": 2, "d": 3 } }), json!({ "b": { "d": 3, "c": 2 }, "a": 1 }));
        let next = rounds("one", &other, Some(state("one", &one))).unwrap();
        assert_eq!(next.answer("roots", ClientRequest::Roots).unwrap()["roots"][0]["uri"], "file:///a");
        assert_eq!(next.answer("more", ClientRequest::Roots).unwrap_err().kind(), ErrorKind::ClientRequest);
        assert_eq!(next.end().input_requests.unwrap().into_keys().collect::<Vec<_>>(), ["more"]);
    }

    #[test]
    fn a_state_that_was_changed_or_is_for_another_call_is_refused() {
        let arguments = json!({ "a": 1 });
        let given = state("one", &arguments);
        assert!(rounds("one", &arguments, Some(given.clone())).is_ok());
        assert!(rounds("one", &json!({ "a": 2 }), Some(given.clone())).is_err());
        assert!(rounds("another", &arguments, Some(given.clone())).is_err());
        assert!(rounds("one", &arguments, Some(format!("{given}x"))).is_err());
        assert!(rounds("one", &arguments, Some(given.replacen('e', "f", 1))).is_err());
        assert!(rounds("one", &arguments, Some(String::new())).is_err());
    }

    #[test]
    fn what_no_question_asked_for_is_not_kept() {
        let mut first = rounds("one", &json!({}), None).unwrap();
        first.given.insert("unknown".to_owned(), json!("much"));
        first.answer("roots", ClientRequest::Roots).unwrap_err();
        let next = rounds("one", &json!({}), first.end().request_state).unwrap();
        assert!(next.given.is_empty(), "{:?}", next.given);
    }
}
