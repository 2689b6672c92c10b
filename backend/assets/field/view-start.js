// Before the list: signing in, the passphrase, and what is said when data is gone.

import * as canary from './canary.js';
import { app } from './core.js';
import { faultSummary, field, h } from './dom.js';
import { act, announce, go, route, show } from './screen.js';
import { newLock, openLock } from './seal.js';
import { forget, open, signedIn } from './session.js';

const SHORTEST = 8;

// ---- signing in

export function signIn(values = {}, faults = []) {
  const { t } = app;
  const known = app.device && app.device.interviewer.login;
  const again = Boolean(known);
  const error = name => (faults.find(fault => fault.field === name) || {}).text;
  const submit = act(async event => {
    const form = event.target;
    const typed = {
      login: form.login.value.trim(), password: form.password.value,
      device_name: again ? app.device.name : form.device_name.value.trim(),
    };
    const missing = Object.keys(typed).filter(name => !typed[name]).map(name => ({ field: name, text: t('fill_in') }));
    if (missing.length > 0) {
      show(signIn(typed, missing));
      return;
    }
    const unfinished = app.draftCount > 0 || app.queue.some(item => item.state !== 'delivered' && item.state !== 'held');
    if (again && typed.login !== known && unfinished) {
      show(signIn(typed, [{ field: 'login', text: t('other_person', { name: app.device.interviewer.name }) }]));
      return;
    }
    announce(t('loading'));
    const answer = await app.sync.api.ask('POST', 'devices', { body: typed, lang: app.lang });
    if (answer.status !== 201 || !answer.json || !answer.json.token || !answer.json.send_token) {
      announce('');
      show(signIn(typed, [{ field: 'login', text: refusal(answer) }]));
      return;
    }
    await signedIn(answer.json, typed.device_name);
    go('');
    route();
  });
  return {
    title: t(again ? 'sign_in_again' : 'sign_in'),
    hasError: faults.length > 0,
    body: [
      faultSummary(t('errors'), faults),
      h('p', null, t(again ? 'sign_in_again_intro' : 'sign_in_intro')),
      h('form', { submit, novalidate: true },
        field({ id: 'login', label: t('login'), value: values.login || known || '', autocomplete: 'username',
          autocapitalize: 'none', spellcheck: 'false', error: error('login') }),
        field({ id: 'password', label: t('password'), type: 'password', autocomplete: 'current-password', error: error('password') }),
        again ? null : field({ id: 'device_name', label: t('device_name'), hint: t('device_name_hint'), value: values.device_name || '',
          maxlength: '60', error: error('device_name') }),
        h('button', { class: 'main', type: 'submit' }, t('sign_in_button')),
        app.key && h('p', null, h('a', { class: 'second', href: '#/' }, t('back_list')))),
    ],
  };
}

function refusal(answer) {
  const { t } = app;
  const word = (answer.json && (answer.json.reason || answer.json.error)) || '';
  if (answer.status === 401) return t('wrong_login');
  if (answer.status === 429) return t('too_many_login');
  if (answer.status === 403) {
    return (answer.json && answer.json.message) || t(word === 'employed_by_judged_unit' ? 'employed' : 'refused_login');
  }
  return t('no_network_login');
}

// ---- passphrase

export function newPassphrase(faults = []) {
  const { t } = app;
  const error = name => (faults.find(fault => fault.field === name) || {}).text;
  const submit = act(async event => {
    const [first, second] = [event.target.passphrase.value, event.target.again.value];
    const wrong = [];
    if (first.trim().length < SHORTEST) wrong.push({ field: 'passphrase', text: t('passphrase_short') });
    else if (first !== second) wrong.push({ field: 'again', text: t('passphrase_differs') });
    if (wrong.length > 0) {
      show(newPassphrase(wrong));
      return;
    }
    announce(t('loading'));
    const { key, kept } = await newLock(first);
    await app.store.put('meta', kept, 'crypto');
    app.crypto = kept;
    await open(key);
    go('');
    route();
    announce('');
  });
  return {
    title: t('passphrase_new'),
    hasError: faults.length > 0,
    body: [
      faultSummary(t('errors'), faults),
      h('p', null, t('passphrase_new_intro')),
      h('p', { class: 'notice' }, t('passphrase_forgot_note')),
      h('form', { submit, novalidate: true },
        // So that password managers know whose passphrase this is.
        h('input', { type: 'text', class: 'hidden', autocomplete: 'username', value: app.device.interviewer.login, tabindex: '-1', 'aria-hidden': 'true', readonly: true }),
        field({ id: 'passphrase', label: t('passphrase'), hint: t('passphrase_hint'), type: 'password', autocomplete: 'new-password', error: error('passphrase') }),
        field({ id: 'again', label: t('passphrase_again'), type: 'password', autocomplete: 'new-password', error: error('again') }),
        h('button', { class: 'main', type: 'submit' }, t('passphrase_save'))),
    ],
  };
}

export function locked(wrong = false) {
  const { t } = app;
  const faults = wrong ? [{ field: 'passphrase', text: t('passphrase_wrong') }] : [];
  const submit = act(async event => {
    announce(t('loading'));
    const key = await openLock(event.target.passphrase.value, app.crypto);
    announce('');
    if (!key) {
      show(locked(true));
      return;
    }
    await open(key);
    route();
  });
  return {
    title: t('locked'),
    hasError: wrong,
    body: [
      faultSummary(t('errors'), faults),
      h('p', null, t('locked_intro', { name: app.device.interviewer.name })),
      h('form', { submit, novalidate: true },
        h('input', { type: 'text', class: 'hidden', autocomplete: 'username', value: app.device.interviewer.login, tabindex: '-1', 'aria-hidden': 'true', readonly: true }),
        field({ id: 'passphrase', label: t('passphrase'), type: 'password', autocomplete: 'current-password', error: wrong && t('passphrase_wrong') }),
        h('button', { class: 'main', type: 'submit' }, t('unlock'))),
      h('p', null, h('a', { class: 'big-link', href: '#/forgot' }, t('forgot'))),
    ],
  };
}

export function forgot() {
  const { t } = app;
  const unsent = app.queue.filter(item => item.kind === 'response' && item.body).length;
  return {
    title: t('forgot_title'),
    body: [
      h('p', null, t('forgot_text', { drafts: app.draftCount, unsent })),
      h('button', { class: 'main danger', type: 'button', click: act(forget) }, t('forgot_go')),
      h('p', null, h('a', { class: 'second', href: '#/' }, t('cancel'))),
    ],
  };
}

// ---- gone

export function wiped() {
  const { t } = app;
  const { reason, days, unsent } = app.wiped;
  const again = act(async () => {
    await app.sync.reportWipe();
    await app.store.write(['meta'], steps => steps.remove('meta', 'wiped'));
    app.wiped = null;
    route();
  });
  return {
    title: t('wiped_title'),
    body: [
      h('p', { class: 'notice' }, reason === 'office' ? t('wiped_office') : t('wiped_offline', { days, unsent })),
      h('button', { class: 'second', type: 'button', click: again }, t('wiped_again')),
    ],
  };
}

export function lost() {
  const { t } = app;
  const { unsent, drafts } = app.lost;
  const text = unsent + drafts > 0 ? t('lost_text', { unsent, drafts }) : t('lost_none');
  return {
    title: t('lost_title'),
    body: [
      h('p', { class: 'notice' }, text),
      h('button', {
        class: 'main', type: 'button', click: () => {
          app.lost = null;
          canary.forget();
          route();
        },
      }, t('understood')),
    ],
  };
}
