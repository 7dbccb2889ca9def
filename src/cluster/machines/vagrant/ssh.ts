import { Duplex, type Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ProcessRunner } from '../../../host/processes.ts';
import type { TerminalRunner } from '../../../host/terminalProcess.ts';
import { fedUntilEnd } from '../commandInput.ts';
import type { CommandStreams, MachineShell } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { NodeFolder, VagrantFolder } from './folder.ts';

const USER = 'vagrant';

/** How a machine is reached by SSH, with the cluster's key. No Ruby in between. */
export interface SshTarget {
  /** Its own on the cluster's network, or this desktop's loopback with a port that is forwarded to it. */
  readonly address: string;
  readonly port?: number;
  readonly name: string;
  readonly folder: VagrantFolder;
  readonly node: NodeFolder;
}

/**
 * Arguments of `ssh`, without the command. The machine's host key is learnt at the first connection and must stay the
 * same from then on, whatever address the machine has.
 */
export function sshArguments(
  { address, port, name, folder, node }: SshTarget,
  platform: string = process.platform,
): readonly string[] {
  // A backslash may be the beginning of another character there.
  const file = (name: string): string => (platform === 'win32' ? name.replaceAll('\\', '/') : name);
  const options = {
    IdentityFile: file(folder.privateKey),
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    // A machine that is emulated takes its time until it greets.
    ConnectTimeout: '60',
    StrictHostKeyChecking: 'accept-new',
    UserKnownHostsFile: file(node.knownHosts),
    GlobalKnownHostsFile: 'none',
    HostKeyAlias: name,
    LogLevel: 'ERROR',
    // Nothing of the user's own configuration may change what happens.
    ForwardAgent: 'no',
    ServerAliveInterval: '15',
  };
  return [
    '-F',
    'none',
    ...Object.entries(options).flatMap(([key, value]) => [
      '-o',
      `${key}=${value.includes(' ') ? `"${value}"` : value}`,
    ]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    `${USER}@${address}`,
  ];
}

/** A root shell on a terminal of that size. */
export async function openSshShell(
  terminals: TerminalRunner,
  target: SshTarget,
  size: { columns: number; rows: number },
): Promise<MachineShell> {
  const incoming: Buffer[] = [];
  let deliver = (chunk: Buffer): void => void incoming.push(chunk);
  const process = await terminals.start('ssh', ['-tt', ...sshArguments(target), command(size)], {
    ...size,
    env: { TERM: 'xterm-256color' },
    onData: (chunk) => deliver(chunk),
  });
  const stream = new Duplex({
    read: () => undefined,
    write(chunk: Uint8Array, _encoding, done) {
      process.write(chunk);
      done();
    },
    final(done) {
      // What is typed at a terminal ends with Ctrl-D.
      process.write('\u0004');
      done();
    },
    destroy(error, done) {
      process.signal('SIGKILL');
      done(error);
    },
  });
  deliver = (chunk) => void stream.push(chunk);
  incoming.forEach(deliver);
  const exited = process.exited.finally(() => stream.push(null));
  exited.catch(() => undefined);
  return { stream, resize: (columns, rows) => process.resize(columns, rows), exited };
}

/** Without a terminal on this side, the one over there is told its size here, once. */
function command({ columns, rows }: { columns: number; rows: number }): string {
  return `stty cols ${columns} rows ${rows}; exec sudo -i`;
}

/** Runs a line of shell as root to its end; resolves with its exit code. Rejects with the failure of its input. */
export async function sshExecute(
  processes: ProcessRunner,
  target: SshTarget,
  line: string,
  { input, output, errors }: CommandStreams,
  signal: AbortSignal,
): Promise<number> {
  const asRoot = `sudo sh -c ${quoted(line)}`;
  const child = processes.spawn('ssh', ['-T', ...sshArguments(target), asRoot], { signal });
  const told = Promise.all([toEnd(child.stdout, output), toEnd(child.stderr, errors)]);
  return fedUntilEnd(
    input,
    child.stdin,
    Promise.all([child.exited, told]).then(([code]) => code),
    signal,
  );
}

/** Resolves when all of it has been passed on. */
async function toEnd(from: Readable, to: Writable): Promise<void> {
  from.pipe(to, { end: false });
  await finished(from, { writable: false }).catch(() => undefined);
}
