//! The county as a sampling frame: the rows of `frame.csv`. Names and telephone numbers are made up; the numbers are
//! of a range (100…) that no network has given out.

use analysis::plan::FramePerson;

use super::SyntheticError;
use super::county::{BodyKind, Person, Population};

const SURNAMES: [&str; 32] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
];
const GIVEN: [&str; 36] = [
    "建国", "秀英", "桂兰", "志强", "玉梅", "德明", "春花", "国庆", "兰芳", "长生", "小红", "永福", "翠萍",
    "文斌", "金凤", "大海", "淑珍", "家旺", "月娥", "新民", "雪梅", "福来", "素云", "俊杰", "丽华", "根生",
    "巧玲", "学军", "爱民", "凤英", "红旗", "美玲", "立春", "远山", "冬梅", "守信",
];
const ASSOCIATIONS: [&str; 6] = [
    "县盲人协会",
    "县聋人协会",
    "县肢残人协会",
    "县智力残疾人及亲友协会",
    "县精神残疾人及亲友协会",
    "县残疾人创业协会",
];

/// Identifier of the person at a position.
pub(super) fn person_id(index: usize) -> String {
    format!("P{:06}", index + 1)
}

/// Identifier of the relative of the person at a position.
pub(super) fn relative_id(index: usize) -> String {
    format!("F{:06}", index + 1)
}

/// Identifier of the body at a position.
pub(super) fn body_id(index: usize) -> String {
    format!("B{:04}", index + 1)
}

impl Population {
    /// The frame: every card holder, then the relatives that can be reached, then the grassroots bodies.
    ///
    /// `groups` are the codes of the three groups in the plan: residents, relatives, bodies.
    pub fn frame(&self, groups: [&str; 3]) -> Vec<FramePerson> {
        let persons = self
            .persons
            .iter()
            .enumerate()
            .map(|(i, person)| self.person_row(groups[0], i, person));
        let relatives = self.persons.iter().enumerate().filter_map(|(i, person)| {
            let relation = person.relative?;
            Some(FramePerson {
                person_id: relative_id(i),
                unit: self.village_of(person).code.clone(),
                group: groups[1].to_owned(),
                relative_of: Some(person_id(i)),
                relation: Some(relation.to_owned()),
                name: Some(name(
                    i,
                    if matches!(relation, "spouse" | "friend") {
                        11
                    } else {
                        0
                    },
                    17,
                )),
                phone: Some(format!("1005{i:07}")),
                address: Some(address(i, person)),
                ..FramePerson::default()
            })
        });
        let bodies = self.bodies.iter().enumerate().map(|(i, body)| FramePerson {
            person_id: body_id(i),
            unit: body.unit.clone(),
            group: groups[2].to_owned(),
            body_kind: Some(body.kind.code().to_owned()),
            name: self.special_name(i),
            phone: Some(format!("1009{i:07}")),
            ..FramePerson::default()
        });
        persons.chain(relatives).chain(bodies).collect()
    }

    /// The same as the bytes of `frame.csv` (UTF-8 with a byte order mark, so that a spreadsheet opens it right).
    ///
    /// # Errors
    /// When the table cannot be written.
    pub fn frame_csv(&self, groups: [&str; 3]) -> Result<Vec<u8>, SyntheticError> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec());
        writer.write_record([
            "person_id",
            "unit",
            "group",
            "category",
            "grade",
            "sex",
            "birth_year",
            "hardship",
            "phone",
            "email",
            "name",
            "relative_of",
            "relation",
            "body_kind",
            "address",
        ])?;
        for row in self.frame(groups) {
            let year = row.birth_year.map(|year| year.to_string()).unwrap_or_default();
            let hardship = row.hardship.join(" ");
            let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
            writer.write_record([
                row.person_id.as_str(),
                &row.unit,
                &row.group,
                &row.category,
                &row.grade,
                &row.sex,
                &year,
                &hardship,
                &text(&row.phone),
                "",
                &text(&row.name),
                &text(&row.relative_of),
                &text(&row.relation),
                &text(&row.body_kind),
                &text(&row.address),
            ])?;
        }
        writer
            .into_inner()
            .map_err(|error| SyntheticError::Csv(error.into_error().into()))
    }

    fn person_row(&self, group: &str, index: usize, person: &Person) -> FramePerson {
        FramePerson {
            person_id: person_id(index),
            unit: self.village_of(person).code.clone(),
            group: group.to_owned(),
            category: person.category.code().to_owned(),
            grade: person.grade.to_string(),
            sex: sex(person).to_owned(),
            birth_year: Some(self.year - i32::from(person.age)),
            hardship: person
                .hardship_codes()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            name: Some(name(index, 0, 0)),
            phone: Some(format!("1001{index:07}")),
            address: Some(address(index, person)),
            ..FramePerson::default()
        }
    }

    fn special_name(&self, index: usize) -> Option<String> {
        let first = self
            .bodies
            .iter()
            .position(|body| body.kind == BodyKind::SpecialAssociation)?;
        ASSOCIATIONS
            .get(index.checked_sub(first)?)
            .map(|name| (*name).to_owned())
    }
}

/// An address within the village; relatives live with their person, and in a household with several disabled members
/// neighbours in the register are one household.
fn address(index: usize, person: &Person) -> String {
    let house = if person
        .hardship_codes()
        .split_whitespace()
        .any(|code| code == "multiple_disabled_household")
    {
        index / 2 * 2
    } else {
        index
    };
    format!("{}组{}号", house / 7 % 9 + 1, house * 5 % 83 + 1)
}

/// The sex as the frame writes it.
pub(super) fn sex(person: &Person) -> &'static str {
    if person.male { "male" } else { "female" }
}

/// A name for a position; relatives share the surname unless `family` says otherwise.
fn name(index: usize, family: usize, given: usize) -> String {
    // Coprime steps run through all pairs before one comes again.
    let surname = SURNAMES[(index * 13 + index / 32 + family) % SURNAMES.len()];
    let given = GIVEN[(index * 7 + index / 36 + given) % GIVEN.len()];
    format!("{surname}{given}")
}
