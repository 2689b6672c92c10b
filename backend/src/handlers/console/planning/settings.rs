//! `…/plan/settings`: the settings as a form. What is as it was is not touched; comments and layout stay.

mod mail;

use analysis::plan::Kept;
use axum::extract::{Form, State};
use axum::response::{Html, IntoResponse, Response};

use super::refusal::refused;
use super::{Asked, address, conflict, unprocessable, working_copy};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::EditPlan;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::planning::settings::{self as page, Block, Section, Setting, SettingsPage};
use crate::pages::retention::kept_words;
use crate::pages::{Lang, Reading, tr};
use crate::planning::copy::{self, Changed, Copy};
use crate::planning::settings::{SettingFault, Settings, Shape};

const FILE: &str = "plan.toml";

/// Fields of one place of the form: path, label, shape.
type Fields = Vec<(String, String, Shape)>;

fn words(lang: Lang, path: &str, label: &str, shape: Shape) -> Fields {
    let zh = tr!(lang, "plan.in_zh");
    let en = tr!(lang, "plan.in_en");
    vec![
        (format!("{path}.zh"), format!("{label}{zh}"), shape),
        (format!("{path}.en"), format!("{label}{en}"), shape),
    ]
}

fn round_fields(lang: Lang) -> Fields {
    let mut fields = words(lang, "round.title", &tr!(lang, "plan.s_title"), Shape::Words);
    fields.extend(words(
        lang,
        "round.organiser",
        &tr!(lang, "plan.s_organiser"),
        Shape::Words,
    ));
    fields.extend(words(
        lang,
        "round.contact",
        &tr!(lang, "plan.s_contact"),
        Shape::Words,
    ));
    let one = |path: &str, label: &str, shape| (path.to_owned(), label.to_owned(), shape);
    fields.push(one("round.year", &tr!(lang, "plan.s_year"), Shape::Whole));
    fields.push(one("round.opens_on", &tr!(lang, "plan.s_opens"), Shape::Day));
    fields.push(one("round.closes_on", &tr!(lang, "plan.s_closes"), Shape::Day));
    fields
}

fn group_fields(lang: Lang, at: usize) -> Fields {
    let mut fields = words(
        lang,
        &format!("groups[{at}].name"),
        &tr!(lang, "plan.s_name"),
        Shape::Words,
    );
    fields.push((
        format!("groups[{at}].weight"),
        tr!(lang, "plan.s_weight").into_owned(),
        Shape::Number,
    ));
    fields
}

fn grade_fields(lang: Lang, at: usize) -> Fields {
    let mut fields = words(
        lang,
        &format!("grades[{at}].name"),
        &tr!(lang, "plan.s_name"),
        Shape::Words,
    );
    fields.push((
        format!("grades[{at}].from"),
        tr!(lang, "plan.s_from").into_owned(),
        Shape::Number,
    ));
    fields
}

fn third_party_fields(lang: Lang) -> Fields {
    let one = |key: &str, label: &str, shape| (format!("third_party.{key}"), label.to_owned(), shape);
    vec![
        one("weight", &tr!(lang, "plan.s_weight"), Shape::Number),
        one("scorers", &tr!(lang, "plan.s_scorers"), Shape::Whole),
        one("difference_limit", &tr!(lang, "plan.s_limit"), Shape::Number),
    ]
}

fn sampling_fields(lang: Lang) -> Fields {
    let one = |key: &str, label: &str, shape| (format!("sampling.{key}"), label.to_owned(), shape);
    vec![
        one(
            "villages_per_township",
            &tr!(lang, "plan.s_villages"),
            Shape::Whole,
        ),
        one("persons_per_village", &tr!(lang, "plan.s_persons"), Shape::Whole),
        one("target_completes", &tr!(lang, "plan.s_target"), Shape::Whole),
        one("expected_response", &tr!(lang, "plan.s_response"), Shape::Number),
        one("certainty_size", &tr!(lang, "plan.s_certainty"), Shape::Whole),
        one(
            "relatives_per_person",
            &tr!(lang, "plan.s_relatives"),
            Shape::Whole,
        ),
        one("minimum_age", &tr!(lang, "plan.s_age"), Shape::Whole),
        one("design_effect", &tr!(lang, "plan.s_deff"), Shape::Number),
        one("seed", &tr!(lang, "plan.s_seed"), Shape::Whole),
    ]
}

fn limit_fields(lang: Lang) -> Fields {
    let one = |path: &str, label: &str, shape| (path.to_owned(), label.to_owned(), shape);
    vec![
        one(
            "presentation.min_cell",
            &tr!(lang, "plan.s_min_cell"),
            Shape::Whole,
        ),
        one("presentation.small_n", &tr!(lang, "plan.s_small_n"), Shape::Whole),
        one(
            "weighting.min_class",
            &tr!(lang, "plan.s_min_class"),
            Shape::Whole,
        ),
        one("follow_up.days", &tr!(lang, "plan.s_days"), Shape::Whole),
    ]
}

/// How many days each kind of information is kept.
fn retention_fields(lang: Lang) -> Fields {
    let field = |kept: Kept| {
        (
            format!("retention.{}", kept.word()),
            kept_words(lang, kept),
            Shape::Whole,
        )
    };
    Kept::ALL.into_iter().map(field).collect()
}

fn invitation_fields(lang: Lang) -> Fields {
    let mut fields = words(lang, "invitations.sms", &tr!(lang, "plan.s_sms"), Shape::Sentence);
    let one = |key: &str, label: &str| (format!("invitations.{key}"), label.to_owned(), Shape::Whole);
    fields.push(one("remind_after_days", &tr!(lang, "plan.s_remind")));
    fields.push(one("interview_grace_days", &tr!(lang, "plan.s_grace")));
    fields
}

/// What was typed and what stands there, by path.
struct Shown<'a> {
    lang: Lang,
    settings: &'a Settings,
    typed: Option<&'a Pairs>,
    conflict: bool,
}

impl Shown<'_> {
    fn block(&self, fields: Fields, legend: Option<String>, remove: Option<String>) -> Block {
        let setting = |(path, label, shape): (String, String, Shape)| {
            let stands = self.settings.get(&path);
            let typed = self
                .typed
                .and_then(|pairs| field(pairs, &path))
                .map(str::to_owned);
            let differs = self.conflict && typed.as_ref().is_some_and(|typed| typed.trim() != stands);
            Setting {
                options: mail::options(self.lang, &path, shape),
                value: typed.unwrap_or_else(|| stands.clone()),
                theirs: differs.then_some(stands),
                path,
                label,
                shape,
            }
        };
        Block {
            legend,
            settings: fields.into_iter().map(setting).collect(),
            remove,
        }
    }

    /// A block for each element of a list, and an empty one to add another.
    fn list(&self, lang: Lang, path: &str, fields: fn(Lang, usize) -> Fields) -> Vec<Block> {
        let count = self.settings.count(path);
        let blocks = (0..count).map(|at| {
            let name = ["name.zh", "name", "email"].into_iter();
            let name = name.map(|key| self.settings.get(&format!("{path}[{at}].{key}")));
            let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            let remove = (path != "groups").then(|| format!("{path}-{at}"));
            self.block(fields(lang, at), Some(name), remove)
        });
        let mut blocks: Vec<Block> = blocks.collect();
        if path != "groups" {
            let legend = tr!(lang, "plan.one_more").into_owned();
            blocks.push(self.block(fields(lang, count), Some(legend), None));
        }
        blocks
    }

    fn sections(&self, lang: Lang) -> Vec<Section> {
        let section = |heading: String, note: Option<String>, blocks| Section {
            heading,
            note,
            blocks,
        };
        let single = |heading: String, fields| section(heading, None, vec![self.block(fields, None, None)]);
        let mut sections = vec![
            single(tr!(lang, "plan.s_round").into_owned(), round_fields(lang)),
            section(
                tr!(lang, "plan.s_groups").into_owned(),
                Some(tr!(lang, "plan.s_groups_note").into_owned()),
                self.list(lang, "groups", group_fields),
            ),
        ];
        if self.settings.has("third_party") {
            sections.push(single(
                tr!(lang, "plan.s_third").into_owned(),
                third_party_fields(lang),
            ));
        }
        sections.push(section(
            tr!(lang, "plan.s_grades").into_owned(),
            Some(tr!(lang, "plan.s_grades_note").into_owned()),
            self.list(lang, "grades", grade_fields),
        ));
        sections.push(single(
            tr!(lang, "plan.s_sampling").into_owned(),
            sampling_fields(lang),
        ));
        sections.push(single(
            tr!(lang, "plan.s_limits").into_owned(),
            limit_fields(lang),
        ));
        sections.push(single(
            tr!(lang, "plan.s_invitations").into_owned(),
            invitation_fields(lang),
        ));
        sections.push(section(
            tr!(lang, "retention.plan_title").into_owned(),
            Some(tr!(lang, "retention.plan_note").into_owned()),
            vec![self.block(retention_fields(lang), None, None)],
        ));
        sections.push(section(
            tr!(lang, "plan.s_mailing").into_owned(),
            Some(tr!(lang, "plan.s_mailing_note").into_owned()),
            vec![self.block(mail::schedule_fields(lang), None, None)],
        ));
        sections.push(section(
            tr!(lang, "plan.s_mail").into_owned(),
            Some(tr!(lang, "plan.s_mail_note").into_owned()),
            self.list(lang, "mail.leadership", mail::recipient_fields),
        ));
        sections
    }
}

fn opened(copy: &Copy, asked: &Asked) -> Result<Settings, PageError> {
    let bytes = copy.files.get(FILE).ok_or_else(PageError::lost)?;
    // Without its syntax it can only be mended as text.
    Settings::read(bytes)
        .map_err(|_| PageError::see_other(format!("/console/rounds/{}/plan/file?path={FILE}", asked.round)))
}

/// `GET …/plan/settings`.
///
/// # Errors
/// When the role may not, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    let asked = Asked::of(&holder, reading.lang);
    let copy = working_copy(&state, &holder).await?;
    let shown = Shown {
        lang: reading.lang,
        settings: &opened(&copy, &asked)?,
        typed: None,
        conflict: false,
    };
    let view = SettingsPage {
        seen: copy.seen(FILE),
        sections: shown.sections(reading.lang),
        faults: Vec::new(),
        conflict: false,
    };
    Ok(html(page::page(asked.around(), &view)))
}

fn fault_words(lang: Lang, label: &str, fault: &SettingFault) -> String {
    match fault {
        SettingFault::NotANumber => tr!(lang, "plan.e_number", label = label),
        SettingFault::NotWhole => tr!(lang, "plan.e_whole", label = label),
        SettingFault::NotADay => tr!(lang, "plan.e_day", label = label),
        SettingFault::NotOffered => tr!(lang, "plan.e_offered", label = label),
        SettingFault::Syntax => tr!(lang, "plan.e_syntax"),
    }
    .into_owned()
}

/// Writes what was typed; the faults are those of single fields.
fn write(lang: Lang, settings: &mut Settings, sections: &[Section], pairs: &Pairs) -> Vec<Fault> {
    let mut faults = Vec::new();
    for block in sections.iter().flat_map(|section| &section.blocks) {
        let typed = |setting: &Setting| field(pairs, &setting.path).unwrap_or_default().trim().to_owned();
        let is_new = block.settings.iter().all(|setting| {
            let element = setting
                .path
                .rsplit_once(']')
                .map(|(element, _)| format!("{element}]"));
            element.is_some_and(|element| {
                let (list, at) = element.rsplit_once('[').unwrap_or_default();
                at.trim_end_matches(']').parse() == Ok(settings.count(list))
            })
        });
        if is_new {
            if block.settings.iter().all(|setting| typed(setting).is_empty()) {
                continue;
            }
            if let Some((list, _)) = block
                .settings
                .first()
                .and_then(|setting| setting.path.rsplit_once('['))
            {
                settings.push(list);
            }
        }
        for setting in &block.settings {
            if field(pairs, &setting.path).is_none() {
                continue;
            }
            if let Err(fault) = settings.set(&setting.path, setting.shape, &typed(setting)) {
                faults.push(Fault {
                    href: format!("#{}", setting.id()),
                    text: fault_words(lang, &setting.label, &fault),
                });
            }
        }
    }
    faults.extend(mail::weekly_fault(lang, settings));
    let mut removed: Vec<(&str, usize)> = pairs
        .iter()
        .filter(|(name, _)| name == "remove")
        .filter_map(|(_, value)| {
            let (list, at) = value.rsplit_once('-')?;
            Some((list, at.parse().ok()?))
        })
        .filter(|(list, _)| matches!(*list, "grades" | "mail.leadership"))
        .collect();
    // From the end, so that the numbers of those before stay right.
    removed.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    for (list, at) in removed {
        settings.remove(list, at);
    }
    faults
}

/// `POST …/plan/settings`.
///
/// # Errors
/// See [`show`].
pub async fn keep(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let asked = Asked::of(&holder, lang);
    let copy = working_copy(&state, &holder).await?;
    let stands = opened(&copy, &asked)?;
    let seen = field(&pairs, "seen").unwrap_or_default();
    let shown = |conflict, faults| {
        let shown = Shown {
            lang,
            settings: &stands,
            typed: Some(&pairs),
            conflict,
        };
        let view = SettingsPage {
            seen: copy.seen(FILE),
            sections: shown.sections(lang),
            faults,
            conflict,
        };
        html(page::page(asked.around(), &view))
    };
    if copy.seen(FILE) != seen {
        return Ok(conflict(shown(true, Vec::new())));
    }
    let form = Shown {
        lang,
        settings: &stands,
        typed: None,
        conflict: false,
    };
    let mut settings = stands.clone();
    let faults = write(lang, &mut settings, &form.sections(lang), &pairs);
    if !faults.is_empty() {
        return Ok(unprocessable(shown(false, faults)));
    }
    let content = Some(settings.to_string().into_bytes());
    let done = copy::change(
        &state.base(),
        &holder.round.id,
        (FILE, seen),
        content,
        &holder.staff.login,
    )
    .await;
    match done {
        Ok(Changed::Done) => Ok(address(&holder.round.id, "kept").into_response()),
        // Between the look above and the change: what is shown is a moment old, and sending it again shows the rest.
        Ok(Changed::Conflict(_)) => Ok(conflict(shown(true, Vec::new()))),
        Err(error) => Ok(unprocessable(shown(false, refused(lang, error, "#main")?))),
    }
}
