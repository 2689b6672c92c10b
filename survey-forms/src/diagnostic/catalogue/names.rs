//! The words for faults of names, references, types, groups and pages.

use super::{Fault, Words, error, warning};

pub(super) fn words(fault: &Fault) -> Option<Words> {
    Some(match fault {
            Fault::DuplicateName { name, other_row } => error(
                "XF010",
                format!("名称 {name} 与第 {other_row} 行重复。题目和分组的名称在整份问卷里都不能重复。"),
                format!("The name {name} is already used in row {other_row}; every question and group needs its own."),
            )
            .mend("请换一个名称。", "Choose another name."),
            Fault::BadName { name } => error(
                "XF011",
                format!("名称“{name}”不合规则：要以字母（或汉字）、下划线开头，后面只能有字母、数字、_、- 和 .，不能有空格。"),
                format!(
                    "“{name}” cannot be a name: it starts with a letter or underscore and has only letters, digits, _, - and ."
                ),
            )
            .mend("请改名，例如 sat_overall。", "Rename it, for instance sat_overall."),
            Fault::UnknownReference { name, suggestion } => error(
                "XF012",
                format!("引用了不存在的题目 ${{{name}}}。"),
                format!("It refers to ${{{name}}}, which does not exist."),
            )
            .meant(
                suggestion.as_ref().map(|near| format!("${{{near}}}")).as_deref(),
                "请检查题目名称。",
                "Check the question's name.",
            ),
            Fault::Cycle { path } => error(
                "XF013",
                format!("互相依赖，绕成了圈：{}。", path.join(" → ")),
                format!("These depend on each other in a circle: {}.", path.join(" → ")),
            )
            .mend(
                "请去掉其中一处引用，让每道题只依赖别的题。",
                "Take away one of the references, so that nothing depends on itself.",
            ),
            Fault::ConstraintCycle { path } => warning(
                "XF014",
                format!("核对条件互相引用：{}。先答的那道题核对时，后面的题还没有答案。", path.join(" → ")),
                format!(
                    "Constraints refer to each other: {}. The first is tested while the later ones have no answer.",
                    path.join(" → ")
                ),
            )
            .mend("请把核对条件只写在后面那道题上。", "Keep the constraint on the later question only."),
            Fault::MissingName => error("XF015", "缺少名称 (name)。", "The name is missing.")
                .mend("请在 name 列给它起一个名称。", "Give it one in the name column."),
            Fault::UnknownType { word, suggestion } => error(
                "XF020",
                format!("不认识题型“{word}”。"),
                format!("The type “{word}” is not known."),
            )
            .meant(
                suggestion.as_deref(),
                "常用题型：text、integer、decimal、date、select_one 选项表、select_multiple 选项表、range、note。",
                "Common types: text, integer, decimal, date, select_one LIST, select_multiple LIST, range, note.",
            ),
            Fault::UnsupportedType { word } => error(
                "XF021",
                format!("XLSForm 的题型“{word}”目前还不支持。"),
                format!("The XLSForm type “{word}” is not supported yet."),
            )
            .mend("请换一种题型，或删去这一行。", "Use another type, or remove the row."),
            Fault::MissingType => error("XF022", "缺少题型 (type)。", "The type is missing.")
                .mend("请在 type 列写上题型，例如 text。", "Give it one in the type column, for instance text."),
            Fault::BadParameter { text } => error(
                "XF023",
                format!("看不懂参数“{text}”，或者它对这种题不起作用。"),
                format!("The parameter “{text}” is not understood, or means nothing for this type."),
            )
            .mend(
                "range 写 start=0 end=10 step=1；选择题写 randomize=true，可再写 seed=${题目}；重复组写 most=20。",
                "A range takes start=0 end=10 step=1; a select takes randomize=true and perhaps seed=${question}; a repeat takes most=20.",
            ),
            Fault::RangeRunsBackwards { start, end, step } => error(
                "XF024",
                format!("range 的范围不通：从 {start} 到 {end}，每步 {step}。起点要小于终点，步长要大于 0 且不超过范围。"),
                format!("The range from {start} to {end} in steps of {step} has no values; start < end and step > 0."),
            )
            .mend("请改正 start、end 或 step。", "Correct start, end or step."),
            Fault::MissingList { word } => error(
                "XF025",
                format!("{word} 后面没有写选项表的名称。"),
                format!("{word} is not followed by the name of a list of choices."),
            )
            .mend(format!("请写成“{word} 选项表名”。"), format!("Write “{word} LIST_NAME”.")),
            Fault::EndWithoutBegin => error(
                "XF030",
                "这里结束分组 (end_group)，前面却没有对应的 begin_group。",
                "A group ends here (end_group) that does not begin anywhere.",
            )
            .mend("请删去这一行，或补上 begin_group。", "Remove the row or add a begin_group."),
            Fault::BeginWithoutEnd { name } => error(
                "XF031",
                format!("分组 {name} 从这一行开始，一直没有结束。"),
                format!("The group {name} begins in this row and never ends."),
            )
            .mend("请在组内最后一题下面加一行 end_group。", "Add a row end_group below its last question."),
            Fault::EmptyGroup { name } => warning(
                "XF032",
                format!("分组 {name} 里没有题目。"),
                format!("The group {name} holds no questions."),
            )
            .mend("请删去这个分组。", "Remove it."),
            Fault::DependsOnSamePage { name } => warning(
                "XF033",
                format!("是否显示要看同一页的 {name}。没有脚本的手机上，要提交一次才会出现这道题。"),
                format!("Whether it is shown depends on {name} on the same page; without script it appears after sending."),
            )
            .mend("建议把两道题分到不同的页。", "Better put the two on different pages."),
            _ => return None,
        })
}
