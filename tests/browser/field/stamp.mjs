// The version of the interviewers' app: a fingerprint of its files, written into shell.js so that browsers notice a
// change. `node tests/browser/field/stamp.mjs` after a change; app.test.mjs fails when it was forgotten.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('../../../backend/assets/field/', import.meta.url));
const shell = folder + 'shell.js';
const LINE = /const VERSION = '([0-9a-f]*)';/;

export function fingerprint() {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(folder + name);
    hash.update(name + '\0');
    hash.update(name === 'shell.js' ? bytes.toString('utf8').replace(LINE, '') : bytes);
  }
  return hash.digest('hex').slice(0, 12);
}

export function stamped() {
  return LINE.exec(readFileSync(shell, 'utf8'))[1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(shell, readFileSync(shell, 'utf8').replace(LINE, `const VERSION = '${fingerprint()}';`));
}
