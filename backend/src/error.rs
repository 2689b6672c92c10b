//! What the server answers when it cannot do what was asked.
//!
//! Policy: a fault of the caller is answered with a status, a stable `error`
//! word and a sentence in the caller's language; a fault of the machine
//! (database, disk, mail) is logged once, here, and answered with 500 or 503
//! without detail. The JSON API answers with [`AppError`] as it is; pages turn
//! it into a page with [`AppError::status`] and [`AppError::message`].

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use survey_forms::text::Text;
use survey_forms::validate::FieldError;

use crate::field::sealing::OpenError;
use crate::keys::KeyError;
use crate::store::StoreError;
use crate::submit::SubmitError;

/// An answer other than success.
#[derive(Debug)]
pub struct AppError {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable word for programs.
    pub code: &'static str,
    /// Sentence for people.
    pub message: Text,
    /// Seconds after which trying again may help.
    pub retry_after_s: Option<u64>,
    /// Faults by field; the API answers with this list alone.
    pub fields: Vec<FieldError>,
    /// More members of the JSON answer.
    pub extra: Vec<(&'static str, Value)>,
    /// Language of the sentence in the API.
    pub language: String,
}

impl AppError {
    /// An error with a sentence in Chinese and English.
    pub fn new(status: StatusCode, code: &'static str, zh: &str, en: &str) -> Self {
        Self {
            status,
            code,
            message: Text::zh_en(zh, en),
            retry_after_s: None,
            fields: Vec::new(),
            extra: Vec::new(),
            language: "zh".to_owned(),
        }
    }

    /// The same, answered in `language`.
    #[must_use]
    pub fn in_language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.language);
        self
    }

    /// Nothing is here.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "没有找到这个页面。",
            "There is nothing at this address.",
        )
    }

    /// There is no such round.
    pub fn round_not_found(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_round",
            &format!("没有测评轮次“{id}”。"),
            &format!("There is no round \"{id}\"."),
        )
    }

    /// The request cannot be read.
    pub fn malformed(detail: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            &format!("请求无法读取：{detail}"),
            &format!("The request cannot be read: {detail}"),
        )
    }

    /// The body is larger than allowed.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "内容过大。",
            "The content is too large.",
        )
    }

    /// Not allowed for whoever asks.
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "您没有这项权限。",
            "You may not do this.",
        )
    }

    /// No token, or one that is no longer good.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "请重新登录。没有发送的内容还在手机上。",
            "Please log in again. What has not been sent is still on the device.",
        )
    }

    /// A client of OpenRosa's without a good user name and token.
    pub fn no_client() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "请用户名填访问员账号，密码填在 /field/odk 领取的设备口令。没有发送的内容还在设备上。",
            "Give the interviewer's user name, and as password the device's token from /field/odk. What has not been sent is still on the device.",
        )
    }

    /// A form, or a version of it, that a round never had or does not give out.
    pub fn form_not_offered() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_form",
            "本轮测评没有这份问卷或者这个版本。请核对设备上的服务器地址，再重新获取问卷。",
            "The round does not have this form, or not in this version. Check the server's address on the device and fetch the forms again.",
        )
    }

    /// What a client sent is no submission.
    pub fn no_submission(fault: &survey_forms::xform::submission::Fault) -> Self {
        let message = fault.message();
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            message.get("zh"),
            message.get("en"),
        )
    }

    /// Files that came with answers and are not taken; the answers are.
    pub fn files_refused(refused: &[(String, survey_forms::text::Text)]) -> Self {
        let each = |lang: &str| {
            let lines = refused
                .iter()
                .map(|(name, why)| format!("{name}: {}", why.get(lang)));
            lines.collect::<Vec<_>>().join(" ")
        };
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "files",
            &format!("答卷和其他文件已经收到，下面的文件没有收下：{}", each("zh")),
            &format!(
                "The answers and the other files have been received; these files are not taken: {}",
                each("en")
            ),
        )
    }

    /// A wrong name or password, or a closed account: never which.
    pub fn wrong_login() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "wrong_login",
            "用户名或者密码不对。请检查后再试；还不行，请联系考评办。",
            "The user name or password is wrong. Please check and try again, or ask the office.",
        )
    }

    /// A case that is not this interviewer's.
    pub fn not_assigned() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_assigned",
            "这个人没有分配给您。",
            "This person is not assigned to you.",
        )
    }

    /// A token that only delivers was used to read.
    pub fn only_delivers() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "only_delivers",
            "这个令牌只能上传。请先用口令打开应用。",
            "This token only delivers. Please unlock the app first.",
        )
    }

    /// A member of staff who is no interviewer.
    pub fn not_an_interviewer() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "not_an_interviewer",
            "这个账号不是访问员账号。",
            "This account is not an interviewer's.",
        )
    }

    /// An interviewer whom a judged unit employs.
    pub fn employed_by_judged_unit() -> Self {
        let mut error = Self::new(
            StatusCode::FORBIDDEN,
            "employed_by_judged_unit",
            "您在被评价的单位工作，不能访问评价它的人。请联系考评办。",
            "You work for a unit that is being assessed, and cannot interview those who assess it. Please ask the office.",
        );
        error.extra.push(("reason", json!("employed_by_judged_unit")));
        error
    }

    /// A device that was reported lost: it must delete everything.
    pub fn wipe() -> Self {
        let mut error = Self::new(
            StatusCode::GONE,
            "wipe",
            "这台设备已经报失，数据将被清除。",
            "This device was reported lost; its data are deleted.",
        );
        error.extra.push(("wipe", json!(true)));
        error
    }

    /// A sealed message that cannot be opened.
    pub fn cannot_open(cause: &OpenError) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "cannot_open",
            match cause {
                OpenError::Malformed => "答卷的封装格式无法识别。请更新应用后再发送。",
                OpenError::UnknownKey => "答卷是用另一台服务器的密钥封装的，这里打不开。",
                OpenError::Damaged => "答卷已损坏，打不开。",
            },
            match cause {
                OpenError::Malformed => {
                    "The form of the sealed answers is not known. Please update the app and send again."
                }
                OpenError::UnknownKey => {
                    "The answers are sealed to another server's key and cannot be opened here."
                }
                OpenError::Damaged => "The sealed answers are damaged and cannot be opened.",
            },
        )
    }

    /// Too many requests; try again after `seconds`.
    pub fn too_many(seconds: u64) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many",
            "请求过于频繁，请稍后再试。",
            "Too many requests. Please try again later.",
        );
        error.retry_after_s = Some(seconds.max(1));
        error
    }

    /// The server is busy; try again after `seconds`.
    pub fn busy(seconds: u64) -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "系统繁忙，请稍后再试；您的回答没有丢失。",
            "The system is busy. Please try again shortly.",
        );
        error.retry_after_s = Some(seconds.max(1));
        error
    }

    /// A fault of the machine; the cause is logged here and not shown.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "系统出现故障，已记录。请稍后再试。",
            "Something went wrong and has been recorded. Please try again later.",
        )
    }

    /// The database does not answer; the cause is logged here and not shown.
    fn unavailable(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "database unavailable");
        Self::busy(2)
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        error.count();
        match error.is_unreachable() {
            true => Self::unavailable(&error),
            false => Self::internal(&error),
        }
    }
}

impl From<sea_orm::DbErr> for AppError {
    fn from(error: sea_orm::DbErr) -> Self {
        StoreError::from(error).into()
    }
}

impl From<KeyError> for AppError {
    fn from(error: KeyError) -> Self {
        Self::internal(&error)
    }
}

impl From<SubmitError> for AppError {
    fn from(error: SubmitError) -> Self {
        use StatusCode as S;
        match error {
            SubmitError::Invalid(fields) => {
                let mut error = Self::new(
                    S::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "有些回答需要修改。",
                    "Some answers need to be changed.",
                );
                error.fields = fields;
                error
            }
            SubmitError::UnknownCode => Self::new(
                S::NOT_FOUND,
                "unknown_code",
                "没有这个邀请码。",
                "There is no such invitation code.",
            ),
            SubmitError::UnknownLink => Self::new(
                S::NOT_FOUND,
                "unknown_link",
                "没有这个链接。",
                "There is no such link.",
            ),
            SubmitError::CodeUsed => Self::new(
                S::CONFLICT,
                "code_used",
                "这个邀请码已经提交过答卷。",
                "A response has already been submitted with this code.",
            ),
            SubmitError::IdConflict => Self::new(
                S::CONFLICT,
                "id_conflict",
                "同一编号已提交过不同的内容。",
                "Other content has already been submitted under this id.",
            ),
            SubmitError::UnknownVersion { current } => {
                let mut error = Self::new(
                    S::CONFLICT,
                    "unknown_form_version",
                    "这一轮没有过这个版本的问卷，请取得现行版本。",
                    "The round never had this version of the questionnaire; please fetch the current one.",
                );
                error.extra.push(("current_form_version", json!(current)));
                error
            }
            SubmitError::DailyCap { retry_after_s } => {
                let mut error = Self::new(
                    S::TOO_MANY_REQUESTS,
                    "daily_cap",
                    "这个链接今天的名额已经满了，请明天再来。",
                    "This link has taken its number of answers for today. Please come back tomorrow.",
                );
                error.retry_after_s = Some(retry_after_s.max(1));
                error
            }
            SubmitError::QuotaFull => Self::new(
                S::GONE,
                "quota_full",
                "这一类的答卷已经收满了，谢谢您。",
                "Enough answers of this kind have been received. Thank you.",
            ),
            SubmitError::Closed => {
                Self::new(S::GONE, "closed", "本轮测评已经结束。", "This round is closed.")
            }
            SubmitError::NotOpen => Self::new(
                S::FORBIDDEN,
                "not_open",
                "本轮测评尚未开始。",
                "This round has not opened yet.",
            ),
            SubmitError::Busy => Self::busy(1),
            SubmitError::Store(error) => error.into(),
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let body = if self.fields.is_empty() {
            let mut body = json!({ "error": self.code, "message": self.message.get(&self.language) });
            for (name, value) in self.extra {
                body[name] = value;
            }
            body
        } else {
            self.fields
                .iter()
                .map(|fault| json!({ "field": fault.field, "message": fault.message.get(&self.language) }))
                .collect()
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
