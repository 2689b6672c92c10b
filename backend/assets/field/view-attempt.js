// A visit that was no interview: how it was tried, what came of it, and when to come again.

import { hand } from './contact.js';
import { app } from './core.js';
import { parseDay } from './day.js';
import { checked, choices, faultSummary, field, h } from './dom.js';
import { act, announce, go, show } from './screen.js';
import { lock, seal, uuid } from './seal.js';
import { queued } from './sync.js';
import { pick } from './text.js';
import { find, lost, nameOf, outcome, path, todayText } from './view-list.js';

const PARTS = ['morning', 'afternoon', 'evening'];
/** Only with a day. */
const APPOINTMENT = '2.20';
/** What only an interview comes to. */
const INTERVIEWS = ['1.1', '1.2'];

/**
 * An attempt for the queue: sealed to the server, so that it is sent while the app is locked and nobody reads the note
 * on the way; and locked beside that, to be shown here until the server has it.
 */
export async function visit(found, fields) {
  const about = { id: uuid(), round: found.round.id, case_id: found.one.case_id };
  const said = Object.assign({ day: todayText(), mode: 'interview', note: '', callback_day: null, callback_part: null },
    about, fields);
  const sealed = await seal(app.bundle.server_key, about, said);
  const shown = await lock(app.key, 'visit ' + about.id, said);
  return queued('attempt', Object.assign({ sealed }, about), { shown });
}

/** Results to choose from: first those after which somebody goes again, which is most of them; then those that end it. */
function results() {
  const all = (app.bundle.dispositions || []).filter(one => INTERVIEWS.indexOf(one.code) < 0);
  return all.filter(one => !one.closes).concat(all.filter(one => one.closes));
}

function asksDay(code) {
  return Boolean((outcome(code) || {}).callback);
}

export function attempt(roundId, caseId, preset, typed = {}, faults = []) {
  const { t } = app;
  const found = find(roundId, caseId);
  if (!found) return lost();
  const chosen = typed.disposition || preset || '';
  const error = name => (faults.find(fault => fault.field === name) || {}).text;
  const dates = h('div', { hidden: !asksDay(chosen) },
    field({ id: 'callback_day', label: t('attempt_callback'), type: 'date', min: todayText(), class: 'q-input q-date',
      value: typed.callback_day || '', error: error('callback_day') }),
    choices({ name: 'callback_part', legend: t('attempt_part'), list: [{ value: '', label: t('part_any') }]
      .concat(PARTS.map(part => ({ value: part, label: t('part_' + part).replace(/^, /, '') })))
      .map(choice => Object.assign(choice, { checked: (typed.callback_part || '') === choice.value })) }));
  const submit = act(async event => {
    const form = event.target;
    const said = {
      mode: checked(form, 'mode')[0] || 'interview',
      disposition: checked(form, 'disposition')[0] || '',
      note: form.note.value.trim(),
      callback_day: form.callback_day.value.trim() || null,
      callback_part: checked(form, 'callback_part')[0] || null,
    };
    const wrong = [];
    if (!said.disposition) wrong.push({ field: 'disposition', text: t('attempt_result_missing') });
    const day = said.callback_day && parseDay(said.callback_day);
    const late = said.callback_day && (!day || day.days < parseDay(todayText()).days);
    if (asksDay(said.disposition) && (late || said.disposition === APPOINTMENT && !day)) {
      wrong.push({ field: 'callback_day', text: t('attempt_callback_missing') });
    }
    if (wrong.length > 0) {
      show(attempt(roundId, caseId, preset, said, wrong));
      return;
    }
    if (!said.callback_day || !asksDay(said.disposition)) Object.assign(said, { callback_day: null, callback_part: null });
    await hand([await visit(found, said)], null);
    go('case/' + path(found));
    announce(t('attempt_saved'));
  });
  const watch = event => {
    if (event.target.name === 'disposition') dates.hidden = !asksDay(event.target.value);
  };
  return {
    title: t('attempt_title'),
    hasError: faults.length > 0,
    back: h('p', { class: 'back' }, h('a', { href: '#/case/' + path(found) }, nameOf(found.one))),
    body: [
      faultSummary(t('errors'), faults),
      h('form', { submit, change: watch, novalidate: true },
        choices({ name: 'mode', legend: t('attempt_mode'), list: ['interview', 'phone'].map(mode => ({
          value: mode, label: t('mode_' + mode), checked: (typed.mode || 'interview') === mode })) }),
        choices({ name: 'disposition', legend: t('attempt_result'), error: error('disposition'), list: results().map(one => ({
          value: one.code, label: pick(one.text, app.lang), hint: one.closes && t('attempt_closes'), checked: chosen === one.code })) }),
        dates,
        field({ id: 'note', label: t('attempt_note'), hint: t('attempt_note_hint'), value: typed.note || '', maxlength: '200' }),
        h('button', { class: 'main', type: 'submit' }, t('attempt_save'))),
    ],
  };
}
