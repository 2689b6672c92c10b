//! The fields of `[mail]`: when the summary goes, what goes with it, and who receives it.

use super::Fields;
use crate::pages::layout::Fault;
use crate::pages::{Lang, tr};
use crate::planning::settings::{Settings, Shape};

const DAYS: Shape = Shape::OneOf(&[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
]);
const LANGUAGES: Shape = Shape::OneOf(&["zh", "en"]);
const ROLES: Shape = Shape::OneOf(&["leadership", "unit"]);

/// When the summary goes and what is attached.
pub(super) fn schedule_fields(lang: Lang) -> Fields {
    let one = |path: &str, label: &str, shape| (format!("mail.{path}"), label.to_owned(), shape);
    vec![
        one("weekly.weekday", &tr!(lang, "plan.s_weekday"), DAYS),
        one("weekly.hour", &tr!(lang, "plan.s_hour"), Shape::Whole),
        one("final", &tr!(lang, "plan.s_final"), Shape::YesNo),
        one("time_zone", &tr!(lang, "plan.s_zone"), Shape::Words),
        one("attach", &tr!(lang, "plan.s_attach"), Shape::List),
    ]
}

/// A recipient.
pub(super) fn recipient_fields(lang: Lang, at: usize) -> Fields {
    let one = |key: &str, label: &str, shape| {
        let path = format!("mail.leadership[{at}].{key}");
        (path, label.to_owned(), shape)
    };
    vec![
        one("name", &tr!(lang, "plan.s_recipient"), Shape::Words),
        one("email", &tr!(lang, "plan.s_email"), Shape::Words),
        one("language", &tr!(lang, "plan.s_language"), LANGUAGES),
        one("role", &tr!(lang, "plan.s_role"), ROLES),
        one("unit", &tr!(lang, "plan.s_unit"), Shape::Words),
    ]
}

/// What a field offers to choose from: the words of its shape, and none of them. Empty where the shape is typed.
pub(super) fn options(lang: Lang, path: &str, shape: Shape) -> Vec<(&'static str, String)> {
    let words: &[&'static str] = match shape {
        Shape::OneOf(words) => words,
        Shape::YesNo => &["true", "false"],
        _ => return Vec::new(),
    };
    let named = words.iter().map(|word| (*word, name(lang, word)));
    std::iter::once(("", unset(lang, path))).chain(named).collect()
}

fn name(lang: Lang, word: &str) -> String {
    let name = match word {
        "monday" => tr!(lang, "plan.day_1"),
        "tuesday" => tr!(lang, "plan.day_2"),
        "wednesday" => tr!(lang, "plan.day_3"),
        "thursday" => tr!(lang, "plan.day_4"),
        "friday" => tr!(lang, "plan.day_5"),
        "saturday" => tr!(lang, "plan.day_6"),
        "sunday" => tr!(lang, "plan.day_7"),
        "leadership" => tr!(lang, "plan.role_leadership"),
        "unit" => tr!(lang, "plan.role_unit"),
        "true" => tr!(lang, "plan.yes"),
        "false" => tr!(lang, "plan.no"),
        "zh" => "中文".into(),
        "en" => "English".into(),
        other => other.to_owned().into(),
    };
    name.into_owned()
}

/// What it means to choose nothing.
fn unset(lang: Lang, path: &str) -> String {
    let word = match path.rsplit('.').next() {
        Some("weekday") => return tr!(lang, "plan.no_weekly").into_owned(),
        Some("role") => "leadership",
        Some("final") => "false",
        _ => "zh",
    };
    tr!(lang, "plan.unset", what = name(lang, word)).into_owned()
}

/// A weekly summary needs a day and an hour; with neither there is none, and the key goes.
pub(super) fn weekly_fault(lang: Lang, settings: &mut Settings) -> Option<Fault> {
    let day = settings.get("mail.weekly.weekday");
    let hour = settings.get("mail.weekly.hour");
    match (day.is_empty(), hour.is_empty()) {
        (true, true) => {
            if settings.has("mail.weekly") {
                settings.remove_key("mail.weekly");
            }
            None
        }
        (false, false) => None,
        (true, false) => Some(Fault {
            href: "#s-mail-weekly-weekday".to_owned(),
            text: tr!(lang, "plan.e_weekly_day").into_owned(),
        }),
        (false, true) => Some(Fault {
            href: "#s-mail-weekly-hour".to_owned(),
            text: tr!(lang, "plan.e_weekly_hour").into_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Settings {
        Settings::read(&crate::synthetic::sample_plan()["plan.toml"]).unwrap()
    }

    #[test]
    fn a_weekly_summary_needs_day_and_hour_and_goes_with_both() {
        let mut settings = sample();
        assert_eq!(
            weekly_fault(Lang::Zh, &mut settings).map(|fault| fault.href),
            None
        );
        settings.set("mail.weekly.hour", Shape::Whole, "").unwrap();
        let fault = weekly_fault(Lang::Zh, &mut settings).unwrap();
        assert_eq!(fault.href, "#s-mail-weekly-hour");
        settings.set("mail.weekly.hour", Shape::Whole, "8").unwrap();
        settings.set("mail.weekly.weekday", DAYS, "").unwrap();
        let fault = weekly_fault(Lang::En, &mut settings).unwrap();
        assert_eq!(fault.href, "#s-mail-weekly-weekday");
        settings.set("mail.weekly.hour", Shape::Whole, "").unwrap();
        assert!(weekly_fault(Lang::En, &mut settings).is_none());
        let mut files = crate::synthetic::sample_plan();
        files.insert("plan.toml".to_owned(), settings.to_string().into_bytes());
        let plan = analysis::plan::Plan::read(&files).unwrap();
        assert!(plan.mail.weekly.is_none() && plan.mail.at_end);
    }

    #[test]
    fn every_word_that_may_be_chosen_is_one_that_the_plan_reads_and_has_a_name() {
        for (path, shape) in [
            ("mail.weekly.weekday", DAYS),
            ("mail.leadership[3].role", ROLES),
            ("mail.leadership[3].language", LANGUAGES),
            ("mail.final", Shape::YesNo),
        ] {
            for (word, name) in options(Lang::Zh, path, shape) {
                assert!(
                    !name.is_empty() && (word.is_empty() || word != name),
                    "{path}: {word}"
                );
                if word.is_empty() {
                    continue;
                }
                let mut settings = sample();
                settings.set(path, shape, word).unwrap();
                let mut files = crate::synthetic::sample_plan();
                files.insert("plan.toml".to_owned(), settings.to_string().into_bytes());
                assert!(analysis::plan::Plan::read(&files).is_ok(), "{path} = {word}");
            }
        }
    }
}
