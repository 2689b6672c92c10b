// A round's records: administrative series, commitments, the register of institutions, newer frames, and the public's
// page of services.
import { press } from './respond.mjs';

const at = (part) => ({ demo }) => `${demo.url}/console/rounds/${demo.round}${part}`;
const services = (query) => ({ demo }) => `${demo.url}/services/${demo.round}${query}`;

export const RECORDS_PUBLIC = [
  ['services', 'respondent', 'zh', services('')],
  ['services, chosen', 'respondent', 'en', services('?township=990101001&area=rehab')],
  ['services, none registered', 'respondent', 'zh', ({ everything }) => `${everything.url}/services/${everything.round}`],
];

/** `[name, role, language, address]`. */
export const RECORDS_PAGES = [
  ['series', 'office', 'zh', at('/series')],
  ['series', 'viewer', 'en', at('/series')],
  ['series, revision', 'auditor', 'zh', at('/series/1')],
  ['commitments', 'office', 'zh', at('/commitments')],
  ['commitments', 'viewer', 'en', at('/commitments')],
  ['register', 'office', 'zh', at('/services')],
  ['register, one', 'office', 'zh', at('/services/legal-aid')],
  ['frame', 'office', 'zh', at('/frame')],
  ['frame, version', 'office', 'zh', at('/frame/1')],
  ['frame, version', 'auditor', 'en', at('/frame/1')],
];

const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const HEAD = 'unit,period,code,value,source\n';

async function upload(page, name, text) {
  await page.setInputFiles('#file', file(name, text));
  await press(page, 'form:has(#file) button[type=submit]');
}

async function* importing(page, task) {
  await page.goto(at('/series')(task));
  await upload(page, '错.csv', `${HEAD}990101001,2026-Q3,hardship_visits,815,台账\n990109999,2026-Q9,nothing,x,\n`);
  yield 'series, file with faults';
  await page.fill('#reason', '核对台账');
  await page.check('#check');
  await upload(page, '新.csv', `${HEAD}990101,2026-Q4,hardship_visits,81.2,台账\n`);
  yield 'series, only checked';
  await page.goto(at('/services/new')(task));
  await press(page, 'main form button.main');
  yield 'register, new one with nothing written';
  await page.goto(at('/frame')(task));
  await upload(page, '空.csv', 'person_id,unit\nP1,x\n');
  yield 'frame, file with faults';
}

export const RECORDS = [
  { name: 'records', language: 'zh', who: 'console', role: 'office', walk: importing },
];
