//! Every method keeps about what it promises where it should, and fails where it is known to.

use super::*;
use crate::interval::ProportionMethod;

const METHODS: [Method; 8] = [
    Method::T,
    Method::Normal,
    Method::Proportion(ProportionMethod::Logit),
    Method::Proportion(ProportionMethod::Xlogit),
    Method::Proportion(ProportionMethod::Beta),
    Method::Proportion(ProportionMethod::Asin),
    Method::Proportion(ProportionMethod::Likelihood),
    Method::Proportion(ProportionMethod::Wilson),
];

fn coverage(p: f64, n: usize, cluster_size: usize) -> Vec<Coverage> {
    let icc = if cluster_size == 1 { 0.0 } else { 0.25 };
    let setting = Setting {
        p,
        n,
        cluster_size,
        icc,
    };
    simulate(setting, &METHODS, 0.95, 700, 17).unwrap()
}

#[test]
fn every_method_covers_a_moderate_proportion() {
    // Seven hundred rounds: a share of 0.95 is known to ± 0.016.
    for (cluster_size, low) in [(1, 0.925), (5, 0.90)] {
        for found in coverage(0.4, 200, cluster_size) {
            assert!((low..=0.985).contains(&found.covered), "{cluster_size} {found:?}");
            assert!(found.below < 0.07 && found.above < 0.07, "{found:?}");
            assert_eq!(found.without, 0.0);
        }
    }
}

#[test]
fn transformed_methods_cover_where_the_plain_one_fails() {
    for (p, n, cluster_size) in [(0.02, 50, 1), (0.05, 40, 1), (0.05, 100, 5)] {
        let found = coverage(p, n, cluster_size);
        let [t, _, logit, xlogit, beta, asin, likelihood, wilson] = found[..] else {
            unreachable!()
        };
        assert!(t.covered < 0.92, "{p} {n} {t:?}");
        assert_eq!(logit.covered, xlogit.covered);
        for method in [logit, beta, wilson] {
            assert!(
                method.covered > t.covered && method.covered >= 0.90,
                "{p} {n} {method:?}"
            );
        }
        for method in [asin, likelihood] {
            assert!(
                method.covered > t.covered && method.covered >= 0.84,
                "{p} {n} {method:?}"
            );
        }
        assert!(
            beta.covered >= 0.93,
            "Korn and Graubard's is the careful one: {p} {n} {beta:?}"
        );
    }
}

#[test]
fn wider_levels_cover_more_and_clusters_widen() {
    let setting = Setting {
        p: 0.3,
        n: 100,
        cluster_size: 5,
        icc: 0.25,
    };
    assert_eq!(setting.deff(), 2.0);
    let at = |setting: Setting, level: f64| simulate(setting, &METHODS, level, 300, 3).unwrap();
    let simple = Setting {
        cluster_size: 1,
        icc: 0.0,
        ..setting
    };
    for ((wide, narrow), srs) in at(setting, 0.99)
        .iter()
        .zip(at(setting, 0.9))
        .zip(at(simple, 0.99))
    {
        assert!(wide.covered > narrow.covered && wide.width > narrow.width);
        let ratio = wide.width / srs.width;
        assert!(
            (1.25..1.65).contains(&ratio),
            "√2 and a little for few clusters: {ratio}"
        );
    }
}

#[test]
fn clusters_give_the_design_effect_they_are_made_with() {
    let setting = Setting {
        p: 0.3,
        n: 2_000,
        cluster_size: 5,
        icc: 0.25,
    };
    let ids = Factor::from_labels((0..setting.n).map(|row| (row / 5).to_string()));
    let stage = StageColumns {
        ids: Some(&ids),
        ..StageColumns::default()
    };
    let design = SurveyDesign::builder(setting.n).stage(stage).build().unwrap();
    let mut rng = ChaCha12Rng::seed_from_u64(2);
    let deffs: Vec<f64> = (0..20)
        .map(|_| {
            let codes = answers(&mut rng, setting.p, setting.n, 5, setting.icc);
            let share = proportion::linearise(&design, &codes, 1, None);
            share.variance(&design) / (share.value * (1.0 - share.value) / setting.n as f64)
        })
        .collect();
    let mean = deffs.iter().sum::<f64>() / 20.0;
    assert!((mean - 2.0).abs() < 0.1, "{mean}");
}

#[test]
fn sample_without_rows_is_refused() {
    let setting = Setting {
        p: 0.3,
        n: 0,
        cluster_size: 1,
        icc: 0.0,
    };
    assert!(simulate(setting, &METHODS, 0.95, 10, 1).is_err());
}
