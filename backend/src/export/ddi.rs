//! The code book of an export as DDI-Codebook 2.5 (XML).
//!
//! # Source
//! Data Documentation Initiative, DDI-Codebook 2.5, ddialliance.org/Specification/DDI-Codebook/2.5.

use std::fmt::Write as _;

use survey_forms::code_book::Level;
use survey_forms::text::Text;

use super::Detail;
use super::columns::{Column, Kind, Table};

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

/// An element in each language that has words.
fn each(out: &mut String, element: &str, text: &Text) {
    for lang in ["zh", "en"] {
        let words = text.get(lang);
        if !words.is_empty() {
            line(
                out,
                &format!("<{element} xml:lang=\"{lang}\">{}</{element}>", escaped(words)),
            );
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// The code book.
///
/// - `organiser`: who asked.
pub fn code_book(table: &Table, organiser: &Text) -> String {
    let mut out = String::new();
    line(&mut out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    line(
        &mut out,
        "<codeBook xmlns=\"ddi:codebook:2_5\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"ddi:codebook:2_5 http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd\" \
         version=\"2.5\" xml:lang=\"zh\">",
    );
    study(&mut out, table, organiser);
    line(&mut out, "<fileDscr ID=\"F1\"><fileTxt><dimensns>");
    line(&mut out, &format!("<varQnty>{}</varQnty>", table.columns.len()));
    line(&mut out, "</dimensns></fileTxt></fileDscr>");
    line(&mut out, "<dataDscr>");
    for (number, column) in (1..).zip(&table.columns) {
        variable(&mut out, number, column);
    }
    line(&mut out, "</dataDscr>");
    line(&mut out, "</codeBook>");
    out
}

fn study(out: &mut String, table: &Table, organiser: &Text) {
    let produced = table.day;
    line(out, "<stdyDscr>");
    line(out, "<citation><titlStmt>");
    let (zh, en) = (table.title.get("zh"), table.title.get("en"));
    line(out, &format!("<titl xml:lang=\"zh\">{}</titl>", escaped(zh)));
    if !en.is_empty() && en != zh {
        line(
            out,
            &format!("<parTitl xml:lang=\"en\">{}</parTitl>", escaped(en)),
        );
    }
    line(out, &format!("<IDNo>{}</IDNo>", escaped(&table.round)));
    line(out, "</titlStmt><prodStmt>");
    each(out, "producer", organiser);
    line(
        out,
        &format!("<prodDate date=\"{produced}\">{produced}</prodDate>"),
    );
    line(out, "<software>Minyi</software>");
    line(out, "</prodStmt></citation>");
    line(out, "<method><dataColl>");
    each(
        out,
        "sampProc",
        &Text::zh_en(
            "分层两阶段抽样：按规模不等概率抽村，村内等距抽人；基层组织全部调查。见封存的方案。",
            "Stratified two-stage sample: villages by probability proportional to size, persons systematically within; all grassroots bodies. See the sealed plan.",
        ),
    );
    each(
        out,
        "weight",
        &Text::zh_en(
            "变量 weight：设计权重×无应答调整×校准到抽样框。空表示该答卷不进入估计。",
            "Variable weight: design weight × non-response adjustment × calibration to the frame. Empty: the answer enters no estimate.",
        ),
    );
    line(out, "</dataColl>");
    let reduced = Text::zh_en(
        "本文件去掉了自由文本、日期和村；登记的情况只保留不少于最小单元人数共有的部分；整数取整到5；权重取两位有效数字。",
        "Free text, days and villages are left out; what the register knows is kept only as far as at least the smallest cell of persons share it; whole numbers are to the nearest five, weights have two digits.",
    );
    let full = Text::zh_en(
        "本文件是去除身份后的全部答卷，凭协议使用，不得识别个人，不得转交。",
        "All answers without identity, under an agreement: no attempt to identify persons, not to be passed on.",
    );
    line(out, "<notes>");
    line(
        out,
        &format!("SHA-256 of the sealed plan: {}", escaped(&table.plan_sha256)),
    );
    line(out, "</notes></method>");
    line(out, "<dataAccs><useStmt>");
    each(
        out,
        "restrctn",
        match table.detail {
            Detail::Reduced => &reduced,
            Detail::Full => &full,
        },
    );
    line(out, "</useStmt></dataAccs>");
    line(out, "</stdyDscr>");
}

fn variable(out: &mut String, number: usize, column: &Column) {
    let (interval, format) = match column.kind {
        Kind::Integer | Kind::Decimal => ("contin", "numeric"),
        Kind::Flag => ("discrete", "numeric"),
        Kind::Text | Kind::Date | Kind::Factor | Kind::Multiple => ("discrete", "character"),
    };
    let weight = if column.name == "weight" {
        " wgt=\"wgt\""
    } else {
        ""
    };
    // Writing to a String cannot fail.
    let _written = writeln!(
        out,
        "<var ID=\"V{number}\" name=\"{}\" files=\"F1\" intrvl=\"{interval}\"{weight}>",
        escaped(&column.name)
    );
    each(out, "labl", &column.label);
    for level in &column.levels {
        category(out, level);
    }
    line(out, &format!("<varFormat type=\"{format}\"/>"));
    if column.kind == Kind::Multiple {
        line(
            out,
            "<notes>several codes may stand in a cell, joined by spaces</notes>",
        );
    }
    line(out, "</var>");
}

fn category(out: &mut String, level: &Level) {
    let missing = if level.missing.is_some() {
        " missing=\"Y\""
    } else {
        ""
    };
    line(
        out,
        &format!("<catgry{missing}><catValu>{}</catValu>", escaped(&level.value)),
    );
    each(out, "labl", &level.label);
    line(out, "</catgry>");
}

#[cfg(test)]
mod tests {
    use survey_forms::form::MissingKind;

    use super::*;

    #[test]
    fn levels_have_labels_and_missing_ones_are_marked() {
        let level = |value: &str, missing| Level {
            value: value.to_owned(),
            label: Text::zh_en("是 & 否", "yes < no"),
            missing,
        };
        let levels = vec![level("yes", None), level("dk", Some(MissingKind::DontKnow))];
        let table = Table::of(vec![
            ("weight", Kind::Decimal, Vec::new()),
            ("got", Kind::Factor, levels),
        ]);
        let xml = code_book(&table, &Text::zh_en("考评办", "Office"));
        for part in [
            "<var ID=\"V1\" name=\"weight\" files=\"F1\" intrvl=\"contin\" wgt=\"wgt\">",
            "<catgry missing=\"Y\"><catValu>dk</catValu>",
            "<labl xml:lang=\"zh\">是 &amp; 否</labl>",
            "<labl xml:lang=\"en\">yes &lt; no</labl>",
            "<varQnty>2</varQnty>",
        ] {
            assert!(xml.contains(part), "{part}");
        }
        assert_eq!(xml.matches("<var ").count(), xml.matches("</var>").count());
    }
}
