use super::read;
use crate::form::Form;
use crate::testing::{answers, lines};
use crate::{flow, xlsform};

/// A table of an export: field names, then rows.
fn table(name: &str, fields: &str, rows: &[&str]) -> String {
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells = row.split('|').map(str::trim).zip(&fields);
            let cells: String = cells
                .filter(|(cell, _)| !cell.is_empty())
                .map(|(cell, field)| format!("<{field}><![CDATA[{}]]></{field}>", cell.replace('¦', "|")))
                .collect();
            format!("<row>{cells}</row>")
        })
        .collect();
    format!("<{name}><rows>{rows}</rows></{name}>")
}

fn export(version: u32, languages: &str, tables: &[String]) -> Vec<u8> {
    let languages: String = languages
        .split(' ')
        .map(|tag| format!("<language>{tag}</language>"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<document><LimeSurveyDocType>Survey</LimeSurveyDocType>\
         <DBVersion>{version}</DBVersion><languages>{languages}</languages>{}</document>",
        tables.concat()
    )
    .into_bytes()
}

/// A survey as LimeSurvey 6 exports it: every type, conditions, rules, and things that cannot be carried over.
fn recent() -> Vec<u8> {
    let questions = [
        "1 | 1 | 0 | L | sex | Y | Y | 1 | 1 |",
        "2 | 1 | 0 | N | age | Y | N | 1 | 2 |",
        "3 | 1 | 0 | M | needs | N | Y | ((age.NAOK >= 18 and sex.NAOK == \"1\")) | 3 |",
        "4 | 1 | 0 | P | extra | N | N | needs_SQ2.NAOK == \"Y\" && !is_empty(age.NAOK) | 4 |",
        "5 | 1 | 0 | O | why | N | N | 99X1X1.NAOK != '-oth-' | 5 |",
        "6 | 2 | 0 | F | rate | Y | N | count(self) > 1 | 1 |",
        "7 | 2 | 0 | 1 | dual | N | N | 1 | 2 |",
        "8 | 2 | 0 | ; | grid | N | N | 1 | 3 |",
        "9 | 2 | 0 | Q | names | N | N | 1 | 4 |",
        "10 | 2 | 0 | S | post | N | N | 1 | 5 | /^[0-9]{6}$/",
        "11 | 2 | 0 | * | twice | N | N | 1 | 6 |",
        "12 | 2 | 0 | R | order | N | N | 1 | 7 |",
        "18 | 2 | 0 | ¦ | paper | N | N | 1 | 13 |",
        "19 | 2 | 0 | I | tongue | N | N | 1 | 14 |",
        "13 | 2 | 0 | X | bye | N | N | 1 | 8 |",
        "14 | 2 | 0 | D | day | N | N | 1 | 9 |",
        "15 | 2 | 0 | Y | agree | N | N | 1 | 10 |",
        "16 | 2 | 0 | A | five | N | N | 1 | 11 |",
        "17 | 2 | 0 | Y | agree | N | N | 0 | 12 |",
    ];
    let parts = [
        "31 | 1 | 3 | T | SQ1 | N | N | 1 | 1 |",
        "32 | 1 | 3 | T | SQ2 | N | N | 1 | 2 |",
        "41 | 1 | 4 | T | SQ1 | N | N | 1 | 1 |",
        "61 | 2 | 6 | T | r1 | N | N | 1 | 1 |",
        "62 | 2 | 6 | T | r2 | N | N | 1 | 2 |",
        "71 | 2 | 7 | T | r1 | N | N | 1 | 1 |",
        "81 | 2 | 8 | T | r1 | N | N | 1 | 1 |",
        "82 | 2 | 8 | T | c1 | N | N | 1 | 1 | | 1",
        "91 | 2 | 9 | T | r1 | N | N | 1 | 1 |",
        "161 | 2 | 16 | T | r1 | N | N | 1 | 1 |",
    ];
    let words = [
        "1 | zh-Hans | <p>您的<b>性别</b>？</p> |",
        "1 | en | Your sex? | Tick <img src='x.png'> one",
        "2 | zh-Hans | 几岁？ |",
        "3 | zh-Hans | 您 {age.NAOK} 岁，需要什么？ |",
        "3 | en | You are {age}. What do you need? |",
        "4 | zh-Hans | 还有呢？ {if(age > 3, 'a', 'b')} |",
        "5 | zh-Hans | 为什么&nbsp;&lt;这样&gt;？ |",
        "6 | zh-Hans | 打分 | 每行一个",
        "7 | zh-Hans | 两次 |",
        "8 | zh-Hans | 表 |",
        "9 | zh-Hans | 名字 |",
        "10 | zh-Hans | 邮编 |",
        "11 | zh-Hans | {age * 2 + 1} |",
        "12 | zh-Hans | 排一排 |",
        "13 | zh-Hans | 再见<br/>谢谢 |",
        "14 | zh-Hans | 哪天？ |",
        "15 | zh-Hans | 同意吗？ |",
        "31 | zh-Hans | 康复 |",
        "32 | zh-Hans | 托养 |",
        "41 | zh-Hans | 交通 |",
        "61 | zh-Hans | 态度 |",
        "62 | zh-Hans | 速度 |",
        "71 | zh-Hans | 行 |",
        "81 | zh-Hans | 行 |",
        "82 | zh-Hans | 列 |",
        "91 | zh-Hans | 姓 |",
        "161 | zh-Hans | 行 |",
        "16 | zh-Hans | 五分 |",
        "17 | zh-Hans | 又一题 |",
        "18 | zh-Hans | 请交材料 |",
        "19 | zh-Hans | 换语言 |",
    ];
    export(
        640,
        "en zh-Hans",
        &[
            table("surveys", "sid language", &["99 | zh-Hans"]),
            table(
                "surveys_languagesettings",
                "surveyls_language surveyls_title surveyls_endtext",
                &["en | A survey | Thanks", "zh-Hans | 一份问卷 |"],
            ),
            table(
                "groups",
                "gid group_order grelevance",
                &["2 | 2 | sex.NAOK == 1", "1 | 1 | 1"],
            ),
            table(
                "group_l10ns",
                "gid group_name description language",
                &["1 | 关于您 | 先问几句 | zh-Hans", "2 | 别的 | | zh-Hans"],
            ),
            table(
                "questions",
                "qid gid parent_qid type title other mandatory relevance question_order preg",
                &questions,
            ),
            table(
                "subquestions",
                "qid gid parent_qid type title other mandatory relevance question_order preg scale_id",
                &parts,
            ),
            table("question_l10ns", "qid language question help", &words),
            table(
                "answers",
                "aid qid code sortorder scale_id",
                &[
                    "1 | 1 | 2 | 2 | 0",
                    "2 | 1 | 1 | 1 | 0",
                    "3 | 5 | a | 1 | 0",
                    "4 | 6 | 1 | 1 | 0",
                    "5 | 7 | 1 | 1 | 0",
                    "6 | 7 | 1 | 1 | 1",
                    "7 | 12 | a | 1 | 0",
                    "8 | 12 | b | 2 | 0",
                ],
            ),
            table(
                "answer_l10ns",
                "aid answer language",
                &[
                    "1 | 女 | zh-Hans",
                    "2 | 男 | zh-Hans",
                    "3 | 甲 | zh-Hans",
                    "4 | 一分 | zh-Hans",
                    "5 | 前 | zh-Hans",
                    "6 | 后 | zh-Hans",
                    "7 | 甲 | zh-Hans",
                    "8 | 乙 | zh-Hans",
                ],
            ),
            table(
                "question_attributes",
                "qid attribute value",
                &[
                    "2 | num_value_int_only | 1",
                    "2 | min_num_value_n | 0",
                    "2 | max_num_value_n | 120",
                    "3 | max_answers | 2",
                    "3 | exclude_all_others | SQ2",
                    "6 | array_filter | needs",
                    "7 | dualscale_headerA | 现在",
                    "7 | dualscale_headerB | 以后",
                    "1 | other_replace_text | 其他性别",
                ],
            ),
            table("quota", "id name", &["1 | women"]),
        ],
    )
}

/// The form of a workbook that was made, which must be without errors.
fn form(bytes: &[u8]) -> (Form, String) {
    let carried = read("survey.lss", bytes).unwrap_or_else(|faults| panic!("{}", lines(&faults)));
    let said = lines(&carried.remarks);
    match xlsform::read("made.xlsx", &carried.workbook) {
        Ok(read) => (read.form, said),
        Err(_) => panic!("{said}"),
    }
}

#[test]
fn read__export_of_limesurvey_6__becomes_a_form_and_says_what_it_left_out() {
    let (form, said) = form(&recent());
    let mut json = serde_json::to_value(&form).unwrap();
    json.as_object_mut().unwrap().shift_remove("version");
    insta::assert_snapshot!("recent_form", serde_json::to_string_pretty(&json).unwrap());
    insta::assert_snapshot!("recent_remarks", said);
}

#[test]
fn read__questions_without_answers_or_rows__are_left_out_and_named() {
    let drafts = "LRMFA1QK;:";
    let questions: Vec<String> = std::iter::once('T')
        .chain(drafts.chars())
        .enumerate()
        .map(|(at, kind)| format!("{} | 1 | 0 | {kind} | q{at} | N | N | 1 | {at} |", at + 1))
        .collect();
    let words: Vec<String> = (1..=questions.len())
        .map(|id| format!("{id} | en | What? |"))
        .collect();
    let rows = |rows: &[String], name: &str, fields: &str| {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        table(name, fields, &rows)
    };
    let bytes = export(
        640,
        "en",
        &[
            table("surveys", "sid language", &["99 | en"]),
            table("groups", "gid group_order", &["1 | 1"]),
            rows(
                &questions,
                "questions",
                "qid gid parent_qid type title other mandatory relevance question_order preg",
            ),
            rows(&words, "question_l10ns", "qid language question help"),
        ],
    );
    let (form, said) = form(&bytes);
    assert_eq!(form.questions().count(), 1);
    // Each in Chinese and in English.
    assert_eq!(said.matches("LS021").count(), 2 * drafts.len(), "{said}");
}

#[test]
fn read__conditions_mean_the_same() {
    let (form, _) = form(&recent());
    let asks = |given: &[(&str, &str)]| {
        let given = answers(given);
        let pages = flow::pages(&form, &given, crate::testing::TODAY);
        pages
            .into_iter()
            .flat_map(|page| page.questions)
            .collect::<Vec<_>>()
    };
    let has = |given: &[(&str, &str)], name: &str| asks(given).iter().any(|asked| asked == name);
    assert!(has(&[("sex", "1"), ("age", "18")], "needs") && !has(&[("sex", "2"), ("age", "18")], "needs"));
    assert!(has(&[("sex", "1"), ("age", "18"), ("needs", "SQ1 SQ2")], "extra"));
    assert!(!has(&[("sex", "1"), ("age", "18"), ("needs", "SQ1")], "extra"));
    assert!(has(&[("sex", "1")], "why") && !has(&[("sex", "other")], "why"));
    assert!(has(&[("sex", "other")], "sex_other") && !has(&[("sex", "1")], "sex_other"));
    assert!(
        !asks(&[("sex", "1")]).contains(&"agree_2".to_owned()),
        "relevance 0 is never asked"
    );
}

/// As exports were up to LimeSurvey 3: a row a language, subquestions with a table of their own.
#[test]
fn read__export_of_limesurvey_2__is_read_too() {
    let bytes = export(
        145,
        "en",
        &[
            table(
                "answers",
                "qid code answer sortorder language scale_id",
                &[
                    "5 | A1 | Good | 0 | en | 0",
                    "5 | A1 | Gut | 0 | de | 0",
                    "5 | A2 | Bad | 1 | en | 0",
                ],
            ),
            table(
                "conditions",
                "cid qid cqid cfieldname method value",
                &["1 | 6 | 5 | 1X1X5 | == | A1"],
            ),
            table(
                "groups",
                "gid group_name group_order description language",
                &["1 | First | 0 | | en"],
            ),
            table(
                "questions",
                "qid parent_qid sid gid type title question help other mandatory question_order language",
                &[
                    "5 | 0 | 1 | 1 | ! | Q1 | How was it? | | N | Y | 0 | en",
                    "6 | 0 | 1 | 1 | K | 2nd | How many? | | N | N | 1 | en",
                ],
            ),
            table(
                "subquestions",
                "qid parent_qid gid title question question_order language scale_id",
                &["7 | 6 | 1 | a | Cats | 1 | en | 0"],
            ),
            table("surveys", "sid language", &["1 | en"]),
            table(
                "surveys_languagesettings",
                "surveyls_language surveyls_title",
                &["en | Old"],
            ),
        ],
    );
    let (form, said) = form(&bytes);
    let names: Vec<&str> = form.questions().map(|question| question.name.as_str()).collect();
    assert_eq!(names, ["Q1", "q_2nd_a"]);
    assert_eq!(
        form.question("Q1")
            .map(|q| q.kind.list().map(|l| form.choice_lists[l].choices.len())),
        Some(Some(2))
    );
    for code in ["LS017", "LS019"] {
        assert!(said.contains(code), "{said}");
    }
}

#[test]
fn read__what_is_no_survey__is_named() {
    let code = |bytes: &[u8]| read("a.lss", bytes).unwrap_err()[0].code;
    assert_eq!(code(b""), "LS002");
    assert_eq!(code(b"<document>"), "LS001");
    assert_eq!(code(b"PK\x03\x04\xff"), "LS001");
    assert_eq!(
        code(b"<document><LimeSurveyDocType>Group</LimeSurveyDocType></document>"),
        "LS002"
    );
    assert_eq!(code(&export(640, "en", &[])), "LS003");
}

#[test]
fn translate__what_has_no_counterpart__is_none() {
    use super::logic::{Meaning, Names, pattern_of, translate};
    let mut names = Names::default();
    names.insert("a", Meaning::Answer("a".to_owned()));
    names.insert(
        "m_1",
        Meaning::Ticked {
            question: "m".to_owned(),
            choice: "1".to_owned(),
        },
    );
    let translated = |source| translate(source, &names);
    for (source, ours) in [
        (
            "a.NAOK == 1 or (a < 3 && m_1 != \"Y\")",
            Some("${a} = 1 or (${a} < 3 and not(selected(${m}, '1')))"),
        ),
        ("!m_1", Some("not(selected(${m}, '1'))")),
        ("regexMatch('/^a$/', a)", Some("regex(${a}, 'a')")),
        ("ceil(a / 2) ge 3 % 2", Some("ceiling(${a} div 2) >= 3 mod 2")),
        ("m_1 == 3", None),
        ("a.shown == 'x'", None),
        ("b == 1", None),
        ("a == 1)", None),
        ("a ==", None),
        ("rand(1, 2) == 1", None),
    ] {
        assert_eq!(translated(source).as_deref(), ours, "{source}");
    }
    assert_eq!(pattern_of("/[0-9]/").as_deref(), Some(".*([0-9]).*"));
    assert_eq!(pattern_of("/^(a|b)$/").as_deref(), Some("(a|b)"));
    assert_eq!(pattern_of("/^a|b$/"), None);
    assert_eq!(pattern_of("/a/i"), None);
}
