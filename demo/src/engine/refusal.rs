//! The answer to a call that cannot be answered.

use axum::http::StatusCode;

/// A status and, as Mist says it, a `detail`.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
}

impl Refusal {
    pub(crate) fn bad_request(detail: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, detail: detail.into() }
    }

    pub(crate) fn unauthorized() -> Refusal {
        let detail = "Authentication credentials were not provided or are invalid.".to_owned();
        Refusal { status: StatusCode::UNAUTHORIZED, detail }
    }

    pub(crate) fn forbidden() -> Refusal {
        let detail = "You do not have permission to see this organization.".to_owned();
        Refusal { status: StatusCode::FORBIDDEN, detail }
    }

    pub(crate) fn not_found() -> Refusal {
        Refusal { status: StatusCode::NOT_FOUND, detail: "Not found.".to_owned() }
    }

    pub(crate) fn unknown_path() -> Refusal {
        Refusal {
            status: StatusCode::NOT_FOUND,
            detail: "The demo cloud does not know this path.".to_owned(),
        }
    }

    pub(crate) fn method_not_allowed(method: &str) -> Refusal {
        let detail = format!("Method \"{method}\" not allowed: the demo cloud is read only.");
        Refusal { status: StatusCode::METHOD_NOT_ALLOWED, detail }
    }
}
