// Which view belongs to which address, and what comes before any of them.

import { app } from './core.js';
import * as attempt from './view-attempt.js';
import * as device from './view-device.js';
import * as interview from './view-interview.js';
import * as list from './view-list.js';
import * as queue from './view-queue.js';
import * as start from './view-start.js';

/** The view of an address, or null. Who has not signed in, or has not opened the app, sees only that. */
export function pick(name, rest) {
  if (app.wiped) return start.wiped;
  if (app.lost) return start.lost;
  if (!app.device || !app.device.send_token) return start.signIn;
  if (name === 'sign-in') return start.signIn;
  // A new passphrase follows the account's password, so that forgetting it opens nothing.
  if (!app.crypto) return app.token ? start.newPassphrase : start.signIn;
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
