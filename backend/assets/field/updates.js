// The service worker: the app's files for days without a network, and news from it.

import { DAY } from './clock.js';
import { afterSync } from './contact.js';
import { app } from './core.js';
import { caught, drawTop } from './screen.js';

/** A new version waits until somebody says so on a page without an interview; a reload then shows it. */
export async function watchUpdates() {
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
  // Where the browser allows it (an installed app), contact once in a while with the app closed.
  navigator.serviceWorker.ready
    .then(ready => ready.periodicSync && ready.periodicSync.register('minyi-field-contact', { minInterval: DAY / 2 }))
    .catch(() => { /* Not allowed: contact is when the app is open. */ });
  let hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (hadOne) location.reload();
    hadOne = true;
  });
  navigator.serviceWorker.addEventListener('message', event => {
    if (event.data === 'queue-changed') afterSync().catch(caught);
  });
}
