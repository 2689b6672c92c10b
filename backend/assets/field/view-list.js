// Whom to visit: the list by village, a household, one case.

import { refresh } from './contact.js';
import { app } from './core.js';
import { localDay, parseDay, sayDay } from './day.js';
import { h, replace } from './dom.js';
import { act, announce, go, route } from './screen.js';
import { pick } from './text.js';
import { hasWords } from './words.js';

/** Cases of all rounds with what this device knows of each beyond the bundle. */
export function cases() {
  if (!app.bundle) return [];
  const found = [];
  for (const round of app.bundle.rounds) {
    for (const one of round.assignments) found.push(about(round, one));
  }
  return found;
}

function about(round, one) {
  const here = app.queue.filter(item => item.round === round.id && item.case_id === one.case_id);
  const attempts = (one.attempts || []).slice();
  for (const item of here) {
    const visit = app.visits.get(item.id);
    if (visit && !attempts.some(attempt => attempt.id === item.id)) {
      attempts.push(Object.assign({ local: item.state !== 'delivered' }, visit));
    }
  }
  const draft = app.drafts.find(found => found.round === round.id && found.case_id === one.case_id) || null;
  const response = here.find(item => item.kind === 'response' && item.state !== 'returned');
  const last = attempts[attempts.length - 1];
  const closes = attempts.some(attempt => (outcome(attempt.disposition) || {}).closes);
  let state = attempts.length > 0 ? 'tried' : 'open';
  if (draft) state = 'draft';
  if (one.state === 'closed') state = 'closed';
  if (closes && !draft) state = 'closed';
  if (response || one.state === 'complete') state = 'done';
  return { round, one, attempts, draft, response, last, state };
}

/** What the server knows of a disposition code: `{ code, text, closes, callback }`. */
export function outcome(code) {
  return ((app.bundle && app.bundle.dispositions) || []).find(one => one.code === code) || null;
}

/** A case's name while its identity is on the device; afterwards the case itself. */
export function nameOf(one) {
  return one.name || one.case_id;
}

export function find(round, caseId) {
  return cases().find(found => found.round.id === round && found.one.case_id === caseId) || null;
}

const isOpen = found => found.state !== 'done' && found.state !== 'closed';

export function path(found) {
  return [encodeURIComponent(found.round.id), encodeURIComponent(found.one.case_id)].join('/');
}

function placeName(place) {
  return place ? (app.lang === 'en' && place.name_en) || place.name_zh || '' : '';
}

export function groupName(group) {
  return hasWords('group_' + group) ? app.t('group_' + group) : group;
}

function stateWords(found) {
  return app.t('state_' + found.state, { n: found.attempts.length });
}

function today() {
  return localDay(app.clock.now());
}

/** The appointment that still stands, if the last visit made one. */
function appointment(found) {
  const { last } = found;
  if (!last || !last.callback_day || !isOpen(found)) return null;
  const part = last.callback_part ? app.t('part_' + last.callback_part) : '';
  const day = parseDay(last.callback_day);
  return { day, words: app.t('callback_on', { day: sayDay(last.callback_day, app.lang), part }) + soon(day) };
}

/** How near a day is, in words, if that matters now. */
function soon(day) {
  if (!day || day.days > today().days + 1) return '';
  if (day.days < today().days) return app.t('callback_past');
  return app.t(day.days === today().days ? 'callback_today' : 'callback_tomorrow');
}

// ---- the list

export function list() {
  const body = h('div');
  const draw = () => replace(body, listBody());
  draw();
  return { title: app.t('list'), body: [body], update: draw };
}

function listBody() {
  const { t } = app;
  const all = cases();
  const open = all.filter(isOpen);
  const shown = app.showDone ? all : open;
  const update = act(async () => {
    announce(t('loading'));
    const reached = await refresh();
    announce(t(reached ? 'list_updated' : 'list_failed'));
  });
  const due = open.map(found => ({ found, appointment: appointment(found) })).filter(pair => pair.appointment && pair.appointment.day)
    .sort((a, b) => a.appointment.day.days - b.appointment.day.days);
  return [
    all.length === 0 ? h('p', null, t('list_none')) : h('p', { class: 'quiet' }, t('list_counts', { all: all.length, open: open.length })),
    due.length > 0 && h('section', null, h('h2', null, t('callbacks')),
      h('ul', { class: 'cases' }, due.map(pair => h('li', null, h('a', { href: '#/case/' + path(pair.found), class: 'case' },
        named(nameOf(pair.found.one)),
        h('span', { class: pair.appointment.day.days <= today().days ? 'case-due' : 'case-hint' }, pair.appointment.words)))))),
    villages(shown).map(village => h('section', null, h('h2', null, village.name),
      h('ul', { class: 'cases' }, village.households.map(entry)))),
    all.length > open.length && h('label', { class: 'choice', for: 'm:done' },
      h('input', { type: 'checkbox', id: 'm:done', checked: app.showDone, change: event => {
        app.showDone = event.target.checked;
        route();
        const box = document.getElementById('m:done');
        if (box) box.focus();
      } }),
      h('span', { class: 'choice-label' }, t('show_done'))),
    h('button', { type: 'button', class: 'second', click: update }, t('list_update')),
  ];
}

/** Villages in the order of their names, each with its households in the order of their addresses. */
function villages(shown) {
  const byVillage = new Map();
  for (const found of shown) {
    const { village, township } = found.one;
    const name = [placeName(township), placeName(village)].filter(Boolean).join(' · ') || app.t('place_none');
    const code = village ? village.code : '';
    if (!byVillage.has(code)) byVillage.set(code, { name, households: new Map() });
    const { households } = byVillage.get(code);
    const key = found.round.id + ' ' + (found.one.household || found.one.case_id);
    if (!households.has(key)) households.set(key, []);
    households.get(key).push(found);
  }
  return Array.from(byVillage.keys()).sort().map(code => ({
    name: byVillage.get(code).name,
    households: Array.from(byVillage.get(code).households.values())
      .sort((a, b) => (a[0].one.address || '').localeCompare(b[0].one.address || '', 'zh')),
  }));
}

function named(name, more) {
  return h('span', { class: 'case-line' }, h('span', { class: 'case-name' }, name), more && [' ', h('span', { class: 'case-group' }, more)]);
}

/** A case alone, or a household with several. */
function entry(members) {
  const [first] = members;
  if (members.length === 1) {
    return h('li', null, h('a', { href: '#/case/' + path(first), class: 'case' },
      named(nameOf(first.one), groupName(first.one.group)),
      first.one.address && h('span', { class: 'case-hint' }, first.one.address),
      h('span', { class: 'state state-' + first.state }, stateWords(first))));
  }
  const address = '#/household/' + [first.round.id, first.one.household].map(encodeURIComponent).join('/');
  return h('li', null, h('a', { href: address, class: 'case' },
    named(members.map(member => nameOf(member.one)).join(app.lang === 'zh' ? '、' : ', '), app.t('household', { n: members.length })),
    first.one.address && h('span', { class: 'case-hint' }, first.one.address),
    members.map(member => h('span', { class: 'case-hint' }, nameOf(member.one), ' · ', stateWords(member)))));
}

// ---- a household

export function household(roundId, id) {
  const { t } = app;
  const members = cases().filter(found => found.round.id === roundId && found.one.household === id);
  if (members.length === 0) return lost();
  return {
    title: t('household_title'),
    back: back(),
    body: [
      h('p', null, members[0].one.address || t('case_no_address')),
      h('p', { class: 'quiet' }, t('household_intro', { n: members.length })),
      h('ul', { class: 'cases' }, members.map(member => h('li', null, h('a', { href: '#/case/' + path(member), class: 'case' },
        named(nameOf(member.one), groupName(member.one.group)),
        h('span', { class: 'state state-' + member.state }, stateWords(member)))))),
    ],
  };
}

// ---- one case

export function oneCase(roundId, caseId) {
  const { t } = app;
  const found = find(roundId, caseId);
  if (!found) return lost();
  const { one, round, draft } = found;
  const others = cases().filter(other => one.household && other.round.id === round.id && other.one.household === one.household && other !== found
    && other.one.case_id !== one.case_id);
  const mayWork = round.state === 'open' && found.state !== 'done' && one.state !== 'closed';
  const row = (name, value) => value && h('div', null, h('dt', null, name), h('dd', null, value));
  return {
    title: nameOf(one),
    back: back(),
    body: [
      h('p', { class: 'quiet' }, groupName(one.group), ' · ', pick(round.title, app.lang)),
      h('p', null, h('span', { class: 'state state-' + found.state }, stateWords(found))),
      h('dl', { class: 'answers' },
        row(t('case_address'), [placeName(one.township), placeName(one.village), one.address].filter(Boolean).join(' ') || t('case_no_address')),
        row(t('case_phone'), one.phone && h('a', { href: 'tel:' + one.phone.replace(/[^+\d]/g, '') }, one.phone)),
        row(t('case_relation'), relation(round, one))),
      mayWork && h('button', { type: 'button', class: 'main', click: act(async () => go('interview/' + path(found))) }, t(draft ? 'go_on' : 'begin')),
      mayWork && h('button', { type: 'button', class: 'second', click: act(async () => go('attempt/' + path(found))) }, t('attempt')),
      round.state !== 'open' && h('p', { class: 'notice' }, t('case_round_closed')),
      h('h2', null, t('case_attempts')),
      found.attempts.length === 0 ? h('p', { class: 'quiet' }, t('case_no_attempts'))
        : h('ul', { class: 'visits' }, found.attempts.map(visit)),
      others.length > 0 && [h('h2', null, t('household_others')), h('ul', { class: 'cases' }, others.map(other => entry([other])))],
    ],
  };
}

/** `family of c-000100`, in words. */
function relation(round, one) {
  if (!one.relation) return null;
  const of = /^family of (.+)$/.exec(one.relation);
  const person = of && round.assignments.find(other => other.case_id === of[1]);
  return person ? app.t('relation_of', { name: nameOf(person) }) : app.t('relation_family');
}

function visit(attempt) {
  const { t } = app;
  const known = outcome(attempt.disposition);
  return h('li', null,
    h('strong', null, sayDay(attempt.day, app.lang)), ' ', t('mode_' + (attempt.mode === 'phone' ? 'phone' : 'interview')), ' · ',
    known ? pick(known.text, app.lang) : attempt.disposition,
    attempt.callback_day && [' · ', t('callback_on', { day: sayDay(attempt.callback_day, app.lang),
      part: attempt.callback_part ? t('part_' + attempt.callback_part) : '' })],
    attempt.note && [h('br'), t('visit_note', { note: attempt.note })],
    attempt.local && h('span', { class: 'quiet' }, ' （' + t('not_sent') + '）'));
}

export function back() {
  return h('p', { class: 'back' }, h('a', { href: '#/' }, app.t('back_list')));
}

export function lost() {
  return { title: app.t('lost'), back: back(), body: [] };
}

/** Today as the server counts days. */
export function todayText() {
  return today().toString();
}
