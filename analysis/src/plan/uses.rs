//! What a plan and the computation want of the questions of a questionnaire: an amendment must leave it as it is.

use std::collections::BTreeMap;

use survey_forms::amend::Use;

use super::inviting::TOWNSHIP;
use super::{FrameSource, Measure, PERSONS, Plan};

/// Questions that the computation knows by their names.
const KNOWN: [&str; 3] = ["answering", "can_answer", "staff_present"];

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
                    if entry.variable.contains('*') {
                        for area in &indicator.areas {
                            let question = entry.variable.replace('*', area);
                            add(&question, indicator.code.clone(), is_scale);
                        }
                    } else {
                        add(&entry.variable, indicator.code.clone(), is_scale);
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
