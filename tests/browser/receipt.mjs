// After the answers are in: receipt → check → second secret → message → answer again → withdraw → used code; axe looks
// at every page. The office handles the request in a window of its own.
// task: { url, baseUrl, round, user, password, javascript, width, height, shots }
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pages, assert, openBrowser, task } from './lib.mjs';

const browser = await openBrowser();
const viewport = { width: task.width ?? 360, height: task.height ?? 640 };
const javascript = task.javascript !== false;
const pages = new Pages(browser, { javascript, viewport });
const windowOf = async () => (await browser.newContext({ viewport, javaScriptEnabled: javascript, locale: 'zh-CN' })).newPage();
const phone = await windowOf();
let shot = 0;
async function look(page, where) {
  await pages.check(page, where);
  if (task.shots) {
    mkdirSync(task.shots, { recursive: true });
    shot += 1;
    await page.screenshot({ path: join(task.shots, `${String(shot).padStart(3, '0')}-${where.replaceAll(' ', '-')}.png`), fullPage: true });
  }
}
const press = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);

// Answers every page with its first choices, and asks to be contacted.
async function answer(page, url) {
  await page.goto(url);
  for (const box of await page.locator('main form input[type=checkbox]').all()) await box.check();
  await press(page, 'main form button[data-main]');
  for (let count = 0; count < 120 && /\/q\//.test(page.url()); count += 1) {
    const seen = new Set();
    for (const input of await page.locator('main form').locator('input, textarea').all()) {
      const [name, type] = [await input.getAttribute('name'), await input.getAttribute('type')];
      if (!name || type === 'hidden' || seen.has(name)) continue;
      seen.add(name);
      if (name === 'follow_up') await page.check('main form [name=follow_up][value=yes]');
      else if (type === 'radio' || type === 'checkbox') await input.check();
      else if ((await input.getAttribute('inputmode')) === 'numeric' || type === 'number') await input.fill('2');
      else await input.fill('村口的坡太陡');
    }
    await press(page, 'main form button[data-main]');
  }
  assert(/\/check$/.test(page.url()), `the walk ended at ${page.url()}`);
  await press(page, 'main form button[data-main]');
  return (await page.locator('[data-receipt]').first().innerText()).trim();
}

const receipt = await answer(phone, task.url);
await look(phone, 'receipt');
await press(phone, 'button[value=contact]');
await look(phone, 'contact missing');
await phone.fill('#contact', '下午在家，电话 0123-4567890');
await press(phone, 'button[value=contact]');
await look(phone, 'contact kept');
await press(phone, 'button[value=secret]');
await look(phone, 'second secret');
const secret = (await phone.locator('[data-secret]').innerText()).trim();
assert(/^\d{4} \d{4} \d{4} \d{4}$/.test(secret), `no second secret: ${secret}`);

await phone.goto(`${task.baseUrl}/receipt`);
await look(phone, 'check a receipt');
await press(phone, 'button[data-main]');
await look(phone, 'check nothing');
await phone.fill('#r', receipt);
await press(phone, 'button[data-main]');
assert(/[?]r=MY1/.test(phone.url()), `the check has no address of its own: ${phone.url()}`);
await look(phone, 'checked');

await phone.goto(`${task.baseUrl}/receipt/mine`);
await phone.fill('#r', receipt);
await phone.fill('#secret', '0000 0000 0000 0000');
await press(phone, 'button[data-main]');
await look(phone, 'wrong secret');
await phone.fill('#secret', secret);
await press(phone, 'button[data-main]');
await look(phone, 'mine');
await press(phone, 'form[action$="/message"] button');
await look(phone, 'message missing');
await phone.fill('#message', '坡道什么时候修？');
await press(phone, 'form[action$="/message"] button');
await look(phone, 'message sent');
const number = (await phone.locator('main').innerText()).match(/[0-9A-F]{8}/)[0];

const office = await windowOf();
await office.goto(`${task.baseUrl}/console`);
await office.fill('input[name=login]', task.user);
await office.fill('input[name=password]', task.password);
await press(office, 'main form button[type=submit]');
let listed = false;
for (let page = 1; page < 20 && !listed; page += 1) {
  await office.goto(`${task.baseUrl}/console/rounds/${task.round}/cases?show=new&page=${page}`);
  listed = (await office.locator(`a:text-is("${number}")`).count()) > 0;
}
await look(office, 'cases');
assert(listed, `the office does not see ${number}`);
await press(office, `a:text-is("${number}")`);
await look(office, 'case');
await office.check('input[name=state][value=accepted]');
await press(office, '#move-text >> xpath=ancestor::form >> css=button');
await office.check('input[name=state][value=answered]');
await office.fill('#move-text', '周五来修。');
await press(office, '#move-text >> xpath=ancestor::form >> css=button');
await look(office, 'case answered');
await office.goto(`${task.baseUrl}/console/rounds/${task.round}/improvements`);
await look(office, 'improvements');

await phone.goto(`${task.baseUrl}/receipt/mine`);
assert((await phone.locator('main').innerText()).includes('周五来修。'), 'the answer does not reach the respondent');
await look(phone, 'answer');
await phone.check('input[name=rating][value=very_good]');
await press(phone, 'form[action$="/rating"] button');
await look(phone, 'rated');

const newer = await answer(phone, `${task.baseUrl}/receipt/again`);
assert(newer !== receipt, 'no newer receipt');
await look(phone, 'newer receipt');
await phone.goto(`${task.baseUrl}/receipt/mine`);
assert((await phone.locator('[data-own=replaced]').count()) === 1, 'the earlier receipt does not say that it was replaced');
await look(phone, 'replaced');
await press(phone, 'form[action$="/leave"] button');
await phone.goto(`${task.baseUrl}/receipt/mine`);
await phone.fill('#r', newer);
await phone.fill('#secret', secret);
await press(phone, 'button[data-main]');
await press(phone, 'a[href$="/withdraw"]');
await look(phone, 'withdraw');
await press(phone, 'button.main');
await look(phone, 'withdraw unsure');
await phone.check('#sure');
await press(phone, 'button.main');
assert((await phone.locator('[data-own=withdrawn]').count()) === 1, 'not withdrawn');
await look(phone, 'withdrawn');
const used = await phone.goto(task.url);
assert(used.status() === 409, `a used code answers ${used.status()}`);
await look(phone, 'used code');
await phone.goto(`${task.baseUrl}/results/${task.round}`);
await look(phone, 'public page');

pages.report({ number });
await browser.close();
