//! What a county's report costs in each format, beside building it and beside its pictures alone.
//!
//! Read as ratios within one run: the PDF against the same pages without a picture's cost, DOCX against its PNGs, a
//! brief against the report, and `release` (disclosure control, done once for all documents of a round) against one
//! document. Of PDFs the slowest sample is what one costs: typst remembers the others' pages.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that cannot run should stop"
)]

use divan::{Bencher, black_box};
use reports::build::{Release, Scope};
use reports::chart::Frame;
use reports::model::{Lang, Report};
use reports::{docx, html, pdf, xlsx};
// The sample names them as the library does.
use reports::{chart, model, number};

#[path = "../src/sample/mod.rs"]
mod sample;

fn main() {
    divan::main();
}

fn county() -> Report {
    let plan = sample::plan();
    let release = Release::of(&sample::detail(), &plan);
    release.annual(None, &plan, &Scope::County, Lang::Zh).unwrap()
}

#[divan::bench(sample_count = 5)]
fn release(bencher: Bencher<'_, '_>) {
    let (plan, detail) = (sample::plan(), sample::detail());
    bencher.bench_local(|| Release::of(black_box(&detail), &plan));
}

#[divan::bench(sample_count = 5)]
fn build(bencher: Bencher<'_, '_>) {
    let plan = sample::plan();
    let release = Release::of(&sample::detail(), &plan);
    bencher.bench_local(|| release.annual(None, &plan, &Scope::County, Lang::Zh).unwrap());
}

#[divan::bench(sample_count = 5)]
fn pictures_as_svg(bencher: Bencher<'_, '_>) {
    let report = county();
    bencher.bench_local(|| {
        let charts = report.charts();
        charts
            .iter()
            .map(|chart| chart.svg(Lang::Zh).unwrap().len())
            .sum::<usize>()
    });
}

#[divan::bench(sample_count = 3)]
fn pictures_as_png_one_after_another(bencher: Bencher<'_, '_>) {
    let report = county();
    let frame = Frame {
        width: 680.0,
        heading: false,
    };
    bencher.bench_local(|| {
        let charts = report.charts();
        charts
            .iter()
            .map(|chart| chart.png_in(Lang::Zh, frame).unwrap().len())
            .sum::<usize>()
    });
}

#[divan::bench(sample_count = 5)]
fn html_page(bencher: Bencher<'_, '_>) {
    let report = county();
    bencher.bench_local(|| html::render(&report).unwrap().len());
}

/// The same without a county: what a page costs by itself.
#[divan::bench]
fn html_page_of_one_section(bencher: Bencher<'_, '_>) {
    let report = sample::small_report(Lang::Zh);
    bencher.bench_local(|| html::render(&report).unwrap().len());
}

#[divan::bench(sample_count = 5)]
fn workbook(bencher: Bencher<'_, '_>) {
    let report = county();
    bencher.bench_local(|| xlsx::render(&report).unwrap().len());
}

#[divan::bench(sample_count = 3)]
fn pdf_pages(bencher: Bencher<'_, '_>) {
    let report = county();
    bencher.bench_local(|| pdf::render(&report).unwrap().len());
}

#[divan::bench(sample_count = 3)]
fn word_document(bencher: Bencher<'_, '_>) {
    let report = county();
    bencher.bench_local(|| docx::render(&report).unwrap().len());
}

#[divan::bench(sample_count = 3)]
fn brief_as_pdf(bencher: Bencher<'_, '_>) {
    let plan = sample::plan();
    let release = Release::of(&sample::detail(), &plan);
    let scope = Scope::Unit(plan.scored_units()[0].code.clone());
    bencher.bench_local(|| {
        let brief = release.brief(&plan, &scope, Lang::Zh).unwrap();
        pdf::render(&brief).unwrap().len()
    });
}
