// The staff console: log in, watch the round, compute it, download its reports; axe looks at every page.
// task: { baseUrl, round, user, password, role, width, height, compute, shots }
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pages, assert, openBrowser, task } from './lib.mjs';

const browser = await openBrowser();
const viewport = { width: task.width ?? 1280, height: task.height ?? 800 };
const pages = new Pages(browser, { javascript: task.javascript !== false, viewport });
const context = await browser.newContext({
  viewport,
  javaScriptEnabled: task.javascript !== false,
  locale: 'zh-CN',
  acceptDownloads: true,
});
const page = await context.newPage();
let shot = 0;
async function look(where) {
  await pages.check(page, where);
  if (task.shots) {
    mkdirSync(task.shots, { recursive: true });
    shot += 1;
    await page.screenshot({ path: join(task.shots, `${String(shot).padStart(3, '0')}.png`), fullPage: true });
  }
}

await page.goto(`${task.baseUrl}/console`);
await look('login');
await page.fill('input[name=login]', task.user);
await page.fill('input[name=password]', 'wrong');
await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);
await look('login refused');
assert(await page.locator('input[name=password]').isVisible(), 'a wrong password is let in');
await page.fill('input[name=login]', task.user);
await page.fill('input[name=password]', task.password);
await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);
await look('rounds');

await page.goto(`${task.baseUrl}/console/rounds/${task.round}`);
await look('round');
const overview = await page.locator('main').innerText();
assert(/60\.|5\d\.|4\d\.|7\d\./.test(overview), 'no response rate on the overview');

// Every link of the console, once.
const seen = new Set([page.url()]);
const queue = [page.url(), `${task.baseUrl}/console`];
const downloads = new Set();
while (queue.length > 0) {
  await page.goto(queue.shift());
  const links = await page.locator('a[href]').evaluateAll((all) => all.map((one) => one.href));
  for (const link of links) {
    const url = new URL(link);
    url.hash = '';
    if (!url.href.startsWith(`${task.baseUrl}/console`)) continue;
    if (url.pathname.endsWith('/download')) { downloads.add(url.href); continue; }
    if (/logout|lang=/.test(url.href)) continue;
    if (seen.has(url.href) || seen.size > 40) continue;
    seen.add(url.href);
    const reply = await page.goto(url.href);
    assert(reply.status() === 200, `${url.href} answers ${reply.status()}`);
    await look(url.pathname);
    queue.push(url.href);
  }
}

const kinds = {};
const taken = new Set();
for (const link of downloads) {
  const { pathname, searchParams } = new URL(link);
  // What has no form to choose is an archive, or a file of evidence as it was handed in.
  const kind = searchParams.get('format') ?? (pathname.includes('/evidence/') ? 'evidence' : 'zip');
  if (taken.has(`${pathname} ${kind}`)) continue;
  taken.add(`${pathname} ${kind}`);
  const reply = await context.request.get(link);
  assert(reply.status() === 200, `${link} answers ${reply.status()}`);
  const body = await reply.body();
  const magic = { pdf: '%PDF', xlsx: 'PK', docx: 'PK', zip: 'PK', bundle: 'PK', html: '<!DOCTYPE html>', csv: '\ufeff', parquet: 'PAR1', sav: '$FL2', ddi: '<?xml', evidence: '' }[kind];
  assert(magic !== undefined, `${link}: say in this script how a ${kind} begins`);
  assert(body.subarray(0, Buffer.byteLength(magic)).toString().toLowerCase() === magic.toLowerCase(), `${link} is no ${kind}`);
  kinds[kind] = body.length;
}

if (task.compute) {
  await page.goto(`${task.baseUrl}/console/rounds/${task.round}`);
  await Promise.all([page.waitForNavigation(), page.locator('form[action$="/compute"] button[type=submit]').click()]);
  await look('computing');
  let done = false;
  for (let tries = 0; tries < 120 && !done; tries += 1) {
    await page.goto(`${task.baseUrl}/console/rounds/${task.round}`);
    done = (await page.locator('[data-job-state=done]').count()) > 0;
    assert((await page.locator('[data-job-state=failed]').count()) === 0, 'computing failed');
    if (!done) await page.waitForTimeout(500);
  }
  assert(done, 'computing does not end');
}
pages.report({ pages: seen.size, downloads: kinds });
await browser.close();
