import assert from 'node:assert/strict';
import { secretsClient } from '../../test/harness/secretsClient.ts';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { systemRandom } from '../base/random.ts';
import { isReason, type StatusReason } from '../api/status.ts';
import { certifyKey, createCa } from '../host/certificates.ts';
import { createKey } from '../host/keys.ts';
import { createEnrolment, type Enrolment } from './enrolment.ts';
import { createEnrolmentTokens, type EnrolmentTokens } from './tokens.ts';

describe('Enrolment', () => {
  let tokens: EnrolmentTokens;
  let enrolment: Enrolment;
  const cluster = {
    clusterName: 'c',
    clusterDomain: 'cluster.local',
    clusterCIDR: '10.244.0.0/16',
    serviceCIDR: '10.96.0.0/16',
    dnsAddress: '10.96.0.10',
  };

  beforeEach(async () => {
    const ca = await createCa('ca', Date.now());
    tokens = createEnrolmentTokens({
      client: secretsClient(),
      clock: new FakeClock(),
      random: systemRandom,
    });
    enrolment = createEnrolment({
      tokens,
      certify: (publicKey, node) =>
        certifyKey(ca, publicKey, { commonName: node, usage: 'client' }, Date.now()),
      cluster,
      logger: silentLogger,
    });
  });

  const request = async (nodeName: string): Promise<string> =>
    JSON.stringify({ nodeName, publicKey: (await createKey()).publicKey });
  const refuses = (promise: Promise<unknown>, reason: StatusReason): Promise<void> =>
    assert.rejects(promise, (error) => isReason(error, reason));

  it('enrol() answers a good token with certificate and cluster', async () => {
    const token = await tokens.issue('n1');
    const answer = await enrolment.enrol(await request('n1'), { token, node: undefined });
    assert.match(answer.certificate, /^-----BEGIN CERTIFICATE-----/);
    assert.deepEqual(answer.cluster, cluster);
  });

  it('enrol() answers a repeated request, and refuses the token for any other key', async () => {
    const token = await tokens.issue('n1');
    const body = await request('n1');
    await enrolment.enrol(body, { token, node: undefined });
    await enrolment.enrol(body, { token, node: undefined });
    await refuses(enrolment.enrol(await request('n1'), { token, node: undefined }), 'Unauthorized');
  });

  it('enrol() refuses another node’s name without spending the token', async () => {
    const token = await tokens.issue('n1');
    await refuses(enrolment.enrol(await request('n2'), { token, node: undefined }), 'Forbidden');
    await refuses(enrolment.enrol(await request('n2'), { token: undefined, node: 'n1' }), 'Forbidden');
    await enrolment.enrol(await request('n1'), { token, node: undefined });
  });

  it('enrol() renews by certificate alone, until the node is no part of the cluster', async () => {
    await tokens.issue('n1');
    const answer = await enrolment.enrol(await request('n1'), { token: undefined, node: 'n1' });
    assert.match(answer.certificate, /^-----BEGIN CERTIFICATE-----/);
    await tokens.revoke('n1');
    await refuses(enrolment.enrol(await request('n1'), { token: undefined, node: 'n1' }), 'Unauthorized');
  });

  it('enrol() refuses strangers, and what is no request', async () => {
    await refuses(
      enrolment.enrol(await request('n1'), { token: undefined, node: undefined }),
      'Unauthorized',
    );
    const token = await tokens.issue('n1');
    await refuses(enrolment.enrol('{', { token: undefined, node: 'n1' }), 'BadRequest');
    await refuses(enrolment.enrol('null', { token: undefined, node: 'n1' }), 'BadRequest');
    await refuses(
      enrolment.enrol('{"nodeName":"n1","publicKey":"nonsense"}', { token: undefined, node: 'n1' }),
      'BadRequest',
    );
    await refuses(
      enrolment.enrol('{"nodeName":"n1","publicKey":"nonsense"}', { token, node: undefined }),
      'BadRequest',
    );
  });
});
