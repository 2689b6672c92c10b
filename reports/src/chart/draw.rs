//! From a scene to SVG text or PNG bytes, through plotters' two backends.
//!
//! SVG: plotters counts in whole units, so a CSS pixel is [`UNITS`] units. Its output has one element a line; the
//! root is replaced by an accessible one and attributes that say nothing are taken off, which halves the size.
//! PNG: drawn [`SAMPLES`] times larger and averaged, because plotters' bitmap backend smooths text only; glyphs
//! are placed one by one, because it drops the bearing to the left of a glyph.

use std::fmt::Write as _;

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, ShapeStyle, TextStyle};

use super::scene::{Anchor, Scene, Shape, Text};
use super::theme::Rgb;
use super::{ChartError, Frame, Heading};
use crate::font::{self, Weight};
use crate::model::Lang;

/// Units of the SVG's coordinates in one CSS pixel.
const UNITS: f64 = 10.0;
/// plotters-svg divides the font size by this.
const SVG_SIZE_FACTOR: f64 = 1.24;
/// PNG pixels in one CSS pixel.
const DENSITY: u32 = 2;
/// Samples in one PNG pixel, in each direction. There are two pixels to a CSS pixel, so a slanted line already has
/// sixteen samples where the eye looks for one; nine a pixel took more than twice as long and could not be told apart.
const SAMPLES: u32 = 2;

/// One `<svg>` element.
pub(crate) fn svg(
    scene: &Scene,
    heading: &Heading,
    lang: Lang,
    frame: Frame,
    description: &str,
) -> Result<String, ChartError> {
    let size = (
        (scene.width * UNITS).round() as u32,
        (scene.height * UNITS).round() as u32,
    );
    let mut raw = String::new();
    {
        let area = SVGBackend::with_string(&mut raw, size).into_drawing_area();
        for shape in &scene.shapes {
            match shape {
                Shape::Text(text) => svg_text(&area, text).map_err(|m| drawing(heading, m))?,
                _ => draw_shape(&area, shape, UNITS).map_err(|m| drawing(heading, m))?,
            }
        }
        area.present().map_err(|e| drawing(heading, e.to_string()))?;
    }
    let id = format!(
        "{}-{:.0}{}",
        heading.id,
        frame.width,
        if frame.heading { "" } else { "-bare" }
    );
    let mut out = String::with_capacity(raw.len());
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"100%\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\" lang=\"{}\" font-family=\"{}\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
        size.0,
        size.1,
        lang.tag(),
        font::CSS_FAMILIES,
        escaped(&heading.title),
        escaped(description),
    );
    // The first line is plotters' own root; texts stand on three lines and become one.
    for line in raw.lines().skip(1) {
        if line.starts_with("<text") {
            out.push_str(
                &plain(line)
                    .replace(" dy=\"0.76em\"", "")
                    .replace(" text-anchor=\"start\"", ""),
            );
        } else if line.starts_with('<') {
            out.push_str(&plain(line));
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
    Ok(out.trim_end().to_owned())
}

/// PNG bytes, [`DENSITY`] pixels a CSS pixel.
pub(crate) fn png(scene: &Scene, heading: &Heading) -> Result<Vec<u8>, ChartError> {
    if !font::register() {
        return Err(drawing(heading, "the built-in font was refused".to_owned()));
    }
    let scale = DENSITY * SAMPLES;
    let (width, height) = (
        (scene.width * f64::from(DENSITY)).round() as u32,
        (scene.height * f64::from(DENSITY)).round() as u32,
    );
    let (wide, high) = (width * SAMPLES, height * SAMPLES);
    let mut canvas = vec![255u8; wide as usize * high as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut canvas, (wide, high)).into_drawing_area();
        for shape in &scene.shapes {
            match shape {
                Shape::Text(text) => {
                    bitmap_text(&area, text, f64::from(scale)).map_err(|m| drawing(heading, m))?
                }
                _ => draw_shape(&area, shape, f64::from(scale)).map_err(|m| drawing(heading, m))?,
            }
        }
        area.present().map_err(|e| drawing(heading, e.to_string()))?;
    }
    encode(&average(&canvas, wide as usize, SAMPLES as usize), width, height)
        .map_err(|e| drawing(heading, e.to_string()))
}

fn drawing(heading: &Heading, message: String) -> ChartError {
    ChartError::Drawing {
        id: heading.id.clone(),
        message,
    }
}

/// Draws anything but text.
fn draw_shape<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    shape: &Shape,
    scale: f64,
) -> Result<(), String> {
    let px = |v: f64| (v * scale).round() as i32;
    let drawn = match shape {
        Shape::Rect {
            x,
            y,
            width,
            height,
            fill,
        } => {
            // Both edges are rounded, not the length, so that neighbours share an edge.
            let corner = (px(x + width).max(px(*x) + 1), px(y + height).max(px(*y) + 1));
            area.draw(&Rectangle::new([(px(*x), px(*y)), corner], filled(*fill)))
        }
        Shape::Polygon { points, fill } => area.draw(&Polygon::new(scaled(points, scale), filled(*fill))),
        Shape::Path {
            points,
            width,
            colour,
        } => {
            let stroke_width = (width * scale).round().max(1.0) as u32;
            let style = ShapeStyle {
                color: colour.plotters().to_rgba(),
                filled: false,
                stroke_width,
            };
            area.draw(&PathElement::new(scaled(points, scale), style))
        }
        Shape::Circle { x, y, radius, fill } => area.draw(&Circle::new(
            (px(*x), px(*y)),
            (radius * scale).round() as i32,
            filled(*fill),
        )),
        Shape::Text(_) => return Ok(()),
    };
    drawn.map_err(|e| e.to_string())
}

fn scaled(points: &[(f64, f64)], scale: f64) -> Vec<(i32, i32)> {
    points
        .iter()
        .map(|&(x, y)| ((x * scale).round() as i32, (y * scale).round() as i32))
        .collect()
}

fn filled(colour: Rgb) -> ShapeStyle {
    colour.plotters().filled()
}

fn svg_text<B: DrawingBackend>(area: &DrawingArea<B, Shift>, text: &Text) -> Result<(), String> {
    let h_pos = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    // `Top` writes the dy that is taken off again, which leaves the baseline where it was asked for.
    let style = text_style(
        text,
        text.style.size * UNITS * SVG_SIZE_FACTOR,
        Pos::new(h_pos, VPos::Top),
    );
    let at = (
        (text.x * UNITS).round() as i32,
        (text.baseline * UNITS).round() as i32,
    );
    let words: String = text.words.chars().filter(|c| !c.is_control()).collect();
    area.draw_text(&words, &style, at).map_err(|e| e.to_string())
}

/// Places each glyph by its own metrics: plotters sets the left edge of the ink at the pen.
fn bitmap_text<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    text: &Text,
    scale: f64,
) -> Result<(), String> {
    let em = text.style.size * scale;
    // ab_glyph takes a size to be the extent of a line, and plotters puts the baseline half of it below the top.
    let size = em * font::line_extent();
    let style = text_style(text, size, Pos::new(HPos::Left, VPos::Top));
    let words = font::printable(&text.words);
    let length = text.style.width(&words) * scale;
    let mut pen = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -length / 2.0,
        Anchor::End => -length,
    };
    let mut previous = None;
    for character in words.chars() {
        pen += previous.map_or(0.0, |before| font::pair_spacing(before, character)) * em;
        let metrics = font::glyph_metrics(character, text.style.weight);
        let along = (pen + metrics.bearing * em).floor();
        let above = -(size / 2.0);
        let (dx, dy) = if text.upwards {
            (above, -along)
        } else {
            (along, above)
        };
        let at = (
            (text.x * scale + dx).round() as i32,
            (text.baseline * scale + dy).round() as i32,
        );
        area.draw_text(&character.to_string(), &style, at)
            .map_err(|e| e.to_string())?;
        pen += metrics.advance * em;
        previous = Some(character);
    }
    Ok(())
}

fn text_style(text: &Text, size: f64, position: Pos) -> TextStyle<'static> {
    let weight = match text.style.weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Bold => FontStyle::Bold,
    };
    let font = FontDesc::new(FontFamily::Name(font::PLOTTERS_FAMILY), size, weight);
    let font = if text.upwards {
        font.transform(FontTransform::Rotate270)
    } else {
        font
    };
    TextStyle {
        font,
        color: text.style.colour.plotters().to_backend_color(),
        pos: position,
    }
}

/// Takes off what says nothing: full opacity, no stroke, the family that the root names, digits of binary noise.
fn plain(line: &str) -> String {
    let mut line = line
        .replace(" opacity=\"1\"", "")
        .replace(&format!(" font-family=\"{}\"", font::PLOTTERS_FAMILY), "")
        .replace(" \"/>", "\"/>");
    if line.starts_with("<circle") {
        line = line.replace(" stroke-width=\"1\"", "");
    }
    line = line.replace(" stroke=\"none\"", "");
    let rounded = line.split_once(" font-size=\"").and_then(|(head, rest)| {
        let (size, tail) = rest.split_once('"')?;
        let size: f64 = size.parse().ok()?;
        Some(format!("{head} font-size=\"{size:.0}\"{tail}"))
    });
    rounded.unwrap_or(line)
}

fn escaped(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Averages squares of `samples` × `samples` RGB pixels.
fn average(canvas: &[u8], wide: usize, samples: usize) -> Vec<u8> {
    let width = wide / samples;
    let count = (samples * samples) as u32;
    let mut out = Vec::with_capacity(canvas.len() / (samples * samples));
    let mut sums = vec![0u32; width * 3];
    for rows in canvas.chunks_exact(wide * 3 * samples) {
        sums.fill(0);
        for row in rows.chunks_exact(wide * 3) {
            for (square, sum) in row.chunks_exact(samples * 3).zip(sums.chunks_exact_mut(3)) {
                for pixel in square.chunks_exact(3) {
                    for (total, channel) in sum.iter_mut().zip(pixel) {
                        *total += u32::from(*channel);
                    }
                }
            }
        }
        out.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
    }
    out
}

fn encode(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // The harder search for repeats takes ten times as long and saves a few percent.
    encoder.set_compression(png::Compression::Balanced);
    // 144 dots an inch: shown at half its pixels where the resolution is honoured.
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: 5669,
        yppu: 5669,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_is_the_mean_of_each_square() {
        let canvas = [
            0, 0, 0, 255, 255, 255, 10, 20, 30, 10, 20, 30, 0, 0, 0, 255, 255, 255, 10, 20, 30, 10, 20, 30,
        ];
        assert_eq!(average(&canvas, 4, 2), [128, 128, 128, 10, 20, 30]);
    }

    #[test]
    fn png_puts_ink_where_the_scene_says() {
        let mut scene = Scene::new(320.0, Lang::Zh);
        scene.height = 40.0;
        // The ink of （ is in the right half of its square: plotters alone would put it to the left.
        let style = super::super::scene::Style::new(20.0, super::super::theme::INK);
        scene.text(100.0, 30.0, Anchor::Start, style, "（");
        let heading = Heading {
            id: "t".to_owned(),
            ..Heading::default()
        };
        let bytes = png(&scene, &heading).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let dark: Vec<usize> = pixels
            .chunks_exact(3)
            .enumerate()
            .filter(|(_, p)| p[0] < 128)
            .map(|(i, _)| i % 640)
            .collect();
        assert!(!dark.is_empty());
        assert!(
            dark.iter().all(|x| (220..=240).contains(x)),
            "columns {:?}",
            (dark.iter().min(), dark.iter().max())
        );
    }
}
