// Answers against a form, before they are sent: what would be stored, or what has to be put right. The server's
// survey-forms/src/validate.rs decides; this says the same earlier. Both are held to
// survey-forms/tests/vectors/validation.json.

import { canonical, canonicalRank } from './answer.js';
import { offsetText, parseMoment } from './day.js';
import { NOW, OFFSET, RESPONSE_ID, State, TAKES_FILES, TRIGGERED, isFixed, isVisible, own } from './state.js';
import { mapText, pick, trim, words } from './text.js';

/** A whole response: `{ stored }` or `{ faults: [{ field, message }] }`, message being a text per language. */
export function validate(model, answers, today) {
  const state = new State(model, answers, today);
  const faults = [];
  // In the order of the names' code points, as the server keeps answers.
  for (const name of Object.keys(answers).sort(byCodePoint)) {
    if (isAccount(state, name)) continue;
    const slot = state.slot(name);
    const isNoted = model.metadata.some(noted => noted.name === name);
    if (slot === undefined && !isNoted) {
      faults.push({ field: name, message: model.messages.unknown_field });
    } else if (slot !== undefined && !state.question(slot) && trim(answers[name]) !== '') {
      faults.push({ field: name, message: model.messages.takes_no_answer });
    }
  }
  const stored = {};
  state.nodes.forEach((node, slot) => {
    if (node.group) return;
    const found = check(state, slot, trim(own(answers, node.name)));
    if (found.message) faults.push({ field: node.name, message: found.message });
    else if (found.value !== '') stored[node.name] = found.value;
  });
  return faults.length > 0 ? { faults } : { stored };
}

function byCodePoint(a, b) {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const difference = left[at].codePointAt(0) - right[at].codePointAt(0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Whether a key holds what is known of the response itself, and no answer. */
function isAccount(state, key) {
  if ([RESPONSE_ID, NOW, OFFSET, TAKES_FILES].indexOf(key) >= 0) return true;
  return key.endsWith(TRIGGERED) && state.slot(key.slice(0, -TRIGGERED.length)) !== undefined;
}

/** The faults of one page's questions. */
export function validatePage(model, page, answers, today) {
  const state = new State(model, answers, today);
  const faults = [];
  for (const slot of slotsOf(state, page)) {
    const node = state.question(slot);
    if (!node || !state.relevant[slot]) continue;
    const found = check(state, slot, trim(own(answers, node.name)));
    if (found.message) faults.push({ field: node.name, message: found.message });
  }
  return faults;
}

/** The page's questions as the answers make them now. */
export function slotsOf(state, page) {
  const top = state.slot(page.name);
  if (top !== undefined && state.nodes[top].group) {
    return state.nodes.map((_, slot) => slot).filter(slot =>
      state.isInside(slot, top) && state.relevant[slot] && state.question(slot) && isVisible(state.question(slot)));
  }
  return page.questions.map(name => state.slot(name)).filter(slot => slot !== undefined);
}

function check(state, slot, typed) {
  const question = state.question(slot);
  let given = typed;
  const messages = state.model.messages;
  if (!state.relevant[slot]) return given === '' || isFixed(question) ? { value: '' } : { message: messages.not_asked };
  if (question.type === 'note') return given === '' ? { value: '' } : { message: messages.takes_no_answer };
  if (isFixed(question)) return { value: state.values[slot] };
  // Nobody was asked yet: what the trigger has set stands.
  if (given === '' && question.trigger) given = state.values[slot];
  if (given === '') {
    if (!state.isRequired(slot)) return { value: '' };
    return {
      message: question.required_message ? state.fill(question.required_message) : messages[requiredKey(question)],
    };
  }
  let value;
  if (question.type === 'select_one') {
    if (!state.offered(question).some(choice => choice.name === given)) return { message: messages.not_offered };
    value = given;
  } else if (question.type === 'select_multiple') {
    const chosen = several(state, question, given);
    if (chosen.message) return chosen;
    value = chosen.value;
  } else if (question.type === 'rank') {
    const read = canonicalRank(given, state.ranked(question).map(choice => choice.name));
    if (read.fault) return { message: messages[read.fault] };
    value = read.value;
  } else {
    const read = canonical(question, given);
    if (read.fault) return { message: question[read.fault] || messages[read.fault] };
    value = read.value;
  }
  if (question.type === 'dateTime' && state.offset !== null && parseMoment(value).time.offset === null) {
    // By the clock of the place where the form is filled in, which is known now and nobody could tell later.
    value += offsetText(state.offset);
  }
  if (!state.satisfiesConstraint(slot)) {
    return { message: question.constraint_message ? state.fill(question.constraint_message) : messages.constraint };
  }
  return { value };
}

function requiredKey(question) {
  switch (question.type) {
    case 'select_one': return 'required_select_one';
    case 'select_multiple': return 'required_select_multiple';
    case 'date': return 'required_date';
    case 'time': return 'required_time';
    case 'dateTime': return 'required_moment';
    case 'geopoint': return 'required_place';
    case 'geotrace': return 'required_line';
    case 'geoshape': return 'required_outline';
    case 'acknowledge': return 'required_tick';
    case 'rank': return 'required_rank';
    case 'integer': case 'decimal': case 'range': return 'required_number';
    default: return 'required_text';
  }
}

/** Chosen values in the order of the list, each once. */
function several(state, question, given) {
  const wanted = words(given);
  const offered = state.offered(question).map(choice => choice.name);
  if (wanted.some(name => offered.indexOf(name) < 0)) return { message: state.model.messages.not_offered };
  const chosen = state.choices(question).filter(choice => wanted.indexOf(choice.name) >= 0);
  const missing = chosen.find(choice => choice.missing);
  if (chosen.length > 1 && missing) {
    const template = state.model.messages.missing_beside_answers;
    return { message: mapText(template, (string, lang) => string.split('{missing}').join(pick(missing.label, lang))) };
  }
  return { value: chosen.map(choice => choice.name).join(' ') };
}
