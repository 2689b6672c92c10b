// Who uses the app: signing in, opening and locking it, signing out.
//
// Signing in gives two tokens. The one that only delivers lies open, so that finished interviews are sent while the app
// is locked. The one that reads names and addresses is kept under the passphrase, and only while the app is open in
// memory: whoever finds the device and has no passphrase can make it send, and nothing else.

import * as bundles from './bundle.js';
import * as canary from './canary.js';
import { askBackground, refresh, send } from './contact.js';
import { app } from './core.js';
import { eraseLocked, noteForCanary, openDrafts, persist } from './keeping.js';
import { countMedia, dropMedia } from './media.js';
import { go, route } from './screen.js';
import { lock, unlock } from './seal.js';

const TOKEN = 'token';
/** Milliseconds out of sight after which the app is locked. */
const UNSEEN = 30 * 60000;

/** The server has let somebody in. Tokens of an earlier signing in on this device are ended at the next contact. */
export async function signedIn({ device_id, token, send_token, interviewer, max_offline_days }, name) {
  const before = app.device && app.device.send_token;
  const device = { device_id, send_token, interviewer, max_offline_days, name };
  await app.store.write(['meta'], async steps => {
    const leaving = (await steps.get('meta', 'leaving')) || [];
    await steps.put('meta', before ? leaving.concat(before) : leaving, 'leaving');
    await steps.put('meta', device, 'device');
  });
  Object.assign(app, { device, token, lost: null, stop: null });
  if (app.key) await open(app.key);
  else send();
}

/** Everything that the passphrase opens. */
export async function open(key) {
  app.key = key;
  if (app.token) await app.store.put('vault', { locked: await lock(key, TOKEN, app.token) }, TOKEN);
  const kept = await app.store.get('vault', TOKEN);
  app.token = kept ? await unlock(key, TOKEN, kept.locked) : null;
  // The page was closed between signing in and the passphrase.
  if (!app.token) app.stop = 'sign_in';
  await openDrafts();
  app.bundle = await bundles.load(app.store, key);
  await countMedia();
  noteForCanary();
  persist();
  refresh();
  send();
}

export function lockNow() {
  Object.assign(app, { key: null, token: null, bundle: null, drafts: [], visits: new Map() });
  go('');
  route();
}

let hiddenSince = null;

/** The app goes out of sight, or comes back: a phone that lay about with the app open locks it. */
export function sight(hidden) {
  if (hidden && hiddenSince === null) hiddenSince = { device: Date.now(), monotonic: performance.now() };
  if (hidden || hiddenSince === null) return;
  const away = Math.max(Date.now() - hiddenSince.device, performance.now() - hiddenSince.monotonic);
  hiddenSince = null;
  if (app.key && away >= UNSEEN) lockNow();
}

/** The passphrase is forgotten: what it locks goes, and the account's password is asked for again. */
export async function forget() {
  await eraseLocked();
  go('');
  route();
}

/** Deletes everything and ends the tokens: now, or at the next contact if there is no network. */
export async function signOut() {
  const leaving = (await app.store.get('meta', 'leaving')) || [];
  await app.store.wipe({ leaving: leaving.concat(app.device.send_token) });
  canary.forget();
  await dropMedia();
  askBackground();
  location.hash = '';
  location.reload();
}
