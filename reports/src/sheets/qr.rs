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
    // All drawn the same way round: opposite windings would cancel where runs cross.
    let mut rectangle = |x: usize, y: usize, width: usize, height: usize| {
        // Writing to a string cannot fail.
        let _ = write!(path, "M{} {}h{width}v{height}h-{width}z", x + QUIET, y + QUIET);
    };
    for line in 0..code.size {
        for (start, length) in runs(code.size, |x| dark(x, line)) {
            rectangle(start, line, length, 1);
        }
        for (start, length) in runs(code.size, |y| dark(line, y)) {
            rectangle(line, start, 1, length);
        }
    }
    path
}

/// Start and length of every run of dark modules.
fn runs(size: usize, dark: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for at in 0..=size {
        match (start, at < size && dark(at)) {
            (None, true) => start = Some(at),
            (Some(first), false) => {
                found.push((first, at - first));
                start = None;
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the rectangles of the path by the non-zero rule, eight pixels a module, and reads the code back.
    fn decode(svg: &str) -> Option<String> {
        const SCALE: usize = 8;
        let side: usize = svg
            .split("viewBox=\"0 0 ")
            .nth(1)?
            .split(' ')
            .next()?
            .parse()
            .ok()?;
        let mut winding = vec![0; (side * SCALE).pow(2)];
        let path = svg.split("d=\"").nth(1)?.split('"').next()?;
        for rectangle in path.split('z').filter(|part| !part.is_empty()) {
            let numbers: Vec<usize> = rectangle
                .split(|c: char| !c.is_ascii_digit())
                .filter(|part| !part.is_empty())
                .map(|part| part.parse().unwrap())
                .collect();
            let (clockwise, width, height) = match rectangle.find('h') < rectangle.find('v') {
                true => (1, numbers[2], numbers[3]),
                false => (-1, numbers[3], numbers[2]),
            };
            for y in numbers[1] * SCALE..(numbers[1] + height) * SCALE {
                for x in numbers[0] * SCALE..(numbers[0] + width) * SCALE {
                    winding[y * side * SCALE + x] += clockwise;
                }
            }
        }
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, |x, y| {
            if winding[y * side * SCALE + x] == 0 {
                255
            } else {
                0
            }
        });
        let grids = image.detect_grids();
        grids.first()?.decode().ok().map(|(_, text)| text)
    }

    #[test]
    fn the_picture_reads_back_as_the_address() {
        let address = "https://minyi.yunxi.example.gov.cn/r/7K3M-9QXT-5W2H-D";
        assert_eq!(decode(&svg(address).unwrap()).as_deref(), Some(address));
    }

    #[test]
    fn text_that_no_code_holds_is_refused() {
        assert_eq!(svg(&"x".repeat(5_000)), None);
    }
}
