//! The words for faults of repeats, triggers, files and CSV, and of what can never happen.

use super::{Fault, Words, error, warning};

pub(super) fn words(fault: &Fault) -> Option<Words> {
    of_repeats(fault)
        .or_else(|| of_types(fault))
        .or_else(|| of_reading(fault))
}

fn of_repeats(fault: &Fault) -> Option<Words> {
    Some(match fault {
        Fault::RepeatedReference { name, repeat } => error(
            "XF016",
            format!("${{{name}}} 在重复组 {repeat} 里，有好几个答案，从组外不知道是哪一个。"),
            format!("${{{name}}} is in the repeat {repeat} and has several answers; from outside nobody knows which."),
        )
        .mend(
            format!("请写 sum(${{{name}}})、count(${{{name}}})、max、min、join，或 indexed-repeat(${{{name}}}, ${{{repeat}}}, 1)。"),
            format!("Write sum(${{{name}}}), count(${{{name}}}), max, min, join, or indexed-repeat(${{{name}}}, ${{{repeat}}}, 1)."),
        ),
        Fault::PositionOutsideRepeat => error(
            "XF017",
            "position(..) 是第几次重复，只能用在重复组里。",
            "position(..) is the number of the instance, so it belongs inside a repeat.",
        )
        .mend("请移到重复组里。", "Move it into a repeat."),
        Fault::NotARepeat { name } => error(
            "XF018",
            format!("{name} 不是包着这道题的重复组。"),
            format!("{name} is not a repeat around this question."),
        )
        .mend(
            "请写成 indexed-repeat(${题目}, ${重复组}, 第几个)。",
            "Write indexed-repeat(${question}, ${repeat}, number).",
        ),
        Fault::WrongEnd { name, is_repeat } => {
            let (begun, wanted) = if *is_repeat {
                ("begin_repeat", "end_repeat")
            } else {
                ("begin_group", "end_group")
            };
            error(
                "XF034",
                format!("{name} 用 {begun} 开始，这里的结束行对不上。"),
                format!("{name} begins with {begun}, and this row ends something else."),
            )
            .mend(format!("请写 {wanted}。"), format!("Write {wanted}."))
        }
        Fault::BadRepeatCount { most } => error(
            "XF035",
            format!("重复次数要写 1 到 {most} 的整数，或一个算式。"),
            format!("A repeat count is a whole number from 1 to {most}, or an expression."),
        )
        .mend("请改正次数。", "Correct it."),
        Fault::OpenRepeat { most } => warning(
            "XF036",
            format!("重复次数由回答决定，数据里最多留 {most} 个的位置，多出来的填不了。"),
            format!("How often it is asked depends on answers; there is room for {most}, and no more can be filled in."),
        )
        .mend(
            "请在 parameters 列写明最多几个，例如 most=20。",
            "Say in the parameters column how many there can be, for instance most=20.",
        ),
        Fault::TooManyInstances { count, most } => error(
            "XF037",
            format!("重复组展开以后有 {count} 项，超过了上限 {most}。"),
            format!("With all instances of its repeats the form has {count} items; the limit is {most}."),
        )
        .mend("请减少重复次数，或拆成几份问卷。", "Repeat less often, or split the form."),
        Fault::CountWithoutRepeat { name } => error(
            "XF038",
            format!("分组 {name} 不是重复组，不能写 repeat_count。"),
            format!("The group {name} is not a repeat, so it takes no repeat_count."),
        )
        .mend("请改为 begin_repeat，或清空这一格。", "Use begin_repeat, or clear the cell."),
        _ => return None,
    })
}

fn of_types(fault: &Fault) -> Option<Words> {
    Some(match fault {
        Fault::BadTrigger { text } => error(
            "XF019",
            format!("trigger 列看不懂“{text}”，这里只写题目。"),
            format!("“{text}” in the trigger column is not understood; it names questions only."),
        )
        .mend("请写成 ${题目名称}。", "Write ${question_name}."),
        Fault::OtherOutOfPlace => error(
            "XF026",
            "or_other 不能用在排序题上，也不能和 choice_filter 一起用。",
            "or_other goes neither with rank nor with a choice_filter.",
        )
        .mend(
            "请在 choices 表里自己加一项“其他”，再加一道填空题。",
            "Add a choice “other” to the list and a text question after it.",
        ),
        Fault::UploadNeedsFiles { word } => warning(
            "XF027",
            format!("{word} 题在网页和 ODK Collect 上会问；访问员的离线应用和 API 不能传文件，那里不问，也不要求。"),
            format!("Web pages and ODK Collect ask {word} questions; the interviewers' offline app and the API take no files, so it is not asked and not required there."),
        )
        .mend(
            "照片和录音可能认出人来：请确认有必要，并在开头的说明里告诉答题人。",
            "Pictures and recordings may show who somebody is: make sure they are needed, and say so where the survey begins.",
        ),
        Fault::NotNotedHere { word } => warning(
            "XF028",
            format!("网页上不记录 {word}，引用它得到空值。"),
            format!("Web pages do not note {word}; whatever refers to it finds nothing."),
        )
        .mend(
            "保密调查不需要的，请删去这一行。",
            "If a confidential survey has no need of it, remove the row.",
        ),
        Fault::NeverAsked { name } => warning(
            "XF067",
            format!("{name} 永远不会出现：无论怎样回答，条件都不成立。"),
            format!("{name} is never asked: no answers make its conditions true."),
        )
        .mend(
            "请检查 relevant 和外面分组的条件，例如 and 是否应为 or。",
            "Check relevant and the conditions of the groups around it; perhaps “and” should be “or”.",
        ),
        Fault::NeverSatisfied { name } => error(
            "XF068",
            format!("{name} 的核对条件自相矛盾，没有一个答案能通过。"),
            format!("The constraint of {name} contradicts itself: no answer satisfies it."),
        )
        .mend(
            "请检查大小关系和 and、or，例如 . > 5 and . < 3。",
            "Check the comparisons and “and”, “or”, as in . > 5 and . < 3.",
        ),
        Fault::LongSentence { count, most, text } => warning(
            "XF100",
            format!("有一句话长 {count} 个字词（“{text}…”），超过 {most} 个，读起来、听起来都费力。"),
            format!("A sentence is {count} words or characters long (“{text}…”); more than {most} are hard to read and to hear."),
        )
        .mend("请拆成短句，一句一个意思。", "Split it: one idea a sentence."),
        Fault::RareCharacters { characters } => warning(
            "XF101",
            format!("有不常用的字：{characters}。有些人不认识，有些旧手机读不出来。"),
            format!("There are rare characters: {characters}. Some people cannot read them, and some old phones cannot say them."),
        )
        .mend("请换常用的说法。", "Use common words."),
        _ => return None,
    })
}

fn of_reading(fault: &Fault) -> Option<Words> {
    Some(match fault {
        Fault::MissingTable { file, suggestion } => error(
            "XF112",
            format!("找不到 {file}。"),
            format!("There is no {file}."),
        )
        .meant(
            suggestion.as_deref(),
            &format!("请把这张表放进同一个工作簿，工作表取名 {file}。"),
            &format!("Put the table into the same workbook, on a sheet named {file}."),
        ),
        Fault::MissingTableColumn {
            file,
            column,
            suggestion,
        } => error(
            "XF113",
            format!("{file} 里没有 {column} 列。"),
            format!("{file} has no column {column}."),
        )
        .meant(
            suggestion.as_deref(),
            "请补上这一列，或改正列名。",
            "Add the column, or correct its name.",
        ),
        Fault::ComputedTable => error(
            "XF114",
            "pulldata 的前三个参数（表、要取的列、查找的列）要写成固定的文字。",
            "The first three arguments of pulldata (table, column, key column) are fixed texts.",
        )
        .mend(
            "请写成 pulldata('villages', 'township', 'name', ${village})。",
            "Write pulldata('villages', 'township', 'name', ${village}).",
        ),
        Fault::NotUtf8 => error(
            "XF110",
            "CSV 文件不是 UTF-8 编码，汉字读不出来。",
            "The CSV file is not in UTF-8, so its characters cannot be read.",
        )
        .mend(
            "请在 Excel 或 WPS 里另存为“CSV UTF-8（逗号分隔）”，或直接用 .xlsx。",
            "Save it as “CSV UTF-8 (comma delimited)”, or use .xlsx.",
        ),
        Fault::UnclosedQuote { line } => error(
            "XF111",
            format!("CSV 文件第 {line} 行起有一个引号没有成对。"),
            format!("A quotation mark that opens in line {line} of the CSV file is never closed."),
        )
        .mend("请补上引号。", "Close it."),
        _ => return None,
    })
}
