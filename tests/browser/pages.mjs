// Looks at every state of every page (states.mjs) with every check (checks.mjs), in parallel tabs, and says which routes
// of the server no state has come to.
// task: { everything: {url, round, codes}, early: {url, codes}, closed: {url, codes}, limited: {url, wrong},
//         broken: {url, codes}, demo: {url, round, codes, logins: {role: {user, password}}},
//         guard: {user, password} of an auditor on the demo's server who may turn a second factor on,
//         ended: {url, round, receipt, secret, logins}, routes: addresses with {holes},
//         only: pattern of the journey's or page's name, shots: folder }
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findings, structure } from './checks.mjs';
import { openBrowser, task } from './lib.mjs';
import { CONSOLE, JOURNEYS, PAGES } from './states.mjs';

const TABS = 3;
const browser = await openBrowser();
const problems = [];
const looked = [];
const visited = new Set();
const seconds = {};

/** Structures that were looked at in full, by whom the page is for. */
const known = new Set();

async function look(page, state, who, isAlike) {
  visited.add(new URL(page.url()).pathname);
  looked.push(state);
  const built = `${who} ${await structure(page)}`;
  const light = isAlike || known.has(built);
  if (!light) known.add(built);
  for (const { width, rule, target } of await findings(page, who, light)) {
    problems.push(`${state} | ${width} | ${rule} | ${target}`);
  }
  if (!task.shots) return;
  const before = page.viewportSize();
  for (const width of light ? [360] : [360, 1280]) {
    await page.setViewportSize({ width, height: 640 });
    await page.screenshot({ path: join(task.shots, `${state.replace(/[^\p{L}\d]+/gu, '-')}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize(before);
}

function newContext(language, more = {}) {
  return browser.newContext({ viewport: { width: 360, height: 640 }, locale: language === 'en' ? 'en-GB' : 'zh-CN', ...more });
}

async function inContext(language, work, more = {}) {
  const context = await newContext(language, more);
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(`${page.url()} | - | script error | ${error.message}`));
  try {
    await work(page);
  } finally {
    await context.close();
  }
}

async function logIn({ url, logins }, role) {
  const { user, password } = logins[role];
  const context = await newContext('zh');
  const page = await context.newPage();
  await page.goto(`${url}/console/login`);
  await page.fill('input[name=login]', user);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** One session for each role and server. */
const sessions = new Map();
function session(role, server = 'demo') {
  const key = `${server} ${role}`;
  if (!sessions.has(key)) sessions.set(key, logIn(task[server], role));
  return sessions.get(key);
}

/** A window of the console in the middle of another's journey; whoever opens it closes its context. */
task.open = async (role) => (await newContext('zh', { storageState: await session(role) })).newPage();

const jobs = [
  ...JOURNEYS.map(({ name, language, who, walk, light, role, alone, server }) => [`${name} (${language})`, async () => {
    const storageState = role && (await (alone ? logIn(task.demo, role) : session(role, server)));
    await inContext(language, async (page) => {
      for await (const at of walk(page, task)) {
        // Answered, a page differs from what was looked at before by a mark in a box.
        const here = typeof at === 'string' ? { state: at, light: light || at.endsWith(', answered') } : at;
        await look(here.page ?? page, `${name}: ${here.state} (${language})`, here.who ?? who, here.light ?? light);
      }
    }, storageState ? { storageState } : {});
  }]),
  ...PAGES.map(([name, who, language, address]) => [`${name} (${language})`, () => inContext(language, async (page) => {
    await page.goto(address(task));
    await look(page, `${name} (${language})`, who, language === 'en');
  })]),
  ...CONSOLE.map(([name, role, language, address, server]) => [`console ${name} as ${role} (${language})`, async () => {
    await inContext(language, async (page) => {
      await page.goto(address(task));
      await look(page, `console ${name} as ${role} (${language})`, 'console', language === 'en');
    }, { storageState: await session(role, server) });
  }]),
];
if (task.shots) mkdirSync(task.shots, { recursive: true });
const waiting = jobs.filter(([name]) => !task.only || new RegExp(task.only).test(name));
await Promise.all(Array.from({ length: TABS }, async () => {
  for (let job = waiting.shift(); job; job = waiting.shift()) {
    const begun = Date.now();
    try {
      await job[1]();
    } catch (error) {
      problems.push(`${job[0]} | - | it cannot be reached | ${error.message.split('\n').slice(0, 3).join(' ')} ${error.stack.split('\n').filter((line) => line.includes('states')).slice(0, 2).join(' ')}`);
    }
    seconds[job[0]] = Math.round((Date.now() - begun) / 1000);
  }
}));
await browser.close();

/** Whether `path` is an address of `route`, and of none that says more. */
const pattern = (route) => new RegExp(`^${route.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
const exact = (task.routes ?? []).filter((route) => !route.includes('{'));
const unvisited = (task.routes ?? []).filter((route) => ![...visited].some((path) =>
  pattern(route).test(path) && (route.includes('{') ? !exact.includes(path) : true)));
if (!task.only) problems.push(...unvisited.map((route) => `${route} | - | no state comes to this route; add one to tests/browser/states | -`));
if (problems.length > 0) {
  // A table of links that are too small is one finding.
  const alike = new Map();
  for (const problem of [...new Set(problems)].sort()) {
    const [state, , rule] = problem.split(' | ');
    const key = `${state} ${rule.replaceAll(/\d+/g, '')}`;
    alike.set(key, [...(alike.get(key) ?? []), problem]);
  }
  for (const [first, ...more] of alike.values()) console.log(more.length > 0 ? `${first} … and ${more.length} like it` : first);
  process.exitCode = 1;
}
console.log(JSON.stringify({ states: looked.length, inFull: known.size, problems: problems.length, routes: (task.routes ?? []).length, seconds }));
