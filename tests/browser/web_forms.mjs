// ODK Web Forms' own engine (`@getodk/xforms-engine`, Apache-2.0) as a peer and as a client: it reads Minyi's XForms, answers
// them, and makes the submissions that it makes of them. Task: one of
//   { judge: [{ xform, runs: [{ answers, asked, stored }] }], now }     what it asks and computes otherwise than said
//   { talk: { base, round, user, password, form, answers, files } }     answers a form of a server and sends it
// Only what a page around the engine does is written here: which address is asked for, and that what the engine made is posted.

import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

import { JSDOM } from 'jsdom';

process.env.TZ = 'UTC';
const task = JSON.parse(process.argv[2]);

/** The engine expects a browser's classes, and its parser a file beside it. */
async function load() {
  const { window } = new JSDOM('');
  const classes = Object.getOwnPropertyNames(window).filter((name) => /^(DOM|XML|XPath|Node|Named|Attr$|Text$|Element|Document|Comment|CDATA|Character|Processing)/.test(name));
  for (const name of classes) globalThis[name] ??= window[name];
  globalThis.document = window.document;
  globalThis.require = createRequire(import.meta.url);
  globalThis.__dirname = dirname(require.resolve('@getodk/xforms-engine'));
  return import('@getodk/xforms-engine');
}

let loaded;
const engine = () => (loaded ??= load());

/** Time stands still, so that both compute of the same day. */
function stop(now) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      super(...(given.length ? given : [now]));
    }
    static now() {
      return new Real(now).getTime();
    }
  };
}

const nameOf = (node) => node.currentState.reference.split('/').pop();

/** Every node that is answered, shown or computed, by name. */
function nodes(root) {
  const found = new Map();
  const walk = (node) => {
    const inside = node.currentState.children ?? [];
    if (!inside.length && node.nodeType !== 'group') found.set(nameOf(node), node);
    inside.forEach(walk);
  };
  walk(root);
  return found;
}

function say(node, value) {
  switch (node.nodeType) {
    case 'select':
      return node.selectValues(value.split(' '));
    case 'rank':
      return node.setValues(value.split(' '));
    case 'trigger':
      return node.setValue(true);
    default:
      return node.setValue(value);
  }
}

async function open(resource, options = {}) {
  const { loadForm } = await engine();
  const loaded = await loadForm(resource, { missingResourceBehavior: 'BLANK', ...options });
  if (loaded.status !== 'success') throw loaded.error;
  if (loaded.warnings) throw new Error(JSON.stringify(loaded.warnings));
  return loaded;
}

async function judge(one) {
  const loaded = await open(readFileSync(one.xform, 'utf8'));
  const differences = [];
  let compared = 0;
  for (const [at, run] of one.runs.entries()) {
    const { root } = loaded.createInstance();
    const all = nodes(root);
    // As a person does: one after the other, in the order of the form.
    for (const [name, node] of all) if (run.answers[name] !== undefined) say(node, run.answers[name]);
    const asked = new Set(run.asked);
    const tell = (text) => differences.push(`${one.xform} run ${at}: ${text}`);
    for (const [name, node] of all) {
      // What a device notes by itself.
      if (name === 'instanceID' || node.definition.bind.preload) continue;
      const { relevant, instanceValue = '' } = node.currentState;
      const isShown = node.nodeType !== 'model-value';
      if (isShown && relevant !== asked.has(name)) tell(`${name} is ${relevant ? '' : 'not '}asked there`);
      const [theirs, ours] = [relevant ? instanceValue : '', run.stored[name] ?? ''];
      if (node.nodeType !== 'note' && theirs !== ours) tell(`${name}: ${JSON.stringify(theirs)} there, ${JSON.stringify(ours)} here`);
      compared += 1;
    }
    const { violations } = await root.prepareInstancePayload();
    for (const { reference, violation } of violations ?? []) tell(`${reference}: ${violation.condition}`);
  }
  return { compared, differences };
}

/** A server between the client and Minyi that writes down what goes over the wire. */
async function wire(base) {
  const { hostname, port } = new URL(base);
  const heard = [];
  const server = createServer((from, to) => {
    const parts = [];
    from.on('data', (part) => parts.push(part));
    from.on('end', () => {
      const body = Buffer.concat(parts);
      const { method, url: path, rawHeaders } = from;
      const headers = [];
      for (let at = 0; at < rawHeaders.length; at += 2) headers.push([rawHeaders[at], rawHeaders[at + 1]]);
      const said = { method, path, headers, body, status: 0 };
      heard.push(said);
      const on = request({ hostname, port, method, path, headers: from.headers }, (reply) => {
        said.status = reply.statusCode;
        to.writeHead(reply.statusCode, reply.headers);
        reply.pipe(to);
      });
      on.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { heard, at: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Text as text, pictures in base64. */
function written(body, headers) {
  const kind = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const boundary = /boundary=(.*)$/.exec(kind)?.[1];
  if (!boundary) return body.length ? [{ text: body.toString('utf8') }] : [];
  const pieces = [];
  let rest = body;
  while (rest.length) {
    const next = rest.indexOf(`--${boundary}`, 1);
    const end = next < 0 ? rest.length : next;
    const piece = rest.subarray(0, end);
    const text = piece.toString('utf8');
    pieces.push(Buffer.from(text).equals(piece) ? { text } : { base64: piece.toString('base64') });
    rest = rest.subarray(end);
  }
  return pieces;
}

async function talk({ base, round, user, password, form, answers, files = {} }) {
  await engine();
  const relay = await wire(base);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const headers = { Authorization: authorization, 'X-OpenRosa-Version': '1.0' };
  // Minyi tells its own addresses; the client is to find the relay there.
  const asked = (address) => fetch(String(address).replace(/^https?:\/\/[^/]+/, relay.at), { headers });
  const list = new DOMParser().parseFromString(await (await asked(`${relay.at}/openrosa/${round}/formList`)).text(), 'text/xml');
  const entry = [...list.getElementsByTagName('xform')].find((one) => one.getElementsByTagName('formID')[0].textContent === form);
  const address = entry.getElementsByTagName('downloadUrl')[0].textContent;
  const loaded = await open(new URL(address.replace(/^https?:\/\/[^/]+/, relay.at)), { fetchFormDefinition: asked });
  const { root } = loaded.createInstance();
  const all = nodes(root);
  for (const [name, value] of Object.entries(answers)) say(all.get(name), value);
  for (const [name, file] of Object.entries(files)) {
    all.get(name).setValue(new File([Buffer.from(file.base64, 'base64')], file.name, { type: file.type }));
  }
  const submission = `${relay.at}/openrosa/${round}/submission`;
  const head = await fetch(submission, { method: 'HEAD', headers });
  const maxSize = Number(head.headers.get('x-openrosa-accept-content-length'));
  const payload = await root.prepareInstancePayload({ payloadType: 'chunked', maxSize });
  const replies = [];
  for (const body of payload.data) {
    const reply = await fetch(submission, { method: 'POST', headers, body });
    replies.push({ status: reply.status, text: await reply.text() });
  }
  relay.close();
  return {
    status: payload.status,
    violations: (payload.violations ?? []).map(({ reference, violation }) => `${reference}: ${violation.condition}`),
    instance_id: all.get('instanceID').currentState.instanceValue,
    replies,
    requests: relay.heard.map(({ body, ...said }) => ({ ...said, body: written(body, said.headers) })),
  };
}

async function judged() {
  stop(task.now);
  const verdicts = [];
  for (const one of task.judge) verdicts.push(await judge(one));
  return verdicts;
}

const out = task.judge ? await judged() : await talk(task.talk);
process.stdout.write(`${JSON.stringify(out)}\n`);
