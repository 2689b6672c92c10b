// A page of the questionnaire: the server's own markup with every question and choice, made to fit the answers so
// far. What is not asked or not offered is hidden; earlier answers are put into the words; faults are shown in place.

import { fieldsOf, joinParts, joinRank, rankOf, splitParts } from './answer.js';
import { h } from './dom.js';
import { isVisible } from './state.js';
import { pick, trim, words } from './text.js';

const MARKED = /\ue000([^\ue001]*)\ue001/;

export class PageForm {
  /** root: element that holds the fragment; page: as it is shown, with the questions that may be shown. */
  constructor(root, model, page, lang) {
    this.root = root;
    this.model = model;
    this.page = page;
    this.lang = lang;
    this.questions = allOf(model, page.name);
    this.boxes = Array.from(root.querySelectorAll('.q'));
    this.words = wordsWithAnswers(root);
    for (const hear of Array.from(root.querySelectorAll('[data-audio]'))) hear.removeAttribute('data-audio');
  }

  /** Puts the answers into the fields: what was typed, or the default where nothing was said yet. */
  fill(state, answers) {
    this.questions.forEach((question, at) => {
      const box = this.boxes[at];
      const value = standing(state, question, answers);
      const chosen = words(value);
      const parts = splitParts(question.type, value);
      this.inputs(box, question).forEach((input, part) => {
        if (question.type === 'rank') {
          const name = input.closest('.q-rank').getAttribute('data-choice');
          const rank = rankOf(value, name);
          input.value = rank === null ? '' : rank + ':' + name;
        } else if (input.type === 'radio' || input.type === 'checkbox') input.checked = chosen.indexOf(input.value) >= 0;
        else input.value = parts[part];
      });
    });
    this.fit(state);
  }

  /** Shows what these answers make of the page. */
  fit(state) {
    this.questions.forEach((question, at) => {
      const box = this.boxes[at];
      const slot = state.slot(question.name);
      box.hidden = !state.relevant[slot] || this.page.questions.indexOf(question.name) < 0 && this.isHeldBack(question);
      const fixed = box.querySelector('.q-fixed');
      if (fixed) fixed.textContent = state.say(question, state.values[slot], this.lang);
      for (const mark of Array.from(box.querySelectorAll('.q-required'))) mark.hidden = !state.isRequired(slot);
      if (question.list === undefined) return;
      const offered = state.offered(question).map(choice => choice.name);
      if (question.randomize) putInOrder(box, offered);
      if (question.type === 'rank') {
        const count = state.ranked(question).length;
        for (const line of Array.from(box.querySelectorAll('.q-rank'))) {
          const select = line.querySelector('select');
          line.hidden = offered.indexOf(line.getAttribute('data-choice')) < 0;
          if (line.hidden) select.value = '';
          Array.from(select.options).forEach((option, at) => {
            option.hidden = at > count;
            option.disabled = at > count;
          });
        }
        return;
      }
      for (const input of this.inputs(box, question)) {
        const isOffered = offered.indexOf(input.value) >= 0;
        input.closest('.choice').hidden = !isOffered;
        if (!isOffered) input.checked = false;
      }
    });
    for (const [node, text] of this.words) node.nodeValue = state.fillString(text, this.lang);
  }

  /** Withheld questions stay away whatever the answers are. */
  isHeldBack(question) {
    return this.page.withheld && this.page.withheld.indexOf(question.name) >= 0;
  }

  /** What stands in the fields; the empty text where nothing does, so that an answer can be taken back. */
  read() {
    const given = {};
    this.questions.forEach((question, at) => {
      const box = this.boxes[at];
      if (box.hidden) return;
      const inputs = this.inputs(box, question);
      if (inputs.length === 0) return;
      if (question.type === 'rank') {
        given[question.name] = joinRank(inputs.map(input => input.value));
      } else if (question.list !== undefined || question.type === 'acknowledge') {
        given[question.name] = inputs.filter(input => input.checked).map(input => input.value).join(' ');
      } else {
        const typed = inputs.map(input => input.value);
        given[question.name] = fieldsOf(question) > 1 ? joinParts(question.type, typed) : trim(typed[0]);
      }
    });
    return given;
  }

  /** Marks the fields at fault; the messages stand where the server's pages have them. */
  show(faults, prefix) {
    for (const old of Array.from(this.root.querySelectorAll('.q-error'))) old.remove();
    this.questions.forEach((question, at) => {
      const box = this.boxes[at];
      const fault = faults.find(one => one.field === question.name);
      box.classList.toggle('q-invalid', Boolean(fault));
      const id = 'err-' + question.name;
      const inputs = this.inputs(box, question);
      const group = box.querySelector('fieldset');
      for (const element of group ? [group] : inputs) describe(element, id, Boolean(fault));
      for (const input of inputs) {
        // On each of a dozen boxes it would be heard a dozen times: there the group's description says it.
        const isAlone = question.type === 'rank' || (question.list === undefined && question.type !== 'acknowledge');
        if (fault && isAlone) input.setAttribute('aria-invalid', 'true');
        else input.removeAttribute('aria-invalid');
      }
      if (!fault) return;
      const message = h('p', { class: 'q-error', id }, prefix + pick(fault.message, this.lang));
      const before = group ? group.querySelector('.choices, .q-parts') : inputs[0];
      before.parentNode.insertBefore(message, before);
    });
  }

  inputs(box, question) {
    return Array.from(box.querySelectorAll('input, textarea, select')).filter(input => input.name === question.name);
  }
}

/** What stands in a question: what was said; else what a trigger has set; else its default. */
function standing(state, question, answers) {
  if (Object.prototype.hasOwnProperty.call(answers, question.name)) return answers[question.name];
  const set = question.trigger ? state.values[state.slot(question.name)] : '';
  return set || state.defaultOf(question);
}

/** Puts the choices of a question in the order in which they are offered, each with what belongs to it behind it. */
function putInOrder(box, offered) {
  for (const list of Array.from(box.querySelectorAll('.choices, .q-ranks'))) {
    const groups = [];
    for (const element of Array.from(list.children)) {
      if (element.matches('.choice, .q-rank')) groups.push([]);
      if (groups.length > 0) groups[groups.length - 1].push(element);
    }
    const place = group => {
      const input = group[0].querySelector('input');
      const at = offered.indexOf(input ? input.value : group[0].getAttribute('data-choice'));
      return at < 0 ? offered.length : at;
    };
    groups.map((group, at) => [group, at]).sort((a, b) => (place(a[0]) - place(b[0])) || a[1] - b[1])
      .forEach(([group]) => group.forEach(element => list.appendChild(element)));
  }
}

/** Every question that the fragment of a page holds, in its order. */
export function allOf(model, name) {
  const top = model.nodes.findIndex(node => node.name === name);
  if (!model.nodes[top].group) return [model.nodes[top]];
  const isInside = slot => {
    for (let at = model.nodes[slot].parent; at !== null; at = model.nodes[at].parent) if (at === top) return true;
    return false;
  };
  return model.nodes.filter((node, slot) => !node.group && isVisible(node) && isInside(slot));
}

function describe(element, id, wanted) {
  const ids = (element.getAttribute('aria-describedby') || '').split(' ').filter(one => one && one !== id);
  if (wanted) ids.push(id);
  if (ids.length > 0) element.setAttribute('aria-describedby', ids.join(' '));
  else element.removeAttribute('aria-describedby');
}

/** Text nodes in which earlier answers stand, with their words. */
function wordsWithAnswers(root) {
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, null, false);
  while (walker.nextNode()) if (MARKED.test(walker.currentNode.nodeValue)) found.push([walker.currentNode, walker.currentNode.nodeValue]);
  return found;
}
