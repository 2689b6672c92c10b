//! Places on the earth: lengths and areas, on the sphere that ODK counts on (equatorial radius, 6,378,100 m).
//!
//! Area is that of JavaRosa, so that a form gives one figure on a phone and on a server: each point is laid on a plane
//! by its distance from the first, its longitude shortened by the cosine of its own latitude, and the polygon is summed up
//! by triangles. Good to a few parts in a thousand over the size of a county. Length is by haversines, the exact distance
//! on the sphere, which the spherical law of cosines of JavaRosa's also is but for its rounding of short ways.

/// ODK's radius of the earth, in metres.
const RADIUS_M: f64 = 6_378_100.0;

/// Latitude and longitude of each point of `38.25 116.5 0 0;38.26 116.5 0 0`, in degrees; none where a part is no point.
/// Nothing at all is no points.
pub(super) fn points(text: &str) -> Option<Vec<[f64; 2]>> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(point).collect()
}

fn point(text: &str) -> Option<[f64; 2]> {
    let numbers: Vec<&str> = text.split_whitespace().collect();
    let (latitude, longitude) = match numbers.as_slice() {
        [latitude, longitude] | [latitude, longitude, _] | [latitude, longitude, _, _] => {
            (number(latitude)?, number(longitude)?)
        }
        _ => return None,
    };
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some([latitude, longitude])
}

/// Plain digits: Rust also reads "inf" and exponents, which no client writes.
fn number(text: &str) -> Option<f64> {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    is_plain.then(|| text.parse().ok()).flatten()
}

/// Square metres inside a line of points, closed where it is not; 0 for fewer than three, `NaN` for none.
pub(super) fn area(points: &[[f64; 2]]) -> f64 {
    let Some([first_latitude, first_longitude]) = points.first() else {
        return f64::NAN;
    };
    let degree = std::f64::consts::PI * RADIUS_M / 180.0;
    let laid = |[latitude, longitude]: &[f64; 2]| {
        let x = (longitude - first_longitude) * degree * latitude.to_radians().cos();
        (x, (latitude - first_latitude) * degree)
    };
    let flat: Vec<(f64, f64)> = points.iter().skip(1).map(laid).collect();
    let twice: f64 = flat
        .windows(2)
        .map(|pair| pair[0].1 * pair[1].0 - pair[0].0 * pair[1].1)
        .sum();
    (twice / 2.0).abs()
}

/// Metres along a line of points; 0 for one, `NaN` for none.
pub(super) fn distance(points: &[[f64; 2]]) -> f64 {
    if points.is_empty() {
        return f64::NAN;
    }
    // A sum of nothing is -0.
    points
        .windows(2)
        .map(|pair| between(pair[0], pair[1]))
        .fold(0.0, |sum, part| sum + part)
}

fn between([latitude, longitude]: [f64; 2], [other_latitude, other_longitude]: [f64; 2]) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let chord = half(latitude, other_latitude)
        + latitude.to_radians().cos() * other_latitude.to_radians().cos() * half(longitude, other_longitude);
    2.0 * RADIUS_M * chord.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::{area, distance, points};

    fn of(text: &str) -> Vec<[f64; 2]> {
        points(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn points__what_is_none__is_told_from_nothing() {
        assert_eq!(
            of("38.25 116.5 0 0; 38.26 116.5;"),
            [[38.25, 116.5], [38.26, 116.5]]
        );
        assert!(of(" ").is_empty());
        for text in [
            "38.25",
            "91 0",
            "0 181",
            "a b",
            "1 2 3 4 5",
            "1 2; x",
            "inf 0",
            "1e1 2",
        ] {
            assert_eq!(points(text), None, "{text}");
        }
    }

    #[test]
    fn distance__degrees_and_ways_round__are_those_of_the_sphere() {
        let degree = std::f64::consts::PI * 6_378_100.0 / 180.0;
        // A degree of the meridian, one of the equator, one at 60° north, half the earth.
        for (line, metres) in [
            ("0 0;1 0", degree),
            ("0 0;0 1", degree),
            ("0 0;1 0;0 0", 2.0 * degree),
            ("90 0;-90 0", 180.0 * degree),
            ("0 179.5;0 -179.5", degree),
            ("5 5", 0.0),
        ] {
            assert!(
                (distance(&of(line)) - metres).abs() < 1e-6,
                "{line}: {}",
                distance(&of(line))
            );
        }
        assert!(distance(&[]).is_nan());
    }

    /// Figures that JavaRosa's own tests have for its `area()` and `distance()` (GeoAreaTest, GeoDistanceTest).
    #[test]
    fn area_and_distance__are_javarosas() {
        let shape = "38.253094215699576 21.756382658677467 0 0;38.25021274773806 21.756382658677467 0 0;\
                     38.25007793942195 21.763892843919166 0 0;38.25290886154963 21.763935759263404 0 0;\
                     38.25146813817506 21.758421137528785 0 0";
        assert!((area(&of(shape)) - 151_452.0).abs() < 1.0, "{}", area(&of(shape)));
        assert!(
            (distance(&of(shape)) - 1_801.0).abs() < 1.0,
            "{}",
            distance(&of(shape))
        );
        let closed = format!("{shape};38.253094215699576 21.756382658677467 0 0");
        assert!((area(&of(&closed)) - area(&of(shape))).abs() < 1e-6);
        assert_eq!(area(&of("1 1;2 2")), 0.0);
    }
}
