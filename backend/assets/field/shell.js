// The app's own files, kept so that it opens with no network. A new version is fetched whole beside the old one and
// waits: it takes over when the app is next opened, or when somebody presses the button, never under an interview.

const VERSION = '20036e070fc1';
const CACHE = 'minyi-field-' + VERSION;
const FILES = ['/field', '/field/field.css', '/field/app.webmanifest', '/field/icon.svg', '/field/icon-192.png',
  '/field/icon-512.png', '/field/answer.js', '/field/app.js', '/field/bundle.js', '/field/canary.js',
  '/field/chance.js', '/field/clock.js', '/field/contact.js', '/field/core.js', '/field/day.js', '/field/digest.js', '/field/dom.js', '/field/expression.js', '/field/geo.js',
  '/field/flow.js', '/field/interview.js', '/field/keeping.js', '/field/media.js', '/field/page-form.js', '/field/screen.js',
  '/field/seal.js', '/field/session.js', '/field/state.js', '/field/store.js', '/field/sync.js', '/field/text.js',
  '/field/updates.js', '/field/validate.js', '/field/view-attempt.js', '/field/view-device.js',
  '/field/view-interview.js', '/field/view-list.js', '/field/view-queue.js', '/field/view-start.js',
  '/field/views.js', '/field/words.js'];

/** Past the browser's own cache, which may still hold files of the last version. */
function fetchFresh(file) {
  return self.fetch(new Request(file, { cache: 'reload', redirect: 'error' })).then(response => {
    const isPage = /text\/html/.test(response.headers.get('Content-Type'));
    if (!response.ok || isPage !== (file === '/field')) throw new TypeError('not our file: ' + file);
    if (!isPage) return response;
    return response.clone().text().then(text => {
      if (text.indexOf('id="m:app"') < 0) throw new TypeError('not our page: ' + file);
      return response;
    });
  });
}

// All or nothing: a network's log-in page, or a proxy's page of regret, in the place of a file would be the end of the
// app until there is a better network.
self.addEventListener('install', event => {
  event.waitUntil(Promise.all(FILES.map(fetchFresh))
    .then(responses => self.caches.open(CACHE)
      .then(cache => Promise.all(responses.map((response, at) => cache.put(FILES[at], response))))));
});

self.addEventListener('activate', event => {
  const isOld = name => name.startsWith('minyi-field-') && name !== CACHE;
  event.waitUntil(self.caches.keys()
    .then(names => Promise.all(names.filter(isOld).map(name => self.caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener('message', event => {
  if (event.data === 'take-over') self.skipWaiting();
});

self.addEventListener('fetch', event => {
  const { method, url, mode } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== self.location.origin) return;
  // What media.js has kept; the address tells the content, so what is kept is never old.
  if (pathname.startsWith('/media/')) {
    event.respondWith(self.caches.open('minyi-media')
      .then(cache => cache.match(url))
      .then(found => found || self.fetch(event.request)));
    return;
  }
  const file = mode === 'navigate' && pathname === '/field' ? '/field' : pathname;
  if (FILES.indexOf(file) < 0) return;
  event.respondWith(self.caches.open(CACHE)
    .then(cache => cache.match(file))
    .then(found => found || self.fetch(event.request)));
});
