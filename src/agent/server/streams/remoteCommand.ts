import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { RawData, WebSocket } from 'ws';
import { internalError, type Status } from '../../../api/status.ts';
import { acceptWebSocket, type ClientUpgrade } from './clientUpgrade.ts';
import { spdyClient, type SpdyStream } from './spdy.ts';
import { type SpdyConnection, upgradeToSpdy } from './spdyUpgrade.ts';

/** Which streams a command has. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export const V5_PROTOCOL = 'v5.channel.k8s.io';
const V4_PROTOCOL = 'v4.channel.k8s.io';

/** First byte of every message (apimachinery `pkg/util/remotecommand/constants.go`). */
const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
/** Followed by the number of the channel that ends. */
const CLOSE = 255;
const NORMAL_CLOSURE = 1000;
/** How many bytes may wait for a slow client before the command is paused. */
const SEND_BUFFER = 1024 * 1024;

/**
 * Serves exec and attach to clients that speak v5.channel.k8s.io, which can end stdin alone; the runtime's own
 * WebSocket knows only v4, which cannot. Towards the runtime it is therefore SPDY, as upstream's API server does it
 * (apiserver `pkg/util/proxy/streamtranslator.go`). Whatever fails comes as a Status in the error channel.
 */
export async function serveRemoteCommand(
  upgrade: ClientUpgrade,
  streams: CommandStreams,
  target: () => Promise<URL>,
): Promise<void> {
  const client = await acceptWebSocket(upgrade, V5_PROTOCOL);
  client.on('error', () => client.terminate());
  // Tells the client that its request was heard: kubectl's own and upstream's dashboards wait for it.
  send(client, streams.stdout ? CHANNELS.stdout : streams.stderr ? CHANNELS.stderr : CHANNELS.error);
  client.pause();
  let status: string;
  try {
    const connection = await upgradeToSpdy(await target(), [V4_PROTOCOL]);
    status = await translate(client, connection, streams);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    status = failure(`unable to upgrade connection: ${why}`);
  }
  send(client, CHANNELS.error, Buffer.from(status));
  client.close(NORMAL_CLOSURE);
  // Nobody reads the data that still come, but the client's close behind them must be seen.
  client.removeAllListeners('message');
  client.resume();
}

/** Runs the command's streams to their end. Resolves with the Status that it ended with, as JSON. */
async function translate(
  client: WebSocket,
  { socket, head }: SpdyConnection,
  streams: CommandStreams,
): Promise<string> {
  socket.on('error', () => socket.destroy());
  client.once('close', () => socket.destroy());
  if (client.readyState !== client.OPEN) socket.destroy();
  const connection = spdyClient(socket, head);
  const open = (type: keyof typeof CHANNELS): SpdyStream => connection.open({ streamtype: type });
  // In upstream's order; the runtime waits until all of them are there.
  const error = open('error');
  const stdin = streams.stdin ? open('stdin') : undefined;
  const outputs = (['stdout', 'stderr'] as const)
    .filter((type) => streams[type])
    .map((type) => {
      const output = open(type);
      forwardOutput(output, client, CHANNELS[type]);
      return finished(output, { writable: false });
    });
  const resize = streams.tty ? open('resize') : undefined;
  forwardInput(
    client,
    new Map([
      [CHANNELS.stdin, stdin],
      [CHANNELS.resize, resize],
    ]),
  );
  const [status] = await Promise.all([text(error), ...outputs]);
  socket.destroy();
  return status === '' ? failure('the connection to the container runtime has ended') : status;
}

function forwardInput(client: WebSocket, inputs: ReadonlyMap<number, SpdyStream | undefined>): void {
  client.on('message', (data: RawData) => {
    const message = data as Buffer;
    const input = inputs.get(message[0] === CLOSE ? (message[1] ?? CLOSE) : (message[0] ?? CLOSE));
    if (input === undefined || input.writableEnded) return;
    if (message[0] === CLOSE) input.end();
    else if (message.length > 1 && !input.write(message.subarray(1))) {
      client.pause();
      void once(input, 'drain').then(() => client.resume());
    }
  });
  client.resume();
}

function forwardOutput(output: SpdyStream, client: WebSocket, channel: number): void {
  output.on('data', (chunk: Buffer) => {
    if (client.bufferedAmount < SEND_BUFFER) {
      send(client, channel, chunk);
      return;
    }
    output.pause();
    send(client, channel, chunk, () => output.resume());
  });
}

function send(
  client: WebSocket,
  channel: number,
  data: Uint8Array = new Uint8Array(),
  sent?: () => void,
): void {
  // A send that fails is followed by the socket's own close.
  client.send(Buffer.concat([Buffer.of(channel), data]), () => sent?.());
}

function failure(message: string): string {
  return JSON.stringify(internalError(new Error(message)).status satisfies Status);
}
