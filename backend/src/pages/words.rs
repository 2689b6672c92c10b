//! Small wordings that several pages share: dates, percentages, states.

use jiff::civil::Date;

use super::{Lang, tr};

/// A day as people say it: `2026年11月23日`, `23 November 2026`.
pub fn day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => {
            const MONTHS: [&str; 12] = [
                "January",
                "February",
                "March",
                "April",
                "May",
                "June",
                "July",
                "August",
                "September",
                "October",
                "November",
                "December",
            ];
            let month = usize::try_from(date.month())
                .ok()
                .and_then(|m| MONTHS.get(m - 1))
                .unwrap_or(&"");
            format!("{} {month} {}", date.day(), date.year())
        }
    }
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

/// What an AAPOR code of an attempt means; an unknown code is shown as it is.
pub fn outcome(lang: Lang, code: &str) -> String {
    match code {
        "1.1" => tr!(lang, "outcome.complete"),
        "1.2" => tr!(lang, "outcome.partial"),
        "2.11" => tr!(lang, "outcome.refusal"),
        "2.12" => tr!(lang, "outcome.break_off"),
        "2.20" => tr!(lang, "outcome.appointment"),
        "2.24" => tr!(lang, "outcome.nobody_home"),
        "2.25" => tr!(lang, "outcome.away"),
        "2.31" => tr!(lang, "outcome.dead"),
        "2.32" => tr!(lang, "outcome.unable"),
        "2.33" => tr!(lang, "outcome.language"),
        "2.36" => tr!(lang, "outcome.other"),
        "3.17" => tr!(lang, "outcome.no_access"),
        "3.18" => tr!(lang, "outcome.no_address"),
        "4.1" => tr!(lang, "outcome.not_eligible"),
        other => return other.to_owned(),
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
    fn percent_keeps_one_decimal() {
        assert_eq!(percent(0.4256), "42.6%");
        assert_eq!(percent(1.0), "100.0%");
    }
}
