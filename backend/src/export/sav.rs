//! SPSS system files (`.sav`), written row by row: memory does not grow with the number of cases.
//!
//! Written are numbers and texts of any length, labels of variables and values in UTF-8, measurement levels, values
//! that are missing by declaration, and the weighting variable. Data are packed by SPSS's byte code, which keeps small
//! whole numbers in one byte; the number of cases is filled in at the end.
//!
//! # Source
//! PSPP developer's guide, "System File Format" (gnu.org/software/pspp/pspp-dev); the segments of texts longer than
//! 255 bytes as ReadStat reads and writes them.

mod dictionary;

use std::io::{self, Seek, SeekFrom, Write};

use dictionary::{
    display, header, long_labels, long_names, machine, names, record, value_labels, variable_records,
    very_long,
};

/// The bias of small numbers in the byte code.
const BIAS: f64 = 100.0;
/// Where the number of cases stands in the header.
const CASES_AT: u64 = 80;
/// Bytes of a text that one segment of a very long one declares, and that it holds.
const SEGMENT: usize = 252;
const SEGMENT_HOLDS: usize = 255;
/// Longest text, in bytes.
pub const LONGEST_TEXT: usize = 32_767;
/// Longest label of a variable and of a value, in bytes.
const LONGEST_LABEL: usize = 255;
const LONGEST_VALUE_LABEL: usize = 120;
/// Longest name, in bytes.
const LONGEST_NAME: usize = 64;

/// How the values of a variable are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Names.
    Nominal,
    /// Names in an order.
    Ordinal,
    /// Numbers.
    Scale,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Numbers with so many decimals shown.
    Number {
        /// Decimals shown.
        decimals: u8,
        /// Labels of values.
        labels: Vec<(f64, String)>,
        /// The range of values that say why there is no answer.
        missing: Option<(f64, f64)>,
    },
    /// Texts of so many bytes at most.
    Text {
        /// Bytes; at least 1.
        width: usize,
        /// Labels of values.
        labels: Vec<(String, String)>,
        /// Values that say why there is no answer: at most three, of at most eight bytes.
        missing: Vec<String>,
    },
}

/// A variable of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name as the reader sees it.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What it holds.
    pub kind: Kind,
    /// How it is to be read.
    pub level: Level,
}

/// What stands in front of the data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dictionary {
    /// Title of the file.
    pub title: String,
    /// Day, `26 Nov 26`, and time, `10:30:00`.
    pub written: (String, String),
    /// The variables in their order.
    pub variables: Vec<Variable>,
    /// Index of the variable that weights the cases.
    pub weight: Option<usize>,
}

/// A value of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value.
    None,
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
}

/// The longest beginning of `text` of at most `bytes` bytes that ends between two characters.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A file in the making.
#[derive(Debug)]
pub struct Writer<W: Write + Seek> {
    out: W,
    /// Width of each variable in bytes; 0 for numbers.
    widths: Vec<usize>,
    /// Codes of the block under way, and the eight-byte values that go with them.
    codes: Vec<u8>,
    raw: Vec<u8>,
    padded: Vec<u8>,
    cases: u64,
}

impl<W: Write + Seek> Writer<W> {
    /// Writes everything that stands in front of the data.
    ///
    /// # Errors
    /// When the file cannot be written; [`io::ErrorKind::InvalidInput`] where two variables have the same name or a
    /// text is wider than the format allows.
    pub fn begin(mut out: W, dictionary: &Dictionary) -> io::Result<Self> {
        let names = names(&dictionary.variables)?;
        let slots: Vec<Slot> = slots(&dictionary.variables)?;
        header(&mut out, dictionary, &slots)?;
        for (variable, slot) in dictionary.variables.iter().zip(&slots) {
            variable_records(&mut out, variable, slot)?;
        }
        for (variable, slot) in dictionary.variables.iter().zip(&slots) {
            value_labels(&mut out, variable, slot)?;
        }
        machine(&mut out)?;
        display(&mut out, &dictionary.variables, &slots)?;
        long_names(&mut out, &names, &slots)?;
        very_long(&mut out, &slots)?;
        long_labels(&mut out, &dictionary.variables, &names)?;
        record(&mut out, 20, 1, b"UTF-8")?;
        out.write_all(&999i32.to_le_bytes())?;
        out.write_all(&0i32.to_le_bytes())?;
        Ok(Self {
            out,
            widths: slots.iter().map(|slot| slot.width).collect(),
            codes: Vec::with_capacity(8),
            raw: Vec::with_capacity(64),
            padded: Vec::new(),
            cases: 0,
        })
    }

    /// Writes a case; values that are left out are missing, texts longer than declared are cut off between characters.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn case<'a>(&mut self, values: impl IntoIterator<Item = Value<'a>>) -> io::Result<()> {
        let mut values = values.into_iter();
        for at in 0..self.widths.len() {
            let value = values.next().unwrap_or(Value::None);
            match (self.widths[at], value) {
                (0, Value::Number(number)) => self.number(number)?,
                (0, _) => self.code(255, None)?,
                (width, Value::Text(text)) => self.text(text, width)?,
                (width, _) => self.text("", width)?,
            }
        }
        self.cases += 1;
        Ok(())
    }

    fn number(&mut self, number: f64) -> io::Result<()> {
        if !number.is_finite() {
            return self.code(255, None);
        }
        let biased = number + BIAS;
        if number.fract() == 0.0 && (1.0..=251.0).contains(&biased) {
            return self.code(biased as u8, None);
        }
        self.code(253, Some(number.to_le_bytes()))
    }

    fn text(&mut self, text: &str, width: usize) -> io::Result<()> {
        let mut padded = std::mem::take(&mut self.padded);
        padded.clear();
        let bytes = cut(text, width).as_bytes();
        if width > SEGMENT_HOLDS {
            for part in bytes.chunks(SEGMENT_HOLDS) {
                padded.extend_from_slice(part);
                // A segment is 255 bytes and one that no one reads.
                if part.len() == SEGMENT_HOLDS {
                    padded.push(b' ');
                }
            }
        } else {
            padded.extend_from_slice(bytes);
        }
        padded.resize(stored(width), b' ');
        for eight in padded.chunks_exact(8) {
            match eight {
                b"        " => self.code(254, None)?,
                _ => {
                    let mut block = [b' '; 8];
                    block.copy_from_slice(eight);
                    self.code(253, Some(block))?;
                }
            }
        }
        self.padded = padded;
        Ok(())
    }

    fn code(&mut self, code: u8, raw: Option<[u8; 8]>) -> io::Result<()> {
        self.codes.push(code);
        if let Some(raw) = raw {
            self.raw.extend_from_slice(&raw);
        }
        if self.codes.len() == 8 {
            self.flush_block()?;
        }
        Ok(())
    }

    fn flush_block(&mut self) -> io::Result<()> {
        self.codes.resize(8, 0);
        self.out.write_all(&self.codes)?;
        self.out.write_all(&self.raw)?;
        self.codes.clear();
        self.raw.clear();
        Ok(())
    }

    /// Ends the file and fills in how many cases there are; returns their number and what was written to.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> io::Result<(u64, W)> {
        if !self.codes.is_empty() {
            self.flush_block()?;
        }
        // Readers take −1 for "as many as there are"; so it stays where there are more than the field can say.
        if let Ok(cases) = i32::try_from(self.cases) {
            self.out.seek(SeekFrom::Start(CASES_AT))?;
            self.out.write_all(&cases.to_le_bytes())?;
            self.out.seek(SeekFrom::End(0))?;
        }
        self.out.flush()?;
        Ok((self.cases, self.out))
    }
}

/// Where a variable stands in the file.
#[derive(Clone, Debug)]
struct Slot {
    /// Number of its first eight bytes in a case, from 1.
    index: usize,
    /// Bytes of a text; 0 for a number.
    width: usize,
    /// Short names of its segments; one but for very long texts.
    short: Vec<String>,
}

fn segments(width: usize) -> usize {
    if width > SEGMENT_HOLDS {
        width.div_ceil(SEGMENT)
    } else {
        1
    }
}

/// Declared width of a segment.
fn segment_width(width: usize, segment: usize) -> usize {
    let last = segments(width) - 1;
    match (last, segment < last) {
        (0, _) => width,
        (_, true) => SEGMENT_HOLDS,
        (_, false) => width - last * SEGMENT,
    }
}

/// Bytes that a text takes in a case.
fn stored(width: usize) -> usize {
    (0..segments(width))
        .map(|segment| segment_width(width, segment).div_ceil(8) * 8)
        .sum()
}

fn slots(variables: &[Variable]) -> io::Result<Vec<Slot>> {
    let mut index = 1;
    let mut number = 0;
    let mut out = Vec::with_capacity(variables.len());
    for variable in variables {
        let width = match &variable.kind {
            Kind::Number { .. } => 0,
            Kind::Text { width, .. } if (1..=LONGEST_TEXT).contains(width) => *width,
            Kind::Text { width, .. } => {
                return Err(invalid(format!("{}: {width} bytes", variable.name)));
            }
        };
        let short = (0..segments(width))
            .map(|_| {
                number += 1;
                format!("V{number:06}")
            })
            .collect();
        out.push(Slot { index, width, short });
        index += if width == 0 { 1 } else { stored(width) / 8 };
    }
    Ok(out)
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn number(name: &str) -> Variable {
        Variable {
            name: name.to_owned(),
            label: String::new(),
            kind: Kind::Number {
                decimals: 0,
                labels: Vec::new(),
                missing: None,
            },
            level: Level::Scale,
        }
    }

    fn text(name: &str, width: usize) -> Variable {
        Variable {
            kind: Kind::Text {
                width,
                labels: Vec::new(),
                missing: Vec::new(),
            },
            ..number(name)
        }
    }

    fn data(variables: Vec<Variable>, cases: &[Vec<Value<'_>>]) -> Vec<u8> {
        let dictionary = Dictionary {
            variables,
            ..Dictionary::default()
        };
        let mut writer = Writer::begin(Cursor::new(Vec::new()), &dictionary).unwrap();
        for case in cases {
            writer.case(case.iter().copied()).unwrap();
        }
        let bytes = writer.finish().unwrap().1.into_inner();
        let end = [999i32.to_le_bytes(), 0i32.to_le_bytes()].concat();
        let at = bytes.windows(8).position(|window| window == end).unwrap();
        bytes[at + 8..].to_vec()
    }

    #[test]
    fn small_numbers_take_a_byte_and_others_eight() {
        let bytes = data(
            vec![number("a"), number("b"), number("c")],
            &[
                vec![Value::Number(5.0), Value::Number(0.5), Value::None],
                vec![Value::Number(-99.0), Value::Number(151.0), Value::Number(152.0)],
            ],
        );
        assert_eq!(bytes[..8], [105, 253, 255, 1, 251, 253, 0, 0]);
        assert_eq!(bytes[8..16], 0.5f64.to_le_bytes());
        assert_eq!(bytes[16..], 152f64.to_le_bytes());
    }

    #[test]
    fn texts_are_padded_and_cut_between_characters() {
        let bytes = data(
            vec![text("t", 10)],
            &[vec![Value::Text("残疾人工作")], vec![Value::None]],
        );
        assert_eq!(bytes[..8], [253, 253, 254, 254, 0, 0, 0, 0]);
        assert_eq!(bytes[8..], *"残疾人       ".as_bytes());
    }

    #[test]
    fn very_long_texts_stand_in_segments_of_255_bytes() {
        assert_eq!((segments(255), segments(256), segments(600)), (1, 2, 3));
        assert_eq!((stored(255), stored(256), stored(600)), (256, 264, 608));
        let long = "x".repeat(600);
        let bytes = data(vec![text("t", 600)], &[vec![Value::Text(&long)]]);
        let plain: usize = bytes.iter().filter(|&&byte| byte == b'x').count();
        assert_eq!(plain, 600);
    }

    #[test]
    fn the_header_says_how_many_cases_there_are_and_names_are_made_fit() {
        let dictionary = Dictionary {
            variables: vec![number("1st question"), number("权重")],
            weight: Some(1),
            ..Dictionary::default()
        };
        let mut writer = Writer::begin(Cursor::new(Vec::new()), &dictionary).unwrap();
        for _ in 0..3 {
            writer.case([Value::Number(1.0)]).unwrap();
        }
        let (cases, out) = writer.finish().unwrap();
        let bytes = out.into_inner();
        assert_eq!((cases, &bytes[80..84]), (3, &3i32.to_le_bytes()[..]));
        assert_eq!(bytes[76..80], 2i32.to_le_bytes(), "the second eight bytes weight");
        let named = "V000001=v_1st_question\tV000002=权重".as_bytes();
        assert!(bytes.windows(named.len()).any(|window| window == named));
        let twice = Dictionary {
            variables: vec![number("a"), number("A")],
            ..Dictionary::default()
        };
        assert!(Writer::begin(Cursor::new(Vec::new()), &twice).is_err());
    }
}
