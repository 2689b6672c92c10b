//! The third party's part of the demo: evaluators who declare, a draw, cards filled in and sealed, a third scorer where
//! two differ, approvals, and marks that count. The marks are the synthetic county's; the acts are the product's.

use std::collections::BTreeMap;

use analysis::plan::{Criterion, Plan};
use analysis::round::CriterionScore;
use anyhow::{Context, Result, bail};
use uuid::Uuid;

use super::ACTOR;
use crate::app::Base;
use crate::auth::password;
use crate::scoring::card::{self, Scorer, Sealing, Written};
use crate::scoring::draw::{self, Split};
use crate::scoring::evidence::{self, NewFile};
use crate::scoring::people::{self, ConflictKind, Stated};
use crate::scoring::{count, criteria_of};
use crate::store::cards::{self, Card};
use crate::store::staff::{self, Staff};
use crate::synthetic::{self, Population};

/// The evaluator whose login is printed.
const EVALUATOR: &str = "evaluator";
/// Colleagues, whose passwords nobody is told.
const COLLEAGUES: [(&str, &str); 4] = [
    ("evaluator-2", "评估员 林晓"),
    ("evaluator-3", "评估员 周敏"),
    ("evaluator-4", "评估员 何川"),
    ("evaluator-5", "评估员 沈宁"),
];
/// What scorers remark with a low mark.
const REMARK: &str = "现场看到的和台账不一致，已请工作人员当面说明。";
/// Marks at or below this get a remark.
const LOW_MARK: f64 = 1.0;

/// Does all of it; the accounts of [`super::ROLES`] must be there.
///
/// # Errors
/// When an act is refused.
pub(super) async fn score(base: &Base, plan: &Plan, population: &Population) -> Result<()> {
    let people = engage(base, plan).await?;
    let seed = i64::try_from(plan.sampling.seed)?;
    draw::units(base, plan, ACTOR, Split::Unit, seed).await?;
    let marks = by_unit(synthetic::criterion_scores(population, plan));
    fill_in(base, plan, &people, &marks, false).await?;
    draw::third(base, plan, ACTOR, seed).await?;
    fill_in(base, plan, &people, &marks, true).await?;
    for card in cards::of_round(&base.db, &plan.round.id).await? {
        let hash = card.hash.as_deref().context("a sealed card")?;
        count::approve(base, plan, ACTOR, card.id, hash).await?;
    }
    count::count(base, plan, ACTOR, "").await?;
    Ok(())
}

/// The evaluators by account, with their logins, engaged and with their conflicts declared.
async fn engage(base: &Base, plan: &Plan) -> Result<BTreeMap<Uuid, String>> {
    for (login, display_name) in COLLEAGUES {
        let secret = hex::encode(base.entropy.bytes::<16>());
        let password_hash = password::hash_soon(secret, &base.entropy).await?;
        let row = Staff {
            id: base.entropy.uuid(),
            login: login.to_owned(),
            display_name: display_name.to_owned(),
            role: EVALUATOR.to_owned(),
            password_hash,
            failed: 0,
            locked_until: None,
            disabled: false,
            created_at: base.clock.now_ms(),
            employer_unit: None,
        };
        staff::insert(&base.db, row).await?;
    }
    let units = plan.scored_units();
    let logins = std::iter::once(EVALUATOR).chain(COLLEAGUES.map(|(login, _)| login));
    let mut people = BTreeMap::new();
    for (at, login) in logins.enumerate() {
        let account = staff::by_login(&base.db, login).await?;
        let id = account.context("an evaluator's account")?.id;
        people::engage(base, plan, ACTOR, id, None).await?;
        // Two of them have something to declare.
        let bound = match at {
            1 => units
                .get(2)
                .map(|unit| (unit, ConflictKind::Relatives, "表弟在镇残联工作。")),
            3 => units
                .last()
                .map(|unit| (unit, ConflictKind::PastPost, "2019年以前在该镇任职。")),
            _ => None,
        };
        let stated: Vec<Stated> = bound
            .map(|(unit, kind, note)| Stated {
                unit: unit.code.clone(),
                kind,
                note: note.to_owned(),
            })
            .into_iter()
            .collect();
        people::declare(base, plan, (login, id), &stated).await?;
        people.insert(id, login.to_owned());
    }
    Ok(people)
}

/// The synthetic marks by unit and criterion, in the order in which they were given.
type Marks = BTreeMap<String, BTreeMap<String, Vec<CriterionScore>>>;

fn by_unit(scores: Vec<CriterionScore>) -> Marks {
    let mut marks = Marks::new();
    for score in scores {
        let of_unit = marks.entry(score.unit.clone()).or_default();
        of_unit.entry(score.criterion.clone()).or_default().push(score);
    }
    marks
}

/// Fills in and seals every open card: the first scorer of a unit, by login, gives what the first synthetic one gave.
async fn fill_in(
    base: &Base,
    plan: &Plan,
    people: &BTreeMap<Uuid, String>,
    marks: &Marks,
    third: bool,
) -> Result<()> {
    let mut open: Vec<(Card, &str)> = Vec::new();
    for card in cards::of_round(&base.db, &plan.round.id).await? {
        if card.third == third {
            let login = people.get(&card.staff_id).context("a card's scorer")?;
            open.push((card, login));
        }
    }
    open.sort_by(|(a, x), (b, y)| (&a.unit, x).cmp(&(&b.unit, y)));
    let mut nth: BTreeMap<String, usize> = BTreeMap::new();
    for (card, login) in open {
        let place = nth.entry(card.unit.clone()).or_default();
        let given = marks.get(&card.unit).context("marks of the unit")?;
        let mut written = BTreeMap::new();
        for code in criteria_of(&card)? {
            let mut of_criterion = given.get(&code).into_iter().flatten();
            let mark = of_criterion
                .by_ref()
                .filter(|mark| mark.third == third)
                .nth(*place);
            let score = mark.context("a synthetic mark")?.score;
            let comment = if score <= LOW_MARK { REMARK } else { "" };
            written.insert(
                code,
                Written {
                    mark: Some(score),
                    comment: comment.to_owned(),
                },
            );
        }
        *place += 1;
        let scorer = Scorer {
            login,
            id: card.staff_id,
        };
        card::save(base, plan, scorer, card.id, &written).await?;
        let codes: Vec<&Criterion> = plan
            .criteria
            .iter()
            .filter(|criterion| criterion.evidence_required && written.contains_key(&criterion.code))
            .collect();
        let files = codes.iter().map(|criterion| photograph(plan, &card, criterion));
        evidence::add(base, &plan.round.id, scorer, card.id, files.collect()).await?;
        if let Sealing::Lacking(lacking) = card::seal(base, plan, scorer, card.id).await? {
            bail!("a card of the demo lacks {lacking:?}");
        }
    }
    Ok(())
}

/// What stands for a photograph: a small grey picture that no other card has.
fn photograph(plan: &Plan, card: &Card, criterion: &Criterion) -> NewFile {
    let unit = plan.units.get(&card.unit);
    let place = unit.map(|unit| format!("{}便民服务中心", unit.name.get("zh")));
    NewFile {
        criterion: criterion.code.clone(),
        bytes: picture(&format!("{} {}", card.id, criterion.code)),
        media_type: "image/png",
        taken_on: plan.round.opens_on.to_string(),
        place: place.unwrap_or_default(),
    }
}

/// Pixels of a side.
const SIDE: u8 = 8;

/// A PNG of [`SIDE`] × [`SIDE`] grey pixels that follow from `text`.
fn picture(text: &str) -> Vec<u8> {
    let mut shades = text.bytes().cycle();
    let mut raw = Vec::new();
    for _ in 0..SIDE {
        raw.push(0);
        raw.extend(
            shades
                .by_ref()
                .take(usize::from(SIDE))
                .map(|byte| byte.wrapping_mul(3)),
        );
    }
    // zlib with one stored block: header, length and its complement, bytes, Adler-32.
    let length = u16::try_from(raw.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(&raw);
    let (a, b) = raw.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend(((b << 16) | a).to_be_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let size = u32::from(SIDE).to_be_bytes();
    // Eight bits of grey.
    chunk(&mut png, b"IHDR", &[&size[..], &size, &[8, 0, 0, 0, 0]].concat());
    chunk(&mut png, b"IDAT", &stream);
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    png.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes());
    let begin = png.len();
    png.extend(kind);
    png.extend(content);
    // CRC-32 as PNG has it: polynomial 0xEDB88320, reflected.
    let crc = png[begin..].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            1 => (crc >> 1) ^ 0xEDB8_8320,
            _ => crc >> 1,
        })
    });
    png.extend((!crc).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_is_a_png_with_right_checksums_and_follows_from_its_text() {
        let png = picture("a");
        assert_eq!(evidence::check(&png), Ok("image/png"));
        // The last chunk has no content; its checksum is known.
        assert!(png.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
        assert_eq!(png, picture("a"));
        assert_ne!(png, picture("b"));
    }
}
