/**
 * What a machine starts with: dials the control plane, receives the agent unless it has it, verifies its digest, and
 * becomes the agent. What runs it (the node's entry point, systemd) runs it again when it ends; at once where it
 * ends with RENEW_EXIT_CODE.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { RawData, WebSocket } from 'ws';
import { dial } from './agent/link/dial.ts';
import { createMachineClock, type MachineClock } from './agent/link/machineClock.ts';
import { systemClock } from './base/clock.ts';
import { createLogger } from './base/logger.ts';
import { readText, writeWhole } from './host/files.ts';
import { systemProcesses } from './host/processes.ts';
import {
  AGENT_DIGEST_ENV,
  BOOTSTRAP_PATH,
  BOOTSTRAP_PROTOCOL,
  nodeFiles,
  type BootstrapAnswer,
  type BootstrapConfig,
  type BootstrapOffer,
} from './protocol/agentLink.ts';

const HANDSHAKE_TIMEOUT_MS = 5_000;
const TRANSFER_TIMEOUT_MS = 120_000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

const files = nodeFiles(process.env['WHEELHOUSE_ROOT']);
const logger = createLogger((line) => console.error(line));

async function main(): Promise<void> {
  const config = JSON.parse(await readFile(files.config, 'utf8')) as BootstrapConfig;
  const have = await readFile(files.bundle).then(digestOf, () => undefined);
  const digest = await install(config, have);
  process.env[AGENT_DIGEST_ENV] = digest;
  await import(pathToFileURL(files.bundle).href);
}

/** Resolves with the digest of the agent on disk: the one offered, or the last one that was verified. */
async function install(config: BootstrapConfig, have: string | undefined): Promise<string> {
  const { server, ca, node } = config;
  const machineClock =
    node.ownClock === true
      ? createMachineClock({ clock: systemClock, run: systemProcesses, logger })
      : undefined;
  for (let delay = FIRST_RETRY_MS; ; delay = Math.min(delay * 2, MAX_RETRY_MS)) {
    try {
      return await fetchAgent(config, have, machineClock);
    } catch (error) {
      logger.warn(`no agent from ${server}`, { error });
      if ((await machineClock?.mend(error, server, ca)) === true) continue;
      if (have !== undefined) return have;
      await sleep(delay * (1 + Math.random() / 2));
    }
  }
}

async function fetchAgent(
  config: BootstrapConfig,
  have: string | undefined,
  machineClock: MachineClock | undefined,
): Promise<string> {
  const socket = await connect(config, machineClock);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.terminate(), TRANSFER_TIMEOUT_MS);
    const chunks: Buffer[] = [];
    let offer: BootstrapOffer | undefined;
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) chunks.push(data as Buffer);
      else {
        offer = JSON.parse((data as Buffer).toString()) as BootstrapOffer;
        const answer: BootstrapAnswer = { type: offer.digest === have ? 'have' : 'fetch' };
        socket.send(JSON.stringify(answer));
      }
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      keep(config, offer, have, Buffer.concat(chunks)).then(resolve, reject);
    });
  });
}

async function keep(
  config: BootstrapConfig,
  offer: BootstrapOffer | undefined,
  have: string | undefined,
  bundle: Buffer,
): Promise<string> {
  if (offer === undefined) throw new Error('the connection ended before the offer');
  if (offer.node !== undefined && JSON.stringify(offer.node) !== JSON.stringify(config.node)) {
    await writeWhole(files.config, JSON.stringify({ ...config, node: offer.node }), 0o600);
  }
  if (offer.digest === have) return have;
  if (digestOf(bundle) !== offer.digest) {
    throw new Error(`${bundle.length} of ${offer.size} bytes came, and their digest is not the offered one`);
  }
  await writeWhole(files.bundle, bundle, 0o600);
  return offer.digest;
}

/** By the node's certificate, once it has one, else by the one-time token. */
async function connect(
  { server, ca, token }: BootstrapConfig,
  machineClock: MachineClock | undefined,
): Promise<WebSocket> {
  const text = await readText(files.identity);
  const identity = text === undefined ? undefined : (JSON.parse(text) as { key: string; cert: string });
  return dial({
    server,
    path: BOOTSTRAP_PATH,
    protocol: BOOTSTRAP_PROTOCOL,
    ca,
    headers: identity === undefined ? { authorization: `Bearer ${token}` } : {},
    ...(identity === undefined ? {} : { cert: identity.cert, key: identity.key }),
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    machineClock,
  });
}

function digestOf(bundle: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bundle).digest('hex')}`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
