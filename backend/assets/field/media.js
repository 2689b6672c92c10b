// Pictures and recordings of the questionnaires, kept for days without a network. They are public, like the
// questionnaires, so they lie unlocked in a cache of their own, from which the service worker (shell.js) serves them.
// Films in sign language are not kept: one would fill a phone.

import { app } from './core.js';

export const CACHE = 'minyi-media';
/** Bytes that are kept at most: a phone that is full of recordings has no room for answers. */
const LIMIT = 20 * 1048576;
/** Bytes that must be free before any are kept: twice as much. */
const LEAST_FREE = 2 * LIMIT;

/** Files to keep, pictures before recordings and small ones first, within the limit; and how many are left out. */
export function choose(rounds, limit = LIMIT) {
  const byUrl = new Map();
  for (const round of rounds) for (const file of round.media || []) byUrl.set(file.url, file);
  const order = file => [file.kind === 'image' ? 0 : 1, file.bytes];
  const sorted = Array.from(byUrl.values()).sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1]);
  let bytes = 0;
  const chosen = sorted.filter(file => {
    if (bytes + file.bytes > limit) return false;
    bytes += file.bytes;
    return true;
  });
  return { chosen, tooMuch: sorted.length - chosen.length };
}

/** Fetches what is missing and drops what no questionnaire has any more. A device that is nearly full keeps none. */
export async function keepMedia() {
  if (!self.caches || !app.bundle) return;
  if (app.media && app.media.gaveWay || (await freeBytes()) < LEAST_FREE) {
    await countMedia();
    return;
  }
  const { chosen, tooMuch } = choose(app.bundle.rounds);
  if (chosen.length === 0) await dropMedia();
  if (chosen.length + tooMuch === 0) return;
  const cache = await self.caches.open(CACHE);
  const wanted = new Set(chosen.map(file => new URL(file.url, location.href).href));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  for (const file of chosen) if (!await cache.match(file.url)) await fetchOne(cache, file);
  await count(cache, chosen, tooMuch);
}

/** What is on the device already; without a network that is all there is. */
export async function countMedia() {
  if (!self.caches || !app.bundle) return;
  const { chosen, tooMuch } = choose(app.bundle.rounds);
  if (chosen.length + tooMuch > 0) await count(await self.caches.open(CACHE), chosen, tooMuch);
}

async function count(cache, chosen, tooMuch) {
  const kept = new Set();
  let bytes = 0;
  for (const file of chosen) {
    if (!await cache.match(file.url)) continue;
    kept.add(file.url);
    bytes += file.bytes;
  }
  app.media = { kept, bytes, missing: chosen.length - kept.size, tooMuch };
}

/** One file, if it is whole: half a recording is worse than none. */
async function fetchOne(cache, file) {
  try {
    const response = await self.fetch(file.url, { credentials: 'omit', cache: 'no-store' });
    if (!response.ok) return;
    const hash = await self.crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
    const hex = Array.from(new Uint8Array(hash), byte => byte.toString(16).padStart(2, '0')).join('');
    if (hex === file.sha256) await cache.put(file.url, response);
  } catch (cut) {
    // The next update of the list tries again.
  }
}

/** Bytes that the browser still gives; without end where it does not say. */
async function freeBytes() {
  const { storage } = navigator;
  const room = storage && storage.estimate ? await storage.estimate() : {};
  return room.quota > 0 ? room.quota - room.usage : Infinity;
}

/** Pictures and recordings can be fetched again, answers cannot: they give way first. Resolves with whether any did. */
export async function makeRoom() {
  const gaveWay = self.caches ? await self.caches.delete(CACHE).catch(() => false) : false;
  if (gaveWay && app.media) app.media = { kept: new Set(), bytes: 0, missing: app.media.kept.size + app.media.missing, tooMuch: app.media.tooMuch, gaveWay };
  return gaveWay;
}

/** Nothing of a questionnaire stays on a device that is left or wiped. */
export function dropMedia() {
  app.media = null;
  return self.caches ? self.caches.delete(CACHE).catch(() => false) : Promise.resolve(false);
}

/** Gives the pictures and recordings of a page their addresses; what is not on the device is left out. Its words stay. */
export function placeMedia(content, round) {
  const kept = (app.media && app.media.kept) || new Set();
  const files = new Map((round.media || []).map(file => ['media/' + file.name, file.url]));
  for (const film of Array.from(content.querySelectorAll('details.sign'))) film.remove();
  for (const element of Array.from(content.querySelectorAll('[src]'))) {
    const url = files.get(element.getAttribute('src'));
    if (url && kept.has(url)) element.setAttribute('src', url);
    else {
      const label = element.closest('.pictured');
      if (label && element.tagName === 'IMG') label.classList.remove('pictured');
      element.remove();
    }
  }
}

/** Whether a page has a film in sign language, which only the web has. */
export function hasFilm(markup) {
  return markup.indexOf('class="sign"') >= 0;
}
