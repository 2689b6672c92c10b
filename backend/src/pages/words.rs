//! Small wordings that several pages share: dates, percentages, states.

use jiff::civil::Date;

use super::{Lang, tr};

/// A day as people say it: `2026年11月23日`, `23 November 2026`.
pub fn day(lang: Lang, date: Date) -> String {
    let form = match lang {
        Lang::Zh => "%-Y年%-m月%-d日",
        Lang::En => "%-d %B %-Y",
    };
    date.strftime(form).to_string()
}

/// A stored day as people say it; what is no day, as it is stored.
pub fn day_of(lang: Lang, iso: &str) -> String {
    iso.parse()
        .map_or_else(|_| iso.to_owned(), |date| day(lang, date))
}

/// The `lang` of words that a person or a plan wrote, where they are not in the page's language: Chinese on an English
/// page. A voice would skip or spell them otherwise (WCAG 3.1.2).
pub fn tongue(lang: Lang, text: &str) -> Option<&'static str> {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    (lang != Lang::Zh && text.chars().any(is_han)).then(|| Lang::Zh.tag())
}

/// A share of one as a percentage with one decimal, `42.5%`.
pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// The name of a round's state; an unknown state is shown as it is.
pub fn state(lang: Lang, state: &str) -> String {
    match state {
        "draft" => tr!(lang, "state.draft").into_owned(),
        "sealed" => tr!(lang, "state.sealed").into_owned(),
        "open" => tr!(lang, "state.open").into_owned(),
        "closed" => tr!(lang, "state.closed").into_owned(),
        other => other.to_owned(),
    }
}

/// The name of a core measure; another measure of the plan keeps its own name.
pub fn measure(lang: Lang, measure: &str) -> String {
    match measure {
        "participation" => tr!(lang, "measure.participation").into_owned(),
        "coverage" => tr!(lang, "measure.coverage").into_owned(),
        "effectiveness" => tr!(lang, "measure.effectiveness").into_owned(),
        "benefit" => tr!(lang, "measure.benefit").into_owned(),
        "satisfaction" => tr!(lang, "measure.satisfaction").into_owned(),
        other => other.to_owned(),
    }
}

/// What a disposition means: an AAPOR code, however fine, or a stored word; anything else is shown as it is.
pub fn disposition(lang: Lang, code: &str) -> String {
    use analysis::disposition::Disposition;
    let fine = match code {
        "2.12" => tr!(lang, "disposition.break_off"),
        "2.20" => tr!(lang, "disposition.appointment"),
        "2.31" => tr!(lang, "disposition.dead"),
        "2.32" => tr!(lang, "disposition.unable"),
        "2.33" => tr!(lang, "disposition.language"),
        "2.25" => tr!(lang, "disposition.away"),
        "3.17" => tr!(lang, "disposition.no_access"),
        _ => match Disposition::parse(code) {
            Some(Disposition::Complete) => tr!(lang, "disposition.complete"),
            Some(Disposition::Partial) => tr!(lang, "disposition.partial"),
            Some(Disposition::Refusal) => tr!(lang, "disposition.refusal"),
            Some(Disposition::NonContact) => tr!(lang, "disposition.non_contact"),
            Some(Disposition::Other) => tr!(lang, "disposition.other"),
            Some(Disposition::UnknownHousehold) => tr!(lang, "disposition.unknown_household"),
            Some(Disposition::UnknownOther) => tr!(lang, "disposition.unknown_other"),
            Some(Disposition::NotEligible) => tr!(lang, "disposition.not_eligible"),
            None => return code.to_owned(),
        },
    };
    fine.into_owned()
}

/// The result of a visit as an interviewer would say it at the door, by its AAPOR code.
pub fn visit(lang: Lang, code: &str) -> String {
    let said = match code {
        "1.1" => tr!(lang, "visit.complete"),
        "1.2" => tr!(lang, "visit.partial"),
        "2.11" => tr!(lang, "visit.refusal"),
        "2.12" => tr!(lang, "visit.break_off"),
        "2.20" => tr!(lang, "visit.appointment"),
        "2.24" => tr!(lang, "visit.non_contact"),
        "2.25" => tr!(lang, "visit.away"),
        "2.31" => tr!(lang, "visit.dead"),
        "2.32" => tr!(lang, "visit.unable"),
        "2.33" => tr!(lang, "visit.language"),
        "2.36" => tr!(lang, "visit.other"),
        "3.17" => tr!(lang, "visit.no_access"),
        "3.18" => tr!(lang, "visit.not_found"),
        "4.1" => tr!(lang, "visit.not_eligible"),
        _ => return disposition(lang, code),
    };
    said.into_owned()
}

/// The name of a role.
pub fn role(lang: Lang, role: crate::auth::Role) -> String {
    use crate::auth::Role;
    match role {
        Role::Office => tr!(lang, "role.office"),
        Role::Evaluator => tr!(lang, "role.evaluator"),
        Role::Viewer => tr!(lang, "role.viewer"),
        Role::Interviewer => tr!(lang, "role.interviewer"),
        Role::Auditor => tr!(lang, "role.auditor"),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_said_as_people_say_them() {
        let date = jiff::civil::date(2026, 11, 3);
        assert_eq!(day(Lang::Zh, date), "2026年11月3日");
        assert_eq!(day(Lang::En, date), "3 November 2026");
    }

    #[test]
    fn every_code_of_the_field_has_words_of_its_own() {
        for lang in Lang::ALL {
            let words: std::collections::BTreeSet<String> = analysis::disposition::OUTCOMES
                .iter()
                .map(|outcome| disposition(lang, outcome.code))
                .collect();
            assert_eq!(words.len(), analysis::disposition::OUTCOMES.len(), "{words:?}");
            assert_eq!(disposition(lang, "refusal"), disposition(lang, "2.11"));
            assert_eq!(disposition(lang, "9.9"), "9.9");
        }
    }

    #[test]
    fn words_in_chinese_on_an_english_page_are_marked_for_the_voice() {
        assert_eq!(tongue(Lang::En, "多来村里看看"), Some("zh-CN"));
        assert_eq!(tongue(Lang::En, "Come and see"), None);
        assert_eq!(tongue(Lang::Zh, "多来村里看看"), None);
    }

    #[test]
    fn percent_keeps_one_decimal() {
        assert_eq!(percent(0.4256), "42.6%");
        assert_eq!(percent(1.0), "100.0%");
    }
}
