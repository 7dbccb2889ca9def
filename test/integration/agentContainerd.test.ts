import assert from 'node:assert/strict';
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { configMaps, pods, secrets } from '../../src/api/resources.ts';
import type { Pod } from '../../src/api/types.ts';
import type { AgentPaths } from '../../src/agent/paths.ts';
import type { ContainerdRuntime } from '../../src/agent/runtime/containerd/containerd.ts';
import { type AgentWorld, isReady } from '../harness/agent.ts';
import type { AgentHttp } from '../harness/agentHttp.ts';
import type { TestContainerd } from '../harness/containerd.ts';
import {
  type ContainerdAgent,
  type ContainerdWorld,
  script,
  sleeper,
  startContainerdWorld,
} from '../harness/containerdAgent.ts';

const terminated = (pod: Pod) => pod.status?.containerStatuses?.[0]?.state?.terminated;
const done = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

describe('agent on containerd', () => {
  let given: ContainerdWorld;
  let containerd: TestContainerd;
  let runtime: ContainerdRuntime;
  let world: AgentWorld;
  let paths: AgentPaths;
  let agent: ContainerdAgent;
  let http: AgentHttp;

  const startAgent = async (): Promise<void> => {
    agent = await given.startAgent();
    ({ http } = agent);
  };
  const stopAgent = (): Promise<void> => agent.stop();
  const remove = (name: string, gracePeriodSeconds?: number): Promise<void> =>
    given.remove(name, gracePeriodSeconds);

  before(async () => {
    given = await startContainerdWorld({ name: 'agent', subnet: '10.201.2.0/24' });
    ({ containerd, runtime, world, paths } = given);
  });
  after(() => given.stop());
  beforeEach(startAgent);
  afterEach(async () => {
    await given.removeAll();
    await stopAgent();
  });

  const logsOf = async (name: string, query = ''): Promise<string> =>
    (await http.get(`/containerLogs/default/${name}/app${query}`)).body;
  /** Runs a script to its end in a pod and gives what it wrote. */
  const output = async (
    name: string,
    text: string,
    spec: Record<string, unknown> = {},
    container = {},
  ): Promise<string> => {
    await world.createPod(name, { restartPolicy: 'Never', containers: [script(text, container)], ...spec });
    const pod = await world.podUntil(name, done);
    assert.equal(pod.status?.phase, 'Succeeded', JSON.stringify(pod.status));
    return logsOf(name);
  };

  it('runs a pod, stops it in order and leaves nothing behind', async () => {
    await world.createPod('web', { containers: [sleeper] });
    const pod = await world.podUntil('web', isReady);
    const [sandbox] = await runtime.list();
    assert.equal(pod.status?.podIP, sandbox?.ips[0]);
    const directory = join(paths.kubelet, 'pods', pod.metadata.uid);
    await access(directory);
    await remove('web');
    assert.deepEqual(await runtime.list(), []);
    await assert.rejects(access(directory));
  });

  it('gives environment, command expansion, hosts file, resolver and hostname', async () => {
    await world.client.create(configMaps, {
      metadata: { name: 'env', namespace: 'default' },
      data: { COLOR: 'red' },
    });
    await world.client.create(secrets, {
      metadata: { name: 'env', namespace: 'default' },
      data: { PASSWORD: Buffer.from('s3cret').toString('base64') },
    });
    const text = await output(
      'env',
      'echo $NAME $GREETING $COLOR $PASSWORD $IP $CPU $1; cat /etc/hosts /etc/resolv.conf; hostname',
      { hostname: 'box', subdomain: 'sub', hostAliases: [{ ip: '1.2.3.4', hostnames: ['foo', 'bar'] }] },
      {
        args: ['zero', '$(NAME)-$(UNKNOWN)-$$(NAME)'],
        envFrom: [{ configMapRef: { name: 'env' } }, { secretRef: { name: 'env' } }],
        env: [
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'GREETING', value: 'hello-$(NAME)' },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        ],
        resources: { limits: { cpu: '1250m' } },
      },
    );
    const ip = (await world.pod('env')).status?.podIP ?? '';
    assert.match(text, new RegExp(`^env hello-env red s3cret ${ip} 2 env-\\$\\(UNKNOWN\\)-\\$\\(NAME\\)\n`));
    assert.match(text, /# Kubernetes-managed hosts file\.\n/);
    assert.match(text, new RegExp(`${ip}\tbox\\.sub\\.default\\.svc\\.cluster\\.local\tbox`));
    assert.match(text, /1\.2\.3\.4\tfoo\tbar\n/);
    assert.match(text, /search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local\n/);
    assert.match(text, /nameserver 10\.96\.0\.10\n/);
    assert.match(text, /ndots:5/);
    assert.match(text, /box\n$/);
  });

  it('mounts volumes with their modes and owners', async () => {
    await world.client.create(configMaps, {
      metadata: { name: 'files', namespace: 'default' },
      data: { 'a.txt': 'alpha' },
      binaryData: { 'b.bin': Buffer.from([0xde, 0xca]).toString('base64') },
    });
    await world.client.create(secrets, {
      metadata: { name: 'files', namespace: 'default' },
      data: { key: Buffer.from('hush').toString('base64') },
    });
    const text = await output(
      'volumes',
      `cat /config/a.txt /secret/deep/key /all/labels /all/a /sub/a.txt; echo
       stat -Lc '%a %u %g' /config/a.txt /secret/deep/key /scratch /memory /config /secret /all
       touch /scratch/x && echo written; touch /config/x 2>&1 || echo refused; wc -c < /config/b.bin
       grep ' /memory ' /proc/mounts | cut -d' ' -f3`.replace("| cut -d' ' -f3", ''),
      {
        securityContext: { runAsUser: 1000, fsGroup: 1001 },
        volumes: [
          { name: 'config', configMap: { name: 'files' } },
          {
            name: 'secret',
            secret: { secretName: 'files', items: [{ key: 'key', path: 'deep/key', mode: 0o400 }] },
          },
          { name: 'scratch', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
          {
            name: 'all',
            projected: {
              sources: [
                { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
                { configMap: { name: 'files', items: [{ key: 'a.txt', path: 'a' }] } },
              ],
            },
          },
        ],
      },
      {
        volumeMounts: [
          { name: 'config', mountPath: '/config' },
          { name: 'secret', mountPath: '/secret' },
          { name: 'scratch', mountPath: '/scratch' },
          { name: 'memory', mountPath: '/memory' },
          { name: 'all', mountPath: '/all' },
          { name: 'config', mountPath: '/sub/a.txt', subPath: 'a.txt' },
        ],
      },
    );
    assert.match(text, /^alphahushalphaalpha\n/);
    assert.match(
      text,
      /644 0 1001\n440 0 1001\n2777 0 1001\n3777 0 1001\n2777 0 1001\n3777 0 1001\n3777 0 1001\n/,
    );
    assert.match(text, /written\n/);
    assert.match(text, /refused\n/);
    assert.match(text, /^2$/m);
    assert.match(text, /^tmpfs \/memory tmpfs .*size=1024k/m);
  });

  it('updates a mounted ConfigMap while the pod runs, and shows a change of the labels', async () => {
    const name = { namespace: 'default', name: 'live' };
    await world.client.create(configMaps, { metadata: name, data: { value: 'one' } });
    await world.createPod('live', {
      containers: [
        script('while true; do echo $(cat /live/value) $(cat /pod/labels); sleep 0.1; done', {
          volumeMounts: [
            { name: 'live', mountPath: '/live' },
            { name: 'pod', mountPath: '/pod' },
          ],
        }),
      ],
      terminationGracePeriodSeconds: 1,
      volumes: [
        { name: 'live', configMap: { name: 'live' } },
        {
          name: 'pod',
          downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] },
        },
      ],
    });
    await world.podUntil('live', isReady);
    const log = http.follow('/containerLogs/default/live/app?follow=true');
    let text = '';
    let isChanged = false;
    for await (const chunk of log.chunks) {
      text += chunk;
      if (text.includes('two tier="web"')) break;
      if (isChanged || !text.includes('one')) continue;
      isChanged = true;
      await world.client.patch(configMaps, name, 'application/merge-patch+json', { data: { value: 'two' } });
      await world.client.patch(pods, name, 'application/merge-patch+json', {
        metadata: { labels: { tier: 'web' } },
      });
    }
    assert.match(text, /one[^]*two tier="web"/);
    log.abort();
  });

  it('waits for a Secret that a volume names, and goes on when it comes', async () => {
    await world.createPod('late', {
      containers: [{ ...sleeper, volumeMounts: [{ name: 's', mountPath: '/s' }] }],
      volumes: [{ name: 's', secret: { secretName: 'late' } }],
    });
    const text = 'Warning FailedMount MountVolume.SetUp failed for volume "s" : secret "late" not found';
    while (!(await world.eventsOf('late')).includes(text)) await systemClock.sleep(20);
    await world.client.create(secrets, { metadata: { name: 'late', namespace: 'default' }, data: {} });
    await world.podUntil('late', isReady);
  });

  it('applies users, capabilities and a read-only root', async () => {
    const text = await output(
      'secure',
      'id -u; id -g; id -G; touch /x 2>&1; grep -E "NoNewPrivs|CapEff" /proc/self/status',
      { securityContext: { runAsGroup: 2002, supplementalGroups: [3003] } },
      {
        securityContext: {
          runAsUser: 1000,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      },
    );
    assert.match(text, /^1000\n2002\n2002 3003\n/);
    assert.match(text, /Read-only file system/);
    assert.match(text, /NoNewPrivs:\s*1/);
    assert.match(text, /CapEff:\s*0+\n/);
  });

  it('refuses to run as root what says runAsNonRoot', async () => {
    await world.createPod('root', { securityContext: { runAsNonRoot: true }, containers: [sleeper] });
    const pod = await world.podUntil(
      'root',
      (object) =>
        object.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.match(
      pod.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
      /^container has runAsNonRoot and image will run as root \(pod: "root_default\(.*\)", container: app\)$/,
    );
  });

  it('resizes a running container, in place or by a restart', async () => {
    const read = (file: string, other: string): string =>
      `cat /sys/fs/cgroup/${file} 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/${other}`;
    const limits = [
      read('cpu/cpu.cfs_quota_us', 'cpu.max'),
      read('memory/memory.limit_in_bytes', 'memory.max'),
    ];
    const inForce = async (): Promise<string> => {
      const { stdout } = await runtime.execSync(
        await containerId('sized'),
        ['sh', '-c', limits.join(';')],
        5_000,
      );
      return Buffer.from(stdout).toString();
    };
    const resize = (resources: object): Promise<Pod> =>
      world.client.patch(
        pods,
        { namespace: 'default', name: 'sized' },
        'application/strategic-merge-patch+json',
        { spec: { containers: [{ name: 'app', resources: { limits: resources } }] } },
        { subresource: 'resize' },
      );
    const resources = { requests: { cpu: '50m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } };
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    await world.createPod('sized', { containers: [{ ...sleeper, resources, resizePolicy }] });
    await world.podUntil('sized', isReady);
    assert.equal(await inForce(), '10000\n33554432\n');
    await resize({ cpu: '200m' });
    const limit = (name: string, value: string) => (pod: Pod) =>
      pod.status?.containerStatuses?.[0]?.resources?.limits?.[name] === value;
    const pod = await world.podUntil('sized', limit('cpu', '200m'));
    assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, 0);
    assert.equal(await inForce(), '20000\n33554432\n');
    await resize({ memory: '64Mi' });
    const again = await world.podUntil(
      'sized',
      (object) => limit('memory', '64Mi')(object) && isReady(object),
    );
    assert.equal(again.status?.containerStatuses?.[0]?.restartCount, 1);
    assert.equal(await inForce(), '20000\n67108864\n');
  });

  it('limits memory, and says OOMKilled', async () => {
    await world.createPod('greedy', {
      restartPolicy: 'Never',
      containers: [script('x=a; while true; do x=$x$x; done', { resources: { limits: { memory: '16Mi' } } })],
    });
    const pod = await world.podUntil('greedy', done);
    assert.deepEqual([terminated(pod)?.reason, terminated(pod)?.exitCode], ['OOMKilled', 137]);
  });

  it('takes the termination message from the file, or from the log where it is asked for', async () => {
    await world.createPod('file', {
      restartPolicy: 'Never',
      containers: [
        script('echo noise; printf DONE > /dev/own-log', {
          terminationMessagePath: '/dev/own-log',
          securityContext: { runAsUser: 10000 },
        }),
      ],
    });
    await world.createPod('log', {
      restartPolicy: 'Never',
      containers: [script('printf DONE; exit 1', { terminationMessagePolicy: 'FallbackToLogsOnError' })],
    });
    assert.equal(terminated(await world.podUntil('file', done))?.message, 'DONE');
    assert.equal(terminated(await world.podUntil('log', done))?.message, 'DONE');
  });

  it('restarts a container and keeps the log of the one before', async () => {
    await world.createPod('again', {
      containers: [
        script(
          'n=$(cat /keep/n 2>/dev/null || echo 0); echo $((n+1)) > /keep/n; echo run $n; [ $n = 0 ] && exit 5; sleep 3600',
          {
            volumeMounts: [{ name: 'keep', mountPath: '/keep' }],
          },
        ),
      ],
      terminationGracePeriodSeconds: 1,
      volumes: [{ name: 'keep', emptyDir: {} }],
    });
    const pod = await world.podUntil(
      'again',
      (object) => object.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(object),
    );
    assert.equal(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 5);
    assert.match(await logsOf('again', '?previous=true'), /run 0\n$/);
    let text = '';
    const log = http.follow('/containerLogs/default/again/app?follow=true');
    for await (const chunk of log.chunks) {
      text += chunk;
      if (text.includes('run 1\n')) break;
    }
    log.abort();
  });

  it('runs init containers, a sidecar, and lifecycle hooks', async () => {
    const mount = { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] };
    const say = (word: string) => ({ exec: { command: ['sh', '-c', `echo ${word} >> /shared/log`] } });
    await world.createPod('order', {
      initContainers: [
        { ...script('echo init >> /shared/log', mount), name: 'first' },
        {
          ...script('echo sidecar >> /shared/log; trap "exit 0" TERM; sleep 3600 & wait', mount),
          name: 'side',
          restartPolicy: 'Always',
        },
      ],
      containers: [
        { ...sleeper, ...mount, lifecycle: { postStart: say('postStart'), preStop: say('preStop') } },
      ],
      volumes: [
        {
          name: 'shared',
          hostPath: { path: join(containerd.directory, 'shared'), type: 'DirectoryOrCreate' },
        },
      ],
    });
    await world.podUntil('order', isReady);
    await remove('order');
    const log = await readFile(join(containerd.directory, 'shared/log'), 'utf8');
    assert.deepEqual(log.split('\n'), ['init', 'sidecar', 'postStart', 'preStop', '']);
  });

  it('runs lifecycle hooks that are requests, or rests', async () => {
    const mount = { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] };
    const ask = (path: string) => ({
      httpGet: { path, port: 8080, httpHeaders: [{ name: 'X-Test', value: 'yes' }] },
    });
    const server = [
      'mkdir /www; touch /www/started /www/stopping; httpd -f -vv -p 8080 -h /www 2>> /shared/asked &',
      'trap "exit 0" TERM; sleep 3600 & wait',
    ].join('\n');
    await world.createPod('hooks', {
      initContainers: [
        {
          ...script(server, mount),
          name: 'server',
          restartPolicy: 'Always',
          startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        },
      ],
      containers: [
        { ...sleeper, lifecycle: { postStart: ask('/started'), preStop: ask('/stopping') } },
        {
          ...sleeper,
          name: 'rested',
          lifecycle: { postStart: { sleep: { seconds: 1 } }, preStop: { sleep: { seconds: 1 } } },
        },
      ],
      terminationGracePeriodSeconds: 5,
      volumes: [
        {
          name: 'shared',
          hostPath: { path: join(containerd.directory, 'hooks'), type: 'DirectoryOrCreate' },
        },
      ],
    });
    const began = performance.now();
    await world.podUntil('hooks', isReady);
    assert.ok(performance.now() - began >= 1_000, 'not ready before the rest was over');
    assert.ok(!(await world.eventsOf('hooks')).some((text) => text.includes('Hook')));
    const deleted = performance.now();
    await remove('hooks');
    assert.ok(performance.now() - deleted >= 1_000, 'not gone before the rest was over');
    const asked = await readFile(join(containerd.directory, 'hooks/asked'), 'utf8');
    assert.match(asked, /url:\/started[^]*url:\/stopping/);
  });

  it('kills a container whose postStart hook fails, and says why', async () => {
    await world.createPod('failing', {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ ...sleeper, lifecycle: { postStart: { httpGet: { path: '/', port: 9 } } } }],
    });
    await world.podUntil('failing', done);
    assert.ok((await world.eventsOf('failing')).includes('Warning FailedPostStartHook PostStartHook failed'));
  });

  it('probes over HTTP, TCP and by commands', async () => {
    const serve =
      'mkdir /www; echo ok > /www/index.html; httpd -p 8080 -h /www; trap "exit 0" TERM; sleep 3600 & wait';
    const period = { periodSeconds: 1 };
    await world.createPod('probed', {
      containers: [
        script(serve, {
          ports: [{ name: 'http', containerPort: 8080 }],
          startupProbe: { tcpSocket: { port: 'http' }, ...period },
          readinessProbe: { httpGet: { path: '/index.html', port: 'http' }, ...period },
          livenessProbe: {
            exec: { command: ['test', '-e', '/www/index.html'] },
            failureThreshold: 1,
            ...period,
          },
        }),
      ],
    });
    await world.podUntil('probed', isReady);
    const target = await containerId('probed');
    await runtime.execSync(target, ['rm', '/www/index.html'], 5_000);
    const pod = await world.podUntil(
      'probed',
      (object) => object.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(object),
    );
    assert.equal(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 0);
    assert.ok(
      (await world.eventsOf('probed')).some((text) => /^Warning Unhealthy Liveness probe failed:/.test(text)),
    );
  });

  const containerId = async (name: string): Promise<string> => {
    const pod = await world.pod(name);
    return pod.status?.containerStatuses?.[0]?.containerID?.replace('containerd://', '') ?? '';
  };

  it('serves logs: all, tail, limit, time stamps, one stream, and errors', async () => {
    await output('talk', 'echo one; echo two >&2; echo three');
    assert.deepEqual((await logsOf('talk')).split('\n').sort(), ['', 'one', 'three', 'two']);
    assert.equal(await logsOf('talk', '?stream=Stderr'), 'two\n');
    assert.equal(await logsOf('talk', '?stream=Stdout&tailLines=3&limitBytes=6'), 'one\nth');
    assert.match(
      await logsOf('talk', '?timestamps=true&stream=Stderr'),
      /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) two\n$/,
    );
    assert.equal(await logsOf('talk', '?sinceTime=2999-01-01T00:00:00Z'), '');
    assert.deepEqual(await http.get('/containerLogs/default/talk/nobody'), {
      code: 404,
      body: 'container "nobody" not found in pod "talk"',
    });
    assert.equal((await http.get('/containerLogs/default/talk/app?previous=true')).code, 400);
    assert.deepEqual(await http.get('/containerLogs/default/nobody/app'), {
      code: 404,
      body: 'pod "nobody" not found',
    });
  });

  it('follows a log to the end of its container', async () => {
    await world.createPod('slow', {
      restartPolicy: 'Never',
      containers: [script('for i in 1 2 3; do echo $i; sleep 0.2; done')],
    });
    await world.podUntil('slow', (pod) => pod.status?.containerStatuses?.[0]?.state?.running !== undefined);
    let text = '';
    for await (const chunk of http.follow('/containerLogs/default/slow/app?follow=true').chunks)
      text += chunk;
    assert.equal(text, '1\n2\n3\n');
  });

  it('tells stats of nodes and pods, and health', async () => {
    await world.createPod('web', { containers: [sleeper] });
    await world.podUntil('web', isReady);
    const { body } = await http.get('/stats/summary');
    const summary = JSON.parse(body) as { node: { nodeName: string }; pods: { podRef: { name: string } }[] };
    assert.equal(summary.node.nodeName, 'node-1');
    assert.deepEqual(
      summary.pods.map(({ podRef }) => podRef.name),
      ['web'],
    );
    assert.deepEqual(await http.get('/healthz'), { code: 200, body: 'ok' });
  });

  it('shortens the grace of a pod that is going already', async () => {
    await world.createPod('stubborn', {
      terminationGracePeriodSeconds: 300,
      containers: [script('trap "" TERM; while true; do sleep 1; done')],
    });
    await world.podUntil('stubborn', isReady);
    await world.client.delete(pods, { namespace: 'default', name: 'stubborn' });
    await remove('stubborn', 1);
  });

  it('finds its pods after a restart of the agent', async () => {
    await world.createPod('web', { containers: [sleeper] });
    const before = await world.podUntil('web', isReady);
    await stopAgent();
    await startAgent();
    await world.createPod('next', { containers: [sleeper] });
    await world.podUntil('next', isReady);
    assert.deepEqual((await world.pod('web')).status, before.status);
  });

  it('leaves a pod ready whose volume cannot be read again after a restart of the agent', async () => {
    await world.client.create(configMaps, {
      metadata: { namespace: 'default', name: 'read' },
      data: { k: 'v' },
    });
    await world.createPod('web', {
      containers: [{ ...sleeper, volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      volumes: [{ name: 'v', configMap: { name: 'read' } }],
    });
    const before = await world.podUntil('web', isReady);
    await stopAgent();
    await world.client.delete(configMaps, { namespace: 'default', name: 'read' });
    await startAgent();
    const failed = async (): Promise<boolean> =>
      (await world.eventsOf('web')).some((event) => event.includes('FailedMount'));
    while (!(await failed())) await systemClock.sleep(20);
    await world.createPod('next', { containers: [sleeper] });
    await world.podUntil('next', isReady);
    assert.deepEqual((await world.pod('web')).status, before.status);
  });

  it('goes on after a restart of containerd, pods untouched', async () => {
    await world.createPod('web', { containers: [sleeper] });
    const before = await world.podUntil('web', isReady);
    await containerd.restart();
    await world.createPod('next', { containers: [sleeper] });
    await world.podUntil('next', isReady);
    assert.equal(
      (await world.pod('web')).status?.containerStatuses?.[0]?.containerID,
      before.status?.containerStatuses?.[0]?.containerID,
    );
    await runtime.stopContainer(await containerId('web'), 2);
    await world.podUntil('web', (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1);
  });

  it('recreates a pod whose sandbox has died, as after a restart of the node', async () => {
    await world.createPod('web', { containers: [sleeper] });
    await world.podUntil('web', isReady);
    await stopAgent();
    const [sandbox] = await runtime.list();
    await runtime.stopSandbox(sandbox?.id ?? '');
    // A node's tmpfs is empty after its restart.
    await rm(paths.volatile, { recursive: true, force: true });
    await startAgent();
    const pod = await world.podUntil(
      'web',
      (object) => object.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(object),
    );
    assert.equal((await runtime.list()).filter(({ ready }) => ready).length, 1);
    assert.equal(pod.status?.phase, 'Running');
  });
});
