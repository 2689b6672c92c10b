// A real SMTP server for the tests: STARTTLS and a login are required before any mail is taken.
// node smtp.mjs CERTIFICATE_DIR INBOX_DIR PORT  — prints the port, then keeps each mail as INBOX/NNNN.json.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { simpleParser } from 'mailparser';

const [certificates, inbox, port] = process.argv.slice(2);
let count = 0;

const server = new SMTPServer({
  key: readFileSync(join(certificates, 'server.key')),
  cert: readFileSync(join(certificates, 'server.pem')),
  authMethods: ['PLAIN', 'LOGIN'],
  hideSTARTTLS: false,
  onAuth(auth, session, done) {
    if (!session.secure) return done(new Error('STARTTLS first'));
    if (auth.username === 'minyi' && auth.password === 'correct-horse') return done(null, { user: 'minyi' });
    return done(new Error('wrong login'));
  },
  onData(stream, session, done) {
    simpleParser(stream).then((mail) => {
      const kept = {
        envelope: { from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map((r) => r.address) },
        secure: session.secure,
        subject: mail.subject,
        from: mail.from.text,
        to: mail.to.text,
        messageId: mail.messageId,
        text: mail.text,
        html: mail.html,
        headers: mail.headerLines.map((h) => h.line),
        attachments: mail.attachments.map((a) => ({
          filename: a.filename,
          contentType: a.contentType,
          disposition: a.contentDisposition,
          cid: a.cid,
          base64: a.content.toString('base64'),
        })),
      };
      count += 1;
      const path = join(inbox, `${String(Date.now())}-${String(count).padStart(4, '0')}.json`);
      writeFileSync(`${path}.part`, JSON.stringify(kept));
      renameSync(`${path}.part`, path);
      done();
    }, done);
  },
});
server.on('error', (error) => { console.error(error.message); });
server.listen(Number(port), '127.0.0.1', () => { console.log(server.server.address().port); });
