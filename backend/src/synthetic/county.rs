//! The synthetic county: places, card holders and grassroots bodies.

use analysis::plan::Plan;

use super::SyntheticError;
use super::draw::{Streams, Topic};

/// How well the townships serve, in standard deviations and in the order of `units.csv`: some far apart, some
/// nearly tied. The administrative series of the sample plan were made with the same figures.
const QUALITY: [f64; 20] = [
    0.35, 1.45, -0.40, 0.95, 0.10, -0.85, 0.50, -1.30, 0.90, 0.00, -0.45, 1.75, -0.05, -1.60, 0.55, -0.95,
    0.15, 1.05, -0.50, -1.75,
];
/// How far apart the townships lie, as a factor on [`QUALITY`].
const SPREAD: f64 = 0.8;
/// How the county served a year before, against now, and which townships differed from that.
const EARLIER: f64 = -0.4;
const CHANGED: [f64; 20] = [
    0.0, 0.0, -1.2, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, -0.1, 0.0, 0.0, 2.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.1, 0.0,
];
/// The township whose staff stand by when people answer, and how often: what a check of steering ought to find.
const WATCHING: usize = 5;
const WATCHED: f64 = 0.4;
/// Standard deviation of what villages add to every latent opinion: an intraclass correlation of about
/// 0.175² / (1 + 0.175²) = 0.03.
const VILLAGE_SD: f64 = 0.175;

/// Disability category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the glossary's")]
pub enum Category {
    Vision,
    Hearing,
    Speech,
    Physical,
    Intellectual,
    Mental,
    Multiple,
}

impl Category {
    /// The code in `frame.csv`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vision => "vision",
            Self::Hearing => "hearing",
            Self::Speech => "speech",
            Self::Physical => "physical",
            Self::Intellectual => "intellectual",
            Self::Mental => "mental",
            Self::Multiple => "multiple",
        }
    }
}

/// Kinds of special-hardship household; bits of [`Person::hardship`].
pub(super) const HARDSHIP: [&str; 5] = [
    "multiple_disabled_household",
    "old_and_disabled",
    "orphaned",
    "severe",
    "multiply_disabled",
];

/// A township and its true character.
#[derive(Clone, Debug)]
pub struct Township {
    /// Code of the unit.
    pub code: String,
    /// How well it serves, in standard deviations.
    pub quality: f64,
    /// What it does better or worse than that, by theme: taking part, contact, process, carers, capacity.
    pub(super) themes: [f64; 5],
    /// The same by service area.
    pub(super) areas: [f64; 10],
    /// Whether its staff stand by when people answer.
    watches: bool,
}

/// Themes of [`Township::themes`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Theme {
    Participation,
    Contact,
    Process,
    Carers,
    Capacity,
}

impl Township {
    /// Its standing in a theme.
    pub(super) fn theme(&self, theme: Theme) -> f64 {
        self.quality + self.themes[theme as usize]
    }

    /// How often its staff are there while people answer, where elsewhere they are in a share `usual` of the cases.
    pub(super) fn watched(&self, usual: f64) -> f64 {
        if self.watches { WATCHED } else { usual }
    }

    /// Its standing in a service area.
    pub(super) fn area(&self, area: usize) -> f64 {
        self.quality + self.areas[area]
    }
}

/// A village or community.
#[derive(Clone, Debug)]
pub struct Village {
    /// Code of the unit.
    pub code: String,
    /// Position of its township.
    pub township: usize,
    /// What it adds to every latent opinion of its people.
    pub(super) effect: f64,
    /// Its people, a range of [`Population::persons`].
    pub persons: std::ops::Range<usize>,
}

/// A card holder.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Position of the village.
    pub village: u32,
    /// Category.
    pub category: Category,
    /// 1 (the most severe) to 4.
    pub grade: u8,
    /// Male rather than female.
    pub male: bool,
    /// Age in the round's year.
    pub age: u8,
    /// Kinds of special hardship, bits in the order of the frame's codes.
    pub hardship: u8,
    /// How a relative on the frame is related; none where no relative can be reached.
    pub relative: Option<&'static str>,
}

impl Person {
    /// Whether the household is in special hardship.
    pub fn in_hardship(&self) -> bool {
        self.hardship != 0
    }

    /// What in the person would be a reason for someone else to answer; none where the reason lies elsewhere.
    pub(super) fn proxy_reason(&self) -> Option<&'static str> {
        if self.age < 16 {
            return Some("too_young");
        }
        let hinders = matches!(
            self.category,
            Category::Intellectual | Category::Mental | Category::Multiple
        );
        (hinders || self.grade == 1).then_some("unable")
    }

    /// The codes of its special hardships, space-separated.
    pub(super) fn hardship_codes(&self) -> String {
        let codes = HARDSHIP
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.hardship & (1 << bit) != 0);
        codes.map(|(_, code)| *code).collect::<Vec<_>>().join(" ")
    }
}

/// What a grassroots body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// A township's federation.
    TownshipFederation,
    /// A village's association.
    VillageAssociation,
    /// A special association of the county.
    SpecialAssociation,
}

impl BodyKind {
    /// The code in `frame.csv` and in the questionnaire.
    pub fn code(self) -> &'static str {
        match self {
            Self::TownshipFederation => "township_federation",
            Self::VillageAssociation => "village_association",
            Self::SpecialAssociation => "special_association",
        }
    }
}

/// A grassroots body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its own unit: the township, the village, or the county.
    pub unit: String,
    /// What it is.
    pub kind: BodyKind,
    /// Position of its township; none for the county's.
    pub township: Option<usize>,
    /// Position of its village.
    pub village: Option<usize>,
}

/// Everyone and everything that could be asked.
#[derive(Clone, Debug)]
pub struct Population {
    /// The seed it was made from.
    pub seed: u64,
    /// The round's year, in which ages are counted.
    pub year: i32,
    /// The townships, in the order of `units.csv`.
    pub townships: Vec<Township>,
    /// The villages, township by township.
    pub villages: Vec<Village>,
    /// The card holders, village by village.
    pub persons: Vec<Person>,
    /// The grassroots bodies: federations, associations, special associations.
    pub bodies: Vec<Body>,
    pub(super) streams: Streams,
}

impl Population {
    /// Makes the county of `plan` from a seed: about 100 card holders a village, 62,000 in the sample plan's 600.
    ///
    /// # Errors
    /// [`SyntheticError::PlanLacks`] when the plan has no townships or no villages.
    pub fn generate(plan: &Plan, seed: u64) -> Result<Self, SyntheticError> {
        let streams = Streams::new(seed);
        let mut county = Self {
            seed,
            year: plan.round.year,
            townships: Vec::new(),
            villages: Vec::new(),
            persons: Vec::new(),
            bodies: Vec::new(),
            streams: streams.clone(),
        };
        let mut places = streams.of(Topic::Places, 0);
        for (t, unit) in plan.units.of_level("township").into_iter().enumerate() {
            county.townships.push(Township {
                code: unit.code.clone(),
                quality: SPREAD * QUALITY[t % QUALITY.len()],
                themes: std::array::from_fn(|_| 0.3 * places.normal()),
                areas: std::array::from_fn(|_| 0.45 * places.normal()),
                watches: t == WATCHING,
            });
            for child in plan.units.children(&unit.code) {
                let v = county.villages.len();
                // Communities of the towns are large enough to be taken with certainty now and then.
                let size = if child.name.get("zh").ends_with("社区") {
                    (260.0 + 75.0 * places.normal()).clamp(120.0, 480.0)
                } else {
                    (4.44 + 0.42 * places.normal()).exp().clamp(30.0, 250.0)
                };
                let effect = VILLAGE_SD * places.normal();
                let start = county.persons.len();
                let mut residents = streams.of(Topic::Residents, v);
                for _ in 0..size.round() as usize {
                    county.persons.push(resident(&mut residents, v));
                }
                county.villages.push(Village {
                    code: child.code.clone(),
                    township: t,
                    effect,
                    persons: start..county.persons.len(),
                });
            }
        }
        if county.townships.is_empty() {
            return Err(SyntheticError::PlanLacks("townships"));
        }
        if county.villages.is_empty() {
            return Err(SyntheticError::PlanLacks("villages"));
        }
        county.bodies = bodies(&county, &plan.units.root().code);
        Ok(county)
    }

    /// The same people and places a year earlier: most townships served a little differently, a few much worse or
    /// better, the county as a whole a little worse. Whoever is asked then answers afresh.
    #[must_use]
    pub fn year_before(&self) -> Self {
        let streams = Streams::new(self.seed.wrapping_add(1));
        let mut draw = streams.of(Topic::Places, 0);
        let mut county = Self {
            streams,
            ..self.clone()
        };
        for (t, township) in county.townships.iter_mut().enumerate() {
            township.quality += EARLIER + CHANGED[t % CHANGED.len()];
            for theme in &mut township.themes {
                *theme += 0.1 * draw.normal();
            }
            for area in &mut township.areas {
                *area += 0.1 * draw.normal();
            }
        }
        county
    }

    /// A person's village.
    pub fn village_of(&self, person: &Person) -> &Village {
        &self.villages[person.village as usize]
    }

    /// A person's township.
    pub fn township_of(&self, person: &Person) -> &Township {
        &self.townships[self.village_of(person).township]
    }
}

fn bodies(county: &Population, root: &str) -> Vec<Body> {
    let federations = county.townships.iter().enumerate().map(|(t, township)| Body {
        unit: township.code.clone(),
        kind: BodyKind::TownshipFederation,
        township: Some(t),
        village: None,
    });
    let associations = county.villages.iter().enumerate().map(|(v, village)| Body {
        unit: village.code.clone(),
        kind: BodyKind::VillageAssociation,
        township: Some(village.township),
        village: Some(v),
    });
    let special = (0..6).map(|_| Body {
        unit: root.to_owned(),
        kind: BodyKind::SpecialAssociation,
        township: None,
        village: None,
    });
    federations.chain(associations).chain(special).collect()
}

/// One card holder of a village.
fn resident(draw: &mut super::draw::Draw, village: usize) -> Person {
    use Category::{Hearing, Intellectual, Mental, Multiple, Physical, Speech, Vision};
    let category = draw
        .pick(&[
            (Physical, 0.56),
            (Vision, 0.11),
            (Hearing, 0.09),
            (Speech, 0.015),
            (Intellectual, 0.09),
            (Mental, 0.10),
            (Multiple, 0.035),
        ])
        .unwrap_or(Physical);
    let grade = match category {
        // Mental and intellectual disability is mostly registered at grade 2, multiple at grades 1 and 2.
        Mental | Intellectual => draw.pick(&[(1, 0.10), (2, 0.52), (3, 0.24), (4, 0.14)]),
        Multiple => draw.pick(&[(1, 0.45), (2, 0.40), (3, 0.10), (4, 0.05)]),
        _ => draw.pick(&[(1, 0.11), (2, 0.22), (3, 0.28), (4, 0.39)]),
    }
    .unwrap_or(4);
    let (least, most) = match category {
        Intellectual => draw.pick(&[
            ((6, 17), 0.14),
            ((18, 44), 0.46),
            ((45, 59), 0.27),
            ((60, 80), 0.13),
        ]),
        Mental => draw.pick(&[
            ((10, 17), 0.03),
            ((18, 44), 0.36),
            ((45, 59), 0.40),
            ((60, 82), 0.21),
        ]),
        _ => draw.pick(&[
            ((4, 17), 0.025),
            ((18, 44), 0.155),
            ((45, 59), 0.29),
            ((60, 74), 0.35),
            ((75, 94), 0.18),
        ]),
    }
    .unwrap_or((60, 74));
    let age = least + draw.below(most - least + 1);
    let male = draw.chance(0.55);
    let mut hardship = 0;
    for (bit, chance) in [
        0.11,
        if age >= 60 { 0.16 } else { 0.0 },
        if age < 18 { 0.04 } else { 0.0 },
        [0.40, 0.12, 0.0, 0.0][grade as usize - 1],
        if category == Multiple { 0.8 } else { 0.0 },
    ]
    .into_iter()
    .enumerate()
    {
        if draw.chance(chance) {
            hardship |= 1 << bit;
        }
    }
    let dependent = grade <= 2 || matches!(category, Mental | Intellectual | Multiple) || age < 18;
    let reached = draw.chance(if dependent { 0.74 } else { 0.58 });
    let relation = match age {
        0..18 => draw.pick(&[("parent", 0.86), ("relative", 0.14)]),
        18..45 => draw.pick(&[
            ("parent", 0.55),
            ("spouse", 0.25),
            ("sibling", 0.15),
            ("relative", 0.05),
        ]),
        45..65 => draw.pick(&[
            ("spouse", 0.5),
            ("child", 0.28),
            ("sibling", 0.12),
            ("parent", 0.04),
            ("friend", 0.06),
        ]),
        _ => draw.pick(&[
            ("child", 0.55),
            ("spouse", 0.32),
            ("relative", 0.06),
            ("friend", 0.07),
        ]),
    };
    Person {
        village: village as u32,
        category,
        grade,
        male,
        age: age as u8,
        hardship,
        relative: relation.filter(|_| reached),
    }
}
