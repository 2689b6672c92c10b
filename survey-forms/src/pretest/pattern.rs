//! Texts that a regular expression matches.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::answers::Chance;

/// How much more often than it must a part is repeated that may be repeated without end.
const MOST_MORE: usize = 4;
/// Patterns that need longer texts than this are not tried.
const LONGEST: usize = 500;

/// A text that the whole pattern matches; none where it says what cannot be made up (word boundaries and the like are
/// left to luck).
pub(super) fn matching(source: &str, chance: &mut Chance) -> Option<String> {
    let hir = regex_syntax::parse(source).ok()?;
    let mut out = String::new();
    write(&hir, chance, &mut out)?;
    Some(out)
}

fn write(hir: &Hir, chance: &mut Chance, out: &mut String) -> Option<()> {
    if out.len() > LONGEST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            // Marks and unassigned characters at the ends of large classes are nothing that people type.
            let range = ranges.get(chance.below(ranges.len().min(8)))?;
            let width = u32::from(range.end()) - u32::from(range.start());
            let step = chance.below(width.min(2_000) as usize + 1);
            out.push(
                char::from_u32(u32::from(range.start()) + u32::try_from(step).ok()?).unwrap_or(range.start()),
            );
        }
        HirKind::Class(Class::Bytes(_)) => return None,
        HirKind::Repetition(repetition) => {
            let least = repetition.min as usize;
            let most = repetition.max.map_or(least + MOST_MORE, |most| most as usize);
            let times = least + chance.below(most.min(least + MOST_MORE) - least + 1);
            for _ in 0..times {
                write(&repetition.sub, chance, out)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, chance, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, chance, out)?;
            }
        }
        HirKind::Alternation(parts) => write(parts.get(chance.below(parts.len()))?, chance, out)?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::matching;
    use crate::pretest::answers::Chance;

    #[test]
    fn matching__texts_match() {
        let mut chance = Chance::new(7);
        for source in [
            "[0-9]{17}[0-9Xx]",
            "1[3-9][0-9]{9}",
            "(a|bc)+d?",
            "[\\p{Han}·]{2,6}",
            "\\d{3}-\\d{4}",
            "^x$",
            "(?i)ab",
        ] {
            let pattern = regex::Regex::new(&format!("^(?:{source})$")).unwrap();
            for _ in 0..50 {
                let text = matching(source, &mut chance).unwrap();
                assert!(pattern.is_match(&text), "{source}: {text:?}");
            }
        }
        assert_eq!(matching("[", &mut chance), None);
        assert_eq!(matching("a{900}", &mut chance), None);
    }
}
