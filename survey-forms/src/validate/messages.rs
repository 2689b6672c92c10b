//! What respondents are told. Each message says what is wrong and what to do, in words that read aloud well, and
//! blames nobody.

use crate::answer::{AnswerFault, LONGEST_TEXT};
use crate::form::QuestionKind;
use crate::text::Text;

/// Every message that does not depend on a question, by the word by which a client looks it up. `{missing}` stands
/// where the words of the choice go.
pub(crate) fn catalogue() -> Vec<(&'static str, Text)> {
    let list = String::new;
    let by_kind = |fault| invalid(&fault, &QuestionKind::Text);
    vec![
        (
            "required_select_one",
            required(&QuestionKind::SelectOne { list: list() }),
        ),
        (
            "required_select_multiple",
            required(&QuestionKind::SelectMultiple { list: list() }),
        ),
        ("required_date", required(&QuestionKind::Date)),
        ("required_time", required(&QuestionKind::Time)),
        ("required_moment", required(&QuestionKind::DateTime)),
        ("required_place", required(&QuestionKind::GeoPoint)),
        ("required_line", required(&QuestionKind::GeoTrace)),
        ("required_outline", required(&QuestionKind::GeoShape)),
        ("required_tick", required(&QuestionKind::Acknowledge)),
        ("required_rank", required(&QuestionKind::Rank { list: list() })),
        ("required_number", required(&QuestionKind::Integer)),
        ("required_text", required(&QuestionKind::Text)),
        ("not_an_integer", by_kind(AnswerFault::NotAnInteger)),
        ("not_a_number", by_kind(AnswerFault::NotANumber)),
        ("not_a_date", by_kind(AnswerFault::NotADate)),
        ("not_a_time", by_kind(AnswerFault::NotATime)),
        ("not_a_moment", by_kind(AnswerFault::NotAMoment)),
        ("not_a_place", by_kind(AnswerFault::NotAPlace)),
        ("not_a_line", by_kind(AnswerFault::NotALine)),
        ("not_an_outline", by_kind(AnswerFault::NotAnOutline)),
        ("not_a_file", by_kind(AnswerFault::NotAFile)),
        ("not_ticked", by_kind(AnswerFault::NotTicked)),
        ("rank_incomplete", rank_incomplete()),
        ("rank_twice", rank_twice()),
        ("too_large", by_kind(AnswerFault::TooLarge)),
        ("too_long", by_kind(AnswerFault::TooLong)),
        ("not_offered", not_offered()),
        (
            "missing_beside_answers",
            missing_beside_answers(&Text::zh_en("{missing}", "{missing}")),
        ),
        ("constraint", constraint()),
        ("not_asked", not_asked()),
        ("takes_no_answer", takes_no_answer()),
        ("unknown_field", unknown_field()),
    ]
}

/// The two messages that depend on a range: outside of it, and between its steps. None for other kinds.
pub(crate) fn of_range(kind: &QuestionKind) -> Option<(Text, Text)> {
    matches!(kind, QuestionKind::Range { .. }).then(|| {
        (
            invalid(&AnswerFault::OutsideRange, kind),
            invalid(&AnswerFault::OffStep, kind),
        )
    })
}

pub(super) fn required(kind: &QuestionKind) -> Text {
    match kind {
        QuestionKind::SelectOne { .. } => Text::zh_en(
            "这道题还没有选。请选一项。",
            "Nothing is chosen yet. Choose one answer.",
        ),
        QuestionKind::SelectMultiple { .. } => Text::zh_en(
            "这道题还没有选。请至少选一项。",
            "Nothing is chosen yet. Choose at least one answer.",
        ),
        QuestionKind::Date => Text::zh_en(
            "这道题还没有填日期。请填年、月、日。",
            "There is no date yet. Enter the year, the month and the day.",
        ),
        QuestionKind::Time => Text::zh_en(
            "这道题还没有填时间。请填几时几分。",
            "There is no time yet. Enter the hour and the minute.",
        ),
        QuestionKind::DateTime => Text::zh_en(
            "这道题还没有填。请填年、月、日和几时几分。",
            "There is no answer yet. Enter the year, the month, the day, the hour and the minute.",
        ),
        QuestionKind::GeoPoint => Text::zh_en(
            "这道题还没有填位置。请填纬度和经度。",
            "There is no place yet. Enter the latitude and the longitude.",
        ),
        QuestionKind::GeoTrace => Text::zh_en(
            "这道题还没有填路线。请每行填一个点的纬度和经度，至少两个点。",
            "There is no line yet. Enter the latitude and longitude of at least two points, one point a line.",
        ),
        QuestionKind::GeoShape => Text::zh_en(
            "这道题还没有填范围。请每行填一个点的纬度和经度，至少三个点。",
            "There is no outline yet. Enter the latitude and longitude of at least three points, one point a line.",
        ),
        QuestionKind::Upload { .. } => Text::zh_en(
            "这道题还没有文件。请选一个文件。",
            "There is no file yet. Choose a file.",
        ),
        QuestionKind::Acknowledge => Text::zh_en(
            "这里还没有打勾。请读完以后打勾。",
            "This is not ticked yet. Read it, then tick the box.",
        ),
        QuestionKind::Rank { .. } => Text::zh_en(
            "这道题还没有排序。请给每一项选一个名次。",
            "There is no order yet. Choose a number for each line.",
        ),
        QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Range { .. } => Text::zh_en(
            "这道题还没有填。请填一个数字。",
            "There is no answer yet. Enter a number.",
        ),
        _ => Text::zh_en(
            "这道题还没有填。请写下您的回答。",
            "There is no answer yet. Write your answer.",
        ),
    }
}

pub(super) fn invalid(fault: &AnswerFault, kind: &QuestionKind) -> Text {
    match fault {
        AnswerFault::NotAnInteger => Text::zh_en(
            "这里要填整数，例如 12。请只写数字。",
            "This must be a whole number, for example 12. Use digits only.",
        ),
        AnswerFault::NotANumber => Text::zh_en(
            "这里要填数字，例如 12.5。请只写数字。",
            "This must be a number, for example 12.5. Use digits only.",
        ),
        AnswerFault::NotADate => Text::zh_en(
            "这个日期不对，或者没有填全。请看一看年、月、日，年要写4个数字。",
            "This is no date, or a part is missing. Check year, month and day; the year has four digits.",
        ),
        AnswerFault::NotATime => Text::zh_en(
            "这个时间不对，或者没有填全。请填 0 到 23 时、0 到 59 分，例如 14 时 30 分。",
            "This is no time, or a part is missing. Hours go from 0 to 23, minutes from 0 to 59.",
        ),
        AnswerFault::NotAMoment => Text::zh_en(
            "这个日期或时间不对，或者没有填全。请看一看年、月、日、时、分。",
            "The date or the time is wrong, or a part is missing. Check year, month, day, hour and minute.",
        ),
        AnswerFault::NotAPlace => Text::zh_en(
            "这个位置不对，或者没有填全。纬度在 -90 到 90 之间，经度在 -180 到 180 之间，例如 38.25 和 116.5。",
            "This is no place, or a part is missing. Latitude goes from -90 to 90, longitude from -180 to 180.",
        ),
        AnswerFault::NotALine => Text::zh_en(
            "这条路线不对，或者没有填全。每行一个点，先纬度后经度，至少两个点，例如 38.25 116.5。",
            "This is no line, or a part is missing. One point a line, latitude then longitude, at least two; for example 38.25 116.5.",
        ),
        AnswerFault::NotAnOutline => Text::zh_en(
            "这个范围不对，或者没有填全。每行一个点，先纬度后经度，至少三个不在一处的点，例如 38.25 116.5。",
            "This is no outline, or a part is missing. One point a line, latitude then longitude, at least three in different places; for example 38.25 116.5.",
        ),
        AnswerFault::NotAFile => Text::zh_en(
            "这里要的是随答卷一起交来的文件的名称。",
            "This must be the name of a file that came with the response.",
        ),
        AnswerFault::NotTicked => Text::zh_en(
            "这里只能打勾，或者空着。",
            "This can only be ticked, or left empty.",
        ),
        AnswerFault::TooLarge => Text::zh_en(
            "这个数字太长了。请检查有没有多写。",
            "This number has too many digits. Check that none is extra.",
        ),
        AnswerFault::TooLong => Text::zh_en(
            format!("写得太长了，最多 {LONGEST_TEXT} 个字。请写短一些。"),
            format!("This is too long; the most is {LONGEST_TEXT} characters. Please shorten it."),
        ),
        AnswerFault::OutsideRange | AnswerFault::OffStep => range(fault, kind),
    }
}

fn range(fault: &AnswerFault, kind: &QuestionKind) -> Text {
    let QuestionKind::Range { start, end, step } = kind else {
        return constraint();
    };
    if *fault == AnswerFault::OutsideRange {
        return Text::zh_en(
            format!("这里要填 {start} 到 {end} 之间的数字。"),
            format!("This must be a number from {start} to {end}."),
        );
    }
    if kind.is_whole_range() && (*step - 1.0).abs() < f64::EPSILON {
        return Text::zh_en(
            "这里要填整数，不带小数点。",
            "This must be a whole number, without a decimal point.",
        );
    }
    let second = start + step;
    Text::zh_en(
        format!("这里要填从 {start} 起、每 {step} 一档的数字，例如 {second}。"),
        format!("This must go from {start} in steps of {step}, for example {second}."),
    )
}

pub(super) fn not_offered() -> Text {
    Text::zh_en(
        "这个答案不在选项里。请从列出的选项中选。",
        "This answer is not one of the choices. Choose from those listed.",
    )
}

pub(super) fn missing_beside_answers(missing: &Text) -> Text {
    Text::zh_en(
        format!("选了“{}”，就不能再选别的。请去掉其中一项。", missing.get("zh")),
        format!(
            "“{}” cannot be chosen together with other answers. Take one of them away.",
            missing.get("en")
        ),
    )
}

pub(super) fn rank_incomplete() -> Text {
    Text::zh_en(
        "还有没排到的项目。请给每一项选一个名次，从 1 起，不跳号。",
        "Something has no place yet. Choose a number for each line, from 1 on, leaving none out.",
    )
}

pub(super) fn rank_twice() -> Text {
    Text::zh_en(
        "有两项选了同一个名次。请让每一项的名次都不一样。",
        "Two lines have the same number. Give each line a number of its own.",
    )
}

pub(super) fn constraint() -> Text {
    Text::zh_en(
        "这个答案不合要求。请检查后再填。",
        "This answer does not fit the question. Please check it.",
    )
}

pub(super) fn not_asked() -> Text {
    Text::zh_en(
        "按前面的回答，这道题不用答。请去掉这个答案。",
        "Given the other answers this question is not asked. Remove the answer.",
    )
}

pub(super) fn takes_no_answer() -> Text {
    Text::zh_en(
        "这一项只是说明，不用作答。请去掉这个答案。",
        "This takes no answer. Remove it.",
    )
}

pub(super) fn unknown_field() -> Text {
    Text::zh_en("问卷里没有这道题。", "The questionnaire has no such question.")
}
