// Makes the editor of questionnaires quicker: menus follow what is chosen, tables are walked through with the arrow
// keys, and words are not lost by leaving. Everything works without it. ES2015, no inline script (CSP).
(function () {
  'use strict';
  var each = Array.prototype.forEach;
  var form = document.querySelector('form[data-unsaved]');

  // 1. What was typed and not saved is not left behind by accident.
  var dirty = false, sent = false;
  if (form) {
    form.addEventListener('input', function () { dirty = true; });
    form.addEventListener('submit', function () { sent = true; });
    window.addEventListener('beforeunload', function (event) {
      if (dirty && !sent) { event.preventDefault(); event.returnValue = form.getAttribute('data-unsaved'); }
    });
    // The page is kept by the browser and comes back by "back".
    window.addEventListener('pageshow', function () { sent = false; });
  }

  // 2. Menus follow what is chosen: the server is asked what the fields mean now, nothing is saved by it.
  var part = form && form.querySelector('[data-part]');
  var turn = 0;
  function values() {
    var known = {};
    each.call(part.querySelectorAll('input[id],select[id],textarea[id]'), function (field) {
      known[field.id] = field.type === 'checkbox' ? String(field.checked) : field.value;
    });
    return known;
  }
  function swap(fresh, before) {
    var at = document.activeElement, now = values();
    var place = part.contains(at) ? at.id : '';
    var next = document.importNode(fresh, true);
    part.parentNode.replaceChild(next, part);
    part = next;
    // What was typed while the answer was on its way is newer than the answer.
    Object.keys(now).forEach(function (id) {
      var field = document.getElementById(id);
      if (!field || !part.contains(field) || now[id] === before[id]) { return; }
      if (field.type === 'checkbox') { field.checked = now[id] === 'true'; } else { field.value = now[id]; }
    });
    var again = place && document.getElementById(place);
    if (again) { again.focus({ preventScroll: true }); }
  }
  function ask(go, then) {
    var mine = turn += 1, before = values(), body = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { body.append(name, value); });
    body.set('go', go);
    fetch(form.action, { method: 'POST', body: body, credentials: 'same-origin', cache: 'no-store' })
      .then(function (reply) { return reply.ok ? reply.text() : ''; })
      .then(function (text) {
        var fresh = text && mine === turn && new DOMParser().parseFromString(text, 'text/html').querySelector('[data-part]');
        if (fresh) { swap(fresh, before); if (then) { then(); } }
      })
      .catch(function () { /* the button saves, with or without this */ });
  }
  if (part && window.fetch && window.DOMParser && window.URLSearchParams) {
    form.addEventListener('change', function (event) {
      if (part.contains(event.target) && event.target.type !== 'file') { ask('refresh'); }
    });
    form.addEventListener('click', function (event) {
      var button = event.target.closest && event.target.closest('button[data-refresh]');
      if (!button) { return; }
      event.preventDefault();
      ask(button.value, function () {
        var lines = part.querySelectorAll('fieldset select[data-refresh][id$="-question"]');
        if (lines.length) { lines[lines.length - 1].focus(); }
      });
    });
  }

  // 3. A table of fields is walked through as in a spreadsheet: Enter and the arrows go up and down a column.
  document.addEventListener('keydown', function (event) {
    var field = event.target, step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) { return; }
    if (field.tagName !== 'INPUT' || field.type === 'checkbox' || !field.closest('table.sheet')) { return; }
    var row = field.closest('tr'), cell = field.closest('td');
    var other = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    if (event.key === 'Enter' && event.shiftKey) { other = row.previousElementSibling; }
    event.preventDefault();
    var there = other && other.children[Array.prototype.indexOf.call(row.children, cell)];
    var next = there && there.querySelector('input:not([type=hidden])');
    if (next) { next.focus(); next.select(); }
  });

  // 4. A panel that an address leads to is where reading goes on.
  var panel = document.querySelector('.panel');
  if (panel) { panel.focus(); }
}());
