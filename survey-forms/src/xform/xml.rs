//! Elements to text. A tree first, because an XForm's `itext` stands before what refers to it.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// An element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Child>,
}

/// What stands in an element.
#[derive(Clone, Debug)]
pub(super) enum Child {
    Element(Element),
    Text(String),
}

impl Element {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    pub(super) fn with_text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Child::Text(text.into()));
        self
    }

    pub(super) fn with_child(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.attributes.push((name.to_owned(), value.into()));
    }

    /// The first attribute's value, put in the place of `{}` in `around`.
    pub(super) fn set_first(&mut self, around: &str) {
        if let Some((_, value)) = self.attributes.first_mut() {
            *value = around.replacen("{}", value, 1);
        }
    }

    pub(super) fn push(&mut self, child: Self) {
        self.children.push(Child::Element(child));
    }

    pub(super) fn extend(&mut self, children: impl IntoIterator<Item = Self>) {
        self.children.extend(children.into_iter().map(Child::Element));
    }

    pub(super) fn add(&mut self, children: Vec<Child>) {
        self.children.extend(children);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }
}

/// The document.
pub(super) fn to_string(root: &Element) -> String {
    let mut writer = Writer::new(Vec::new());
    // Writing to memory does not fail; were it to, what is missing would not be well formed, which every reader says.
    let _ = writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| write(&mut writer, root));
    String::from_utf8(writer.into_inner()).unwrap_or_default()
}

fn write(writer: &mut Writer<Vec<u8>>, element: &Element) -> std::io::Result<()> {
    let mut start = BytesStart::new(element.name.as_str());
    for (name, value) in &element.attributes {
        start.push_attribute((name.as_str(), legal(value).as_str()));
    }
    if element.children.is_empty() {
        return writer.write_event(Event::Empty(start));
    }
    writer.write_event(Event::Start(start))?;
    for child in &element.children {
        match child {
            Child::Element(child) => write(writer, child)?,
            Child::Text(text) => writer.write_event(Event::Text(BytesText::new(&legal(text))))?,
        }
    }
    writer.write_event(Event::End(BytesEnd::new(element.name.as_str())))
}

/// Without the characters that XML 1.0 §2.2 has no way to write.
fn legal(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
        .collect()
}

/// A name as a client can read it. XML would allow letters of every script, but JavaRosa, which ODK Collect and ODK
/// Validate are made of, finds only ASCII names in expressions. Other signs become their number, `年龄` → `_u5e74__u9f84_`.
pub(super) fn name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, c) in name.char_indices() {
        let is_start = c.is_ascii_alphabetic() || c == '_';
        if is_start || (at > 0 && (c.is_ascii_digit() || matches!(c, '-' | '.'))) {
            out.push(c);
        } else {
            out.push_str(&format!("_u{:x}_", u32::from(c)));
        }
    }
    out
}
