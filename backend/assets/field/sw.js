// The service worker: the app's files (shell.js), and sending in the background where the browser knows how.

import './shell.js';
import { Clock } from './clock.js';
import { Store } from './store.js';
import { Sync } from './sync.js';

/** contact: also when there is nothing to send, so that a lost device hears of it. */
async function sendInBackground(contact) {
  const store = new Store();
  const clock = new Clock();
  clock.load(await store.get('meta', 'clock'));
  const sync = new Sync({
    store,
    now: () => clock.now(),
    onTime: async time => {
      clock.contact(time);
      // With no room for it sending goes on; the page will know the time at its own next contact.
      await store.put('meta', clock.record, 'clock').catch(full => full);
    },
  });
  const result = await sync.run(true);
  if (contact) await sync.poll();
  if (await store.get('meta', 'wiped')) await self.caches.delete('minyi-media');
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const page of pages) page.postMessage('queue-changed');
  // Failing asks the browser to come back later.
  const left = result.stop === 'sign_in' ? result.leaving : result.left + result.leaving;
  if (left > 0) throw new Error(left + ' left to send');
}

self.addEventListener('sync', event => {
  if (event.tag === 'minyi-field') event.waitUntil(sendInBackground(false));
});

self.addEventListener('periodicsync', event => {
  if (event.tag === 'minyi-field-contact') event.waitUntil(sendInBackground(true));
});
