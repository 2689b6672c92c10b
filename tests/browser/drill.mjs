// The offline drill: an interviewer works for simulated days with no network, the browser is killed (kill -9, all of
// it) and the page crashed at random moments, and in the evenings everything is sent through a network that loses,
// cuts and refuses, to a server that is killed and started again. Afterwards the server must hold every interview
// once, with the answers that were typed; those are written to `task.typed` for the test to compare.
//
// Task: { server: { command, env, port } | { port }, login, password, seed, interviews, byHand, days, typed }

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { Proxy, seeded } from './proxy.mjs';

const task = JSON.parse(process.argv[2]);
const random = seeded(task.seed);
const PASSPHRASE = 'drill passphrase';
const DAY = 86400000;
const pause = milliseconds => new Promise(resolve => { setTimeout(resolve, milliseconds); });
const report = { interviews: 0, by_hand: 0, kills: 0, crashes: 0, server_kills: 0, signed_in_again: 0, finished_while_killed: 0, resumed: 0, sends: 0 };

// ---- the server, killed and started again

class Server {
  constructor({ command, env, port }) {
    Object.assign(this, { command, env, port, child: null });
  }

  async start() {
    if (!this.command) return;
    this.child = spawn(this.command[0], this.command.slice(1), { env: { ...process.env, ...this.env }, stdio: 'ignore' });
    for (let tried = 0; tried < 600; tried += 1) {
      if (await isReady(this.port)) return;
      await pause(50);
    }
    throw new Error('the server does not start');
  }

  async kill() {
    if (!this.child) return;
    const ended = new Promise(resolve => { this.child.once('exit', resolve); });
    this.child.kill('SIGKILL');
    await ended;
    this.child = null;
  }
}

function isReady(port) {
  return new Promise(resolve => {
    const asked = get({ port, host: '127.0.0.1', path: '/readyz' }, answer => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
  });
}

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// ---- the device

class Device {
  constructor(url) {
    this.url = url;
    this.profile = mkdtempSync(join(tmpdir(), 'minyi-drill-'));
    this.day = 0;
  }

  /** Starts the browser and opens the app, as far as the passphrase lets it. */
  async start() {
    const port = await freePort();
    // A process group of its own, so that all of the browser can be killed at once.
    this.process = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', [`--remote-debugging-port=${port}`,
      `--user-data-dir=${this.profile}`, '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-quic',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-crash-restore-bubble', 'about:blank'],
    { stdio: 'ignore', detached: true });
    for (let tried = 0; ; tried += 1) {
      try {
        this.browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 5000 });
        break;
      } catch (notYet) {
        if (tried > 600) throw notYet;
        await pause(100);
      }
    }
    [this.context] = this.browser.contexts();
    await this.open();
  }

  /** A new page whose clock is so many days ahead. */
  async open() {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(15000);
    await this.page.addInitScript(shift => {
      const Real = Date;
      globalThis.Date = class extends Real {
        constructor(...parts) {
          if (parts.length === 0) super(Real.now() + shift);
          else super(...parts);
        }
        static now() {
          return Real.now() + shift;
        }
      };
    }, this.day * DAY);
    await this.page.goto(`${this.url}/field`);
    await this.page.waitForSelector('h1[tabindex], #login, #passphrase');
    if (await this.page.locator('#passphrase').count() > 0 && await this.page.locator('#again').count() === 0) await this.unlock();
  }

  async unlock() {
    await this.page.fill('#passphrase', PASSPHRASE);
    await this.page.click('button.main');
    await this.page.waitForSelector('nav.places');
    if (await this.page.locator('[id="m:notice"]').count() > 0) throw new Error(await this.page.textContent('[id="m:notice"]'));
  }

  /** kill -9 for the whole browser, then a new start. */
  async kill() {
    report.kills += 1;
    process.kill(-this.process.pid, 'SIGKILL');
    await this.browser.close().catch(() => {});
    await this.start();
  }

  /** The page dies; the browser lives on. */
  async crash() {
    report.crashes += 1;
    const cdp = await this.context.newCDPSession(this.page);
    const crashed = new Promise(resolve => { this.page.once('crash', resolve); });
    cdp.send('Page.crash').catch(() => {});
    await crashed;
    await this.page.close().catch(() => {});
    await this.open();
  }

  die() {
    return random() < 0.5 ? this.kill() : this.crash();
  }

  async go(path) {
    await this.page.evaluate(hash => { location.hash = hash; }, `#/${path}`);
  }

  async stop() {
    process.kill(-this.process.pid, 'SIGKILL');
    await this.browser.close().catch(() => {});
    await pause(300);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

// ---- what is typed: it follows from seed, case and question, so that an interview that was begun again is the same

function chance(...parts) {
  return createHash('sha256').update([task.seed, ...parts].join('|')).digest().readUInt32BE(0) / 4294967296;
}

/** Numbers fit every question that takes one: ages, days, hours. */
function valueOf(type, caseId, number) {
  if (type === 'date') return `2026-10-${10 + Math.floor(number * 20)}`;
  return type === 'text' ? `${caseId} 说的话 ${Math.floor(number * 1000)} 𠮷` : String(16 + Math.floor(number * 5));
}

const typed = new Map();

/** The fields that the page shows now. */
function fieldsOf(page) {
  return page.$$eval('form[data-ask] .q:not([hidden])', boxes => boxes.map(box => {
    const inputs = Array.from(box.querySelectorAll('input, textarea')).filter(input => !input.closest('[hidden]'));
    return inputs.length === 0 ? null : { name: inputs[0].name, type: inputs[0].closest('.q-parts') ? 'date' : inputs[0].type, mode: inputs[0].inputMode, values: inputs.map(input => input.value) };
  }).filter(Boolean));
}

/** Answers the page that is shown, by hand; resolves with what was typed. */
async function answerPage(device, caseId) {
  const given = {};
  let fields = await fieldsOf(device.page);
  // An answer may bring up a further question on the same page, or take one away.
  for (let field = fields[0]; field; field = fields.find(one => given[one.name] === undefined)) {
    const number = chance(caseId, field.name);
    const box = `[name="${field.name}"]`;
    let value = field.values[Math.floor(number * field.values.length)];
    if (field.type === 'radio') {
      await device.page.locator(`${box}[value="${value}"]`).check({ force: true });
    } else if (field.type === 'checkbox') {
      // One choice: two may exclude each other.
      for (const other of field.values) await device.page.locator(`${box}[value="${other}"]`).setChecked(other === value, { force: true });
    } else {
      value = valueOf(field.type === 'date' ? 'date' : field.mode ? 'number' : 'text', caseId, number);
      // A date has a field each for year, month and day.
      const parts = field.type === 'date' ? value.split('-') : [value];
      for (const [at, part] of parts.entries()) await device.page.locator(box).nth(at).fill(part);
      await device.page.locator(box).last().blur();
    }
    given[field.name] = value;
    fields = await fieldsOf(device.page);
  }
  const shown = fields.map(field => field.name);
  return Object.fromEntries(Object.entries(given).filter(([name]) => shown.includes(name)));
}

const place = found => `${encodeURIComponent(found.round)}/${encodeURIComponent(found.case_id)}`;

/** One interview through the app's pages, with the device dying on the way. */
async function byHand(device, found) {
  const consented = chance(found.case_id, 'consent') < 0.7;
  await device.go(`case/${place(found)}`);
  await device.page.click('button.main');
  await device.page.click('.read-out + button.main');
  await device.page.waitForSelector('#consent-part');
  await device.page.locator('#consent-part').check({ force: true });
  if (consented && await device.page.locator('#consent-sensitive').count() > 0) await device.page.locator('#consent-sensitive').check({ force: true });
  await device.page.click('button.main[type=submit]');
  await device.page.waitForSelector('#contact-interview');
  if (await device.page.locator('#answering-self').count() > 0) await device.page.locator('#answering-self').check({ force: true });
  await device.page.click('button.main[type=submit]');
  const given = {};
  for (let step = 0; step < 200; step += 1) {
    await device.page.waitForSelector('form[data-ask], [data-go=finish]');
    if (await device.page.locator('[data-go=finish]').count() > 0) break;
    const name = await device.page.getAttribute('form[data-ask]', 'data-ask');
    Object.assign(given, await answerPage(device, found.case_id));
    if (random() < 0.04) {
      // What was chosen a moment ago is kept before anything was pressed.
      await device.page.waitForTimeout(60);
      await device.die();
      report.resumed += 1;
      await device.go(`interview/${place(found)}`);
      await device.page.waitForSelector('form[data-ask]');
      const again = await device.page.getAttribute('form[data-ask]', 'data-ask');
      if (again !== name) throw new Error(`went on at ${again} instead of ${name}`);
      continue;
    }
    await device.page.click('[data-go=next]');
    await device.page.waitForFunction(before => {
      const form = document.querySelector('form[data-ask]');
      return !form || form.dataset.ask !== before || document.querySelector('.faults');
    }, name);
    const faults = device.page.locator('.faults');
    if (await faults.count() > 0) throw new Error(`${name}: ${await faults.textContent()}`);
  }
  typed.set(found.case_id, { answers: given, consented });
  await finish(device, found, () => device.page.click('[data-go=finish]', { noWaitAfter: true }));
  report.by_hand += 1;
}

/** One interview through the app's own modules: the same drafts, the same check, the same sealing. */
async function byModules(device, found) {
  const consented = chance(found.case_id, 'consent') < 0.7;
  const walk = ({ round, case_id, consented: agreed }) => (async () => {
    const { app } = await import('/field/core.js');
    const { saveDraft } = await import('/field/keeping.js');
    const { currentForm, formOf } = await import('/field/bundle.js');
    const { Interview, newDraft } = await import('/field/interview.js');
    const { uuid } = await import('/field/seal.js');
    const { localDay } = await import('/field/day.js');
    const { find } = await import('/field/view-list.js');
    const here = find(round, case_id);
    const form = here.draft ? formOf(app.bundle, here.draft) : currentForm(here.round, here.one.form);
    const draft = here.draft || newDraft({ id: uuid(), round, case_id, form, now: app.clock.now() });
    Object.assign(draft, { consents: agreed ? ['part', 'sensitive'] : ['part'], ways: ['read_aloud'], ready: true });
    const interview = new Interview(form, draft, localDay(app.clock.now()));
    interview.withhold();
    const given = {};
    for (let page = interview.next(null); page; page = interview.next(page.name)) {
      const state = interview.state();
      for (const name of page.questions) {
        const question = state.question(state.slot(name));
        if (!state.takesAnswer(state.slot(name))) continue;
        const number = await window.chance([case_id, name]);
        let value;
        if (question.list !== undefined) {
          const offered = state.offered(question);
          value = offered[Math.floor(number * offered.length)].name;
        } else {
          value = valueOf(question.type, case_id, number);
        }
        given[name] = value;
        interview.answer({ [name]: value });
      }
      draft.page = page.name;
      const faults = interview.faultsOf(page);
      if (faults.length > 0) throw new Error(JSON.stringify(faults));
      await saveDraft(draft);
    }
    draft.page = '~check';
    await saveDraft(draft);
    return given;
  })();
  const arguments_ = { round: found.round, case_id: found.case_id, consented };
  // The numbers are made here (`chance`); the page asks for them by name.
  const given = await device.page.evaluate(`(() => { ${valueOf}; return (${walk})(${JSON.stringify(arguments_)}); })()`);
  typed.set(found.case_id, { answers: given, consented });
  const hand = `(async () => {
    const { app } = await import('/field/core.js');
    const { formOf } = await import('/field/bundle.js');
    const { Interview } = await import('/field/interview.js');
    const { localDay } = await import('/field/day.js');
    const { find } = await import('/field/view-list.js');
    const { handIn } = await import('/field/view-interview.js');
    const here = find(${JSON.stringify(found.round)}, ${JSON.stringify(found.case_id)});
    await handIn(here, new Interview(formOf(app.bundle, here.draft), here.draft, localDay(app.clock.now())));
  })()`;
  await finish(device, found, () => device.page.evaluate(hand));
}

/** Hands in; one time in five the device dies just then, and whatever is left must be one of the two. */
async function finish(device, found, press) {
  if (random() < 0.2) {
    const pressed = press().catch(() => {});
    await pause(random() * 60);
    await device.die();
    await pressed;
    report.finished_while_killed += 1;
  } else {
    await press();
    for (let tried = 0; tried < 200 && await device.page.evaluate(stateOf, found) === 'draft'; tried += 1) await pause(25);
  }
  const state = await device.page.evaluate(stateOf, found);
  if (state === 'draft') return finish(device, found, () => handInAgain(device, found));
  if (state !== 'queued') throw new Error(`${found.case_id} is ${state} after handing in`);
  report.interviews += 1;
  return undefined;
}

async function handInAgain(device, found) {
  await device.go(`interview/${place(found)}`);
  await device.page.waitForSelector('[data-go=finish]');
  await device.page.click('[data-go=finish]', { noWaitAfter: true });
}

/** Runs in the page: is this case a draft, in the queue, both or neither? */
async function stateOf(found) {
  const { app } = await import('/field/core.js');
  const drafts = app.drafts.filter(draft => draft.case_id === found.case_id).length;
  const queued = app.queue.filter(item => item.kind === 'response' && item.case_id === found.case_id).length;
  const visits = app.queue.filter(item => item.kind === 'attempt' && item.case_id === found.case_id).length;
  if (drafts === 1 && queued + visits === 0) return 'draft';
  if (drafts === 0 && queued === 1 && visits <= 1) return 'queued';
  return `${drafts} drafts, ${queued} answers and ${visits} visits`;
}

// ---- evenings

/** Sends until nothing waits, through a bad network to a server that dies. */
async function evening(device, proxy, server) {
  proxy.up = true;
  proxy.rate = 0.45;
  for (let round = 0; round < 80; round += 1) {
    await device.go('queue');
    await device.page.waitForSelector('main ul.items, main p');
    const left = await device.page.evaluate(async () => {
      const { app } = await import('/field/core.js');
      return app.queue.filter(item => item.state !== 'delivered').map(item => [item.state, item.reason && item.reason.word].join(' '));
    });
    if (left.length === 0) {
      proxy.rate = 0;
      return;
    }
    // Nobody can be unlucky for ever: the network becomes better during the night.
    if (round > 25) proxy.rate = 0.1;
    if (await device.page.locator('a[href="#/sign-in"]').count() > 0) await signInAgain(device);
    report.sends += 1;
    const restart = random() < 0.12 ? restartDuringSend(server) : Promise.resolve();
    const sending = device.page.evaluate(async () => {
      const { app } = await import('/field/core.js');
      const { send } = await import('/field/contact.js');
      for (const item of app.queue.filter(one => one.state === 'returned')) await app.sync.retry(item.id);
      await send(true);
    }).catch(() => {});
    if (random() < 0.15) {
      await pause(random() * 150);
      await device.die();
    }
    await sending;
    await restart;
  }
  throw new Error('the queue is not empty after a whole night');
}

async function restartDuringSend(server) {
  await pause(random() * 100);
  report.server_kills += 1;
  await server.kill();
  await server.start();
}

async function signInAgain(device) {
  report.signed_in_again += 1;
  await device.go('sign-in');
  await device.page.waitForSelector('#password');
  await device.page.fill('#password', task.password);
  await device.page.click('button.main');
  await device.page.waitForSelector('.cases, .items, main p.quiet');
}

// ---- the drill

let device = null;

async function drill() {
  const server = new Server(task.server);
  await server.start();
  const proxy = new Proxy(task.server.port, random);
  await proxy.listen(task.proxyPort ?? 0);
  device = new Device(proxy.url);
  await device.start();
  // Numbers for interviews by modules, in every page that will ever be opened.
  const withNumbers = async () => device.context.exposeFunction('chance', parts => chance(...parts));
  await withNumbers();
  const start = device.start.bind(device);
  device.start = async () => {
    await start();
    await withNumbers();
  };

  await device.page.fill('#login', task.login);
  await device.page.fill('#password', task.password);
  await device.page.fill('#device_name', 'drill');
  await device.page.click('button.main');
  await device.page.waitForSelector('#again');
  await device.page.fill('#passphrase', PASSPHRASE);
  await device.page.fill('#again', PASSPHRASE);
  await device.page.click('button.main');
  await device.page.waitForSelector('.cases');
  await device.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));

  const cases = await device.page.evaluate(async () => {
    const { cases: all } = await import('/field/view-list.js');
    return all().filter(found => found.state === 'open').map(found => ({ round: found.round.id, case_id: found.one.case_id }));
  });
  if (cases.length < task.interviews) throw new Error(`only ${cases.length} cases are assigned`);
  const todo = cases.slice(0, task.interviews);
  const everyNth = Math.round(task.interviews / task.byHand);
  for (let day = 0; day < task.days; day += 1) {
    device.day = day;
    proxy.up = false;
    // In the morning the app opens with no network.
    await device.kill();
    const share = todo.slice(Math.round(day * todo.length / task.days), Math.round((day + 1) * todo.length / task.days));
    for (const found of share) {
      await (todo.indexOf(found) % everyNth === 0 ? byHand(device, found) : byModules(device, found));
    }
    // One evening the sign-in has run out.
    proxy.expired = day === Math.floor(task.days / 2);
    await evening(device, proxy, server);
  }
  await device.stop();
  await proxy.stop();
  await server.kill();
  return proxy.counts;
}

const faults = await drill().catch(async error => {
  // What stood on the page says more than the line at which the script gave up.
  const page = device && await device.page.evaluate(() => `${location.href}\n${document.body.innerText}`).catch(() => 'no page');
  console.log(JSON.stringify(report), '\n', page);
  throw error;
});
writeFileSync(task.typed, JSON.stringify(Object.fromEntries(typed)));
console.log(JSON.stringify({ ...report, faults }));
process.exit(0);
