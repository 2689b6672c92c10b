// What is shown: the view that the address names, the bar above it with its notices, and failures said plainly.

import { DAY } from './clock.js';
import { app } from './core.js';
import { h, replace } from './dom.js';
import { Elsewhere, StoreBroken, StoreFull } from './store.js';

let views = () => null;
let current = null;
let shownBefore = false;

/** Says which view belongs to an address: `pick(name, rest)`. */
export function useViews(pick) {
  views = pick;
}

/** What went wrong while nobody was looking, or in a button: said plainly, and everything before it is kept. */
export function caught(error) {
  const before = app.notice && app.notice.kind;
  if (error instanceof Elsewhere) {
    app.notice = { kind: 'elsewhere' };
    route();
  } else if (error instanceof StoreFull) app.notice = { kind: 'storage_full' };
  else if (error instanceof StoreBroken) app.notice = { kind: 'storage_broken' };
  else app.notice = { kind: 'trouble', detail: String(error && error.stack ? error.stack : error).slice(0, 300) };
  drawTop();
  // What goes wrong every half minute in the background must not take the focus from whoever is typing.
  const box = before === app.notice.kind ? null : document.getElementById('m:notice');
  if (box) box.focus();
  return null;
}

/** A handler for buttons and forms whose failures are shown. */
export function act(work) {
  return event => {
    if (event) event.preventDefault();
    app.notice = null;
    return Promise.resolve(work(event)).catch(caught);
  };
}

export function go(path) {
  const hash = '#/' + path;
  if (location.hash === hash) route();
  else location.hash = hash;
}

/** Shows the view that the address names. */
export function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  const view = views(name, rest);
  show(view ? view() : { title: app.t('lost'), body: [h('p', null, h('a', { class: 'second', href: '#/' }, app.t('back_list')))] });
}

/**
 * view: { title, back, body, hasError, ownHeading, update, keep }. The title is the page's only h1 unless the body brings
 * its own; `update` draws again what depends on queue and list; `keep` saves what is typed.
 */
export function show(view) {
  current = view;
  document.documentElement.lang = app.lang;
  document.title = (view.hasError ? app.t('page_error') : '') + view.title + ' · ' + app.t('app');
  const main = h('main', { id: 'm:main', tabindex: '-1' },
    view.back, view.ownHeading ? null : h('h1', { tabindex: '-1' }, view.title), view.body);
  const said = document.getElementById('m:said');
  replace(document.getElementById('m:app'),
    h('header', null, h('div', { class: 'top', id: 'm:top' }), h('div', { id: 'm:banners' })), main,
    said || h('p', { id: 'm:said', class: 'hidden', role: 'status' }));
  drawTop();
  const focus = view.hasError && document.getElementById('m:faults') || main.querySelector('h1') || main;
  if (!focus.hasAttribute('tabindex')) focus.setAttribute('tabindex', '-1');
  if (shownBefore) {
    focus.focus();
    window.scrollTo(0, 0);
  }
  shownBefore = true;
}

/** Keeps what is typed on the page that is shown: the phone may never come back to it. */
export function keepTyped() {
  if (current && current.keep) Promise.resolve(current.keep()).catch(caught);
}

/** Says something without moving the focus. */
export function announce(words) {
  const said = document.getElementById('m:said');
  if (said) said.textContent = words;
}

/** Draws the view again where it depends on queue and list. */
export function changed() {
  if (current && current.update) current.update();
}

export function drawTop() {
  const top = document.getElementById('m:top');
  if (!top) return;
  const waiting = app.queue.filter(item => item.state === 'waiting' || item.state === 'sending').length;
  const isOpen = Boolean(app.key) && !app.wiped;
  const at = location.hash.replace(/^#\/?/, '').split('/')[0];
  const link = (path, words) => h('a', { href: '#/' + path, id: 'm:nav-' + path, 'aria-current': at === path ? 'page' : null }, words);
  redraw(top,
    h('p', { class: 'site' }, app.t('app')),
    h('div', { class: 'tools' },
      h('button', { type: 'button', id: 'm:lang', lang: app.lang === 'zh' ? 'en' : 'zh', click: () => setting({ lang: app.lang === 'zh' ? 'en' : 'zh' }) }, app.t('other_language')),
      h('button', { type: 'button', id: 'm:large', click: () => setting({ large: !app.large }) }, app.t(app.large ? 'usual' : 'larger'))),
    isOpen && h('nav', { class: 'places', 'aria-label': app.t('menu') },
      link('', app.t('list')),
      link('queue', app.t('queue') + (waiting > 0 ? ' ' + waiting : '')),
      link('device', app.t('settings'))));
  redraw(document.getElementById('m:banners'), banners());
}

/** Draws anew only what has changed, and gives the focus back to where it was. */
function redraw(element, ...children) {
  const next = element.cloneNode(false);
  replace(next, children);
  if (next.innerHTML === element.innerHTML) return;
  const held = element.contains(document.activeElement) ? document.activeElement.id : '';
  replace(element, Array.from(next.childNodes));
  const again = held && document.getElementById(held);
  if (again) again.focus();
}

function banners() {
  const all = [];
  const add = (title, text, extra, id) => all.push(h('div', { class: 'notice', id, tabindex: id ? '-1' : null, role: id ? 'alert' : null },
    title && h('p', { class: 'notice-title' }, title), text && h('p', null, text), extra));
  if (app.notice) {
    const { kind, detail } = app.notice;
    const close = h('button', { type: 'button', class: 'second', click: () => { app.notice = null; drawTop(); } }, app.t('understood'));
    if (kind === 'trouble') add(app.t('trouble'), app.t('trouble_text'), [h('p', { class: 'code' }, detail), close], 'm:notice');
    else add(app.t(kind + '_title'), app.t(kind), close, 'm:notice');
  }
  if (!app.device || app.wiped || !app.key) return all;
  if (app.stop === 'sign_in' && location.hash !== '#/sign-in') {
    add(app.t('sign_in_again'), app.t('sign_in_again_intro'), h('p', null, h('a', { class: 'second', href: '#/sign-in' }, app.t('sign_in'))));
  }
  const verdict = app.clock.verdict(app.device.max_offline_days);
  const days = app.device.max_offline_days;
  if (verdict === 'overdue') add(null, app.t('overdue', { n: Math.floor(app.clock.offline() / DAY) }));
  if (verdict === 'soon') add(null, app.t('overdue_soon', { days }));
  const offset = app.clock.record ? Math.abs(app.clock.record.offset) : 0;
  if (offset > 0) add(null, app.t('clock_wrong', { n: span(offset) }));
  if (app.free !== null && app.free !== undefined && app.free < 20) add(null, app.t('storage_low'));
  const onInterview = location.hash.startsWith('#/interview');
  if (app.persisted === false && !onInterview && location.hash.replace(/^#\/?/, '') === '') {
    add(app.t('storage_refused_title'), null, h('p', null, h('a', { class: 'big-link', href: '#/device' }, app.t('storage_what'))));
  }
  if (app.update && !onInterview) {
    add(app.t('update_ready'), null, h('button', { type: 'button', class: 'second', click: () => app.update.postMessage('take-over') }, app.t('update_go')));
  }
  return all;
}

function span(milliseconds) {
  if (milliseconds < 2 * 3600000) return app.t('minutes', { n: Math.round(milliseconds / 60000) });
  return milliseconds < 2 * DAY ? app.t('hours', { n: Math.round(milliseconds / 3600000) }) : app.t('days', { n: Math.round(milliseconds / DAY) });
}

/** Large text for somebody who asked for it; stays until somebody presses the button. */
export async function enlarge() {
  if (app.large) return;
  app.large = true;
  document.documentElement.className = 'large';
  drawTop();
  await app.store.put('meta', { lang: app.lang, large: true }, 'settings');
}

async function setting(changes) {
  Object.assign(app, changes);
  document.documentElement.className = app.large ? 'large' : '';
  if (current && current.keep) await current.keep();
  route();
  const tool = document.getElementById(changes.lang ? 'm:lang' : 'm:large');
  if (tool) tool.focus();
  await app.store.put('meta', { lang: app.lang, large: app.large }, 'settings');
}
