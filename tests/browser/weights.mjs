// Weighs every page type of the respondents on a cold cache at Lighthouse's slow-4G (150 ms, 1.6 Mbit/s, CPU four
// times slower): bytes on the wire with headers left out, requests, first contentful paint. Prints a Markdown table,
// then one line of JSON; exits 1 where a page of the questionnaire is heavier than issue 4 allows.
// task: { base, code, easy, round, user, password }; with a round, pages for anyone and, with a login, the console's too
import { openBrowser, task } from './lib.mjs';

const LIMITS = { first: 14 * 1024, script: 10 * 1024, further: 5 * 1024 };
const browser = await openBrowser();
const rows = [];
const wishes = `zh.1.a.${task.easy ? 'e' : ''}`;

// A fresh context has a cold cache; `warm` keeps the context, so that only what is new travels.
async function visitor() {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN' });
  await context.addCookies([{ name: 'minyi_view', value: wishes, url: task.base }]);
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send('Network.enable');
  await wire.send('Network.emulateNetworkConditions', {
    offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8,
  });
  await wire.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const seen = new Map();
  wire.on('Network.responseReceived', ({ requestId, response, type }) => {
    const before = seen.get(requestId);
    const cached = (before && before.cached) || response.fromDiskCache || !response.url.startsWith('http');
    seen.set(requestId, { type, url: response.url, cached, header: response.encodedDataLength, bytes: 0 });
  });
  wire.on('Network.requestServedFromCache', ({ requestId }) => seen.set(requestId, { cached: true }));
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const entry = seen.get(requestId);
    if (entry && !entry.cached) entry.bytes = Math.max(0, encodedDataLength - entry.header);
  });
  return { context, page, seen };
}

async function weigh(name, { page, seen }, arrive) {
  seen.clear();
  await arrive();
  await page.waitForLoadState('networkidle');
  const paint = await page.evaluate(() => {
    const entry = performance.getEntriesByType('paint').find((one) => one.name === 'first-contentful-paint');
    return entry ? Math.round(entry.startTime) : null;
  });
  const travelled = [...seen.values()].filter((one) => !one.cached);
  const sum = (type) => travelled.filter((one) => !type || one.type === type).reduce((all, one) => all + one.bytes, 0);
  const row = { page: name, html: sum('Document'), style: sum('Stylesheet'), script: sum('Script'),
    images: sum('Image'), all: sum(), requests: travelled.length, paint };
  rows.push(row);
  return row;
}

const next = (page) => Promise.all([page.waitForNavigation(), page.click('main form button[data-main]')]);
// The browser's own start, with its Chinese font, is not the page's.
const warmUp = await visitor();
await warmUp.page.goto(task.base);
await warmUp.context.close();
const first = await visitor();
const { page } = first;
await weigh('code', first, () => page.goto(task.base));
await first.context.close();
const second = await visitor();
const start = await weigh('start (cold)', second, () => second.page.goto(`${task.base}/r/${task.code}`));
for (const box of ['#consent', '#sensitive']) await second.page.check(box);
const walked = second.page;
const kinds = new Map();
await weigh('first question', second, () => next(walked));
for (let count = 0; count < 60 && /\/q\//.test(walked.url()); count += 1) {
  const names = await walked.locator('main form input[type=radio], main form input[type=checkbox]').evaluateAll(
    (all) => [...new Set(all.map((one) => one.name))]);
  for (const name of names) {
    const wanted = name === 'answering' ? '[value=self]' : '';
    await walked.locator(`main form [name="${name}"]${wanted}`).first().check();
  }
  const from = new URL(walked.url()).pathname.split('/').pop();
  const row = await weigh(`after ${from}`, second, () => next(walked));
  rows.pop();
  const kind = await walked.evaluate(() => {
    if (!location.pathname.includes('/q/')) return location.pathname.split('/').pop();
    const sets = document.querySelectorAll('main fieldset').length;
    if (document.querySelector('main textarea')) return 'text and choice';
    if (document.querySelector('main input[type=checkbox]')) return 'several choices';
    if (document.querySelector('main .likert')) return `${sets} scale${sets > 1 ? 's' : ''}`;
    return `${sets} choice${sets > 1 ? 's' : ''}`;
  });
  // The heaviest page of each kind stands for it.
  if (!kinds.has(kind) || kinds.get(kind).html < row.html) kinds.set(kind, { ...row, page: kind });
}
rows.push(...kinds.values());
await weigh('receipt', second, () => next(walked));
await weigh('used code', second, () => walked.goto(`${task.base}/r/${task.code}`));
await weigh('check of a receipt', second, () => walked.goto(`${task.base}/receipt`));
await weigh('own pages, door', second, () => walked.goto(`${task.base}/receipt/mine`));
const questionnaire = rows.length;

/** Weighs a page as someone sees it first: nothing is kept from before. */
async function weighCold(name, address, cookies = []) {
  const one = await visitor();
  if (cookies.length > 0) await one.context.addCookies(cookies);
  await weigh(`${name} (cold)`, one, () => one.page.goto(`${task.base}${address}`));
  await one.context.close();
}

if (task.round) {
  await weighCold('public results', `/results/${task.round}`);
  await weighCold('interviewers app', '/field');
}
if (task.user) {
  const staff = await visitor();
  await staff.page.goto(`${task.base}/console/login`);
  await staff.page.fill('input[name=login]', task.user);
  await staff.page.fill('input[name=password]', task.password);
  await Promise.all([staff.page.waitForNavigation(), staff.page.click('main form button[type=submit]')]);
  const cookies = await staff.context.cookies();
  for (const part of ['', '/fieldwork', '/invitations', '/interviewers', '/quality', '/cases', '/improvements', '/held']) {
    await weighCold(`console: ${part.slice(1) || 'round'}`, `/console/rounds/${task.round}${part}`, cookies);
  }
}
await browser.close();

const kb = (bytes) => (bytes / 1024).toFixed(1);
console.log('| page | HTML KB | style KB | script KB | pictures KB | all KB | requests | first paint ms |');
console.log('|---|---:|---:|---:|---:|---:|---:|---:|');
for (const row of rows) {
  console.log(`| ${row.page} | ${kb(row.html)} | ${kb(row.style)} | ${kb(row.script)} | ${kb(row.images)} | ${kb(row.all)} | ${row.requests} | ${row.paint ?? '–'} |`);
}
const problems = [];
if (start.html + start.style > LIMITS.first) problems.push(`the first page with its style weighs ${start.html + start.style} bytes`);
if (start.script > LIMITS.script) problems.push(`the script weighs ${start.script} bytes`);
for (const row of rows.slice(2, questionnaire)) if (row.html > LIMITS.further) problems.push(`${row.page} weighs ${row.html} bytes`);
if (start.style === 0 || start.script === 0 || rows.length < 6) problems.push('nothing was weighed');
if (problems.length > 0) {
  console.log(problems.join('\n'));
  process.exitCode = 1;
}
console.log(JSON.stringify({ rows, problems }));
