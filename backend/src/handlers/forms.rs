//! `GET /api/v1/forms/{round}/{form}`: what a program must know to answer a questionnaire.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use survey_forms::form::{Form, Question, Required};
use survey_forms::text::Text;
use utoipa::ToSchema;

use crate::app::AppState;
use crate::error::AppError;
use crate::store::rounds;

/// A questionnaire for programs.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormBody {
    /// The round.
    pub round: String,
    /// Form name, for `form` of a response.
    pub form: String,
    /// Version, for `form_version` of a response.
    pub form_version: String,
    /// Title by language.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Languages, the default first.
    pub languages: Vec<String>,
    /// Questions in order; notes and hidden calculations are left out.
    pub questions: Vec<QuestionBody>,
}

/// A question for programs.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionBody {
    /// Name, the key in `answers`.
    pub name: String,
    /// `text`, `integer`, `decimal`, `date`, `select_one`, `select_multiple`, `range`, ….
    pub r#type: String,
    /// Label by language.
    #[schema(value_type = Object)]
    pub label: Text,
    /// Choices of a select.
    pub choices: Vec<ChoiceBody>,
    /// `true`, `false`, or an XLSForm expression.
    pub required: RequiredBody,
    /// XLSForm expression on which the question is asked; null when always.
    pub relevant: Option<String>,
    /// XLSForm expression that an answer must fulfil.
    pub constraint: Option<String>,
}

/// Whether a question must be answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum RequiredBody {
    /// Always, or never.
    Fixed(bool),
    /// While this XLSForm expression holds.
    While(String),
}

/// A choice for programs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoiceBody {
    /// Name, the value in `answers`.
    pub name: String,
    /// Label by language.
    #[schema(value_type = Object)]
    pub label: Text,
    /// Which kind of missing answer it is, if it is one.
    pub missing: Option<String>,
}

fn question(form: &Form, question: &Question) -> QuestionBody {
    let choices = form.choices(question).iter().map(|choice| ChoiceBody {
        name: choice.name.clone(),
        label: choice.label.clone(),
        missing: choice.missing.map(|kind| kind.as_str().to_owned()),
    });
    QuestionBody {
        name: question.name.clone(),
        r#type: question.kind.type_name().to_owned(),
        label: question.label.clone(),
        choices: choices.collect(),
        required: match &question.required {
            Required::No => RequiredBody::Fixed(false),
            Required::Yes => RequiredBody::Fixed(true),
            Required::When(expression) => RequiredBody::While(expression.to_string()),
        },
        relevant: question.relevant.as_ref().map(ToString::to_string),
        constraint: question.constraint.as_ref().map(ToString::to_string),
    }
}

/// The current version of a questionnaire.
///
/// # Errors
/// 404 when there is no such round or form, or the round is still a draft.
#[utoipa::path(get, path = "/api/v1/forms/{round}/{form}", params(
    ("round" = String, Path, description = "Round id"),
    ("form" = String, Path, description = "Form name"),
), responses(
    (status = 200, description = "The questionnaire", body = FormBody),
    (status = 404, description = "No such round or form"),
))]
pub async fn show(
    State(state): State<AppState>,
    Path((round, form)): Path<(String, String)>,
) -> Result<Json<FormBody>, AppError> {
    let known = rounds::find(&state.db, &round).await?;
    if known.is_none_or(|row| row.round_state() == rounds::RoundState::Draft) {
        return Err(AppError::round_not_found(&round));
    }
    let parsed = state
        .forms
        .current(&state.db, &round, &form)
        .await?
        .ok_or_else(|| {
            AppError::new(
                StatusCode::NOT_FOUND,
                "unknown_form",
                &format!("没有问卷“{form}”。"),
                &format!("There is no questionnaire \"{form}\"."),
            )
        })?;
    Ok(Json(FormBody {
        round,
        form,
        form_version: parsed.version.clone(),
        title: parsed.title.clone(),
        languages: parsed
            .languages
            .iter()
            .map(|language| language.as_str().to_owned())
            .collect(),
        questions: parsed
            .questions()
            .filter(|q| q.takes_answer())
            .map(|q| question(&parsed, q))
            .collect(),
    }))
}
