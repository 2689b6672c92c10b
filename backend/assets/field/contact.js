// Contact with the server: sending what waits, fetching the list, the limit of days, the wipe. Sending needs only the
// token that delivers; the list needs the one that the passphrase locks.

import * as bundles from './bundle.js';
import * as canary from './canary.js';
import { DAY } from './clock.js';
import { app, readMeta, setDevice } from './core.js';
import { enqueue, eraseLocked, measureRoom, queueChanged } from './keeping.js';
import { dropMedia, keepMedia } from './media.js';
import { caught, drawTop, route } from './screen.js';
import { StoreFull } from './store.js';

/** Items enter the queue, a draft goes, and sending begins. */
export async function hand(items, draft) {
  await enqueue(items, draft);
  measureRoom().catch(caught);
  askBackground();
  send();
}

/** Fetches the list; resolves with whether the server was reached. */
export async function refresh() {
  if (!app.key || !app.device || !app.token) return false;
  const { key } = app;
  const found = await bundles.refresh({ store: app.store, api: app.sync.api, key, token: app.token,
    drafts: () => app.drafts, lang: app.lang }).catch(caught);
  if (!found) return false;
  if (found.status === 410 && found.json && found.json.wipe === true) {
    await app.sync.wipe(app.device);
    return false;
  }
  if (found.status === 401) await signInNeeded();
  // Locked meanwhile: it is kept, and not opened.
  if (found.bundle && app.key === key) {
    app.bundle = found.bundle;
    await setDevice({ max_offline_days: found.bundle.max_offline_days });
    await queueChanged();
  }
  // Also what an earlier update of the list did not get.
  if (found.status === 200 || found.status === 304) keepMedia().catch(caught);
  return found.status === 200 || found.status === 304;
}

/** A token that is no good: asked twice, because something on the way may have said so. */
async function signInNeeded() {
  const again = await app.sync.api.ask('GET', 'status', { token: app.token, lang: app.lang });
  if (again.status === 401) {
    app.stop = 'sign_in';
    drawTop();
  }
}

export async function send(forced = false) {
  const result = await app.sync.run(forced).catch(caught);
  if (!result) return null;
  app.stop = result.stop;
  drawTop();
  return result;
}

/** Asks the browser to send when there is a network, even if this page is closed by then. */
export function askBackground() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.ready
    .then(registration => registration.sync && registration.sync.register('minyi-field'))
    .catch(() => { /* Not allowed or not known: the page sends by itself while it is open. */ });
}

export async function contacted(time) {
  app.clock.contact(time);
  await keepClock();
}

/** A device with no room must still be able to send: the clock is known until the app is closed. */
async function keepClock() {
  await app.store.put('meta', app.clock.record, 'clock').catch(error => {
    if (!(error instanceof StoreFull)) throw error;
  });
}

/**
 * Contact for its own sake, with the token that only delivers: so that a device that was lost hears of it whoever
 * opens the app, locked or not, with nothing to send or much.
 */
export async function poll() {
  if (!app.device || app.wiped) return;
  const answer = await app.sync.poll().catch(caught);
  if (!answer) return;
  if (answer.status === 401 && app.token) await signInNeeded();
  const days = answer.status === 200 && answer.json && answer.json.max_offline_days;
  if (days && app.device && days !== app.device.max_offline_days) await setDevice({ max_offline_days: days });
}

/** Now and then: the clock, the limit of days, what waits. */
export async function tick() {
  if (!app.device || app.wiped) {
    send();
    return;
  }
  app.clock.tick();
  const verdict = app.clock.verdict(app.device.max_offline_days);
  if (verdict === 'wipe') {
    await wipeOffline();
    return;
  }
  if (app.clock.record) await keepClock();
  if (app.queue.some(item => item.state === 'waiting' || item.state === 'sending')) send();
  else if (verdict !== 'fine' || app.clock.offline() > DAY / 4) await (app.key ? refresh() : poll());
}

/**
 * Names, drafts and the token that reads go. Sealed answers, which nobody here can read, stay with the token that only
 * delivers, and are sent when there is a network again.
 */
async function wipeOffline() {
  const unsent = app.queue.filter(item => item.kind === 'response' && item.body).length;
  const wiped = { reason: 'offline', days: app.device.max_offline_days, unsent };
  await eraseLocked(steps => steps.put('meta', wiped, 'wiped'));
  dropMedia();
  await readMeta();
  await queueChanged();
  route();
}

/** After every step of sending: what changed, and whether the office has asked for a wipe. */
export async function afterSync() {
  const wiped = await app.store.get('meta', 'wiped');
  if (wiped && !app.wiped) {
    Object.assign(app, { wiped, device: null, key: null, token: null, bundle: null, drafts: [], queue: [], crypto: null,
      visits: new Map() });
    canary.forget();
    dropMedia();
    route();
    return;
  }
  await queueChanged();
}
