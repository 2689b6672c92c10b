//! What every operation of the API has in common in its description: how it refuses.

use serde::Serialize;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, Ref, RefOr, Response};
use utoipa::{Modify, ToSchema};

/// Why the API did not do what was asked. Some refusals have further members, named beside their status.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// Stable word for programs.
    pub error: String,
    /// Sentence for people, in the language of the request.
    pub message: String,
}

const JSON: &str = "application/json";

/// What any operation may answer, wherever in the server the refusal arises.
const ANYWHERE: [(&str, &str); 4] = [
    ("400", "The address or the body cannot be read"),
    ("404", "There is nothing under such an address"),
    ("500", "A fault of the machine, which was recorded"),
    ("503", "Busy, or the database is away; see Retry-After"),
];

/// Says of every operation under `/api/` what all may answer, and of every refusal what it looks like.
pub(super) struct Refusals;

fn refusal(description: &str) -> Response {
    let mut response = Response::new(description);
    let content = Content::new(Some(Ref::from_schema_name("ErrorBody")));
    response.content.insert(JSON.to_owned(), RefOr::T(content));
    response
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    item.get.iter_mut().chain(item.post.iter_mut())
}

impl Modify for Refusals {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            if !path.starts_with("/api/") {
                continue;
            }
            for operation in operations(item) {
                let takes_body = operation.request_body.is_some();
                let answers = &mut operation.responses.responses;
                for (status, description) in ANYWHERE {
                    let answer = || RefOr::T(Response::new(description));
                    answers.entry(status.to_owned()).or_insert_with(answer);
                }
                if takes_body {
                    let answer = || RefOr::T(Response::new("Too large"));
                    answers.entry("413".to_owned()).or_insert_with(answer);
                }
                for (status, answer) in answers {
                    if let RefOr::T(answer) = answer
                        && status.starts_with(['4', '5'])
                        && answer.content.is_empty()
                    {
                        *answer = refusal(&answer.description);
                    }
                }
            }
        }
    }
}
