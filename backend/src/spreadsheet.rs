//! What files for spreadsheet programs need.

/// A text that no spreadsheet program takes for a formula when it opens a CSV file.
pub fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}
