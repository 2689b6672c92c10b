// What is being sent: one line an item, with its state, and why.

import { send } from './contact.js';
import { app } from './core.js';
import { h, replace } from './dom.js';
import { act, announce, caught } from './screen.js';
import { pick } from './text.js';
import { find, nameOf } from './view-list.js';
import { hasWords } from './words.js';

export function queue() {
  const body = h('div');
  const draw = () => {
    const held = document.activeElement && document.activeElement.id;
    replace(body, queueBody());
    const again = held && body.querySelector('#' + CSS.escape(held));
    if (again && document.activeElement === document.body) again.focus();
  };
  draw();
  return { title: app.t('queue'), body: [body], update: draw };
}

function queueBody() {
  const { t } = app;
  const waiting = app.queue.filter(item => item.state === 'waiting' || item.state === 'sending');
  const settled = app.queue.filter(item => item.state === 'delivered' || item.state === 'held');
  const sendNow = act(async () => {
    announce(t('queue_sending'));
    const result = await send(true);
    announce(result ? t('queue_sent', { n: result.sent }) : '');
  });
  const clear = act(async () => {
    await app.store.write(['queue'], async steps => {
      for (const item of settled) if (item.state === 'delivered') await steps.remove('queue', item.id);
    });
    app.queue = app.queue.filter(item => item.state !== 'delivered');
    announce(t('queue_none'));
    replace(document.getElementById('m:main').querySelector('div'), queueBody());
  });
  const background = 'serviceWorker' in navigator && 'SyncManager' in self;
  return [
    h('p', null, app.queue.length === 0 ? t('queue_none') : waiting.length === 0 ? t('queue_all_sent') : t('queue_summary', { waiting: waiting.length })),
    waiting.length > 0 && h('button', { type: 'button', id: 'm:send', class: 'main', click: sendNow }, t('queue_send')),
    h('p', { class: 'quiet' }, t(background ? 'queue_background' : 'queue_by_hand')),
    app.queue.length > 0 && h('ul', { class: 'items' }, app.queue.slice().reverse().map(entry)),
    settled.some(item => item.state === 'delivered') && waiting.length === 0
      && h('button', { type: 'button', id: 'm:clear', class: 'second', click: clear }, t('queue_clear')),
  ];
}

function entry(item) {
  const { t } = app;
  const found = find(item.round, item.case_id);
  const { reason } = item;
  const word = reason && hasWords('r_' + reason.word) ? t('r_' + reason.word) : '';
  const faults = ((reason && reason.faults) || []).map(fault => typeof fault.message === 'string' ? fault.message : pick(fault.message, app.lang));
  return h('li', { class: 'item' },
    h('span', { class: 'item-what' }, t('queue_' + item.kind), ' · ', found ? nameOf(found.one) : item.case_id),
    h('span', { class: 'state state-' + item.state }, t('s_' + item.state)),
    word && item.state !== 'sending' && h('span', { class: 'item-why' }, word, reason.message && item.state === 'returned' ? ' ' + reason.message : ''),
    faults.length > 0 && h('span', { class: 'item-why' }, faults.join(' ')),
    item.receipt && h('details', null, h('summary', null, t('queue_receipt')), h('span', { class: 'item-why code' }, item.receipt)),
    item.state === 'returned' && h('button', { type: 'button', class: 'second', id: 'm:retry-' + item.id,
      click: act(() => app.sync.retry(item.id).catch(caught)) }, t('queue_retry')));
}
