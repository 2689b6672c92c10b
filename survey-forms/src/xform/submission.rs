//! A filled-in XForm as a client sends it (OpenRosa's `xml_submission_file`), read back into answers.
//!
//! What is read comes from anywhere: no document type, no entities of its own, and depth and number of elements have
//! bounds.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::{body, xml};
use crate::form::{Form, Group, Item};
use crate::response::RawAnswers;
use crate::text::Text;

/// Groups within groups of a questionnaire stay far below this.
const DEEPEST: usize = 40;
/// Elements of one submission; a thousand questions in ten repetitions are a fifth of it.
const MOST_ELEMENTS: usize = 50_000;

/// A submission whose answers are not yet looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// `id` of the root: which form was filled in.
    pub form_id: String,
    /// `version` of the root; empty where there is none.
    pub version: String,
    /// `instanceID`, the client's name for this very submission, such as `uuid:7c2f…`.
    pub instance_id: String,
    /// `deprecatedID`: the submission that this one corrects.
    pub corrects: Option<String>,
    root: Node,
}

/// An element with what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Node {
    /// Without its prefix.
    name: String,
    /// Whether it had a prefix: an element of OpenRosa's and not of the form.
    is_foreign: bool,
    text: String,
    children: Vec<Node>,
}

/// Why a submission cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No well-formed XML.
    #[error("not XML, at byte {at}: {reason}")]
    NotXml {
        /// Byte at which reading stopped.
        at: u64,
        /// The reader's words.
        reason: String,
    },
    /// Deeper or longer than any form is.
    #[error("too deep or too many elements")]
    TooLarge,
    /// Encrypted by the client to a key that no form of Minyi's names.
    #[error("encrypted")]
    Encrypted,
    /// The root has no `id`.
    #[error("no form id")]
    NoFormId,
    /// `meta/instanceID` is missing.
    #[error("no instanceID")]
    NoInstanceId,
}

impl Fault {
    /// The fault in words for whoever looks after the client.
    pub fn message(&self) -> Text {
        match self {
            Self::NotXml { at, reason } => Text::zh_en(
                format!("提交的内容不是完整的 XML（第 {at} 字节处：{reason}）。请在设备上重新发送。"),
                format!(
                    "What was sent is not well-formed XML (at byte {at}: {reason}). Send it again from the device."
                ),
            ),
            Self::TooLarge => Text::zh_en(
                format!(
                    "提交的内容层数或元素太多（最多 {DEEPEST} 层、{MOST_ELEMENTS} 个）。请核对是不是这份问卷的答卷。"
                ),
                format!(
                    "The submission has too many levels or elements (at most {DEEPEST} levels, {MOST_ELEMENTS} elements). Check that it belongs to this form."
                ),
            ),
            Self::Encrypted => Text::zh_en(
                "提交的内容已被客户端加密，服务器没有对应的密钥。请在设备上重新下载问卷后再填。",
                "The client encrypted the submission to a key that the server does not have. Download the form again on the device and fill it in anew.",
            ),
            Self::NoFormId => Text::zh_en(
                "提交的内容没有写明是哪份问卷（根元素缺少 id）。请在设备上重新下载问卷。",
                "The submission does not say which form it answers (the root has no id). Download the form again on the device.",
            ),
            Self::NoInstanceId => Text::zh_en(
                "提交的内容没有编号（缺少 meta/instanceID）。请在设备上重新下载问卷。",
                "The submission has no number of its own (meta/instanceID is missing). Download the form again on the device.",
            ),
        }
    }
}

impl Submission {
    /// Reads a submission.
    ///
    /// # Errors
    /// The first [`Fault`] met.
    ///
    /// # Example
    /// ```
    /// use survey_forms::xform::submission::Submission;
    /// let xml = br#"<data id="greeting" version="1"><age>27</age><meta><instanceID>uuid:1</instanceID></meta></data>"#;
    /// let read = Submission::read(xml).unwrap();
    /// assert_eq!((read.form_id.as_str(), read.instance_id.as_str()), ("greeting", "uuid:1"));
    /// assert_eq!(read.value(&["age"]), Some("27"));
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|error| Fault::NotXml {
            at: error.valid_up_to() as u64,
            reason: "not UTF-8".to_owned(),
        })?;
        let (root, attributes) = read(text.trim_start_matches('\u{feff}'))?;
        let attribute = |name: &str| {
            let found = attributes.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.trim()).to_owned()
        };
        if attribute("encrypted") == "yes" {
            return Err(Fault::Encrypted);
        }
        let form_id = attribute("id");
        if form_id.is_empty() {
            return Err(Fault::NoFormId);
        }
        // Where a question is called `meta`, the form's own is in a namespace.
        let meta = |name: &str| {
            let blocks = root.children.iter().filter(|node| node.name == "meta");
            let mut found = blocks.filter_map(|block| block.children.iter().find(|node| node.name == name));
            found
                .next()
                .map(|node| node.text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        Ok(Self {
            instance_id: meta("instanceID").ok_or(Fault::NoInstanceId)?,
            corrects: meta("deprecatedID"),
            version: attribute("version"),
            form_id,
            root,
        })
    }

    /// The text of the element at this path below the root, without blanks around it; none when there is none or it is
    /// empty.
    pub fn value(&self, path: &[&str]) -> Option<&str> {
        let mut node = &self.root;
        for name in path {
            let name = xml::name(name);
            node = node
                .children
                .iter()
                .find(|child| !child.is_foreign && child.name == name)?;
        }
        Some(node.text.trim()).filter(|text| !text.is_empty())
    }

    /// The answers by question, as a browser would send them: neither converted nor checked. Elements that the form
    /// does not have are under their own names, so that whoever validates says so; `apart` names elements of the root
    /// that are none of the form's.
    pub fn answers(&self, form: &Form, apart: &[&str]) -> RawAnswers {
        let mut answers = RawAnswers::new();
        let own: Vec<&Node> = self
            .root
            .children
            .iter()
            .filter(|node| {
                let is_metadata = form.metadata.iter().any(|one| xml::name(&one.name) == node.name);
                !apart.contains(&node.name.as_str()) && !is_metadata
            })
            .collect();
        collect(&own, form.written(), None, "", &mut answers);
        answers
    }
}

/// Answers of nodes that stand where `items` do, in the instance of repeats that `suffix` names (`[2][1]`).
fn collect(nodes: &[&Node], items: &[Item], group: Option<&Group>, suffix: &str, out: &mut RawAnswers) {
    let head = group.and_then(body::table_head);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for node in nodes.iter().filter(|node| !node.is_foreign) {
        let item = items.iter().find(|item| xml::name(item.name()) == node.name);
        let times = seen.entry(node.name.as_str()).or_default();
        *times += 1;
        match item {
            Some(Item::Group(inside)) if *times == 1 || inside.repeat.is_some() => {
                let children: Vec<&Node> = node.children.iter().collect();
                let suffix = match inside.repeat {
                    Some(_) => format!("{suffix}[{times}]"),
                    None => suffix.to_owned(),
                };
                collect(&children, &inside.items, Some(inside), &suffix, out);
            }
            Some(Item::Question(question)) if *times == 1 => {
                if !node.text.trim().is_empty() {
                    out.insert(format!("{}{suffix}", question.name), node.text.clone());
                }
            }
            None if head.as_ref().is_some_and(|head| head.name == node.name) => {}
            None if group.is_none() && is_meta(node) => {}
            None if items.iter().any(|item| is_count(node, item)) => {}
            _ => strange(node, out),
        }
    }
    for item in items {
        if let Item::Group(group) = item
            && let Some(repeat) = &group.repeat
            && repeat.count.is_none()
        {
            // Clients ask "another one?" by themselves; here it is a question.
            let given = seen
                .get(xml::name(&group.name).as_str())
                .copied()
                .unwrap_or_default();
            for number in 1..=repeat.most.min(given + 1) {
                let more = if number <= given { "yes" } else { "no" };
                out.insert(format!("{}_more{suffix}[{number}]", group.name), more.to_owned());
            }
        }
    }
}

/// Whether a node holds the computed count of a repeat.
fn is_count(node: &Node, item: &Item) -> bool {
    let Item::Group(group) = item else { return false };
    group.repeat.is_some() && node.name == format!("{}_count", xml::name(&group.name))
}

fn is_meta(node: &Node) -> bool {
    node.name == "meta" && node.children.iter().any(|child| child.name == "instanceID")
}

/// What the form has no place for, unless it says nothing.
fn strange(node: &Node, out: &mut RawAnswers) {
    if !node.text.trim().is_empty() {
        out.insert(node.name.clone(), node.text.clone());
    }
    for child in &node.children {
        strange(child, out);
    }
}

type Attributes = Vec<(String, String)>;

fn read(text: &str) -> Result<(Node, Attributes), Fault> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    let mut root = None;
    let mut root_attributes = Attributes::new();
    let mut count = 0;
    loop {
        let at = reader.buffer_position();
        let broken = |reason: String| Fault::NotXml { at, reason };
        let event = reader.read_event().map_err(|error| broken(error.to_string()))?;
        match event {
            Event::Start(_) | Event::Empty(_) if root.is_some() => {
                return Err(broken("a second root".to_owned()));
            }
            Event::Start(start) | Event::Empty(start) if open.len() >= DEEPEST || count >= MOST_ELEMENTS => {
                drop(start);
                return Err(Fault::TooLarge);
            }
            Event::Start(start) => {
                count += 1;
                if open.is_empty() {
                    root_attributes = attributes(&start).map_err(broken)?;
                }
                open.push(node(&start));
            }
            Event::Empty(start) => {
                count += 1;
                let node = node(&start);
                match open.last_mut() {
                    Some(around) => around.children.push(node),
                    None => {
                        root_attributes = attributes(&start).map_err(broken)?;
                        root = Some(node);
                    }
                }
            }
            Event::End(_) => {
                if let Some(node) = open.pop() {
                    match open.last_mut() {
                        Some(around) => around.children.push(node),
                        None => root = Some(node),
                    }
                }
            }
            Event::Text(text) => {
                add(&mut open, &text);
            }
            Event::CData(data) => {
                add(&mut open, &data);
            }
            Event::GeneralRef(reference) => {
                let one = reference
                    .resolve_char_ref()
                    .map_err(|error| broken(error.to_string()))?;
                match (one, resolve_predefined_entity(&reference)) {
                    (Some(c), _) => add(&mut open, c.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => add(&mut open, text),
                    (None, None) => return Err(broken(format!("unknown entity {}", &*reference))),
                }
            }
            Event::DocType(_) => return Err(broken("a document type is not read".to_owned())),
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok((root, root_attributes)),
        _ => Err(Fault::NotXml {
            at: text.len() as u64,
            reason: "it ends too early".to_owned(),
        }),
    }
}

fn add(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn node(start: &BytesStart<'_>) -> Node {
    let name = start.name();
    Node {
        name: name.local_name().as_ref().to_owned(),
        is_foreign: name.prefix().is_some(),
        ..Node::default()
    }
}

fn attributes(start: &BytesStart<'_>) -> Result<Attributes, String> {
    let mut all = Attributes::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
        let name = attribute.key.as_ref().to_owned();
        all.push((name, value.into_owned()));
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
