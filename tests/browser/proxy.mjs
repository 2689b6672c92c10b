// A network that cannot be trusted: a proxy on loopback between the app and the server, which loses requests, loses
// answers after the server has acted on them, cuts answers in half, and answers in the server's place. What goes wrong
// follows from the seed.

import { createServer, request as ask } from 'node:http';

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const FAULTS = ['lost', 'answer lost', 'half', 'half json', '500', '503', '413', '429', '401', 'portal'];

export class Proxy {
  /** port: of the server; random: as of `seeded`. */
  constructor(port, random) {
    this.port = port;
    this.random = random;
    /** Whether there is a network at all. */
    this.up = true;
    /** Share of API requests that go wrong. */
    this.rate = 0;
    /** While set, every token is refused until somebody signs in. */
    this.expired = false;
    this.counts = {};
    this.server = createServer((from, to) => this.serve(from, to));
  }

  async listen(port) {
    await new Promise(resolve => this.server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(resolve));
  }

  count(what) {
    this.counts[what] = (this.counts[what] || 0) + 1;
  }

  async serve(from, to) {
    const chunks = [];
    try {
      for await (const chunk of from) chunks.push(chunk);
    } catch (cut) {
      return;
    }
    if (!this.up) {
      from.socket.destroy();
      return;
    }
    const isApi = from.url.startsWith('/api/v1/field/');
    const isSignIn = isApi && from.url.endsWith('/devices');
    if (isSignIn) this.expired = false;
    if (isApi && this.expired) {
      this.count('expired');
      this.say(to, 401, '{"error":"unauthorized","message":""}');
      return;
    }
    const goesWrong = isApi && !isSignIn && this.random() < this.rate;
    const fault = goesWrong ? FAULTS[Math.floor(this.random() * FAULTS.length)] : null;
    if (fault) this.count(fault);
    switch (fault) {
      case 'lost': from.socket.destroy(); return;
      case 'portal': to.writeHead(200, { 'Content-Type': 'text/html' }); to.end('<title>Free hotel network</title>'); return;
      case '429': this.say(to, 429, '{"error":"too_many","message":""}', { 'Retry-After': '1' }); return;
      case '500': case '503': case '413': case '401': this.say(to, Number(fault), '{"error":"fault","message":""}'); return;
      default: this.forward(from, to, Buffer.concat(chunks), fault);
    }
  }

  /** In the server's place, so that the app cannot tell. */
  say(to, status, body, headers = {}) {
    to.writeHead(status, { 'Content-Type': 'application/json', 'X-Minyi-Time': String(Date.now()), ...headers });
    to.end(body);
  }

  forward(from, to, body, fault) {
    const passed = ask({ port: this.port, host: '127.0.0.1', method: from.method, path: from.url,
      headers: { ...from.headers, connection: 'close' } }, async answer => {
      const chunks = [];
      try {
        for await (const chunk of answer) chunks.push(chunk);
      } catch (cut) {
        from.socket.destroy();
        return;
      }
      const whole = Buffer.concat(chunks);
      const headers = { ...answer.headers };
      delete headers['transfer-encoding'];
      delete headers.connection;
      const half = whole.subarray(0, Math.floor(whole.length / 2));
      if (fault === 'answer lost') {
        from.socket.destroy();
      } else if (fault === 'half') {
        to.writeHead(answer.statusCode, { ...headers, 'content-length': whole.length });
        to.write(half, () => from.socket.destroy());
      } else if (fault === 'half json') {
        to.writeHead(answer.statusCode, { ...headers, 'content-length': half.length });
        to.end(half);
      } else {
        to.writeHead(answer.statusCode, answer.statusCode === 304 ? headers : { ...headers, 'content-length': whole.length });
        to.end(whole);
      }
    });
    // The server is down or was killed while it answered.
    passed.on('error', () => from.socket.destroy());
    passed.end(body);
  }
}
