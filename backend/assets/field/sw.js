// The service worker: the app's files (shell.js), and sending in the background where the browser knows how.

import './shell.js';
import { Clock } from './clock.js';
import { Store } from './store.js';
import { Sync } from './sync.js';

async function sendInBackground() {
  const store = new Store();
  const clock = new Clock();
  clock.load(await store.get('meta', 'clock'));
  const sync = new Sync({
    store,
    now: () => clock.now(),
    onTime: async time => {
      clock.contact(time);
      await store.put('meta', clock.record, 'clock');
    },
  });
  const result = await sync.run(true);
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const page of pages) page.postMessage('queue-changed');
  // Failing asks the browser to come back later.
  const left = result.stop === 'sign_in' ? result.leaving : result.left + result.leaving;
  if (left > 0) throw new Error(left + ' left to send');
}

self.addEventListener('sync', event => {
  if (event.tag === 'minyi-field') event.waitUntil(sendInBackground());
});
