import assert from 'node:assert/strict';
import { createCa } from '../../host/certificates.ts';
import { caBundleProblem } from './caBundle.ts';

describe('caBundleProblem', () => {
  const unable = 'unable to load root certificates: ';
  const block = (type: string, body: string): string =>
    `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`;
  const malformed = block('CERTIFICATE', 'AAAA');
  let ca: string;
  before(async () => {
    ca = (await createCa('test', 0)).cert;
  });

  const cases: readonly (readonly [string, () => string, string | undefined])[] = [
    ['nothing', () => '', undefined],
    ['a certificate', () => ca, undefined],
    ['a certificate among others and words', () => `My CA\n${malformed}${ca}the end`, undefined],
    ['no PEM', () => 'no PEM', `${unable}unable to parse bytes as PEM block`],
    ['no certificate', () => malformed, `${unable}failed to parse certificate: x509: malformed certificate`],
    ['a key alone', () => block('PRIVATE KEY', 'AAAA'), `${unable}no valid certificate authority data seen`],
    [
      'a certificate with headers',
      () => ca.replace('-----\n', '-----\nOf: me\n\n'),
      `${unable}no valid certificate authority data seen`,
    ],
  ];
  for (const [what, text, expected] of cases) {
    it(`says about ${what}: ${expected ?? 'nothing'}`, () => {
      assert.equal(caBundleProblem(Buffer.from(text()).toString('base64')), expected);
    });
  }
});
