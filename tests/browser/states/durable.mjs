// What happens to what people tell, and the page on which two people agree that one of them may learn who it was.
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;

/** Pages for everyone. */
export const DURABLE_PUBLIC = [
  ['privacy', 'respondent', 'zh', ({ demo }) => `${demo.url}/privacy`],
  ['privacy', 'respondent', 'en', ({ demo }) => `${demo.url}/privacy`],
];

/** Pages of the console. */
export const DURABLE_CONSOLE = [
  ['who gave a response', 'office', 'zh', at('/identity')],
  ['who gave a response', 'office', 'en', at('/identity')],
  ['who gave a response', 'auditor', 'zh', at('/identity')],
];

async function* asking(page, task) {
  await page.goto(at('/identity')(task));
  await page.locator('form:has(#response)').evaluate((one) => { one.noValidate = true; });
  await press(page, 'form:has(#response) button[type=submit]');
  yield 'who gave a response, nothing written';
}

export const DURABLE = [
  { name: 'asking who gave a response', language: 'zh', who: 'console', role: 'office', walk: asking },
];
