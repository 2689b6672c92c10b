//! The words for faults of expressions.

use super::{Fault, Words, error, warning};
use crate::expression::{FaultKind, TypeFault};

pub(super) fn words(fault: &Fault) -> Option<Words> {
    Some(match fault {
        Fault::Expression { kind, around } => of_grammar(kind, around),
        Fault::Type { fault } => of_type(fault),
        Fault::ConstraintWithoutCurrent => warning(
            "XF060",
            "核对条件里没有用“.”（本题的答案），无论答什么结果都一样。",
            "The constraint does not use “.”, the answer itself, so the answer makes no difference.",
        )
        .mend(
            "请用“.”表示本题的答案，例如 . >= 0。",
            "Use “.” for the answer, as in . >= 0.",
        ),
        Fault::CurrentOutOfPlace => error(
            "XF061",
            "“.”表示本题的答案，只能用在 constraint 里。",
            "“.” means the answer to this question and belongs in constraint only.",
        )
        .mend("请写成 ${题目名称}。", "Write ${question_name}."),
        Fault::BareName { name, is_question } => {
            let words = error(
                "XF062",
                format!("看不懂“{name}”。"),
                format!("“{name}” is not understood."),
            );
            if *is_question {
                words.mend(
                    format!("题目要写成 ${{{name}}}。"),
                    format!("A question is written ${{{name}}}."),
                )
            } else {
                words.mend(
                    format!("题目写成 ${{名称}}，文字要加引号，写成 '{name}'。"),
                    format!("A question is written ${{name}}, and a text is quoted: '{name}'."),
                )
            }
        }
        Fault::HasNoValue { name, is_group } => error(
            "XF063",
            format!(
                "{name} 是{}，没有答案可以引用。",
                if *is_group { "分组" } else { "说明文字" }
            ),
            format!(
                "{name} is a {}, so it has no answer.",
                if *is_group { "group" } else { "note" }
            ),
        )
        .mend("请引用其中的题目。", "Refer to a question."),
        Fault::MissingCalculation => error(
            "XF064",
            "calculate 没有写算式。",
            "This calculate has no calculation.",
        )
        .mend(
            "请在 calculation 列写上算式。",
            "Write one in the calculation column.",
        ),
        Fault::NoEffect { column, kind } => warning(
            "XF065",
            format!("{column} 对 {kind} 不起作用。"),
            format!("{column} has no effect on {kind}."),
        )
        .mend("请清空这一格。", "Clear the cell."),
        _ => return None,
    })
}

fn of_grammar(kind: &FaultKind, around: &str) -> Words {
    let zh = |problem: String| format!("表达式有误（{around}）：{problem}");
    let en = |problem: String| format!("The expression is wrong ({around}): {problem}");
    match kind {
        FaultKind::Ends => error(
            "XF050",
            zh("后面还缺内容。".into()),
            en("something is missing at the end.".into()),
        )
        .mend("请补完整。", "Complete it."),
        FaultKind::Unexpected(what) => error(
            "XF050",
            zh(format!("{what} 不能出现在这里。")),
            en(format!("{what} cannot stand here.")),
        )
        .mend(
            "请检查前后的运算符和括号。",
            "Check the operators and parentheses around it.",
        ),
        FaultKind::FullWidth { found, wanted } => error(
            "XF050",
            zh(format!("“{found}”是全角或中文符号。")),
            en(format!("“{found}” is not an ASCII sign.")),
        )
        .mend(
            format!("请切换到英文输入法，写 {wanted}。"),
            format!("Write {wanted}."),
        ),
        FaultKind::UnclosedParenthesis => error(
            "XF050",
            zh("左括号没有对应的右括号。".into()),
            en("a parenthesis is never closed.".into()),
        )
        .mend("请补上 )。", "Add )."),
        FaultKind::UnclosedText => error(
            "XF050",
            zh("引号没有成对。".into()),
            en("a quotation is never closed.".into()),
        )
        .mend("请补上引号。", "Add the other quotation mark."),
        FaultKind::BrokenReference => error(
            "XF050",
            zh("题目的引用不完整。".into()),
            en("a reference is not complete.".into()),
        )
        .mend("请写成 ${题目名称}。", "Write ${question_name}."),
        FaultKind::Path => error(
            "XF050",
            zh("不支持路径写法。".into()),
            en("paths are not supported.".into()),
        )
        .mend(
            "引用题目请写 ${题目名称}；除法请写 div。",
            "Refer to a question as ${name}; divide with div.",
        ),
        FaultKind::TooComplex => error(
            "XF050",
            zh("太长或嵌套太深。".into()),
            en("it is too long or nested too deeply.".into()),
        )
        .mend("请拆成几个 calculate。", "Split it into several calculate rows."),
        FaultKind::UnknownFunction { name, suggestion } => error(
            "XF051",
            format!("没有 {name} 这个函数。"),
            format!("There is no function {name}."),
        )
        .meant(
            suggestion.map(|near| format!("{near}()")).as_deref(),
            "请检查函数名称。",
            "Check its name.",
        ),
        FaultKind::UnsupportedFunction(name) => error(
            "XF052",
            format!("ODK 的函数 {name} 目前还不支持。"),
            format!("The ODK function {name} is not supported yet."),
        )
        .mend("请换一种写法。", "Write it in another way."),
        FaultKind::Arguments { function, given } => {
            let (least, most) = function.arity();
            let (zh_count, en_count) = match (least, most) {
                (1, 1) => (" 1 个".to_owned(), "1 argument".to_owned()),
                (least, most) if least == most => (format!(" {least} 个"), format!("{least} arguments")),
                (least, usize::MAX) => (
                    format!("至少 {least} 个"),
                    format!("at least {least} argument{}", if least == 1 { "" } else { "s" }),
                ),
                (least, most) => (
                    format!(" {least} 到 {most} 个"),
                    format!("{least} to {most} arguments"),
                ),
            };
            error(
                "XF053",
                format!(
                    "函数 {} 需要{zh_count}参数，这里写了 {given} 个。",
                    function.name()
                ),
                format!("The function {} takes {en_count}, not {given}.", function.name()),
            )
            .mend("请检查逗号和括号。", "Check commas and parentheses.")
        }
        FaultKind::NoQuestion => error(
            "XF066",
            zh("jr:choice-name 的第二个参数要写明是哪道题。".into()),
            en("the second argument of jr:choice-name says which question is meant.".into()),
        )
        .mend(
            "请写成 jr:choice-name(${题目}, '${题目}')。",
            "Write jr:choice-name(${question}, '${question}').",
        ),
        FaultKind::BadPattern(problem) => error(
            "XF054",
            format!("正则表达式有误（{problem}）。"),
            format!("The regular expression is wrong ({problem})."),
        )
        .mend(
            "请检查 regex() 的第二个参数。",
            "Check the second argument of regex().",
        ),
    }
}

fn of_type(fault: &TypeFault) -> Words {
    let name = |question: &Option<String>| {
        question
            .as_ref()
            .map_or_else(|| ".".to_owned(), |name| format!("${{{name}}}"))
    };
    match fault {
        TypeFault::UnknownCode {
            code,
            question,
            suggestion,
        } => error(
            "XF055",
            format!("{} 没有 '{code}' 这个选项，这样写起不了作用。", name(question)),
            format!(
                "{} has no choice '{code}', so this has no effect.",
                name(question)
            ),
        )
        .meant(
            suggestion.as_ref().map(|near| format!("'{near}'")).as_deref(),
            "请写 choices 表 name 列里的值。",
            "Use a value from the name column of the choices sheet.",
        ),
        TypeFault::NotANumber { literal } => error(
            "XF056",
            format!("'{literal}' 不是数字，也不是日期，不能这样比较或计算。"),
            format!("'{literal}' is neither a number nor a date, so it cannot be used like this."),
        )
        .mend(
            "请改成数字，日期写成 '2026-01-31'。",
            "Use a number, or a date such as '2026-01-31'.",
        ),
        TypeFault::SetCompared { question } => warning(
            "XF057",
            format!("{} 是多选题，选了两项以上时“=”就不成立。", name(question)),
            format!(
                "{} takes several choices; = fails as soon as two are chosen.",
                name(question)
            ),
        )
        .mend(
            format!("请写 selected({}, '选项')。", name(question)),
            format!("Write selected({}, 'choice').", name(question)),
        ),
        TypeFault::BooleanCompared { literal } => warning(
            "XF058",
            format!("真假值与文字 '{literal}' 比较，任何文字都算“真”。"),
            format!("A truth value is compared with '{literal}', and every text counts as true."),
        )
        .mend(
            "请直接写条件，或用 not(…)、true()、false()。",
            "Use the condition itself, not(…), true() or false().",
        ),
        TypeFault::NotChosen { question } => error(
            "XF059",
            format!("{} 不是选择题，不能用 selected。", name(question)),
            format!(
                "{} is not chosen from a list, so selected does not apply.",
                name(question)
            ),
        )
        .mend("请用 = 比较。", "Compare with =."),
    }
}
