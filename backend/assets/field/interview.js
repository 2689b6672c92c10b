// An interview as it stands: its questionnaire, the answers so far, and what follows from them. No elements, so that
// the rules can be tested alone. As the server's own walk through a questionnaire (handlers/respond/walk.rs).

import { withZone } from './day.js';
import { firstUnanswered, clearHidden, pagesOf } from './flow.js';
import { RESPONSE_ID, State, takesAnswer } from './state.js';
import { validate, validatePage } from './validate.js';

/** Longest pause that still counts as working on the interview. */
const LONGEST_PAUSE = 600000;

/** A draft as it is kept. It names nobody but by the case. */
export function newDraft({ id, round, case_id, form, now }) {
  return { id, round, case_id, form: form.form, version: form.version, page: null, consents: [], answering: null, ways: [], ready: false,
    mode: 'interview', answers: {}, active: 0, touched: now };
}

export class Interview {
  /** form: of the bundle (model, pages); draft; today: a Day. */
  constructor(form, draft, today) {
    this.form = form;
    this.model = form.model;
    this.draft = draft;
    this.today = today;
  }

  state() {
    return new State(this.model, this.known(), this.today);
  }

  /** The answers, with what decides the order of choices and other chance. */
  known(given = {}) {
    return Object.assign({}, this.draft.answers, given, { [RESPONSE_ID]: this.draft.id });
  }

  /** Whether a question is left out for want of the consent to it. */
  isWithheld(question) {
    if (this.draft.consents.indexOf('sensitive') >= 0 || !isSensitive(question)) return false;
    return this.refusal(question) !== null || question.required === false;
  }

  refusal(question) {
    const found = (this.model.lists[question.list] || []).find(choice => choice.missing === 'refused');
    return found ? found.name : null;
  }

  /** Answers questions about health with "rather not say" when there was no consent to them. */
  withhold() {
    if (this.draft.consents.indexOf('sensitive') >= 0) return;
    for (const node of this.model.nodes) {
      const refusal = !node.group && isSensitive(node) && this.refusal(node);
      if (refusal) this.draft.answers[node.name] = refusal;
    }
  }

  /** The pages that are shown now, without questions that are withheld. */
  pages() {
    const state = this.state();
    const found = [];
    for (const page of pagesOf(state)) {
      const questions = page.questions.filter(name => !this.isWithheld(state.question(state.slot(name))));
      const asks = questions.some(name => takesAnswer(state.question(state.slot(name))));
      if (questions.length === page.questions.length || asks) found.push(Object.assign({}, page, { questions }));
    }
    return found;
  }

  page(name) {
    return this.pages().find(page => page.name === name) || null;
  }

  next(name) {
    const state = this.state();
    const from = name === null ? 0 : state.slot(name) + 1;
    return this.pages().find(page => state.slot(page.name) >= from) || null;
  }

  previous(name) {
    const state = this.state();
    return this.pages().reverse().find(page => state.slot(page.name) < state.slot(name)) || null;
  }

  /** Where to go on: the first page at the beginning, then the page that was shown last, else the first that is not answered; null for the check page. */
  resume() {
    if (this.draft.page === null) return this.next(null);
    if (this.draft.page === '~check') return null;
    const last = this.page(this.draft.page);
    if (last) return last;
    const first = firstUnanswered(this.model, this.known(), this.today);
    return (first && this.page(first.name)) || this.next(null);
  }

  /** Place of a page among all: `[at, all]`. */
  progress(name) {
    const pages = this.pages();
    return [pages.findIndex(page => page.name === name) + 1, pages.length];
  }

  /** Takes over a page's answers; what is not asked any more loses its answer. */
  answer(given) {
    this.draft.answers = clearHidden(this.model, this.known(given), this.today);
    delete this.draft.answers[RESPONSE_ID];
  }

  faultsOf(page) {
    return validatePage(this.model, page, this.known(), this.today);
  }

  /** `{ stored }` or `{ faults }` of the whole. */
  result() {
    return validate(this.model, this.known(), this.today);
  }

  /** Counts the time since the last step as working time, pauses left out. */
  touch(now) {
    const since = now - this.draft.touched;
    if (since > 0) this.draft.active += Math.min(since, LONGEST_PAUSE);
    this.draft.touched = now;
  }

  /** The response as the server takes it; only the duration between its two times is kept there. */
  response(stored, now, language) {
    const { draft } = this;
    return {
      id: draft.id, case_id: draft.case_id, form: draft.form, form_version: draft.version, language, mode: draft.mode,
      answering: stored.answering || draft.answering || 'self', ways: draft.ways, consents: draft.consents,
      started_at: withZone(now - draft.active), ended_at: withZone(now), answers: stored,
    };
  }
}

/** Questions about body and health (PIPL Art. 28) are those that every plan names `wg_…`. */
export function isSensitive(question) {
  return question.name.startsWith('wg_');
}
