// Hands the phone over in the middle of a questionnaire, then tries to get at the earlier answers as a person would: by
// the browser's back button, by its history, by the addresses, on the check page.
// task: { url, javascript, shots }
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pages, assert, openBrowser, task } from './lib.mjs';

const BEFORE = 5;
const browser = await openBrowser();
const viewport = { width: 360, height: 640 };
const pages = new Pages(browser, { javascript: task.javascript !== false, viewport });
const context = await browser.newContext({ viewport, javaScriptEnabled: task.javascript !== false, locale: 'zh-CN' });
const page = await context.newPage();

async function look(where) {
  await pages.check(page, where);
  if (task.shots) {
    mkdirSync(task.shots, { recursive: true });
    await page.screenshot({ path: join(task.shots, `${where}.png`), fullPage: true });
  }
}
const question = () => new URL(page.url()).pathname.split('/').pop();
const press = (selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
const next = () => press('main form button[data-main]');
async function answer() {
  const names = new Set();
  for (const input of await page.locator('main form input[type=radio], main form input[type=checkbox]').all()) {
    const name = await input.getAttribute('name');
    if (!names.has(name)) await input.check();
    names.add(name);
  }
}
const shown = () => page.locator('main form input:checked').count();

await page.goto(task.url);
for (const box of await page.locator('main form input[type=checkbox]').all()) await box.check();
await next();
const earlier = [];
for (let i = 0; i < BEFORE; i += 1) {
  earlier.push(page.url());
  await answer();
  await next();
}
await look('handover-button');
await press('main form button[value=handover]');
await look('handover-ask');
await press('main form button[data-main]');
await look('handover-taken');

// Back, again and again: whatever page the browser comes to, none shows an answer.
for (let i = 0; i < BEFORE + 3; i += 1) {
  await page.goBack({ waitUntil: 'load' }).catch(() => null);
  assert((await shown()) === 0, `back shows an answer at ${page.url()}`);
  const reached = earlier.filter((address) => page.url() === address);
  assert(reached.length === 0, `back leads to ${reached}`);
}
for (const address of earlier) {
  await page.goto(address);
  assert(page.url() !== address && (await shown()) === 0, `${address} can still be opened`);
}
const resumed = question();
let count = 0;
for (; count < 80 && /\/q\//.test(page.url()); count += 1) {
  assert((await shown()) === 0, `${question()} comes with an answer`);
  await answer();
  await next();
}
assert(/\/check$/.test(new URL(page.url()).pathname), `the walk ended at ${page.url()}`);
await look('handover-check');
for (const address of earlier) {
  const path = new URL(address).pathname;
  assert((await page.locator(`main a[href^="${path}?"]`).count()) === 0, `the check page offers ${path}`);
}
await next();
assert((await page.locator('[data-receipt]').count()) === 1, 'no receipt');
pages.report({ resumed, count });
await browser.close();
