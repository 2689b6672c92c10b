// The residents: the office hands out the codes from its page; most answer by the API, two in a browser.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { answer, consent, go, questionOf } from '../answering.mjs';
import { assert, task } from '../lib.mjs';

const MOST_PAGES = 30;
const AT_ONCE = 12;

/** The personal link of each telephone number, as the office takes it to the gateway. */
async function links(office) {
  await office.round('/invitations');
  await office.look('invitations');
  const [file] = await Promise.all([office.page.waitForEvent('download'), office.page.locator('form[action$="/sms"] button').click()]);
  const text = readFileSync(await file.path(), 'utf8');
  const found = new Map();
  for (const [, phone, code] of text.matchAll(/^(\d+),.*\/r\/([0-9A-Z-]+)/gm)) found.set(phone, code);
  return found;
}

async function form(office) {
  const reply = await office.fetch(`/api/v1/forms/${task.round}/resident`);
  return (await reply.json()).form_version;
}

async function post(office, version, code, answers) {
  const reply = await office.page.context().request.post(`${task.baseUrl}/api/v1/responses`, { data: {
    id: randomUUID(), code, form: 'resident', form_version: version, language: 'zh', mode: 'web', answering: 'self',
    started_at: '2026-11-25T08:00:00Z', ended_at: '2026-11-25T08:04:00Z', answers,
  } });
  assert(reply.status() === 201, `an answer is not taken: ${reply.status()} ${await reply.text()}`);
}

/** Answers in a browser as a person does, question by question; returns the receipt. */
async function walk(person, code, answers) {
  const prefer = Object.fromEntries(Object.entries(answers).map(([name, value]) => (
    [name, /^(took_part|need)$/.test(name) ? value.split(' ') : value])));
  await person.open(`/r/${code}`);
  await person.look('invitation');
  await consent(person.page);
  await go(person.page);
  const asked = [];
  for (let count = 0; count < MOST_PAGES && questionOf(person.page); count += 1) {
    asked.push(questionOf(person.page));
    await answer(person.page, prefer);
    await go(person.page);
  }
  assert(person.path().endsWith('/check'), `the walk ended at ${person.path()} after ${asked}`);
  await person.look('check of all answers');
  await go(person.page);
  const receipt = (await person.words('[data-receipt]')).trim();
  await person.look('receipt');
  return receipt;
}

/** Everyone in `task.answers` answers, by telephone number; the first `task.walks` numbers do so in a browser. */
export async function collect(office) {
  const codes = await links(office);
  assert(codes.size === task.sample, `${codes.size} text messages for ${task.sample} invitations`);
  // Who is in the sample is the draw's; how many of each township answer, and what, is the test's.
  const turns = {};
  const todo = [];
  for (const [phone, code] of [...codes].sort()) {
    const township = task.townshipOf[phone];
    const next = (turns[township] ??= 0);
    turns[township] += 1;
    const answers = task.answers[township][next];
    if (answers) todo.push([code, answers]);
  }
  const receipts = [];
  const walks = todo.splice(0, task.walks);
  for (const [nth, [code, answers]] of walks.entries()) {
    const person = await office.office.phone(nth % 2 === 0);
    receipts.push(await walk(person, code, answers));
    await person.close();
  }
  const version = await form(office);
  while (todo.length > 0) {
    await Promise.all(todo.splice(0, AT_ONCE).map(([code, answers]) => post(office, version, code, answers)));
  }
  return receipts;
}
