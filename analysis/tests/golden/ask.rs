//! What an R call asks for, as a request of `minyi estimate` and through the library.

use std::collections::BTreeMap;

use analysis::estimate::{Linearised, mean, proportion, ratio, total};
use analysis::request::EstimateLine;
use serde_json::{Value, json};

use crate::data::{Design, merge};
use crate::r_call::R;

/// What a call asks for, in the terms of `minyi estimate`.
pub(crate) struct Ask {
    pub(crate) design: Design,
    pub(crate) stat: &'static str,
    pub(crate) of: Vec<String>,
    pub(crate) per: Option<String>,
    pub(crate) by: Vec<String>,
    pub(crate) deff: Value,
}

/// A line of the answer under the name R gives it.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) line: EstimateLine,
}

impl Ask {
    /// Reads `svymean(~a + b, design, …)` and its like.
    pub(crate) fn read(call: &R, designs: &BTreeMap<String, Design>) -> Option<Self> {
        let (function, _) = call.call()?;
        let arguments = call.positional();
        let mut design = Design::of(arguments.last()?, designs)?;
        let mut columns = |formula: &R| -> Option<Vec<String>> {
            formula
                .formula()?
                .terms()
                .into_iter()
                .map(|term| design.data.derive(term))
                .collect()
        };
        let of = columns(arguments[0])?;
        let (stat, per) = match function {
            "svymean" => ("mean", None),
            "svytotal" => ("total", None),
            "svyratio" => ("ratio", columns(arguments[1])?.pop()),
            "svyciprop" => ("proportion", None),
            "svyvar" => ("variance", None),
            _ => return None,
        };
        let deff = match call.named("deff") {
            Some(R::Text(text)) => json!(text),
            Some(flag) => json!(flag.is_true()),
            None => json!(false),
        };
        Some(Self {
            design,
            stat,
            of,
            per,
            by: Vec::new(),
            deff,
        })
    }

    /// Reads `svyby(~a, ~b + c, design, svymean, …)`.
    pub(crate) fn read_by(call: &R, designs: &BTreeMap<String, Design>) -> Option<Self> {
        let arguments = call.positional();
        let [formula, by, design, function] = arguments[..] else {
            return None;
        };
        let mut inner = vec![(None, formula.clone())];
        inner.extend(call.named("denominator").map(|per| (None, per.clone())));
        inner.push((None, design.clone()));
        let mut ask = Self::read(&R::Call(function.source(), inner), designs)?;
        ask.by = by.formula()?.terms().iter().map(|term| term.source()).collect();
        Some(ask)
    }

    /// A lone factor under `svymean` is asked for as a proportion.
    fn is_factor(&self, column: &str) -> bool {
        self.stat != "ratio" && !self.design.data.is_numeric(column)
    }

    /// The answer's lines, named as R names them; `ci` as in a request, or the default of R.
    pub(crate) fn lines(&self, case: &str, ci: Value) -> Vec<Named> {
        let (factors, numbers): (Vec<String>, Vec<String>) =
            self.of.iter().cloned().partition(|column| self.is_factor(column));
        let common = match self.deff == json!(false) {
            true => json!({ "by": self.by, "ci": ci }),
            false => json!({ "by": self.by, "deff": self.deff, "ci": ci }),
        };
        let mut entries = Vec::new();
        if !numbers.is_empty() {
            entries.push(merge(
                json!({ "stat": self.stat, "of": numbers, "listwise": numbers.len() > 1 }),
                common.clone(),
            ));
            if let Some(per) = &self.per {
                entries[0] = merge(entries[0].clone(), json!({ "per": per }));
            }
        }
        for factor in factors {
            let stat = if self.stat == "total" {
                "total"
            } else {
                "proportion"
            };
            entries.push(merge(json!({ "stat": stat, "of": factor }), common.clone()));
        }
        let answer = self.design.answer(case, &entries);
        let name = |line: &EstimateLine| match (&self.per, &line.level) {
            (Some(per), _) => format!("{}/{per}", line.of),
            (None, Some(level)) => format!("{}{}", line.of, text(level)),
            (None, None) => line.of.clone(),
        };
        answer
            .estimates
            .into_iter()
            .map(|line| Named {
                name: name(&line),
                line,
            })
            .collect()
    }

    /// The linearised statistics, through the library, in the order of `names`.
    pub(crate) fn linearised(&self, names: &[Value]) -> Option<Vec<Linearised>> {
        let design = self.design.build();
        // Listwise: a row needs every variable of the call.
        let complete = |row: &u32| {
            self.of
                .iter()
                .all(|column| !self.design.data.column(column).unwrap()[*row as usize].is_empty())
        };
        let rows: Vec<u32> = (0..design.rows() as u32).filter(complete).collect();
        names
            .iter()
            .map(|name| {
                let name = name.as_str()?;
                let column = self.of.iter().find(|column| match &self.per {
                    Some(per) => name == format!("{column}/{per}"),
                    None => name.starts_with(column.as_str()),
                })?;
                let data = &self.design.data;
                if self.is_factor(column) {
                    let factor = data.factor(column);
                    let level = factor.code_of(&name[column.len()..])?;
                    return Some(match self.stat {
                        "total" => total::linearise_level(&design, factor.codes(), level, Some(&rows)),
                        _ => proportion::linearise(&design, factor.codes(), level, Some(&rows)),
                    });
                }
                let y = data.numbers(column);
                Some(match (&self.per, self.stat) {
                    (Some(per), _) => ratio::linearise(&design, &y, &data.numbers(per), Some(&rows)),
                    (None, "total") => total::linearise(&design, &y, Some(&rows)),
                    (None, _) => mean::linearise(&design, &y, Some(&rows)),
                })
            })
            .collect()
    }
}

/// A JSON scalar as the file would hold it.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
