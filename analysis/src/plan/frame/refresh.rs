//! A newer frame against the one before: who is new, moved, died or left, and whose category or grade changed.
//!
//! A newer frame is a file in the form of `frame.csv`, optionally with a column `status`: `active` (or empty),
//! `deceased` or `left`. Rows of those who are gone need no more than their id. Whoever is missing from the file
//! without a word has left as well. A relative goes with the person it belongs to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey_forms::diagnostic::Diagnostic;

use super::{FramePerson, GroupPlan, UnitTree, read_rows};
use crate::plan::table::Faults;

/// Why somebody is in the frame no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// Died.
    Deceased,
    /// Moved out of the county, gave the card back, or is simply not in the file.
    Left,
}

impl Gone {
    /// The reason of a word in the column `status`; none for who is there.
    ///
    /// # Errors
    /// When the word is not known.
    pub(super) fn parse(word: &str) -> Result<Option<Self>, ()> {
        match word {
            "" | "active" | "在册" => Ok(None),
            "deceased" | "死亡" => Ok(Some(Self::Deceased)),
            "left" | "迁出" | "注销" => Ok(Some(Self::Left)),
            _ => Err(()),
        }
    }
}

/// A newer frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewFrame {
    /// Who is there.
    pub people: Vec<FramePerson>,
    /// Who is gone by what the file says, by id.
    pub gone: BTreeMap<String, Gone>,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a newer frame.
///
/// # Errors
/// Every fault, errors and warnings, by row and column of `file`.
pub fn read_new_frame(
    file: &str,
    bytes: &[u8],
    units: &UnitTree,
    groups: &[GroupPlan],
) -> Result<NewFrame, Vec<Diagnostic>> {
    let mut faults = Faults::new(file);
    let mut gone = BTreeMap::new();
    let people = read_rows(bytes, (units, Some(groups)), Some(&mut gone), &mut faults);
    faults.found.sort_by_key(|fault| fault.place.row);
    if faults.found.iter().any(Diagnostic::is_error) {
        return Err(faults.found);
    }
    Ok(NewFrame {
        people,
        gone,
        warnings: faults.found,
    })
}

/// What became of a member of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Was not in the frame before.
    New,
    /// Lives in another unit.
    Moved,
    /// Died.
    Deceased,
    /// Is in the frame no longer.
    Left,
    /// Another category of disability.
    Category,
    /// Another grade.
    Grade,
    /// Sex, year of birth, hardship, group, kind or whose relative.
    Details,
    /// Name, telephone, e-mail, card number, address or language.
    Contact,
}

impl Change {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Moved,
        Self::Deceased,
        Self::Left,
        Self::Category,
        Self::Grade,
        Self::Details,
        Self::Contact,
    ];

    /// The word in files and in stored counts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Moved => "moved",
            Self::Deceased => "deceased",
            Self::Left => "left",
            Self::Category => "category",
            Self::Grade => "grade",
            Self::Details => "details",
            Self::Contact => "contact",
        }
    }
}

/// A member of the frame with what changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberChange<'a> {
    /// What changed; never empty.
    pub kinds: Vec<Change>,
    /// The row before; none for the new.
    pub before: Option<&'a FramePerson>,
    /// The row now; none for those who are gone.
    pub after: Option<&'a FramePerson>,
}

impl MemberChange<'_> {
    /// The id of the member.
    #[must_use]
    pub fn person_id(&self) -> &str {
        let row = self.after.or(self.before);
        row.map_or("", |row| row.person_id.as_str())
    }

    /// The respondent group, as it is now.
    #[must_use]
    pub fn group(&self) -> &str {
        let row = self.after.or(self.before);
        row.map_or("", |row| row.group.as_str())
    }
}

/// Everyone who differs between two frames, by id. Those who are the same in both are left out.
#[must_use]
pub fn compare<'a>(before: &'a [FramePerson], now: &'a NewFrame) -> Vec<MemberChange<'a>> {
    let mut pairs: BTreeMap<&str, (Option<&FramePerson>, Option<&FramePerson>)> = BTreeMap::new();
    for person in before {
        pairs.entry(&person.person_id).or_default().0 = Some(person);
    }
    for person in &now.people {
        pairs.entry(&person.person_id).or_default().1 = Some(person);
    }
    let changes = pairs.into_iter().map(|(id, (before, after))| MemberChange {
        kinds: match (before, after) {
            (Some(before), Some(after)) => differences(before, after),
            (None, Some(_)) => vec![Change::New],
            (_, None) => vec![match now.gone.get(id) {
                Some(Gone::Deceased) => Change::Deceased,
                _ => Change::Left,
            }],
        },
        before,
        after,
    });
    changes.filter(|change| !change.kinds.is_empty()).collect()
}

fn differences(before: &FramePerson, after: &FramePerson) -> Vec<Change> {
    let details = |person: &FramePerson| {
        let mut hardship = person.hardship.clone();
        hardship.sort_unstable();
        (
            person.sex.clone(),
            person.birth_year,
            hardship,
            person.group.clone(),
            person.body_kind.clone(),
            person.relative_of.clone(),
            person.relation.clone(),
        )
    };
    let contact = |person: &FramePerson| {
        let all = [
            &person.name,
            &person.phone,
            &person.email,
            &person.card_number,
            &person.address,
            &person.language,
        ];
        all.map(Clone::clone)
    };
    let found = [
        (Change::Moved, before.unit != after.unit),
        (Change::Category, before.category != after.category),
        (Change::Grade, before.grade != after.grade),
        (Change::Details, details(before) != details(after)),
        (Change::Contact, contact(before) != contact(after)),
    ];
    found
        .into_iter()
        .filter_map(|(kind, differs)| differs.then_some(kind))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{FrameSource, unit};
    use survey_forms::text::Text;

    const UNITS: &str = "code,parent,level,kind,name_zh\nc,,county,,县\nt,c,township,,乡\nv,t,village,,村\nw,t,village,,村二\n";
    const HEADER: &str =
        "person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email,relative_of,status\n";

    fn units() -> UnitTree {
        unit::read(UNITS.as_bytes(), &mut Faults::new("units.csv")).expect("sound")
    }

    fn groups() -> Vec<GroupPlan> {
        let group = |code: &str, source| GroupPlan {
            code: code.to_owned(),
            name: Text::of("zh", code),
            form: code.to_owned(),
            weight: 1.0,
            source,
            open_link: None,
        };
        vec![
            group("resident", FrameSource::Persons),
            group("family", FrameSource::Relatives),
        ]
    }

    fn read(rows: &str) -> Result<NewFrame, Vec<Diagnostic>> {
        read_new_frame(
            "new.csv",
            format!("{HEADER}{rows}").as_bytes(),
            &units(),
            &groups(),
        )
    }

    #[test]
    fn compare_finds_every_kind_of_change_and_leaves_the_rest_out() {
        let before = read(
            "p1,v,resident,vision,1,male,1960,,1,,,\np2,v,resident,vision,1,male,1960,,,,,\np3,v,resident,mental,2,female,1970,,,,,\n\
             p4,v,resident,vision,1,male,1960,,,,,\np5,v,resident,vision,1,male,1960,severe,,,,\nf2,,family,,,,,,,,p2,\n",
        )
        .expect("sound");
        let now = read(
            "p1,v,resident,vision,1,male,1960,,1,,,active\np2,,,,,,,,,,,deceased\np3,w,resident,multiple,1,female,1970,,9,,,\n\
             p5,v,resident,vision,1,male,1961,severe,,,,\np6,w,resident,hearing,3,male,1990,,,,,\nf2,,family,,,,,,,,p2,\n",
        )
        .expect("sound");
        let found: Vec<_> = compare(&before.people, &now)
            .iter()
            .map(|change| (change.person_id().to_owned(), change.kinds.clone()))
            .collect();
        assert_eq!(
            found,
            [
                ("f2".to_owned(), vec![Change::Left]),
                ("p2".to_owned(), vec![Change::Deceased]),
                (
                    "p3".to_owned(),
                    vec![Change::Moved, Change::Category, Change::Grade, Change::Contact]
                ),
                ("p4".to_owned(), vec![Change::Left]),
                ("p5".to_owned(), vec![Change::Details]),
                ("p6".to_owned(), vec![Change::New]),
            ]
        );
        assert!(compare(&before.people, &before).is_empty());
    }

    #[test]
    fn status_that_is_not_known_and_status_in_a_plan_are_faults() {
        let faults = read("p1,,,,,,,,,,,dead\n").expect_err("faulty");
        assert_eq!(
            (faults[0].code, faults[0].place.column.as_deref()),
            ("PL099", Some("status"))
        );
        let csv = format!("{HEADER}p1,v,resident,vision,1,male,1960,,,,,deceased\n");
        let faults = super::super::read_frame(csv.as_bytes(), &units()).expect_err("not for a plan");
        assert_eq!((faults[0].code, faults[0].place.row), ("PL089", Some(2)));
    }
}
