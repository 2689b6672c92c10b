// Places on the earth: lengths and areas as the server counts them (survey-forms/src/expression/geo.rs).

const RADIUS_M = 6378100;

const radians = degrees => degrees * (Math.PI / 180);

/** Latitude and longitude of each point, in degrees; null where a part is no point. Nothing at all is no points. */
export function points(text) {
  const all = [];
  for (const part of text.split(';').map(one => one.trim()).filter(one => one !== '')) {
    const numbers = part.split(/\s+/);
    if (numbers.length < 2 || numbers.length > 4) return null;
    if (!numbers.slice(0, 2).every(one => /^-?(?:\d+\.?\d*|\.\d+)$/.test(one))) return null;
    const [latitude, longitude] = [Number(numbers[0]), Number(numbers[1])];
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return null;
    all.push([latitude, longitude]);
  }
  return all;
}

/** Square metres inside a line of points. */
export function area(line) {
  if (line.length === 0) return NaN;
  const [firstLatitude, firstLongitude] = line[0];
  const degree = Math.PI * RADIUS_M / 180;
  const flat = line.slice(1).map(([latitude, longitude]) =>
    [(longitude - firstLongitude) * degree * Math.cos(radians(latitude)), (latitude - firstLatitude) * degree]);
  let twice = 0;
  for (let at = 1; at < flat.length; at += 1) twice += flat[at - 1][1] * flat[at][0] - flat[at - 1][0] * flat[at][1];
  return Math.abs(twice / 2);
}

/** Metres along a line of points. */
export function distance(line) {
  if (line.length === 0) return NaN;
  let sum = 0;
  for (let at = 1; at < line.length; at += 1) sum += between(line[at - 1], line[at]);
  return sum;
}

function between([latitude, longitude], [otherLatitude, otherLongitude]) {
  const half = (from, to) => Math.pow(Math.sin(radians(to - from) / 2), 2);
  const chord = half(latitude, otherLatitude)
    + Math.cos(radians(latitude)) * Math.cos(radians(otherLatitude)) * half(longitude, otherLongitude);
  return 2 * RADIUS_M * Math.asin(Math.sqrt(Math.min(1, Math.max(0, chord))));
}
