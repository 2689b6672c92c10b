//! The words of refusals: what is wrong, and how to mend it.

use super::{Pair, Reference, Refusal, pair};

fn did_you_mean(suggestion: &Option<String>) -> Pair {
    match suggestion {
        Some(name) => pair(format!("是否想写“{name}”？"), format!("Did you mean “{name}”?")),
        None => pair(
            "请刷新页面，看看现在有哪些。",
            "Reload the page to see what there is now.",
        ),
    }
}

fn place(by: &Reference) -> Pair {
    let named = |open: &str, close: &str| match by.name.as_str() {
        "" => String::new(),
        name => format!("{open}{name}{close}"),
    };
    pair(
        format!(
            "{} 表第 {} 行 {} 列{}",
            by.sheet,
            by.row,
            by.column,
            named("（", "）")
        ),
        format!(
            "{} sheet, row {}, column {}{}",
            by.sheet,
            by.row,
            by.column,
            named(" (", ")")
        ),
    )
}

impl Refusal {
    pub(super) fn words_of_rows(&self) -> Option<(Pair, Pair)> {
        Some(match self {
            Self::NoRow { key, suggestion } => (
                pair(
                    format!("没有“{key}”这一行。"),
                    format!("There is no row “{key}”."),
                ),
                did_you_mean(suggestion),
            ),
            Self::BadName { name } => (
                pair(
                    format!("“{name}”不能作名称。"),
                    format!("“{name}” cannot be a name."),
                ),
                pair(
                    "名称以字母、汉字或下划线开头，后面可以有字母、汉字、数字、下划线、连字符和点，不能有空格。",
                    "A name begins with a letter or an underscore and holds letters, digits, underscores, hyphens and dots; no blanks.",
                ),
            ),
            Self::NameTaken { name, row } => (
                pair(
                    format!("第 {row} 行已经叫“{name}”。"),
                    format!("Row {row} is called “{name}” already."),
                ),
                pair(
                    "换一个名称；全卷的名称不能重复。",
                    "Choose another; names are unique in the whole questionnaire.",
                ),
            ),
            Self::StillReferred { name, by } => {
                let (zh, en) = place(by);
                (
                    pair(
                        format!("{zh}还用着“{name}”。"),
                        format!("{en} still refers to “{name}”."),
                    ),
                    pair(
                        "先改那一处，再删除。",
                        "Change that place first, then remove this.",
                    ),
                )
            }
            Self::ConditionLost { name } => (
                pair(
                    format!("组“{name}”有显示条件；拆掉组，条件就没有了。"),
                    format!("The group “{name}” has a condition, which would be lost with it."),
                ),
                pair(
                    "先清除组的条件，或把条件写到组里各题上。",
                    "Clear the group's condition first, or give it to the questions inside.",
                ),
            ),
            Self::KindMismatch { from, to } => (
                pair(
                    format!("“{}”不能改成“{}”。", from.get("zh"), to.get("zh")),
                    format!("“{}” cannot become “{}”.", from.get("en"), to.get("en")),
                ),
                pair(
                    "题目只能改成题目，组只能改成组。可以新加一个，再删除这一个。",
                    "Questions become questions, and groups become groups. Add a new one and remove this one.",
                ),
            ),
            Self::NotAGroup { key } => (
                pair(
                    format!("“{key}”不是组，里面放不了东西。"),
                    format!("“{key}” is no group and holds nothing."),
                ),
                pair(
                    "选一个组，或选“在它后面”。",
                    "Choose a group, or the place behind it.",
                ),
            ),
            Self::IntoItself => (
                pair(
                    "不能移到它自己里面或后面。",
                    "It cannot go into or behind itself.",
                ),
                pair("选别的位置。", "Choose another place."),
            ),
            Self::AtTheEnd { up: true } => (
                pair("它已经在最前面。", "It is the first already."),
                pair("不用再移。", "There is nowhere further up."),
            ),
            Self::AtTheEnd { up: false } => (
                pair("它已经在最后面。", "It is the last already."),
                pair("不用再移。", "There is nowhere further down."),
            ),
            Self::NotInAGroup => (
                pair("它不在任何组里。", "It is in no group."),
                pair("不用移出。", "There is nothing to leave."),
            ),
            Self::NoEndRow { name } => (
                pair(
                    format!("组“{name}”没有结尾的一行。"),
                    format!("The group “{name}” has no row that ends it."),
                ),
                pair(
                    "导出为表格，在组的最后一题下面加一行，type 写 end_group（重复组写 end_repeat），再导入。",
                    "Export the workbook, add a row with the type end_group (end_repeat for a repeat) below the group's last question, and import it.",
                ),
            ),
            _ => return None,
        })
    }

    pub(super) fn words_of_choices(&self) -> Option<(Pair, Pair)> {
        Some(match self {
            Self::NoList { list, suggestion } => (
                pair(
                    format!("没有选项表“{list}”。"),
                    format!("There is no choice list “{list}”."),
                ),
                did_you_mean(suggestion),
            ),
            Self::ListTaken { list } => (
                pair(
                    format!("已经有选项表“{list}”。"),
                    format!("There is a choice list “{list}” already."),
                ),
                pair("换一个名称。", "Choose another name."),
            ),
            Self::BadListName { list } => (
                pair(
                    format!("“{list}”不能作选项表的名称。"),
                    format!("“{list}” cannot be the name of a choice list."),
                ),
                pair(
                    "名称里不能有空格，也不能是空的。",
                    "It must not be empty or hold blanks.",
                ),
            ),
            Self::NeedsList => (
                pair("这种题要有选项。", "This kind of question needs choices."),
                pair(
                    "选一个已有的选项表，或写出至少一个选项。",
                    "Choose a list that exists, or write at least one choice.",
                ),
            ),
            Self::ListInUse { list, by } => (
                pair(
                    format!("“{by}”还用着选项表“{list}”。"),
                    format!("“{by}” still uses the list “{list}”."),
                ),
                pair(
                    "先给那一题换别的选项。",
                    "Give that question other choices first.",
                ),
            ),
            Self::NoChoice {
                choice,
                list,
                suggestion,
            } => (
                pair(
                    format!("选项表“{list}”里没有“{choice}”。"),
                    format!("The list “{list}” has no choice “{choice}”."),
                ),
                did_you_mean(suggestion),
            ),
            Self::BadChoiceName { choice } => (
                pair(
                    format!("“{choice}”不能作选项的值。"),
                    format!("“{choice}” cannot be the value of a choice."),
                ),
                pair(
                    "值里不能有空格和引号，也不能是空的；给人看的话写在选项文字里。",
                    "It must not be empty or hold blanks or quotation marks; what people read goes into its words.",
                ),
            ),
            Self::ChoiceTaken { choice, list } => (
                pair(
                    format!("选项表“{list}”里已经有“{choice}”。"),
                    format!("The list “{list}” has a choice “{choice}” already."),
                ),
                pair("换一个值。", "Choose another value."),
            ),
            Self::ChoiceTested { choice, by } => {
                let (zh, en) = place(by);
                (
                    pair(
                        format!("{zh}还用着选项“{choice}”。"),
                        format!("{en} still tests for the choice “{choice}”."),
                    ),
                    pair(
                        "先改那一处，再删除。",
                        "Change that place first, then remove this.",
                    ),
                )
            }
            Self::CodeCalculated { choice, by } => {
                let (zh, en) = place(by);
                (
                    pair(
                        format!("{zh}拿这个选项表的值来比大小或计算，改“{choice}”会改变结果。"),
                        format!(
                            "{en} compares or calculates with values of this list; changing “{choice}” would change what comes out."
                        ),
                    ),
                    pair("先改那一处。", "Change that place first."),
                )
            }
            Self::LastChoice { list } => (
                pair(
                    format!("选项表“{list}”只剩这一个选项了。"),
                    format!("It is the last choice of the list “{list}”."),
                ),
                pair(
                    "先加别的选项，或删除整个选项表。",
                    "Add another first, or remove the whole list.",
                ),
            ),
            _ => return None,
        })
    }

    pub(super) fn words_of_the_rest(&self) -> (Pair, Pair) {
        match self {
            Self::NoLanguage { lang, known } => (
                pair(
                    format!("问卷没有“{lang}”这种语言。"),
                    format!("The questionnaire has no language “{lang}”."),
                ),
                pair(
                    format!("先加这种语言；现有：{}。", known.join("、")),
                    format!("Add the language first; there are: {}.", known.join(", ")),
                ),
            ),
            Self::BadLanguage { lang } => (
                pair(
                    format!("“{lang}”不是语言代码。"),
                    format!("“{lang}” is no language code."),
                ),
                pair(
                    "写 zh、en、ug、bo 这样的代码；易读写 zh-x-easy，问代答人的话写 zh-x-proxy。",
                    "Write a code such as zh, en, ug, bo; zh-x-easy for easy read, zh-x-proxy for what is said to a proxy.",
                ),
            ),
            Self::LanguageThere { lang } => (
                pair(
                    format!("问卷已经有“{lang}”。"),
                    format!("The questionnaire has “{lang}” already."),
                ),
                pair("直接填写译文。", "Write the translations."),
            ),
            Self::WordingWithoutLanguage { lang, language } => (
                pair(
                    format!("“{lang}”是“{language}”的另一种说法，而问卷没有“{language}”。"),
                    format!("“{lang}” is a wording of “{language}”, which the questionnaire does not have."),
                ),
                pair(format!("先加“{language}”。"), format!("Add “{language}” first.")),
            ),
            Self::LanguageNeeded { lang, is_first: true } => (
                pair(
                    format!("“{lang}”是首先显示的语言，不能删除。"),
                    format!("“{lang}” is the language that is shown first and cannot go."),
                ),
                pair("先把别的语言设为首选。", "Let another language be shown first."),
            ),
            Self::LanguageNeeded { lang, .. } => (
                pair(
                    format!("“{lang}”还有易读或代答的说法。"),
                    format!("There are wordings of “{lang}”."),
                ),
                pair("先删除那些说法。", "Remove those first."),
            ),
            Self::BadFormId { id } => (
                pair(
                    format!("“{id}”不能作问卷代号。"),
                    format!("“{id}” cannot be a form's id."),
                ),
                pair(
                    "用字母、汉字、数字、下划线、连字符和点，以字母、汉字、数字或下划线开头。",
                    "Use letters, digits, underscores, hyphens and dots, beginning with a letter, digit or underscore.",
                ),
            ),
            Self::NoCommonLanguage => (
                pair(
                    "题库的题只有中文和英文，这份问卷两种都没有。",
                    "The bank is in Chinese and English, and this questionnaire is in neither.",
                ),
                pair(
                    "先给问卷加中文（zh）或英文（en），插入后再翻译。",
                    "Add Chinese (zh) or English (en) first, and translate after inserting.",
                ),
            ),
            Self::OtherLanguages { languages } => {
                let languages = languages.join(", ");
                (
                    pair(
                        format!("那份问卷只有 {languages}，这份问卷没有其中任何一种语言。"),
                        format!("That questionnaire is in {languages}, none of which this one has."),
                    ),
                    pair(
                        "先给这份问卷加上其中一种语言，再复制。",
                        "Add one of these languages to this questionnaire, then copy.",
                    ),
                )
            }
            Self::OtherTable { table } => (
                pair(
                    format!("两份问卷都有名为 {table} 的数据表，内容却不一样。"),
                    format!("Both questionnaires have a table {table}, and they differ."),
                ),
                pair(
                    "先用电子表格给其中一张改名（连同用到它的地方），再复制。",
                    "Rename one of them in a spreadsheet, with all that uses it, then copy.",
                ),
            ),
            Self::OutOfPlace { column, kind } => (
                pair(
                    format!("“{}”用不着 {column}。", kind.get("zh")),
                    format!("“{}” has no use for {column}.", kind.get("en")),
                ),
                pair("留空。", "Leave it empty."),
            ),
            Self::BadYesNo { value } => (
                pair(
                    format!("“{value}”不是“是”或“否”。"),
                    format!("“{value}” is neither yes nor no."),
                ),
                pair("写 yes 或留空。", "Write yes, or leave it empty."),
            ),
            Self::TooLong => (
                pair("太长了。", "It is too long."),
                pair(
                    "一个单元格最多 32767 个字符。",
                    "A cell holds 32,767 characters at most.",
                ),
            ),
            Self::TooLarge => (
                pair("工作表放不下了。", "The sheet is full."),
                pair(
                    "最多 20000 行、500 列。把问卷分成几份。",
                    "It holds 20,000 rows and 500 columns at most. Make several questionnaires.",
                ),
            ),
            Self::CannotWrite { reason } => (
                pair(
                    format!("写不成 Excel 文件：{reason}。"),
                    format!("It cannot be written as a workbook: {reason}."),
                ),
                pair(
                    "工作表名称最多 31 个字符，不能有 []:*?/\\；一个单元格最多 32767 个字符。",
                    "A sheet's name has at most 31 characters and none of []:*?/\\; a cell holds 32,767 characters at most.",
                ),
            ),
            Self::NoCollection { id } => (
                pair(
                    format!("题库里没有“{id}”。"),
                    format!("The bank has no collection “{id}”."),
                ),
                pair("从题库页面上选。", "Choose one on the bank's page."),
            ),
            Self::NoBankItem { item, collection } => (
                pair(
                    format!("题库的“{collection}”里没有“{item}”。"),
                    format!("The bank's collection “{collection}” has no “{item}”."),
                ),
                pair("从题库页面上选。", "Choose one on the bank's page."),
            ),
            Self::NotAskable { question, suggestion } => (
                pair(
                    format!("条件里问不到“{question}”。"),
                    format!("A condition cannot ask about “{question}”."),
                ),
                match suggestion {
                    Some(_) => did_you_mean(suggestion),
                    None => pair("选一道有答案的题。", "Choose a question that has an answer."),
                },
            ),
            Self::ComparatorUnfit { question, comparator } => (
                pair(
                    format!("“{question}”这种题不能用“{}”来比。", comparator.get("zh")),
                    format!(
                        "“{}” does not fit the kind of “{question}”.",
                        comparator.get("en")
                    ),
                ),
                pair("选别的比法。", "Choose another comparison."),
            ),
            Self::ValueMissing { question } => (
                pair(
                    format!("关于“{question}”的条件没有写全。"),
                    format!("The condition about “{question}” is not complete."),
                ),
                pair("填上要比的值。", "Say what it is compared with."),
            ),
            Self::BadValue {
                value,
                question,
                wanted,
            } => (
                pair(
                    format!("“{value}”不能和“{question}”比。"),
                    format!("“{value}” cannot be compared with “{question}”."),
                ),
                pair(wanted.get("zh"), wanted.get("en")),
            ),
            Self::BothMarks { value } => (
                pair(
                    format!("“{value}”里既有单引号又有双引号。"),
                    format!("“{value}” holds both kinds of quotation mark."),
                ),
                pair("去掉一种引号。", "Leave one kind out."),
            ),
            Self::NoLimit => (
                pair("没有写界限。", "There is no limit."),
                pair(
                    "至少写一个：最小或最大。",
                    "Write at least one: the least or the most.",
                ),
            ),
            Self::LimitsCross => (
                pair(
                    "最小的比最大的还大，没有答案能通过。",
                    "The least is greater than the most; no answer would do.",
                ),
                pair("换过来写。", "Write them the other way round."),
            ),
            Self::BadPattern { reason } => (
                pair(
                    format!("这个格式写得不对：{reason}。"),
                    format!("This is no regular expression: {reason}."),
                ),
                pair(
                    "改正，或选现成的格式。",
                    "Mend it, or choose one of those that are ready.",
                ),
            ),
            Self::BadDay { value } => (
                pair(format!("“{value}”不是日期。"), format!("“{value}” is no day.")),
                pair("写成 2026-01-31 这样。", "Write it as 2026-01-31."),
            ),
            // The others are said above.
            _ => (pair("", ""), pair("", "")),
        }
    }
}
