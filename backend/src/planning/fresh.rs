//! A new round from the plan of an earlier one: the same rules, another id, another year, other days.

use analysis::plan::{Plan, PlanFiles};
use jiff::civil::Date;
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

use super::settings::{Settings, Shape};

/// What a new round has of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Its id.
    pub id: String,
    /// The year that is evaluated.
    pub year: i32,
    /// First day of fieldwork.
    pub opens_on: Date,
    /// Last day of fieldwork.
    pub closes_on: Date,
}

/// The plan of `files` as a plan of the round `own`. Codes of open links and titles follow the id and the year where
/// they hold them; the seed of the draw is the first day, so that nobody chooses it; values of administrative series
/// stay behind with the year that they are about.
///
/// # Errors
/// What is wrong with the plan that results.
pub fn copied(files: &PlanFiles, own: &Own) -> Result<PlanFiles, Vec<Diagnostic>> {
    let mut files = files.clone();
    files.remove("frame.csv");
    let unreadable = || {
        vec![Diagnostic::error(
            "PA030",
            Place::file("plan.toml"),
            Text::zh_en(
                "原来的 plan.toml 读不出来。",
                "The earlier plan.toml cannot be read.",
            ),
            Text::zh_en(
                "请换一轮，或者上传方案。",
                "Choose another round, or upload a plan.",
            ),
        )]
    };
    let bytes = files.get("plan.toml").ok_or_else(unreadable)?;
    let mut settings = Settings::read(bytes).map_err(|_| unreadable())?;
    let (old_id, old_year) = (settings.get("round.id"), settings.get("round.year"));
    let new_year = own.year.to_string();
    let seed = own.opens_on.strftime("%Y%m%d").to_string();
    let mut values = vec![
        ("round.id".to_owned(), Shape::Words, own.id.clone()),
        ("round.year".to_owned(), Shape::Whole, new_year.clone()),
        ("round.opens_on".to_owned(), Shape::Day, own.opens_on.to_string()),
        (
            "round.closes_on".to_owned(),
            Shape::Day,
            own.closes_on.to_string(),
        ),
        ("sampling.seed".to_owned(), Shape::Whole, seed),
    ];
    for language in ["zh", "en"] {
        let path = format!("round.title.{language}");
        let title = settings.get(&path).replace(&old_year, &new_year);
        values.push((path, Shape::Words, title));
    }
    for (list, key) in [("groups", "open_link"), ("links", "slug")] {
        for index in 0..settings.count(list) {
            let path = format!("{list}[{index}].{key}");
            let slug = settings.get(&path);
            if slug.is_empty() {
                continue;
            }
            // Links are one of a kind over all rounds.
            let slug = match slug.strip_prefix(&old_id) {
                Some(rest) => format!("{}{rest}", own.id),
                None => format!("{}-{slug}", own.id),
            };
            values.push((path, Shape::Words, slug));
        }
    }
    for (path, shape, value) in values {
        // Shapes are right: they come from numbers and days.
        settings.set(&path, shape, &value).map_err(|_| unreadable())?;
    }
    files.insert("plan.toml".to_owned(), settings.to_string().into_bytes());
    if let Some(admin) = files.get("admin.csv") {
        let header: Vec<u8> = admin
            .split_inclusive(|&byte| byte == b'\n')
            .next()
            .unwrap_or_default()
            .to_vec();
        files.insert("admin.csv".to_owned(), header);
    }
    match Plan::read(&files) {
        Ok(_) => Ok(files),
        Err(faults) => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::sample_plan;

    #[test]
    fn a_copy_is_a_sound_plan_of_another_round() {
        let own = Own {
            id: "yunxi-2027".to_owned(),
            year: 2027,
            opens_on: "2027-10-11".parse().unwrap(),
            closes_on: "2027-12-31".parse().unwrap(),
        };
        let files = copied(&sample_plan(), &own).unwrap();
        let plan = Plan::read(&files).unwrap();
        assert_eq!((plan.round.id.as_str(), plan.round.year), ("yunxi-2027", 2027));
        assert_eq!(plan.round.title.get("zh"), "云溪县2027年度残疾人工作社会测评");
        assert_eq!(plan.sampling.seed, 20_271_011);
        let links: Vec<&str> = plan.links.iter().map(|link| link.slug.as_str()).collect();
        assert_eq!(links, ["yunxi-2027-hall", "yunxi-2027-hospital"]);
        assert!(plan.admin.is_empty());
        let text = String::from_utf8(files["plan.toml"].clone()).unwrap();
        assert!(text.contains("# 十个服务领域，次序固定。"), "comments stay");
        let bad = Own {
            id: "Bad Id".to_owned(),
            ..own
        };
        assert_eq!(
            copied(&sample_plan(), &bad).unwrap_err()[0].place.file.as_deref(),
            Some("plan.toml")
        );
    }
}
