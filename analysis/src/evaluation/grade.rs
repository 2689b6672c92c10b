//! Grades from score lines, and whether the interval leaves the grade open.

use crate::plan::GradeLine;

/// The grade of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// Chinese name of the grade.
    pub grade: String,
    /// Names of all grades that the interval touches, the best first.
    pub possible: Vec<String>,
}

impl Graded {
    /// Whether the interval crosses a line.
    #[must_use]
    pub fn borderline(&self) -> bool {
        self.possible.len() > 1
    }
}

/// Grades a score with its interval; `None` when there are no lines.
///
/// - `lines`: from the best down, the last from 0. A score on the line has reached it.
#[must_use]
pub fn grade(lines: &[GradeLine], score: f64, lower: f64, upper: f64) -> Option<Graded> {
    let at = |score: f64| {
        lines
            .iter()
            .position(|line| score >= line.from)
            .unwrap_or(lines.len().saturating_sub(1))
    };
    let name = |index: usize| lines[index].name.get("zh").to_owned();
    if lines.is_empty() {
        return None;
    }
    Some(Graded {
        grade: name(at(score)),
        possible: (at(upper)..=at(lower)).map(name).collect(),
    })
}

#[cfg(test)]
mod tests {
    use survey_forms::text::Text;

    use super::*;

    fn lines() -> Vec<GradeLine> {
        [("优秀", 85.0), ("良好", 75.0), ("合格", 60.0), ("不合格", 0.0)]
            .map(|(zh, from)| GradeLine {
                name: Text::of("zh", zh),
                from,
            })
            .to_vec()
    }

    #[test]
    fn grade_on_the_line_has_reached_it() {
        let graded = grade(&lines(), 85.0, 85.0, 90.0).expect("lines");
        assert_eq!((graded.grade.as_str(), graded.borderline()), ("优秀", false));
    }

    #[test]
    fn grade_interval_across_two_lines_names_three_grades() {
        let graded = grade(&lines(), 78.0, 59.0, 84.9).expect("lines");
        assert_eq!(graded.grade, "良好");
        assert_eq!(graded.possible, ["良好", "合格", "不合格"]);
        assert!(graded.borderline());
    }
}
