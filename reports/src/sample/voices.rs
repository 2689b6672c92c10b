//! What people of the made-up round wrote about.

use analysis::results::VoiceTheme;
use analysis::voices::{FRAME, OTHER};

use super::{Maker, chance, proportion};

impl Maker {
    pub(super) fn voices(&self) -> Vec<VoiceTheme> {
        let mut rows = Vec::new();
        for unit in self.units() {
            for (group, share) in [("resident", 0.2), ("family", 0.1), ("grassroots", 0.03)] {
                let wrote = self.answers(&unit, share);
                for theme in FRAME.iter().map(|theme| theme.code).chain([OTHER]) {
                    let named = (wrote as f64 * 0.22 * chance(&format!("{group}{theme}"))).round() as u64;
                    rows.push(VoiceTheme {
                        group: group.to_owned(),
                        unit: unit.clone(),
                        theme: theme.to_owned(),
                        share: proportion(named as f64 / wrote.max(1) as f64, wrote),
                        named,
                    });
                }
            }
        }
        rows
    }
}
