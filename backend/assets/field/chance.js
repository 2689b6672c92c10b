// Chance that is the same whenever it is asked, as the server's survey-forms/src/expression/chance.rs. None of it is
// secret.

const MODULUS = 2147483647;

/** The minimal standard generator of Park and Miller, seeded as JavaRosa seeds its own. */
export class ParkMiller {
  constructor(seed) {
    const rest = seed % MODULUS;
    this.state = rest <= 0 ? rest + MODULUS - 1 : rest;
  }

  /** From 0 up to and without 1. */
  next() {
    this.state = this.state * 16807 % MODULUS;
    return (this.state - 1) / (MODULUS - 1);
  }
}

/** A new order: the "inside-out" shuffle of Fisher and Yates, as JavaRosa does it. */
export function shuffle(items, seed) {
  const chance = new ParkMiller(seed);
  const out = [];
  items.forEach((item, at) => {
    const place = Math.min(Math.trunc(chance.next() * (at + 1)), at);
    out.push(item);
    out[at] = out[place];
    out[place] = item;
  });
  return out;
}

/** A seed from words: FNV-1a with 32 bits. */
export function seedOf(words) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(words)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export function hexadecimal(chance, length) {
  let digits = '';
  for (let at = 0; at < length; at += 1) digits += Math.trunc(chance.next() * 16).toString(16);
  return digits;
}

/** 32 digits in the form of a UUID of version 4. */
export function uuid(chance) {
  const digits = hexadecimal(chance, 32);
  const variant = '89ab'[Math.min(Math.trunc(chance.next() * 4), 3)];
  return digits.slice(0, 8) + '-' + digits.slice(8, 12) + '-4' + digits.slice(13, 16) + '-' + variant + digits.slice(17, 20)
    + '-' + digits.slice(20);
}
