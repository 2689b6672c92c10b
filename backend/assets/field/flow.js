// The way through a questionnaire: which pages there are given the answers so far, which comes next, and which
// answers belong to nobody any more. As the server's survey-forms/src/flow.rs; both are held to
// survey-forms/tests/vectors/flow.json.

import { State, TRIGGERED, isVisible, own } from './state.js';

/** All pages that are asked now, in order: `{ name, questions, hasRequired }`. */
export function pages(model, answers, today) {
  return pagesOf(new State(model, answers, today));
}

export function pagesOf(state) {
  const found = [];
  let open = null;
  state.nodes.forEach((node, slot) => {
    if (open !== null && !state.isInside(slot, open)) open = null;
    if (!state.relevant[slot]) return;
    if (node.group) {
      if (node.page && open === null) {
        open = slot;
        found.push({ name: node.name, questions: [], hasRequired: false });
      }
      return;
    }
    if (!isVisible(node)) return;
    if (open === null) found.push({ name: node.name, questions: [], hasRequired: false });
    const page = found[found.length - 1];
    page.questions.push(node.name);
    page.hasRequired = page.hasRequired || state.isRequired(slot);
  });
  return found.filter(page => page.questions.length > 0);
}

/** The page after this one, or the first; null after the last. `after` may be a page that is no longer asked. */
export function next(model, answers, after, today) {
  const state = new State(model, answers, today);
  const from = after === null ? 0 : state.slot(after) + 1;
  return pagesOf(state).find(page => state.slot(page.name) >= from) || null;
}

/** The page before this one; null before the first. */
export function previous(model, answers, before, today) {
  const state = new State(model, answers, today);
  const until = state.slot(before);
  return pagesOf(state).reverse().find(page => state.slot(page.name) < until) || null;
}

/** Where an interview goes on: the first page with a question that must be answered and is not, before the last
 * answer; else the first after it that can be answered. Null when nothing is left. */
export function firstUnanswered(model, answers, today) {
  const state = new State(model, answers, today);
  const all = pagesOf(state);
  const slots = page => page.questions.map(name => state.slot(name));
  const isOpen = (page, requiredOnly) => slots(page).some(slot =>
    state.values[slot] === '' && state.takesAnswer(slot) && (!requiredOnly || state.isRequired(slot)));
  const isAnswered = page => slots(page).some(slot => state.takesAnswer(slot) && state.values[slot] !== '');
  let reached = 0;
  all.forEach((page, at) => {
    if (isAnswered(page)) reached = at + 1;
  });
  return all.slice(0, reached).find(page => isOpen(page, true))
    || all.slice(reached).find(page => isOpen(page, false)) || null;
}

/** The answers without those to questions that are not asked any more, and with what has to be remembered from one page
 * to the next: what once() found and what a trigger set. */
export function clearHidden(model, answers, today) {
  const state = new State(model, answers, today);
  const kept = {};
  for (const name of Object.keys(answers)) {
    const slot = state.slot(name.endsWith(TRIGGERED) ? name.slice(0, -TRIGGERED.length) : name);
    const isAnswer = state.slot(name) !== undefined;
    // A trigger's account goes with an answer that goes.
    const isGone = slot !== undefined && !state.relevant[slot] && (isAnswer || own(answers, state.nodes[slot].name) !== '');
    if (!isGone) kept[name] = answers[name];
  }
  state.nodes.forEach((node, slot) => {
    if (node.group || !state.relevant[slot]) return;
    if (node.trigger) {
      kept[node.name] = state.values[slot];
      kept[node.name + TRIGGERED] = state.triggerMark(node);
    } else if (node.once && state.values[slot] !== '') {
      kept[node.name] = state.values[slot];
    }
  });
  return kept;
}
