//! QR codes as small SVG: modules that stand side by side are one stroke, and every stroke but the first of a row begins
//! where the one before ended, so that a row is a few short words that come again and again. Compressed that is less
//! than half of the same strokes with their places written out.

use std::fmt::Write;

use fast_qr::ECL;
use fast_qr::qr::QRBuilder;

/// Modules left white around the code, as ISO/IEC 18004 asks for.
const QUIET: usize = 4;

/// The text as a QR code; none when it does not fit one.
pub(super) fn svg(text: &str) -> Option<String> {
    // Level M reads through a scratched screen or a crease; more would make the modules smaller for an old camera.
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let side = code.size + 2 * QUIET;
    let mut out = format!(
        "<svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" \
         d=\"M0 0h{side}v{side}H0z\"/><path stroke=\"#000\" d=\""
    );
    for y in 0..code.size {
        let row = &code[y];
        let mut x = 0;
        // Where the stroke before ended; none at the beginning of a row.
        let mut pen = None;
        while x < code.size {
            let run = row[x..code.size]
                .iter()
                .take_while(|module| module.value())
                .count();
            if run > 0 {
                // A stroke one wide has its middle half a module below the row's edge.
                let _ = match pen {
                    None => write!(out, "M{} {}.5h{run}", x + QUIET, y + QUIET),
                    Some(pen) => write!(out, "m{} 0h{run}", x - pen),
                };
                pen = Some(x + run);
            }
            x += run.max(1);
        }
    }
    out.push_str("\"/></svg>");
    Some(out)
}

#[cfg(test)]
mod tests {
    use fast_qr::ECL;
    use fast_qr::qr::QRBuilder;

    /// Paints the strokes back onto a grid.
    #[test]
    fn strokes_cover_the_dark_modules_and_nothing_else() {
        let text = "https://survey.example/receipt/7K3M9QXT5W2HD";
        let svg = super::svg(text).unwrap();
        let code = QRBuilder::new(text).ecl(ECL::M).build().unwrap();
        let path = svg.rsplit(" d=\"").next().unwrap().split('"').next().unwrap();
        let mut dark = vec![vec![false; code.size]; code.size];
        for row in path.split('M').skip(1) {
            let mut strokes = row.split('m');
            let (x, rest) = strokes.next().unwrap().split_once(' ').unwrap();
            let (y, run) = rest.split_once(".5h").unwrap();
            let (y, run): (usize, usize) = (y.parse().unwrap(), run.parse().unwrap());
            let mut x: usize = x.parse().unwrap();
            dark[y - 4][x - 4..x - 4 + run].fill(true);
            x += run;
            for stroke in strokes {
                let (gap, run) = stroke.split_once(" 0h").unwrap();
                let (gap, run): (usize, usize) = (gap.parse().unwrap(), run.parse().unwrap());
                x += gap;
                dark[y - 4][x - 4..x - 4 + run].fill(true);
                x += run;
            }
        }
        for (y, row) in dark.iter().enumerate() {
            for (x, is) in row.iter().enumerate() {
                assert_eq!(*is, code[y][x].value(), "{x},{y}");
            }
        }
    }
}
