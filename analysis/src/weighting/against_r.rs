//! Calibrations against R that the golden figures do not have: several in sequence, where each takes its
//! residuals with its own weights in the order in which they were made; and models of other shapes.

#![expect(clippy::excessive_precision, reason = "figures as R prints them")]

use super::example::Example;
use super::model::{Covariate, INTERCEPT};
use super::*;
use crate::design::{StageColumns, SurveyDesign};
use crate::estimate::total;

/// Terms with their totals.
type Totals<'a> = &'a [(&'a str, f64)];

fn margin(data: &Example, column: &str, totals: &[(&str, f64)], weights: &[f64]) -> Margin {
    let factor = data.factor(column);
    let totals: Vec<(Vec<String>, f64)> = totals
        .iter()
        .map(|(label, total)| (vec![(*label).to_owned()], *total))
        .collect();
    Margin::new(&[(column, &factor)], &totals, weights).unwrap()
}

const STYPE: [(&str, f64); 3] = [("E", 4421.0), ("H", 755.0), ("M", 1018.0)];
const SCH_WIDE: [(&str, f64); 2] = [("No", 1072.0), ("Yes", 5122.0)];
const AWARDS: [(&str, f64); 2] = [("No", 2027.0), ("Yes", 4167.0)];

fn clusters(data: &Example) -> SurveyDesign {
    let (ids, fpc) = (data.factor("dnum"), data.numbers("fpc"));
    let stage = StageColumns {
        ids: Some(&ids),
        strata: None,
        fpc: Some(&fpc),
    };
    let weights = data.numbers("pw");
    SurveyDesign::builder(weights.len())
        .stage(stage)
        .weights(&weights)
        .build()
        .unwrap()
}

fn strata(data: &Example) -> SurveyDesign {
    let (strata, fpc, weights) = (data.factor("stype"), data.numbers("fpc"), data.numbers("pw"));
    let stage = StageColumns {
        ids: None,
        strata: Some(&strata),
        fpc: Some(&fpc),
    };
    SurveyDesign::builder(weights.len())
        .stage(stage)
        .weights(&weights)
        .build()
        .unwrap()
}

/// `calibrate(design, ~stype + api99, c(6194, 755, 1018, 3914069))`
fn by_model(data: &Example, design: &SurveyDesign, distance: Distance) -> SurveyDesign {
    let (kind, api99) = (data.factor("stype"), data.numbers("api99"));
    let covariates = [
        ("stype", Covariate::Factor(&kind)),
        ("api99", Covariate::Numeric(&api99)),
    ];
    let model = Model::with_intercept(&covariates, design.weights()).unwrap();
    let totals = [
        (INTERCEPT, 6194.0),
        ("stypeH", 755.0),
        ("stypeM", 1018.0),
        ("api99", 3_914_069.0),
    ]
    .map(|(term, total)| (term.to_owned(), total));
    let options = GregOptions {
        distance,
        ..GregOptions::default()
    };
    let (calibration, _) = greg(design.weights(), &model, &totals, options).unwrap();
    design.with_calibration(calibration).unwrap()
}

/// The design post-stratified by one column.
fn by_cells(data: &Example, design: &SurveyDesign, column: &str, totals: &[(&str, f64)]) -> SurveyDesign {
    let margin = margin(data, column, totals, design.weights());
    design
        .with_calibration(post_stratify(design.weights(), &margin).unwrap())
        .unwrap()
}

/// The design raked to two columns.
fn by_margins(
    data: &Example,
    design: &SurveyDesign,
    (first, second): (&str, &str),
    totals: (Totals<'_>, Totals<'_>),
) -> SurveyDesign {
    let margins = [
        margin(data, first, totals.0, design.weights()),
        margin(data, second, totals.1, design.weights()),
    ];
    let (calibration, _) = rake(design.weights(), &margins, RakeOptions::default()).unwrap();
    design.with_calibration(calibration).unwrap()
}

/// Total and standard error of api00 and of enroll, as `svytotal(~y, design)`.
fn agrees_with_r(data: &Example, design: &SurveyDesign, expected: [(f64, f64); 2]) {
    for (column, (value, se)) in ["api00", "enroll"].iter().zip(expected) {
        let estimate = total::linearise(design, &data.numbers(column), None);
        let found = (estimate.value, estimate.variance(design).sqrt());
        for (found, expected) in [(found.0, value), (found.1, se)] {
            assert!(
                (found - expected).abs() <= 1e-8 * expected,
                "{column}: {found} is not {expected}"
            );
        }
    }
}

/// `postStratify(rake(dclus1, list(~stype, ~sch.wide), …, control = list(maxit = 500, epsilon = 1e-13)), ~stype, …)`
#[test]
fn post_stratified_after_raking() {
    let data = Example::read("apiclus1");
    let raked = by_margins(
        &data,
        &clusters(&data),
        ("stype", "sch.wide"),
        (&STYPE, &SCH_WIDE),
    );
    let design = by_cells(&data, &raked, "stype", &STYPE);
    let expected = [
        (3971780.6078207237, 146957.36570971063),
        (3647280.1480651805, 398612.03688320849),
    ];
    agrees_with_r(&data, &design, expected);
}

/// `postStratify(calibrate(dclus1, ~stype + api99, …, calfun = "raking"), ~sch.wide, …)`
#[test]
fn post_stratified_after_calibration() {
    let data = Example::read("apiclus1");
    let calibrated = by_model(&data, &clusters(&data), Distance::Raking);
    let design = by_cells(&data, &calibrated, "sch.wide", &SCH_WIDE);
    let expected = [
        (4112596.3616373139, 15424.044894675964),
        (3623419.4258472738, 387162.17023376731),
    ];
    agrees_with_r(&data, &design, expected);
}

/// `calibrate(postStratify(dclus1, ~sch.wide, …), ~stype + api99, …)`
#[test]
fn calibrated_after_post_stratification() {
    let data = Example::read("apiclus1");
    let cells = by_cells(&data, &clusters(&data), "sch.wide", &SCH_WIDE);
    let design = by_model(&data, &cells, Distance::Linear);
    let expected = [
        (4108611.3205703543, 47748.578478800198),
        (3593508.5921237031, 406789.6660748134),
    ];
    agrees_with_r(&data, &design, expected);
}

/// `calibrate(trimWeights(calibrate(postStratify(dstrat, ~awards, …), ~stype + api99, …), lower = 16, upper = 44,
/// strict = TRUE), ~stype + awards, …, calfun = "raking")`
#[test]
fn raked_after_trimming_after_calibration_after_post_stratification() {
    let data = Example::read("apistrat");
    let plain = strata(&data);
    let calibrated = by_model(
        &data,
        &by_cells(&data, &plain, "awards", &AWARDS),
        Distance::Linear,
    );
    let options = TrimOptions {
        lower: 16.0,
        upper: 44.0,
        strict: true,
        ..TrimOptions::default()
    };
    let (trimmed, _) = trim(calibrated.weights(), options).unwrap();
    let trimmed = calibrated.with_weights(trimmed).unwrap();
    let design = by_margins(&data, &trimmed, ("stype", "awards"), (&STYPE, &AWARDS));
    let expected = [
        (4115710.3283920917, 11053.98901739236),
        (3682408.728642866, 110459.46182426708),
    ];
    agrees_with_r(&data, &design, expected);
}

/// `calibrate(dstrat, ~stype + api99 - 1, c(stypeE = 4421, stypeH = 755, stypeM = 1018, api99 = 3914069))` and
/// `calibrate(dstrat, ~stype + api99 + meals, c(…, meals = 297312), calfun = "logit", bounds = c(0.8, 1.3))`
#[test]
fn model_without_intercept_and_logit_under_unequal_weights() {
    let data = Example::read("apistrat");
    let plain = strata(&data);
    let (kind, api99, meals) = (data.factor("stype"), data.numbers("api99"), data.numbers("meals"));
    let covariates = [
        ("stype", Covariate::Factor(&kind)),
        ("api99", Covariate::Numeric(&api99)),
        ("meals", Covariate::Numeric(&meals)),
    ];
    let calibrated = |model: &Model, totals: &[(&str, f64)], options: GregOptions| {
        let totals: Vec<(String, f64)> = totals
            .iter()
            .map(|(term, total)| ((*term).to_owned(), *total))
            .collect();
        let (calibration, _) = greg(plain.weights(), model, &totals, options).unwrap();
        plain.with_calibration(calibration).unwrap()
    };
    let model = Model::without_intercept(&covariates[..2], plain.weights()).unwrap();
    let totals = [
        ("stypeE", 4421.0),
        ("stypeH", 755.0),
        ("stypeM", 1018.0),
        ("api99", 3_914_069.0),
    ];
    let expected = [
        (4116719.4604159202, 11768.095778667792),
        (3680331.7299543414, 110678.65591757922),
    ];
    agrees_with_r(
        &data,
        &calibrated(&model, &totals, GregOptions::default()),
        expected,
    );

    let model = Model::with_intercept(&covariates, plain.weights()).unwrap();
    let totals = [
        (INTERCEPT, 6194.0),
        ("stypeH", 755.0),
        ("stypeM", 1018.0),
        ("api99", 3_914_069.0),
        ("meals", 6194.0 * 48.0),
    ];
    let options = GregOptions {
        distance: Distance::Logit,
        bounds: Some((0.8, 1.3)),
        ..GregOptions::default()
    };
    let expected = [
        (4116414.4516664492, 11762.008527268707),
        (3683148.3785633133, 111113.31030712467),
    ];
    agrees_with_r(&data, &calibrated(&model, &totals, options), expected);
}
