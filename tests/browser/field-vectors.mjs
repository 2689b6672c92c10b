// Seals messages with Node's Web Crypto exactly as the interviewers' app does, for the unit test of
// `backend/src/field/sealing.rs`. Give it the server's public key as JSON (`{"kid":…,"jwk":…}`) on standard input;
// it prints the vectors.
import { webcrypto as crypto } from "node:crypto";
import { readFileSync } from "node:fs";

const server = JSON.parse(readFileSync(0, "utf8"));
const b64 = (bytes) => Buffer.from(bytes).toString("base64url");
const text = new TextEncoder();
const ecdh = { name: "ECDH", namedCurve: "P-256" };

async function seal(id, round, caseId, plain) {
  const theirs = await crypto.subtle.importKey("jwk", server.jwk, ecdh, false, []);
  const mine = await crypto.subtle.generateKey(ecdh, true, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: text.encode("minyi field v1" + id) };
  const key = await crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = text.encode([id, round, caseId].join("|"));
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, text.encode(plain));
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", mine.publicKey);
  return { v: 1, kid: server.kid, epk: { kty, crv, x, y }, iv: b64(iv), ct: b64(ct) };
}

const messages = [
  ["yunxi-2026", "resident-000001", '{"answers":{"q1":"4"}}'],
  ["yunxi-2026", "family-000102", '{"answers":{"first_change":"村里的坡道太陡，轮椅上不去。"}}'],
  ["qinghe-2027", "grassroots-000003", "x".repeat(4000)],
];
const vectors = [];
for (const [round, case_id, plain] of messages) {
  const id = crypto.randomUUID();
  vectors.push({ id, round, case_id, plain, sealed: await seal(id, round, case_id, plain) });
}
console.log(JSON.stringify(vectors, null, 1));
