// Every state of every page. A page with nothing to do is one line of PAGES; what has to be walked to is a journey,
// which stops wherever there is something to look at.
import { answer, clear, consent, go, questionOf } from './answering.mjs';
import { AUTH, AUTH_PAGES } from './states/auth.mjs';
import { DATA, DATA_CONSOLE, DATA_PAGES } from './states/data.mjs';
import { DURABLE, DURABLE_CONSOLE, DURABLE_PUBLIC } from './states/durable.mjs';
import { FORMB, FORMB_PUBLIC } from './states/formb.mjs';
import { EDITOR, EDITOR_PAGES } from './states/editor.mjs';
import { EVALUATION_PAGES } from './states/eval.mjs';
import { FIELD_APP } from './states/fieldapp.mjs';
import { FORMS_CONSOLE } from './states/forms.mjs';
import { MAIL, MAIL_PAGES } from './states/mail.mjs';
import { PLAN, PLAN_PAGES } from './states/plan.mjs';
import { RECEIPTS } from './states/receipts.mjs';
import { RECORDS, RECORDS_PAGES, RECORDS_PUBLIC } from './states/records.mjs';
import { REPORT_PAGES } from './states/report.mjs';
import { RESPOND } from './states/respond.mjs';
import { STAFF, STAFF_PAGES } from './states/staff.mjs';
import { THIRD, THIRD_PAGES } from './states/third.mjs';
import { TRUST2, TRUST2_CONSOLE, TRUST2_PUBLIC } from './states/trust2.mjs';

/** Faults for the questionnaire of every kind: what to type, and where. */
const FAULTS = {
  plain: {}, several: { several: ['cane', 'none'] }, town: {}, age: { age: '5' }, distance: { distance: '-1' },
  hours: { hours: '99' }, since: { since: '2999-01-01' }, together: { visits: '99' },
};
const MOST_PAGES = 60;

/**
 * Pages that an address alone opens: `[name, who it is for, what language, address]`. The address is made of the
 * task: `places` by server, `codes` by state.
 */
export const PAGES = [
  ['home', 'respondent', 'zh', ({ everything }) => everything.url],
  ['home', 'respondent', 'en', ({ everything }) => everything.url],
  ['start', 'respondent', 'zh', ({ everything }) => `${everything.url}/r/${everything.codes[0]}`],
  ['start', 'respondent', 'en', ({ everything }) => `${everything.url}/r/${everything.codes[0]}`],
  ['start, health asked', 'respondent', 'zh', ({ demo }) => `${demo.url}/r/${demo.codes[0]}`],
  ['start, open link', 'respondent', 'zh', ({ everything }) => `${everything.url}/o/everything`],
  ['unknown code', 'respondent', 'zh', ({ everything }) => `${everything.url}/r/0000-0000-00000`],
  ['unknown open link', 'respondent', 'zh', ({ everything }) => `${everything.url}/o/nowhere`],
  ['no such page', 'respondent', 'en', ({ everything }) => `${everything.url}/nowhere`],
  ['early round', 'respondent', 'zh', ({ early }) => `${early.url}/r/${early.codes[0]}`],
  ['closed round', 'respondent', 'zh', ({ closed }) => `${closed.url}/r/${closed.codes[0]}`],
  ['server error', 'respondent', 'zh', ({ broken }) => `${broken.url}/r/${broken.codes[0]}`],
  ['public results', 'respondent', 'zh', ({ demo }) => `${demo.url}/results/${demo.round}`],
  ['public results', 'respondent', 'en', ({ demo }) => `${demo.url}/results/${demo.round}`],
  ['public results, none yet', 'respondent', 'zh', ({ everything }) => `${everything.url}/results/${everything.round}`],
  ['public results, round over', 'respondent', 'zh', ({ ended }) => `${ended.url}/results/${ended.round}`],
  ['check of a receipt', 'respondent', 'zh', ({ demo }) => `${demo.url}/receipt`],
  ['check of a receipt', 'respondent', 'en', ({ demo }) => `${demo.url}/receipt`],
  ['no more reminders', 'respondent', 'en', ({ demo }) => `${demo.url}/r/${demo.codes[1]}/noremind`],
  ['the interviewers app', 'interviewer', 'zh', ({ demo }) => `${demo.url}/field`],
  ...RECORDS_PUBLIC,
  ...DATA_PAGES,
  ...DURABLE_PUBLIC,
  ...FORMB_PUBLIC,
  ...TRUST2_PUBLIC,
];

/** Pages of the console: `[name, role, language, address]`, and the server where that is not the demo. */
export const CONSOLE = [
  ['rounds', 'office', 'zh', ({ demo }) => `${demo.url}/console`],
  ['round', 'office', 'zh', ({ demo }) => `${demo.url}/console/rounds/${demo.round}`],
  ['outbox', 'office', 'zh', ({ demo }) => `${demo.url}/console/outbox`],
  ['audit', 'auditor', 'zh', ({ demo }) => `${demo.url}/console/audit`],
  ['round', 'viewer', 'zh', ({ demo }) => `${demo.url}/console/rounds/${demo.round}`],
  ['refused', 'viewer', 'zh', ({ demo }) => `${demo.url}/console/audit`],
  ...STAFF_PAGES,
  ...RECORDS_PAGES,
  ...MAIL_PAGES,
  ...REPORT_PAGES,
  ...THIRD_PAGES,
  ...PLAN_PAGES,
  ...DATA_CONSOLE,
  ...DURABLE_CONSOLE,
  ...TRUST2_CONSOLE,
  ...EVALUATION_PAGES,
  ...EDITOR_PAGES,
  ...AUTH_PAGES,
  ...FORMS_CONSOLE,
];

/**
 * Journeys: `{ name, language, who, walk }`; `walk` leaves the page in a state and yields the state's name, or
 * `{ state, page, who, light }` for a state of another page or to be looked at otherwise than the rest. With `role` it
 * is signed in, at `server` where that is not the demo; with `alone` by a session of its own, which it may end. `light`
 * is for pages that differ from others in their words or colours only.
 */
export const JOURNEYS = [
  // The long ones first, so that none is left over at the end.
  ...RECEIPTS,
  ...FIELD_APP,
  ...STAFF,
  ...RECORDS,
  ...MAIL,
  ...THIRD,
  ...PLAN,
  ...EDITOR,
  ...DATA,
  ...DURABLE,
  ...FORMB,
  ...TRUST2,
  ...RESPOND,
  ...AUTH,
  { name: 'a code typed', language: 'zh', who: 'respondent', walk: typeCode },
  { name: 'consent', language: 'zh', who: 'respondent', walk: withoutConsent },
  { name: 'open link', language: 'zh', who: 'respondent', walk: openLink },
  { name: 'every kind of question', language: 'zh', who: 'respondent', walk: everyQuestion(1) },
  { name: 'every kind of question', language: 'en', who: 'respondent', light: true, walk: everyQuestion(2) },
  { name: 'stopping and going on', language: 'zh', who: 'respondent', walk: pausing },
  { name: 'too many wrong codes', language: 'zh', who: 'respondent', walk: guessing },
  { name: 'log in', language: 'zh', who: 'console', walk: logIn },
];

async function* typeCode(page, { everything }) {
  await page.goto(everything.url);
  await go(page);
  yield 'home, nothing typed';
  await page.fill('main form input[name=code]', 'ABCD-1234');
  await go(page);
  yield 'home, mistyped';
}

async function* withoutConsent(page, { demo }) {
  await page.goto(`${demo.url}/r/${demo.codes[0]}`);
  await go(page);
  yield 'consent missing';
}

async function* openLink(page, { everything }) {
  await page.goto(`${everything.url}/o/everything`);
  await go(page);
  yield 'open link, nothing chosen';
  await consent(page);
  await go(page);
  yield 'open link, first question';
}

export function everyQuestion(nth) {
  return async function* walk(page, { everything }) {
    await page.goto(`${everything.url}/r/${everything.codes[nth]}`);
    await consent(page);
    await go(page);
    for (let count = 0; count < MOST_PAGES && questionOf(page); count += 1) {
      const question = questionOf(page);
      yield `question ${question}`;
      if (FAULTS[question]) {
        for (const [name, value] of Object.entries(FAULTS[question])) {
          if (Array.isArray(value)) for (const each of value) await page.check(`#${name}-${each}`);
          else await page.fill(`#${name}`, value);
        }
        await go(page);
        if (questionOf(page) !== question) throw new Error(`${question} takes the fault ${JSON.stringify(FAULTS[question])}`);
        yield `question ${question}, with an error`;
        await clear(page);
      }
      await answer(page, { plain: 'no', age: '34' });
      yield `question ${question}, answered`;
      await go(page);
    }
    if (!page.url().endsWith('/check')) throw new Error(`the walk ended at ${page.url()}`);
    yield 'check';
    // A fault that the script has saved while one typed, unseen by the respondent.
    await page.locator('#row-age a').click();
    await page.waitForURL(/\/q\//);
    yield 'question changed from the check page';
    await page.fill('#age', '5');
    await page.locator('#said:not(:empty)').waitFor();
    await page.goto(page.url().replace(/\/q\/.*/, '/check'));
    await go(page);
    yield 'check, with faults';
    await page.locator('#faults a').first().click();
    await page.waitForURL(/\/q\//);
    await page.fill('#age', '34');
    await go(page);
    await go(page);
    if (!page.url().endsWith('/receipt')) throw new Error(`no receipt, but ${page.url()}`);
    yield 'receipt';
    await page.goto(`${everything.url}/r/${everything.codes[nth]}`);
    yield 'used code, own device';
    await page.context().clearCookies();
    await page.goto(`${everything.url}/r/${everything.codes[nth]}`);
    yield 'used code, other device';
  };
}

async function* pausing(page, { everything }) {
  const start = `${everything.url}/r/${everything.codes[3]}`;
  await page.goto(start);
  await consent(page);
  await go(page);
  for (let count = 0; count < 3; count += 1) {
    await answer(page);
    await go(page);
  }
  await Promise.all([page.waitForNavigation(), page.click('button[value=later]')]);
  yield 'stopped for now';
  await page.goto(start);
  yield 'start again on the same device';
  await page.context().clearCookies();
  await page.goto(start);
  yield 'start again on another device';
  if ((await page.locator('main form input[type=checkbox]').count()) > 0) await consent(page);
  await go(page);
  yield 'resumed on another device';
  await Promise.all([page.waitForNavigation(), page.click('button[value=later]')]);
  await Promise.all([page.waitForNavigation(), page.click('main button[value=forget]')]);
  yield 'stopped, and forgotten by this device';
}

async function* guessing(page, { limited }) {
  // Well-formed codes that nobody has: the last symbol checks the others.
  const wrong = limited.wrong;
  for (let tries = 0; tries < 400; tries += 1) {
    const reply = await page.context().request.get(`${limited.url}/r/${wrong}`);
    if (reply.status() === 429) break;
  }
  await page.goto(`${limited.url}/r/${wrong}`);
  yield 'too many wrong codes';
}

async function* logIn(page, { demo }) {
  await page.goto(`${demo.url}/console`);
  yield 'log in';
  await page.fill('input[name=login]', 'office');
  await page.fill('input[name=password]', 'wrong');
  await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);
  yield 'log in refused';
}
