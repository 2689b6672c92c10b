//! ES030 to ES032: replicates that cannot be made or calibrated, in both languages.

use survey_forms::diagnostic::Place;

use super::super::calibrate;
use super::super::fault::Faults;
use crate::variance::replicate::{AdjustError, ReplicateError};
use crate::weighting::WeightingError;

impl Faults {
    /// ES030: replicates that cannot be made from this design.
    pub(super) fn replicates(&mut self, field: &str, error: &ReplicateError) {
        let (zh, mend) = match error {
            ReplicateError::Stratified { strata } => (
                format!("JK1 只用于不分层的设计，这里有 {strata} 层。"),
                ("请改用 jkn。", "Use jkn."),
            ),
            ReplicateError::OnePsu => (
                "没有任何一层有两个初级抽样单元。".to_owned(),
                (
                    "重复权数需要至少两个初级抽样单元，请检查 design.ids 和 design.strata。",
                    "Replicates need at least two PSUs; check design.ids and design.strata.",
                ),
            ),
            ReplicateError::NotPaired { stratum, psus } => (
                format!("层 {stratum} 有 {psus} 个初级抽样单元，平衡重复需要每层恰好两个。"),
                (
                    "请合并或拆分层，或改用 jkn 或 bootstrap。",
                    "Merge or split strata, or use jkn or bootstrap.",
                ),
            ),
            ReplicateError::LonelyAdjust { stratum } => (
                format!("层 {stratum} 只有一个初级抽样单元，自助法无法按 adjust 处理。"),
                (
                    "请合并层，或改用另一种 \"lonely_psu\" 规则，或改用 jkn。",
                    "Merge strata, or choose another rule for \"lonely_psu\", or use jkn.",
                ),
            ),
            ReplicateError::TooLarge { rows, replicates } => (
                format!("{rows} 行 × {replicates} 个重复超出可保存的权数个数（2^27）。"),
                ("请减少重复权数列。", "Use fewer replicate columns."),
            ),
            other => (format!("无法生成重复权数：{other}。"), ("", "")),
        };
        self.push(
            "ES030",
            Place::unknown().field(field),
            zh,
            format!("{error}."),
            (mend.0.to_owned(), mend.1.to_owned()),
        );
    }

    /// ES031: a replicate weight that is negative.
    pub(super) fn bad_replicate_weight(&mut self, place: Place, value: f64) {
        self.push(
            "ES031",
            place,
            format!("重复权数 {value} 是负数。"),
            format!("the replicate weight {value} is negative."),
            (
                "重复权数须不小于 0。".into(),
                "Replicate weights must be at least 0.".into(),
            ),
        );
    }

    /// ES032: a step of calibration that a replicate does not allow.
    pub(super) fn weighting_replicate(&mut self, field: &str, replicate: usize, error: &WeightingError) {
        let words = calibrate::words_for(error);
        self.push(
            "ES032",
            Place::unknown().field(field),
            format!("在第 {replicate} 个重复中：{}", words.zh),
            format!("in replicate {replicate}: {}", words.en),
            (
                "请合并类别，或改用不舍去任何单元的方法（fay）。".into(),
                "Merge categories, or use a method that leaves no unit out (fay).".into(),
            ),
        );
    }

    /// ES032: calibrated replicate weights that cannot be used.
    pub(super) fn adjustment(&mut self, field: &str, error: &AdjustError<impl std::fmt::Display>) {
        let (zh, mend) = match error {
            AdjustError::TooLarge { rows, replicates } => (
                format!("{rows} 行 × {replicates} 个重复超出可保存的校准权数个数（2^27）。"),
                (
                    "请用 bootstrap 并减小 count，或用 design.ids 给出初级抽样单元。",
                    "Use bootstrap with a smaller count, or give PSUs by design.ids.",
                ),
            ),
            other => (format!("无法在每个重复中校准：{other}。"), ("", "")),
        };
        self.push(
            "ES032",
            Place::unknown().field(field),
            zh,
            format!("{error}."),
            (mend.0.to_owned(), mend.1.to_owned()),
        );
    }
}
