// The accessibility tree of every state of a questionnaire that has every kind of question, as Chromium gives it to
// assistive technology: role, name, description, states. Text, to be read and compared as a snapshot.
// task: { everything: {url, codes}, nth, language }
import { openBrowser, task } from './lib.mjs';
import { everyQuestion } from './states.mjs';

const STATES = ['checked', 'disabled', 'invalid', 'required', 'multiline', 'level', 'selected', 'expanded', 'pressed', 'live', 'roledescription'];
// Parts of the page's making that no reader speaks of.
const SILENT = new Set(['none', 'generic', 'LabelText', 'Legend', 'ListMarker']);
// Said by its absence.
const PLAIN = new Set(['false', 'undefined', '']);

/** One line a node; a text that only repeats the name of what it stands in is left out. */
function lines(nodes) {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const out = [];
  const visit = (node, depth, nameAbove) => {
    const [role, name] = [node.role?.value, (node.name?.value ?? '').replaceAll(/\s+/g, ' ').trim()];
    const isText = role === 'StaticText' || role === 'InlineTextBox' || role === 'LineBreak';
    const isSilent = node.ignored || SILENT.has(role) || (isText && (name === '' || nameAbove.includes(name)));
    if (!isSilent) {
      const states = (node.properties ?? [])
        .filter(({ name: state, value }) => STATES.includes(state) && !(PLAIN.has(String(value.value)) && state !== 'checked'))
        .map(({ name: state, value }) => (value.value === true || value.value === 'true' ? state : `${state}=${value.value}`));
      const parts = [isText ? 'text' : role];
      if (name) parts.push(`"${name}"`);
      if (node.value?.value !== undefined && !isText) parts.push(`value "${node.value.value}"`);
      if (node.description?.value) parts.push(`described "${node.description.value.replaceAll(/\s+/g, ' ').trim()}"`);
      if (states.length > 0) parts.push(`[${states.join(', ')}]`);
      out.push(`${'  '.repeat(depth)}${parts.join(' ')}`);
    }
    // A field's value is said with the field; what is inside a player is the browser's own, there when it has loaded.
    if (isText || role === 'textbox' || role === 'Audio' || role === 'Video') return;
    const children = (node.childIds ?? []).map((id) => byId.get(id)).filter(Boolean);
    // A visible label is spoken once, with its control.
    const controls = children.filter((child) => role === 'LabelText' && child.role?.value !== 'StaticText');
    const label = controls.map((child) => child.name?.value ?? '').join(' ');
    const above = isSilent ? `${nameAbove} ${label}` : name;
    for (const child of children) visit(child, isSilent ? depth : depth + 1, above);
  };
  const main = nodes.find((node) => node.role?.value === 'main');
  visit(main, 0, '');
  return out;
}

const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: task.language === 'en' ? 'en-GB' : 'zh-CN' });
const page = await context.newPage();
const cdp = await context.newCDPSession(page);
const states = [];
for await (const state of everyQuestion(task.nth)(page, task)) {
  // The answered page differs from the page by one "checked".
  if (state.endsWith(', answered')) continue;
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  states.push(`== ${state}`, ...lines(nodes), '');
}
// Shown in groups of four.
const receipt = /(?:[A-Za-z0-9_-]{4} ){8,}[A-Za-z0-9_-]{1,4}/g;
console.log(JSON.stringify({ states: states.map((line) => line.replaceAll(receipt, 'RECEIPT').replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')) }));
await browser.close();
