// The fieldwork monitor: read without script, kept up to date with it, paused, in both languages; axe at every step.
// task: { baseUrl, round, user, password, width, height, javascript, code, shots }
// With script, `code` is an unused invitation of a resident, who answers (`answers`) while the page is open.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pages, assert, openBrowser, task } from './lib.mjs';

const browser = await openBrowser();
const viewport = { width: task.width ?? 1280, height: task.height ?? 800 };
const javascript = task.javascript !== false;
const pages = new Pages(browser, { javascript, viewport });
const context = await browser.newContext({ viewport, javaScriptEnabled: javascript, locale: task.locale ?? 'zh-CN' });
const page = await context.newPage();
if (javascript) await page.clock.install();
let shot = 0;
async function look(where) {
  await pages.check(page, where);
  if (!task.shots) return;
  mkdirSync(task.shots, { recursive: true });
  shot += 1;
  await page.screenshot({ path: join(task.shots, `${viewport.width}-${String(shot).padStart(2, '0')}.png`), fullPage: true });
}

await page.goto(`${task.baseUrl}/console/login`);
await page.fill('input[name=login]', task.user);
await page.fill('input[name=password]', task.password);
await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);
const monitor = `${task.baseUrl}/console/rounds/${task.round}/fieldwork`;
await page.goto(monitor);
await look('monitor');

const sum = async () => page.locator('[data-say]').getAttribute('data-say');
const before = await sum();
assert(/\d+/.test(before), `no figures: ${before}`);
// Refreshing works by a plain link, with and without script.
await Promise.all([page.waitForNavigation(), page.click('.updates a')]);
assert(page.url() === monitor, `refreshing leads to ${page.url()}`);
for (const id of ['by-day', 'about']) await page.click(`#${id} > summary`);
await look('monitor, details open');
assert(await page.locator('#by-day tbody tr').count() > 30, 'days are missing from the table beside the picture');
const file = await context.request.get(`${monitor}/download?format=csv`);
assert(file.status() === 200, `the download answers ${file.status()}`);
const csv = await file.text();
const pause = page.locator('#pause');

let announced = 'not looked at';
if (!javascript) {
  assert(!(await pause.isVisible()), 'a button that does nothing without script');
  await page.click('.chips a:nth-child(2)');
  assert(page.url().includes('?group='), 'the groups are no links');
  await look('one group');
} else {
  assert(await pause.isVisible(), 'no pause button');
  // Nothing has changed: 304, nothing is said, the details stay open.
  const poll = async () => {
    const reply = page.waitForResponse((one) => one.url().includes('part=live'));
    await page.clock.runFor(31_000);
    return (await reply).status();
  };
  assert(await poll() === 304, 'the live part is sent although nothing has changed');
  assert(await page.locator('#said').innerText() === '', 'something is said although nothing has changed');
  // A clerk has scrolled the township table sideways and stands on its region when an answer comes in.
  const region = page.locator('[data-part=townships] .scroll');
  await region.evaluate((box) => { box.focus(); box.scrollLeft = 40; });
  const place = await region.evaluate((box) => [box.scrollLeft, box.getBoundingClientRect().top]);
  const form = await (await context.request.get(`${task.baseUrl}/api/v1/forms/${task.round}/resident`)).json();
  const handed = await context.request.post(`${task.baseUrl}/api/v1/responses`, { data: {
    id: randomUUID(), code: task.code, form: 'resident', form_version: form.form_version, language: 'zh', mode: 'web',
    answering: 'self', started_at: '2026-11-25T08:00:00Z', ended_at: '2026-11-25T08:05:00Z', answers: task.answers,
  } });
  assert(handed.status() === 201, `the answer is not taken: ${handed.status()} ${await handed.text()}`);
  await page.clock.runFor(31_000);
  await page.waitForFunction((old) => document.querySelector('[data-say]').getAttribute('data-say') !== old, before);
  const after = await sum();
  const number = (text) => Number(text.match(/\d+/)[0]);
  assert(number(after) === number(before) + 1, `${before} became ${after}`);
  announced = await page.locator('#said').innerText();
  assert(announced === after, `said: ${announced}`);
  const stays = await page.evaluate(() => {
    const box = document.querySelector('[data-part=townships] .scroll');
    return { focus: document.activeElement === box, place: [box.scrollLeft, box.getBoundingClientRect().top] };
  });
  assert(stays.focus, 'focus is lost when the table is replaced');
  assert(Math.abs(stays.place[0] - place[0]) < 2 && Math.abs(stays.place[1] - place[1]) < 2,
    `the table moved from ${place} to ${stays.place}`);
  assert(await page.locator('#by-day[open]').count() === 1, 'details close when the curve is replaced');
  await look('monitor, after an answer');
  // Paused: no more requests; resumed: again.
  let asked = 0;
  page.on('request', (request) => { if (request.url().includes('part=live')) asked += 1; });
  await pause.click();
  const words = await pause.innerText();
  await page.clock.runFor(120_000);
  assert(asked === 0, 'paused, and it asks all the same');
  await pause.click();
  assert(await pause.innerText() !== words, 'the button does not say what it does next');
  await page.waitForTimeout(300);
  assert(asked === 1, `resumed, and it asks ${asked} times`);
  // Signed out elsewhere: says so and stops.
  await context.clearCookies();
  await page.clock.runFor(31_000);
  await page.waitForFunction(() => document.querySelector('#as-of').textContent.includes('登录已经过期'));
  await page.clock.runFor(120_000);
  assert(asked === 2, `signed out, and it asks ${asked} times`);
  await look('monitor, signed out');
}
pages.report({ announced, csv });
await browser.close();
