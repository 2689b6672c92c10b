// The interview: what is read out, consents, who answers, one question a page, the check, handing in.

import { currentForm, formOf } from './bundle.js';
import { hand } from './contact.js';
import { app } from './core.js';
import { localDay } from './day.js';
import { checked, choices, faultSummary, fromMarkup, h } from './dom.js';
import { Interview, isSensitive, newDraft } from './interview.js';
import { saveDraft } from './keeping.js';
import { hasFilm, placeMedia } from './media.js';
import { PageForm } from './page-form.js';
import { act, announce, caught, enlarge, go, show } from './screen.js';
import { seal, uuid } from './seal.js';
import { takesAnswer } from './state.js';
import { queued } from './sync.js';
import { pick } from './text.js';
import { visit } from './view-attempt.js';
import { find, lost, nameOf, path } from './view-list.js';

/** Milliseconds after the last letter when what is typed is kept. */
const TYPING = 400;

/** Question by which a person asks to be contacted (backend/src/cases.rs). */
const FOLLOW_UP = 'follow_up';
/** The interview handed in last, if its person asked for that: said once, and kept nowhere. */
let wishes = null;

/** Set aside until the person has agreed: without consent nothing is kept. */
let fresh = null;

export function interview(roundId, caseId, place) {
  const found = find(roundId, caseId);
  if (!found) return lost();
  // A question's name never begins with a tilde.
  const steps = { '~intro': intro, '~consents': consents, '~who': who, '~pause': pause, '~check': check };
  // Nothing was asked yet, so that a newer version may take its place.
  if (fresh && !formOf(app.bundle, fresh)) fresh = null;
  const draft = found.draft || (fresh && fresh.case_id === caseId && fresh.round === roundId ? fresh : null);
  if (place === '~done' || found.state === 'done') return done(found);
  if (!draft) {
    const form = currentForm(found.round, found.one.form);
    if (!form) return noForm(found);
    fresh = newDraft({ id: uuid(), round: roundId, case_id: caseId, form, now: app.clock.now() });
    return intro(found, fresh, form);
  }
  const form = formOf(app.bundle, draft);
  if (!form) return noForm(found);
  if (place && steps[place]) return steps[place](found, draft, form);
  if (draft === fresh) return intro(found, draft, form);
  const current = walk(form, draft);
  if (!draft.ready) return who(found, draft, form);
  const page = place ? current.page(place) : current.resume();
  return page ? question(found, current, page) : check(found, draft, form);
}

function walk(form, draft) {
  return new Interview(form, draft, localDay(app.clock.now()));
}

function to(found, place) {
  go('interview/' + path(found) + (place ? '/' + encodeURIComponent(place) : ''));
}

function noForm(found) {
  return { title: nameOf(found.one), back: toCase(found), body: [h('p', { class: 'notice' }, app.t('no_form'))] };
}

function toCase(found) {
  return h('p', { class: 'back' }, h('a', { href: '#/case/' + path(found) }, nameOf(found.one)));
}

// ---- before the questions

function intro(found, draft, form) {
  const { t } = app;
  const read = form.intro || found.round.intro || {};
  const paragraphs = read[app.lang] || read.zh || [];
  return {
    title: t('step_intro'),
    back: toCase(found),
    body: [
      !form.current && h('p', { class: 'notice' }, t('old_version')),
      h('div', { class: 'read-out' }, paragraphs.map(words => h('p', null, words))),
      h('button', { type: 'button', class: 'main', click: act(async () => to(found, '~consents')) }, t('step_intro_done')),
    ],
  };
}

function consents(found, draft, form, faults = []) {
  const { t } = app;
  const asked = (found.round.consents || []).filter(consent => isAsked(consent, found, form));
  const submit = act(async event => {
    const given = checked(event.target, 'consent');
    draft.consents = asked.map(consent => consent.name).filter(name => given.indexOf(name) >= 0);
    const missing = asked.find(consent => consent.required && draft.consents.indexOf(consent.name) < 0);
    if (missing) {
      show(consents(found, draft, form, [{ field: 'consent', text: t('consent_missing') }]));
      return;
    }
    walk(form, draft).withhold();
    await saveDraft(draft);
    fresh = null;
    to(found, '~who');
  });
  return {
    title: t('step_consents'),
    hasError: faults.length > 0,
    back: h('p', { class: 'back' }, h('a', { href: '#/interview/' + path(found) + '/~intro' }, t('step_intro'))),
    body: [
      faultSummary(t('errors'), faults),
      h('form', { submit, novalidate: true },
        choices({ name: 'consent', type: 'checkbox', legend: t('consents_intro'), error: faults.length > 0 && faults[0].text,
          list: asked.map(consent => ({ value: consent.name, label: pick(consent.text, app.lang), hint: consent.hint && pick(consent.hint, app.lang),
            checked: draft.consents.indexOf(consent.name) >= 0 })) }),
        h('button', { class: 'main', type: 'submit' }, t('consent_next')),
        h('p', null, h('a', { class: 'second', href: '#/attempt/' + path(found) + '/2.11' }, t('consent_declined')))),
    ],
  };
}

/** Consent to questions about health where there are any; a guardian's where a person is asked; others of their groups. */
function isAsked(consent, found, form) {
  if (consent.groups) return consent.groups.indexOf(found.one.group) >= 0;
  if (consent.name === 'sensitive') return form.model.nodes.some(isSensitive);
  return consent.name !== 'guardian' || found.one.group !== 'grassroots';
}

const WAYS = ['read_aloud', 'sign', 'easy', 'large'];

/** Who answers, unless the questionnaire asks that itself; and how it is asked. */
function who(found, draft, form, faults = []) {
  const { t } = app;
  const asksWho = !form.model.nodes.some(node => node.name === 'answering');
  const error = name => (faults.find(fault => fault.field === name) || {}).text;
  const submit = act(async event => {
    if (asksWho) draft.answering = checked(event.target, 'answering')[0] || null;
    draft.mode = checked(event.target, 'contact')[0] || 'interview';
    draft.ways = checked(event.target, 'ways');
    if (asksWho && !draft.answering) {
      show(who(found, draft, form, [{ field: 'answering', text: t('who_missing') }]));
      return;
    }
    if (!draft.ready) draft.touched = app.clock.now();
    draft.ready = true;
    if (draft.ways.indexOf('large') >= 0) await enlarge();
    await saveDraft(draft);
    const page = walk(form, draft).resume();
    to(found, page ? page.name : '~check');
  });
  // Nothing chosen beforehand but what nearly every visit is.
  const ways = draft.ready ? draft.ways : ['read_aloud'];
  const answers = ['self', 'assisted', 'proxy'].map(value => ({ value, label: t('who_' + value),
    hint: value === 'proxy' && t('who_proxy_hint'), checked: draft.answering === value }));
  return {
    title: t(asksWho ? 'step_who' : 'step_how'),
    hasError: faults.length > 0,
    back: h('p', { class: 'back' }, h('a', { href: '#/interview/' + path(found) + '/~consents' }, t('step_consents'))),
    body: [
      faultSummary(t('errors'), faults),
      h('form', { submit, novalidate: true },
        asksWho && choices({ name: 'answering', legend: t('who_legend'), error: error('answering'), list: answers }),
        choices({ name: 'contact', legend: t('attempt_mode'), list: ['interview', 'phone'].map(mode => ({
          value: mode, label: t('mode_' + mode), checked: draft.mode === mode })) }),
        choices({ name: 'ways', type: 'checkbox', legend: t('how_legend'), list: WAYS.map(way => ({
          value: way, label: t('how_' + way), checked: ways.indexOf(way) >= 0 })) }),
        h('button', { class: 'main', type: 'submit' }, t('start_questions'))),
    ],
  };
}

// ---- questions

/** The wording for who answers and how, if the questionnaire has it. */
function wording(form, draft) {
  const answering = draft.answers.answering || draft.answering;
  const wanted = [answering === 'proxy' && 'proxy', draft.ways.indexOf('easy') >= 0 && 'easy'].filter(Boolean);
  const tags = wanted.length === 2 ? [wanted.join('-'), wanted.slice().reverse().join('-'), wanted[0], wanted[1]] : wanted;
  const found = tags.map(tag => app.lang + '-x-' + tag).find(tag => form.pages[tag]);
  return found || (form.pages[app.lang] ? app.lang : Object.keys(form.pages)[0]);
}

function question(found, current, page) {
  const { t } = app;
  const { draft, form } = current;
  const lang = wording(form, draft);
  const isFirst = current.previous(page.name) === null;
  const root = h('div', { class: 'page', lang: lang.split('-x-')[0] === app.lang ? null : lang });
  const markup = form.pages[lang][page.name];
  root.appendChild(fromMarkup(markup, content => placeMedia(content, found.round)));
  const withheld = current.model.nodes.filter(node => !node.group && current.isWithheld(node)).map(node => node.name);
  // The web's hint sends people to the receipt's page, which a visit does not end with.
  const hint = root.querySelector('#' + CSS.escape('hint-' + FOLLOW_UP));
  if (hint) hint.textContent = t('follow_up_hint');
  const fields = new PageForm(root, current.model, Object.assign({}, page, { withheld }), lang);
  fields.fill(current.state(), draft.answers);
  const summary = h('div');

  const take = () => {
    current.answer(fields.read());
    current.touch(app.clock.now());
  };
  /** Kept at every change, so that a page that dies has lost nothing. Saves follow each other. */
  let saving = Promise.resolve();
  const keep = () => {
    take();
    draft.page = page.name;
    saving = saving.catch(() => {}).then(() => saveDraft(draft));
    return saving;
  };
  const change = () => {
    const saved = keep();
    fields.fit(current.state());
    saved.catch(error => act(() => Promise.reject(error))());
  };
  /** What is being typed is kept as well: the phone may ring, and the app may be gone in the middle of a sentence. */
  let typing = null;
  const typed = event => {
    if (event.target.type === 'radio' || event.target.type === 'checkbox') return;
    clearTimeout(typing);
    typing = setTimeout(() => {
      if (document.body.contains(root)) keep().catch(caught);
    }, TYPING);
  };
  const submit = act(async () => {
    clearTimeout(typing);
    take();
    const now = current.page(page.name);
    const faults = now ? current.faultsOf(now).filter(fault => withheld.indexOf(fault.field) < 0) : [];
    fields.show(faults, t('correct'));
    while (summary.firstChild) summary.removeChild(summary.firstChild);
    if (faults.length > 0) {
      await keep();
      const box = faultSummary(t('errors'), faults.map(fault => ({ field: fault.field, text: pick(fault.message, lang) })));
      summary.appendChild(box);
      document.title = t('page_error') + title() + ' · ' + t('app');
      box.focus();
      return;
    }
    const next = current.next(page.name);
    draft.page = next ? next.name : '~check';
    saving = saving.catch(() => {}).then(() => saveDraft(draft));
    await saving;
    to(found, draft.page);
  });
  const previous = act(async () => {
    await keep();
    const before = current.previous(page.name);
    to(found, before ? before.name : '~who');
  });
  const title = () => (root.querySelector('h1') || {}).textContent || t('app');
  const [at, all] = current.progress(page.name);
  const { model } = current;
  const asked = page.questions.filter(name => takesAnswer(model.nodes.find(node => node.name === name)));
  return {
    title: title(),
    ownHeading: true,
    keep,
    body: [
      h('p', { class: 'progress' }, nameOf(found.one) + ' · '
        + t(asked.length > 1 ? 'progress_several' : 'progress', { at, all, n: asked.length })),
      summary,
      draft.ways.indexOf('sign') >= 0 && hasFilm(markup) && h('p', { class: 'q-hint' }, t('no_film')),
      h('form', { submit, change, input: typed, novalidate: true, 'data-ask': page.name }, root,
        h('button', { class: 'main', type: 'submit', 'data-go': 'next' }, t('next')),
        h('button', { class: 'second', type: 'button', 'data-go': 'previous', click: previous }, isFirst ? t('step_how') : t('previous')),
        h('button', { class: 'second', type: 'button', 'data-go': 'pause', click: act(async () => {
          await keep();
          to(found, '~pause');
        }) }, t('pause'))),
    ],
  };
}

// ---- stopping

function pause(found, draft, form, sure = false) {
  const { t } = app;
  const stop = act(async () => {
    await hand([await visit(found, { disposition: '2.12', mode: draft.mode })], draft);
    go('case/' + path(found));
  });
  return {
    title: t('pause_title'),
    body: [
      h('p', null, t('pause_text')),
      sure ? h('div', { class: 'notice' }, h('p', null, t('pause_break_sure')),
        h('button', { type: 'button', class: 'second danger', click: stop }, t('pause_break_yes')),
        h('button', { type: 'button', class: 'second', click: act(async () => to(found, '~pause')) }, t('cancel')))
        : [
          h('button', { type: 'button', class: 'main', click: act(async () => to(found, '')) }, t('pause_go_on')),
          h('p', null, h('a', { class: 'second', href: '#/' }, t('pause_later'))),
          h('p', null, h('a', { class: 'second', href: '#/attempt/' + path(found) + '/2.20' }, t('pause_appointment'))),
          h('button', { type: 'button', class: 'second danger', click: act(async () => show(pause(found, draft, form, true))) }, t('pause_break')),
        ],
    ],
  };
}

// ---- the end

function check(found, draft, form) {
  const { t } = app;
  const current = walk(form, draft);
  const state = current.state();
  const lang = wording(form, draft);
  const result = current.result();
  const rows = [];
  for (const page of current.pages()) {
    for (const name of page.questions) {
      const asked = state.question(state.slot(name));
      if (!state.takesAnswer(state.slot(name))) continue;
      const words = state.fillString(pick(asked.label, lang), lang);
      const value = state.values[state.slot(name)];
      rows.push(h('div', null,
        h('dt', null, words),
        h('dd', null, value === '' ? h('span', { class: 'quiet' }, t('not_answered')) : state.say(asked, value, lang)),
        h('dd', { class: 'change' }, h('a', { href: '#/interview/' + path(found) + '/' + encodeURIComponent(page.name), 'aria-label': t('change') + '：' + words }, t('change')))));
    }
  }
  const faults = (result.faults || []).map(fault => {
    const page = current.pages().find(one => one.questions.indexOf(fault.field) >= 0);
    const slot = state.slot(fault.field);
    const label = slot === undefined ? fault.field : state.fillString(pick(state.nodes[slot].label, lang), lang);
    return { field: fault.field, text: label + ' ' + pick(fault.message, lang), go: () => to(found, page ? page.name : '') };
  });
  const finish = act(async event => {
    const button = event.target;
    button.disabled = true;
    try {
      announce(t('finishing'));
      await handIn(found, current);
      announce('');
      to(found, '~done');
    } finally {
      button.disabled = false;
    }
  });
  const last = current.pages().pop();
  return {
    title: t('check'),
    hasError: faults.length > 0,
    body: [
      faultSummary(t('check_faults'), faults),
      h('p', null, t('check_intro')),
      h('dl', { class: 'answers' }, rows),
      faults.length === 0 && h('button', { type: 'button', class: 'main', 'data-go': 'finish', click: finish }, t('finish')),
      last && h('button', { type: 'button', class: 'second', click: act(async () => to(found, last.name)) }, t('previous')),
    ],
  };
}

/**
 * Seals the answers and puts them into the queue. In one transaction with it the draft goes, and the visit is noted:
 * after a crash there is either the draft or the sealed answer, never both and never neither.
 */
export async function handIn(found, current) {
  const { stored, faults } = current.result();
  if (faults) throw new Error('not complete: ' + faults.map(fault => fault.field).join(' '));
  const { draft } = current;
  const now = app.clock.now();
  current.touch(now);
  const about = { id: draft.id, round: draft.round, case_id: draft.case_id };
  const sealed = await seal(app.bundle.server_key, about, current.response(stored, now, app.lang));
  const done = await visit(found, { disposition: '1.1', mode: draft.mode });
  await hand([queued('response', Object.assign({ sealed }, about)), done], draft);
  wishes = stored[FOLLOW_UP] === 'yes' ? draft.id : null;
}

function done(found) {
  const { t } = app;
  const body = h('div');
  const draw = () => {
    while (body.firstChild) body.removeChild(body.firstChild);
    const item = app.queue.filter(one => one.kind === 'response' && one.round === found.round.id && one.case_id === found.one.case_id).pop();
    const arrived = item && item.state === 'delivered';
    body.appendChild(h('p', { class: 'notice', role: 'status' }, arrived ? t('done_sent') : t('done_text')));
    if (item && item.id === wishes) {
      body.appendChild(h('h2', null, t('done_follow_up')));
      body.appendChild(h('p', null, t('done_follow_up_text')));
      body.appendChild(h('p', { class: 'read-out' }, pick(found.round.contact || found.round.organiser || found.round.title, app.lang)));
    }
    if (item && item.receipt) {
      body.appendChild(h('p', null, t('done_receipt'), h('br'), h('span', { class: 'receipt' }, item.receipt)));
      body.appendChild(h('p', null, t('done_receipt_where'), h('br'), h('span', { class: 'receipt' }, location.host + '/receipt')));
    }
  };
  draw();
  return {
    title: t('done'),
    update: draw,
    body: [body, h('p', null, h('a', { class: 'main', href: '#/' }, t('done_next')))],
  };
}

