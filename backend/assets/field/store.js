// What the device keeps, in IndexedDB. Every change is one transaction, asked to be on the disk before it counts
// (durability 'strict', where the browser knows it), so that a killed page leaves the state before or after, never
// between.
//
//   meta     by key: device with the token that only delivers, crypto, clock …; nothing in it names a respondent
//   vault    by key: the bundle (it holds names and addresses) and the token that reads, locked under the passphrase
//   drafts   by id: interviews begun, locked under the passphrase
//   queue    by id: finished answers and visits, sealed to the server; with the state of each

const STORES = ['meta', 'vault', 'drafts', 'queue'];
const VERSION = 1;
/** How often a transaction is begun again after the browser closed the connection. */
const TRIES = 4;
/** Milliseconds by which it waits longer each time; the first is at once. */
const WAIT = 60;

/** The device has no room left. Nothing of the change was written. */
export class StoreFull extends Error {}

/** Another window of the app has gone on with the interview: what it kept is the truth. */
export class Elsewhere extends Error {}

/** The browser does not let this page keep anything. */
export class StoreBroken extends Error {}

export class Store {
  /** makeRoom: called once when the device is full, before the same is tried again. */
  constructor(name = 'minyi-field', factory = self.indexedDB, makeRoom = () => Promise.resolve()) {
    this.name = name;
    this.factory = factory;
    this.makeRoom = makeRoom;
    this.opening = null;
    this.worked = false;
  }

  open() {
    if (this.opening) return this.opening;
    const opening = new Promise((resolve, reject) => {
      const request = this.factory.open(this.name, VERSION);
      request.onupgradeneeded = () => {
        for (const store of STORES) {
          if (request.result.objectStoreNames.contains(store)) continue;
          request.result.createObjectStore(store, store === 'drafts' || store === 'queue' ? { keyPath: 'id' } : undefined);
        }
      };
      request.onsuccess = () => {
        const db = request.result;
        // Browsers close connections under memory pressure and when the user clears data; the next use opens anew.
        db.onclose = () => this.forget(opening);
        db.onversionchange = () => {
          db.close();
          this.forget(opening);
        };
        resolve(db);
      };
      request.onerror = () => reject(request.error);
    });
    this.opening = opening;
    opening.catch(() => this.forget(opening));
    return opening;
  }

  forget(opening) {
    if (this.opening === opening) this.opening = null;
  }

  /** Runs `work` in one transaction and resolves with its result once the transaction is complete. */
  async run(mode, stores, work) {
    let madeRoom = false;
    for (let tried = 1; ; tried += 1) {
      try {
        const result = await this.once(mode, stores, work);
        this.worked = true;
        return result;
      } catch (error) {
        const isGone = isLost(error);
        if (isOurs(error) || this.worked && !isGone && !isFull(error)) throw error;
        if (isGone) this.opening = null;
        const isLeft = isGone && tried < TRIES;
        // On a disk with no room at all Chromium only says that it cannot open its database. A browser that lets
        // nothing be kept has never let anything be kept.
        if (isFull(error) || !isLeft && this.worked) {
          if (madeRoom) throw new StoreFull(String(error));
          // Tried again whatever comes of it: somebody else may be making room at this moment.
          madeRoom = true;
          await this.makeRoom();
        } else if (isLeft) {
          await new Promise(resolve => setTimeout(resolve, WAIT * (tried - 1)));
        } else {
          throw new StoreBroken(String(error));
        }
      }
    }
  }

  async once(mode, stores, work) {
    const db = await this.open();
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(stores, mode, { durability: 'strict' });
      let result;
      let failure = null;
      transaction.oncomplete = () => resolve(result);
      // A request that fails for want of room may itself only say that it was aborted.
      transaction.onabort = () => reject(isFull(transaction.error) ? transaction.error
        : failure || transaction.error || new DOMException('aborted', 'AbortError'));
      Promise.resolve(work(new Steps(transaction))).then(
        value => { result = value; },
        error => {
          failure = error;
          try {
            transaction.abort();
          } catch (ended) {
            reject(error);
          }
        });
    });
  }

  read(stores, work) {
    return this.run('readonly', stores, work);
  }

  write(stores, work) {
    return this.run('readwrite', stores, work);
  }

  get(store, key) {
    return this.read([store], steps => steps.get(store, key));
  }

  all(store) {
    return this.read([store], steps => steps.all(store));
  }

  put(store, value, key) {
    return this.write([store], steps => steps.put(store, value, key));
  }

  /** Takes everything away, and leaves in `meta` only what is given. */
  wipe(left = {}) {
    return this.write(STORES, steps => {
      for (const store of STORES) steps.clear(store);
      for (const key of Object.keys(left)) steps.put('meta', left[key], key);
    });
  }
}

/**
 * Whether `lock`, the record beside the passphrase's key, is still this device's: not after a wipe, a sign-out or a
 * forgotten passphrase. What was on its way then must not come back.
 */
export async function isLockKept(steps, lock) {
  const kept = await steps.get('meta', 'crypto');
  return Boolean(kept && lock) && kept.salt === lock.salt;
}

/** The steps of one transaction. Only these may be awaited inside it. */
class Steps {
  constructor(transaction) {
    this.transaction = transaction;
  }

  get(store, key) {
    return settled(this.transaction.objectStore(store).get(key));
  }

  all(store) {
    return settled(this.transaction.objectStore(store).getAll());
  }

  count(store) {
    return settled(this.transaction.objectStore(store).count());
  }

  put(store, value, key) {
    const objects = this.transaction.objectStore(store);
    return settled(key === undefined ? objects.put(value) : objects.put(value, key));
  }

  remove(store, key) {
    return settled(this.transaction.objectStore(store).delete(key));
  }

  clear(store) {
    return settled(this.transaction.objectStore(store).clear());
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function isFull(error) {
  return Boolean(error) && error.name === 'QuotaExceededError';
}

/** Whether the connection went away, so that the same may be tried again: an aborted transaction wrote nothing. */
function isLost(error) {
  return Boolean(error) && ['InvalidStateError', 'AbortError', 'UnknownError', 'TransactionInactiveError'].indexOf(error.name) >= 0;
}

/** A mistake of this program, not a browser that refuses (SecurityError) or has no database at all (TypeError). */
function isOurs(error) {
  const isBrowsers = typeof DOMException === 'function' && error instanceof DOMException;
  return error instanceof Error && !isBrowsers && !(error instanceof TypeError);
}
