//! What files for spreadsheet programs need.

/// What begins a formula in some spreadsheet program, full-width forms in those of East Asia (OWASP, CSV Injection).
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A text that no spreadsheet program takes for a formula when it opens a CSV file.
pub fn harmless(text: String) -> String {
    if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_in_half_or_full_width() {
        for formula in ["=1+1", "+1", "-1", "@A1", "\t=1", "\n=1", "＝1+1", "＠A1"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(harmless("王秀英您好".to_owned()), "王秀英您好");
    }
}
