// After the answers are in: the receipt with its forms, the check of a receipt, the respondent's own pages, answering
// again, taking the answers back.
import { answer, consent, go, questionOf } from '../answering.mjs';
import { press } from './respond.mjs';

const MOST_PAGES = 120;
/** Longer than any field takes; its `maxlength` is taken away, as another program would. */
const LONG = '长'.repeat(1200);
/** Asks to be contacted, needs as little as can be. */
const ASKS = { answering: 'self', need: ['rehab'], took_part: ['training'], follow_up: 'yes', first_change: '村口的坡太陡' };

async function typeLong(page, selector) {
  await page.locator(selector).evaluate((one) => one.removeAttribute('maxlength'));
  await page.fill(selector, LONG);
}

/** Answers the whole questionnaire behind `address`; the browser then shows the receipt, which is returned. */
export async function answerAll(page, address) {
  await page.goto(address);
  await consent(page);
  await go(page);
  for (let count = 0; count < MOST_PAGES && questionOf(page); count += 1) {
    await answer(page, ASKS);
    await go(page);
  }
  await go(page);
  return (await page.locator('[data-receipt]').first().innerText()).replaceAll(/\s/g, '');
}

/** Has the second secret made on the receipt page. */
export async function secretOf(page) {
  await press(page, 'button[value=secret]');
  return (await page.locator('[data-secret]').first().innerText()).trim();
}

async function signIn(page, url, receipt, secret) {
  await page.goto(`${url}/receipt/mine`);
  await page.fill('#r', receipt);
  await page.fill('#secret', secret);
  await go(page);
}

/** A receipt that another program of the same keys has signed, and one whose signature is broken. */
async function* checking(page, { demo, ended }) {
  await page.goto(`${demo.url}/receipt`);
  await go(page);
  yield 'check of a receipt, nothing typed';
  const check = async (url, typed) => {
    await page.goto(`${url}/receipt`);
    await page.fill('#r', typed);
    await go(page);
  };
  await check(demo.url, 'MY1.no');
  yield 'check of a receipt, no receipt';
  const last = ended.receipt.slice(-9, -8);
  await check(demo.url, `${ended.receipt.slice(0, -9)}${last === 'A' ? 'B' : 'A'}${ended.receipt.slice(-8)}`);
  yield 'check of a receipt, forged';
  await check(demo.url, ended.receipt);
  yield 'check of a receipt, unknown here';
  await check(ended.url, ended.receipt);
  yield 'check of a receipt, counted';
}

async function* ownAfterTheEnd(page, { ended }) {
  await signIn(page, ended.url, ended.receipt, ended.secret);
  yield 'own pages, round over';
}

/** The office finds the case by its number and answers, with every mistake that it can make on the way. */
async function* office(task, number) {
  const { demo } = task;
  const page = await task.open('office');
  const at = (state) => ({ state: `case, ${state}`, page, who: 'console' });
  const list = `${demo.url}/console/rounds/${demo.round}/cases`;
  const link = page.locator(`a:text-is("${number}")`);
  for (let nth = 1; nth < 30; nth += 1) {
    await page.goto(`${list}?show=new&page=${nth}`);
    if ((await link.count()) > 0) break;
  }
  await Promise.all([page.waitForNavigation(), link.click()]);
  yield at('new, with a message');
  const acts = (act) => page.locator(`form:has(input[name=act][value=${act}])`);
  const send = (act) => Promise.all([page.waitForNavigation(), acts(act).locator('button').click()]);
  await send('reply');
  yield at('reply missing');
  await page.fill('#due_on', '');
  await send('assign');
  yield at('no day');
  await acts('move').locator('input[type=radio]').evaluateAll((all) => { for (const one of all) one.checked = false; });
  await send('move');
  yield at('no step');
  await page.check('input[name=state][value=rejected]');
  await page.fill('#move-text', '');
  await send('move');
  yield at('no reason');
  await page.check('input[name=state][value=accepted]');
  await send('move');
  yield at('accepted');
  await page.check('input[name=state][value=answered]');
  await page.fill('#move-text', '周五来修。');
  await send('move');
  yield at('answered');
  await page.check('input[name=state][value=closed]');
  await page.selectOption('#outcome', '');
  await send('move');
  yield at('no outcome');
  await page.context().close();
}

function own(nth) {
  return async function* walk(page, task) {
    const { demo } = task;
    const receipt = await answerAll(page, `${demo.url}/r/${demo.codes[nth]}`);
    yield 'receipt with a way to be reached';
    await press(page, 'button[value=contact]');
    yield 'receipt, no way to be reached';
    await typeLong(page, '#contact');
    await press(page, 'button[value=contact]');
    yield 'receipt, way to be reached too long';
    await page.fill('#contact', '下午在家，电话 0123-4567890');
    await press(page, 'button[value=contact]');
    yield 'receipt, way to be reached kept';
    const secret = await secretOf(page);
    yield 'receipt with the second secret';
    await page.goto(page.url());
    yield 'receipt, second secret made before';
    await page.goto(`${demo.url}/receipt?r=${receipt}`);
    yield 'check of a receipt, arrived';

    await page.goto(`${demo.url}/receipt/mine`);
    yield 'own pages, door';
    await page.fill('#r', receipt);
    await page.fill('#secret', '0000 0000 0000 0000');
    await go(page);
    yield 'own pages, wrong secret';
    await page.fill('#secret', secret);
    await go(page);
    yield 'own pages';
    await press(page, 'form[action$="/message"] button');
    yield 'own pages, message missing';
    await typeLong(page, '#message');
    await press(page, 'form[action$="/message"] button');
    yield 'own pages, message too long';
    await page.fill('#message', '坡道什么时候修？\n我每天都要走那里。');
    await press(page, 'form[action$="/message"] button');
    yield 'own pages, message sent';
    const number = (await page.locator('main').innerText()).match(/[0-9A-F]{8}/)[0];
    yield* office(task, number);

    await page.goto(`${demo.url}/receipt/mine`);
    yield 'own pages, answered';
    await press(page, 'form[action$="/rating"] button');
    yield 'own pages, rating missing';
    await page.check('input[name=rating][value=good]');
    await press(page, 'form[action$="/rating"] button');
    yield 'own pages, rated';

    await page.goto(`${demo.url}/receipt/again`);
    yield 'answering again, start';
    await consent(page);
    await go(page);
    yield 'answering again, first question';
    await answer(page, ASKS);
    await go(page);
    await press(page, 'main form button[value=handover]');
    yield 'answering again, handover';
    await press(page, 'a[data-back]');
    await press(page, 'button[value=later]');
    yield 'answering again, stopped';
    await page.goto(`${demo.url}/receipt/again`);
    yield 'answering again, start again';
    await go(page);
    for (let count = 0; count < MOST_PAGES && questionOf(page); count += 1) {
      await answer(page, ASKS);
      await go(page);
    }
    yield 'answering again, check';
    await go(page);
    yield 'answering again, receipt';
    const newer = (await page.locator('[data-receipt]').first().innerText()).replaceAll(/\s/g, '');
    await page.goto(`${demo.url}/receipt/mine`);
    yield 'own pages, replaced';
    await page.goto(`${demo.url}/receipt?r=${receipt}`);
    yield 'check of a receipt, replaced';
    await page.goto(`${demo.url}/receipt/mine`);
    await press(page, 'form[action$="/leave"] button');
    yield 'own pages, left';
    await signIn(page, demo.url, newer, secret);
    await press(page, 'a[href$="/withdraw"]');
    yield 'taking back';
    await press(page, 'button.main');
    yield 'taking back, not sure';
    await page.check('#sure');
    await press(page, 'button.main');
    yield 'own pages, taken back just now';
    await page.goto(`${demo.url}/receipt/mine`);
    yield 'own pages, taken back';
    await page.goto(`${demo.url}/receipt?r=${newer}`);
    yield 'check of a receipt, taken back';
    await page.goto(`${demo.url}/r/${demo.codes[nth]}`);
    yield 'used code, answers taken back';
  };
}

export const RECEIPTS = [
  { name: 'own pages', language: 'zh', who: 'respondent', walk: own(10) },
  { name: 'own pages', language: 'en', who: 'respondent', light: true, walk: own(11) },
  { name: 'checking a receipt', language: 'zh', who: 'respondent', walk: checking },
  { name: 'checking a receipt', language: 'en', who: 'respondent', light: true, walk: checking },
  { name: 'own pages, round over', language: 'zh', who: 'respondent', walk: ownAfterTheEnd },
];
