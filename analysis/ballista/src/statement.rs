//! The sums as SQL.
//!
//! A figure is a ratio R = Σwy / Σwx with the linearised variance of its sampled units (`analysis::federation::Moments`).
//! Of each county three things are needed of it: Σwy and Σwx; how many units and strata have a part in it; and
//!
//! A = Σₕ aₕ (Σd² − (Σd)²/mₕ),  B = Σₕ aₕ (Σde − ΣdΣe/mₕ),  C = Σₕ aₕ (Σe² − (Σe)²/mₕ)
//!
//! over the mₕ sampled units of stratum h, where a unit's e is √(1−f) Σwx and its d is √(1−f) Σw(y − c x), aₕ = mₕ/(mₕ−1),
//! and a stratum of one unit is centred at 0. Any constant c gives the same variances,
//! V(Σw(y − Rx)) = A − 2(R−c)B + (R−c)²C, because they are linear in the variable; one near R loses no digits (Chan, Golub &
//! LeVeque 1983), and where all answer alike and c is their answer, d is 0 exactly.
//!
//! So it is three steps of `GROUP BY`: rows to sampled units, units to strata, strata to counties. A county's files are read
//! by one or two executors, so that the first step shrinks rows to units where they are read.

/// A figure: the name that its two columns share, and the constant that its deviations are from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    /// `coverage:2.1:rehab` of the columns `coverage:2.1:rehab:y` and `coverage:2.1:rehab:x`.
    pub(crate) name: String,
    /// The constant, near the figure's ratio.
    pub(crate) centre: f64,
}

/// What there is of a figure in the answer, in this order after county, rows and rows at fault.
pub(crate) const PARTS: [&str; 9] = ["n", "y", "x", "a", "b", "c", "units", "strata", "root"];

/// The names of the figures whose two columns are both there, in the order of the columns.
pub(crate) fn figures<'a>(columns: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let names = columns.clone().filter_map(|column| column.strip_suffix(":y"));
    names
        .filter(|name| {
            columns
                .clone()
                .any(|column| column.strip_suffix(":x") == Some(*name))
        })
        .map(str::to_owned)
        .collect()
}

/// Numerator and denominator of a row, with its weight; none where it has no part in the figure.
fn weighted(name: &str) -> [String; 2] {
    let [y, x] = ["y", "x"].map(|part| identifier(&format!("{name}:{part}")));
    [(&y, &x), (&x, &y)].map(|(of, other)| {
        format!("CASE WHEN {other} IS NOT NULL AND weight > 0 THEN weight * CAST({of} AS DOUBLE) END")
    })
}

/// Which rows are summed.
///
/// A list of the counties that are wanted would be worked through for each of their files, thousands times thousands; those
/// that are not are few.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counties<'a> {
    /// One county.
    One(&'a str),
    /// All but these.
    AllBut(&'a [String]),
}

/// The ratio of each figure in a county: Σwy and Σwx in turn.
pub(crate) fn ratios(table: &str, perspective: &str, county: &str, names: &[String]) -> String {
    let sums = names
        .iter()
        .flat_map(|name| weighted(name))
        .map(|part| format!("sum({part})"));
    let sums: Vec<String> = sums.collect();
    format!(
        "SELECT {} FROM {table} WHERE {}",
        sums.join(", "),
        within(perspective, Counties::One(county))
    )
}

fn within(perspective: &str, counties: Counties<'_>) -> String {
    let perspective = format!("perspective = {}", literal(perspective));
    match counties {
        Counties::One(county) => format!("{perspective} AND county = {}", literal(county)),
        Counties::AllBut([]) => perspective,
        Counties::AllBut(counties) => {
            let counties: Vec<String> = counties.iter().map(|county| literal(county)).collect();
            format!("{perspective} AND county NOT IN ({})", counties.join(", "))
        }
    }
}

/// A line for each county: its code, rows, rows at fault, and of each figure what [`PARTS`] says, all numbers as doubles.
///
/// A row is at fault without stratum, unit, fraction or weight, with a weight that is negative or not finite, or in a unit
/// of two fractions.
pub(crate) fn statement(
    table: &str,
    perspective: &str,
    counties: Counties<'_>,
    figures: &[Figure],
) -> String {
    let each = |parts: &dyn Fn(usize, &Figure) -> String| -> String {
        let parts: Vec<String> = figures
            .iter()
            .enumerate()
            .map(|(at, figure)| parts(at, figure))
            .collect();
        parts.concat()
    };
    let of_units = each(&|at, figure| {
        let [y, x] = weighted(&figure.name);
        format!(", count({y}) AS n{at}, sum({y}) AS y{at}, sum({x}) AS x{at}")
    });
    let deviations = each(&|at, figure| {
        format!(
            ", n{at}, y{at}, x{at}, root * (y{at} - CAST({:e} AS DOUBLE) * x{at}) AS d{at}, root * x{at} AS e{at}, \
             CASE WHEN n{at} > 0 THEN root END AS r{at}",
            figure.centre
        )
    });
    let of_strata = each(&|at, _| {
        format!(
            ", sum(n{at}) AS n{at}, sum(y{at}) AS y{at}, sum(x{at}) AS x{at}, sum(d{at}) AS d{at}, sum(e{at}) AS e{at}, \
             sum(d{at} * d{at}) AS dd{at}, sum(d{at} * e{at}) AS de{at}, sum(e{at} * e{at}) AS ee{at}, \
             count(r{at}) AS u{at}, max(r{at}) AS r{at}"
        )
    });
    let of_counties = each(&|at, _| {
        let centred = |squares: &str, one: &str, two: &str| {
            format!(
                "sum(CASE WHEN m > 1 THEN m / (m - 1) * ({squares}{at} - {one}{at} * {two}{at} / m) ELSE {squares}{at} END)"
            )
        };
        format!(
            ", CAST(sum(n{at}) AS DOUBLE), sum(y{at}), sum(x{at}), {}, {}, {}, CAST(sum(u{at}) AS DOUBLE), \
             CAST(sum(CASE WHEN u{at} > 0 THEN 1 ELSE 0 END) AS DOUBLE), max(r{at})",
            centred("dd", "d", "d"),
            centred("de", "d", "e"),
            centred("ee", "e", "e"),
        )
    });
    format!(
        "WITH unit AS (\
            SELECT county, stratum, psu, count(*) AS lines, sum(weight) AS w, \
                min(fraction) AS least, max(fraction) AS fraction, \
                sum(CASE WHEN stratum IS NULL OR psu IS NULL OR fraction IS NULL OR weight IS NULL \
                    OR NOT (weight >= 0 AND weight <= 1.7976931348623157e308) THEN 1 ELSE 0 END) AS faulty{of_units} \
            FROM {table} WHERE {} GROUP BY county, stratum, psu), \
        rooted AS (\
            SELECT *, CASE WHEN fraction < 1 THEN sqrt(1 - fraction) ELSE 0.0 END AS root FROM unit), \
        deviation AS (\
            SELECT county, stratum, lines, CASE WHEN w > 0 THEN 1 ELSE 0 END AS here, \
                CASE WHEN fraction - least > 1e-9 * abs(least) THEN lines ELSE faulty END AS faulty{deviations} \
            FROM rooted), \
        layer AS (\
            SELECT county, sum(lines) AS lines, sum(faulty) AS faulty, CAST(sum(here) AS DOUBLE) AS m{of_strata} \
            FROM deviation GROUP BY county, stratum) \
        SELECT county, CAST(sum(lines) AS DOUBLE), CAST(sum(faulty) AS DOUBLE){of_counties} \
        FROM layer GROUP BY county",
        within(perspective, counties),
    )
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_both_columns() {
        let columns = [
            "stratum",
            "psu",
            "coverage:2.1::y",
            "coverage:2.1::x",
            "top:1::y",
            "weight",
        ];
        assert_eq!(figures(columns.into_iter()), ["coverage:2.1:"]);
    }

    #[test]
    fn names_are_quoted_as_sql_wants_it() {
        assert_eq!(identifier("a\"b:1.2::y"), "\"a\"\"b:1.2::y\"");
        assert_eq!(literal("o'k"), "'o''k'");
    }
}
