//! `POST /api/v1/responses` (design §8).

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::AppState;
use crate::error::AppError;
use crate::middleware::client::ClientAddress;
use crate::submit::{Submission, SubmitError};

/// The body of a response. Read by hand in `submit::body`, which names every fault at once; here for the description.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseBody {
    /// UUID v4 made by the client; sending the same again is harmless.
    #[schema(format = "uuid")]
    pub id: String,
    /// Invitation code; or `link`.
    pub code: Option<String>,
    /// Open-link slug; or `code`.
    pub link: Option<String>,
    /// Form name.
    pub form: String,
    /// Form version.
    pub form_version: String,
    /// Language of the answers.
    #[schema(example = "zh")]
    pub language: String,
    /// `web`, `interview`, `phone` or `paper`.
    #[schema(example = "web")]
    pub mode: String,
    /// `self`, `assisted` or `proxy`.
    #[schema(example = "self")]
    pub answering: String,
    /// RFC 3339; only the duration is kept.
    #[schema(format = "date-time")]
    pub started_at: Option<String>,
    /// RFC 3339; only the duration is kept.
    #[schema(format = "date-time")]
    pub ended_at: Option<String>,
    /// Answers by question; several choices are separated by spaces.
    #[schema(value_type = Object)]
    pub answers: std::collections::BTreeMap<String, String>,
    /// Ways of reading used: `read_aloud`, `sign`, `easy`, `large`, `contrast`.
    pub ways: Option<Vec<String>>,
}

/// A stored response.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptBody {
    /// Receipt: shows that a response was accepted, never which answers.
    pub receipt: String,
}

/// One fault among those of a 422.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultBody {
    /// Field or question.
    pub field: String,
    /// What is wrong, in the language of the response.
    pub message: String,
}

/// Accepts a response: 201 once it is stored durably, 200 when it was stored before.
///
/// # Errors
/// See design §8.
#[utoipa::path(post, path = "/api/v1/responses", request_body = ResponseBody, responses(
    (status = 201, description = "Stored durably", body = ReceiptBody),
    (status = 200, description = "Stored before, with the same content", body = ReceiptBody),
    (status = 400, description = "No JSON object, or no id"),
    (status = 403, description = "The round has not opened yet"),
    (status = 404, description = "Unknown code or link"),
    (status = 409, description = "Code used up; id used for other content; or a form version that the round never had, with the current one"),
    (status = 410, description = "The round is closed, or the quota of this open-link answer is full"),
    (status = 413, description = "Too large"),
    (status = 422, description = "Faults by field", body = Vec<FaultBody>),
    (status = 429, description = "Too many, or the link's daily cap is reached; see Retry-After"),
    (status = 503, description = "Busy; see Retry-After"),
))]
pub async fn create(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    body: Result<axum::body::Bytes, BytesRejection>,
) -> Result<Response, AppError> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::too_large(),
        _ => AppError::malformed(&rejection.body_text()),
    })?;
    if let Some(wait) = state.limits.flood_wait(address) {
        return Err(AppError::too_many(wait.as_secs() + 1));
    }
    let submission = Submission::from_json(&body).map_err(|detail| AppError::malformed(&detail))?;
    let language = submission
        .response
        .as_ref()
        .map_or_else(|_| String::new(), |response| response.language.clone());
    match state.submitter.submit_parsed(submission).await {
        Ok(accepted) => {
            let status = if accepted.replayed {
                StatusCode::OK
            } else {
                StatusCode::CREATED
            };
            Ok((
                status,
                Json(ReceiptBody {
                    receipt: accepted.receipt,
                }),
            )
                .into_response())
        }
        Err(error) => {
            // A code that exists is never refused for the guesses of a neighbour behind the same address.
            if matches!(error, SubmitError::UnknownCode) {
                state.limits.code_guessed(address);
                if let Some(wait) = state.limits.code_wait(address) {
                    return Err(AppError::too_many(wait.as_secs() + 1).in_language(&language));
                }
                state.limits.code_failed(address);
            }
            metrics::counter!("minyi_responses_refused_total", "reason" => reason(&error)).increment(1);
            Err(AppError::from(error).in_language(&language))
        }
    }
}

fn reason(error: &SubmitError) -> &'static str {
    match error {
        SubmitError::Invalid(_) => "invalid",
        SubmitError::UnknownCode | SubmitError::UnknownLink => "unknown_door",
        SubmitError::CodeUsed => "code_used",
        SubmitError::IdConflict => "id_conflict",
        SubmitError::UnknownVersion { .. } => "unknown_version",
        SubmitError::Closed | SubmitError::NotOpen => "not_open",
        SubmitError::DailyCap { .. } => "daily_cap",
        SubmitError::QuotaFull => "quota_full",
        SubmitError::Busy => "busy",
        SubmitError::Store(_) => "store",
    }
}

#[cfg(test)]
mod tests;
