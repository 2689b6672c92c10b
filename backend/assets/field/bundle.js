// What comes down: assignments, questionnaires and the key to seal to. It holds names and addresses, so it is locked
// under the passphrase as soon as it is here. Questionnaires that drafts were begun under stay beside the new ones.

import { lock, unlock } from './seal.js';
import { isLockKept } from './store.js';

const NAME = 'bundle';

/** The bundle of this device, or null. */
export async function load(store, key) {
  const kept = await store.get('vault', NAME);
  return kept ? unlock(key, NAME, kept.locked) : null;
}

/**
 * Fetches a newer bundle. drafts: a function that gives those on this device, asked again once the answer is here: an
 * interview may have begun meanwhile. Resolves with `{ status, bundle }`; bundle is null unless a new
 * one was stored.
 */
export async function refresh({ store, api, key, token, drafts, lang }) {
  const kept = await store.get('vault', NAME);
  const lockedBy = await store.get('meta', 'crypto');
  // What was delivered before the bundle was asked for is in it.
  const delivered = (await store.all('queue')).filter(item => item.kind === 'attempt' && item.state === 'delivered');
  const headers = kept && kept.etag ? { 'If-None-Match': kept.etag } : {};
  const answer = await api.ask('GET', 'bundle', { token, headers, lang });
  if (answer.status !== 200 || !isWhole(answer.json)) return { status: answer.status, json: answer.json, bundle: null };
  const old = kept ? await unlock(key, NAME, kept.locked) : null;
  let bundle, locked;
  do {
    bundle = withFormsOf(drafts(), answer.json, old);
    locked = await lock(key, NAME, bundle);
  } while (drafts().some(draft => !formOf(bundle, draft) && formOf(old || bundle, draft)));
  const etag = answer.headers.get('ETag');
  const isKept = await store.write(['vault', 'meta', 'queue'], async steps => {
    if (!await isLockKept(steps, lockedBy)) return false;
    await steps.put('vault', { locked, etag }, NAME);
    await steps.put('meta', bundle.server_key, 'server_key');
    for (const item of delivered) await steps.remove('queue', item.id);
    return true;
  });
  return isKept ? { status: 200, bundle } : { status: 0, bundle: null };
}

function isWhole(json) {
  return Boolean(json) && Array.isArray(json.rounds) && Boolean(json.server_key) && Boolean(json.server_key.jwk);
}

/** The new bundle with the old versions under which interviews were begun and not finished. */
export function withFormsOf(drafts, bundle, old) {
  for (const draft of drafts) {
    if (formOf(bundle, draft)) continue;
    const form = old && formOf(old, draft);
    const round = bundle.rounds.find(one => one.id === draft.round);
    if (!form || !round) continue;
    round.forms.push(Object.assign({}, form, { current: false }));
  }
  return bundle;
}

/** The questionnaire of `{ round, form, version }`. */
export function formOf(bundle, { round, form, version }) {
  const found = bundle.rounds.find(one => one.id === round);
  return (found && found.forms.find(one => one.form === form && one.version === version)) || null;
}

/** The version that new interviews use. */
export function currentForm(round, name) {
  const forms = round.forms.filter(form => form.form === name);
  return forms.find(form => form.current) || forms[0] || null;
}
