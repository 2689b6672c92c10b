// Looks at every state of every page (states.mjs) with every check (checks.mjs), in parallel tabs.
// task: { everything: {url, round, codes}, early: {url, codes}, closed: {url, codes}, limited: {url, wrong},
//         broken: {url, codes}, demo: {url, round, codes, logins: {role: {user, password}}},
//         only: text in the state's name, shots: folder }
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findings } from './checks.mjs';
import { openBrowser, task } from './lib.mjs';
import { CONSOLE, JOURNEYS, PAGES } from './states.mjs';

const TABS = 3;
const browser = await openBrowser();
const problems = [];
const looked = [];

async function look(page, state, who) {
  if (task.only && !state.includes(task.only)) return;
  looked.push(state);
  for (const { width, rule, target } of await findings(page, who)) {
    problems.push(`${state} | ${width} | ${rule} | ${target}`);
  }
  if (task.shots) await page.screenshot({ path: join(task.shots, `${state.replace(/[^\p{L}\d]+/gu, '-')}.png`), fullPage: true });
}

async function inContext(language, work, more = {}) {
  const context = await browser.newContext({
    viewport: { width: 360, height: 640 }, locale: language === 'en' ? 'en-GB' : 'zh-CN', ...more,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(`${page.url()} | - | script error | ${error.message}`));
  try {
    await work(page);
  } finally {
    await context.close();
  }
}

const sessions = new Map();
async function session(role) {
  if (!sessions.has(role)) {
    sessions.set(role, (async () => {
      const { user, password } = task.demo.logins[role];
      const context = await browser.newContext({ locale: 'zh-CN' });
      const page = await context.newPage();
      await page.goto(`${task.demo.url}/console/login`);
      await page.fill('input[name=login]', user);
      await page.fill('input[name=password]', password);
      await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')]);
      const state = await context.storageState();
      await context.close();
      return state;
    })());
  }
  return sessions.get(role);
}

const jobs = [
  ...JOURNEYS.map(({ name, language, who, walk }) => [`${name} (${language})`, () => inContext(language, async (page) => {
    for await (const state of walk(page, task)) await look(page, `${state} (${language})`, who);
  })]),
  ...PAGES.map(([name, who, language, address]) => [`${name} (${language})`, () => inContext(language, async (page) => {
    await page.goto(address(task));
    await look(page, `${name} (${language})`, who);
  })]),
  ...CONSOLE.map(([name, role, address]) => [`console ${name} as ${role}`, async () => {
    await inContext('zh', async (page) => {
      await page.goto(address(task));
      await look(page, `console ${name} as ${role}`, 'console');
    }, { storageState: await session(role) });
  }]),
];
if (task.shots) mkdirSync(task.shots, { recursive: true });
const waiting = [...jobs];
await Promise.all(Array.from({ length: TABS }, async () => {
  for (let job = waiting.shift(); job; job = waiting.shift()) {
    try {
      await job[1]();
    } catch (error) {
      problems.push(`${job[0]} | - | it cannot be reached | ${error.message.split('\n').slice(0, 3).join(' ')}`);
    }
  }
}));
await browser.close();
if (problems.length > 0) {
  console.log([...new Set(problems)].sort().join('\n'));
  process.exitCode = 1;
}
console.log(JSON.stringify({ states: looked.length, problems: problems.length }));
