//! Sheets for handing out: invitation letters, labels and posters, as tagged PDF/UA-1 on A4.
//!
//! A letter is for one household and must be read by old eyes: nothing below 16 pt but numbers for the office, the
//! code in very large type, one QR code a person. Labels are twelve a page. Both begin each village with a list for
//! whoever hands them out; it says who gets which sheet and never who has answered, so sheets are made for everyone
//! invited, whatever has come in. A poster is for an open link.

mod qr;

use serde_json::{Value as Json, json};

use crate::font;
use crate::model::Lang;
use crate::pdf::{self, PdfError, Printed, Template};

/// The template; it reads `/sheets.json` and the QR codes that this names.
const TEMPLATE: Template = Template {
    source: include_str!("sheets/sheets.typ"),
    data: "/sheets.json",
};

/// What every sheet of a round says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Language of the sheets.
    pub lang: Lang,
    /// Round id: the same sheets give the same bytes.
    pub round: String,
    /// Title of the round.
    pub title: String,
    /// Who asks.
    pub organiser: String,
    /// Whom to call.
    pub contact: Option<String>,
    /// Last day, in words.
    pub until: String,
    /// Address to be typed: host and port, no scheme.
    pub address: String,
}

/// The sheets of a village, handed out together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Village {
    /// Township and village, in words.
    pub name: String,
    /// Households in the order of their sheets.
    pub households: Vec<Household>,
}

/// People who live at one address and get one sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    /// Their address, where names are printed.
    pub address: Option<String>,
    /// Those invited.
    pub members: Vec<Member>,
}

/// Whom a letter asks about whose experience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// The disabled person.
    Resident,
    /// A relative or friend.
    Family,
    /// A grassroots body.
    Grassroots,
}

/// Someone invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Case number.
    pub number: String,
    /// Name; none on sheets without names.
    pub name: Option<String>,
    /// Whom the letter addresses.
    pub audience: Audience,
    /// The code in groups, separated by hyphens.
    pub code: String,
    /// The personal address.
    pub url: String,
}

/// A poster of an open link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poster {
    /// The place where it hangs, or the group that it asks.
    pub site: String,
    /// Whom it asks.
    pub audience: Audience,
    /// The link.
    pub url: String,
    /// The link as it is typed: no scheme.
    pub address: String,
}

/// How sheets of invitations are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One household a page.
    Letter,
    /// Twelve people a page.
    Labels,
}

/// QR codes as files of the template.
#[derive(Default)]
struct Pictures(Vec<(String, String)>);

impl Pictures {
    /// Draws `text` and names the file.
    fn add(&mut self, text: &str) -> Result<String, PdfError> {
        let path = format!("/qr-{}.svg", self.0.len() + 1);
        let svg = qr::svg(text)
            .ok_or_else(|| PdfError::Typeset(format!("no QR code holds {} bytes", text.len())))?;
        self.0.push((path.clone(), svg));
        Ok(path)
    }
}

/// Letters or labels, village by village.
///
/// Characters of names and addresses that no font has are printed as 〓, to be written in by hand.
///
/// # Errors
/// [`PdfError`] when the typesetter refuses.
pub fn invitations(notice: &Notice, villages: &[Village], layout: Layout) -> Result<Printed, PdfError> {
    let mut pictures = Pictures::default();
    let kind = match layout {
        Layout::Letter => "letter",
        Layout::Labels => "labels",
    };
    let mut parts = Vec::new();
    for village in villages {
        parts.push(village_data(notice, village, &mut pictures)?);
    }
    let mut data = common(notice, kind);
    data["villages"] = Json::Array(parts);
    write(notice, kind, &data, pictures)
}

/// One poster a page.
///
/// # Errors
/// See [`invitations`].
pub fn posters(notice: &Notice, posters: &[Poster]) -> Result<Printed, PdfError> {
    let mut pictures = Pictures::default();
    let lang = notice.lang;
    let mut parts = Vec::new();
    for poster in posters {
        parts.push(json!({
            "site": font::printable(&poster.site),
            "call": call(lang, &[poster.audience]),
            "qr": pictures.add(&poster.url)?,
            "alt": lang.pick(format!("二维码，扫了就打开 {}", poster.address), format!("QR code that opens {}", poster.address)),
            "address": poster.address,
        }));
    }
    let mut data = common(notice, "poster");
    data["posters"] = Json::Array(parts);
    write(notice, "poster", &data, pictures)
}

fn write(notice: &Notice, kind: &str, data: &Json, pictures: Pictures) -> Result<Printed, PdfError> {
    let ident = format!("minyi/{}/{kind}/{}", notice.round, notice.lang.code());
    pdf::typeset_data(TEMPLATE, data, pictures.0, ident)
}

/// What the letter asks, by whom it addresses.
fn call(lang: Lang, audiences: &[Audience]) -> &'static str {
    match audiences.iter().min() {
        Some(Audience::Family) => lang.pick(
            "想请您说一说：过去一年，残联的服务有没有帮到您的家人和您，还有哪里要改。",
            "We would like to hear from you: did the services for disabled people help your family member and you in the past year, and what should change?",
        ),
        Some(Audience::Grassroots) => lang.pick(
            "想请您单位说一说：过去一年，上级残联的指导和支持够不够，还有哪里要改。",
            "We would like to hear from your organisation: was the guidance and support of the past year enough, and what should change?",
        ),
        Some(Audience::Resident) | None => lang.pick(
            "想请您说一说：过去一年，残联的服务有没有帮到您，还有哪里要改。",
            "We would like to hear from you: did the services for disabled people help you in the past year, and what should change?",
        ),
    }
}

fn common(notice: &Notice, kind: &str) -> Json {
    let lang = notice.lang;
    let until = &notice.until;
    json!({
        "kind": kind,
        "lang": lang.code(),
        "fonts": { "text": font::SANS_FAMILIES },
        "title": font::printable(&notice.title),
        "organiser": font::printable(&notice.organiser),
        "contact": notice.contact.as_deref().map(font::printable),
        "address": notice.address,
        "words": {
            "kind": match kind {
                "labels" => lang.pick("邀请标签", "Labels"),
                "poster" => lang.pick("海报", "Posters"),
                _ => lang.pick("邀请信", "Invitation letters"),
            },
            "help": lang.pick(
                "自己填、请家人帮着填、请人读给您听，都行。几分钟就好，中途可以停。",
                "You can answer alone, with help, or have it read to you. It takes a few minutes and you can stop at any time.",
            ),
            "free": lang.pick(
                "参加不参加，您自己决定。不参加，或者话说得不好听，都不会影响您的待遇和服务。",
                "Taking part is up to you. Not taking part, or saying unpleasant things, never affects your benefits or services.",
            ),
            "secret": lang.pick(
                "您的回答会保密。公布的只是很多人合在一起的数字。",
                "Your answers are confidential. Only figures of many people together are published.",
            ),
            "open": lang.pick(
                "谁都可以填，不问姓名和电话。公布的只是很多人合在一起的数字。",
                "Anyone may answer; no names or telephone numbers are asked. Only figures of many people together are published.",
            ),
            "several": lang.pick(
                "家里有几位收到了邀请。每人用写着自己名字的那个码，不要换着用。",
                "Several people in your home are invited. Each please use the code beside their own name.",
            ),
            "several_numbers": lang.pick(
                "每人用自己编号的那个码，不要换着用。",
                "Each person please use the code of their own number.",
            ),
            "scan": lang.pick("用手机扫这个码。", "Scan this code with a phone."),
            "or": lang.pick("也可以用手机打开网址", "Or open this address on a phone"),
            "type": lang.pick("再填上答题码：", "and enter this code:"),
            "number": lang.pick("编号", "No."),
            "until": lang.pick(format!("请在 {until} 以前填（包括这一天）。"), format!("Please answer by {until} (this day included).")),
            "call": lang.pick("有问题，或者没有手机，请打电话：", "Questions, or no phone to answer on? Please call:"),
            "list": lang.pick("发放清单", "Hand-out list"),
            "list_note": lang.pick(
                "这张清单只用来把信送到，不写谁填了、填了什么。信要送到本人手里，不要拆，不要拍照。用完请交回考评办。",
                "This list serves to deliver the sheets only. It says nothing about who has answered. Hand each to the person, do not open or photograph it, and return the list to the office.",
            ),
            "sheets": lang.pick("份数", "Sheets"),
            "people": lang.pick("人数", "People"),
            "order": lang.pick("第几张", "Sheet"),
            "name": lang.pick("姓名", "Name"),
            "at": lang.pick("住址", "Address"),
            "delivered": lang.pick("送到了", "Delivered"),
        },
    })
}

fn village_data(notice: &Notice, village: &Village, pictures: &mut Pictures) -> Result<Json, PdfError> {
    let mut households = Vec::new();
    for household in &village.households {
        households.push(household_data(notice, household, pictures)?);
    }
    let people: usize = village
        .households
        .iter()
        .map(|household| household.members.len())
        .sum();
    let named = village
        .households
        .iter()
        .flat_map(|household| &household.members)
        .any(|member| member.name.is_some());
    Ok(json!({
        "name": font::printable(&village.name),
        "named": named,
        "people": people.to_string(),
        "sheets": village.households.len().to_string(),
        "households": households,
    }))
}

fn household_data(notice: &Notice, household: &Household, pictures: &mut Pictures) -> Result<Json, PdfError> {
    let lang = notice.lang;
    let names: Vec<String> = household
        .members
        .iter()
        .filter_map(|member| member.name.as_deref().map(font::printable))
        .collect();
    let greeting = match names.is_empty() {
        true => lang.pick("您好！".to_owned(), "Hello,".to_owned()),
        false => lang.pick(
            format!("{}：您好！", names.join("、")),
            format!("Dear {},", names.join(", ")),
        ),
    };
    let audiences: Vec<Audience> = household.members.iter().map(|member| member.audience).collect();
    let mut members = Vec::new();
    for member in &household.members {
        members.push(json!({
            "number": member.number,
            "name": member.name.as_deref().map(font::printable),
            "groups": member.code.split('-').collect::<Vec<_>>(),
            "qr": pictures.add(&member.url)?,
            "alt": lang.pick(
                format!("二维码，和答题码 {} 是同一个邀请", member.code),
                format!("QR code of the same invitation as the code {}", member.code),
            ),
        }));
    }
    Ok(json!({
        "address": household.address.as_deref().map(font::printable),
        "greeting": greeting,
        "call": call(lang, &audiences),
        "members": members,
    }))
}

#[cfg(test)]
mod tests;
