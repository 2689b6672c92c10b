// What a round publishes, and the office's pages about publishing and about data for statisticians.
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;

/** Pages for everyone. */
export const DATA_PAGES = [
  ['published rounds', 'respondent', 'zh', ({ demo }) => `${demo.url}/results`],
  ['published rounds', 'respondent', 'en', ({ demo }) => `${demo.url}/results`],
  ['published rounds, none yet', 'respondent', 'zh', ({ everything }) => `${everything.url}/results`],
];

/** Pages of the console. */
export const DATA_CONSOLE = [
  ['publication', 'office', 'zh', at('/publication')],
  ['publication', 'office', 'en', at('/publication')],
  ['publication, preview', 'office', 'zh', at('/publication/preview')],
  ['data', 'office', 'zh', at('/data')],
  ['data', 'office', 'en', at('/data')],
];

async function send(page, form) {
  await page.locator(form).first().evaluate((one) => { one.noValidate = true; });
  await press(page, `${form} button[type=submit]`);
}

async function* agreeing(page, task) {
  await page.goto(at('/data')(task));
  await send(page, 'form:has(#person)');
  yield 'data, nothing written';
  await page.fill('#person', '周敏');
  await page.fill('#institution', '省社会科学院');
  await page.fill('#purpose', '康复服务可及性研究');
  await page.fill('#until', '2099-06-30');
  await send(page, 'form:has(#person)');
  yield 'data, an agreement waits';
  await page.goto(at('/publication')(task));
  await send(page, 'form:has(#reason)');
  yield 'publication, no reason given';
}

export const DATA = [
  { name: 'agreements', language: 'zh', who: 'console', role: 'office', walk: agreeing },
];
