//! ES018: weights that cannot be calibrated, in both languages.
//!
//! Rows are told by the place of the fault, as the file counts them; the words name margin,
//! category, term and figures, and how to mend it.

use survey_forms::diagnostic::Place;

use super::super::fault::{Faults, suggestion};
use crate::weighting::{GregError, ModelError, TrimError, WeightingError};

/// Message and mend in Chinese and English.
pub(in super::super) struct Words {
    pub(in super::super) zh: String,
    pub(in super::super) en: String,
    mend: (String, String),
}

impl Faults {
    /// The value, or nothing and a fault at this place.
    pub(super) fn unless_fault<T>(&mut self, result: Result<T, WeightingError>, place: Place) -> Option<T> {
        result.map_err(|error| self.weighting(place, &error)).ok()
    }

    /// ES018: weights that cannot be calibrated.
    pub(super) fn weighting(&mut self, place: Place, error: &WeightingError) {
        let Words { zh, en, mend } = words_for(error);
        self.push("ES018", place, zh, en, mend);
    }
}

/// What went wrong with a calibration, and how to mend it.
pub(in super::super) fn words_for(error: &WeightingError) -> Words {
    match error {
        WeightingError::Model(error) => model(error),
        WeightingError::Greg(error) => greg(error),
        WeightingError::Trim(error) => trim(error),
        other => margins(other),
    }
}

fn words(zh: String, en: impl Into<String>) -> Words {
    let (en, mend) = (en.into(), Default::default());
    Words { zh, en, mend }
}

impl Words {
    fn mend(mut self, zh: &str, en: &str) -> Self {
        self.mend = (zh.to_owned(), en.to_owned());
        self
    }
}

fn margins(error: &WeightingError) -> Words {
    let en = format!("{error}.");
    match error {
        WeightingError::EmptyCategory {
            margin,
            category,
            total,
        } => words(
            format!("边际 {margin}：类别 {category} 的总体数为 {total}，样本中却没有。"),
            en,
        )
        .mend(
            "请与相邻类别合并，或更正总体数。",
            "Merge it with a neighbouring category, or correct the count.",
        ),
        WeightingError::UnknownCategory { margin, category, .. } => words(
            format!("边际 {margin}：样本中的类别 {category} 没有给出总体数。"),
            format!("margin {margin}: category {category} has no population count."),
        )
        .mend("请在 totals 中补上。", "Add it to totals."),
        WeightingError::DuplicateCategory { margin, category } => {
            words(format!("边际 {margin}：类别 {category} 给了两次。"), en)
        }
        WeightingError::BadTotal {
            margin,
            category,
            total,
        } => words(
            format!("边际 {margin}：类别 {category} 的总体数 {total} 不是非负有限数。"),
            format!(
                "margin {margin}: the population count {total} of category {category} is not a finite number of at least 0."
            ),
        ),
        WeightingError::MissingCategory { margin, .. } => words(
            format!("边际 {margin}：这一行没有类别。"),
            format!("margin {margin}: the row has no category."),
        )
        .mend(
            "请补上数值，或先删去这一行。",
            "Fill it in, or leave the row out.",
        ),
        WeightingError::TotalsDisagree {
            first,
            first_total,
            other,
            other_total,
        } => words(
            format!("边际 {other} 合计 {other_total}，与边际 {first} 的合计 {first_total} 不符。"),
            en,
        )
        .mend(
            "各边际的总体数须合计相同。",
            "All margins must count the same population.",
        ),
        WeightingError::MarginsContradict {
            margin,
            categories,
            total,
            other,
            others,
            other_total,
        } => words(
            format!(
                "边际 {margin} 与 {other} 互相矛盾：{margin} 的 {} 共 {total}，而其样本全部在 {other} 的 {} 中，后者只有 {other_total}。",
                categories.join("、"),
                others.join("、")
            ),
            en,
        )
        .mend(
            "请合并类别，或更正总体数。",
            "Merge categories, or correct the counts.",
        ),
        WeightingError::CellExhausted {
            margin,
            category,
            other,
            other_category,
            by,
            total,
        } => words(
            format!(
                "按给定的边际，{margin} 为 {category} 且 {other} 为 {other_category} 的样本只能得到权数 0：{other} 的 {other_category} 已被 {margin} 的 {}（{total}）占尽。",
                by.join("、")
            ),
            en,
        )
        .mend(
            "请合并类别，或更正总体数。",
            "Merge categories, or correct the counts.",
        ),
        WeightingError::NoConvergence {
            margin,
            category,
            sweeps,
            gap,
        } => words(
            format!("迭代 {sweeps} 轮后仍未收敛：边际 {margin} 的类别 {category} 相对偏差 {gap:e}。"),
            en,
        )
        .mend(
            "各边际可能不能同时满足；请合并类别或减少边际。",
            "The margins may not be met together; merge categories or use fewer margins.",
        ),
        WeightingError::Weight { value, .. } => words(
            format!("校准后的权数 {value} 不是非负有限数。"),
            format!("the calibrated weight {value} is not a finite number of at least 0."),
        ),
        other => words(format!("无法校准：{other}。"), en),
    }
}

fn model(error: &ModelError) -> Words {
    let en = format!("{error}.");
    match error {
        ModelError::NotFinite { term, .. } | ModelError::NoLevel { term, .. } => words(
            format!("模型的 {term} 在这一行没有值。"),
            format!("the row has no value of {term}, a term of the model."),
        )
        .mend(
            "请补上数值，或先删去这一行。",
            "Fill it in, or leave the row out.",
        ),
        ModelError::NoTerms => words("模型没有任何项。".to_owned(), en),
        ModelError::DuplicateTerm { term } => words(format!("项 {term} 在模型中出现两次。"), en),
        ModelError::Collinear { term } => words(
            format!("项 {term} 是其前各项的线性组合（共线）。"),
            format!("the term {term} is a linear combination of the terms before it (collinear)."),
        )
        .mend("请去掉这一项。", "Leave it out."),
        ModelError::Length { term, .. } => words(format!("{term} 的行数与数据不符。"), en),
    }
}

fn greg(error: &GregError) -> Words {
    let en = format!("{error}.");
    match error {
        GregError::MissingTotal { term } => words(format!("项 {term} 没有给出总体总数。"), en).mend(
            "请在 totals 中补上；以数字编码的类别请写作 factor(列名)。",
            "Add it to totals; write factor(column) for categories coded as numbers.",
        ),
        GregError::UnknownTerm { term, known } => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Words {
                zh: format!("totals 中的 {term} 不是模型的项。"),
                en: format!("{term} in totals is no term of the model."),
                mend: suggestion(term, &known),
            }
        }
        GregError::DuplicateTotal { term } => words(format!("项 {term} 的总数给了两次。"), en),
        GregError::BadTotal { term, total } => words(format!("项 {term} 的总数 {total} 不是有限数。"), en),
        GregError::EmptyTerm { term, total } => {
            words(format!("项 {term} 的总数为 {total}，但样本中每一行都是 0。"), en).mend(
                "请合并类别，或更正总数。",
                "Merge categories, or correct the total.",
            )
        }
        GregError::Bounds { lower, upper } => {
            words(format!("界限 {lower} 与 {upper} 须一个小于 1，一个大于 1。"), en)
        }
        GregError::BoundsRequired => words("logit 距离须给出有限的下界和上界。".to_owned(), en),
        GregError::OutOfRange {
            term,
            total,
            lowest,
            highest,
        } => words(
            format!("项 {term} 的总数 {total} 无法达到：界限之内的权数只能给出 {lowest} 至 {highest}。"),
            en,
        )
        .mend(
            "请放宽 bounds，或更正总数。",
            "Widen bounds, or correct the total.",
        ),
        GregError::OutOfReach { term, total, reached } => words(
            format!("在界限之内无法同时达到所有总数：最接近的结果中相差最大的是项 {term}，得到 {reached}，应为 {total}。"),
            en,
        )
        .mend(
            "请放宽 bounds，或更正总数。",
            "Widen bounds, or correct the totals.",
        ),
        GregError::NoConvergence {
            term,
            total,
            reached,
            iterations,
        } => words(
            format!(
                "迭代 {iterations} 次后仍未达到总数：最接近的结果中相差最大的是项 {term}，得到 {reached}，应为 {total}。"
            ),
            en,
        )
        .mend(
            "各总数可能互相矛盾；请核对总数，或换用 linear 距离。",
            "The totals may contradict each other; check them, or use the linear distance.",
        ),
        GregError::NegativeWeights { weight, count, .. } => words(
            format!("校准后有 {count} 个权数为负，首个在这一行（{weight}）。"),
            format!("{count} calibrated weights are negative, the first in this row ({weight})."),
        )
        .mend(
            "请设 bounds，或换用 raking、logit 距离。",
            "Set bounds, or use the raking or logit distance.",
        ),
    }
}

fn trim(error: &TrimError) -> Words {
    let en = format!("{error}.");
    match error {
        TrimError::Bounds { lower, upper } => words(format!("界限 {lower} 与 {upper} 不是权数的区间。"), en),
        TrimError::SumOutside {
            n,
            lower,
            upper,
            lowest,
            highest,
            sum,
        } => words(
            format!(
                "{n} 个权数限于 {lower} 至 {upper}，合计只能为 {lowest} 至 {highest}，而现合计 {sum}；请放宽界限。"
            ),
            en,
        ),
        TrimError::NoRecipient { lower, upper, excess } => words(
            format!("没有权数在 {lower} 至 {upper} 之内，截下的 {excess} 无处分配；请放宽界限。"),
            en,
        ),
        TrimError::Overdrawn { weight, .. } => words(
            format!("抬高过小的权数后，这一行的权数会成为 {weight}。"),
            format!("raising the small weights would leave this row a weight of {weight}."),
        )
        .mend(
            "请设 \"strict\": true，或降低 lower。",
            "Set \"strict\": true, or lower the lower bound.",
        ),
        TrimError::NoConvergence { lower, upper, passes } => words(
            format!("反复 {passes} 次后仍有权数在 {lower} 至 {upper} 之外；请放宽界限。"),
            en,
        ),
    }
}
