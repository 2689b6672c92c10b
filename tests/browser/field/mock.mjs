// A server of the interviewers' HTTP contract, as small as it can be, for tests of the app alone: one interviewer, a
// few cases, and the two questionnaires of survey-forms/tests/vectors/pages.json. What is sealed it opens as the
// contract says. `fault` decides what goes wrong with a request.

import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { folder } from './stamp.mjs';

const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml', png: 'image/png', webmanifest: 'application/manifest+json' };

const pages = JSON.parse(readFileSync(new URL('../../../survey-forms/tests/vectors/pages.json', import.meta.url), 'utf8'));

/** A bundle with both forms and some cases in two villages. */
export function bundle(server_key, changes = {}) {
  const form = (id, current = true) => ({ form: id, group: 'resident', version: pages[id].model.version, current, model: pages[id].model,
    pages: pages[id].pages });
  const village = (code, name_zh, name_en) => ({ code, name_zh, name_en });
  const township = { code: '01', name_zh: '东镇', name_en: 'East' };
  const one = (case_id, name, place, extra = {}) => Object.assign({ case_id, group: 'resident', form: 'resident', village: place, township,
    name, address: '', phone: '', household: null, relation: null, state: 'open', attempts: [] }, extra);
  const [first, second] = [village('0101', '河西村', 'Hexi'), village('0102', '石桥村', 'Shiqiao')];
  const round = {
    id: 'yunxi-2026', title: { zh: '云溪县2026年度残疾人工作社会测评', en: 'Yunxi County 2026 evaluation' },
    organiser: { zh: '考评办', en: 'Assessment Office' }, closes_on: '2026-12-31', state: 'open',
    intro: { zh: ['您好。我是县里请来的访问员，不是村里和镇上的人。', '您说的话只用来做统计，不会让别人知道是您说的。', '不想答的题可以不答，随时可以停。'],
      en: ['Good day. I am an interviewer asked by the county; I work for neither village nor township.', 'What you say is used for statistics only.'] },
    consents: [
      { name: 'part', required: true, text: { zh: '我听人读过上面的说明，我自愿参加。', en: 'I have heard the text above and take part of my own free will.' } },
      { name: 'sensitive', required: false, text: { zh: '我同意把我说的身体情况用来做统计。', en: 'I agree that what I say about my health is used for statistics.' } }],
    forms: [form('resident'), form('odd')],
    assignments: [
      one('c-000001', '王秀兰', first, { address: '河西村3组12号', phone: '139 0000 0001', household: 'h1' }),
      one('c-000002', '王建国', first, { address: '河西村3组12号', household: 'h1' }),
      one('c-000003', '李小梅', first, { address: '河西村5组2号，村小学后面', attempts: [
        { id: '00000000-0000-4000-8000-000000000001', day: '2026-11-20', disposition: '2.20', mode: 'interview', callback_day: '2026-11-25', callback_part: 'morning', note: '上午在家' }] }),
      one('c-000004', '赵永福', second, { address: '石桥村1组', phone: '0000-1234567' }),
      one('c-000005', '陈桂英', second, { address: '石桥村2组7号', form: 'odd' }),
      one('c-000006', '刘大海', second, { address: '石桥村4组', state: 'complete' }),
    ],
  };
  const outcome = (code, zh, en, closes, callback) => ({ code, text: { zh, en }, closes, callback });
  const dispositions = [
    outcome('1.1', '完成', 'Complete', false, false),
    outcome('2.11', '不愿意参加', 'Refused', true, false),
    outcome('2.12', '做到一半不做了', 'Broke off', true, false),
    outcome('2.20', '约好下次再来', 'Appointment made', false, true),
    outcome('2.24', '没有人在家', 'Nobody at home', false, true),
    outcome('2.31', '人已经去世', 'Has died', true, false),
    outcome('2.32', '身体或者精神状况做不了', 'Unable, physically or mentally', true, false),
    outcome('2.33', '语言不通，或者没有手语翻译', 'Language, or no sign interpreter', false, true),
    outcome('3.17', '找不到这个地址', 'Address not found', false, true),
    outcome('4.1', '搬走了', 'Moved away', true, false)];
  return Object.assign({ server_key, max_offline_days: 7, dispositions, rounds: [round] }, changes);
}

export async function startMock() {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', pair.publicKey);
  const mock = { fault: () => null, responses: new Map(), attempts: new Map(), tokens: new Set(), sendOnly: new Set(), signedOut: [], media: new Map(), wiped: 0, days: 7, requests: [],
    bundle: bundle({ kid: 'k1', jwk: { kty, crv, x, y } }), timeShift: 0, etag: '"1"' };
  mock.open = body => openSeal(pair.privateKey, body);
  const server = createServer((request, response) => {
    serve(mock, request, response).catch(error => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  mock.url = `http://127.0.0.1:${server.address().port}`;
  mock.stop = () => new Promise(resolve => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return mock;
}

async function openSeal(privateKey, { id, round, case_id, sealed }) {
  const bytes = text => Buffer.from(text, 'base64url');
  const { subtle } = webcrypto;
  const theirs = await subtle.importKey('jwk', { ...sealed.epk }, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
  const shared = await subtle.deriveBits({ name: 'ECDH', public: theirs }, privateKey, 256);
  const material = await subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const info = Buffer.concat([Buffer.from('minyi field v1'), Buffer.from(id)]);
  const key = await subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }, material,
    { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
  const additionalData = Buffer.from(`${id}|${round}|${case_id}`);
  const plain = await subtle.decrypt({ name: 'AES-GCM', iv: bytes(sealed.iv), additionalData }, key, bytes(sealed.ct));
  return JSON.parse(Buffer.from(plain).toString('utf8'));
}

async function serve(mock, request, response) {
  const url = new URL(request.url, 'http://localhost');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (url.pathname.startsWith('/media/')) {
    mock.requests.push(`${request.method} ${url.pathname}`);
    const bytes = mock.media.get(url.pathname);
    response.writeHead(bytes ? 200 : 404, { 'Content-Type': 'image/svg+xml' });
    response.end(bytes);
    return;
  }
  if (!url.pathname.startsWith('/api/')) {
    if (mock.portal && mock.portal(url.pathname)) {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<title>Free hotel network</title>');
      return;
    }
    const name = url.pathname === '/field' ? 'index.html' : url.pathname.slice('/field/'.length);
    const headers = { 'Content-Type': TYPES[name.split('.').pop()] || 'text/plain', 'Cache-Control': 'no-cache', 'Service-Worker-Allowed': '/field' };
    try {
      const bytes = readFileSync(folder + name);
      response.writeHead(200, headers);
      response.end(mock.change ? mock.change(name, bytes) : bytes);
    } catch (missing) {
      response.writeHead(404);
      response.end();
    }
    return;
  }
  const path = url.pathname.slice('/api/v1/field/'.length);
  mock.requests.push(`${request.method} ${path}`);
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : null;
  const fault = mock.fault(request.method, path, body);
  if (fault === 'cut') {
    request.socket.destroy();
    return;
  }
  const headers = { 'Content-Type': 'application/json', 'X-Minyi-Time': String(Date.now() + mock.timeShift) };
  if (fault && fault.status) {
    response.writeHead(fault.status, fault.strange ? {} : { ...headers, ...fault.headers });
    response.end(fault.body === undefined ? '{"error":"fault"}' : fault.body);
    return;
  }
  const [status, json, extra] = await answer(mock, request, path, body);
  response.writeHead(status, { ...headers, ...extra });
  const text = json === null ? '' : JSON.stringify(json);
  response.end(fault === 'half' ? text.slice(0, text.length / 2) : text);
}

async function answer(mock, request, path, body) {
  if (path === 'devices') {
    if (body.password !== 'right') return [401, { error: 'wrong_login', message: '' }];
    const token = webcrypto.randomUUID();
    const send_token = webcrypto.randomUUID();
    mock.tokens.add(token).add(send_token);
    mock.sendOnly.add(send_token);
    return [201, { device_id: webcrypto.randomUUID(), token, send_token, interviewer: { login: body.login, name: '张三' }, max_offline_days: 7 }];
  }
  const token = (request.headers.authorization || '').replace('Bearer ', '');
  if (path === 'wiped') {
    mock.wiped += 1;
    return [204, null];
  }
  if (path === 'sign-out') {
    mock.signedOut.push(token);
    return [204, null];
  }
  if (mock.wipe) return [410, { wipe: true }];
  if (!mock.tokens.has(token)) return [401, { error: 'sign_in', message: '' }];
  if (path === 'bundle' && mock.sendOnly.has(token)) return [403, { error: 'only_delivers', message: '' }];
  if (path === 'status') return [200, { max_offline_days: mock.days, bundle_etag: mock.etag }];
  if (path === 'bundle') {
    return request.headers['if-none-match'] === mock.etag ? [304, null] : [200, mock.bundle, { ETag: mock.etag }];
  }
  const kept = mock[path];
  const text = JSON.stringify(body);
  if (kept.has(body.id)) {
    return kept.get(body.id).text === text ? [200, { receipt: `r-${body.id}` }] : [409, { error: 'other_content', message: '' }];
  }
  kept.set(body.id, { text, body, plain: await mock.open(body) });
  return [201, { receipt: `r-${body.id}` }];
}
