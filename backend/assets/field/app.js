// The interviewers' app begins here; what happens without anybody pressing anything is set going.

import * as canary from './canary.js';
import { afterSync, contacted, poll, refresh, send, tick } from './contact.js';
import { app, readMeta } from './core.js';
import { h } from './dom.js';
import { dropMedia, makeRoom } from './media.js';
import { caught, keepTyped, route, show, useViews } from './screen.js';
import { sight } from './session.js';
import { Sync } from './sync.js';
import { watchUpdates } from './updates.js';
import { pick } from './views.js';

const TICK = 30000;

async function begin() {
  useViews(pick);
  app.store.makeRoom = makeRoom;
  app.sync = new Sync({ store: app.store, now: () => app.clock.now(), lang: () => app.lang, onTime: contacted, onChange: afterSync });
  if (!self.isSecureContext || !self.crypto || !self.crypto.subtle) {
    show({ title: app.t('app'), body: [h('p', { class: 'notice' }, app.t(self.isSecureContext ? 'old_browser' : 'insecure'))] });
    return;
  }
  await readMeta();
  const last = canary.noted();
  if (!app.device && !app.wiped && last) app.lost = last;
  if (app.wiped) {
    // Wiped while the app was closed: what only a page can take away goes now.
    if (!app.device) canary.forget();
    dropMedia();
  }
  app.queue = await app.store.all('queue');
  app.draftCount = (await app.store.all('drafts')).length;
  window.addEventListener('hashchange', route);
  window.addEventListener('online', () => { send(); if (app.key) refresh(); else poll(); });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) keepTyped();
    sight(document.hidden);
    if (!document.hidden) tick().catch(caught);
  });
  setInterval(() => tick().catch(caught), TICK);
  await tick();
  route();
  watchUpdates().catch(() => { /* Without a service worker the app works while the page stays open. */ });
  if (app.wiped) app.sync.reportWipe().catch(caught);
  await send();
  if (!app.key) poll();
}

begin().catch(error => {
  if (!document.getElementById('m:top')) show({ title: app.t('app'), body: [] });
  caught(error);
});
