//! The words for faults of choice lists.

use super::{Fault, Words, error, warning};

pub(super) fn words(fault: &Fault) -> Option<Words> {
    Some(match fault {
        Fault::UnknownList { list, suggestion } => error(
            "XF040",
            format!("choices 表里没有选项表 {list}。"),
            format!("The choices sheet has no list {list}."),
        )
        .meant(
            suggestion.as_deref(),
            "请在 choices 表里补上这些选项。",
            "Add its choices to the choices sheet.",
        ),
        Fault::DuplicateChoice { choice, list, other_row } => error(
            "XF041",
            format!("选项表 {list} 里的 {choice} 与第 {other_row} 行重复。"),
            format!("The choice {choice} of the list {list} is already in row {other_row}."),
        )
        .mend("请删去一行，或换一个值。", "Remove one of the rows or change its name."),
        Fault::UnusedList { list } => warning(
            "XF042",
            format!("选项表 {list} 没有题目使用。"),
            format!("No question uses the list {list}."),
        )
        .mend("如果不再需要，可以删去。", "If it is not needed, remove it."),
        Fault::UnknownExternalList { list, suggestion } => error(
            "XF115",
            format!("external_choices 表里没有选项表 {list}。"),
            format!("The sheet external_choices has no list {list}."),
        )
        .meant(
            suggestion.as_deref(),
            "请在 external_choices 表里补上这些选项；选项在 choices 表里的，题型请写 select_one。",
            "Add its choices to the sheet external_choices; if they are on the choices sheet, write select_one.",
        ),
        Fault::ListOnTwoSheets { list } => error(
            "XF116",
            format!("选项表 {list} 在 choices 表和 external_choices 表里都有，不知道用哪一份。"),
            format!("The list {list} is both on the choices sheet and on external_choices."),
        )
        .mend("请只留一份，或给其中一份改名。", "Keep one of them, or rename one."),
        Fault::BadChoiceName { choice } => error(
            "XF043",
            format!("选项的值“{choice}”里有空格。多选题的答案以空格分隔，值里不能有空格。"),
            format!("The choice name “{choice}” has a space in it; answers to select_multiple are split at spaces."),
        )
        .mend("请用下划线代替空格。", "Use an underscore instead."),
        Fault::ChoiceWithoutList => error(
            "XF044",
            "这一行没有写 list_name，不知道属于哪张选项表。",
            "This row has no list_name, so it belongs to no list.",
        )
        .mend("请补上选项表的名称。", "Add the name of its list."),
        Fault::ChoiceWithoutName { list } => error(
            "XF045",
            format!("选项表 {list} 的这一行没有值 (name)。"),
            format!("This choice of the list {list} has no name."),
        )
        .mend("请补上要存储的值。", "Add the value to be stored."),
        Fault::ChoiceWithoutLabel { choice, list } => error(
            "XF046",
            format!("选项表 {list} 的 {choice} 没有文字 (label)，答题人会看到空白。"),
            format!("The choice {choice} of the list {list} has no label, so respondents would see nothing."),
        )
        .mend("请补上选项文字。", "Add its label."),
        Fault::BadMissingKind { word } => error(
            "XF047",
            format!("missing 列不认识“{word}”，只能写 dont_know（说不清）、not_applicable（不适用）、refused（不想回答）。"),
            format!("“{word}” is not one of dont_know, not_applicable and refused."),
        )
        .mend("请改为其中之一；正常的选项留空。", "Use one of them; leave it empty for a real answer."),
        Fault::UnknownFilterColumn { name, suggestion } => error(
            "XF048",
            format!("choices 表里没有 {name} 列。"),
            format!("The choices sheet has no column {name}."),
        )
        .meant(
            suggestion.as_deref(),
            "请在 choices 表里加上这一列；如果指的是题目，要写成 ${名称}。",
            "Add the column to the choices sheet; a question is written ${name}.",
        ),
        Fault::OnlyMissingChoices { list } => error(
            "XF049",
            format!("选项表 {list} 里只有“说不清”一类的选项，没有可以作答的选项。"),
            format!("Every choice of the list {list} is a kind of missing, so nobody could answer."),
        )
        .mend("请补上正常的选项，或清空 missing 列。", "Add real choices, or clear the missing column."),
        _ => return None,
    })
}
