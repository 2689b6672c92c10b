/* What a script can add to pages that work without one: read-aloud, saving while
   one thinks, focus on errors. Plain ES2015, for web views of 2017. */
(function () {
  'use strict';
  const doc = document;
  const byId = (id) => doc.getElementById(id);
  const each = (list, what) => Array.prototype.forEach.call(list, what);
  doc.documentElement.classList.add('js');
  const said = byId('said');
  // The same words again would be spoken again.
  const say = (text) => { if (said && said.textContent !== text) said.textContent = text; };
  // Tells with the answers that reading aloud or a film was used on this page.
  const used = (id) => { const field = byId(id); if (field) field.value = '1'; };

  // A switch brings the same page back: what it changed is said, or it would only be seen.
  try {
    if (said && sessionStorage.getItem('minyi_switch')) {
      sessionStorage.removeItem('minyi_switch');
      setTimeout(() => say(said.getAttribute('data-now')), 800);
    }
    each(doc.querySelectorAll('.tools [type=submit]:not(.default)'), (button) => {
      button.addEventListener('click', () => sessionStorage.setItem('minyi_switch', '1'));
    });
  } catch (refused) { /* not said */ }

  // 1. An error summary takes the focus, so that it is read first.
  const faults = byId('faults');
  if (faults) faults.focus();

  // A page that the browser kept whole may be from before the phone was handed over.
  window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  // 2. Read-aloud part by part, the current part marked: the part's recording, else the device's own voice.
  const read = byId('read');
  const pause = byId('pause');
  const pace = byId('pace');
  const synth = window.speechSynthesis && window.SpeechSynthesisUtterance ? window.speechSynthesis : null;
  const easy = doc.documentElement.classList.contains('easy');
  const words = (button) => button ? button.textContent : '';
  const startWords = words(read);
  const pauseWords = words(pause);
  const slowWords = words(pace);
  let parts = [];
  let at = 0;
  // Counts beginnings: what an earlier one still hears of its voice or recording is too late.
  let turn = 0;
  let sound = null;
  // Kept here, or the browser forgets an utterance in the middle and never says that it ended.
  let utterance = null;
  let slow = false;
  try { slow = localStorage.getItem('minyi_pace') === 'slow'; } catch (refused) { /* reads at the usual pace */ }

  const mark = (node) => {
    each(doc.querySelectorAll('.reading'), (old) => old.classList.remove('reading'));
    if (node) node.classList.add('reading');
  };
  const hush = () => {
    turn += 1;
    if (synth) synth.cancel();
    if (sound) { sound.pause(); sound = null; }
  };
  const show = (state) => {
    read.textContent = state === 'idle' ? startWords : read.getAttribute('data-stop');
    pause.hidden = state === 'idle';
    pause.textContent = state === 'paused' ? pause.getAttribute('data-on') : pauseWords;
  };
  const stop = () => { hush(); mark(null); show('idle'); };
  const nothing = () => { stop(); say(read.getAttribute('data-none')); };

  const langOf = (node) => {
    // Words in another language than the page's stand in one marked span.
    const inner = node.children.length === 1 ? node.querySelector('[lang]') : null;
    const outer = node.closest ? node.closest('[lang]') : doc.documentElement;
    return (inner || outer || doc.documentElement).lang;
  };
  const voiceFor = (lang) => {
    const want = lang.slice(0, 2).toLowerCase();
    // Cantonese reads the same signs, but few here would follow.
    const fit = synth.getVoices().filter((voice) => voice.lang.slice(0, 2).toLowerCase() === want);
    return fit.filter((voice) => !/HK|yue/i.test(voice.lang))[0] || fit[0];
  };
  // Some phones fill the list late or never, yet speak: only a list without the language is a no.
  const canSpeak = (lang) => synth !== null && (synth.getVoices().length === 0 || Boolean(voiceFor(lang)));
  const collect = () => {
    const found = doc.querySelectorAll(
      'main h1, main h2, main p, main li, main dt, main dd, main legend, main .choice, main .field > label, main button.main');
    return Array.prototype.filter.call(found, (node) =>
      // a heading inside a legend would be read twice
      !(node.tagName === 'LEGEND' && node.querySelector('h1,h2')) &&
      !node.querySelector('p,h1,h2') && node.offsetParent !== null && node.textContent.trim() !== '');
  };

  const speak = (node, mine) => {
    const lang = langOf(node);
    let begun = false;
    utterance = new SpeechSynthesisUtterance(node.textContent.trim());
    utterance.lang = lang;
    const voice = voiceFor(lang);
    if (voice) utterance.voice = voice;
    utterance.rate = (slow ? 0.65 : 0.9) - (easy ? 0.1 : 0);
    utterance.onstart = () => { begun = true; used('heard'); };
    utterance.onend = () => { used('heard'); next(mine); };
    utterance.onerror = () => { if (mine === turn) nothing(); };
    synth.speak(utterance);
    // Android's silent failure: no voice at all, no event either.
    setTimeout(() => { if (mine === turn && !begun && parts[at - 1] === node && !synth.speaking) nothing(); }, 3000);
  };
  const play = (address, node, mine) => {
    sound = new Audio(address);
    sound.playbackRate = slow ? 0.8 : 1;
    const failed = () => { if (mine === turn) { if (canSpeak(langOf(node))) speak(node, mine); else nothing(); } };
    sound.addEventListener('playing', () => used('heard'));
    sound.addEventListener('ended', () => next(mine));
    sound.addEventListener('error', failed);
    const promise = sound.play();
    if (promise && promise.catch) promise.catch(failed);
  };
  const next = (mine) => {
    if (mine !== turn) return;
    const node = parts[at];
    at += 1;
    if (!node) { stop(); return; }
    const recording = node.getAttribute('data-audio');
    mark(node);
    if (node.scrollIntoView) node.scrollIntoView({ block: 'nearest' });
    if (recording) play(recording, node, mine);
    else speak(node, mine);
  };
  const go = () => { hush(); say(''); show('reading'); next(turn); };
  const begin = () => {
    parts = collect();
    at = 0;
    // Without a voice the recorded parts are read, which the author chose to record.
    if (!canSpeak(doc.documentElement.lang)) parts = parts.filter((node) => node.getAttribute('data-audio'));
    if (parts.length === 0) nothing(); else go();
  };
  if (read && pause) {
    if (synth) synth.getVoices();
    read.hidden = false;
    read.addEventListener('click', () => { if (read.textContent === startWords) begin(); else stop(); });
    // Pausing is stopping and saying the part again: phones' voices cannot be relied on to go on in the middle.
    pause.addEventListener('click', () => {
      if (pause.textContent === pauseWords) { hush(); at = Math.max(0, at - 1); show('paused'); } else go();
    });
    window.addEventListener('pagehide', stop);
  }
  if (pace) {
    const label = () => { pace.textContent = slow ? pace.getAttribute('data-usual') : slowWords; };
    pace.hidden = false;
    label();
    pace.addEventListener('click', () => {
      slow = !slow;
      try { localStorage.setItem('minyi_pace', slow ? 'slow' : ''); } catch (refused) { /* for this page only */ }
      label();
    });
  }
  // The page's own players: one voice at a time. Such events do not bubble; they are caught on the way down.
  doc.addEventListener('play', (event) => {
    if (read && read.textContent !== startWords) stop();
    used(event.target.tagName === 'VIDEO' ? 'watched' : 'heard');
  }, true);

  // 3. What must be kept can be copied; the old way serves where pages come without TLS.
  each(doc.querySelectorAll('[data-copy]'), (button) => {
    const text = button.previousElementSibling.textContent.replace(/\s/g, '');
    const tell = (ok) => {
      button.nextElementSibling.textContent = button.getAttribute(ok ? 'data-done' : 'data-failed');
    };
    const oldWay = () => {
      const field = doc.createElement('textarea');
      field.value = text;
      field.className = 'hidden';
      doc.body.appendChild(field);
      field.select();
      let ok = false;
      try { ok = doc.execCommand('copy'); } catch (refused) { /* said below */ }
      doc.body.removeChild(field);
      button.focus();
      tell(ok);
    };
    button.hidden = false;
    button.addEventListener('click', () => {
      if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText(text).then(() => tell(true), oldWay);
      else oldWay();
    });
  });

  // 4. Answers are saved a moment after each change, without being checked.
  const form = byId('question');
  if (form && window.fetch && window.URLSearchParams && window.FormData) {
    let timer = 0;
    let leaving = false;
    const save = () => {
      if (leaving) return;
      const body = new URLSearchParams();
      // Web views of 2017 cannot iterate FormData: read the controls.
      each(form.elements, (field) => {
        const chosen = field.type !== 'radio' && field.type !== 'checkbox' || field.checked;
        if (field.name && chosen && ['submit', 'button', 'file'].indexOf(field.type) < 0) {
          body.append(field.name, field.value);
        }
      });
      body.append('go', 'keep');
      // A page with files is sent elsewhere; they wait for the button.
      fetch(form.getAttribute('data-keep'), {
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
