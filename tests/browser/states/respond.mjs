// What a respondent can come to beside the questionnaire itself: the phone handed over, the four digits, no more
// reminders, a site that is full, a quota that is full, pages as one wished them.
import { answer, consent, go, questionOf } from '../answering.mjs';

const MOST_PAGES = 60;
/** Answers that every question of the questionnaire with every kind takes. */
const TAKEN = { plain: 'no', age: '34' };

export const press = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);

/** Opens `address`, ticks what it asks for and begins. */
export async function begin(page, address) {
  await page.goto(address);
  await consent(page);
  await go(page);
}

/** Answers from here to the check page. */
export async function toCheck(page, prefer = TAKEN) {
  for (let count = 0; count < MOST_PAGES && questionOf(page); count += 1) {
    await answer(page, prefer);
    await go(page);
  }
  if (!page.url().endsWith('/check')) throw new Error(`the walk ended at ${page.url()}`);
}

async function toLater(page, address) {
  await begin(page, address);
  for (let count = 0; count < 2; count += 1) {
    await answer(page, TAKEN);
    await go(page);
  }
  await press(page, 'button[value=later]');
}

async function* handingOver(page, { everything }) {
  const start = `${everything.url}/r/${everything.codes[4]}`;
  await begin(page, start);
  for (let count = 0; count < 3; count += 1) {
    await answer(page, TAKEN);
    await go(page);
  }
  await press(page, 'main form button[value=handover]');
  yield 'handover, asked';
  await press(page, 'main form button[data-main]');
  yield 'handover, taken';
  await page.goto(start);
  yield 'start, the phone was handed over';
  await go(page);
  yield 'question after the phone was handed over';
  await toCheck(page);
  yield 'check, the phone was handed over';
}

async function* digits(page, { everything }) {
  const start = `${everything.url}/r/${everything.codes[5]}`;
  await toLater(page, start);
  await page.fill('#pin', '12');
  await press(page, 'button[value=pin]');
  yield 'stopped, digits refused';
  await page.fill('#pin', '0427');
  await press(page, 'button[value=pin]');
  yield 'stopped, digits kept';
  await page.context().clearCookies();
  await page.goto(start);
  yield 'start, digits asked';
  const type = async (four) => {
    await page.fill('#pin', four);
    await press(page, 'form[action$="/pin"] button');
  };
  await type('04');
  yield 'start, too few digits';
  await type('0000');
  yield 'start, wrong digits';
  await type('0427');
  if (!questionOf(page)) throw new Error(`the right digits lead to ${page.url()}`);
  yield 'question after the right digits';
  await page.context().clearCookies();
  await page.goto(start);
  for (let tries = 0; tries < 5; tries += 1) await type('1111');
  yield 'start, digits wrong too often';
}

async function* notReminded(page, { everything }) {
  await page.goto(`${everything.url}/r/${everything.codes[6]}/noremind`);
  yield 'no more reminders, asked';
  await go(page);
  yield 'no more reminders, done';
}

/** A site that takes one answer a day, in a township whose quota is one answer. */
async function* atASite(page, { everything }) {
  const site = `${everything.url}/o/everything-hall`;
  await page.goto(site);
  yield 'start, link of a site';
  await consent(page);
  await go(page);
  await answer(page, TAKEN);
  await go(page);
  yield 'link of a site, second question';
  await press(page, 'button[value=later]');
  yield 'link of a site, stopped';
  await page.goto(site);
  yield 'link of a site, start again';
  await go(page);
  await press(page, 'main form button[value=handover]');
  yield 'link of a site, handover';
  await press(page, 'a[data-back]');
  await toCheck(page);
  yield 'link of a site, check';
  await go(page);
  yield 'link of a site, receipt';
  await page.context().clearCookies();
  await page.goto(site);
  yield 'site full for today';
  await page.goto(`${everything.url}/o/everything`);
  await consent(page);
  await page.selectOption('#unit', '990101002');
  await go(page);
  yield 'quota full';
}

/** The sample questionnaire, as `wishes` (the cookie of the switches) say; its first pages have films and pictures. */
function wished(wishes, nth) {
  return async function* walk(page, { demo }) {
    await page.context().addCookies([{ name: 'minyi_view', value: wishes, url: demo.url }]);
    await page.goto(`${demo.url}/r/${demo.codes[nth]}`);
    yield 'start';
    await consent(page);
    await go(page);
    for (let count = 0; count < 4; count += 1) {
      yield `question ${questionOf(page)}`;
      await answer(page, { answering: 'self', need: ['rehab'] });
      await go(page);
    }
    await press(page, 'button[value=later]');
    yield 'stopped';
    await page.goto(`${demo.url}/receipt/mine`);
    yield 'own pages, door';
    await page.goto(`${demo.url}/results/${demo.round}`);
    yield 'public results';
  };
}

export const RESPOND = [
  { name: 'handing over', language: 'zh', who: 'respondent', walk: handingOver },
  { name: 'four digits', language: 'zh', who: 'respondent', walk: digits },
  { name: 'no more reminders', language: 'zh', who: 'respondent', walk: notReminded },
  { name: 'at a site', language: 'zh', who: 'respondent', walk: atASite },
  { name: 'easy and large', language: 'zh', who: 'respondent', light: true, walk: wished('zh.2.a.es', 30) },
  { name: 'easy', language: 'en', who: 'respondent', light: true, walk: wished('en.1.a.e', 31) },
  { name: 'largest on black', language: 'zh', who: 'respondent', light: true, walk: wished('zh.3.d.', 32) },
  { name: 'high contrast', language: 'zh', who: 'respondent', light: true, walk: wished('zh.1.h.', 33) },
  { name: 'yellow on black', language: 'zh', who: 'respondent', light: true, walk: wished('zh.1.y.s', 34) },
];
