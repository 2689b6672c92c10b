//! Signs in interviews that deserve a second look, by interviewer: pace, one answer to everything, and how much of the
//! variance lies between interviewers. Nothing here changes or drops an answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use analysis::factor::Factor;
use analysis::plan::{FrameSource, Measure, Plan};
use analysis::quality::interviewer::{InterviewerEffect, interviewer_effect};
use analysis::quality::speeding::{SpeedingRule, Timing, speeding};
use analysis::quality::straight_lining::{Block, Item, StraightLiningRule, straight_lining};
use analysis::quality::{QualityError, Ways};
use sea_orm::DatabaseConnection;
use survey_forms::response::RawAnswers;
use tokio::sync::Mutex as Turn;

use crate::store::StoreError;
use crate::store::fieldwork::{self, Interview};

/// Fewest five-point answers of which "all the same" says anything.
const LEAST_ALIKE: u32 = 5;
/// Interviews are read again no sooner than this, because their answers have to be.
const FRESH_MS: i64 = 60_000;
/// Up to so many are looked at before the page is shown.
const FEW: u64 = 5_000;
/// Level of intervals.
const LEVEL: f64 = 0.95;

/// What is seen in the interviews of one interviewer, or of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signs {
    /// Interviews.
    pub n: u32,
    /// Median length in seconds.
    pub median_s: f64,
    /// Far faster, answer for answer, than others asked in the same way.
    pub too_fast: u32,
    /// The same answer to every question of satisfaction, of five or more.
    pub alike: u32,
}

/// The quality of a round's interviews.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quality {
    /// All together: what each is held against.
    pub all: Signs,
    /// By login.
    pub by_interviewer: BTreeMap<String, Signs>,
    /// How much of the variance of residents' satisfaction lies between interviewers; none when it cannot be said.
    pub effect: Option<InterviewerEffect>,
}

/// Questions of the plan's satisfaction measures, by group.
#[derive(Clone, Debug)]
struct Questions(BTreeMap<String, Vec<String>>);

impl Questions {
    fn of(plan: &Plan) -> Self {
        let of_group = |group: &str| {
            let indicators = plan.indicators.iter();
            let measured = indicators.filter(|indicator| indicator.measure == Some(Measure::Satisfaction));
            let mut variables: Vec<String> = measured
                .filter_map(|indicator| indicator.questions.get(group))
                .flatten()
                .map(|question| question.variable.clone())
                .filter(|variable| !variable.contains('*'))
                .collect();
            variables.sort_unstable();
            variables.dedup();
            variables
        };
        let groups = plan.groups.iter();
        Self(
            groups
                .map(|group| (group.code.clone(), of_group(&group.code)))
                .collect(),
        )
    }

    fn of_group(&self, group: &str) -> &[String] {
        self.0.get(group).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What a look needs to know of an interview: a hundredth of its answers.
#[derive(Clone, Debug)]
struct Looked {
    interviewer: String,
    group: String,
    mode: String,
    answering: String,
    ways: String,
    duration_s: i64,
    /// How many questions were answered.
    answered: u32,
    /// Answers to the group's [`Questions`]; 0 where there is none of five points.
    steps: Vec<u8>,
}

impl Looked {
    fn at(interview: Interview, questions: &Questions) -> Self {
        // What cannot be read has no answers: analysis reports it, a monitor goes on.
        let answers: RawAnswers = serde_json::from_str(&interview.answers).unwrap_or_default();
        let step = |variable: &String| {
            let step = answers.get(variable).and_then(|text| text.parse().ok());
            step.filter(|step| (1..=5).contains(step)).unwrap_or(0)
        };
        Self {
            answered: u32::try_from(answers.len()).unwrap_or(u32::MAX),
            steps: questions.of_group(&interview.group).iter().map(step).collect(),
            interviewer: interview.interviewer,
            group: interview.group,
            mode: interview.mode,
            answering: interview.answering,
            ways: interview.ways,
            duration_s: interview.duration_s,
        }
    }
}

/// Five-point answers of a group, one column a question.
fn satisfaction(questions: &Questions, group: &str, interviews: &[Looked]) -> Vec<Vec<f64>> {
    let column = |nth: usize| {
        let cells = interviews.iter().map(|interview| {
            let own = (interview.group == group)
                .then(|| interview.steps.get(nth))
                .flatten();
            own.filter(|step| **step > 0)
                .map_or(f64::NAN, |step| f64::from(*step))
        });
        cells.collect()
    };
    (0..questions.of_group(group).len()).map(column).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values
        .filter(|value| value.is_finite())
        .fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    sum / n
}

/// Looks at interviews.
///
/// # Errors
/// Columns of different length, which cannot be.
fn look(plan: &Plan, questions: &Questions, interviews: &[Looked]) -> Result<Quality, QualityError> {
    let mode = Factor::from_labels(interviews.iter().map(|interview| &interview.mode));
    let answering = Factor::from_labels(interviews.iter().map(|interview| &interview.answering));
    let tool = Factor::from_labels(interviews.iter().map(|interview| &interview.ways));
    let ways = Ways {
        mode: &mode,
        answering: &answering,
        tool: &tool,
    };
    let timings: Vec<Timing> = interviews
        .iter()
        .map(|interview| Timing {
            #[expect(clippy::cast_precision_loss, reason = "seconds of one interview")]
            seconds: interview.duration_s as f64,
            answers: interview.answered,
            pages: 0,
        })
        .collect();
    let mut too_fast = vec![false; interviews.len()];
    for flag in speeding(&timings, &ways, SpeedingRule::default())?.flags {
        too_fast[flag.row as usize] = true;
    }
    let columns: Vec<Vec<Vec<f64>>> = plan
        .groups
        .iter()
        .map(|group| satisfaction(questions, &group.code, interviews))
        .collect();
    let blocks: Vec<Block<'_>> = columns
        .iter()
        .map(|columns| Block {
            items: columns
                .iter()
                .map(|answers| Item {
                    answers,
                    reversed: false,
                })
                .collect(),
            scale: (1.0, 5.0),
        })
        .collect();
    let patterns = straight_lining(&blocks, &ways, StraightLiningRule::default())?.patterns;
    let alike = |row: usize| {
        patterns[row].answered >= LEAST_ALIKE && patterns[row].longest_run == patterns[row].answered
    };
    let signs = |rows: &[usize]| Signs {
        n: rows.len() as u32,
        median_s: median(rows.iter().map(|row| timings[*row].seconds).collect()),
        too_fast: rows.iter().filter(|row| too_fast[**row]).count() as u32,
        alike: rows.iter().filter(|row| alike(**row)).count() as u32,
    };
    let mut rows_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, interview) in interviews.iter().enumerate() {
        rows_of.entry(&interview.interviewer).or_default().push(row);
    }
    let persons = plan
        .groups
        .iter()
        .position(|group| group.source == FrameSource::Persons);
    let effect = persons.and_then(|at| columns.get(at)).map(|columns| {
        let scores: Vec<f64> = (0..interviews.len())
            .map(|row| mean(columns.iter().map(|column| column[row])))
            .collect();
        let who = Factor::from_labels(interviews.iter().map(|interview| &interview.interviewer));
        interviewer_effect(&scores, &who, LEVEL)
    });
    Ok(Quality {
        all: signs(&(0..interviews.len()).collect::<Vec<_>>()),
        by_interviewer: rows_of
            .into_iter()
            .map(|(login, rows)| (login.to_owned(), signs(&rows)))
            .collect(),
        effect: effect.transpose()?.filter(|effect| effect.icc.is_finite()),
    })
}

/// The latest look at each round: made again when interviews have come in, at most once a minute, and behind the page
/// where there was one before.
#[derive(Clone, Debug, Default)]
pub struct QualityCache {
    looks: Arc<Mutex<BTreeMap<String, Look>>>,
    /// Whoever looks: however many ask at once, one does.
    turn: Arc<Turn<()>>,
}

#[derive(Clone, Debug)]
struct Look {
    at_ms: i64,
    interviews: u64,
    quality: Arc<Quality>,
}

impl QualityCache {
    /// The quality of the plan's round.
    ///
    /// - `interviews`: how many there are now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn get(
        &self,
        db: &DatabaseConnection,
        plan: &Arc<Plan>,
        interviews: u64,
        now_ms: i64,
    ) -> Result<Arc<Quality>, StoreError> {
        let round = plan.round.id.as_str();
        let Some(known) = self.known(round) else {
            let _turn = self.turn.lock().await;
            return match self.known(round) {
                Some(known) => Ok(known.quality),
                None => self.look_again(db, plan, interviews, now_ms).await,
            };
        };
        let is_stale = known.interviews != interviews && now_ms >= known.at_ms + FRESH_MS;
        if is_stale && interviews <= FEW {
            return self.look_again(db, plan, interviews, now_ms).await;
        }
        if is_stale {
            self.look_behind(db, plan, interviews, now_ms);
        }
        Ok(known.quality)
    }

    /// The same, but none, which is looked at behind the page, where whoever asks first would wait long.
    ///
    /// # Errors
    /// See [`QualityCache::get`].
    pub async fn at_hand(
        &self,
        db: &DatabaseConnection,
        plan: &Arc<Plan>,
        interviews: u64,
        now_ms: i64,
    ) -> Result<Option<Arc<Quality>>, StoreError> {
        if interviews > FEW && self.known(&plan.round.id).is_none() {
            self.look_behind(db, plan, interviews, now_ms);
            return Ok(None);
        }
        self.get(db, plan, interviews, now_ms).await.map(Some)
    }

    /// Looks while nobody waits, unless somebody is at it.
    fn look_behind(&self, db: &DatabaseConnection, plan: &Arc<Plan>, interviews: u64, now_ms: i64) {
        let (own, db, plan) = (self.clone(), db.clone(), Arc::clone(plan));
        tokio::spawn(async move {
            let Ok(_turn) = own.turn.try_lock() else { return };
            if let Err(error) = own.look_again(&db, &plan, interviews, now_ms).await {
                error.count();
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "interviews could not be looked at"
                );
            }
        });
    }

    fn known(&self, round: &str) -> Option<Look> {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.get(round).cloned()
    }

    async fn look_again(
        &self,
        db: &DatabaseConnection,
        plan: &Arc<Plan>,
        interviews: u64,
        now_ms: i64,
    ) -> Result<Arc<Quality>, StoreError> {
        let round = plan.round.id.as_str();
        let questions = Questions::of(plan);
        let (mut looked, mut after) = (Vec::new(), None);
        loop {
            let page = fieldwork::interviews(db, round, after).await?;
            after = page.last().map(|interview| interview.id);
            let is_last = page.len() < fieldwork::INTERVIEWS;
            looked.extend(page.into_iter().map(|one| Looked::at(one, &questions)));
            if is_last {
                break;
            }
        }
        let own = Arc::clone(plan);
        let made = tokio::task::spawn_blocking(move || look(&own, &questions, &looked)).await;
        let quality = Arc::new(made.ok().and_then(Result::ok).unwrap_or_default());
        let look = Look {
            at_ms: now_ms,
            interviews,
            quality: Arc::clone(&quality),
        };
        self.looks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(round.to_owned(), look);
        Ok(quality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interview(who: &str, seconds: i64, steps: [&str; 5], questions: &Questions) -> Looked {
        let names = [
            "sat_attitude",
            "sat_speed",
            "sat_trips",
            "sat_fair",
            "sat_overall",
        ];
        let answers: BTreeMap<&str, &str> = names.into_iter().zip(steps).collect();
        let interview = Interview {
            id: uuid::Uuid::nil(),
            interviewer: who.to_owned(),
            group: "resident".to_owned(),
            mode: "interview".to_owned(),
            answering: "self".to_owned(),
            ways: String::new(),
            duration_s: seconds,
            answers: serde_json::to_string(&answers).unwrap(),
        };
        Looked::at(interview, questions)
    }

    #[tokio::test]
    async fn who_opens_the_monitor_first_does_not_wait_for_many_interviews() {
        let server = crate::handlers::testing::Server::start().await;
        let db = &server.base.db;
        let plan = Arc::new(Plan::read(&crate::synthetic::sample_plan()).unwrap());
        let (few, many) = (QualityCache::default(), QualityCache::default());
        assert!(few.at_hand(db, &plan, FEW, 0).await.unwrap().is_some());
        assert!(many.at_hand(db, &plan, FEW + 1, 0).await.unwrap().is_none());
        while many.known(&plan.round.id).is_none() {
            tokio::task::yield_now().await;
        }
        assert!(many.at_hand(db, &plan, FEW + 1, 0).await.unwrap().is_some());
    }

    #[test]
    fn hasty_and_uniform_interviews_are_counted_with_who_took_them() {
        let plan = Plan::read(&crate::synthetic::sample_plan()).unwrap();
        let questions = Questions::of(&plan);
        let mut interviews = Vec::new();
        for n in 0..40 {
            let steps = [["4", "3", "5", "4", "4"], ["5", "4", "2", "3", "4"]][n % 2];
            interviews.push(interview("careful", 480 + 7 * n as i64, steps, &questions));
        }
        interviews.push(interview("hasty", 60, ["5", "5", "5", "5", "5"], &questions));
        interviews.push(interview("hasty", 70, ["5", "5", "5", "5", "5"], &questions));
        let quality = look(&plan, &questions, &interviews).unwrap();
        let hasty = &quality.by_interviewer["hasty"];
        assert_eq!(
            (hasty.n, hasty.median_s, hasty.too_fast, hasty.alike),
            (2, 65.0, 2, 2)
        );
        let careful = &quality.by_interviewer["careful"];
        assert_eq!((careful.too_fast, careful.alike), (0, 0));
        assert_eq!((quality.all.n, quality.all.alike), (42, 2));
        let effect = quality.effect.unwrap();
        assert!(effect.icc > 0.3 && effect.interviewers == 2, "{effect:?}");
        assert!(look(&plan, &questions, &[]).unwrap().effect.is_none());
    }
}
