// Retention, requests about personal data, notices about the account, and the way to an identity provider that is not set up.
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;
const own = ({ demo }) => `${demo.url}/console/notices`;
const form = (act) => `form:has(input[name=act][value="${act}"])`;

/** Pages for everyone. */
export const TRUST2_PUBLIC = [
  ['no identity provider', 'respondent', 'zh', ({ demo }) => `${demo.url}/console/login/provider`],
  ['no way back from an identity provider', 'respondent', 'zh', ({ demo }) => `${demo.url}/console/login/provider/back`],
];

/** Pages of the console. */
export const TRUST2_CONSOLE = [
  ['retention', 'office', 'zh', at('/retention')],
  ['retention', 'office', 'en', at('/retention')],
  ['requests about personal data', 'auditor', 'zh', at('/people')],
  ['requests about personal data', 'office', 'en', at('/people')],
  ['notices', 'viewer', 'zh', own],
  ['notices', 'viewer', 'en', own],
];

async function* delaying(page, task) {
  await page.goto(at('/retention')(task));
  await press(page, 'main form:has(#reason) button.main');
  yield 'no day';
}

async function* asking(page, task) {
  await page.goto(at('/people')(task));
  await press(page, 'main form:has(#basis) button.main');
  yield 'nothing written';
  await page.goto(at('/people')(task));
  await Promise.all([page.waitForNavigation(), page.click('main a.button')]);
  yield 'what is stored';
  await press(page, `${form('finish')} button`);
  yield 'what is stored, no answer';
}

async function* telling(page, task) {
  await page.goto(own(task));
  await page.fill('#email', 'nobody');
  await press(page, `${form('address')} button`);
  yield 'no address';
}

export const TRUST2 = [
  { name: 'delaying an erasure', language: 'zh', who: 'console', role: 'office', walk: delaying },
  { name: 'a request about personal data', language: 'zh', who: 'console', role: 'office', walk: asking },
  { name: 'where notices go', language: 'zh', who: 'console', role: 'viewer', walk: telling },
];
