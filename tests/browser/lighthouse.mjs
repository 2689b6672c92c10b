// Lighthouse's judgement of each type of page: accessibility, which must be 100, and with `performance` how soon a
// phone on slow 4G shows something (the figures for the README; they vary with the machine, so nothing asserts them).
//
// By hand, beside a running demo:  node tests/browser/lighthouse.mjs '{"demo": "DIR", "performance": true}'
// task: { demo: data folder with demo.json, baseUrl: where it is served, if not where demo.json says,
//         group: whose questionnaire, nth: invitation to use up, performance, only: pattern of the pages' names }
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { answer, consent, go, questionOf } from './answering.mjs';
import { CHROMIUM, openBrowser, task } from './lib.mjs';
import { secretOf } from './states/receipts.mjs';

const GOAL = 100;
const TRIES = 3;
const demo = JSON.parse(readFileSync(join(task.demo, 'demo.json'), 'utf8'));
const base = task.baseUrl ?? demo.base_url;
const code = demo.invitations[task.group ?? 'resident'].at(task.nth ?? -1);
const office = demo.logins.find((login) => login.role === 'office');
const start = `${base}/r/${code}`;

// Lighthouse has a browser of its own: it measures, while another one walks and lends it the cookies.
const measured = await launch({
  chromePath: CHROMIUM.executablePath, chromeFlags: [...CHROMIUM.args, '--headless=new'], logLevel: 'silent',
});
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN' });
const page = await context.newPage();
const rows = [];

async function judge(name, url) {
  if (task.only && !new RegExp(task.only).test(name)) return;
  const categories = task.performance ? ['accessibility', 'performance'] : ['accessibility'];
  const cookies = await context.cookies(url);
  const headers = { 'Accept-Language': 'zh-CN', Cookie: cookies.map((one) => `${one.name}=${one.value}`).join('; ') };
  const flags = { port: measured.port, onlyCategories: categories, extraHeaders: headers, logLevel: 'silent' };
  let lhr;
  // A busy machine makes it miss the start of a page now and then.
  for (let tries = 0; tries < TRIES && (!lhr || lhr.runtimeError); tries += 1) lhr = (await lighthouse(url, flags)).lhr;
  if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 1 && audit.scoreDisplayMode === 'binary'
    && lhr.categories.accessibility.auditRefs.some((ref) => ref.id === audit.id && ref.weight > 0));
  const requests = lhr.audits['network-requests']?.details?.items ?? [];
  rows.push({
    name,
    accessibility: Math.round(lhr.categories.accessibility.score * 100),
    performance: task.performance ? Math.round(lhr.categories.performance.score * 100) : null,
    first_contentful_paint_ms: task.performance ? Math.round(lhr.audits['first-contentful-paint'].numericValue) : null,
    requests: task.performance ? requests.length : null,
    bytes: task.performance ? requests.reduce((sum, one) => sum + (one.transferSize ?? 0), 0) : null,
    failed: failed.flatMap((audit) => (audit.details?.items ?? [{}]).map((item) => `${audit.id} ${item.node?.snippet ?? ''}`)),
  });
}

await judge('home', `${base}/`);
await judge('start', start);
await judge('start, open link', `${base}${demo.open_links.resident}`);
await page.goto(start);
await consent(page);
await go(page);
// One page of each kind that the questionnaire has: choices, several choices, faces, free text.
const kinds = new Set();
while (questionOf(page)) {
  const kind = await page.evaluate(() => ['textarea', '.likert', 'input[type=checkbox]', 'input[type=radio]', 'input[type=text]']
    .find((control) => document.querySelector(`main form ${control}`)));
  if (!kinds.has(kind)) {
    kinds.add(kind);
    await judge(`question: ${{ textarea: 'free text', '.likert': 'five steps', 'input[type=checkbox]': 'several choices' }[kind] ?? 'one choice'}`, page.url());
  }
  await answer(page, { answering: 'self', need: ['rehab'], took_part: ['training'] });
  await go(page);
}
await judge('check', page.url());
await judge('stopped for now', `${start}/later`);
await go(page);
await judge('receipt', page.url());
const receipt = (await page.locator('[data-receipt]').first().innerText()).replaceAll(/\s/g, '');
const secret = await secretOf(page);
await judge('no more reminders', `${start}/noremind`);
await judge('check of a receipt', `${base}/receipt`);
await judge('receipt found', `${base}/receipt?r=${receipt}`);
await judge('own pages: door', `${base}/receipt/mine`);
await page.goto(`${base}/receipt/mine`);
await page.fill('#r', receipt);
await page.fill('#secret', secret);
await go(page);
await judge('own pages', page.url());
await judge('taking back', `${base}/receipt/mine/withdraw`);
await judge('answering again', `${base}/receipt/again`);
await context.clearCookies();
await judge('the interviewers app', `${base}/field`);
await judge('public results', `${base}/results/${demo.round}`);
await judge('console: log in', `${base}/console/login`);
await page.goto(`${base}/console/login`);
await page.fill('input[name=login]', office.user);
await page.fill('input[name=password]', office.password);
await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);
const round = `${base}/console/rounds/${demo.round}`;
for (const [name, url] of [['rounds', `${base}/console`], ['round', round], ['monitor', `${round}/fieldwork`], ['invitations', `${round}/invitations`],
  ['interviewers', `${round}/interviewers`], ['held interviews', `${round}/held`], ['quality', `${round}/quality`], ['cases', `${round}/cases`],
  ['improvements', `${round}/improvements`], ['outbox', `${base}/console/outbox`]]) {
  await judge(`console: ${name}`, url);
}
await page.goto(`${round}/cases?show=all`);
await Promise.all([page.waitForNavigation(), page.locator('tbody th a').first().click()]);
await judge('console: case', page.url());
await browser.close();
measured.kill();

if (task.performance) {
  console.log('| page | accessibility | performance | first contentful paint | requests | bytes |\n|---|---|---|---|---|---|');
  for (const row of rows) {
    console.log(`| ${row.name} | ${row.accessibility} | ${row.performance} | ${(row.first_contentful_paint_ms / 1000).toFixed(2)} s | ${row.requests} | ${row.bytes} |`);
  }
}
for (const row of rows.filter(({ accessibility }) => accessibility < GOAL)) {
  console.log(`${row.name}: accessibility ${row.accessibility}: ${row.failed.join('; ')}`);
  process.exitCode = 1;
}
console.log(JSON.stringify({ pages: rows.length, rows }));
