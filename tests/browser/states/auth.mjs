// Signing in by two steps, and one's own account: an account that the test has made, so that the demo's stay as they are.
import { createHmac } from 'node:crypto';
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console${part}`;
const PAGE = at('/second-factor');
/** The form of the page that does this. */
const form = (act) => `form:has(input[name=act][value="${act}"])`;

/** `[name, role, language, address]`. */
export const AUTH_PAGES = [
  ['two-step sign-in, off', 'viewer', 'en', PAGE],
  ['signed-in devices', 'viewer', 'en', at('/sessions')],
  ['accounts', 'office', 'en', at('/accounts')],
];

/** The code of a moment that an authenticator shows for a secret (RFC 6238). */
function codeOf(secret, moment = Date.now()) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replaceAll(' ', '')].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(moment / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function logIn(page, { demo, guard }) {
  await page.goto(`${demo.url}/console/login`);
  await page.fill('#login', guard.user);
  await page.fill('#password', guard.password);
  await press(page, 'main form button.main');
}

async function* twoSteps(page, task) {
  await logIn(page, task);
  await page.goto(PAGE(task));
  yield 'off';
  await page.fill('#password', 'wrong');
  await press(page, `${form('begin')} button`);
  yield 'off, password wrong';
  await page.fill('#password', task.guard.password);
  await press(page, `${form('begin')} button`);
  yield 'being set up';
  const secret = await page.locator('.secret code').innerText();
  await page.fill('#code', '12345');
  await press(page, `${form('confirm')} button`);
  yield 'being set up, code wrong';
  await page.fill('#code', codeOf(secret));
  await press(page, `${form('confirm')} button`);
  yield 'recovery codes';
  const recovery = await page.locator('.recovery code').allInnerTexts();
  await page.goto(PAGE(task));
  yield 'on';
  await page.fill('#password', task.guard.password);
  await page.fill('#code', '12345');
  await press(page, 'button[value=codes]');
  yield 'on, code wrong';
  await page.goto(at('/sessions')(task));
  yield 'signed-in devices';

  const office = await task.open('office');
  try {
    await office.goto(at('/accounts')(task));
    yield { state: 'accounts', page: office };
    await office.locator('form:has(#reason)').evaluate((one) => { one.noValidate = true; });
    await press(office, 'form:has(#reason) button');
    yield { state: 'accounts, no reason', page: office, light: true };
  } finally {
    await office.context().close();
  }

  await press(page, 'form:has(input[value=all]) button');
  await logIn(page, task);
  yield 'code asked';
  await page.fill('#code', '12345');
  await press(page, 'form:has(#code) button');
  yield 'code wrong';
  await page.locator('details').first().evaluate((one) => { one.open = true; });
  await page.fill('#recovery', 'abcd-efgh-jkmn');
  await press(page, 'form:has(#recovery) button');
  yield 'recovery code wrong';
  await page.fill('#recovery', recovery[0]);
  await press(page, 'form:has(#recovery) button');
  if (!page.url().endsWith('/console')) throw new Error(`not signed in, but at ${page.url()}`);
}

export const AUTH = [
  { name: 'two-step sign-in', language: 'zh', who: 'console', walk: twoSteps },
];
