//! The words for faults of a questionnaire's own words, its settings and its fixed values.

use super::{Fault, Words, error, warning};

pub(super) fn words(fault: &Fault) -> Option<Words> {
    Some(match fault {
        Fault::MissingLabel { name } => error(
            "XF070",
            format!("{name} 没有题目文字 (label)，答题人和读屏软件都不知道问的是什么。"),
            format!("{name} has no label, so neither respondents nor screen readers know what is asked."),
        )
        .mend("请补上题目文字。", "Add the question's words."),
        Fault::MissingTranslation { language } => warning(
            "XF071",
            format!("缺少“{language}”的译文，将显示另一种语言。"),
            format!("The translation into “{language}” is missing; another language will be shown."),
        )
        .mend("请补上译文。", "Add the translation."),
        Fault::MissingDefaultWording { language } => error(
            "XF078",
            format!("默认语言“{language}”没有文字，答题人会看到别的语言。"),
            format!(
                "There are no words in the default language “{language}”; respondents would see another language."
            ),
        )
        .mend("请补上默认语言的文字。", "Write the words in the default language."),
        Fault::WordingWithoutLanguage { tag, language } => error(
            "XF076",
            format!("有“{tag}”的措辞，却没有语言“{language}”；措辞只能附在一种语言上。"),
            format!("There are words in “{tag}” but none in the language “{language}” to which they belong."),
        )
        .mend(
            format!("请加上“{language}”的列，或改正代码。"),
            format!("Add columns in “{language}”, or correct the code."),
        ),
        Fault::UnknownWording { tag, suggestion } => warning(
            "XF077",
            format!("没有人会选到“{tag}”这种措辞，里面的文字永远不会显示。"),
            format!("Nobody can ask for the wording “{tag}”, so its words are never shown."),
        )
        .meant(
            suggestion.as_deref(),
            "易读写 x-easy，代答写 x-proxy，例如 zh-x-easy。",
            "Easy read is x-easy, words to a proxy x-proxy, as in zh-x-easy.",
        ),
        Fault::LanguageWithoutCode { name, tag } => warning(
            "XF072",
            format!("语言“{name}”没有写代码，读屏软件不知道怎样发音，暂用 {tag}。"),
            format!(
                "The language “{name}” has no code, so screen readers cannot pronounce it; {tag} is used."
            ),
        )
        .mend(
            format!("请写成“{name} (代码)”，例如“中文 (zh)”。"),
            format!("Write “{name} (code)”, as in “English (en)”."),
        ),
        Fault::MessageWithoutRule { rule } => warning(
            "XF073",
            format!("写了提示语，却没有 {rule}，永远不会显示。"),
            format!("There is a message but no {rule}, so it is never shown."),
        )
        .mend(
            format!("请补上 {rule}，或删去提示语。"),
            format!("Add the {rule} or remove the message."),
        ),
        Fault::ConstraintWithoutMessage => warning(
            "XF074",
            "有核对条件，却没有 constraint_message；答错的人只会看到“请检查”。",
            "There is a constraint without constraint_message; people would only be told to check.",
        )
        .mend(
            "请写明哪里不对、怎样改。",
            "Say what is wrong and how to put it right.",
        ),
        Fault::BrokenPlaceholder { text } => error(
            "XF075",
            format!("文字里的“{text}”不完整。"),
            format!("“{text}” in the words is not complete."),
        )
        .mend(
            "要引用答案，请写成 ${题目名称}。",
            "To show an answer, write ${question_name}.",
        ),
        Fault::UnknownDefaultLanguage { name, known } => error(
            "XF080",
            format!(
                "default_language 写的是“{name}”，问卷里没有这种语言（有：{}）。",
                known.join("、")
            ),
            format!(
                "default_language is “{name}”, which the form does not have (it has {}).",
                known.join(", ")
            ),
        )
        .mend("请写成列名里的语言。", "Use a language of the headers."),
        Fault::BadYesNo { value } => error(
            "XF081",
            format!("看不懂“{value}”，这里要写 yes 或 no（或一个条件）。"),
            format!("“{value}” is not understood; write yes or no (or a condition)."),
        )
        .mend("请改为 yes 或 no。", "Use yes or no."),
        Fault::BadDefault { value, suggestion } => error(
            "XF082",
            format!("默认值“{value}”不是这道题的有效答案。"),
            format!("The default “{value}” is not a valid answer to this question."),
        )
        .meant(
            suggestion.as_deref(),
            "请改正，或清空默认值。",
            "Correct it or leave it empty.",
        ),
        Fault::BadFormId { id } => error(
            "XF084",
            format!("form_id “{id}”不合规则：只能有字母、数字、_、- 和 .。"),
            format!("“{id}” cannot be a form_id: it has only letters, digits, _, - and ."),
        )
        .mend("请改名，例如 resident。", "Rename it, for instance resident."),
        Fault::UnsupportedSetting { header } => error(
            "XF088",
            format!("设置“{header}”目前还不支持。"),
            format!("The setting “{header}” is not supported yet."),
        )
        .mend("请清空这一格。", "Clear the cell."),
        _ => return None,
    })
}
