// A whole questionnaire by keyboard alone: Tab, Space, Enter and the arrows, as with a keyboard or a switch.
// task: { url, language: "zh"|"en", javascript, prefer: {question: value}, empty: question left out once,
//         handOverAfter: pages after which the phone is handed over, digitsAfter: pages after which four digits are set
//         and the answers taken up on another device }
import { assert, openBrowser, task } from './lib.mjs';
import { controls, questionOf, wish } from './answering.mjs';

const MOST_PAGES = 120;
const MOST_TABS = 150;
const browser = await openBrowser();
const context = await browser.newContext({
  viewport: { width: 1280, height: 800 },
  javaScriptEnabled: task.javascript !== false,
  locale: task.language === 'en' ? 'en-GB' : 'zh-CN',
});
const page = await context.newPage();
const press = (key) => page.keyboard.press(key);
let pressed = 0;

/** Presses Tab until the focus is on what `selector` means. */
async function tabTo(selector) {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await press('Tab');
    pressed += 1;
  }
  throw new Error(`${page.url()}: Tab does not lead to ${selector}`);
}

const focused = () => page.evaluate(() => ({ id: document.activeElement.id, value: document.activeElement.value }));

async function fill({ name, type, values }) {
  const wanted = wish(task.prefer, name, type, values);
  if (type === 'radio') {
    // Tab leads to the set; the arrows choose in it, Space chooses where one is.
    await tabTo(`[name="${name}"]`);
    for (let steps = 0; steps <= values.length && (await focused()).value !== wanted; steps += 1) await press('ArrowDown');
    await press('Space');
    assert((await page.locator(`[name="${name}"]:checked`).getAttribute('value')) === wanted, `${name}: ${wanted} is not chosen`);
  } else if (type === 'checkbox') {
    for (const value of values.filter((one) => wanted.includes(one))) {
      await tabTo(`[name="${name}"][value="${value}"]`);
      if (!(await page.evaluate(() => document.activeElement.checked))) await press('Space');
    }
  } else if (type === 'date') {
    const fields = await page.locator(`main form [name="${name}"]`).evaluateAll((all) => all.map((one) => one.id));
    if (fields.length > 1) {
      // A field each for year, month and day.
      for (const [place, part] of wanted.split('-').entries()) {
        await tabTo(`#${fields[place]}`);
        await page.keyboard.type(part);
      }
      return;
    }
    await tabTo(`#${name}`);
    // Year, month and day stand in the order of the browser's language.
    for (let part = 0; part < 3; part += 1) {
      await press('ArrowUp');
      if (part < 2) await press('ArrowRight');
    }
    assert(await page.inputValue(`#${name}`), `${name}: the arrows give no date`);
  } else {
    await tabTo(`#${name}`);
    await page.keyboard.type(wanted);
  }
}

/** Goes on by the main button, by Enter and by Space in turn. */
let turns = 0;
async function next() {
  await tabTo('main [data-main]');
  turns += 1;
  const isLink = await page.evaluate(() => document.activeElement.tagName === 'A');
  await Promise.all([page.waitForNavigation(), press(turns % 2 === 0 && !isLink ? 'Space' : 'Enter')]);
}

/** Presses what `selector` means and waits for the page behind it. */
async function take(selector) {
  await tabTo(selector);
  await Promise.all([page.waitForNavigation(), press('Enter')]);
}

/** Gives the phone to another person, who goes on. */
async function handOver() {
  await take('main button[value=handover]');
  await next();
  assert((await page.locator('main form').count()) === 0, `the phone is not handed over at ${page.url()}`);
  await next();
}

const DIGITS = '0427';
/** Stops, sets four digits, and takes the answers up with them in a browser that knows nothing. */
async function goOnElsewhere() {
  const before = questionOf(page);
  await take('main button[value=later]');
  await tabTo('#pin');
  await page.keyboard.type(DIGITS);
  await take('button[value=pin]');
  await context.clearCookies();
  await page.goto(task.url);
  await tabTo('#pin');
  await page.keyboard.type('0000');
  await take('form[action$="/pin"] button');
  if (task.javascript !== false) assert((await focused()).id === 'faults', 'wrong digits: the focus is not on the summary');
  await tabTo('#faults a');
  await press('Enter');
  await tabTo('#pin');
  await page.keyboard.type(DIGITS);
  await take('form[action$="/pin"] button');
  assert(questionOf(page) === before, `the digits lead to ${page.url()}, not to ${before}`);
}

await page.goto(task.url);
// The first stop leads past the switches.
await press('Tab');
assert(await page.evaluate(() => document.activeElement.matches('a.skip')), 'the first stop is no way past the top');
await press('Enter');
await press('Tab');
assert(await page.evaluate(() => document.activeElement.closest('main') !== null), 'the skip link does not lead into the page');
for (const box of await page.locator('main form input[type=checkbox]').evaluateAll((all) => all.map((one) => one.id))) {
  await tabTo(`#${box}`);
  await press('Space');
}
if ((await page.locator('main form select').count()) > 0) {
  await tabTo('main form select');
  await press('ArrowDown');
}
await next();

const asked = [];
let empty = task.empty;
for (let count = 0; count < MOST_PAGES && questionOf(page); count += 1) {
  if (count === task.handOverAfter) await handOver();
  if (count === task.digitsAfter) await goOnElsewhere();
  const question = questionOf(page);
  asked.push(question);
  if (question === empty) {
    await next();
    if (task.javascript !== false) assert((await focused()).id === 'faults', `the focus is on ${(await focused()).id}, not on the summary`);
    await tabTo('#faults a');
    await press('Enter');
    const at = await page.evaluate(() => document.activeElement?.name);
    if (task.javascript !== false) assert(at === question, `the summary leads to ${at}, not to ${question}`);
    empty = null;
  }
  for (const control of await controls(page)) await fill(control);
  await next();
}
assert(page.url().endsWith('/check'), `the walk ended at ${page.url()} after ${asked.join(', ')}`);
await next();
assert(page.url().endsWith('/receipt'), `the walk ended at ${page.url()}`);
const receipt = await page.locator('[data-receipt]').first().innerText();
assert(receipt.trim().length > 20, `no receipt: ${receipt}`);
console.log(JSON.stringify({ asked, tabs: pressed }));
await browser.close();
