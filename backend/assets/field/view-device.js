// This device: who uses it, whether the browser keeps what is on it, locking it, leaving it.

import { DAY } from './clock.js';
import { app } from './core.js';
import { h } from './dom.js';
import { persist } from './keeping.js';
import { act, route, show } from './screen.js';
import { lockNow, signOut } from './session.js';

export function device(asked = false) {
  const { t } = app;
  const row = (name, value) => h('div', null, h('dt', null, name), h('dd', null, value));
  const days = app.clock.record ? Math.floor(app.clock.offline() / DAY) : null;
  const contact = days === null ? t('contact_never') : days === 0 ? t('contact_today') : t('contact_days', { n: days });
  const unsent = app.queue.some(item => item.state !== 'delivered' && item.state !== 'held');
  const ask = act(async () => {
    await persist();
    route();
  });
  return {
    title: t('settings'),
    body: [
      h('dl', { class: 'answers' },
        row(t('settings_person'), app.device.interviewer.name + ' · ' + app.device.name),
        row(t('settings_contact'), contact)),
      h('p', { class: 'quiet' }, t('settings_rule', { days: app.device.max_offline_days })),
      h('h2', null, t('settings_storage')),
      app.persisted ? h('p', null, t('storage_kept')) : h('div', { class: 'notice' },
        h('p', { class: 'notice-title' }, t('storage_refused_title')), h('p', null, t('storage_refused')),
        h('button', { type: 'button', class: 'second', click: ask }, t('storage_ask'))),
      typeof app.free === 'number' && h('p', { class: 'quiet' }, t('storage_room', { free: app.free })),
      media(),
      h('button', { type: 'button', class: 'main', click: act(async () => lockNow()) }, t('lock_now')),
      unsent ? h('p', { class: 'quiet' }, t('sign_out_unsent')) : asked
        ? h('div', { class: 'notice' }, h('p', null, t('sign_out_sure')),
          h('button', { type: 'button', class: 'second danger', click: act(signOut) }, t('sign_out_yes')),
          h('button', { type: 'button', class: 'second', click: act(async () => route()) }, t('cancel')))
        : h('button', { type: 'button', class: 'second', click: act(async () => show(device(true))) }, t('sign_out')),
    ],
  };
}

/** Which pictures and recordings can be shown without a network. */
function media() {
  const { t } = app;
  if (!app.media) return null;
  const { kept, bytes, missing, tooMuch, gaveWay } = app.media;
  return [
    h('h2', null, t('settings_media')),
    h('p', null, t('media_kept', { n: kept.size, size: sizeText(bytes) })),
    gaveWay && h('p', { class: 'notice' }, t('media_gave_way')),
    missing > 0 && !gaveWay && h('p', { class: 'quiet' }, t('media_missing', { n: missing })),
    tooMuch > 0 && h('p', { class: 'quiet' }, t('media_too_much', { n: tooMuch })),
    h('p', { class: 'quiet' }, t('media_films')),
  ];
}

function sizeText(bytes) {
  return bytes < 1048576 ? Math.ceil(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB';
}
