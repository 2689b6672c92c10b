// The interviewers' app without a browser: sending, sealing, the clock, versions of questionnaires, its own words.

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

globalThis.self = globalThis;
if (!globalThis.crypto) globalThis.crypto = webcrypto;

const { currentForm, formOf, load, refresh, withFormsOf } = await import('../../../backend/assets/field/bundle.js');
const { Clock, DAY } = await import('../../../backend/assets/field/clock.js');
const { choose } = await import('../../../backend/assets/field/media.js');
const { Interview, newDraft } = await import('../../../backend/assets/field/interview.js');
const { parseDay, withZone } = await import('../../../backend/assets/field/day.js');
const { lock, newLock, openLock, seal, unlock, uuid } = await import('../../../backend/assets/field/seal.js');
const { Sync, backOff, judge, queued } = await import('../../../backend/assets/field/sync.js');
const { ALL_WORDS } = await import('../../../backend/assets/field/words.js');
const { folder, fingerprint, stamped } = await import('./stamp.mjs');
const { startMock } = await import('./mock.mjs');

const sources = readdirSync(folder).filter(name => name.endsWith('.js'));

/** The queue in a Map, with the calls that Sync makes of a store. */
class Memory {
  constructor() {
    this.stores = { meta: new Map(), vault: new Map(), drafts: new Map(), queue: new Map() };
    const { stores } = this;
    this.steps = {
      get: async (store, key) => structuredClone(stores[store].get(key)),
      all: async store => Array.from(stores[store].values(), value => structuredClone(value)),
      put: async (store, value, key) => { stores[store].set(key === undefined ? value.id : key, structuredClone(value)); },
      remove: async (store, key) => { stores[store].delete(key); },
    };
  }
  get(store, key) { return this.steps.get(store, key); }
  all(store) { return this.steps.all(store); }
  put(store, value, key) { return this.steps.put(store, value, key); }
  write(names, work) { return work(this.steps); }
  async wipe(left) {
    for (const map of Object.values(this.stores)) map.clear();
    for (const [key, value] of Object.entries(left)) this.stores.meta.set(key, value);
  }
}

async function device(mock) {
  const store = new Memory();
  const sync = new Sync({ store, fetch: (path, request) => fetch(mock.url + path, request), now: () => sync.time, random: () => 0.5 });
  sync.time = 1000;
  const answer = await sync.api.ask('POST', 'devices', { body: { login: 'zhang', password: 'right', device_name: 'x' } });
  await store.put('meta', answer.json, 'device');
  let number = 0;
  const add = async wish => {
    number += 1;
    const about = { id: uuid(), round: 'yunxi-2026', case_id: 'c-00000' + number };
    const sealed = await seal(mock.bundle.server_key, about, { wish });
    await store.put('queue', Object.assign(queued('response', Object.assign({ sealed }, about)), { number }));
    return about.id;
  };
  const state = async id => (await store.get('queue', id)).state;
  return { store, sync, add, state };
}

function withMock(name, work) {
  test(name, async () => {
    const mock = await startMock();
    try {
      await work(mock, await device(mock));
    } finally {
      await mock.stop();
    }
  });
}

withMock('send: what is sealed here opens there, and nowhere else', async (mock, { sync, add }) => {
  const id = await add('多来看看');
  assert.deepEqual(await sync.run(), { sent: 1, left: 0, stop: null, leaving: 0 });
  assert.deepEqual(mock.responses.get(id).plain, { wish: '多来看看' });
  const moved = Object.assign({}, mock.responses.get(id).body, { case_id: 'c-other' });
  await assert.rejects(mock.open(moved), 'a seal that was moved to another case');
});

withMock('send: half an answer is no answer; sent again it counts once', async (mock, { store, sync, add, state }) => {
  const id = await add('a');
  mock.fault = () => 'half';
  assert.equal((await sync.run()).left, 1);
  assert.equal(await state(id), 'waiting');
  assert.equal(mock.responses.size, 1, 'the server has it');
  mock.fault = () => null;
  await sync.run(true);
  assert.equal(await state(id), 'delivered');
  assert.equal(mock.responses.size, 1);
  assert.equal((await store.get('queue', id)).body, null, 'the sealed text is gone');
});

withMock('send: errors of every kind lose nothing', async (mock, { sync, add, state }) => {
  const ids = [await add('a'), await add('b'), await add('c')];
  const faults = [{ status: 500 }, { status: 503 }, { status: 413 }, { status: 429, headers: { 'Retry-After': '7' } }, 'cut', 'half',
    { status: 200, strange: true, body: '<html>please log in to this network</html>' }, { status: 410, body: '{"error":"gone"}' },
    { status: 401 }];
  for (const fault of faults) {
    let left = 1;
    mock.fault = (method, path) => (path === 'responses' && left-- > 0 ? fault : null);
    await sync.run(true);
    for (const id of ids) assert.notEqual(await state(id), 'returned', JSON.stringify(fault));
  }
  mock.fault = () => null;
  await sync.run(true);
  for (const id of ids) assert.equal(await state(id), 'delivered');
  assert.equal(mock.responses.size, 3);
});

withMock('send: without a good token everything waits until somebody signs in', async (mock, { store, sync, add, state }) => {
  const id = await add('a');
  mock.tokens.clear();
  assert.equal((await sync.run()).stop, 'sign_in');
  assert.equal(await state(id), 'waiting');
  const answer = await sync.api.ask('POST', 'devices', { body: { login: 'zhang', password: 'right', device_name: 'x' } });
  await store.put('meta', answer.json, 'device');
  await sync.run(true);
  assert.equal(await state(id), 'delivered');
});

withMock('send: who has signed out is signed out on the server once there is a network', async (mock, { store, sync }) => {
  await store.put('meta', ['first', 'second'], 'leaving');
  mock.fault = () => 'cut';
  assert.equal((await sync.run()).leaving, 2);
  mock.fault = () => null;
  assert.equal((await sync.run()).leaving, 0);
  assert.deepEqual(mock.signedOut, ['first', 'second']);
  await sync.run();
  assert.equal(mock.signedOut.length, 2, 'said once');
});

test('media: pictures before recordings, within the limit, each file once, and what is left out is counted', () => {
  const file = (name, kind, bytes) => ({ name, url: `/media/r/${name}`, kind, bytes });
  const media = [file('long.mp3', 'audio', 90), file('short.mp3', 'audio', 20), file('yes.svg', 'image', 50)];
  const found = choose([{ media }, { media: media.slice(2) }, {}], 100);
  assert.deepEqual([found.chosen.map(one => one.name), found.tooMuch], [['yes.svg', 'short.mp3'], 1]);
});

test('a moment is written with the day of this device', () => {
  const moment = Date.UTC(2026, 10, 22, 16, 30);
  const zone = process.env.TZ;
  for (const [name, written] of [['Asia/Shanghai', '2026-11-23T00:30:00+08:00'], ['UTC', '2026-11-22T16:30:00+00:00'],
    ['America/St_Johns', '2026-11-22T13:00:00-03:30']]) {
    process.env.TZ = name;
    assert.equal(withZone(moment), written);
    assert.equal(Date.parse(withZone(moment)), moment);
  }
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

withMock('send: "too large" is believed the third time, and may be tried again', async (mock, { sync, add, state }) => {
  const id = await add('a');
  mock.fault = (method, path) => (path === 'responses' ? { status: 413 } : null);
  for (const expected of ['waiting', 'waiting', 'returned']) {
    await sync.run(true);
    assert.equal(await state(id), expected);
  }
  mock.fault = () => null;
  await sync.retry(id);
  assert.equal(await state(id), 'delivered');
});

withMock('send: held by the office is settled; a wipe leaves nothing and is reported', async (mock, { store, sync, add, state }) => {
  const id = await add('a');
  mock.fault = () => ({ status: 202, body: '{"state":"held","faults":[{"field":"age","message":"?"}]}' });
  await sync.run(true);
  assert.equal(await state(id), 'held');
  await add('b');
  mock.fault = () => null;
  mock.wipe = true;
  assert.equal((await sync.run(true)).stop, 'wipe');
  assert.equal((await store.all('queue')).length, 0);
  assert.equal(await store.get('meta', 'device'), undefined);
  assert.equal(mock.wiped, 1);
  assert.equal((await store.get('meta', 'wiped')).token, null, 'told once');
});

withMock('send: not before its time, unless asked; a clock that was set back delays nothing for years', async (mock, { sync, store, add, state }) => {
  const id = await add('a');
  mock.fault = () => ({ status: 500 });
  await sync.run();
  mock.fault = () => null;
  await sync.run();
  assert.equal(await state(id), 'waiting', 'backing off');
  await store.write(['queue'], async steps => {
    const item = await steps.get('queue', id);
    await steps.put('queue', Object.assign(item, { next: sync.time + 365 * DAY }));
  });
  await sync.run();
  assert.equal(await state(id), 'delivered');
});

test('judge: only a whole answer of the server itself delivers', () => {
  const item = { kind: 'response', too_large: 0 };
  const judged = (status, json) => judge(item, { status, json, headers: new Map() }).state;
  assert.equal(judged(201, { receipt: 'r' }), 'delivered');
  assert.equal(judged(201, {}), 'waiting');
  assert.equal(judged(201, null), 'waiting');
  assert.equal(judged(0, { receipt: 'r' }), 'waiting');
  assert.equal(judged(404, { error: 'x' }), 'returned');
  assert.equal(judged(404, null), 'waiting', 'a proxy says so, not the server');
  assert.equal(judged(418, {}), 'waiting');
});

test('backOff: doubles up to a quarter of an hour, with chance in it', () => {
  assert.equal(backOff(1, () => 1), 5000);
  assert.equal(backOff(2, () => 0), 5000);
  assert.equal(backOff(50, () => 1), 900000);
});

test('lock: opens with the passphrase however it was typed, and with no other', async () => {
  const { key, kept } = await newLock('三个词 Ａbc', 1000);
  const locked = await lock(key, 'draft 1', { a: 1 });
  assert.equal(await openLock('三个词 abc', kept), null);
  const again = await openLock(' 三个词 Abc', kept);
  assert.deepEqual(await unlock(again, 'draft 1', locked), { a: 1 });
  await assert.rejects(unlock(again, 'draft 2', locked), 'under another name');
  const real = await newLock('x'.repeat(8));
  assert.ok(real.kept.iterations >= 310000);
  assert.equal(real.key.extractable, false);
});

function clockAt(device, monotonic = 0) {
  const hands = { device, monotonic };
  const clock = new Clock(() => hands.device, () => hands.monotonic);
  clock.load(null);
  return { clock, hands, pass: milliseconds => { hands.device += milliseconds; hands.monotonic += milliseconds; clock.tick(); } };
}

test('clock: days without contact end in a wipe one day after the limit was noticed', () => {
  const { clock, pass } = clockAt(1e12);
  clock.contact(1e12);
  pass(6 * DAY);
  assert.equal(clock.verdict(7), 'fine');
  pass(DAY / 2);
  assert.equal(clock.verdict(7), 'soon');
  pass(DAY);
  assert.equal(clock.verdict(7), 'overdue');
  pass(DAY - 1);
  assert.equal(clock.verdict(7), 'overdue');
  pass(1);
  assert.equal(clock.verdict(7), 'wipe');
});

test('clock: one that jumps a year forwards wipes nothing the same day, nor once it is right again', () => {
  const { clock, hands, pass } = clockAt(1e12);
  clock.contact(1e12);
  hands.device += 365 * DAY;
  clock.tick();
  assert.equal(clock.verdict(7), 'overdue');
  pass(DAY / 2);
  assert.equal(clock.verdict(7), 'overdue');
  hands.device -= 365 * DAY;
  clock.tick();
  assert.equal(clock.verdict(7), 'fine');
  pass(2 * DAY);
  assert.equal(clock.verdict(7), 'fine');
});

test('clock: setting it back hides nothing that the app saw pass', () => {
  const { clock, hands, pass } = clockAt(1e12);
  clock.contact(1e12);
  pass(8 * DAY);
  hands.device = 1e12;
  clock.tick();
  assert.equal(clock.verdict(7), 'overdue');
  pass(DAY);
  assert.equal(clock.verdict(7), 'wipe');
});

test('clock: the server\'s time counts until the device\'s is set right', () => {
  const { clock, hands, pass } = clockAt(1e12 - 40 * DAY);
  clock.contact(1e12);
  assert.equal(clock.now(), 1e12);
  pass(DAY);
  assert.equal(clock.now(), 1e12 + DAY);
  hands.device += 40 * DAY;
  clock.tick();
  assert.equal(clock.now(), 1e12 + DAY, 'set right while the app runs');
  assert.equal(Math.round(clock.offline() / DAY), 1);
});

test('clock: one that falls back takes neither the time nor the days offline with it', () => {
  const start = 1.7e12;
  const { clock, hands, pass } = clockAt(start);
  clock.contact(start);
  pass(DAY);
  hands.device -= 4000 * DAY;
  clock.tick();
  assert.equal(clock.now(), start + DAY, 'while the app runs');
  assert.equal(clock.offline(), DAY);
  // With the app closed nobody knows how long it was: the time goes on from where it was last seen.
  const kept = structuredClone(clock.record);
  hands.device -= 300 * DAY;
  hands.monotonic = 0;
  const later = new Clock(() => hands.device, () => hands.monotonic);
  later.load(kept);
  assert.equal(later.now(), start + DAY);
  assert.equal(later.offline(), DAY);
  later.contact(start + 2 * DAY);
  assert.equal(later.now(), start + 2 * DAY);
});

test('clock: a phone that slept for days and is then set back by an hour is believed', () => {
  const start = 1.7e12;
  const { clock, hands } = clockAt(start);
  clock.contact(start);
  hands.device += 3 * DAY;
  clock.tick();
  hands.device -= DAY / 24;
  clock.tick();
  assert.equal(clock.now(), start + 3 * DAY - DAY / 24);
  assert.equal(clock.record.offset, 0);
});

test('bundle: an interview keeps the version it was begun under, new ones get the new one', async () => {
  const form = (version, current) => ({ form: 'resident', version, current });
  const round = forms => ({ rounds: [{ id: 'r', forms }] });
  const draft = { round: 'r', form: 'resident', version: 'old' };
  const merged = withFormsOf([draft], round([form('new', true)]), round([form('old', true)]));
  assert.equal(formOf(merged, draft).current, false);
  assert.equal(currentForm(merged.rounds[0], 'resident').version, 'new');
  const later = withFormsOf([], round([form('new', true)]), merged);
  assert.equal(later.rounds[0].forms.length, 1, 'not longer than it is needed');
});

test('bundle: an interview begun while the new list is on its way keeps its questionnaire', async () => {
  const form = (version, current) => ({ form: 'resident', version, current });
  const list = forms => ({ server_key: { jwk: {} }, rounds: [{ id: 'r', forms }] });
  const store = new Memory();
  const { key, kept } = await newLock('a b c');
  await store.put('meta', kept, 'crypto');
  let drafts = [];
  const serve = (forms, meanwhile) => refresh({
    store, key, token: 't', lang: 'zh', drafts: () => drafts,
    api: { ask: async () => { meanwhile(); return { status: 200, json: list(forms), headers: new Headers({ ETag: '"e"' }) }; } },
  });
  await serve([form('old', true)], () => {});
  const draft = { round: 'r', form: 'resident', version: 'old' };
  const { bundle } = await serve([form('new', true)], () => { drafts = [draft]; });
  assert.equal(formOf(bundle, draft).current, false);
  assert.equal(formOf(await load(store, key), draft).current, false, 'and after the app was killed');
  assert.equal(currentForm(bundle.rounds[0], 'resident').version, 'new');
});

test('bundle: a list that was on its way when the device was wiped, or locked anew, does not come back', async () => {
  const { key, kept } = await newLock('a b c');
  const other = (await newLock('d e f')).kept;
  for (const [left, returns] of [[null, false], [other, false], [kept, true]]) {
    const store = new Memory();
    await store.put('meta', kept, 'crypto');
    const found = await refresh({
      store, key, token: 't', lang: 'zh', drafts: () => [],
      api: { ask: async () => {
        await store.wipe(left ? { crypto: left } : { wiped: { reason: 'office' } });
        return { status: 200, json: { server_key: { jwk: {} }, rounds: [] }, headers: new Headers({ ETag: '"e"' }) };
      } },
    });
    assert.equal(Boolean(found.bundle), returns);
    assert.equal((await store.all('vault')).length, returns ? 1 : 0);
  }
});

test('interview: without consent questions about health are answered "rather not say" and not shown', () => {
  const question = (name, extra) => Object.assign({ name, parent: null, type: 'select_one', list: 'l', required: true, read_only: false, label: { zh: name } }, extra);
  const model = { nodes: [question('wg_see'), question('wg_note', { type: 'text', list: undefined, required: false }), question('other')],
    order: [0, 1, 2], metadata: [], messages: {}, lists: { l: [{ name: '1', label: {} }, { name: 'rf', label: {}, missing: 'refused' }] } };
  const begin = consents => {
    const draft = newDraft({ id: 'i', round: 'r', case_id: 'c', form: { form: 'f', version: 'v' }, now: 0 });
    draft.consents = consents;
    const interview = new Interview({ model }, draft, parseDay('2026-11-25'));
    interview.withhold();
    return interview;
  };
  const without = begin(['part']);
  assert.deepEqual(without.pages().map(page => page.name), ['other']);
  without.answer({ other: '1' });
  assert.deepEqual(without.result(), { stored: { wg_see: 'rf', other: '1' } });
  assert.deepEqual(begin(['part', 'sensitive']).pages().map(page => page.name), ['wg_see', 'wg_note', 'other']);
  without.touch(5000);
  without.touch(5000 + DAY);
  assert.equal(without.draft.active, 605000, 'a night in between is a pause');
});

test('words: every key that is used is there in both languages, and every key is used', () => {
  const code = sources.filter(name => name !== 'words.js').map(name => readFileSync(folder + name, 'utf8')).join('\n');
  const used = new Set(Array.from(code.matchAll(/\bt\(\s*'([a-z0-9_.]+)'/g), match => match[1]));
  for (const key of used) {
    if (!key.endsWith('_')) assert.ok(ALL_WORDS[key] || code.includes(`'${key}' +`), key);
  }
  for (const [key, [zh, en]] of Object.entries(ALL_WORDS)) {
    assert.match(zh, /\p{Script=Han}|English/u, key);
    assert.ok(en.length > 0, key);
    const holes = text => (text.match(/\{\w+\}/g) || []).sort().join();
    assert.equal(holes(zh), holes(en), key);
    const prefix = /^(part|callback|state|mode|group|how|queue|s|r|storage|elsewhere|who)_/.test(key);
    assert.ok(prefix || code.includes(`'${key}'`), `${key} is never used`);
  }
});

test('app: its version is the fingerprint of its files, and the shell holds all of them', () => {
  assert.equal(stamped(), fingerprint(), 'run: node tests/browser/field/stamp.mjs');
  const shell = readFileSync(folder + 'shell.js', 'utf8');
  for (const name of readdirSync(folder)) {
    const byItself = ['index.html', 'sw.js', 'shell.js'];
    if (!byItself.includes(name)) assert.ok(shell.includes(`'/field/${name}'`), name);
  }
});

test('app: its syntax is of 2017, which Chrome 61 reads', () => {
  for (const name of sources) {
    const code = readFileSync(folder + name, 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
    for (const later of [/\?\.[a-z[(]/i, /\?\?/, /[{,]\s*\.\.\.[a-z]+[^)\]]*}/i, /catch\s*{/, /for await/, /\.flat(Map)?\(/, /\.finally\(/, /\*\*/, /^\s*#/m,
      /replaceAll|\.matchAll\(\/|globalThis|Object\.fromEntries/]) {
      assert.doesNotMatch(code, later, name);
    }
  }
});
