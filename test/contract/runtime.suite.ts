import assert from 'node:assert/strict';
import {
  type ContainerConfig,
  type Runtime,
  RuntimeError,
  type SandboxConfig,
} from '../../src/agent/runtime/contract.ts';

/** One implementation of the runtime contract, and what its containers need to do what the suite asks. */
export interface RuntimeSubject {
  readonly runtime: Runtime;
  /** An image that is present or can be had. */
  readonly image: string;
  readonly logRoot: string;
  /** A container that runs until it is told to end. */
  readonly longRunning: Partial<ContainerConfig>;
  /** A container that ends by itself at once with code 3. */
  readonly failing: {
    readonly container: Partial<ContainerConfig>;
    readonly annotations: Record<string, string>;
  };
  stop(): Promise<void>;
}

/** What every runtime driver must do. */
export function runtimeSuite(name: string, make: () => Promise<RuntimeSubject>): void {
  describe(`runtime contract: ${name}`, () => {
    let subject: RuntimeSubject;
    let runtime: Runtime;
    let sequence = 0;

    before(async function () {
      this.timeout(120_000);
      subject = await make();
      ({ runtime } = subject);
      if ((await runtime.images.status(subject.image)) === undefined)
        await runtime.images.pull(subject.image);
    });
    after(async function () {
      this.timeout(60_000);
      for (const { id } of await runtime.list()) {
        await runtime.stopSandbox(id);
        await runtime.removeSandbox(id);
      }
      await subject.stop();
    });

    const sandboxOf = (annotations: Record<string, string> = {}): SandboxConfig => {
      const uid = `uid-${++sequence}`;
      return {
        name: `pod-${sequence}`,
        namespace: 'default',
        uid,
        attempt: 2,
        hostname: `pod-${sequence}`,
        logDirectory: `${subject.logRoot}/${uid}`,
        hostNetwork: false,
        hostPid: false,
        hostIpc: false,
        shareProcesses: false,
        cgroupParent: `/kubepods/${uid}`,
        labels: { 'io.kubernetes.pod.uid': uid },
        annotations,
        sysctls: {},
        security: { privileged: false, supplementalGroups: [] },
      };
    };
    const containerOf = (rest: Partial<ContainerConfig> = {}): ContainerConfig => ({
      name: 'app',
      attempt: 4,
      image: subject.image,
      command: [],
      args: [],
      workingDir: '',
      env: [],
      mounts: [],
      labels: { own: 'label' },
      annotations: { own: 'annotation' },
      logPath: 'app/4.log',
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: { oomScoreAdj: 500 },
      security: {
        privileged: false,
        supplementalGroups: [],
        readOnlyRootFilesystem: false,
        noNewPrivileges: false,
        addCapabilities: [],
        dropCapabilities: [],
        seccomp: { type: 'runtimeDefault' },
        maskedPaths: [],
        readonlyPaths: [],
      },
      ...subject.longRunning,
      ...rest,
    });
    const running = async (): Promise<{ sandbox: string; container: string; config: SandboxConfig }> => {
      const config = sandboxOf();
      const sandbox = await runtime.runSandbox(config);
      const container = await runtime.createContainer(sandbox, containerOf(), config);
      await runtime.startContainer(container);
      return { sandbox, container, config };
    };

    it('updateContainer changes what a running container may use, and knows what is not there', async () => {
      const { container } = await running();
      await runtime.updateContainer(container, {
        cpuShares: 512,
        cpuPeriod: 100_000,
        cpuQuota: 50_000,
        memoryBytes: 64 * 1024 * 1024,
        oomScoreAdj: 500,
      });
      await assert.rejects(
        async () => runtime.updateContainer('0'.repeat(64), { cpuShares: 512, oomScoreAdj: 500 }),
        (error) => error instanceof RuntimeError && error.code === 'notFound',
      );
    });

    it('tells its version', async () => {
      const { name: own, version } = await runtime.version();
      assert.ok(own !== '' && version !== '');
    });

    it('runSandbox gives a sandbox with an address, list and status show it as it was asked for', async () => {
      const config = sandboxOf({ key: 'value' });
      const id = await runtime.runSandbox(config);
      const status = await runtime.status(id);
      assert.deepEqual(
        [status?.ready, status?.name, status?.namespace, status?.uid, status?.attempt],
        [true, config.name, 'default', config.uid, 2],
      );
      assert.match(status?.ips[0] ?? '', /^\d+\.\d+\.\d+\.\d+$/);
      assert.deepEqual(status?.labels['io.kubernetes.pod.uid'], config.uid);
      assert.equal(status.annotations['key'], 'value');
      assert.ok((await runtime.list()).some((sandbox) => sandbox.id === id));
    });

    it('gives sandboxes that run at the same time different addresses', async () => {
      const ids = await Promise.all([runtime.runSandbox(sandboxOf()), runtime.runSandbox(sandboxOf())]);
      const ips = await Promise.all(ids.map(async (id) => (await runtime.status(id))?.ips[0]));
      assert.notEqual(ips[0], ips[1]);
    });

    it('takes a container through created, running and exited', async () => {
      const config = sandboxOf();
      const sandbox = await runtime.runSandbox(config);
      const id = await runtime.createContainer(sandbox, containerOf(), config);
      const one = async () =>
        (await runtime.status(sandbox))?.containers.find((container) => container.id === id);
      const created = await one();
      assert.deepEqual(
        [created?.state, created?.name, created?.attempt, created?.labels, created?.annotations],
        ['created', 'app', 4, { own: 'label' }, { own: 'annotation' }],
      );
      assert.equal(created?.logPath, `${config.logDirectory}/app/4.log`);
      await runtime.startContainer(id);
      const started = await one();
      assert.equal(started?.state, 'running');
      assert.ok((started.startedAt ?? 0) >= started.createdAt);
      await runtime.stopContainer(id, 1);
      const exited = await one();
      assert.equal(exited?.state, 'exited');
      assert.ok([137, 143].includes(exited.exitCode ?? 0), String(exited.exitCode));
      assert.ok((exited.finishedAt ?? 0) >= (exited.startedAt ?? Infinity));
      await runtime.removeContainer(id);
      assert.equal(await one(), undefined);
    });

    it('tells of the end of a container, when the status shows it already', async () => {
      const abort = new AbortController();
      const events = runtime.events(abort.signal)[Symbol.asyncIterator]();
      const first = events.next();
      const config = sandboxOf(subject.failing.annotations);
      const sandbox = await runtime.runSandbox(config);
      const id = await runtime.createContainer(sandbox, containerOf(subject.failing.container), config);
      await runtime.startContainer(id);
      const expected = { type: 'stopped', sandbox, container: id };
      for (let next = await first; ; next = await events.next()) {
        assert.equal(next.done, false);
        if (next.value.type === 'stopped' && next.value.container === id) {
          assert.deepEqual(next.value, expected);
          break;
        }
      }
      const [status] = (await runtime.status(sandbox))?.containers ?? [];
      assert.deepEqual([status?.state, status?.exitCode, status?.reason], ['exited', 3, 'Error']);
      abort.abort();
      await events.return?.();
    });

    it('ends its events with the signal', async () => {
      const abort = new AbortController();
      const events = runtime.events(abort.signal)[Symbol.asyncIterator]();
      const next = events.next();
      abort.abort();
      assert.equal((await next).done, true);
    });

    it('execSync runs a command in a container that runs, and fails for others', async () => {
      const { container } = await running();
      const { exitCode, stdout } = await runtime.execSync(container, ['echo', 'hello'], 5_000);
      assert.equal(exitCode, 0);
      assert.match(Buffer.from(stdout).toString(), /hello\n$/);
      await runtime.stopContainer(container, 0);
      await assert.rejects(runtime.execSync(container, ['echo'], 5_000), RuntimeError);
    });

    it('stopSandbox ends the containers and takes the address away', async () => {
      const { sandbox } = await running();
      await runtime.stopSandbox(sandbox);
      const status = await runtime.status(sandbox);
      assert.deepEqual([status?.ready, status?.ips, status?.containers[0]?.state], [false, [], 'exited']);
    });

    it('removeSandbox takes the containers with it', async () => {
      const { sandbox } = await running();
      await runtime.stopSandbox(sandbox);
      await runtime.removeSandbox(sandbox);
      assert.equal(await runtime.status(sandbox), undefined);
    });

    it('all verbs that end something are fine with what is not there, and can be repeated', async () => {
      const { sandbox, container } = await running();
      for (let round = 0; round < 2; round++) {
        await runtime.stopContainer(container, 0);
        await runtime.stopSandbox(sandbox);
      }
      await runtime.removeContainer(container);
      await runtime.removeContainer(container);
      await runtime.removeSandbox(sandbox);
      await runtime.removeSandbox(sandbox);
      await runtime.stopContainer('nobody', 0);
      await runtime.stopSandbox('nobody');
      assert.equal(await runtime.status('nobody'), undefined);
    });

    it('counts running containers in its stats, and no others', async () => {
      const { container, sandbox } = await running();
      const stats = async () => (await runtime.stats()).find(({ id }) => id === container);
      const before = await stats();
      assert.deepEqual([before?.name, before?.sandbox], ['app', sandbox]);
      await runtime.stopContainer(container, 0);
      assert.equal(await stats(), undefined);
    });

    it('knows images by short and by full name, and not what is not there', async () => {
      const present = await runtime.images.status(subject.image);
      assert.ok(present !== undefined && present.sizeBytes > 0);
      const [full] = present.tags;
      assert.equal((await runtime.images.status(full ?? ''))?.id, present.id);
      assert.equal(await runtime.images.status('localhost/not/there:1'), undefined);
      assert.ok((await runtime.images.list()).some(({ id }) => id === present.id));
    });

    it('says imagePull where an image cannot be had', async () => {
      await assert.rejects(
        runtime.images.pull('127.0.0.1:1/missing:1'),
        (error) => error instanceof RuntimeError && error.code === 'imagePull',
      );
    });
  });
}
