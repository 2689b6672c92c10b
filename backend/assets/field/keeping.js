// What stays on the device: the queue as it is shown, drafts and visits under the passphrase's key, and the note of how
// much there is.

import * as canary from './canary.js';
import { app } from './core.js';
import { changed, drawTop } from './screen.js';
import { lock, unlock } from './seal.js';
import { Elsewhere, isLockKept } from './store.js';

/** Reads the queue again after any change to it, and shows what has changed. */
export async function queueChanged() {
  app.queue = (await app.store.all('queue')).sort((a, b) => a.number - b.number);
  await readVisits();
  noteForCanary();
  drawTop();
  changed();
}

/** Unsent visits are sealed to the server; what they say is kept beside under the passphrase's key, to be shown. */
async function readVisits() {
  if (!app.key) return;
  for (const item of app.queue) {
    if (!item.shown || app.visits.has(item.id)) continue;
    // Locked under a passphrase that was forgotten since: it is sent all the same.
    const visit = await unlock(app.key, 'visit ' + item.id, item.shown).catch(() => null);
    if (visit) app.visits.set(item.id, visit);
  }
}

export function noteForCanary() {
  if (app.device && !app.wiped) {
    const unsent = app.queue.filter(item => item.kind === 'response' && item.state !== 'delivered' && item.state !== 'held');
    canary.note({ device: app.device.device_id, unsent: unsent.length, drafts: app.draftCount || 0 });
  }
}

/** Whether another window has kept or handed in this draft since `edition`. */
async function isElsewhere(steps, id, edition) {
  if (await steps.get('queue', id)) return true;
  const kept = await steps.get('drafts', id);
  return Boolean(kept) && (kept.edition || 0) >= edition;
}

/** Reads what the other window has kept. */
async function giveWay() {
  await openDrafts();
  throw new Elsewhere('changed in another window');
}

export async function saveDraft(draft) {
  draft.edition = (draft.edition || 0) + 1;
  const { edition } = draft;
  const lockedBy = app.crypto;
  const locked = await lock(app.key, 'draft ' + draft.id, draft);
  const isOld = await app.store.write(['drafts', 'queue', 'meta'], async steps => {
    if (!await isLockKept(steps, lockedBy)) return null;
    if (await isElsewhere(steps, draft.id, edition)) return true;
    await steps.put('drafts', { id: draft.id, locked, edition });
    return false;
  });
  if (isOld === null) return;
  if (isOld) await giveWay();
  const at = app.drafts.findIndex(one => one.id === draft.id);
  if (at < 0) app.drafts.push(draft);
  else app.drafts[at] = draft;
  app.draftCount = app.drafts.length;
  noteForCanary();
}

/** One transaction: items enter the queue, and a draft goes. */
export async function enqueue(items, draft) {
  const isOld = await app.store.write(['queue', 'drafts', 'meta'], async steps => {
    if (await steps.get('meta', 'wiped')) return null;
    if (draft && await isElsewhere(steps, draft.id, (draft.edition || 0) + 1)) return true;
    let number = (await steps.get('meta', 'number')) || 0;
    for (const item of items) {
      number += 1;
      await steps.put('queue', Object.assign(item, { number }));
    }
    await steps.put('meta', number, 'number');
    if (draft) await steps.remove('drafts', draft.id);
    return false;
  });
  if (isOld === null) return;
  if (isOld) await giveWay();
  if (draft) app.drafts = app.drafts.filter(one => one.id !== draft.id);
  app.draftCount = app.drafts.length;
  await queueChanged();
}

/** Opens what the key locks. */
export async function openDrafts() {
  const drafts = [];
  for (const record of await app.store.all('drafts')) drafts.push(await unlock(app.key, 'draft ' + record.id, record.locked));
  app.drafts = drafts;
  app.draftCount = drafts.length;
  await queueChanged();
}

/** Everything locked under the passphrase goes: names, drafts, the token that reads. What is sealed stays to be sent. */
export async function eraseLocked(more = () => {}) {
  await app.store.write(['meta', 'vault', 'drafts'], async steps => {
    await steps.clear('vault');
    await steps.clear('drafts');
    await steps.remove('meta', 'crypto');
    await more(steps);
  });
  Object.assign(app, { key: null, token: null, bundle: null, drafts: [], draftCount: 0, crypto: null, visits: new Map() });
}

export async function persist() {
  const { storage } = navigator;
  if (!storage || !storage.persist) {
    app.persisted = false;
    return;
  }
  app.persisted = (await storage.persisted()) || (await storage.persist());
  await measureRoom();
}

/** How much room is left, in whole megabytes; null where the browser does not say. */
export async function measureRoom() {
  const { storage } = navigator;
  const room = storage && storage.estimate ? await storage.estimate() : {};
  app.free = room.quota ? Math.floor((room.quota - room.usage) / 1048576) : null;
  drawTop();
}
