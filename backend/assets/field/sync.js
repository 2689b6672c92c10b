// Sending what is in the queue. Every request may be cut at any place: the server knows each item by its UUID, so
// whatever is unclear is sent again, and counts once. An item leaves the device only when the server has said, in a
// whole and readable answer of its own, that it holds it.

import { Store, StoreFull } from './store.js';

const API = '/api/v1/field/';
/** Milliseconds after which a request that hangs is given up. */
const PATIENCE = 60000;
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 900000;
/** How often "too large" is believed to be somebody else's mistake, such as a proxy's. */
const TOO_LARGE_TRIES = 3;

/** Talks to the server. `fetch` is the browser's, or a test's. */
export class Api {
  constructor(fetch, onTime = () => {}) {
    this.fetch = fetch;
    this.onTime = onTime;
  }

  /**
   * `{ status, json, headers }`, with json null when the answer is not whole. Status 0 when there was no answer, or
   * one that is not this server's (a hotel's log-in page): everything of its own carries X-Minyi-Time.
   */
  async ask(method, path, { token, body, headers = {}, lang = 'zh' } = {}) {
    const abort = typeof AbortController === 'function' ? new AbortController() : null;
    const timer = abort ? setTimeout(() => abort.abort(), PATIENCE) : null;
    const request = { method, headers: Object.assign({ 'Accept-Language': lang }, headers), cache: 'no-store',
      credentials: 'omit', redirect: 'error' };
    if (abort) request.signal = abort.signal;
    if (token) request.headers.Authorization = 'Bearer ' + token;
    if (body !== undefined) {
      request.headers['Content-Type'] = 'application/json';
      request.body = JSON.stringify(body);
    }
    try {
      const response = await this.fetch(API + path, request);
      const text = await response.text();
      const time = Number(response.headers.get('X-Minyi-Time'));
      if (!(time > 0)) return { status: 0, json: null, headers: response.headers, seen: response.status };
      await this.onTime(time);
      return { status: response.status, json: parse(text), headers: response.headers };
    } catch (cut) {
      return { status: 0, json: null, headers: new Map() };
    } finally {
      if (timer) clearTimeout(timer);
    }
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (broken) {
    return null;
  }
}

/** Faults by field: a list, or an object that holds one. */
function faultsIn(json) {
  const list = Array.isArray(json) ? json : json && json.faults;
  return Array.isArray(list) ? list : [];
}

/**
 * What an answer means for an item: `{ state, reason, receipt, stop, wait }`.
 * state: delivered, held, returned or waiting; stop: why the run cannot go on (offline, busy, sign_in, wipe); wait:
 * seconds that the server asked for.
 */
export function judge(item, answer) {
  const { status, json } = answer;
  const words = json && typeof json === 'object' ? json : {};
  const said = typeof words.message === 'string' ? words.message : '';
  const waiting = (word, extra) => Object.assign({ state: 'waiting', reason: { word, message: said } }, extra);
  const returned = word => ({
    state: 'returned', reason: { word, message: said, faults: faultsIn(json) },
  });
  if (status === 0) return answer.seen ? waiting('not_our_server', { stop: 'busy' }) : waiting('no_network', { stop: 'offline' });
  if (status === 410 && words.wipe === true) return waiting('wipe', { stop: 'wipe' });
  if (status === 401) return waiting('sign_in', { stop: 'sign_in' });
  if (status === 429) return waiting('too_many', { stop: 'busy', wait: Number(answer.headers.get('Retry-After')) || 60 });
  if (status >= 500 || status === 408) return waiting('server_trouble', { stop: 'busy' });
  if (json === null && status !== 204) return waiting('half_answer');
  if (status === 202 && words.state === 'held') {
    return { state: 'held', reason: { word: 'held', message: said, faults: faultsIn(json) } };
  }
  if (status === 200 || status === 201) {
    if (item.kind === 'response' && typeof words.receipt !== 'string') return waiting('half_answer');
    return { state: 'delivered', reason: null, receipt: words.receipt || null };
  }
  if (status === 413) {
    return item.too_large + 1 < TOO_LARGE_TRIES ? waiting('too_large', { tooLarge: true }) : returned('too_large');
  }
  switch (status) {
    case 400: return returned('cannot_open');
    case 403: return returned('refused');
    case 404: return returned('not_assigned');
    case 409: return returned('other_content');
    case 422: return returned('faulty');
    default: return waiting('server_trouble', { stop: 'busy' });
  }
}

/** Milliseconds until the next try: doubling, with chance in it, so that devices do not all come back at once. */
export function backOff(tries, random) {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * Math.pow(2, Math.min(tries, 12) - 1)) * (0.5 + random() / 2);
}

/** An item as it enters the queue, its body sealed to the server. `number` keeps the order in which things happened. */
export function queued(kind, body, about) {
  return Object.assign({ id: body.id, kind, round: body.round, case_id: body.case_id, body, state: 'waiting', tries: 0,
    too_large: 0, next: 0, reason: null, receipt: null }, about);
}

export class Sync {
  /** options: { store, fetch, now, random, lang, onTime, onChange } */
  constructor(options) {
    this.store = options.store || new Store();
    this.now = options.now || (() => Date.now());
    this.random = options.random || Math.random;
    this.lang = options.lang || (() => 'zh');
    this.onChange = options.onChange || (() => {});
    this.api = new Api(options.fetch || ((...args) => self.fetch(...args)), options.onTime);
    this.running = null;
  }

  /** Sends all that is due (`forced`: all that waits). Resolves with `{ sent, left, stop }`. */
  run(forced = false) {
    if (this.running) {
      // Somebody asked while a run was on its way: what came meanwhile must not be forgotten.
      return forced ? this.running.then(() => this.run(true)) : this.running;
    }
    const done = () => { this.running = null; };
    this.running = this.alone(() => this.pass(forced));
    this.running.then(done, done);
    return this.running;
  }

  /** Page and service worker share the queue; one of them at a time is enough. */
  alone(work) {
    const locks = self.navigator && self.navigator.locks;
    return locks ? locks.request('minyi-field-sync', work) : work();
  }

  async pass(forced) {
    const device = await this.store.get('meta', 'device');
    const result = { sent: 0, left: 0, stop: null, leaving: await this.endTokens() };
    const items = (await this.store.all('queue'))
      // `sending` was left by a page that was killed while it sent.
      .filter(item => item.state === 'waiting' || item.state === 'sending')
      .sort((a, b) => a.number - b.number);
    result.left = items.length;
    if (items.length === 0) return result;
    if (!device || !device.send_token) return Object.assign(result, { stop: 'sign_in' });
    let troubles = 0;
    for (const item of items) {
      // A clock that was set back must not keep anything waiting for years.
      const isDue = forced || item.next <= this.now() || item.next > this.now() + LONGEST_WAIT;
      if (!isDue) continue;
      const verdict = await this.send(item, device);
      if (verdict.state === 'delivered' || verdict.state === 'held') result.sent += 1;
      if (verdict.state !== 'waiting') result.left -= 1;
      if (verdict.stop === 'busy') {
        troubles += 1;
        if (troubles < 3 && !verdict.wait) continue;
      }
      if (verdict.stop) {
        result.stop = verdict.stop;
        break;
      }
    }
    return result;
  }

  async send(item, device) {
    await this.mark(item.id, { state: 'sending' });
    const answer = await this.api.ask('POST', item.kind === 'response' ? 'responses' : 'attempts',
      { token: device.send_token, body: item.body, lang: this.lang() });
    let verdict = judge(item, answer);
    if (verdict.stop === 'sign_in') {
      // Is the token really no good, or did something on the way say so?
      const again = await this.api.ask('GET', 'status', { token: device.send_token, lang: this.lang() });
      if (again.status !== 401) verdict = Object.assign(verdict, { stop: 'busy', reason: { word: 'server_trouble' } });
    }
    const changes = { state: verdict.state, reason: verdict.reason };
    if (verdict.state === 'waiting') {
      changes.tries = item.tries + 1;
      changes.too_large = item.too_large + (verdict.tooLarge ? 1 : 0);
      changes.next = this.now() + (verdict.wait ? verdict.wait * 1000 : backOff(changes.tries, this.random));
    }
    if (verdict.state === 'delivered' || verdict.state === 'held') {
      changes.receipt = verdict.receipt || null;
      // The server has it; the sealed text is of no more use here.
      changes.body = null;
    }
    const marked = await this.mark(item.id, changes);
    // With no room even to note that it has arrived it goes altogether: that is what makes room.
    if (!marked && verdict.state === 'delivered') await this.remove(item.id);
    if (verdict.stop === 'wipe') await this.wipe(device);
    return verdict;
  }

  /**
   * Changes fields of an item; resolves with false when the device is too full for it. That must not keep anything from
   * being sent: what is not marked is sent again, and counts once.
   */
  async mark(id, changes) {
    try {
      await this.change(id, changes);
      return true;
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      return false;
    }
  }

  async remove(id) {
    await this.store.write(['queue'], steps => steps.remove('queue', id));
    await this.onChange();
  }

  /** Changes fields of an item that is still there. */
  async change(id, changes) {
    await this.store.write(['queue'], async steps => {
      const item = await steps.get('queue', id);
      if (item) await steps.put('queue', Object.assign(item, changes));
    });
    await this.onChange();
  }

  /** Asks the server whether this device is still good; what the office has ordered comes with the answer. */
  async poll() {
    const device = await this.store.get('meta', 'device');
    if (!device || !device.send_token) return null;
    const answer = await this.api.ask('GET', 'status', { token: device.send_token, lang: this.lang() });
    if (answer.status === 410 && answer.json && answer.json.wipe === true) await this.wipe(device);
    return answer;
  }

  /** A returned item tries once more. */
  async retry(id) {
    await this.change(id, { state: 'waiting', next: 0, tries: 0, too_large: 0 });
    return this.run(true);
  }

  /** The office asked for it: everything goes, at once; then the office is told. */
  async wipe(device) {
    await this.store.wipe({ wiped: { reason: 'office', token: device.send_token } });
    await this.onChange();
    return this.reportWipe();
  }

  /** Ends the tokens of those who have signed out here. Resolves with how many are still to be ended. */
  async endTokens() {
    const leaving = (await this.store.get('meta', 'leaving')) || [];
    let ended = 0;
    for (const token of leaving) {
      const answer = await this.api.ask('POST', 'sign-out', { token });
      if ([204, 401].indexOf(answer.status) < 0) break;
      ended += 1;
      await this.store.write(['meta'], async steps => {
        const now = (await steps.get('meta', 'leaving')) || [];
        await steps.put('meta', now.filter(one => one !== token), 'leaving');
      });
    }
    return leaving.length - ended;
  }

  /** Tells the server that the wipe is done; again at every start until it has answered. */
  async reportWipe() {
    const wiped = await this.store.get('meta', 'wiped');
    if (!wiped || !wiped.token) return;
    const answer = await this.api.ask('POST', 'wiped', { token: wiped.token });
    if ([204, 401, 409].indexOf(answer.status) >= 0) {
      await this.store.put('meta', Object.assign(wiped, { token: null }), 'wiped');
    }
  }
}
