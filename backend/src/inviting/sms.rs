//! Text messages as a table for the gateway: a number, a text, and into how many parts the text is cut.

use analysis::plan::Plan;
use serde_json::json;

use super::{Choice, Invited, InvitingError, chosen, closed_cases, open_identities, until};
use crate::app::Base;
use crate::pages::Lang;
use crate::spreadsheet::harmless;
use crate::store::rounds::{self, RoundState};
use crate::store::{begin, invitations};

/// UTF-16 units of a message in one part, and of each part of a longer one.
const ALONE: usize = 70;
const IN_PARTS: usize = 67;

/// The text where the plan has none: short enough for two parts with a usual address.
const DEFAULT_ZH: &str = "{name}您好，请您说说残联的服务：{url} 自愿参加，回答保密，{until}前有效。";
const DEFAULT_EN: &str = "Hello {name}, tell us about the services for disabled people: {url} Voluntary and confidential, until {until}.";

/// A table of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    /// The table, UTF-8 with a byte-order mark.
    pub csv: Vec<u8>,
    /// Number of messages.
    pub messages: usize,
    /// Parts of all messages together: what the gateway charges.
    pub parts: usize,
}

/// Parts into which a gateway cuts a text.
pub fn parts(text: &str) -> usize {
    match text.encode_utf16().count() {
        length if length <= ALONE => 1,
        length => length.div_ceil(IN_PARTS),
    }
}

/// A number as gateways of the mainland take it: digits alone, without the country's own prefix. None when it can be
/// no telephone number.
pub fn number(text: &str) -> Option<String> {
    let international = text.trim_start().starts_with(['+', '＋']);
    let mut digits = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.extend(char::from_u32(u32::from(c) - 0xfee0)),
            '+' | '＋' | '-' | '－' | '(' | ')' | '（' | '）' | '.' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    if !(7..=18).contains(&digits.len()) {
        return None;
    }
    let home = digits
        .strip_prefix("0086")
        .or_else(|| digits.strip_prefix("86").filter(|_| international));
    match home {
        Some(home) => Some(home.to_owned()),
        None if international => Some(format!("00{digits}")),
        None => Some(digits),
    }
}

fn template(plan: &Plan, lang: Lang) -> String {
    let own = plan
        .invitations
        .sms
        .as_ref()
        .and_then(|text| text.exact(lang.code()));
    match (own, lang) {
        (Some((_, text)), _) => text.to_owned(),
        (None, Lang::Zh) => DEFAULT_ZH.to_owned(),
        (None, Lang::En) => DEFAULT_EN.to_owned(),
    }
}

fn fill(template: &str, one: &Invited, base: &Base, until: &str) -> String {
    let name = one
        .identity
        .as_ref()
        .map(|identity| identity.name.trim())
        .unwrap_or_default();
    let mut filled = String::new();
    let mut rest = template;
    // One pass, so that a name that looks like a placeholder stays a name.
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [
            ("{name}", name.to_owned()),
            ("{code}", one.code(base).to_string()),
            ("{url}", one.url(base)),
            ("{until}", until.to_owned()),
        ];
        match known.iter().find(|(word, _)| rest.starts_with(word)) {
            Some((word, value)) => {
                // A line break would end the message in most gateways.
                filled.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
                rest = &rest[word.len()..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The messages to those of a choice who have a telephone, have not answered, have not refused and may be reminded.
///
/// # Errors
/// [`InvitingError::NotOpen`], [`InvitingError::Nobody`].
pub async fn messages(
    base: &Base,
    plan: &Plan,
    (choice, lang): (&Choice, Lang),
    actor: &str,
) -> Result<Messages, InvitingError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let row = rounds::find(&tx, round).await?.ok_or(InvitingError::NotOpen)?;
    if row.state_on(base.clock.today()) != RoundState::Open {
        return Err(InvitingError::NotOpen);
    }
    let closed = closed_cases(&tx, round).await?;
    let mut invited = chosen(&tx, round, choice).await?;
    invited.retain(|one| {
        !invitations::is_used(&one.invitation)
            && !one.invitation.no_remind
            && !closed.contains(&one.case.case_id)
    });
    let opened = open_identities(&tx, base, round, &mut invited).await?;
    let template = template(plan, lang);
    let until = until(plan, lang);
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let failed = |error: csv::Error| InvitingError::Csv(error.to_string());
    writer.write_record(["phone", "text", "parts"]).map_err(failed)?;
    let (mut messages, mut total) = (0, 0);
    for one in &invited {
        let Some(phone) = one.identity.as_ref().and_then(|identity| number(&identity.phone)) else {
            continue;
        };
        let text = fill(&template, one, base, &until);
        let count = parts(&text);
        writer
            .write_record([phone.as_str(), &harmless(text), &count.to_string()])
            .map_err(failed)?;
        messages += 1;
        total += count;
    }
    if messages == 0 {
        return Err(InvitingError::Nobody);
    }
    let csv = writer
        .into_inner()
        .map_err(|error| InvitingError::Csv(error.error().to_string()))?;
    let mut detail = choice.detail();
    detail["language"] = json!(lang.code());
    detail["messages"] = json!(messages);
    detail["identities_opened"] = json!(opened);
    base.record(&tx, actor, "invitation.sms", round, detail).await?;
    tx.commit().await?;
    Ok(Messages {
        csv,
        messages,
        parts: total,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_whatever_was_typed() {
        for (typed, dialled) in [
            ("138 0000 1111", Some("13800001111")),
            ("+86 138-0000-1111", Some("13800001111")),
            ("008613800001111", Some("13800001111")),
            ("＋８６１３８００００１１１１", Some("13800001111")),
            ("+1 (555) 010-9999", Some("0015550109999")),
            ("0371-1234567", Some("03711234567")),
            ("86213456", Some("86213456")),
            ("=cmd()", None),
            ("12345", None),
            ("", None),
        ] {
            assert_eq!(number(typed).as_deref(), dialled, "{typed}");
        }
    }

    #[test]
    fn seventy_characters_are_one_part_and_one_more_makes_two() {
        assert_eq!(
            [parts(""), parts(&"字".repeat(70)), parts(&"字".repeat(71))],
            [1, 1, 2]
        );
        assert_eq!([parts(&"字".repeat(134)), parts(&"字".repeat(135))], [2, 3]);
        // Outside the basic plane a character counts twice.
        assert_eq!(parts(&"𰻞".repeat(36)), 2);
    }
}
