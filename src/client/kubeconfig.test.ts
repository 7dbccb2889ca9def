import assert from 'node:assert/strict';
import { Kubeconfig, KubeconfigError, parseKubeconfig } from './kubeconfig.ts';

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
      ['- 1', 'x', /is not a mapping/],
      ['', '', /no current-context/],
      ['a: [', 'x', /is no YAML/],
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

describe('Kubeconfig', () => {
  const other = `
current-context: kind
contexts:
  - { name: kind, context: { cluster: kind, user: file } }
  - { name: dev, context: { cluster: kind } }
  - { name: cloud, context: { cluster: kind, user: cloud } }
clusters:
  - { name: kind, cluster: { server: "https://127.0.0.1:7000", certificate-authority: ca.pem } }
users:
  - { name: file, user: { client-certificate: cert.pem, client-key: /abs/key.pem } }
  - name: cloud
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: gke-gcloud-auth-plugin
        args: [--all]
        env: [{ name: A, value: b }]
        installHint: Install it.
`;
  const files = [
    { path: '/home/me/.kube/config', text: config },
    { path: '/srv/kind/config', text: other },
    { path: '/bad', text: '- 1' },
  ];

  it('is all files as one: the first entry of a name counts, and a broken file is told', () => {
    const kubeconfig = new Kubeconfig(files);
    assert.equal(kubeconfig.current, 'dev');
    assert.deepEqual(
      kubeconfig.contexts().map(({ name, server }) => `${name} ${server}`),
      [
        'dev https://127.0.0.1:6443',
        'token https://c2',
        'plugin https://127.0.0.1:6443',
        'lost ',
        'kind https://127.0.0.1:7000',
        'cloud https://127.0.0.1:7000',
      ],
    );
    assert.deepEqual(
      kubeconfig.problems.map(({ message }) => message),
      ['/bad: the kubeconfig is not a mapping'],
    );
  });

  it('finds files beside the one that names them', () => {
    const { client } = new Kubeconfig(files).open({ context: 'kind', readFile: (path) => path });
    assert.deepEqual(
      [client.ca, client.cert, client.key],
      ['/srv/kind/ca.pem', '/srv/kind/cert.pem', '/abs/key.pem'],
    );
    assert.throws(
      () =>
        new Kubeconfig(files).open({
          context: 'kind',
          readFile: () => {
            throw new Error('ENOENT');
          },
        }),
      /cannot be read: ENOENT/,
    );
  });

  it('gives the plugin that is asked for credentials', () => {
    const { plugin } = new Kubeconfig(files).open({
      context: 'cloud',
      plugins: true,
      readFile: () => '',
    });
    assert.deepEqual(plugin, {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'gke-gcloud-auth-plugin',
      args: ['--all'],
      env: { A: 'b' },
      installHint: 'Install it.',
    });
  });
});
