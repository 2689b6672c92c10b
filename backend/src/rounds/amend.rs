//! A corrected questionnaire in a sealed round, while it is being answered.
//!
//! The plan stays as it was sealed, and so does its hash; the amendment is appended beside it and told in every report.
//! Answers keep the version under which they were given and are validated by it, whenever they arrive. What would make
//! answers already given mean something else, or the plan count something else, is refused by
//! [`survey_forms::amend`], by reading the whole plan with the new questionnaire, and by holding every stored answer
//! against it.

use std::collections::BTreeMap;

use analysis::plan::{Plan, PlanFiles};
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use serde_json::json;
use survey_forms::amend::{self, Ground, Use};
use survey_forms::diagnostic::{Diagnostic, Place, nearest};
use survey_forms::form::Form;
use survey_forms::response::RawAnswers;
use survey_forms::text::Text;
use survey_forms::xlsform;

use super::{RoundActError, known};
use crate::app::Base;
use crate::cases;
use crate::media::FOLDER;
use crate::store::amendments::{self, Amendment};
use crate::store::forms::StoredForm;
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, begin, drafts, forms, plan_files, responses};
use crate::submit::health;

/// Longest reason, in characters: it is printed in every report.
const REASON_CHARS: usize = 300;

/// A questionnaire that shall take the place of the present one.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// Name of the file, for messages.
    pub file: String,
    /// The workbook.
    pub xlsx: Vec<u8>,
    /// Media beside it, by name; those that the plan has already may be among them.
    pub media: BTreeMap<String, Vec<u8>>,
    /// Why, for the reports.
    pub reason: String,
}

/// What was amended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// Form name.
    pub form: String,
    /// Version before.
    pub old_version: String,
    /// Version since.
    pub new_version: String,
    /// Answers and drafts that were held against the new version.
    pub held_against: usize,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}

fn fault(code: &'static str, place: Place, message: Text, mend: Text) -> RoundActError {
    RoundActError::Form(vec![Diagnostic::error(code, place, message, mend)])
}

/// A correction held against everything with which it must agree.
struct Judged {
    present: StoredForm,
    old_version: String,
    new_version: String,
    media: BTreeMap<String, Vec<u8>>,
    held_against: usize,
    /// Faults and warnings; a fault stands against it.
    found: Vec<Diagnostic>,
}

async fn judge(
    conn: &impl ConnectionTrait,
    base: &Base,
    round: &Round,
    correction: &Correction,
) -> Result<Judged, RoundActError> {
    let id = &round.id;
    let read = xlsform::read(&correction.file, &correction.xlsx).map_err(RoundActError::Form)?;
    let begun = must_be_sealed(round)?;
    let stored = forms::all_current(conn, id).await?;
    let (present, old) = present(&stored, &read.form, &correction.file)?;
    let mut files = plan_files::read(conn, &base.keys, id).await?;
    files.remove("frame.csv");
    amendments::apply(conn, id, &mut files).await?;
    let media = new_media(&read.form, correction, &files)?;
    let uses = uses(&files, &present.form)?;
    let mut found = read.warnings.clone();
    let ground = Ground { begun, uses: &uses };
    found.extend(amend::compare(&correction.file, &old, &read.form, ground));
    found.extend(faults_of_plan(correction, present, &media, files));
    let against = Against {
        file: &correction.file,
        old: &old,
        new: &read.form,
    };
    let (held_against, conflicts) = against.answers_of(conn, id, &present.form).await?;
    found.extend(conflicts);
    Ok(Judged {
        present: present.clone(),
        old_version: old.version,
        new_version: read.form.version,
        media,
        held_against,
        found,
    })
}

/// What would be said of a correction, without making it: everything that stands against it, and what somebody should
/// look at.
///
/// # Errors
/// See [`amend`].
pub async fn look(base: &Base, id: &str, correction: &Correction) -> Result<Vec<Diagnostic>, RoundActError> {
    let round = known(&base.db, id, rounds::find(&base.db, id).await?).await?;
    Ok(judge(&base.db, base, &round, correction).await?.found)
}

/// Puts a corrected questionnaire in the place of the one with the same `form_id`. One transaction with its record and
/// its audit entry.
///
/// # Errors
/// [`RoundActError::Form`] with everything that stands against it; [`RoundActError::State`] for drafts, whose plan is
/// imported anew, and for closed rounds.
pub async fn amend(
    base: &Base,
    id: &str,
    correction: Correction,
    actor: &str,
) -> Result<Amended, RoundActError> {
    let reason = correction.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS {
        return Err(fault(
            "AM092",
            Place::unknown().field("reason"),
            Text::zh_en("要写明为什么修订。", "An amendment needs its reason."),
            Text::zh_en(
                format!("写一句话，不超过 {REASON_CHARS} 字；每份报告都会印出来。"),
                format!("Write a sentence of at most {REASON_CHARS} characters; every report prints it."),
            ),
        ));
    }
    let tx = begin(&base.db).await?;
    // Two amendments at once wait for each other, so that each is held against the version that it replaces.
    let round = known(&tx, id, rounds::hold_alone(&tx, id).await?).await?;
    let judged = judge(&tx, base, &round, &correction).await?;
    if judged.found.iter().any(Diagnostic::is_error) {
        return Err(RoundActError::Form(judged.found));
    }
    let amended = Amended {
        form: judged.present.form.clone(),
        old_version: judged.old_version,
        new_version: judged.new_version,
        held_against: judged.held_against,
        warnings: judged.found,
    };
    let seq = round.amended + 1;
    let row = StoredForm {
        version: amended.new_version.clone(),
        xlsx: correction.xlsx,
        ..judged.present
    };
    forms::supersede(&tx, row).await?;
    amendments::add_media(&tx, id, judged.media).await?;
    let amendment = Amendment {
        round_id: id.to_owned(),
        seq,
        form: amended.form.clone(),
        old_version: amended.old_version.clone(),
        new_version: amended.new_version.clone(),
        reason: reason.clone(),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        day: base.clock.today().to_string(),
    };
    amendments::insert(&tx, amendment).await?;
    rounds::set_amended(&tx, round, seq).await?;
    let detail = json!({
        "form": amended.form, "from": amended.old_version, "to": amended.new_version, "reason": reason,
    });
    base.record(&tx, actor, "round.amend", id, detail).await?;
    tx.commit().await?;
    Ok(amended)
}

/// Whether fieldwork has begun.
fn must_be_sealed(round: &Round) -> Result<bool, RoundActError> {
    let state = round.round_state();
    let why = match state {
        RoundState::Sealed => return Ok(false),
        RoundState::Open => return Ok(true),
        RoundState::Draft => "nothing is sealed yet; change the plan folder and import it again",
        RoundState::Closed => "fieldwork is over, nobody would see the new questionnaire",
    };
    Err(RoundActError::State {
        id: round.id.clone(),
        state: state.as_str(),
        why,
    })
}

/// The present version of the form that `new` is one of.
fn present<'a>(
    stored: &'a [StoredForm],
    new: &Form,
    file: &str,
) -> Result<(&'a StoredForm, Form), RoundActError> {
    let mut known = Vec::new();
    for row in stored {
        let form = xlsform::read(&row.source_path, &row.xlsx)
            .map_err(|faults| StoreError::Corrupt {
                table: "forms",
                what: format!(
                    "{}: {} faults in a form that was accepted",
                    row.source_path,
                    faults.len()
                ),
            })?
            .form;
        if form.id != new.id {
            known.push(form.id);
        } else if form.version == new.version {
            return Err(fault(
                "AM091",
                Place::file(file),
                Text::zh_en(
                    "和现在用的问卷没有区别。",
                    "This is the questionnaire that is in use.",
                ),
                Text::zh_en("没有什么要修订。", "There is nothing to amend."),
            ));
        } else {
            return Ok((row, form));
        }
    }
    let suggestion = nearest(&new.id, known.iter().map(String::as_str)).map(str::to_owned);
    let known = suggestion.unwrap_or_else(|| known.join(" / "));
    Err(fault(
        "AM090",
        Place::sheet("settings").column("form_id").in_file(file),
        Text::zh_en(
            format!("这一轮没有 form_id 为 {} 的问卷。", new.id),
            format!("The round has no questionnaire with the form_id {}.", new.id),
        ),
        Text::zh_en(format!("是否想写 {known}？"), format!("Did you mean {known}?")),
    ))
}

/// Media that the new version names and the round does not have yet.
fn new_media(
    new: &Form,
    correction: &Correction,
    files: &PlanFiles,
) -> Result<BTreeMap<String, Vec<u8>>, RoundActError> {
    let mut found = BTreeMap::new();
    let mut clashes = Vec::new();
    let named = survey_forms::media::files(new);
    for (name, bytes) in correction.media.iter().filter(|(name, _)| named.contains(*name)) {
        match files.get(&format!("{FOLDER}{name}")) {
            None => {
                found.insert(name.clone(), bytes.clone());
            }
            Some(known) if known == bytes => {}
            Some(_) => clashes.push(Diagnostic::error(
                "AM093",
                Place::file(format!("{FOLDER}{name}")),
                Text::zh_en(
                    "封存的方案里有一个同名而内容不同的文件，原来的问卷还要用它。",
                    "The sealed plan has another file of this name, which the questionnaire of before still needs.",
                ),
                Text::zh_en("请给新的文件另取一个名字。", "Give the new file another name."),
            )),
        }
    }
    if clashes.is_empty() {
        Ok(found)
    } else {
        Err(RoundActError::Form(clashes))
    }
}

/// What plan and program count on in the questions of a form, over all groups that answer it.
fn uses(files: &PlanFiles, form: &str) -> Result<BTreeMap<String, Use>, RoundActError> {
    let plan = Plan::read(files).map_err(RoundActError::Plan)?;
    let mut all: BTreeMap<String, Use> = BTreeMap::new();
    for group in plan.groups.iter().filter(|group| group.form == form) {
        for (question, used) in plan.uses(&group.code) {
            let known = all.entry(question).or_default();
            known.by.extend(used.by);
            known.is_scale |= used.is_scale;
        }
        let Some(old) = plan.forms.get(&group.code) else {
            continue;
        };
        let by_name = cases::QUESTIONS.into_iter().filter_map(|name| old.question(name));
        let of_program = by_name.chain(old.questions().filter(|question| health::is_sensitive(question)));
        for question in of_program {
            all.entry(question.name.clone())
                .or_default()
                .by
                .insert("minyi".to_owned());
        }
    }
    Ok(all)
}

/// What the plan as a whole says of the new questionnaire: media that are not there, indicators without their choices.
fn faults_of_plan(
    correction: &Correction,
    present: &StoredForm,
    media: &BTreeMap<String, Vec<u8>>,
    mut files: PlanFiles,
) -> Vec<Diagnostic> {
    files.insert(present.source_path.clone(), correction.xlsx.clone());
    for (name, bytes) in media {
        files.insert(format!("{FOLDER}{name}"), bytes.clone());
    }
    Plan::read(&files)
        .err()
        .unwrap_or_default()
        .into_iter()
        .filter(Diagnostic::is_error)
        .map(|mut found| {
            // Whoever amends gave the workbook under another name than it has in the plan.
            if found.place.file.as_deref() == Some(present.source_path.as_str()) {
                found.place.file = Some(correction.file.clone());
            }
            found
        })
        .collect()
}

/// The two versions that stored answers are held against.
struct Against<'a> {
    file: &'a str,
    old: &'a Form,
    new: &'a Form,
}

impl Against<'_> {
    /// Number of answers and drafts of a form, and a fault for each question at odds with any of them.
    async fn answers_of(
        &self,
        conn: &impl ConnectionTrait,
        round: &str,
        form: &str,
    ) -> Result<(usize, Vec<Diagnostic>), RoundActError> {
        let mut count = 0;
        let mut found: BTreeMap<String, (usize, Text)> = BTreeMap::new();
        let mut hold = |answers: &RawAnswers, day: &str| {
            let day: Date = day.parse().unwrap_or_default();
            count += 1;
            for (question, said) in amend::conflicts(self.old, self.new, answers, day) {
                found.entry(question).or_insert((0, said)).0 += 1;
            }
        };
        let mut last = None;
        loop {
            let page = responses::page(conn, round, last).await?;
            for row in page.iter().filter(|row| row.form == form) {
                let answers: RawAnswers =
                    serde_json::from_str(&row.answers).map_err(|error| StoreError::Corrupt {
                        table: "responses",
                        what: format!("answers, column {}", error.column()),
                    })?;
                hold(&answers, &row.day);
            }
            last = page.last().map(|row| row.id);
            if (page.len() as u64) < responses::PAGE_SIZE {
                break;
            }
        }
        for group in rounds::groups(conn, round).await? {
            if group.form == form {
                for draft in drafts::of_group(conn, round, &group.group).await? {
                    hold(&draft.answers(), &draft.updated_day);
                }
            }
        }
        let faults = found.iter().map(|(question, (n, said))| {
            amend::conflict(self.file, self.old, self.new, question, (*n, said))
        });
        Ok((count, faults.collect()))
    }
}

#[cfg(test)]
mod tests;
