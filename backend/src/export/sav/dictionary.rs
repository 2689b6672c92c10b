//! What stands in front of the data: header, variables, labels, extension records.

use std::io::{self, Write};

use super::{
    BIAS, Dictionary, Kind, LONGEST_LABEL, LONGEST_NAME, LONGEST_VALUE_LABEL, Level, SEGMENT_HOLDS, Slot,
    Variable, cut, invalid, segment_width, stored,
};

/// Names that SPSS takes: letters, digits, `_` and `.`, a letter first; each once, whatever the case.
pub(super) fn names(variables: &[Variable]) -> io::Result<Vec<String>> {
    let mut seen = std::collections::BTreeSet::new();
    let mut out = Vec::with_capacity(variables.len());
    for variable in variables {
        let plain: String = variable
            .name
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || matches!(c, '_' | '.') {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let named = match plain.chars().next() {
            Some(first) if first.is_alphabetic() => plain,
            _ => format!("v_{plain}"),
        };
        let name = cut(&named, LONGEST_NAME).trim_end_matches(['.', '_']).to_owned();
        if !seen.insert(name.to_uppercase()) {
            return Err(invalid(format!("two variables are named {name}")));
        }
        out.push(name);
    }
    Ok(out)
}

fn fixed(text: &str, bytes: usize) -> Vec<u8> {
    let mut out = cut(text, bytes).as_bytes().to_vec();
    out.resize(bytes, b' ');
    out
}

pub(super) fn header(out: &mut impl Write, dictionary: &Dictionary, slots: &[Slot]) -> io::Result<()> {
    let size: usize = slots
        .iter()
        .map(|slot| {
            if slot.width == 0 {
                1
            } else {
                stored(slot.width) / 8
            }
        })
        .sum();
    let weight = dictionary
        .weight
        .and_then(|at| slots.get(at))
        .map_or(0, |slot| slot.index);
    out.write_all(b"$FL2")?;
    out.write_all(&fixed("@(#) SPSS DATA FILE - minyi", 60))?;
    for value in [2, size as i32, 1, weight as i32, -1] {
        out.write_all(&value.to_le_bytes())?;
    }
    out.write_all(&BIAS.to_le_bytes())?;
    out.write_all(&fixed(&dictionary.written.0, 9))?;
    out.write_all(&fixed(&dictionary.written.1, 8))?;
    out.write_all(&fixed(&dictionary.title, 64))?;
    out.write_all(&[0; 3])
}

/// How values are shown: F (numbers) or A (texts), width, decimals.
fn format(kind: &Kind, width: usize) -> i32 {
    match kind {
        Kind::Number { decimals, .. } => 5 << 16 | 11 << 8 | i32::from(*decimals),
        Kind::Text { .. } => 1 << 16 | (width.min(SEGMENT_HOLDS) as i32) << 8,
    }
}

pub(super) fn variable_records(out: &mut impl Write, variable: &Variable, slot: &Slot) -> io::Result<()> {
    for (segment, short) in slot.short.iter().enumerate() {
        let width = match slot.width {
            0 => 0,
            width => segment_width(width, segment),
        };
        let missing: Vec<[u8; 8]> = match (&variable.kind, segment) {
            (
                Kind::Number {
                    missing: Some((from, to)),
                    ..
                },
                0,
            ) => vec![from.to_le_bytes(), to.to_le_bytes()],
            (Kind::Text { missing, .. }, 0) if slot.width <= 8 => {
                missing.iter().take(3).map(|text| eight(text)).collect()
            }
            _ => Vec::new(),
        };
        let count = match &variable.kind {
            Kind::Number { missing: Some(_), .. } => -2,
            _ => missing.len() as i32,
        };
        let label = if segment == 0 {
            cut(&variable.label, LONGEST_LABEL)
        } else {
            ""
        };
        let shown = format(&variable.kind, width);
        for value in [2, width as i32, i32::from(!label.is_empty()), count, shown, shown] {
            out.write_all(&value.to_le_bytes())?;
        }
        out.write_all(&fixed(short, 8))?;
        if !label.is_empty() {
            out.write_all(&(label.len() as i32).to_le_bytes())?;
            out.write_all(&fixed(label, label.len().div_ceil(4) * 4))?;
        }
        for value in missing {
            out.write_all(&value)?;
        }
        for _ in 1..width.div_ceil(8) {
            for value in [2, -1, 0, 0, shown, shown] {
                out.write_all(&value.to_le_bytes())?;
            }
            out.write_all(&[b' '; 8])?;
        }
    }
    Ok(())
}

fn eight(text: &str) -> [u8; 8] {
    let mut out = [b' '; 8];
    let bytes = cut(text, 8).as_bytes();
    out[..bytes.len()].copy_from_slice(bytes);
    out
}

pub(super) fn value_labels(out: &mut impl Write, variable: &Variable, slot: &Slot) -> io::Result<()> {
    let labels: Vec<([u8; 8], &str)> = match &variable.kind {
        Kind::Number { labels, .. } => labels
            .iter()
            .map(|(value, label)| (value.to_le_bytes(), label.as_str()))
            .collect(),
        Kind::Text { labels, .. } if slot.width <= 8 => labels
            .iter()
            .map(|(value, label)| (eight(value), label.as_str()))
            .collect(),
        Kind::Text { .. } => Vec::new(),
    };
    if labels.is_empty() {
        return Ok(());
    }
    out.write_all(&3i32.to_le_bytes())?;
    out.write_all(&(labels.len() as i32).to_le_bytes())?;
    for (value, label) in labels {
        let label = cut(label, LONGEST_VALUE_LABEL);
        out.write_all(&value)?;
        out.write_all(&[label.len() as u8])?;
        out.write_all(&fixed(label, (label.len() + 1).div_ceil(8) * 8 - 1))?;
    }
    for value in [4, 1, slot.index as i32] {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

/// An extension record.
pub(super) fn record(out: &mut impl Write, subtype: i32, size: usize, data: &[u8]) -> io::Result<()> {
    for value in [7, subtype, size as i32, (data.len() / size) as i32] {
        out.write_all(&value.to_le_bytes())?;
    }
    out.write_all(data)
}

pub(super) fn machine(out: &mut impl Write) -> io::Result<()> {
    // Version, machine, IEEE numbers, byte code, little-endian, UTF-8.
    let integers: Vec<u8> = [1i32, 0, 0, -1, 1, 1, 2, 65_001]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    record(out, 3, 4, &integers)?;
    // The missing value, the largest number, and the smallest, which is one above the missing value.
    let smallest = f64::from_bits((-f64::MAX).to_bits() - 1);
    let numbers: Vec<u8> = [-f64::MAX, f64::MAX, smallest]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    record(out, 4, 8, &numbers)
}

pub(super) fn display(out: &mut impl Write, variables: &[Variable], slots: &[Slot]) -> io::Result<()> {
    let mut data = Vec::new();
    for (variable, slot) in variables.iter().zip(slots) {
        let level = match variable.level {
            Level::Nominal => 1,
            Level::Ordinal => 2,
            Level::Scale => 3,
        };
        let (width, right) = match variable.kind {
            Kind::Number { .. } => (11, 1),
            Kind::Text { width, .. } => (width.min(40) as i32, 0),
        };
        for _ in &slot.short {
            for value in [level, width, right] {
                data.extend_from_slice(&i32::to_le_bytes(value));
            }
        }
    }
    record(out, 11, 4, &data)
}

pub(super) fn long_names(out: &mut impl Write, names: &[String], slots: &[Slot]) -> io::Result<()> {
    let pairs = names.iter().zip(slots);
    let text: Vec<String> = pairs
        .map(|(name, slot)| format!("{}={name}", slot.short[0]))
        .collect();
    record(out, 13, 1, text.join("\t").as_bytes())
}

pub(super) fn very_long(out: &mut impl Write, slots: &[Slot]) -> io::Result<()> {
    let long: Vec<u8> = slots
        .iter()
        .filter(|slot| slot.short.len() > 1)
        .flat_map(|slot| format!("{}={:05}\0\t", slot.short[0], slot.width).into_bytes())
        .collect();
    match long.is_empty() {
        true => Ok(()),
        false => record(out, 14, 1, &long),
    }
}

/// Labels and missing values of texts longer than eight bytes.
pub(super) fn long_labels(out: &mut impl Write, variables: &[Variable], names: &[String]) -> io::Result<()> {
    let mut labelled = Vec::new();
    let mut lacking = Vec::new();
    let number = |value: usize| (value as i32).to_le_bytes();
    for (variable, name) in variables.iter().zip(names) {
        let Kind::Text {
            width,
            labels,
            missing,
        } = &variable.kind
        else {
            continue;
        };
        if *width > 8 && !labels.is_empty() {
            labelled.extend(number(name.len()));
            labelled.extend(name.as_bytes());
            labelled.extend(number(*width));
            labelled.extend(number(labels.len()));
            for (value, label) in labels {
                let label = cut(label, LONGEST_VALUE_LABEL);
                labelled.extend(number(*width));
                labelled.extend(fixed(value, *width));
                labelled.extend(number(label.len()));
                labelled.extend(label.as_bytes());
            }
        }
        if *width > 8 && !missing.is_empty() {
            lacking.extend(number(name.len()));
            lacking.extend(name.as_bytes());
            lacking.push(missing.len().min(3) as u8);
            lacking.extend(number(8));
            for value in missing.iter().take(3) {
                lacking.extend(eight(value));
            }
        }
    }
    if !labelled.is_empty() {
        record(out, 21, 1, &labelled)?;
    }
    if !lacking.is_empty() {
        record(out, 22, 1, &lacking)?;
    }
    Ok(())
}
