/* What a script can add to pages that work without one: read-aloud, saving while
   one thinks, focus on errors. Plain ES2015, for web views of 2017. */
(function () {
  'use strict';
  const doc = document;
  const said = doc.getElementById('said');
  // The same words again would be spoken again.
  const say = (text) => { if (said && said.textContent !== text) said.textContent = text; };

  // 1. An error summary takes the focus, so that it is read first.
  const faults = doc.getElementById('faults');
  if (faults) faults.focus();

  // A page that the browser kept whole may be from before the phone was handed over.
  window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  // 2. Read-aloud by the device's own voice, part by part, the current part marked.
  const read = doc.getElementById('read');
  const synth = window.speechSynthesis;
  const start = read ? read.textContent : '';
  let parts = [];
  let turn = 0;

  const mark = (node) => {
    const old = doc.querySelector('.reading');
    if (old) old.classList.remove('reading');
    if (node) node.classList.add('reading');
  };
  const stop = () => {
    turn += 1;
    if (synth) synth.cancel();
    mark(null);
    if (read) read.textContent = start;
  };
  const collect = () => {
    const found = doc.querySelectorAll(
      'main h1, main h2, main p, main li, main dt, main dd, main legend, main .choice, main .field > label, main button.main');
    return Array.prototype.filter.call(found, (node) =>
      // a heading inside a legend would be read twice
      !(node.tagName === 'LEGEND' && node.querySelector('h1,h2')) &&
      !node.querySelector('p,h1,h2') && node.offsetParent !== null && node.textContent.trim() !== '');
  };
  const voiceFor = (lang) => {
    const voices = synth.getVoices();
    const want = lang.slice(0, 2).toLowerCase();
    return voices.filter((v) => v.lang.slice(0, 2).toLowerCase() === want)[0];
  };
  const next = (mine) => {
    if (mine !== turn) return;
    const node = parts.shift();
    if (!node) { stop(); return; }
    const words = new SpeechSynthesisUtterance(node.textContent.trim());
    const tagged = node.closest ? node.closest('[lang]') : doc.documentElement;
    words.lang = (tagged || doc.documentElement).lang;
    const voice = voiceFor(words.lang);
    if (voice) words.voice = voice;
    words.rate = 0.9;
    words.onend = () => next(mine);
    words.onerror = () => { if (mine === turn) { stop(); say(read.getAttribute('data-none')); } };
    mark(node);
    if (node.scrollIntoView) node.scrollIntoView(false);
    synth.speak(words);
  };
  // Being read to explains a slow pace: the answers carry a note of it.
  const noteHeard = () => {
    const to = doc.querySelector('main form[method=post]');
    if (!to || to.elements.heard) return;
    const field = doc.createElement('input');
    field.type = 'hidden';
    field.name = 'heard';
    field.value = '1';
    to.appendChild(field);
  };
  const begin = () => {
    const voices = synth ? synth.getVoices() : [];
    // Some phones fill the list late or never, yet speak: only a list without our language is a no.
    if (!synth || !window.SpeechSynthesisUtterance ||
        (voices.length > 0 && !voiceFor(doc.documentElement.lang))) {
      say(read.getAttribute('data-none'));
      return;
    }
    say('');
    stop();
    parts = collect();
    read.textContent = read.getAttribute('data-stop');
    const mine = turn;
    next(mine);
    noteHeard();
    // Android's silent failure: no voice at all, no event either.
    setTimeout(() => {
      if (mine === turn && !synth.speaking && !synth.pending) { stop(); say(read.getAttribute('data-none')); }
    }, 4000);
  };
  if (read) {
    if (synth) synth.getVoices();
    read.hidden = false;
    read.addEventListener('click', () => { if (read.textContent === start) begin(); else stop(); });
    window.addEventListener('pagehide', stop);
  }

  // 3. Answers are saved a moment after each change, without being checked.
  const form = doc.getElementById('question');
  if (form && window.fetch && window.URLSearchParams && window.FormData) {
    let timer = 0;
    let leaving = false;
    const save = () => {
      if (leaving) return;
      const body = new URLSearchParams();
      // Web views of 2017 cannot iterate FormData: read the controls.
      Array.prototype.forEach.call(form.elements, (field) => {
        const chosen = field.type !== 'radio' && field.type !== 'checkbox' || field.checked;
        if (field.name && chosen && field.type !== 'submit' && field.type !== 'button') {
          body.append(field.name, field.value);
        }
      });
      body.append('go', 'keep');
      fetch(form.action, {
        method: 'POST', credentials: 'same-origin', body: body.toString(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      }).then((answer) => {
        if (leaving) return;
        say(answer.ok ? form.getAttribute('data-saved') : form.getAttribute('data-unsaved'));
      }).catch(() => { if (!leaving) say(form.getAttribute('data-unsaved')); });
    };
    const soon = () => { clearTimeout(timer); timer = setTimeout(save, 1200); };
    form.addEventListener('change', soon);
    form.addEventListener('input', soon);
    form.addEventListener('submit', () => { leaving = true; clearTimeout(timer); });
  }
})();
