// Cryptography, all of it the browser's own (Web Crypto): sealing finished answers so that only the server can open
// them, and locking what stays on the device under a key that comes from the passphrase.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** OWASP's advice for PBKDF2 with SHA-256; written beside the salt, so that it can be raised later. */
const ITERATIONS = 600000;
/** What is locked to see at the next start whether the passphrase is right. */
const PROOF = 'minyi field passphrase';

function subtle() {
  return self.crypto.subtle;
}

export function toBase64Url(bytes) {
  let binary = '';
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

export function fromBase64Url(text) {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}

/** A random UUID, version 4: it carries no time. */
export function uuid() {
  const bytes = self.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Seals a finished response to the server's key. The private half of the key used here is thrown away, so nothing on
 * this device can open the result again.
 *
 * about: { id, round, case_id }, which the seal binds: moved to another case it does not open.
 */
export async function seal(serverKey, about, response) {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const jwk = { kty: serverKey.jwk.kty, crv: serverKey.jwk.crv, x: serverKey.jwk.x, y: serverKey.jwk.y, ext: true };
  const theirs = await subtle().importKey('jwk', jwk, curve, false, []);
  const ours = await subtle().generateKey(curve, true, ['deriveBits']);
  const shared = await subtle().deriveBits({ name: 'ECDH', public: theirs }, ours.privateKey, 256);
  const material = await subtle().importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const derivation = {
    name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: encoder.encode('minyi field v1' + about.id),
  };
  const key = await subtle().deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const iv = self.crypto.getRandomValues(new Uint8Array(12));
  const additionalData = encoder.encode([about.id, about.round, about.case_id].join('|'));
  const plain = encoder.encode(JSON.stringify(response));
  const ct = await subtle().encrypt({ name: 'AES-GCM', iv, additionalData }, key, plain);
  const epk = await subtle().exportKey('jwk', ours.publicKey);
  return {
    v: 1,
    kid: serverKey.kid,
    epk: { kty: epk.kty, crv: epk.crv, x: epk.x, y: epk.y },
    iv: toBase64Url(iv),
    ct: toBase64Url(ct),
  };
}

/** A new key from a passphrase, with what must be kept to make it again: `{ key, kept }`. */
export async function newLock(passphrase, iterations = ITERATIONS) {
  const salt = self.crypto.getRandomValues(new Uint8Array(16));
  const key = await keyFrom(passphrase, salt, iterations);
  return { key, kept: { salt: toBase64Url(salt), iterations, proof: await lock(key, 'proof', PROOF) } };
}

/** The key of a passphrase, or null when the passphrase is wrong. */
export async function openLock(passphrase, kept) {
  const key = await keyFrom(passphrase, fromBase64Url(kept.salt), kept.iterations);
  try {
    return (await unlock(key, 'proof', kept.proof)) === PROOF ? key : null;
  } catch (wrong) {
    return null;
  }
}

async function keyFrom(passphrase, salt, iterations) {
  // The same words typed with another keyboard are the same passphrase.
  const words = encoder.encode(passphrase.normalize('NFKC').trim());
  const material = await subtle().importKey('raw', words, 'PBKDF2', false, ['deriveKey']);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return subtle().deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** Locks a value that JSON can hold. `name` says what it is: what was locked as one thing does not open as another. */
export async function lock(key, name, value) {
  const iv = self.crypto.getRandomValues(new Uint8Array(12));
  const plain = encoder.encode(JSON.stringify(value));
  const ct = await subtle().encrypt({ name: 'AES-GCM', iv, additionalData: encoder.encode(name) }, key, plain);
  return { iv, ct };
}

/** Opens what lock made; rejects when the key or the name is another one, or a bit has changed. */
export async function unlock(key, name, locked) {
  const algorithm = { name: 'AES-GCM', iv: locked.iv, additionalData: encoder.encode(name) };
  return JSON.parse(decoder.decode(await subtle().decrypt(algorithm, key, locked.ct)));
}
