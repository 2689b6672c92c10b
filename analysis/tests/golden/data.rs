//! The example data, the designs over them, and the requests that stand for R calls.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use analysis::design::{LonelyPsu, StageColumns, SurveyDesign};
use analysis::factor::Factor;
use analysis::request::{Answer, run};
use serde_json::{Map, Value, json};

use crate::calibration;
use crate::r_call::R;

/// Where the fixtures are.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/golden")
}

/// A CSV file in memory; an empty cell is missing.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Data {
    pub(crate) fn read(name: &str) -> Option<Self> {
        let mut reader = csv::Reader::from_path(fixtures().join(format!("data/{name}.csv"))).ok()?;
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        Some(Self { header, rows })
    }

    pub(crate) fn column(&self, name: &str) -> Option<Vec<&str>> {
        let index = self.header.iter().position(|column| column == name)?;
        Some(self.rows.iter().map(|row| row[index].as_str()).collect())
    }

    pub(crate) fn is_numeric(&self, name: &str) -> bool {
        self.column(name)
            .unwrap()
            .iter()
            .all(|cell| cell.is_empty() || cell.parse::<f64>().is_ok())
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.column(name)
            .unwrap()
            .iter()
            .map(|cell| cell.parse().unwrap_or(f64::NAN))
            .collect()
    }

    pub(crate) fn factor(&self, name: &str) -> Factor {
        Factor::from_values(
            self.column(name)
                .unwrap()
                .into_iter()
                .map(|c| (!c.is_empty()).then_some(c)),
        )
    }

    /// Adds the values of an expression as a column named by its source, unless it is a column already.
    pub(crate) fn derive(&mut self, expression: &R) -> Option<String> {
        if let R::Name(name) = expression {
            return self.header.contains(name).then(|| name.clone());
        }
        let name = expression.source();
        let cells: Option<Vec<String>> = self.rows.iter().map(|row| self.cell(expression, row)).collect();
        for (row, cell) in self.rows.iter_mut().zip(cells?) {
            row.push(cell);
        }
        self.header.push(name.clone());
        Some(name)
    }

    /// The value of an expression in a row, as text; empty when an operand is missing.
    fn cell(&self, expression: &R, row: &[String]) -> Option<String> {
        let (name, arguments) = match expression {
            R::Name(name) => {
                let index = self.header.iter().position(|column| column == name)?;
                return Some(row[index].clone());
            }
            R::Number(number) => return Some(number.to_string()),
            R::Text(text) => return Some(text.clone()),
            R::Call(name, arguments) => (name.as_str(), arguments),
        };
        if name == "!" && arguments[0].1.call()?.0 == "is.na" {
            let inner = &arguments[0].1.positional()[0];
            return Some(truth(!self.cell(inner, row)?.is_empty()));
        }
        let cells: Vec<String> = arguments
            .iter()
            .map(|(_, a)| self.cell(a, row))
            .collect::<Option<_>>()?;
        if cells.iter().any(String::is_empty) {
            return Some(String::new());
        }
        let number = |index: usize| cells[index].parse::<f64>().ok();
        Some(match name {
            "I" | "as.numeric" => cells[0].clone(),
            "interaction" => cells.join("."),
            "==" => truth(cells[0] == cells[1] || (number(0).is_some() && number(0) == number(1))),
            "!=" => truth(cells[0] != cells[1]),
            ">" => truth(number(0)? > number(1)?),
            "<" => truth(number(0)? < number(1)?),
            "-" => (number(0)? - number(1)?).to_string(),
            _ => return None,
        })
    }
}

fn truth(value: bool) -> String {
    if value {
        "TRUE".to_owned()
    } else {
        "FALSE".to_owned()
    }
}

/// A design as the request states it, over its data.
#[derive(Debug, Clone)]
pub(crate) struct Design {
    pub(crate) data: Data,
    pub(crate) design: Map<String, Value>,
    /// The key `replicates`, null without.
    pub(crate) replicates: Value,
    pub(crate) calibrate: Vec<Value>,
    pub(crate) condition: Map<String, Value>,
}

impl Design {
    /// The design of a `svydesign`, `postStratify`, `rake`, `calibrate` or `trimWeights` call.
    pub(crate) fn define(call: &R, known: &BTreeMap<String, Design>) -> Option<Self> {
        let arguments = call.positional();
        match call.call()?.0 {
            "svydesign" => Self::plain(call),
            "as.svrepdesign" => crate::replicates::define(call, known),
            "postStratify" => {
                let mut design = known.get(&arguments[0].source())?.clone();
                let margin = margin(arguments[1], arguments[2])?;
                design
                    .calibrate
                    .push(merge(json!({ "method": "post_stratify" }), margin));
                Some(design)
            }
            "rake" => {
                let mut design = known.get(&arguments[0].source())?.clone();
                let pairs = arguments[1]
                    .positional()
                    .into_iter()
                    .zip(arguments[2].positional());
                let margins: Option<Vec<Value>> = pairs.map(|(by, totals)| margin(by, totals)).collect();
                let step = json!({ "method": "rake", "margins": margins? });
                design.calibrate.push(match call.named("control") {
                    Some(_) => step,
                    None => calibration::stop_early(step),
                });
                Some(design)
            }
            "calibrate" => {
                let mut design = known.get(&arguments[0].source())?.clone();
                let raking = call.named("calfun").and_then(R::text) == Some("raking");
                // Raking to factors alone is asked for as margins.
                let margins = match raking {
                    true => contrasts(&design.data, arguments[1].formula()?, arguments[2]),
                    false => None,
                };
                design.calibrate.push(match margins {
                    Some(margins) => json!({ "method": "rake", "margins": margins }),
                    None => calibration::greg_step(call)?,
                });
                Some(design)
            }
            "trimWeights" => {
                let mut design = known.get(&arguments[0].source())?.clone();
                design.calibrate.push(calibration::trim_step(call)?);
                Some(design)
            }
            _ => None,
        }
    }

    fn plain(call: &R) -> Option<Self> {
        let data = match call.named("data")?.source().as_str() {
            // The README: rows of stratum 75, PSU 2 removed.
            "lon" => {
                let mut data = Data::read("nhanes")?;
                data.rows.retain(|row| !(row[1] == "75" && row[0] == "2"));
                data
            }
            name => Data::read(name)?,
        };
        let mut design = Map::new();
        let names = |formula: &R| -> Vec<String> {
            let terms = formula.formula().map(R::terms).unwrap_or_default();
            terms
                .iter()
                .filter(|term| matches!(term, R::Name(_)))
                .map(|term| term.source())
                .collect()
        };
        for (theirs, ours) in [("id", "ids"), ("strata", "strata"), ("fpc", "fpc")] {
            let columns = call.named(theirs).map(names).unwrap_or_default();
            if !columns.is_empty() {
                design.insert(ours.to_owned(), json!(columns));
            }
        }
        if let Some(weights) = call.named("weights") {
            design.insert("weights".to_owned(), json!(weights.formula()?.source()));
        }
        if call.named("nest").is_some_and(R::is_true) {
            design.insert("nest".to_owned(), json!(true));
        }
        Some(Self {
            data,
            design,
            replicates: Value::Null,
            calibrate: Vec::new(),
            condition: Map::new(),
        })
    }

    /// The design of a name or a `subset(name, condition)`.
    pub(crate) fn of(expression: &R, known: &BTreeMap<String, Design>) -> Option<Self> {
        match expression {
            R::Name(name) => known.get(name).cloned(),
            _ if expression.call()?.0 == "subset" => {
                let [inner, condition] = expression.positional()[..] else {
                    return None;
                };
                let mut design = Self::of(inner, known)?;
                let column = design.data.derive(condition)?;
                design.condition.insert(column, json!(["TRUE"]));
                Some(design)
            }
            _ => None,
        }
    }

    /// Answers estimates over this design, by way of a request and a file.
    pub(crate) fn answer(&self, case: &str, estimates: &[Value]) -> Answer {
        // A folder for each answer: two files of figures have cases of the same name, and are checked side by side.
        let folder = tempfile::tempdir().unwrap();
        let file = format!("{case}.csv");
        let mut writer = csv::Writer::from_path(folder.path().join(&file)).unwrap();
        writer.write_record(&self.data.header).unwrap();
        self.data
            .rows
            .iter()
            .for_each(|row| writer.write_record(row).unwrap());
        writer.flush().unwrap();
        let estimates: Vec<Value> = estimates
            .iter()
            .map(|entry| match self.condition.is_empty() {
                true => entry.clone(),
                false => merge(json!({ "where": self.condition }), entry.clone()),
            })
            .collect();
        let request = json!({
            "data": file, "design": self.design, "replicates": self.replicates,
            "calibrate": self.calibrate, "estimates": estimates,
        });
        run(&request.to_string(), folder.path()).unwrap_or_else(|faults| {
            let lines: Vec<String> = faults.iter().map(|fault| fault.to_line("en")).collect();
            panic!("{case}: {}", lines.join("\n"))
        })
    }

    /// The design built and calibrated through the library.
    pub(crate) fn build(&self) -> SurveyDesign {
        let list = |key: &str| -> Vec<String> {
            let names = self
                .design
                .get(key)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            names
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect()
        };
        let ids: Vec<Factor> = list("ids").iter().map(|name| self.data.factor(name)).collect();
        let strata: Vec<Factor> = list("strata").iter().map(|name| self.data.factor(name)).collect();
        let fpc: Vec<Vec<f64>> = list("fpc").iter().map(|name| self.data.numbers(name)).collect();
        let weights = self
            .design
            .get("weights")
            .map(|name| self.data.numbers(name.as_str().unwrap()));
        let rule = self
            .design
            .get("lonely_psu")
            .and_then(Value::as_str)
            .unwrap_or("fail");
        let mut builder = SurveyDesign::builder(self.data.rows.len())
            .nest(self.design.contains_key("nest"))
            .lonely_psu(LonelyPsu::from_name(rule).unwrap());
        for stage in 0..ids.len().max(1) {
            builder = builder.stage(StageColumns {
                ids: ids.get(stage),
                strata: strata.get(stage),
                fpc: fpc.get(stage).map(Vec::as_slice),
            });
        }
        if let Some(weights) = &weights {
            builder = builder.weights(weights);
        }
        calibration::apply(self, builder.build().unwrap())
    }
}

/// Adds the keys of one object to another.
pub(crate) fn merge(mut base: Value, extra: Value) -> Value {
    if let (Value::Object(base), Value::Object(extra)) = (&mut base, extra) {
        base.extend(extra);
    }
    base
}

/// `~stype` and `data.frame(stype = c("E", …), Freq = c(4421, …))`.
fn margin(by: &R, frame: &R) -> Option<Value> {
    let column = by.formula()?.source();
    let labels = frame.named(&column)?.positional();
    let counts = frame.named("Freq")?.positional();
    let totals: Vec<Value> = labels
        .iter()
        .zip(counts)
        .map(|(label, count)| json!({ column.as_str(): label.text(), "total": count.number() }))
        .collect();
    Some(json!({ "by": [column], "totals": totals }))
}

/// Margins from the totals of treatment contrasts: the first level is the rest.
fn contrasts(data: &Data, formula: &R, totals: &R) -> Option<Vec<Value>> {
    let whole = totals.named("(Intercept)")?.number()?;
    let margin = |term: &&R| -> Option<Value> {
        let column = term.source();
        if data.is_numeric(&column) {
            return None;
        }
        let factor = data.factor(&column);
        let (first, others) = factor.levels().split_first()?;
        let counts: Option<Vec<f64>> = others
            .iter()
            .map(|level| totals.named(&format!("{column}{level}"))?.number())
            .collect();
        let counts = counts?;
        let mut cells = vec![json!({ column.as_str(): first, "total": whole - counts.iter().sum::<f64>() })];
        for (level, count) in others.iter().zip(counts) {
            cells.push(json!({ column.as_str(): level, "total": count }));
        }
        Some(json!({ "by": [column], "totals": cells }))
    };
    formula.terms().iter().map(margin).collect()
}
