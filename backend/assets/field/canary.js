// Whether the browser has thrown away what this device kept. IndexedDB is cleared as a whole when a phone runs out of
// room; cookies usually stay, so a small note there says what there was. It names nobody.

const NAME = 'minyi_field';
const YEAR = 31536000;

/** Notes what is kept now: { device, unsent, drafts }. */
export function note(kept) {
  const value = encodeURIComponent([kept.device, kept.unsent, kept.drafts].join(' '));
  write(value, YEAR);
  try {
    self.localStorage.setItem(NAME, value);
  } catch (refused) {
    // The cookie says the same.
  }
}

/** What was noted last, or null. */
export function noted() {
  const found = document.cookie.split('; ').find(cookie => cookie.startsWith(NAME + '='));
  let value = found ? found.slice(NAME.length + 1) : '';
  if (!value) {
    try {
      value = self.localStorage.getItem(NAME) || '';
    } catch (refused) {
      value = '';
    }
  }
  const [device, unsent, drafts] = decodeURIComponent(value).split(' ');
  return device ? { device, unsent: Number(unsent) || 0, drafts: Number(drafts) || 0 } : null;
}

/** Forgets: after a wipe there is nothing to miss. */
export function forget() {
  write('', 0);
  try {
    self.localStorage.removeItem(NAME);
  } catch (refused) {
    // The cookie is gone.
  }
}

function write(value, seconds) {
  const secure = self.location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = NAME + '=' + value + '; Max-Age=' + seconds + '; Path=/field; SameSite=Strict' + secure;
}
