import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Pack, pack } from 'tar-stream';

const run = promisify(execFile);

/** The test image: a static busybox with its usual commands. */
export const BUSYBOX_IMAGE = 'docker.io/library/wheelhouse-test:1';
const PAUSE_IMAGE = 'docker.io/library/wheelhouse-pause:1';
const PACKAGES = ['containerd', 'runc', 'crun', 'containernetworking-plugins', 'busybox-static', 'iproute2'];
const BINARIES = ['/usr/bin/containerd', '/usr/bin/crun', '/usr/lib/cni/bridge', '/usr/bin/ctr'];
const APPLETS =
  'sh cat echo env false grep head hostname httpd id kill ls mkdir mount nc nslookup ps pwd readlink rm sed sleep stat stty sync sysctl tail test top touch trap true umask wc wget yes'.split(
    ' ',
  );

export interface TestContainerd {
  readonly socketPath: string;
  /** crun, as on nodes; runc where the host's cgroups are hybrid, which crun refuses. */
  readonly handler: 'crun' | 'runc';
  /** Its own temporary directory; gone after `stop`. */
  readonly directory: string;
  /** Kills containerd and starts it again; containers live on. */
  restart(): Promise<void>;
  /** Ends containerd with all that runs in it and takes its files away. */
  stop(): Promise<void>;
}

/**
 * A real containerd with its own configuration, root, state, socket and pod bridge, images imported. Needs root.
 * Debian packages that are missing are installed first.
 */
export async function startContainerd(options: { name: string; subnet: string }): Promise<TestContainerd> {
  await installPackages();
  // Not under /work or the user's own tmp: overlayfs wants a plain file system and socket paths are short.
  const directory = await mkdtemp(join(tmpdir(), 'whcd-'));
  const socketPath = join(directory, 'c.sock');
  const bridge = `wht-${options.name}`.slice(0, 15);
  await writeConfiguration(directory, socketPath, bridge, options.subnet);
  let daemon = await startDaemon(directory, socketPath);
  await importImages(directory, socketPath);
  return {
    socketPath,
    handler: await handler(),
    directory,
    async restart() {
      await end(daemon, 'SIGKILL');
      daemon = await startDaemon(directory, socketPath);
    },
    async stop() {
      await removeTasks(socketPath);
      await end(daemon, 'SIGTERM');
      await run('sh', [
        '-c',
        `awk '$2 ~ "^${directory}/" {print $2}' /proc/mounts | sort -r | xargs -r umount -l`,
      ]);
      await run('ip', ['link', 'delete', bridge]).catch(() => undefined);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function handler(): Promise<'crun' | 'runc'> {
  const controllers = await readFile('/sys/fs/cgroup/unified/cgroup.controllers', 'utf8').catch(() => '');
  return controllers.trim() === '' ? 'crun' : 'runc';
}

async function installPackages(): Promise<void> {
  try {
    await Promise.all(BINARIES.map((path) => access(path)));
  } catch {
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...PACKAGES], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
}

async function writeConfiguration(
  directory: string,
  socketPath: string,
  bridge: string,
  subnet: string,
): Promise<void> {
  const cni = join(directory, 'cni');
  await mkdir(cni);
  const conflist = {
    cniVersion: '0.4.0',
    name: bridge,
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: join(directory, 'ipam'),
          ranges: [[{ subnet }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'loopback' },
    ].slice(0, 1),
  };
  await writeFile(join(cni, '10-pods.conflist'), JSON.stringify(conflist));
  await writeFile(
    join(directory, 'config.toml'),
    `version = 2
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${socketPath}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cni}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "${await handler()}"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun.options]
        BinaryName = "/usr/bin/crun"
`,
  );
}

async function startDaemon(directory: string, socketPath: string): Promise<ChildProcess> {
  const daemon = spawn('containerd', ['-c', join(directory, 'config.toml'), '-l', 'warn'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log = createWriteStream(join(directory, 'containerd.log'), { flags: 'a' });
  daemon.stderr.pipe(log);
  // containerd does not tell when it is ready: its socket answering is the only sign.
  for (let attempt = 0; attempt < 300; attempt++) {
    if (daemon.exitCode !== null) break;
    if ((await answers(socketPath)) && (await criAnswers(socketPath))) return daemon;
    await sleep(20);
  }
  throw new Error(`containerd did not start: ${await readFile(join(directory, 'containerd.log'), 'utf8')}`);
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function criAnswers(socketPath: string): Promise<boolean> {
  const { stdout } = await run('ctr', ['-a', socketPath, 'plugins', 'ls']).catch(() => ({ stdout: '' }));
  return /grpc\.v1\s+cri\s.*\bok\b/.test(stdout);
}

async function end(daemon: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const gone = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill(signal);
  await gone;
}

/** Also those that are just starting or ending: such a one takes a second attempt. */
async function removeTasks(socketPath: string): Promise<void> {
  const ctr = (...args: string[]) => run('ctr', ['-a', socketPath, '-n', 'k8s.io', ...args]);
  for (let attempt = 0; attempt < 10; attempt++) {
    const { stdout } = await ctr('tasks', 'ls', '-q').catch(() => ({ stdout: '' }));
    const ids = stdout.split('\n').filter((id) => id !== '');
    if (ids.length === 0) return;
    await Promise.all(ids.map((id) => ctr('tasks', 'rm', '-f', id).catch(() => undefined)));
  }
}

async function importImages(directory: string, socketPath: string): Promise<void> {
  const busybox = await readFile('/bin/busybox');
  for (const [tag, config] of [
    [BUSYBOX_IMAGE, { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] }],
    [PAUSE_IMAGE, { Entrypoint: ['/bin/busybox', 'sleep', '2147483647'], Env: ['PATH=/bin'] }],
  ] as const) {
    const path = join(directory, 'image.tar');
    await pipeline(imageTar(tag, config, await rootfs(busybox)), createWriteStream(path));
    await run('ctr', ['-a', socketPath, '-n', 'k8s.io', 'images', 'import', path]);
    await rm(path);
  }
}

async function rootfs(busybox: Buffer): Promise<Buffer> {
  const tar = pack();
  for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'root'])
    tar.entry({ name, type: 'directory', mode: 0o755 });
  tar.entry({ name: 'tmp', type: 'directory', mode: 0o1777 });
  tar.entry({ name: 'bin/busybox', mode: 0o755 }, busybox);
  for (const applet of APPLETS) tar.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  tar.entry({ name: 'etc/passwd' }, 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/tmp:/bin/sh\n');
  tar.entry({ name: 'etc/group' }, 'root:x:0:\napp:x:1000:\n');
  tar.finalize();
  return buffer(tar);
}

/** An archive as `docker save` writes it. */
function imageTar(tag: string, config: object, layer: Buffer): Pack {
  const digest = createHash('sha256').update(layer).digest('hex');
  const image = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    history: [{ created_by: 'wheelhouse test' }],
  });
  const name = `${createHash('sha256').update(image).digest('hex')}.json`;
  const tar = pack();
  tar.entry({ name }, image);
  tar.entry({ name: `${digest}/layer.tar` }, layer);
  tar.entry(
    { name: 'manifest.json' },
    JSON.stringify([{ Config: name, RepoTags: [tag], Layers: [`${digest}/layer.tar`] }]),
  );
  tar.finalize();
  return tar;
}
