// Verifies the DKIM signatures of messages with mailauth, an implementation of its own, and the DNS record given.
// node dkim.mjs NAME RECORD FILE…: for each file its result as it is, with another subject, with another body, without
// its one-click header, and as a relay folds it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { dkimVerify } = createRequire(import.meta.url)('mailauth/lib/dkim/verify');
const [name, record, ...files] = process.argv.slice(2);

async function resolver(asked, type) {
  if (type === 'TXT' && asked === name) return [[record]];
  throw Object.assign(new Error(`${type} of ${asked}`), { code: 'ENOTFOUND' });
}

async function verdict(message) {
  const { results } = await dkimVerify(message, { resolver });
  return results.map(({ status: { result, comment }, signingDomain, algo, signingHeaders }) => ({
    result, comment, domain: signingDomain, algo, headers: signingHeaders?.keys,
  }));
}

const found = [];
for (const file of files) {
  const message = readFileSync(file, 'latin1');
  const end = message.indexOf('\r\n\r\n');
  const head = message.slice(0, end);
  const rest = message.slice(end);
  const forged = {
    asIs: message,
    subject: head.replace(/^Subject: /m, 'Subject: x') + rest,
    body: head + rest.replace(/\r\nContent-Type: text\/plain[^]*?\r\n\r\n/, (part) => `${part}x`),
    noOneClick: head.replace(/^List-Unsubscribe-Post: .*\r\n/m, '') + rest,
    folded: head.replace(/^Auto-Submitted: /m, 'Auto-Submitted:\r\n   ') + rest,
  };
  const one = {};
  for (const [kind, text] of Object.entries(forged)) {
    if (kind !== 'asIs' && text === message) throw new Error(`${file}: ${kind} changes nothing`);
    one[kind] = await verdict(Buffer.from(text, 'latin1'));
  }
  found.push(one);
}
console.log(JSON.stringify(found));
