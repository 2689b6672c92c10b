//! Draws every kind of chart with sample figures of a fictional county, to be looked at:
//! `cargo run -p reports --example charts -- /tmp/charts` writes PNG and SVG, wide and narrow, in both languages.

use std::path::PathBuf;

use reports::chart::Frame;
use reports::model::Lang;

#[path = "../tests/charts/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "target/charts".to_owned()),
    );
    std::fs::create_dir_all(&folder)?;
    for (lang, code) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        for (name, chart) in sample::all(lang) {
            for (frame, room) in [(Frame::WIDE, "wide"), (Frame::NARROW, "narrow")] {
                let file = folder.join(format!("{name}-{code}-{room}"));
                std::fs::write(file.with_extension("png"), chart.png_in(lang, frame)?)?;
                std::fs::write(file.with_extension("svg"), chart.svg_in(lang, frame)?)?;
            }
        }
    }
    Ok(())
}
