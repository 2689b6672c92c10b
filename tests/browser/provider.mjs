// An identity provider (npm oidc-provider, certified by the OpenID Foundation) for the tests of signing in by one. Whoever
// types a name is that person; the password `otp` gives the token amr = ["pwd", "otp"].
// task: { port, redirect, secret }; prints a line as soon as it listens, and goes on until its standard input ends.
import { Provider } from 'oidc-provider';
import { createServer } from 'node:http';

const { port, redirect, secret } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const methods = new Map();
const provider = new Provider(issuer, {
  clients: [{ client_id: 'minyi', client_secret: secret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
  pkce: { required: () => true, methods: ['S256'] },
  features: { devInteractions: { enabled: true } },
  claims: { openid: ['sub', 'amr'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['a test alone'] },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
// The development form knows who signs in, and not how.
const finish = provider.interactionFinished.bind(provider);
provider.interactionFinished = (request, response, result, options) => {
  if (result.login) result.login.amr = methods.get(result.login.accountId);
  return finish(request, response, result, options);
};
provider.on('server_error', (_ctx, error) => console.error(error));
const handle = provider.callback();
const server = createServer((request, response) => {
  // What the development form sends as a password says how somebody signed in.
  if (request.method === 'POST' && request.url.startsWith('/interaction/')) {
    let body = '';
    const read = request.on.bind(request);
    read('data', (chunk) => { body += chunk; });
    read('end', () => {
      const form = new URLSearchParams(body);
      if (form.get('login')) methods.set(form.get('login'), form.get('password') === 'otp' ? ['pwd', 'otp'] : ['pwd']);
    });
  }
  handle(request, response);
});
server.listen(port, '127.0.0.1', () => console.log(issuer));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
