// Keeps the fieldwork monitor up to date: fetches its live part every 30 seconds while somebody looks at it, and
// replaces what has changed. The page is whole without it. ES2015, no inline script (CSP).
(function () {
  'use strict';
  var live = document.getElementById('live');
  if (!live || !window.fetch || !window.DOMParser) { return; }
  var EVERY = 30000, IDLE = 45 * 60000, QUIET = 60000;
  var pause = document.getElementById('pause');
  var said = document.getElementById('said');
  var stamp = document.getElementById('as-of');
  var etag = live.getAttribute('data-etag');
  var words = function (name) { return live.getAttribute('data-' + name); };
  var parts = function (root) { return root.querySelectorAll('[data-part]'); };
  var kept = {}, paused = false, ended = false, asking = false;
  var last = Date.now(), active = last, saidAt = 0, heard = '', want = '';
  Array.prototype.forEach.call(parts(live), function (part) { kept[part.getAttribute('data-part')] = part.outerHTML; });
  function say(root) {
    var sum = root.querySelector('[data-say]');
    return sum ? sum.getAttribute('data-say') : heard;
  }
  heard = want = say(live);

  function stops(part) { return part.querySelectorAll('a[href],button,summary,select,input,[tabindex]'); }

  // Focus, open details and sideways scrolling stay as they were.
  function swap(old, next) {
    var at = document.activeElement, place = -1, top = 0;
    if (old.contains(at)) {
      place = Array.prototype.indexOf.call(stops(old), at);
      top = at.getBoundingClientRect().top;
    }
    var open = old.querySelectorAll('details'), boxes = old.querySelectorAll('.scroll');
    var fresh = document.importNode(next, true);
    Array.prototype.forEach.call(fresh.querySelectorAll('details'), function (one, i) {
      if (open[i]) { one.open = open[i].open; }
    });
    var lefts = Array.prototype.map.call(boxes, function (box) { return box.scrollLeft; });
    old.parentNode.replaceChild(fresh, old);
    Array.prototype.forEach.call(fresh.querySelectorAll('.scroll'), function (box, i) { box.scrollLeft = lefts[i] || 0; });
    var again = at && at.id && place >= 0 ? document.getElementById(at.id) : stops(fresh)[place];
    if (place >= 0 && again) {
      again.focus({ preventScroll: true });
      window.scrollBy(0, again.getBoundingClientRect().top - top);
    }
  }

  function take(text) {
    var doc = new DOMParser().parseFromString(text, 'text/html');
    want = say(doc);
    Array.prototype.forEach.call(parts(doc), function (next) {
      var name = next.getAttribute('data-part'), html = next.outerHTML;
      var old = live.querySelector('[data-part="' + name + '"]');
      if (old && kept[name] !== html) { kept[name] = html; swap(old, next); }
    });
  }

  function announce(now) {
    if (want !== heard && now - saidAt >= QUIET) { heard = want; saidAt = now; said.textContent = want; }
  }

  function ask() {
    var now = Date.now();
    if (!paused && now - active > IDLE) { set(true); }
    if (paused || ended || asking || document.hidden || now - last < EVERY) { return; }
    asking = true;
    last = now;
    fetch(words('src'), { credentials: 'same-origin', headers: { 'If-None-Match': etag }, cache: 'no-store' })
      .then(function (reply) {
        if (reply.redirected || reply.status === 401 || reply.status === 403) {
          ended = true;
          stamp.textContent = words('ended');
          return null;
        }
        if (reply.status !== 304 && !reply.ok) { throw new Error(String(reply.status)); }
        etag = reply.headers.get('ETag') || etag;
        stamp.textContent = decodeURIComponent(reply.headers.get('X-As-Of') || '');
        return reply.status === 304 ? null : reply.text();
      })
      .then(function (text) { if (text) { take(text); } announce(Date.now()); })
      .catch(function () { stamp.textContent = words('offline'); })
      .then(function () { asking = false; });
  }

  function set(value) {
    paused = value;
    pause.textContent = words(paused ? 'resume' : 'pause');
    if (!paused) { active = Date.now(); ask(); }
  }

  pause.hidden = false;
  pause.addEventListener('click', function () { set(!paused); });
  ['keydown', 'pointerdown', 'scroll'].forEach(function (kind) {
    window.addEventListener(kind, function () { active = Date.now(); }, { passive: true });
  });
  document.addEventListener('visibilitychange', ask);
  window.setInterval(ask, 1000);
}());
