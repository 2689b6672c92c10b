//! Files that came with responses: the office's page, and the page for what is too large.

use maud::Markup;
use uuid::Uuid;

use super::{help, signed_in};
use crate::pages::attachments::{self, Line, View};
use crate::pages::problem::{self, Problem};
use crate::pages::{Lang, Reading};

/// Every state of the office's page.
pub(super) fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let line = |n: u128, question: &str, media_type: &str, bytes| Line {
        id: Uuid::from_u128(n),
        question: question.to_owned(),
        media_type: media_type.to_owned(),
        bytes,
    };
    let view = |lines: Vec<Line>| View {
        round: "yunxi-2026".to_owned(),
        title: "云岭县2026年度残疾人工作测评".to_owned(),
        count: lines.len() as u64,
        next: lines.last().map(|line| line.id),
        lines,
    };
    let some = vec![
        line(1, "请拍一张家门口的照片。", "image/jpeg", 2_621_440),
        line(2, "有什么话想说？请录下来。", "audio/amr", 48_200),
        line(3, "请交一份改造方案。", "application/pdf", 310_000),
    ];
    let page = |lines| attachments::page(lang, &signed_in(), &view(lines));
    vec![
        ("attachments", page(some)),
        ("attachments-none", page(Vec::new())),
    ]
}

/// What a respondent is told whose files are too large.
pub(super) fn too_large(reading: Reading) -> Markup {
    let problem = Problem::FilesTooLarge {
        back: "/r/7K3M-9QXT-5W2HD/q/photo".to_owned(),
    };
    problem::page(reading, &problem, Some(&help()), "/")
}
