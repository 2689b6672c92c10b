// The interviewers' app: what it knows, which view is shown, and what happens without anybody pressing anything
// (sending, the clock, the wipe, updates).

import * as bundles from './bundle.js';
import * as canary from './canary.js';
import { Clock, DAY } from './clock.js';
import { h, replace } from './dom.js';
import { lock, unlock } from './seal.js';
import { Store, StoreBroken, StoreFull } from './store.js';
import { Sync } from './sync.js';
import * as attempt from './view-attempt.js';
import * as device from './view-device.js';
import * as interview from './view-interview.js';
import * as list from './view-list.js';
import * as queue from './view-queue.js';
import * as start from './view-start.js';
import { say } from './words.js';

const TICK = 30000;

export const app = {
  lang: 'zh', device: null, key: null, bundle: null, drafts: [], queue: [], wiped: null, lost: null, sync: null,
  store: new Store(), clock: new Clock(), persisted: null, notice: null, stop: null, update: null, showDone: false,
  t: (key, values) => say(app.lang, key, values),
};

// ---- what is kept

/** Reads the queue again after any change to it, and shows what has changed. */
async function queueChanged() {
  app.queue = (await app.store.all('queue')).sort((a, b) => a.number - b.number);
  noteForCanary();
  drawTop();
  if (current && current.update) current.update();
}

function noteForCanary() {
  if (app.device && !app.wiped) {
    const unsent = app.queue.filter(item => item.kind === 'response' && item.state !== 'delivered' && item.state !== 'held');
    canary.note({ device: app.device.device_id, unsent: unsent.length, drafts: app.draftCount || 0 });
  }
}

export async function saveDraft(draft) {
  const locked = await lock(app.key, 'draft ' + draft.id, draft);
  await app.store.put('drafts', { id: draft.id, locked });
  const at = app.drafts.findIndex(one => one.id === draft.id);
  if (at < 0) app.drafts.push(draft);
  else app.drafts[at] = draft;
  app.draftCount = app.drafts.length;
  noteForCanary();
}

/** One transaction: items enter the queue, and a draft goes. */
export async function hand(items, draftId) {
  await app.store.write(['queue', 'drafts', 'meta'], async steps => {
    let number = (await steps.get('meta', 'number')) || 0;
    for (const item of items) {
      number += 1;
      await steps.put('queue', Object.assign(item, { number }));
    }
    await steps.put('meta', number, 'number');
    if (draftId) await steps.remove('drafts', draftId);
  });
  if (draftId) app.drafts = app.drafts.filter(draft => draft.id !== draftId);
  app.draftCount = app.drafts.length;
  await queueChanged();
  askBackground();
  send();
}

/** Everything that the passphrase opens. */
export async function open(key) {
  app.key = key;
  const drafts = [];
  for (const record of await app.store.all('drafts')) drafts.push(await unlock(key, 'draft ' + record.id, record.locked));
  app.drafts = drafts;
  app.draftCount = drafts.length;
  app.bundle = await bundles.load(app.store, key);
  noteForCanary();
  persist();
  refresh();
  send();
}

export function lockNow() {
  app.key = null;
  app.bundle = null;
  app.drafts = [];
  go('');
  route();
}

/** Fetches the list; resolves with whether the server was reached. */
export async function refresh() {
  if (!app.key || !app.device || !app.device.token) return false;
  const found = await bundles.refresh({ store: app.store, api: app.sync.api, key: app.key, token: app.device.token,
    drafts: app.drafts, lang: app.lang }).catch(caught);
  if (!found) return false;
  if (found.status === 410 && found.json && found.json.wipe === true) {
    await app.sync.wipe(app.device);
    return false;
  }
  if (found.status === 401) await signInNeeded();
  if (found.bundle) {
    app.bundle = found.bundle;
    await setDevice({ max_offline_days: found.bundle.max_offline_days });
    await queueChanged();
    if (current && current.update) current.update();
  }
  return found.status === 200 || found.status === 304;
}

export async function setDevice(changes) {
  app.device = Object.assign({}, app.device, changes);
  await app.store.put('meta', app.device, 'device');
}

/** A token that is no good: asked twice, because something on the way may have said so. */
async function signInNeeded() {
  const again = await app.sync.api.ask('GET', 'status', { token: app.device.token, lang: app.lang });
  if (again.status === 401) {
    app.stop = 'sign_in';
    drawTop();
  }
}

// ---- sending

export async function send(forced = false) {
  if (!app.device || !app.device.token) return null;
  const result = await app.sync.run(forced).catch(caught);
  if (!result) return null;
  app.stop = result.stop;
  drawTop();
  return result;
}

function askBackground() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.ready
    .then(registration => registration.sync && registration.sync.register('minyi-field'))
    .catch(() => { /* Not allowed or not known: the page sends by itself while it is open. */ });
}

async function contacted(time) {
  app.clock.contact(time);
  await app.store.put('meta', app.clock.record, 'clock');
}

/** Now and then: the clock, the limit of days, what waits. */
async function tick() {
  if (!app.device || app.wiped) return;
  app.clock.tick();
  const verdict = app.clock.verdict(app.device.max_offline_days);
  if (verdict === 'wipe') {
    await wipeOffline();
    return;
  }
  if (app.clock.record) await app.store.put('meta', app.clock.record, 'clock');
  if (app.queue.some(item => item.state === 'waiting' || item.state === 'sending')) send();
  else if (verdict !== 'fine' || app.clock.offline() > DAY / 4) refresh();
}

/** Names, drafts and keys go; sealed answers, which nobody here can read, stay to be sent. */
async function wipeOffline() {
  const unsent = app.queue.filter(item => item.kind === 'response' && item.body).length;
  const wiped = { reason: 'offline', days: app.device.max_offline_days, unsent };
  await app.store.write(['meta', 'vault', 'drafts'], async steps => {
    await steps.clear('vault');
    await steps.clear('drafts');
    await steps.remove('meta', 'crypto');
    await steps.put('meta', Object.assign({}, app.device, { token: null }), 'device');
    await steps.put('meta', wiped, 'wiped');
  });
  await readMeta();
  await queueChanged();
  route();
}

async function readMeta() {
  const [meta, found] = await app.store.read(['meta'], async steps => {
    const read = {};
    for (const key of ['device', 'clock', 'wiped', 'crypto', 'settings']) read[key] = await steps.get('meta', key);
    return [read, true];
  });
  app.device = meta.device || null;
  app.wiped = meta.wiped || null;
  app.crypto = meta.crypto || null;
  app.clock.load(meta.clock);
  const settings = meta.settings || {};
  app.lang = settings.lang || 'zh';
  app.large = Boolean(settings.large);
  document.documentElement.className = app.large ? 'large' : '';
  return found;
}

// ---- storage

export async function persist() {
  const { storage } = navigator;
  if (!storage || !storage.persist) {
    app.persisted = false;
    return;
  }
  app.persisted = (await storage.persisted()) || (await storage.persist());
  const room = storage.estimate ? await storage.estimate() : {};
  app.free = room.quota ? Math.floor((room.quota - room.usage) / 1048576) : null;
  drawTop();
}

/** What went wrong while nobody was looking, or in a button: said plainly, and everything before it is kept. */
export function caught(error) {
  if (error instanceof StoreFull) app.notice = { kind: 'storage_full' };
  else if (error instanceof StoreBroken) app.notice = { kind: 'storage_broken' };
  else app.notice = { kind: 'trouble', detail: String(error && error.stack ? error.stack : error).slice(0, 300) };
  drawTop();
  const box = document.getElementById('m:notice');
  if (box) box.focus();
  return null;
}

/** A handler for buttons and forms whose failures are shown. */
export function act(work) {
  return event => {
    if (event) event.preventDefault();
    app.notice = null;
    return Promise.resolve(work(event)).catch(caught);
  };
}

// ---- views

let current = null;
let shownBefore = false;

export function go(path) {
  const hash = '#/' + path;
  if (location.hash === hash) route();
  else location.hash = hash;
}

function pick() {
  if (app.wiped) return start.wiped;
  if (app.lost) return start.lost;
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  if (!app.device || !app.device.token) return start.signIn;
  if (name === 'sign-in') return start.signIn;
  if (!app.crypto) return start.newPassphrase;
  if (!app.key) return name === 'forgot' ? start.forgot : start.locked;
  switch (name) {
    case '': return list.list;
    case 'case': return () => list.oneCase(rest[0], rest[1]);
    case 'household': return () => list.household(rest[0], rest[1]);
    case 'attempt': return () => attempt.attempt(rest[0], rest[1], rest[2]);
    case 'interview': return () => interview.interview(rest[0], rest[1], rest[2]);
    case 'queue': return queue.queue;
    case 'device': return device.device;
    default: return null;
  }
}

/** Shows the view that the address names. */
export function route() {
  const view = pick();
  show(view ? view() : { title: app.t('lost'), body: [h('p', null, h('a', { href: '#/' }, app.t('back_list')))] });
}

/**
 * view: { title, back, body, hasError, ownHeading, update, keep }. The title is the page's only h1 unless the body brings
 * its own; `update` draws again what depends on queue and list; `keep` saves what is typed.
 */
export function show(view) {
  current = view;
  document.documentElement.lang = app.lang;
  document.title = (view.hasError ? app.t('page_error') : '') + view.title + ' · ' + app.t('app');
  const main = h('main', { id: 'm:main', tabindex: '-1' },
    view.back, view.ownHeading ? null : h('h1', { tabindex: '-1' }, view.title), view.body);
  const said = document.getElementById('m:said');
  replace(document.getElementById('m:app'),
    h('header', null, h('div', { class: 'top', id: 'm:top' }), h('div', { id: 'm:banners' })), main,
    said || h('p', { id: 'm:said', class: 'hidden', role: 'status' }));
  drawTop();
  const focus = view.hasError && document.getElementById('m:faults') || main.querySelector('h1') || main;
  if (!focus.hasAttribute('tabindex')) focus.setAttribute('tabindex', '-1');
  if (shownBefore) {
    focus.focus();
    window.scrollTo(0, 0);
  }
  shownBefore = true;
}

/** Says something without moving the focus. */
export function announce(words) {
  const said = document.getElementById('m:said');
  if (said) said.textContent = words;
}

function drawTop() {
  const top = document.getElementById('m:top');
  if (!top) return;
  const waiting = app.queue.filter(item => item.state === 'waiting' || item.state === 'sending').length;
  const isOpen = Boolean(app.key) && !app.wiped;
  const at = location.hash.replace(/^#\/?/, '').split('/')[0];
  const link = (path, words) => h('a', { href: '#/' + path, id: 'm:nav-' + path, 'aria-current': at === path ? 'page' : null }, words);
  redraw(top,
    h('p', { class: 'site' }, app.t('app')),
    h('div', { class: 'tools' },
      h('button', { type: 'button', id: 'm:lang', lang: app.lang === 'zh' ? 'en' : 'zh', click: () => setting({ lang: app.lang === 'zh' ? 'en' : 'zh' }) }, app.t('other_language')),
      h('button', { type: 'button', id: 'm:large', click: () => setting({ large: !app.large }) }, app.t(app.large ? 'usual' : 'larger'))),
    isOpen && h('nav', { class: 'places', 'aria-label': app.t('menu') },
      link('', app.t('list')),
      link('queue', app.t('queue') + (waiting > 0 ? ' ' + waiting : '')),
      link('device', app.t('settings'))));
  redraw(document.getElementById('m:banners'), banners());
}

/** Draws anew only what has changed, and gives the focus back to where it was. */
function redraw(element, ...children) {
  const next = element.cloneNode(false);
  replace(next, children);
  if (next.innerHTML === element.innerHTML) return;
  const held = element.contains(document.activeElement) ? document.activeElement.id : '';
  replace(element, Array.from(next.childNodes));
  const again = held && document.getElementById(held);
  if (again) again.focus();
}

function banners() {
  const all = [];
  const add = (title, text, extra, id) => all.push(h('div', { class: 'notice', id, tabindex: id ? '-1' : null, role: id ? 'alert' : null },
    title && h('p', { class: 'notice-title' }, title), text && h('p', null, text), extra));
  if (app.notice) {
    const { kind, detail } = app.notice;
    const close = h('button', { type: 'button', class: 'second', click: () => { app.notice = null; drawTop(); } }, app.t('understood'));
    if (kind === 'trouble') add(app.t('trouble'), app.t('trouble_text'), [h('p', { class: 'code' }, detail), close], 'm:notice');
    else add(app.t(kind + '_title'), app.t(kind), close, 'm:notice');
  }
  if (!app.device || app.wiped || !app.key) return all;
  if (app.stop === 'sign_in' && location.hash !== '#/sign-in') {
    add(app.t('sign_in_again'), app.t('sign_in_again_intro'), h('p', null, h('a', { class: 'second', href: '#/sign-in' }, app.t('sign_in'))));
  }
  const verdict = app.clock.verdict(app.device.max_offline_days);
  const days = app.device.max_offline_days;
  if (verdict === 'overdue') add(null, app.t('overdue', { n: Math.floor(app.clock.offline() / DAY) }));
  if (verdict === 'soon') add(null, app.t('overdue_soon', { days }));
  const offset = app.clock.record ? Math.abs(app.clock.record.offset) : 0;
  if (offset > 0) add(null, app.t('clock_wrong', { n: span(offset) }));
  if (app.free !== null && app.free !== undefined && app.free < 20) add(null, app.t('storage_low'));
  const onInterview = location.hash.startsWith('#/interview');
  if (app.persisted === false && !onInterview && location.hash.replace(/^#\/?/, '') === '') {
    add(app.t('storage_refused_title'), null, h('p', null, h('a', { class: 'big-link', href: '#/device' }, app.t('storage_what'))));
  }
  if (app.update && !onInterview) {
    add(app.t('update_ready'), null, h('button', { type: 'button', class: 'second', click: () => app.update.postMessage('take-over') }, app.t('update_go')));
  }
  return all;
}

function span(milliseconds) {
  if (milliseconds < 2 * 3600000) return app.t('minutes', { n: Math.round(milliseconds / 60000) });
  return milliseconds < 2 * DAY ? app.t('hours', { n: Math.round(milliseconds / 3600000) }) : app.t('days', { n: Math.round(milliseconds / DAY) });
}

async function setting(changes) {
  Object.assign(app, changes);
  document.documentElement.className = app.large ? 'large' : '';
  if (current && current.keep) await current.keep();
  route();
  const tool = document.getElementById(changes.lang ? 'm:lang' : 'm:large');
  if (tool) tool.focus();
  await app.store.put('meta', { lang: app.lang, large: app.large }, 'settings');
}

// ---- service worker

/** A new version waits until somebody says so on a page without an interview; a reload then shows it. */
async function watchUpdates() {
  if (!navigator.serviceWorker) return;
  const options = { scope: '/field', updateViaCache: 'none' };
  const registration = await navigator.serviceWorker.register('/field/sw.js', Object.assign({ type: 'module' }, options))
    .catch(() => navigator.serviceWorker.register('/field/shell.js', options));
  const waits = worker => {
    if (!navigator.serviceWorker.controller) return;
    app.update = worker;
    drawTop();
  };
  if (registration.waiting) waits(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker.addEventListener('statechange', () => { if (worker.state === 'installed') waits(worker); });
  });
  let hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (hadOne) location.reload();
    hadOne = true;
  });
  navigator.serviceWorker.addEventListener('message', event => {
    if (event.data === 'queue-changed') queueChanged().catch(caught);
  });
}

// ---- start

async function begin() {
  app.sync = new Sync({ store: app.store, now: () => app.clock.now(), lang: () => app.lang, onTime: contacted, onChange: afterSync });
  if (!self.isSecureContext || !self.crypto || !self.crypto.subtle) {
    show({ title: app.t('app'), body: [h('p', { class: 'notice' }, app.t(self.isSecureContext ? 'old_browser' : 'insecure'))] });
    return;
  }
  await readMeta();
  const last = canary.noted();
  if (!app.device && !app.wiped && last) app.lost = last;
  app.queue = await app.store.all('queue');
  app.draftCount = (await app.store.all('drafts')).length;
  window.addEventListener('hashchange', route);
  window.addEventListener('online', () => { send(); refresh(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) tick().catch(caught); });
  setInterval(() => tick().catch(caught), TICK);
  await tick();
  route();
  watchUpdates().catch(() => { /* Without a service worker the app works while the page stays open. */ });
  if (app.wiped) app.sync.reportWipe().catch(caught);
  else send();
}

async function afterSync() {
  const wiped = await app.store.get('meta', 'wiped');
  if (wiped && !app.wiped) {
    Object.assign(app, { wiped, device: null, key: null, bundle: null, drafts: [], queue: [], crypto: null });
    canary.forget();
    route();
    return;
  }
  await queueChanged();
}

begin().catch(error => {
  if (!document.getElementById('m:top')) show({ title: app.t('app'), body: [] });
  caught(error);
});
