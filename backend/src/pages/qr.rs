//! QR codes as small SVG: modules that stand side by side are one stroke, a third of the bytes of one square each.

use std::fmt::Write;

use fast_qr::qr::QRBuilder;

/// Modules left white around the code, as ISO/IEC 18004 asks for.
const QUIET: usize = 4;

/// The text as a QR code; none when it does not fit one.
pub(super) fn svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    let side = code.size + 2 * QUIET;
    let mut out = format!(
        "<svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" \
         d=\"M0 0h{side}v{side}H0z\"/><path stroke=\"#000\" d=\""
    );
    for y in 0..code.size {
        let row = &code[y];
        let mut x = 0;
        while x < code.size {
            let run = row[x..code.size]
                .iter()
                .take_while(|module| module.value())
                .count();
            if run > 0 {
                // A stroke one wide has its middle half a module below the row's edge.
                let _ = write!(out, "M{} {}.5h{run}", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    out.push_str("\"/></svg>");
    Some(out)
}

#[cfg(test)]
mod tests {
    use fast_qr::qr::QRBuilder;

    /// Paints the strokes back onto a grid.
    #[test]
    fn strokes_cover_the_dark_modules_and_nothing_else() {
        let text = "https://survey.example/receipt/7K3M9QXT5W2HD";
        let svg = super::svg(text).unwrap();
        let code = QRBuilder::new(text).build().unwrap();
        let strokes = svg.rsplit(" d=\"").next().unwrap().split('"').next().unwrap();
        let mut dark = vec![vec![false; code.size]; code.size];
        for stroke in strokes.split('M').skip(1) {
            let (x, rest) = stroke.split_once(' ').unwrap();
            let (y, run) = rest.split_once(".5h").unwrap();
            let (x, y, run): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), run.parse().unwrap());
            dark[y - 4][x - 4..x - 4 + run].fill(true);
        }
        for (y, row) in dark.iter().enumerate() {
            for (x, is) in row.iter().enumerate() {
                assert_eq!(*is, code[y][x].value(), "{x},{y}");
            }
        }
    }
}
