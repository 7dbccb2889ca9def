import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createMachineClock, type MachineClock } from '../../src/agent/link/machineClock.ts';
import { ensureIdentity } from '../../src/agent/link/enrolment.ts';
import { runLink } from '../../src/agent/link/link.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { createCa, issueCertificate, type CertifiedKey } from '../../src/host/certificates.ts';
import { startHttpsListener } from '../../src/host/httpsListener.ts';
import type { ProcessRunner } from '../../src/host/processes.ts';
import { TIME_HEADER } from '../../src/protocol/agentLink.ts';
import { type NodeServer, type NodeServerOptions, startNodeServer } from '../harness/nodeServer.ts';

const DAY_MS = 86_400_000;

/** Real TLS by this machine's real time, towards servers that live at another. */
describe('machine clock', () => {
  let ca: CertifiedKey;
  let server: NodeServer;
  let machineClock: MachineClock;
  /** What `date` was told, in ms from now. */
  let set: number[];
  /** How far the machine's time is from what TLS takes for it, in ms. */
  let offset: number;
  let jumps: number;
  let onDate: () => Promise<void>;
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(async () => {
    ca = await createCa('ca', Date.now() - 1_000 * DAY_MS);
    stop = new AbortController();
    running = Promise.resolve();
    set = [];
    offset = 0;
    jumps = 0;
    onDate = () => Promise.resolve();
    const run = {
      run: async (command: string, [argument = '']: readonly string[]) => {
        const seconds = /^--set=@(\d+\.\d{3})$/.exec(argument)?.[1];
        assert.ok(command === 'date' && seconds !== undefined, `${command} ${argument}`);
        set.push(Number(seconds) * 1_000 - Date.now());
        await onDate();
        offset = Number(seconds) * 1_000 - Date.now();
        return { stdout: '', stderr: '' };
      },
    } as unknown as ProcessRunner;
    machineClock = createMachineClock({
      clock: { ...systemClock, now: () => Date.now() + offset },
      run,
      logger: silentLogger,
      onSet: () => jumps++,
    });
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await server.stop();
  });

  const at = (ms: number): Clock => ({ ...systemClock, now: () => Date.now() + ms });
  const serve = async (ms: number, options: NodeServerOptions = {}): Promise<void> => {
    server = await startNodeServer({ ca, clock: at(ms), ...options });
  };
  /** Whether the clock is set after a connection fails on the certificate's time. */
  const mend = (): Promise<boolean> =>
    machineClock.mend(Object.assign(new Error(), { code: 'CERT_NOT_YET_VALID' }), server.url, ca.cert);
  const isAbout = (ms: number | undefined, wanted: number): void =>
    assert.ok(ms !== undefined && Math.abs(ms - wanted) < 5_000, `set by ${ms}, not by ${wanted}`);

  /** A link with the certificate that the server gives at each dial; ends with the test. */
  const link = (clock: Clock = systemClock): void => {
    const target = async () => ({ server: server.url, ca: ca.cert, ...(await server.certify('n1')) });
    running = runLink(
      {
        target,
        handlers: { handle: () => undefined, upgrade: () => undefined },
        clock,
        random: systemRandom,
        logger: silentLogger,
        onRenew: () => undefined,
        machineClock,
      },
      stop.signal,
    );
  };

  it('is set by the answer to a link, where it differs by more than a second', async () => {
    await serve(90_000);
    await server.tokens.issue('n1');
    await new Promise<void>((resolve) => {
      onDate = () => {
        resolve();
        return Promise.resolve();
      };
      link();
    });
    assert.equal(set.length, 1);
    isAbout(set[0], 90_000);
  });

  it('is left alone by smaller differences, the way of the answer counted', async () => {
    await machineClock.told(Date.now() + 900, 0);
    await machineClock.told(Date.now() - 2_500, 4_000);
    await machineClock.told(Date.now(), 6_000);
    assert.deepEqual(set, []);
    await machineClock.told(Date.now() - 1_500, 0);
    assert.equal(set.length, 1);
    assert.equal(jumps, 1);
    await serve(0);
  });

  it('is right at last where setting it took long', async () => {
    onDate = () => {
      onDate = () => Promise.resolve();
      return systemClock.sleep(1_200);
    };
    await machineClock.told(Date.now() + 60_000, 0);
    assert.equal(set.length, 2);
    assert.ok(Math.abs(offset - 60_000) < 1_000, `${offset} ms`);
    assert.equal(jumps, 1);
    await serve(0);
  });

  it('is looked after with each ping: where that tells another time, the control plane is asked', async () => {
    await serve(8 * 3_600_000);
    await machineClock.hinted(Date.now() + 8 * 3_600_000, server.url, ca.cert);
    isAbout(set[0], 8 * 3_600_000);
    await server.stop();
    // A ping that has waited for long is no news.
    await serve(8 * 3_600_000);
    await machineClock.hinted(Date.now(), server.url, ca.cert);
    assert.equal(set.length, 1);
  });

  it('lets a machine in whose clock is behind the certificates, and one whose clock is ahead of them', async () => {
    for (const away of [30 * DAY_MS, -400 * DAY_MS]) {
      set = [];
      offset = 0;
      await serve(away);
      const port = Number(new URL(server.url).port);
      // The machine's time is right now: what the certificates are held against.
      onDate = async () => {
        onDate = () => Promise.resolve();
        const { tokens } = server;
        await server.stop();
        await serve(0, { port, tokens });
      };
      const folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-clock-'));
      const config = {
        server: server.url,
        ca: ca.cert,
        nodeName: 'n1',
        token: await server.tokens.issue('n1'),
        node: { labels: {}, ownClock: true },
      };
      await ensureIdentity(
        {
          config,
          file: path.join(folder, 'identity.json'),
          clock: systemClock,
          random: systemRandom,
          logger: silentLogger,
          machineClock,
        },
        new AbortController().signal,
      ).catch((error: unknown) => assert.fail(String(error)));
      isAbout(set[0], away);
      await rm(folder, { recursive: true });
      if (away > 0) await server.stop();
    }
  });

  it('links at once after it was set', async () => {
    await serve(30 * DAY_MS);
    const { tokens } = server;
    await tokens.issue('n1');
    const sleeps: number[] = [];
    await new Promise<void>((resolve) => {
      onDate = async () => {
        onDate = () => Promise.resolve();
        await server.stop();
        await serve(0, { port: Number(new URL(server.url).port), tokens });
        server.hub.onConnected(() => resolve());
      };
      link({ ...systemClock, sleep: (ms, signal) => (sleeps.push(ms), systemClock.sleep(ms, signal)) });
    });
    assert.deepEqual(sleeps, []);
  });

  it('believes no other authority, no other host, and no time at which the certificate is not valid', async () => {
    await serve(30 * DAY_MS, { ca: await createCa('ca', Date.now()) });
    assert.equal(await mend(), false);
    await server.stop();
    await serve(30 * DAY_MS, { certifiedAddress: '127.0.0.2' });
    assert.equal(await mend(), false);
    await server.stop();
    const early = at(30 * DAY_MS);
    const lying = {
      ...early,
      now: (() =>
        (
          (calls) => () =>
            early.now() - (calls++ > 0 ? DAY_MS : 0)
        )(0))(),
    };
    await serve(0, { clock: lying });
    assert.equal(await mend(), false);
    assert.deepEqual(set, []);
  });

  it("believes no certificate of the cluster that is no server's", async () => {
    const now = Date.now() + 30 * DAY_MS;
    const node = await issueCertificate(
      ca,
      { commonName: 'system:node:n9', ipAddresses: ['127.0.0.1'], usage: 'client' },
      now,
    );
    const listener = await startHttpsListener({
      addresses: ['127.0.0.1'],
      port: 0,
      tls: { ...node, clientCa: ca.cert },
      request: () => undefined,
      upgrade: (_request, socket) =>
        socket.end(`HTTP/1.1 401 No\r\n${TIME_HEADER}: ${now}\r\nContent-Length: 0\r\n\r\n`),
    });
    await serve(0);
    const url = `https://127.0.0.1:${listener.port}`;
    const failure = Object.assign(new Error(), { code: 'CERT_NOT_YET_VALID' });
    assert.equal(await machineClock.mend(failure, url, ca.cert), false);
    await listener.close();
  });

  it('asks for nothing where a connection failed for another reason', async () => {
    await serve(30 * DAY_MS);
    const failure = Object.assign(new Error(), { code: 'ECONNREFUSED' });
    assert.equal(await machineClock.mend(failure, server.url, ca.cert), false);
    assert.deepEqual(set, []);
  });
});
