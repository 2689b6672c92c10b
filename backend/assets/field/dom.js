// Elements, and nothing clever: `h('p', { class: 'quiet' }, 'words')`.

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const name of Object.keys(attributes || {})) {
    const value = attributes[name];
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function empty(element) {
  while (element.firstChild) element.removeChild(element.firstChild);
}

export function replace(element, ...children) {
  empty(element);
  append(element, children);
}

/**
 * Markup that this system's server rendered, as elements. Scripts in it would not run, and there are none. `change` sees
 * it before the browser fetches anything that it names.
 */
export function fromMarkup(markup, change) {
  const template = document.createElement('template');
  template.innerHTML = markup;
  if (change) change(template.content);
  return document.importNode(template.content, true);
}

/** A labelled input with hint and error: `{ id, label, hint, error, type … }`; further keys are attributes. */
export function field(options) {
  const { id, label, hint, error } = options;
  const described = [hint && 'hint-' + id, error && 'err-' + id].filter(Boolean).join(' ');
  const attributes = { id, name: id, type: 'text', class: 'q-input', autocomplete: 'off',
    'aria-describedby': described || null, 'aria-invalid': error ? 'true' : null };
  for (const name of Object.keys(options)) if (['label', 'hint', 'error'].indexOf(name) < 0) attributes[name] = options[name];
  return h('div', { class: error ? 'field q-invalid' : 'field' },
    h('label', { for: id }, label),
    hint && h('p', { class: 'q-hint', id: 'hint-' + id }, hint),
    error && h('p', { class: 'q-error', id: 'err-' + id }, error),
    h('input', attributes));
}

/** Choices of one kind: `{ name, type, legend, hint, error, choices: [{ value, label, hint, checked }] }`. */
export function choices({ name, type = 'radio', legend, hint, error, list, heading = 'h2' }) {
  const described = [hint && 'hint-' + name, error && 'err-' + name].filter(Boolean).join(' ');
  return h('fieldset', { class: 'q', 'aria-describedby': described || null },
    h('legend', null, h(heading, null, legend)),
    hint && h('p', { class: 'q-hint', id: 'hint-' + name }, hint),
    error && h('p', { class: 'q-error', id: 'err-' + name }, error),
    h('div', { class: 'choices' }, list.map(choice => {
      const id = name + '-' + choice.value;
      return h('label', { class: 'choice', for: id },
        h('input', { type, id, name, value: choice.value, checked: Boolean(choice.checked),
          'aria-describedby': choice.hint ? 'hint-' + id : null }),
        h('span', { class: 'choice-label' }, choice.label),
        choice.hint && h('span', { class: 'choice-hint', id: 'hint-' + id }, choice.hint));
    })));
}

/** The error summary: a link to each field at fault. */
export function faultSummary(title, faults) {
  return faults.length > 0 && h('div', { class: 'faults', role: 'alert', tabindex: '-1', id: 'm:faults' },
    h('h2', null, title),
    h('ul', null, faults.map(fault => h('li', null, h('a', {
      href: '#', click: event => {
        event.preventDefault();
        if (fault.go) fault.go();
        else focusField(fault.field);
      },
    }, fault.text)))));
}

/** Puts the focus on a field, or on the first of its choices. */
export function focusField(name) {
  const found = document.getElementById(name) || document.querySelector('[name="' + CSS.escape(name) + '"]');
  if (found) found.focus();
}

export function checked(form, name) {
  return Array.from(form.querySelectorAll('input[name="' + CSS.escape(name) + '"]:checked')).map(input => input.value);
}
