//! Faces beside the words of a five-point scale: decoration that helps people who read little, hidden from screen
//! readers, never the only sign of meaning. One stroke width and one size, so that no step looks weightier.

use maud::{Markup, PreEscaped};

/// The face for place `at` of `count` choices, the first being the most favourable unless `reversed`.
///
/// The mouth is a curve whose bend goes evenly from a smile to its opposite.
pub(super) fn face(at: usize, count: usize, reversed: bool) -> Markup {
    let last = count.saturating_sub(1).max(1);
    let place = at.min(last);
    let place = if reversed { last - place } else { place };
    // +6 at the favourable end, −6 at the other; whole units keep the markup short.
    let bend = 6 - i64::try_from(place * 12 / last).unwrap_or_default();
    let (ends, middle) = (22 - bend / 2, 22 + bend);
    PreEscaped(format!(
        concat!(
            r#"<svg class="face" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false" "#,
            r#"fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">"#,
            r#"<circle cx="16" cy="16" r="14"/><path d="M11 12v2M21 12v2M9 {e}Q16 {m} 23 {e}"/></svg>"#
        ),
        e = ends,
        m = middle
    ))
}

#[cfg(test)]
mod tests {
    use super::face;

    #[test]
    fn face__ends_mirror_each_other_and_the_middle_is_level() {
        assert_eq!(face(0, 5, false).into_string(), face(4, 5, true).into_string());
        assert!(face(2, 5, false).into_string().contains("M9 22Q16 22 23 22"));
        assert_ne!(face(0, 5, false).into_string(), face(1, 5, false).into_string());
        assert!(
            face(0, 1, false).into_string().contains("aria-hidden"),
            "a single choice divides by nothing"
        );
    }
}
