// What the app knows at this moment. Every part reads it; what is also kept on the device goes through here or through
// keeping.js.

import { Clock } from './clock.js';
import { Store } from './store.js';
import { say } from './words.js';

/**
 * device: `{ device_id, send_token, interviewer, max_offline_days, name }`, which lies open; key: the passphrase's;
 * token: the one that reads names, in memory only while the app is open; visits: what unsent attempts say, by id.
 */
export const app = {
  lang: 'zh', device: null, key: null, token: null, bundle: null, drafts: [], queue: [], visits: new Map(), wiped: null,
  lost: null, sync: null, store: new Store(), clock: new Clock(), persisted: null, notice: null, stop: null, update: null,
  showDone: false, media: null, t: (key, values) => say(app.lang, key, values),
};

export async function setDevice(changes) {
  const changed = await app.store.write(['meta'], async steps => {
    const device = await steps.get('meta', 'device');
    if (!device) return null;
    await steps.put('meta', Object.assign(device, changes), 'device');
    return device;
  });
  if (changed && app.device) app.device = changed;
}

/** Reads what needs no passphrase. */
export async function readMeta() {
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
