// SHA-256 (FIPS 180-4) at once: the browser's own answers later, and an expression cannot wait.

const PRIMES = primes(64);
const ROOTS = PRIMES.map(prime => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map(prime => fraction(Math.sqrt(prime)));

function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n += 1) if (found.every(prime => n % prime !== 0)) found.push(n);
  return found;
}

/** The first 32 bits behind the point. */
function fraction(number) {
  return Math.floor((number - Math.floor(number)) * 4294967296) | 0;
}

const turn = (word, by) => (word >>> by) | (word << (32 - by));

function sha256(bytes) {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, Math.floor(bytes.length / 536870912));
  view.setUint32(length - 4, (bytes.length * 8) >>> 0);
  const state = START.slice();
  const words = new Int32Array(64);
  for (let block = 0; block < length; block += 64) {
    for (let at = 0; at < 64; at += 1) {
      if (at < 16) {
        words[at] = view.getInt32(block + at * 4);
      } else {
        const [a, b] = [words[at - 15], words[at - 2]];
        const small = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
        const large = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
        words[at] = (words[at - 16] + small + words[at - 7] + large) | 0;
      }
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at += 1) {
      const large = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const first = (h + large + ((e & f) ^ (~e & g)) + ROOTS[at] + words[at]) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => {
      state[at] = (state[at] + word) | 0;
    });
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, at) => out.setInt32(at * 4, word));
  return new Uint8Array(out.buffer);
}

/** SHA-256 of a text's UTF-8, in hexadecimal digits or base64. */
export function digest(text, isHex) {
  const sum = sha256(new TextEncoder().encode(text));
  if (isHex) return Array.from(sum, byte => byte.toString(16).padStart(2, '0')).join('');
  return btoa(String.fromCharCode(...sum));
}
