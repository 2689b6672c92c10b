// What a phone of 2017 cannot do: syntax (acorn), and features of scripts and style sheets that its browser lacks by
// MDN's compatibility data and that have neither a guard nor a fallback.
// task: { files: [{ path, kind: "script"|"module"|"style", ecma: 2015, chrome: 58 }] }
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createRequire } from 'node:module';
import { parse } from 'acorn';
import { ancestor } from 'acorn-walk';
import postcss from 'postcss';
import { task } from './lib.mjs';

const bcd = createRequire(import.meta.url)('@mdn/browser-compat-data');
const problems = [];
let looked = 0;

/** Declarations that old browsers skip, and why nothing is lost then. */
const HARMLESS = {
  'accent-color': 'the box keeps the browser\'s colour; its state stays visible',
  'text-underline-offset': 'the line is a little nearer to the words',
  'text-size-adjust': 'only for phones that enlarge by themselves; -webkit-text-size-adjust stands before it',
  'color-scheme': 'scroll bars and form controls stay light',
  'overflow-wrap: anywhere': 'word-break or word-wrap of the same rule breaks the line',
  'print-color-adjust': 'only for print',
  'forced-color-adjust': 'only where colours are forced, which old browsers cannot',
  'outline-offset': 'the outline touches what it surrounds',
  'scroll-behavior': 'the page jumps instead of gliding',
};

/** The first version of Chrome that has a feature, if only in part; Infinity for none, null where the data is silent. */
function since(entry) {
  if (!entry?.__compat) return null;
  const statements = [entry.__compat.support.chrome].flat().filter((one) => one && !one.flags && !one.prefix && !one.alternative_name);
  const versions = statements.map(({ version_added: added }) => Number.parseFloat(String(added).replace('≤', '')));
  return Math.min(Infinity, ...versions.filter(Number.isFinite));
}

function style(file) {
  const report = (node, what) => problems.push(`${basename(file.path)}:${node.source.start.line} | ${what} is unknown to Chrome ${file.chrome}`);
  const lacks = (entry) => since(entry) !== null && since(entry) > file.chrome;
  const root = postcss.parse(readFileSync(file.path, 'utf8'), { from: file.path });
  root.walkDecls((node) => {
    const name = node.prop;
    if (name.startsWith('-webkit-') || name.startsWith('-moz-')) return;
    if (name.startsWith('--')) { report(node, `${name}: a custom property`); return; }
    // Its old name, still in the browsers and no longer in the data.
    const entry = bcd.css.properties[name === 'word-wrap' ? 'overflow-wrap' : name];
    const before = node.parent.nodes.slice(0, node.parent.index(node)).some((one) => one.prop === name);
    if (!entry) { report(node, name); return; }
    if (lacks(entry) && !before && !(name in HARMLESS)) report(node, name);
    if (/^(row-|column-)?gap$/.test(name)) report(node, `${name} between flex items`);
    for (const [word] of node.value.replace(/"[^"]*"|url\([^)]*\)/g, '').matchAll(/(?<![\w-])[a-z-]{3,}\(?/g)) {
      const value = word.endsWith('(') ? bcd.css.types[word.slice(0, -1)] : entry[word];
      if (lacks(value) && !before && !(`${name}: ${word}` in HARMLESS) && !(name in HARMLESS)) report(node, `${name}: ${word}`);
    }
    for (const [, unit] of node.value.matchAll(/\d([dsl]v[a-z]+|cq[a-z]+|r?lh|rcap|rch|rex|ric)\b/g)) {
      if (!before) report(node, `${name}: the unit ${unit}`);
    }
  });
  root.walkRules((node) => {
    for (const [, pseudo] of node.selector.matchAll(/::?([a-z-]+)/g)) {
      // One selector that is not understood makes a browser skip the whole rule.
      if (lacks(bcd.css.selectors[pseudo])) report(node, `the selector :${pseudo}`);
    }
    if (node.parent.type === 'rule') report(node, 'a nested rule');
  });
  root.walkAtRules((node) => {
    // Media features that are not understood make the query false, which is what an old phone should do.
    if (node.name !== 'media' && node.name !== 'font-face' && lacks(bcd.css['at-rules'][node.name])) report(node, `@${node.name}`);
  });
}

/** Whose members are reached without naming them, or are asked of the browser itself. */
const EVERYWHERE = new Set(['Window', 'Navigator', 'Document', 'Element', 'HTMLElement', 'WorkerGlobalScope', 'globals']);

/**
 * The first Chrome that has any feature of a name: of anything that may be called, and of what a script reads without
 * calling it (there, the members of other interfaces share their names with everyone's data).
 */
function firstVersions() {
  const [called, plain] = [new Map(), new Map()];
  const put = (map, name, version) => map.set(name, Math.min(map.get(name) ?? Infinity, version));
  const add = (name, entry, isPlain) => {
    const version = since(entry);
    if (version === null) return;
    put(called, name, version);
    if (isPlain) put(plain, name, version);
  };
  for (const [group, entries] of [['api', bcd.api], ['builtins', bcd.javascript.builtins]]) {
    for (const [name, entry] of Object.entries(entries)) {
      add(name, entry, true);
      for (const [member, inner] of Object.entries(entry)) {
        if (member === '__compat') continue;
        add(member.replace(/_(static|event|permission)$/, ''), inner, EVERYWHERE.has(name));
        // Intl and WebAssembly hold classes.
        if (group === 'builtins') for (const [deep, innermost] of Object.entries(inner)) if (deep !== '__compat') add(deep, innermost, false);
      }
    }
  }
  return { called, plain };
}

const known = firstVersions();
// Old enough by the data, and yet missing from Android's web view or outside HTTPS.
const OFTEN_MISSING = new Set(['speechSynthesis', 'SpeechSynthesisUtterance', 'serviceWorker', 'subtle', 'storage', 'sync', 'mediaDevices']);

// What the scripts of one task name themselves: functions that may be called, and any other key or variable.
const own = { functions: new Set(), names: new Set() };

function read(file) {
  const text = readFileSync(file.path, 'utf8');
  let tree;
  try {
    tree = parse(text, { ecmaVersion: file.ecma, sourceType: file.kind === 'module' ? 'module' : 'script', locations: true });
  } catch (error) {
    problems.push(`${basename(file.path)}:${error.loc?.line} | not ES${file.ecma}: ${error.message}`);
    return;
  }
  file.used = [];
  file.guarded = new Set();
  file.alias = new Map();
  const isTest = (node, up) => up.some((parent, at) => {
    const child = up[at + 1] ?? node;
    return ((parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') && parent.test === child)
      || (parent.type === 'LogicalExpression' && parent.left === child)
      || (parent.type === 'UnaryExpression' && parent.operator === 'typeof');
  });
  const use = (name, node, up) => {
    const above = up[up.length - 2];
    const isCall = (above?.type === 'CallExpression' || above?.type === 'NewExpression') && above.callee === node;
    file.used.push({ name, line: node.loc.start.line, isCall, isMember: node.type === 'MemberExpression' });
    if (isTest(node, up.slice(0, -1))) file.guarded.add(name);
  };
  const isFunction = (node) => /Function/.test(node?.type);
  const define = (name, value) => {
    if (!name) return;
    own.names.add(name);
    if (isFunction(value)) own.functions.add(name);
  };
  const pattern = (node) => {
    if (node.type === 'ObjectPattern') for (const one of node.properties) pattern(one.value ?? one.argument);
    else if (node.type === 'ArrayPattern') node.elements.filter(Boolean).forEach(pattern);
    else define((node.left ?? node.argument ?? node).name);
  };
  ancestor(tree, {
    MemberExpression(node, up) { if (!node.computed) use(node.property.name, node, up); },
    Identifier(node, up) { use(node.name, node, up); },
    BinaryExpression(node) { if (node.operator === 'in' && node.left.type === 'Literal') file.guarded.add(node.left.value); },
    VariableDeclarator(node) {
      if (node.id.type === 'Identifier') define(node.id.name, node.init);
      else pattern(node.id);
      if (node.init?.type === 'MemberExpression' && !node.init.computed) file.alias.set(node.id.name, node.init.property.name);
    },
    Function(node) {
      define(node.id?.name, node);
      node.params.forEach(pattern);
    },
    ObjectExpression(node) {
      for (const one of node.properties) {
        if (one.computed || !one.key) continue;
        define(one.key.name ?? one.key.value, one.value);
        // `{ run }` hands a function on under its name.
        if (one.shorthand) own.functions.add(one.key.name);
      }
    },
    MethodDefinition(node) { if (!node.computed) define(node.key.name, node.value); },
    AssignmentExpression(node) { if (node.left.type === 'MemberExpression' && !node.left.computed) define(node.left.property.name, node.right); },
    ImportDeclaration(node) {
      for (const one of node.specifiers) define(one.local.name, { type: 'Function' });
    },
  });
  // `const synth = window.speechSynthesis; if (synth) …`
  for (const [short, name] of file.alias) if (file.guarded.has(short)) file.guarded.add(name);
}

function unguarded(file) {
  for (const { name, line, isCall, isMember } of file.used ?? []) {
    const version = (isCall ? known.called : known.plain).get(name) ?? 0;
    const isNew = version > file.chrome;
    const isOwn = isCall && isMember ? own.functions.has(name) : own.names.has(name);
    if ((isNew || OFTEN_MISSING.has(name)) && !file.guarded.has(name) && !isOwn) {
      const why = isNew ? `needs Chrome ${version}` : 'is missing in some web views';
      problems.push(`${basename(file.path)}:${line} | ${name} ${why}, and nothing asks whether it is there`);
    }
  }
}

for (const file of task.files) {
  looked += 1;
  if (file.kind === 'style') style(file);
  else read(file);
}
task.files.forEach(unguarded);
if (problems.length > 0) {
  console.log([...new Set(problems)].join('\n'));
  process.exitCode = 1;
}
console.log(JSON.stringify({ looked, problems: problems.length }));
