// Filling pages in by pointer and keyboard, as the walks do.

/** Ticks what the start page asks for, and chooses the first township where an open link asks for one. */
export async function consent(page) {
  for (const box of await page.locator('main form input[type=checkbox]').all()) await box.check();
  for (const select of await page.locator('main form select').all()) {
    const values = await select.locator('option').evaluateAll((all) => all.map((one) => one.value).filter(Boolean));
    await select.selectOption(values[0]);
  }
}

/** What to answer to the control `name` of `type`: the preferred value, else the first real choice, a word, a number. */
export function wish(prefer, name, type, values) {
  const wanted = prefer?.[name];
  if (type === 'radio') return values.includes(String(wanted)) ? String(wanted) : values[0];
  if (type === 'checkbox') return Array.isArray(wanted) ? wanted : [wanted ?? values[0]];
  if (type === 'numeric') return String(wanted ?? 2);
  if (type === 'date') return String(wanted ?? '2026-10-01');
  return String(wanted ?? '多来村里看看');
}

/** The controls of a page, one entry a name: `{ name, type, values }`. */
export async function controls(page) {
  return page.locator('main form').locator('input, textarea, select').evaluateAll((all) => {
    const found = [];
    for (const one of all) {
      if (!one.name || one.type === 'hidden') continue;
      const known = found.find((entry) => entry.name === one.name);
      if (known) { known.values.push(one.value); continue; }
      const number = one.inputMode === 'numeric' || one.inputMode === 'decimal';
      const type = one.closest('.q-parts') ? 'date' : number ? 'numeric' : one.type;
      found.push({ name: one.name, type, values: [one.value] });
    }
    return found;
  });
}

/** Fills the page in. */
export async function answer(page, prefer) {
  for (const { name, type, values } of await controls(page)) {
    const wanted = wish(prefer, name, type, values);
    const at = (value) => page.locator(`main form [name="${name}"][value="${value}"]`);
    if (type === 'radio') await at(wanted).check();
    else if (type === 'checkbox') for (const value of wanted) await at(value).check();
    else if (type === 'date') {
      // Year, month and day have a field each.
      const parts = wanted.split('-');
      for (const [place, field] of (await page.locator(`main form [name="${name}"]`).all()).entries()) await field.fill(parts[place]);
    } else await page.locator(`main form [name="${name}"]`).fill(wanted);
  }
}

/** Takes every tick away. */
export async function clear(page) {
  // The list is matched anew at each step: an unticked box is no longer in it.
  const ticked = page.locator('main form input[type=checkbox]:checked');
  while ((await ticked.count()) > 0) await ticked.first().uncheck();
}

/** Presses the page's main button or link and waits for the next page. */
export async function go(page) {
  await Promise.all([page.waitForNavigation(), page.locator('main [data-main]').first().click()]);
}

/** The page's name within the questionnaire, or null on another page. */
export function questionOf(page) {
  const path = new URL(page.url()).pathname;
  return path.includes('/q/') ? path.split('/').pop() : null;
}
