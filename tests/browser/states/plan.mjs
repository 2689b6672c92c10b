// The plan in the console, its weights, and the steps of a round: next year's draft of the demo, and this year's sealed plan.
import { press } from './respond.mjs';

/** The demo's draft is next year's round. */
const next = ({ demo }) => demo.round.replace(/\d{4}$/, (year) => String(Number(year) + 1));
const draft = (part) => (task) => `${task.demo.url}/console/rounds/${next(task)}${part}`;
const sealed = (part) => (task) => `${task.demo.url}/console/rounds/${task.demo.round}${part}`;

/** `[name, role, language, address]`. */
export const PLAN_PAGES = [
  ['plan', 'office', 'zh', draft('/plan')],
  ['plan', 'office', 'en', draft('/plan')],
  ['plan', 'viewer', 'zh', draft('/plan')],
  ['plan, settings', 'office', 'zh', draft('/plan/settings')],
  ['plan, settings', 'office', 'en', draft('/plan/settings')],
  ['plan, indicators', 'office', 'zh', draft('/plan/table?path=indicators.csv')],
  ['plan, units', 'office', 'zh', draft('/plan/table?path=units.csv&page=3')],
  ['plan, units', 'viewer', 'zh', draft('/plan/table?path=units.csv')],
  ['plan, criterion', 'office', 'zh', draft('/plan/row?path=criteria.csv&row=2')],
  ['plan, new indicator', 'office', 'en', draft('/plan/row?path=indicators.csv&row=new')],
  ['plan, text', 'office', 'zh', draft('/plan/file?path=plan.toml')],
  ['plan, questionnaire', 'office', 'zh', draft('/plan/file?path=forms/family.xlsx')],
  ['plan, versions', 'auditor', 'zh', draft('/plan/versions')],
  ['plan, difference', 'office', 'zh', draft('/plan/versions?from=1&to=copy')],
  ['plan, difference', 'office', 'en', draft('/plan/versions?from=1&to=2')],
  ['plan, seal, not saved', 'office', 'zh', draft('/plan/seal')],
  ['plan, sealed', 'office', 'zh', sealed('/plan')],
  ['plan, amend, nothing changed', 'office', 'zh', sealed('/plan/amend')],
  ['weights', 'office', 'zh', draft('/weights')],
  ['weights', 'office', 'en', draft('/weights')],
  ['weights, sealed', 'auditor', 'zh', sealed('/weights')],
  ['steps, draft', 'office', 'zh', draft('/steps')],
  ['steps', 'office', 'zh', sealed('/steps')],
  ['steps', 'viewer', 'en', sealed('/steps')],
  ['new round', 'office', 'zh', ({ demo }) => `${demo.url}/console/plans/new`],
];

/** A form is sent although the browser would hold it back: as without its checks. */
async function send(page, form) {
  await page.locator(form).first().evaluate((one) => { one.noValidate = true; });
  await press(page, `${form} button.main`);
}

async function* changing(page, task) {
  await page.goto(draft('/plan/settings')(task));
  await page.fill('[name="groups[0].weight"]', '四十');
  await send(page, 'form[action$="/settings"]');
  yield 'plan, settings at fault';
  await page.goto(draft('/plan/table?path=indicators.csv')(task));
  await page.fill('[name="w:1"]', '11');
  await send(page, 'form[action*="/table"]');
  yield 'plan, weights that do not sum';
  await page.goto(draft('/plan')(task));
  yield 'plan with faults';
  const other = await page.context().newPage();
  await page.goto(draft('/plan/file?path=criteria.csv')(task));
  await other.goto(draft('/plan/row?path=criteria.csv&row=0')(task));
  await other.fill('[name="c:max_score"]', '5');
  await Promise.all([other.waitForNavigation(), other.click('button[value=keep]')]);
  await other.close();
  await send(page, 'form[action*="/file"]');
  yield 'plan, conflict in a text';
  await page.goto(draft('/plan')(task));
  await page.locator('details:has(form[action$="/discard"])').evaluate((one) => { one.open = true; });
  await press(page, 'form[action$="/discard"] button');
  yield 'plan, thrown away';
  await page.goto(draft('/plan/seal')(task));
  yield 'plan, seal';
  await send(page, 'form[action$="/seal"]');
  yield 'plan, seal not confirmed';
}

async function* starting(page, task) {
  await page.goto(`${task.demo.url}/console/plans/new`);
  await send(page, 'form[action$="/new"]');
  yield 'new round, nothing filled in';
}

async function* amending(page, task) {
  await page.goto(sealed('/plan/settings')(task));
  await page.fill('[name="groups[0].weight"]', '41');
  await page.fill('[name="round.organiser.en"]', 'The assessment office');
  await send(page, 'form[action$="/settings"]');
  await page.goto(sealed('/plan/amend')(task));
  yield 'plan, amend';
  await send(page, 'form[action$="/amend"]');
  yield 'plan, amend without a reason';
  await page.goto(sealed('/plan/settings')(task));
  await page.fill('[name="round.year"]', '1999');
  await send(page, 'form[action$="/settings"]');
  await page.goto(sealed('/plan/amend')(task));
  yield 'plan, amend what cannot be';
  // The other pages of the sealed round are to be seen as they were.
  await page.goto(sealed('/plan')(task));
  await page.locator('details:has(form[action$="/discard"])').evaluate((one) => { one.open = true; });
  await press(page, 'form[action$="/discard"] button');
}

async function* weighing(page, task) {
  await page.goto(draft('/weights')(task));
  await send(page, 'form:has(#name)');
  yield 'weights, expert without a name';
  await page.goto(draft('/weights')(task));
  await page.fill('#name', '孙老师');
  await send(page, 'form:has(#name)');
  yield 'weights, with a link';
  const link = await page.locator('section[aria-labelledby=link] code').innerText();
  const path = new URL(link).pathname;
  const expert = await page.context().browser().newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN' });
  const one = await expert.newPage();
  await one.goto(`${task.demo.url}${path}`);
  yield { state: 'expert', page: one, who: 'respondent' };
  for (const key of ['top', '1', '2', '3', '4']) {
    await one.goto(`${task.demo.url}${path}/${key}`);
    if (key === '1') yield { state: 'expert, a group', page: one, who: 'respondent' };
    // Each more than the next, but for the last: the first group contradicts itself.
    const fields = await one.locator('main select').evaluateAll((all) => all.map((field) => field.name));
    for (const [at, name] of fields.entries()) await one.selectOption(`[name=${name}]`, key === '1' && at === 1 ? '-5' : '3');
    await Promise.all([one.waitForNavigation(), one.click('main button.main')]);
  }
  yield { state: 'expert, all compared', page: one, who: 'respondent' };
  await one.goto(`${task.demo.url}${path}/1`);
  yield { state: 'expert, a contradiction', page: one, who: 'respondent' };
  await expert.close();
  await page.goto(draft('/weights')(task));
  yield 'weights, a contradiction';
  const first = 'section[aria-labelledby=e-E1]';
  await page.locator(`${first} details`).evaluate((one) => { one.open = true; });
  await press(page, `${first} form:has([name=reason]) button`);
  yield 'weights, an expert left out without a reason';
}

async function* stepping(page, task) {
  await page.goto(sealed('/steps')(task));
  await press(page, 'form:has(#confirm-close) button');
  yield 'steps, not confirmed';
}

export const PLAN = [
  { name: 'changing a plan', role: 'office', walk: changing },
  { name: 'amending a plan', role: 'office', walk: amending },
  { name: 'a new round', role: 'office', walk: starting },
  { name: 'weights', role: 'office', walk: weighing },
  { name: 'steps', role: 'office', walk: stepping },
].map((journey) => ({ language: 'zh', who: 'console', ...journey }));
