//! Charts as a reader meets them: nothing overlaps or is cut off, nothing withheld shows through, the words and the
//! table say what the picture shows. Pictures to look at come from `examples/charts.rs`.

use reports::chart::{
    BarChart, BarRow, Chart, ChartError, DotChart, DotRow, Flag, Frame, Heading, HeatMap, HeatRow,
    LadderChart, LadderStep, LikertChart, LikertRow, Measure, Point, RankChart, RankRow, Reference, Series,
    SlopeChart, SlopeRow, TrendChart,
};
use reports::model::Lang;

#[path = "charts/sample.rs"]
mod sample;

const LANGS: [Lang; 2] = [Lang::Zh, Lang::En];

fn heading(id: &str) -> Heading {
    Heading {
        id: id.to_owned(),
        title: "题目 & <结论>".to_owned(),
        ..Heading::default()
    }
}

fn small_dots() -> DotChart {
    let row = |label: &str, point, highlighted| DotRow {
        label: label.to_owned(),
        point,
        highlighted,
        ..DotRow::default()
    };
    DotChart {
        heading: heading("small"),
        measure: Measure::Percent,
        rows: vec![
            row("青溪镇", Point::estimated(61.2, 55.0, 67.1), false),
            row("松林镇", Point::estimated(72.4, 68.0, 76.5), true),
            row("白石乡", Point::suppressed(), false),
        ],
        reference: Some(Reference {
            label: "全县".to_owned(),
            point: Point::estimated(65.0, 63.0, 67.0),
        }),
        ..DotChart::default()
    }
}

#[test]
fn no_text_overlaps_another_or_leaves_the_picture() {
    for lang in LANGS {
        for (name, chart) in sample::all(lang) {
            for width in [320.0, 360.0, 414.0, 519.0, 520.0, 600.0, 720.0, 1100.0] {
                for heading in [true, false] {
                    let scene = chart.scene(lang, Frame { width, heading }).unwrap();
                    let boxes = scene.text_boxes();
                    for (i, text) in boxes.iter().enumerate() {
                        let inside = text.left >= -0.5
                            && text.top >= -0.5
                            && text.right <= scene.width + 0.5
                            && text.bottom <= scene.height + 0.5;
                        assert!(
                            inside,
                            "{name} {lang:?} {width}: cut off {text:?} of {} px",
                            scene.height
                        );
                        for other in &boxes[i + 1..] {
                            assert!(
                                !text.overlaps(other),
                                "{name} {lang:?} {width}: {text:?} on {other:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn narrow_and_wide_print_the_same_labels() {
    for (name, chart) in sample::all(Lang::Zh) {
        let wide = chart
            .scene(Lang::Zh, Frame::WIDE.bare())
            .unwrap()
            .words()
            .replace('\n', "");
        let narrow = chart
            .scene(Lang::Zh, Frame::NARROW.bare())
            .unwrap()
            .words()
            .replace('\n', "");
        for row in chart.table(Lang::Zh).rows {
            // A trend's rows are periods, of which a phone may show every second.
            if !name.starts_with("trend") {
                let label = &row[usize::from(name == "rank")];
                assert!(wide.contains(label), "{name}: {label} in the wide picture");
                assert!(narrow.contains(label), "{name}: {label} in the narrow picture");
            }
        }
    }
}

#[test]
fn svg_of_a_small_chart() {
    insta::assert_snapshot!(
        small_dots()
            .svg_in(
                Lang::Zh,
                Frame {
                    width: 360.0,
                    heading: false
                }
            )
            .unwrap()
    );
}

#[test]
fn svg_of_a_small_likert_chart() {
    let chart = LikertChart {
        heading: Heading {
            title: "Attitude is rated best".to_owned(),
            ..heading("small-likert")
        },
        steps: ["Very bad", "Bad", "Neither", "Good", "Very good"].map(str::to_owned),
        missing_name: "Don't know".to_owned(),
        top_name: "Good".to_owned(),
        rows: vec![
            LikertRow {
                label: "Speed".to_owned(),
                shares: Some([5.0, 12.0, 24.0, 39.0, 20.0]),
                missing: Some(2.6),
                n: Some(2687),
                small_n: false,
            },
            LikertRow {
                label: "Legal aid".to_owned(),
                shares: None,
                missing: None,
                n: None,
                small_n: false,
            },
        ],
        keep_order: false,
    };
    insta::assert_snapshot!(chart.svg_narrow(Lang::En).unwrap());
}

#[test]
fn alt_texts() {
    for lang in LANGS {
        let said: Vec<String> = sample::all(lang)
            .iter()
            .map(|(name, chart)| format!("{name}: {}", chart.alt_text(lang)))
            .collect();
        insta::assert_snapshot!(format!("alt_texts_{}", lang.code()), said.join("\n\n"));
    }
}

#[test]
fn tables_are_rectangular_and_hold_what_is_printed() {
    for lang in LANGS {
        for (name, chart) in sample::all(lang) {
            let table = chart.table(lang);
            assert!(!table.rows.is_empty());
            for row in &table.rows {
                assert_eq!(row.len(), table.header.len(), "{name}: {row:?}");
                // Only notes may be empty.
                assert!(row.iter().take(3).all(|cell| !cell.is_empty()), "{name}: {row:?}");
            }
        }
    }
    insta::assert_snapshot!(
        small_dots().table(Lang::En).rows.iter().map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n"),
        @"
    松林镇 | 72.4% | 68.0% to 76.5%
    青溪镇 | 61.2% | 55.0% to 67.1%
    白石乡 | withheld | —
    全县 | 65.0% | 63.0% to 67.0%
    "
    );
}

/// A value that carries the flag but was not cleared by the caller must not show in length, colour, order or words.
#[test]
fn a_withheld_value_leaves_no_trace() {
    let hidden = |value: f64| Point {
        value: Some(value),
        lower: Some(value - 1.0),
        upper: Some(value + 1.0),
        flag: Flag::Suppressed,
    };
    let everything = |value: f64| -> Vec<String> {
        let point = hidden(value);
        let mut dots = small_dots();
        dots.rows[2].point = point;
        let mut bars = sample::reasons(Lang::Zh);
        bars.rows[0].point = point;
        let mut pareto = sample::pareto(Lang::Zh);
        pareto.rows[2].point = point;
        let mut heat = sample::heat(Lang::Zh);
        heat.rows[3].cells[4] = point;
        let mut ladder = sample::ladder(Lang::Zh);
        ladder.steps[1].received = point;
        let mut trend = sample::trend(Lang::Zh);
        trend.series[0].points[3] = point;
        let charts: [&dyn Chart; 6] = [&dots, &bars, &pareto, &heat, &ladder, &trend];
        charts
            .iter()
            .flat_map(|chart| {
                let (wide, narrow) = (chart.svg(Lang::Zh).unwrap(), chart.svg_narrow(Lang::Zh).unwrap());
                [
                    wide,
                    narrow,
                    chart.alt_text(Lang::Zh),
                    format!("{:?}", chart.table(Lang::Zh)),
                ]
            })
            .collect()
    };
    assert_eq!(everything(3.0), everything(97.0));
}

#[test]
fn a_missing_glyph_is_reported_and_printed_as_geta() {
    let mut chart = small_dots();
    assert!(chart.missing_glyphs(Lang::Zh).is_empty());
    let geta = {
        chart.rows[0].label = "〓溪镇".to_owned();
        chart.png(Lang::Zh, 720).unwrap()
    };
    chart.rows[0].label = "龘溪镇".to_owned();
    assert_eq!(chart.missing_glyphs(Lang::Zh), ['龘']);
    assert!(
        chart.png(Lang::Zh, 720).unwrap() == geta,
        "the same picture as with 〓"
    );
    assert!(
        chart.svg(Lang::Zh).unwrap().contains("龘溪镇"),
        "the reader's own fonts may have it"
    );
}

#[test]
fn the_same_figures_give_the_same_bytes_in_any_order() {
    let chart = small_dots();
    let mut turned = chart.clone();
    turned.rows.reverse();
    assert_eq!(chart.svg(Lang::Zh).unwrap(), turned.svg(Lang::Zh).unwrap());
    assert!(chart.png(Lang::En, 720).unwrap() == chart.png(Lang::En, 720).unwrap());
}

#[test]
fn png_is_as_wide_as_asked_for() {
    let bytes = small_dots().png(Lang::Zh, 1200).unwrap();
    assert_eq!(&bytes[1..4], b"PNG");
    assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 1200);
}

/// Every tag closes, text is escaped, and nothing points outside or runs.
#[test]
fn svg_is_well_formed_and_self_contained() {
    for lang in LANGS {
        for (name, chart) in sample::all(lang) {
            let (wide, narrow) = (chart.svg(lang).unwrap(), chart.svg_narrow(lang).unwrap());
            for svg in [&wide, &narrow] {
                assert_eq!(open_tags(svg), Vec::<String>::new(), "{name}");
                assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
                assert!(svg.contains("role=\"img\"") && svg.contains("</title><desc "));
                assert!(!svg.contains("<script") && !svg.contains("href") && !svg.contains("style="));
                assert!(svg.len() < 60_000, "{name}: {} bytes", svg.len());
            }
            let id = |svg: &str| {
                svg.split("id=\"")
                    .nth(1)
                    .unwrap()
                    .split('"')
                    .next()
                    .unwrap()
                    .to_owned()
            };
            assert_ne!(id(&wide), id(&narrow), "both stand in one page");
        }
    }
    let svg = small_dots().svg(Lang::Zh).unwrap();
    assert!(svg.contains("题目 &amp; &lt;结论&gt;"));
}

/// The tags that are still open at the end; panics at a tag that closes another than the last.
fn open_tags(svg: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    for part in svg.split('<').skip(1) {
        let Some((tag, rest)) = part.split_once('>') else {
            panic!("a tag does not end: {part}")
        };
        assert!(!rest.contains('>'), "an unescaped > in {rest}");
        let name = tag.split([' ', '/']).next().unwrap_or_default().to_owned();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(closed));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    open
}

#[test]
fn charts_without_rows_are_refused() {
    let empty: [&dyn Chart; 6] = [
        &DotChart {
            heading: heading("a"),
            ..DotChart::default()
        },
        &BarChart {
            heading: heading("a"),
            ..BarChart::default()
        },
        &RankChart {
            heading: heading("a"),
            ..RankChart::default()
        },
        &TrendChart {
            heading: heading("a"),
            ..TrendChart::default()
        },
        &HeatMap {
            heading: heading("a"),
            ..HeatMap::default()
        },
        &LadderChart {
            heading: heading("a"),
            ..LadderChart::default()
        },
    ];
    for chart in empty {
        assert!(
            matches!(chart.svg(Lang::Zh), Err(ChartError::Empty { .. })),
            "{chart:?}"
        );
    }
}

#[test]
fn impossible_values_are_refused_by_name() {
    let mut dots = small_dots();
    dots.rows[1].point = Point::estimated(50.0, 60.0, 40.0);
    let bars = BarChart {
        heading: heading("a"),
        rows: vec![BarRow {
            label: "负".to_owned(),
            point: Point::exact(-1.0),
            highlighted: false,
        }],
        ..BarChart::default()
    };
    let rank = RankChart {
        heading: heading("a"),
        rows: vec![RankRow {
            label: "甲".to_owned(),
            rank: 3,
            rank_lower: 4,
            rank_upper: 5,
            ..RankRow::default()
        }],
    };
    let ladder = LadderChart {
        heading: heading("a"),
        steps: vec![LadderStep {
            label: "教育".to_owned(),
            needed: Point::exact(10.0),
            received: Point::exact(20.0),
            ..LadderStep::default()
        }],
        ..LadderChart::default()
    };
    let charts: [(&dyn Chart, &str); 4] =
        [(&dots, "松林镇"), (&bars, "负"), (&rank, "甲"), (&ladder, "教育")];
    for (chart, culprit) in charts {
        match chart.svg(Lang::Zh) {
            Err(ChartError::ImpossibleValue { label, .. }) => assert_eq!(label, culprit),
            other => panic!("{culprit}: {other:?}"),
        }
    }
}

#[test]
fn ragged_rows_bad_ids_and_bad_widths_are_refused() {
    let heat = HeatMap {
        heading: heading("a"),
        columns: vec!["教育".to_owned(), "就业".to_owned()],
        rows: vec![HeatRow {
            label: "青溪镇".to_owned(),
            cells: vec![Point::exact(3.0)],
            highlighted: false,
        }],
        ..HeatMap::default()
    };
    assert!(matches!(
        heat.svg(Lang::Zh),
        Err(ChartError::ShapeMismatch {
            expected: 2,
            found: 1,
            ..
        })
    ));
    let trend = TrendChart {
        heading: heading("a"),
        periods: vec!["2025".to_owned(), "2026".to_owned()],
        series: vec![Series {
            label: "甲".to_owned(),
            points: vec![Point::absent()],
            highlighted: false,
        }],
        ..TrendChart::default()
    };
    assert!(matches!(
        trend.svg(Lang::Zh),
        Err(ChartError::ShapeMismatch { .. })
    ));
    let mut dots = small_dots();
    assert!(matches!(
        dots.svg_in(
            Lang::Zh,
            Frame {
                width: 100.0,
                heading: true
            }
        ),
        Err(ChartError::BadWidth { .. })
    ));
    dots.heading.id = "图 1".to_owned();
    assert!(matches!(dots.svg(Lang::Zh), Err(ChartError::BadId { .. })));
}

#[test]
fn charts_with_nothing_to_show_still_draw() {
    let mut dots = small_dots();
    dots.rows
        .iter_mut()
        .for_each(|row| row.point = Point::suppressed());
    dots.reference = None;
    assert!(dots.svg(Lang::Zh).unwrap().contains("隐匿"));
    let trend = TrendChart {
        heading: heading("a"),
        periods: vec!["2026年".to_owned()],
        series: vec![Series {
            label: "全县".to_owned(),
            points: vec![Point::exact(71.0)],
            highlighted: true,
        }],
        ..TrendChart::default()
    };
    assert!(
        trend.svg(Lang::Zh).unwrap().contains("71.0%"),
        "one period is a mark with its value"
    );
    let none = TrendChart {
        series: vec![Series {
            label: "全县".to_owned(),
            points: vec![Point::absent()],
            highlighted: true,
        }],
        ..trend
    };
    assert!(none.svg(Lang::Zh).is_ok());
}

#[test]
fn slopes_of_no_unit_and_of_impossible_values_are_refused_and_words_say_only_real_moves() {
    let row = |label: &str, before, now, real| SlopeRow {
        label: label.to_owned(),
        before,
        now,
        real,
        highlighted: false,
    };
    let chart = |rows| SlopeChart {
        heading: heading("slopes"),
        measure: Measure::Score,
        periods: ["2025年".to_owned(), "2026年".to_owned()],
        rows,
    };
    assert!(chart(Vec::new()).svg(Lang::Zh).is_err());
    assert!(matches!(
        chart(vec![row("甲镇", 90.0, 101.0, true)]).svg(Lang::Zh),
        Err(ChartError::ImpossibleValue { .. })
    ));
    let two = chart(vec![
        row("甲镇", 70.0, 78.0, true),
        row("乙乡", 70.0, 72.0, false),
    ]);
    let said = two.alt_text(Lang::Zh);
    assert!(
        said.contains("甲镇由70.0上升到78.0") && !said.contains("乙乡"),
        "{said}"
    );
    assert_eq!(two.table(Lang::En).rows[1][3], "within noise");
}

#[test]
fn slopes_name_every_unit_in_whole_those_that_stand_out_too() {
    let row = |at: usize| SlopeRow {
        label: format!("{}镇", ["竹溪", "高坪", "柳湾", "望湖"][at]),
        before: 60.0 + at as f64,
        now: 58.5 + 3.3 * at as f64,
        real: true,
        highlighted: false,
    };
    let chart = SlopeChart {
        heading: heading("slopes"),
        measure: Measure::Score,
        periods: ["2025年".to_owned(), "2026年".to_owned()],
        rows: (0..4).map(row).collect(),
    };
    let svg = chart.svg(Lang::Zh).unwrap();
    assert!(!svg.contains('…'), "a name was cut");
}
