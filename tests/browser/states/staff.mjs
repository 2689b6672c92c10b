// The console: pages that an address opens as a role, and what its forms do and refuse.
import { randomUUID } from 'node:crypto';
import { seal } from './sealing.mjs';
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;
const ended = (part) => (task) => `${task.ended.url}/console/rounds/${task.ended.round}${part}`;

/** `[name, role, language, address]`, and the server whose sessions it needs where that is not the demo. */
export const STAFF_PAGES = [
  ['cases', 'office', 'zh', at('/cases')],
  ['cases', 'office', 'en', at('/cases')],
  ['cases, overdue', 'office', 'zh', at('/cases?show=overdue')],
  ['cases, all, second page', 'office', 'zh', at('/cases?show=all&page=2')],
  ['cases, none found', 'office', 'zh', at('/cases?show=withdrawn&unit=-&area=-')],
  ['cases in numbers', 'viewer', 'zh', at('/cases')],
  ['improvements', 'office', 'zh', at('/improvements')],
  ['improvements', 'viewer', 'en', at('/improvements')],
  ['monitor', 'office', 'zh', at('/fieldwork')],
  ['monitor', 'viewer', 'en', at('/fieldwork')],
  ['monitor, one group', 'evaluator', 'zh', at('/fieldwork?group=family')],
  ['invitations', 'office', 'zh', at('/invitations')],
  ['invitations', 'office', 'en', at('/invitations')],
  ['invitations', 'evaluator', 'zh', at('/invitations')],
  ['interviewers', 'office', 'zh', at('/interviewers')],
  ['interviewers', 'office', 'en', at('/interviewers')],
  ['interviewers', 'evaluator', 'zh', at('/interviewers')],
  ['interviewers', 'auditor', 'zh', at('/interviewers')],
  ['quality', 'office', 'zh', at('/quality')],
  ['quality', 'auditor', 'en', at('/quality')],
  ['round', 'office', 'en', at('')],
  ['round', 'evaluator', 'zh', at('')],
  ['outbox', 'office', 'en', ({ demo }) => `${demo.url}/console/outbox`],
  ['password', 'auditor', 'en', ({ demo }) => `${demo.url}/console/password`],
  ['no such round', 'office', 'zh', ({ demo }) => `${demo.url}/console/rounds/nowhere`],
  ['round over', 'office', 'zh', ended(''), 'ended'],
  ['round over, monitor', 'office', 'zh', ended('/fieldwork'), 'ended'],
  ['round over, invitations', 'office', 'zh', ended('/invitations'), 'ended'],
  ['round over, no held interview', 'office', 'zh', ended('/held'), 'ended'],
  ['judged unit, invitations', 'evaluator', 'zh', ended('/invitations'), 'ended'],
  ['judged unit, interviewers', 'evaluator', 'en', ended('/interviewers'), 'ended'],
  ['judged unit, monitor', 'evaluator', 'zh', ended('/fieldwork'), 'ended'],
];

/** A form is sent although the browser would hold it back: as without its checks. */
async function send(page, form) {
  await page.locator(form).first().evaluate((one) => { one.noValidate = true; });
  await press(page, `${form} button[type=submit]`);
}

async function* improving(page, task) {
  await page.goto(at('/improvements')(task));
  await send(page, 'form:has(#said_zh)');
  yield 'improvements, nothing written';
  await page.fill('#said_zh', '残疾人说：康复点离家太远，去一趟要半天。');
  await page.fill('#did_zh', '从十月起，每个乡镇每周有两天流动康复车。');
  await page.fill('#said_en', 'The rehabilitation station is too far away.');
  await page.fill('#did_en', 'A van comes to each township twice a week.');
  await send(page, 'form:has(#said_zh)');
  yield 'improvements, published';
  await press(page, 'form:has(input[name=withdraw]) button');
  yield 'improvements, taken back';
}

async function* inviting(page, task) {
  const address = at('/invitations')(task);
  await page.goto(address);
  await page.fill('#sheet-case', 'nobody-at-all');
  await send(page, 'form[action$="/sheets"]');
  yield 'invitations, unknown case';
  await page.goto(address);
  await page.selectOption('#sms-group', 'grassroots');
  // A table to be saved is no page: only what is refused shows one. Which place has answered in full is the draw's.
  const refused = await page.evaluate(async () => {
    const form = document.querySelector('form[action$="/sms"]');
    for (const place of document.querySelectorAll('#sms-place option')) {
      place.selected = true;
      const reply = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      if (reply.status === 422) return true;
      if (!reply.ok) throw new Error(`text messages: ${reply.status}`);
    }
    return false;
  });
  if (!refused) throw new Error('every place has somebody to write to');
  await send(page, 'form[action$="/sms"]');
  yield 'invitations, nobody to write to';
  await page.goto(address);
  await page.fill('#case', 'r-nobody');
  await page.fill('#reason', '');
  await send(page, 'form[action$="/replace"]');
  yield 'invitations, no reason';
  await page.goto(address);
  await page.fill('#case', 'r-nobody');
  await page.fill('#reason', '信丢了');
  await send(page, 'form[action$="/replace"]');
  yield 'invitations, unknown case to replace';
  const wave = page.locator('form[action$="/email"] button');
  await Promise.all([page.waitForNavigation(), wave.first().click()]);
  yield 'invitations, wave queued';
  await page.goto(`${address}?done=reissue&case=r-00001`);
  yield 'invitations, code replaced';
}

/** The round's interviewers, and a device that sends one interview twice under two numbers, so that one is held. */
async function* interviewing(page, task) {
  const { demo } = task;
  const address = at('/interviewers')(task);
  await page.goto(address);
  await page.fill('#new-login', 'Wrong Name');
  await page.fill('#new-name', '');
  await send(page, 'form:has(#new-login)');
  yield 'interviewers, name at fault';
  await page.fill('#new-login', 'office');
  await page.fill('#new-name', '李四');
  await send(page, 'form:has(#new-login)');
  yield 'interviewers, name taken';
  await page.fill('#new-login', 'lisi');
  await page.selectOption('#new-employer', { index: 2 });
  await send(page, 'form:has(#new-login)');
  yield 'interviewers, added, with the first password';
  await page.goto(address);
  await press(page, 'form[action$="/cases"] button[value=assign]');
  yield 'interviewers, no village chosen';
  await device(demo);
  await page.goto(address);
  yield 'interviewers, with a device';
  await page.locator('details:has(input[name=days])').first().evaluate((one) => { one.open = true; });
  await page.fill('input[name=days] >> nth=0', '99');
  await page.locator('form[action$="/devices"]').first().evaluate((one) => { one.noValidate = true; });
  await press(page, 'form[action$="/devices"] button[value=days]');
  yield 'interviewers, days at fault';
  const except = 'form[action$="/exceptions"]';
  await page.locator(`details:has(${except})`).evaluate((one) => { one.open = true; });
  await send(page, except);
  yield 'interviewers, exception without a reason';
  await page.locator(`details:has(${except})`).evaluate((one) => { one.open = true; });
  await page.fill('#except-reason', '只有她会手语');
  await send(page, except);
  yield 'interviewers, exception made';

  const held = at('/held')(task);
  await page.goto(held);
  yield { state: 'held interview', light: false };
  await page.locator('details').first().evaluate((one) => { one.open = true; });
  await send(page, 'details form');
  yield { state: 'held interview, no reason', light: false };
  await page.goto(held);
  await press(page, 'button[value=retry]');
  yield { state: 'held interview, tried again', light: false };
  await page.locator('details').first().evaluate((one) => { one.open = true; });
  await page.fill('details input[name=reason] >> nth=0', '同一个人访问了两次');
  await press(page, 'details button[value=discard]');
  yield { state: 'held interview, put aside', light: false };

  await page.goto(address);
  await page.locator('details:has(button[value=lost])').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
  await press(page, 'form[action$="/devices"] button[value=lost]');
  yield 'interviewers, device lost';
}

/** A device of the demo's interviewer, which hands in an interview and then another of the same person. */
async function device(demo) {
  const api = `${demo.url}/api/v1/field`;
  const { user, password } = demo.logins.interviewer;
  const call = async (path, body, token) => {
    const reply = await fetch(`${api}/${path}`, {
      method: body ? 'POST' : 'GET', body: body ? JSON.stringify(body) : undefined,
      headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    });
    return { status: reply.status, json: await reply.json() };
  };
  const { json: { token } } = await call('devices', { login: user, password, device_name: '旧手机，屏幕有裂纹' });
  const { json: bundle } = await call('bundle', null, token);
  const round = bundle.rounds[0];
  const form = round.forms.find((one) => one.form === 'resident');
  const one = round.assignments.find((each) => each.group === 'resident' && each.state === 'open');
  for (const day of ['2026-11-20', '2026-11-21']) {
    const id = randomUUID();
    const plain = {
      id, case_id: one.case_id, form: 'resident', form_version: form.version, language: 'zh', mode: 'interview', answering: 'self',
      ways: [], consents: ['part'], started_at: `${day}T01:00:00Z`, ended_at: `${day}T01:25:00Z`,
      answers: { answering: 'self', need: 'none', took_part: 'none' },
    };
    const sealed = await seal(bundle.server_key, { id, round: round.id, case_id: one.case_id }, plain);
    await call('responses', { id, round: round.id, case_id: one.case_id, sealed }, token);
  }
}

/** The monitor keeps itself up to date: paused, and after the session has ended. */
async function* watching(page, task) {
  await page.clock.install();
  await page.goto(at('/fieldwork')(task));
  const live = page.waitForResponse((one) => one.url().includes('part=live'));
  await page.clock.runFor(31_000);
  await live;
  yield 'monitor, kept up to date';
  await page.click('#pause');
  yield 'monitor, paused';
  await page.click('#pause');
  await page.context().clearCookies();
  await page.clock.runFor(31_000);
  await page.waitForFunction(() => document.querySelector('#as-of').textContent.includes('登录已经过期'));
  yield 'monitor, signed out';
}

async function* stale(page, task) {
  await page.goto(at('/improvements')(task));
  await page.locator('input[name=csrf]').evaluateAll((all) => { for (const one of all) one.value = 'another'; });
  await send(page, 'form:has(#said_zh)');
  yield 'form of another session';
}

/** What is typed wrongly in a change of the own password; nothing is changed. */
async function* changingPassword(page, { demo }) {
  await page.goto(`${demo.url}/console/password`);
  yield 'own password';
  const type = async (old, fresh, again) => {
    await page.fill('#old', old);
    await page.fill('#new', fresh);
    await page.fill('#again', again);
    await send(page, 'form:has(#old)');
  };
  await type(demo.logins.viewer.password, 'zhu yi an quan', 'zhu yi an quan 2');
  yield 'own password, typed in two ways';
  await type('wrong', 'zhu yi an quan', 'zhu yi an quan');
  yield 'own password, the old one is wrong';
}

/** The page that waits for a computation reloads itself; here it stays, to be looked at. */
async function* computing(page, task) {
  await page.route('**/compute', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const reply = await route.fetch({ maxRedirects: 0 });
    const { refresh, ...headers } = reply.headers();
    return route.fulfill({ response: reply, headers });
  });
  await page.goto(ended('')(task));
  await press(page, 'form[action$="/compute"] button');
  // What a form is redirected to passes no route.
  await page.goto(page.url());
  if (!page.url().endsWith('/compute')) throw new Error(`nothing is computed at ${page.url()}`);
  yield 'computing';
}

async function* loggingOut(page, { demo }) {
  await page.goto(`${demo.url}/console`);
  await press(page, 'form[action$="/logout"] button');
  yield 'log in, signed out';
}

export const STAFF = [
  { name: 'improvements', role: 'office', walk: improving },
  // Their pages are among those looked at in full.
  { name: 'invitations', role: 'office', walk: inviting, light: true },
  { name: 'interviewers', role: 'office', walk: interviewing, light: true },
  { name: 'computing', role: 'office', walk: computing, server: 'ended' },
  { name: 'monitor', role: 'evaluator', walk: watching, alone: true },
  { name: 'own password', role: 'viewer', walk: changingPassword },
  { name: 'a form of another session', role: 'office', walk: stale },
  { name: 'log out', role: 'auditor', walk: loggingOut, alone: true },
].map((journey) => ({ language: 'zh', who: 'console', ...journey }));
