// The interviewers' app begins here; what happens without anybody pressing anything is set going.

import * as canary from './canary.js';
import { afterSync, contacted, refresh, send, tick } from './contact.js';
import { app, readMeta } from './core.js';
import { h } from './dom.js';
import { caught, route, show, useViews } from './screen.js';
import { Sync } from './sync.js';
import { watchUpdates } from './updates.js';
import { pick } from './views.js';

const TICK = 30000;

async function begin() {
  useViews(pick);
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
  send();
}

begin().catch(error => {
  if (!document.getElementById('m:top')) show({ title: app.t('app'), body: [] });
  caught(error);
});
