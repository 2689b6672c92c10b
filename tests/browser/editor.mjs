// The editor's whole path by keyboard alone: a new questionnaire from the bank and by hand, logic from menus, a
// translation, a trial that answers, versions with what differs, an Excel file, and into the plan.
// task: { base, round, user, password, out: path of the Excel file, shots }
import { Pages, assert, openBrowser, task } from './lib.mjs';

const MOST_TABS = 400;
const browser = await openBrowser();
const viewport = { width: 1280, height: 800 };
const context = await browser.newContext({ viewport, locale: 'zh-CN', acceptDownloads: true });
const page = await context.newPage();
const pages = new Pages(browser, { viewport });
page.on('pageerror', (error) => pages.problems.push(`${page.url()}: ${error.message}`));
const press = (key) => page.keyboard.press(key);
const forms = `${task.base}/console/rounds/${task.round}/forms`;
const text = () => page.locator('main').innerText();
let pressed = 0;

/** Presses Tab until the focus is on what `selector` means, past the frame beside the page. */
async function tabTo(selector) {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await press('Tab');
    pressed += 1;
  }
  throw new Error(`${page.url()}: Tab does not lead to ${selector}`);
}

async function type(selector, words) {
  await tabTo(selector);
  await press('Control+A');
  await page.keyboard.type(words);
}

/** Chooses in a menu by the arrows. */
async function choose(selector, isWanted) {
  await tabTo(selector);
  await press('Home');
  for (let steps = 0; steps < 80; steps += 1) {
    const [value, words] = await page.evaluate(() => {
      const menu = document.activeElement;
      return [menu.value, menu.selectedOptions?.[0]?.textContent ?? ''];
    });
    if (isWanted(value, words)) return;
    await press('ArrowDown');
  }
  throw new Error(`${page.url()}: ${selector} has no such entry`);
}

async function take(selector, key = 'Enter') {
  await tabTo(selector);
  await Promise.all([page.waitForNavigation(), press(key)]);
}

async function look(name) {
  await pages.check(page, name);
  if (task.shots) await page.screenshot({ path: `${task.shots}/editor-${name}.png`, fullPage: true });
}

await page.goto(`${task.base}/console/login`);
await page.fill('input[name=login]', task.user);
await page.fill('input[name=password]', task.password);
await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);

// 1. A new questionnaire with questions of the bank.
await page.goto(forms);
await type('#title', '康复服务小调查');
await type('#name', 'keyboard');
await choose('#from', (value) => value.startsWith('bank:'));
await take('form:has(#title) button.main');
assert(page.url().includes('/forms/keyboard'), `made: ${page.url()} ${await text()}`);
const fromBank = await page.locator('ol.outline > li').count();
assert(fromBank > 0, 'no question came from the bank');
await look('outline');

// 2. Two by hand: where somebody lives, and their age, asked only of those in the country.
async function add(label, kind, lines) {
  await take('p.actions a[href*="/add"]');
  await type('#label', label);
  await choose('#kind', (value) => value === kind);
  if (lines) await type('#lines', lines);
  await take('form:has(#label) button.main');
  assert((await text()).includes('加好了'), `${label}: ${page.url()} ${await text()}`);
}
await add('您住在哪里？', 'select_one', '城里\n乡下');
await type('#w-hint-zh', '住得最久的地方');
await take('.save button');
assert((await text()).includes('存好了'), await text());
const live = new URL(page.url()).searchParams.get('row');
await page.goto(`${forms}/keyboard`);
await add('您多大年纪？', 'integer');
const age = new URL(page.url()).searchParams.get('row');
await type('#rule-least', '0');
await type('#rule-most', '120');
await choose('#q-0-question', (value) => value === live);
await page.waitForSelector('#q-0-a');
await choose('#q-0-a', (_, words) => words.includes('乡下'));
await page.waitForSelector('.sentence code');
await look('question');
await take('.save button');
const said = await page.locator('.sentence').allInnerTexts();
assert(said.some((one) => one.includes(`\${${live}}`)) && said.some((one) => one.includes('120')), said.join(' | '));

// 3. Another language, and what is missing in it.
await page.goto(`${forms}/keyboard/words`);
if ((await page.locator('#lang option[value=en]').count()) > 0) {
  await choose('#lang', (value) => value === 'en');
  await take('button[value=language]');
}
await page.goto(`${forms}/keyboard/words?lang=en`);
for (const [row, words] of [[live, 'Where do you live?'], [age, 'How old are you?']]) await type(`#s-label-${row}`, words);
await look('words');
await take('.save button');
assert((await text()).includes('存好了'), await text());

// 4. It runs: in the country, too old, then not.
await page.goto(`${forms}/keyboard`);
assert((await page.locator('.phone iframe').count()) === 1, 'no trial beside the outline');
await take('a.try');
let pagesSeen = 0;
let refused = false;
for (; pagesSeen < 40 && (await page.locator('main [data-main][value=next]').count()) > 0; pagesSeen += 1) {
  const here = await page.inputValue('input[name="trial:page"]');
  const names = await page.locator('main form input[type=radio]').evaluateAll((all) => [...new Set(all.map((one) => one.name))]);
  for (const name of names) {
    await tabTo(`[name="${name}"]`);
    await press('Space');
    if (name === live) await press('ArrowDown');
  }
  if (here === age) {
    await type(`#${age}`, refused ? '70' : '200');
    if (!refused) {
      await take('main [data-main]');
      assert((await page.locator('#faults').count()) === 1, 'an age of 200 is taken');
      refused = true;
      pagesSeen -= 1;
      continue;
    }
  }
  await take('main [data-main]');
}
assert(refused && (await text()).includes('试答完了') && (await text()).includes('70'), `${page.url()}: ${await text()}`);

// 5. Versions, and what the last step but one changed.
await page.goto(`${forms}/keyboard/versions`);
const states = await page.locator('ol.states > li').count();
await choose('#from', (value) => value === '1');
await take('form.inline button');
assert((await page.locator('.changes > li').count()) >= 2, await text());
await look('difference');

// 6. An Excel file.
await page.goto(`${forms}/keyboard/file`);
await tabTo('a[href$="/download"]');
const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
await download.saveAs(task.out);

// 7. Into the plan.
await page.goto(`${forms}/keyboard/plan`);
await look('plan');
await take('form:has(input[name=seen]):not(.steps-back) button.main');
assert((await text()).includes('修改稿'), await text());
await page.goto(`${task.base}/console/rounds/${task.round}/plan`);
assert((await text()).includes('forms/keyboard.xlsx'), await text());
await browser.close();
pages.report({ fromBank, states, pressed, pagesSeen, live, age });
