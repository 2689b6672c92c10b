//! What a plan and the computation want of the questions of a questionnaire: an amendment must leave it as it is.

use std::collections::BTreeMap;

use survey_forms::amend::Use;

use super::inviting::TOWNSHIP;
use super::{FrameSource, Measure, PERSONS, Plan};
use crate::round::known::{CAN_ANSWER, KEPT_AWAY, STAFF_PRESENT, rungs, why};

/// Questions that the computation knows by their names.
const KNOWN: [&str; 4] = ["answering", CAN_ANSWER, KEPT_AWAY, STAFF_PRESENT];

impl Plan {
    /// The questions of a group's questionnaire that the plan or the computation counts on, by name.
    #[must_use]
    pub fn uses(&self, group: &str) -> BTreeMap<String, Use> {
        let mut uses: BTreeMap<String, Use> = BTreeMap::new();
        let Some(form) = self.forms.get(group) else {
            return uses;
        };
        let mut add = |question: &str, by: String, is_scale: bool| {
            if form.question(question).is_some() {
                let known = uses.entry(question.to_owned()).or_default();
                known.by.insert(by);
                known.is_scale |= is_scale;
            }
        };
        for known in KNOWN {
            add(known, "minyi".to_owned(), false);
        }
        let areas = || self.areas.iter().map(|area| area.code.as_str());
        for area in areas() {
            add(&why(area), "minyi".to_owned(), false);
        }
        for question in rungs(self).iter().flat_map(|rung| rung.names(areas())) {
            add(&question, "minyi".to_owned(), false);
        }
        let source = self.group(group).map(|group| group.source);
        for indicator in self.indicators.leaves() {
            for (perspective, entries) in &indicator.questions {
                // One record per person: the person's own answers, else the family's.
                let of_persons = perspective == PERSONS
                    && matches!(source, Some(FrameSource::Persons | FrameSource::Relatives));
                if perspective != group && !of_persons {
                    continue;
                }
                for (position, entry) in entries.iter().enumerate() {
                    let is_scale = match indicator.measure {
                        Some(Measure::Satisfaction | Measure::TopTwo) => true,
                        Some(Measure::Effectiveness) => position == 1,
                        Some(Measure::Benefit) => position == 2,
                        _ => false,
                    };
                    for question in entry.names(indicator.areas.iter().map(String::as_str)) {
                        add(&question, indicator.code.clone(), is_scale);
                    }
                }
            }
        }
        for quota in self.quotas.iter().filter(|quota| quota.group == group) {
            for dimension in quota.by.iter().filter(|dimension| *dimension != TOWNSHIP) {
                add(dimension, "[[quotas]]".to_owned(), false);
            }
        }
        uses
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn sample() -> Plan {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/plans/sample");
        let mut files = crate::plan::PlanFiles::new();
        for part in ["", "forms/", "media/"] {
            for entry in std::fs::read_dir(folder.join(part)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_file() && name != "frame.csv" {
                    files.insert(format!("{part}{name}"), std::fs::read(&path).unwrap());
                }
            }
        }
        Plan::read(&files).unwrap_or_else(|faults| panic!("{faults:#?}"))
    }

    #[test]
    fn uses_are_indicators_questions_areas_and_scales_of_the_group_alone() {
        let plan = sample();
        let uses = plan.uses("grassroots");
        assert!(uses["sat_overall"].is_scale && !uses["equipment"].is_scale);
        assert!(uses["equipment"].by.contains("4.2") && uses["staff_present"].by.contains("minyi"));
        assert!(!uses.contains_key("volunteers") && !uses.contains_key("need"));
        let persons = plan.uses("resident");
        assert!(
            persons["help_rehab"].is_scale && !persons["recv_rehab"].is_scale && !persons["need"].is_scale
        );
        // A relative who answers in a person's place answers the same questions.
        assert!(plan.uses("family").contains_key("need"));
        assert!(plan.uses("nobody").is_empty());
    }
}
