//! A QR code as one path of an SVG, for print.

use std::fmt::Write;

use fast_qr::ECL;
use fast_qr::qr::{QRBuilder, QRCode};

/// Modules of white around the code, as the standard wants.
const QUIET: usize = 4;

/// The code of `text` with a quarter of it redundant, for paper that is folded and thumbed; none when it is too long.
pub(super) fn svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::Q).build().ok()?;
    let side = code.size + 2 * QUIET;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\"><path fill=\"#000\" d=\"{}\"/></svg>",
        path(&code)
    ))
}

/// Every run of dark modules, along rows and along columns: runs across cover the seams between those along, which
/// some programs would show as white hairs.
fn path(code: &QRCode) -> String {
    let mut path = String::new();
    let dark = |x: usize, y: usize| code[y][x].value();
    for line in 0..code.size {
        runs(
            code.size,
            |x| dark(x, line),
            |start, length| {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", start + QUIET, line + QUIET);
            },
        );
        runs(
            code.size,
            |y| dark(line, y),
            |start, length| {
                let _ = write!(path, "M{} {}v{length}h1v-{length}z", line + QUIET, start + QUIET);
            },
        );
    }
    path
}

/// Calls `run` with start and length of every run of dark modules.
fn runs(size: usize, dark: impl Fn(usize) -> bool, mut run: impl FnMut(usize, usize)) {
    let mut start = None;
    for at in 0..=size {
        match (start, at < size && dark(at)) {
            (None, true) => start = Some(at),
            (Some(first), false) => {
                run(first, at - first);
                start = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the rectangles of the path, eight pixels a module, and reads the code back.
    fn decode(svg: &str, keep: impl Fn(&str) -> bool) -> Option<String> {
        const SCALE: usize = 8;
        let side: usize = svg
            .split("viewBox=\"0 0 ")
            .nth(1)?
            .split(' ')
            .next()?
            .parse()
            .ok()?;
        let mut dark = vec![false; (side * SCALE).pow(2)];
        let path = svg.split("d=\"").nth(1)?.split('"').next()?;
        for rectangle in path.split('z').filter(|part| keep(part) && !part.is_empty()) {
            let numbers: Vec<usize> = rectangle
                .split(|c: char| !c.is_ascii_digit())
                .filter(|part| !part.is_empty())
                .map(|part| part.parse().unwrap())
                .collect();
            let along_row = rectangle.contains("v1h-");
            let (width, height) = match along_row && rectangle.find('h') < rectangle.find('v') {
                true => (numbers[2], 1),
                false => (1, numbers[2]),
            };
            for y in numbers[1] * SCALE..(numbers[1] + height) * SCALE {
                for x in numbers[0] * SCALE..(numbers[0] + width) * SCALE {
                    dark[y * side * SCALE + x] = true;
                }
            }
        }
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, |x, y| {
            if dark[y * side * SCALE + x] { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        grids.first()?.decode().ok().map(|(_, text)| text)
    }

    #[test]
    fn the_picture_reads_back_as_the_address() {
        let address = "https://minyi.yunxi.example.gov.cn/r/7K3M-9QXT-5W2H-D";
        let svg = svg(address).unwrap();
        assert_eq!(decode(&svg, |_| true).as_deref(), Some(address));
        // Rows alone and columns alone draw the same picture.
        assert_eq!(
            decode(&svg, |part| part.find('h') < part.find('v')).as_deref(),
            Some(address)
        );
        assert_eq!(
            decode(&svg, |part| part.find('v') < part.find('h')).as_deref(),
            Some(address)
        );
    }

    #[test]
    fn text_that_no_code_holds_is_refused() {
        assert_eq!(svg(&"x".repeat(5_000)), None);
    }
}
