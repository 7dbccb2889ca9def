import assert from 'node:assert/strict';
import { KubeconfigError, parseKubeconfig } from './kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const config = `
apiVersion: v1
kind: Config
current-context: dev
contexts:
  - { name: dev, context: { cluster: c1, user: cert, namespace: shop } }
  - { name: token, context: { cluster: c2, user: token } }
  - { name: plugin, context: { cluster: c1, user: plugin } }
  - { name: lost, context: { cluster: nowhere } }
clusters:
  - { name: c1, cluster: { server: "https://127.0.0.1:6443", certificate-authority-data: ${base64('CA')} } }
  - { name: c2, cluster: { server: "https://c2", certificate-authority: /ca.pem, tls-server-name: kubernetes } }
users:
  - { name: cert, user: { client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')} } }
  - { name: token, user: { tokenFile: /token } }
  - { name: plugin, user: { exec: { command: aws } } }
`;

describe('parseKubeconfig', () => {
  it('reads the current context with certificates as data', () => {
    const { name, namespace, client } = parseKubeconfig(config);
    assert.deepEqual(
      [name, namespace, client.server, client.ca, client.cert, client.key, client.token],
      ['dev', 'shop', 'https://127.0.0.1:6443', 'CA', 'CERT', 'KEY', undefined],
    );
  });

  it('reads a chosen context, its files and the token again at each use', () => {
    const files: Record<string, string> = { '/ca.pem': 'CA2', '/token': 'one\n' };
    const { namespace, client } = parseKubeconfig(config, {
      context: 'token',
      readFile: (path) => files[path]!,
    });
    assert.equal(namespace, 'default');
    assert.equal(client.ca, 'CA2');
    assert.equal(client.serverName, 'kubernetes');
    const token = client.token as () => string;
    assert.equal(token(), 'one');
    files['/token'] = 'two\n';
    assert.equal(token(), 'two');
  });

  it('names what is missing or cannot be used', () => {
    const failing: [string, string, RegExp][] = [
      [config, 'absent', /no context "absent"/],
      [config, 'lost', /no cluster "nowhere"/],
      [config, 'plugin', /user "plugin" needs a credential plugin/],
      [config, 'token', /names the file \/ca\.pem/],
      ['- 1', '', /no current-context/],
      ['text', 'x', /is not a mapping/],
    ];
    for (const [text, context, message] of failing) {
      assert.throws(
        () => parseKubeconfig(text, { context }),
        (error) => error instanceof KubeconfigError && message.test(error.message),
      );
    }
  });
});
