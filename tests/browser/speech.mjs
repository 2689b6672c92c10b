// What a screen reader speaks through a whole questionnaire: each page from its title to its end, then what a person
// does, then what is announced in answer. The log is a snapshot that is read by people, so it is plain text.
// task: { url, language: "zh"|"en", prefer: {question: value}, invalid: {question, value} }
import { assert, openBrowser, task } from './lib.mjs';
import { answer, clear, consent, controls, go, questionOf, wish } from './answering.mjs';
import { FLAG, spoken } from './screenreader.mjs';

const MOST_PAGES = 120;
const browser = await openBrowser([FLAG]);
const context = await browser.newContext({
  viewport: { width: 360, height: 640 }, locale: task.language === 'en' ? 'en-GB' : 'zh-CN',
});
const page = await context.newPage();
const log = [];

// The frame of every page is the same: it is written once, on the first page of its kind.
let frameOf = new Set();
async function hear(where) {
  const phrases = await spoken(page);
  const [from, to] = [phrases.indexOf('main'), phrases.indexOf('end of main')];
  assert(from > 0 && to > from, `${where}: no main part is spoken`);
  const frame = JSON.stringify([phrases.slice(1, from), phrases.slice(to + 1)]);
  const known = frameOf.has(frame);
  frameOf.add(frame);
  log.push('', `== ${where}`);
  log.push(...(known ? [phrases[0], '(top as before)', ...phrases.slice(from, to + 1), '(foot as before)'] : phrases));
}

/** What the status line says after the last act, once the page has saved. */
async function announced() {
  await page.locator('#said:not(:empty)').waitFor();
  log.push(`< status, ${await page.locator('#said').innerText()}`);
}

async function done(prefer) {
  for (const { name, type, values } of await controls(page)) {
    log.push(`> ${name}: ${[wish(prefer, name, type, values)].flat().join(' ')}`);
  }
  await answer(page, prefer);
}

await page.goto(task.url);
await hear('start');
log.push('> ticks every box');
await consent(page);
await go(page);
let fault = task.invalid;
for (let count = 0; count < MOST_PAGES && questionOf(page); count += 1) {
  const question = questionOf(page);
  await hear(question);
  if (fault?.question === question) {
    await done({ [question]: fault.value });
    await go(page);
    const focus = await page.evaluate(() => document.activeElement.id);
    log.push(`< focus on ${focus}`);
    await hear(`${question}, with an error`);
    await clear(page);
    fault = null;
  }
  const asks = (await controls(page)).length > 0;
  await done(task.prefer);
  if (count === 0 && asks) await announced();
  await go(page);
}
await hear('check');
await go(page);
await hear('receipt');
// The receipt is another one every time.
const receipt = (await page.locator('[data-receipt]').first().innerText()).trim();
console.log(JSON.stringify({ log: log.map((line) => line.replaceAll(receipt, 'RECEIPT').replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')) }));
await browser.close();
