import assert from 'node:assert/strict';
import { askPlugin } from './credentialPlugin.ts';

const PLUGIN = {
  apiVersion: 'client.authentication.k8s.io/v1beta1',
  command: 'aws',
  args: ['eks', 'get-token'],
  env: { AWS_PROFILE: 'dev' },
  installHint: 'Install it first.',
};
const never = new AbortController().signal;

describe('askPlugin()', () => {
  const answer = (output: unknown): ReturnType<typeof askPlugin> =>
    askPlugin(
      PLUGIN,
      () => Promise.resolve(typeof output === 'string' ? output : JSON.stringify(output)),
      never,
    );

  it('runs the command with its environment and what upstream tells plugins', async () => {
    const calls: unknown[] = [];
    const credentials = await askPlugin(
      PLUGIN,
      (command, args, env) => {
        calls.push([command, args, env]);
        return Promise.resolve('{"status":{"token":"t","expirationTimestamp":"2026-01-02T03:04:05Z"}}');
      },
      never,
    );
    assert.deepEqual(credentials, { token: 't', expires: Date.parse('2026-01-02T03:04:05Z') });
    assert.deepEqual(calls, [
      [
        'aws',
        ['eks', 'get-token'],
        {
          AWS_PROFILE: 'dev',
          KUBERNETES_EXEC_INFO:
            '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":false}}',
        },
      ],
    ]);
  });

  it('takes a certificate with its key', async () => {
    assert.deepEqual(await answer({ status: { clientCertificateData: 'C', clientKeyData: 'K' } }), {
      cert: 'C',
      key: 'K',
    });
  });

  it('says what is wrong, and how to install it', async () => {
    for (const output of ['no JSON', '{}', '{"status":{}}', '{"status":{"clientCertificateData":"C"}}'])
      await assert.rejects(answer(output), /aws gave no credentials: neither/, output);
    await assert.rejects(
      askPlugin(PLUGIN, () => Promise.reject(new Error('not found')), never),
      /aws gave no credentials: not found\nInstall it first\./,
    );
  });
});
