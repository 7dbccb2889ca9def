import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ProcessError, systemProcesses, type RunningProcess } from '../../src/host/processes.ts';
import { createDockerCluster, loadSampleImage, type DockerCluster } from '../harness/dockerCluster.ts';
import { ensureKubectls, kubectlFor, type Kubectl } from '../harness/kubectl.ts';

const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.yaml');

/** Stays until it is told to end: a shell is the first process, which the kernel spares signals that it does not handle. */
const STAYING = ['sh', '-c', "trap 'exit 0' TERM; while :; do sleep 0.2; done"];

/** Everything that people do with kubectl, with the oldest and a current one, against real nodes. */
describe('kubectl', () => {
  let cluster: DockerCluster;
  let kubectls: readonly Kubectl[];

  before(async function () {
    this.timeout(600_000);
    kubectls = await ensureKubectls();
    cluster = await createDockerCluster('kubectl', 2);
    await loadSampleImage(cluster);
  });

  after(async function () {
    this.timeout(60_000);
    await cluster.delete();
  });

  for (const [index, release] of ['Debian 12', 'Debian 13', 'Debian sid'].entries()) {
    const given = (): Given => ({ cluster, kubectl: kubectls[index]! });
    describe(`of ${release}`, () => scenarios(given, { isOld: index === 0 }));
  }
});

interface Given {
  readonly cluster: DockerCluster;
  readonly kubectl: Kubectl;
}

/** What an old kubectl (1.20) does otherwise: it knows neither WebSockets nor today's `debug`. */
function scenarios(given: () => Given, { isOld }: { readonly isOld: boolean }): void {
  let folder: string;
  let namespace: string;
  let pod: string;

  const run = (args: readonly string[], options = {}): ReturnType<ReturnType<typeof kubectlFor>> =>
    kubectlFor(given().kubectl, given().cluster.paths.kubeconfig)(['-n', namespace, ...args], options);
  const out = async (...args: string[]): Promise<string> => (await run(args)).stdout;
  const fails = async (...args: string[]): Promise<string> => {
    try {
      await run(args);
    } catch (error) {
      if (error instanceof ProcessError) return error.stderr;
      throw error;
    }
    assert.fail(`kubectl ${args.join(' ')} should have failed`);
  };
  const started: RunningProcess[] = [];
  const start = (...args: string[]): RunningProcess => {
    const process = systemProcesses.spawn(given().kubectl.path, ['-n', namespace, ...args], {
      env: { KUBECONFIG: given().cluster.paths.kubeconfig, HOME: folder },
    });
    started.push(process);
    return process;
  };

  afterEach(async () => {
    for (const process of started.splice(0)) {
      process.kill();
      await process.exited;
    }
  });

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-kubectl-'));
    namespace = `t-${given().kubectl.version.replaceAll('.', '-')}`;
    await run(['create', 'namespace', namespace]);
    await run(['apply', '-f', sample]);
    await run(['rollout', 'status', 'deployment/sample', '--timeout=60s']);
    pod = await out('get', 'pods', '-l', 'app=sample', '-o', 'jsonpath={.items[0].metadata.name}');
  });

  after(async () => {
    await run(['delete', 'namespace', namespace, '--timeout=60s']);
    await rm(folder, { recursive: true });
  });

  it('apply says what has changed, and that nothing has', async () => {
    assert.match(await out('apply', '-f', sample), /deployment\.apps\/sample unchanged/);
    assert.match(
      await out('apply', '--server-side', '--force-conflicts', '-f', sample),
      /configmap\/sample serverside-applied/,
    );
  });

  it('apply refuses a manifest with a wrong field, type or name and names the path', async () => {
    const wrong = path.join(folder, 'wrong.yaml');
    await writeFile(wrong, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Wrong_Name }\n');
    assert.match(await fails('apply', '-f', wrong), /metadata\.name: Invalid value: "Wrong_Name"/);
    await writeFile(wrong, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndatta: { a: b }\n');
    assert.match(await fails('apply', '-f', wrong), /unknown field "datta"/);
    const spec = 'spec: { replicas: three, selector: {}, template: { spec: { containers: [] } } }';
    await writeFile(wrong, `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\n${spec}\n`);
    // The oldest checks types itself.
    assert.match(
      await fails('apply', '-f', wrong),
      isOld
        ? /DeploymentSpec\.replicas: got "string", expected "integer"/
        : /cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32/,
    );
  });

  it('get shows tables, wide and yaml', async () => {
    assert.match(await out('get', 'pods'), /^NAME +READY +STATUS +RESTARTS +AGE\n/);
    assert.match(await out('get', 'pods', '-o', 'wide'), /NOMINATED NODE/);
    assert.match(await out('get', 'all'), /deployment\.apps\/sample +3\/3/);
    assert.match(await out('get', 'configmap', 'sample', '-o', 'yaml'), /greeting: Hello from Wheelhouse/);
    assert.match(await out('get', 'nodes', '-o', 'wide'), /containerd:\/\//);
    assert.match(await fails('get', 'pod', 'nothing'), /pods "nothing" not found/);
  });

  it('get --watch follows changes', async () => {
    const watch = start('get', 'configmaps', '--watch', '-o', 'name');
    const lines = collect(watch);
    await lines.until(/configmap\/sample/);
    await run(['create', 'configmap', 'watched', '--from-literal=a=b']);
    await lines.until(/configmap\/watched/);
    await run(['delete', 'configmap', 'watched']);
  });

  it('describe shows spec, state and events', async () => {
    const text = await out('describe', 'pod', pod);
    assert.match(text, /Status: +Running/);
    assert.match(text, /Successfully assigned/);
    assert.match(text, /Started/);
    assert.match(await out('describe', 'node'), /Allocated resources/);
    assert.match(await out('describe', 'deployment', 'sample'), /RollingUpdateStrategy/);
  });

  it('explain documents fields from the server’s schema', async () => {
    assert.match(await out('explain', 'deployment.spec.replicas'), /Number of desired pods/);
    assert.match(await out('explain', 'pod', '--recursive'), /terminationGracePeriodSeconds/);
  });

  it('logs prints and follows', async () => {
    const say = (line: string): Promise<unknown> =>
      run(['exec', pod, '--', 'sh', '-c', `echo ${line} > /proc/1/fd/1`]);
    await say('said-before');
    const follow = start('logs', '-f', pod);
    const lines = collect(follow);
    await lines.until(/said-before/);
    await say('said-while-following');
    await lines.until(/said-while-following/);
    assert.match(await out('logs', pod, '--tail=1', '--timestamps'), /^\d{4}-\d\d-\d\dT/);
  });

  it('exec passes output, exit code and standard input', async () => {
    const both = await run(['exec', pod, '--', 'sh', '-c', 'echo out; echo err >&2']);
    assert.equal(both.stdout, 'out\n');
    assert.match(both.stderr, /^err$/m);
    const { stdout } = await run(['exec', '-i', pod, '--', 'cat'], { input: 'through stdin' });
    assert.equal(stdout, 'through stdin');
    await assert.rejects(run(['exec', pod, '--', 'sh', '-c', 'exit 7']), /exit code 7/);
  });

  it('exec passes much output whole', async () => {
    const { stdout } = await run(['exec', pod, '--', 'sh', '-c', 'yes 0123456789 | head -c 5000000']);
    assert.equal(stdout.length, 5_000_000);
  });

  it('attach passes input to its end and output', async () => {
    const image = '--image=wheelhouse.local/sample:1';
    const args = ['run', 'piped', '-i', '--rm', '--restart=Never', image, '--', 'cat'];
    assert.match((await run(args, { input: 'through attach\n' })).stdout, /^through attach\n/);
  });

  it('exec -it has a terminal that follows the size of the user’s', async () => {
    const { kubectl } = given();
    // The first size comes right after the start, as with any kubelet.
    const inner = 'sleep 0.5; stty size; sleep 2; stty size';
    const resize = '(sleep 1.5; stty rows 50 cols 120 < /dev/tty) &';
    const line = `stty rows 40 cols 100; ${resize} ${kubectl.path} -n ${namespace} exec -it ${pod} -- sh -c '${inner}'`;
    const { stdout } = await systemProcesses.run('script', ['-qfec', line, '/dev/null'], {
      env: { KUBECONFIG: given().cluster.paths.kubeconfig, HOME: folder },
    });
    assert.match(stdout, /40 100[^]*50 120/);
  });

  it('port-forward carries requests', async () => {
    const forward = start('port-forward', pod, ':8080');
    const lines = collect(forward);
    const [, port] = await lines.until(/127\.0\.0\.1:(\d+) -> 8080/);
    const response = await fetch(`http://127.0.0.1:${port ?? ''}/`);
    assert.match(await response.text(), /Hello from Wheelhouse/);
  });

  it('port-forward carries connections side by side, each to its own end', async () => {
    const forward = start('port-forward', pod, ':8080');
    const [, port] = await collect(forward).until(/127\.0\.0\.1:(\d+) -> 8080/);
    const ask = async (): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
      // The end of the request is all that tells the server that no more will come.
      socket.end('GET / HTTP/1.0\r\n\r\n');
      return text(socket);
    };
    for (const answer of await Promise.all([1, 2, 3, 4, 5].map(ask))) {
      assert.match(answer, /Hello from Wheelhouse/);
    }
  });

  if (isOld) {
    it('exec and port-forward speak SPDY', async () => {
      const { stderr } = await run(['-v=8', 'exec', pod, '--', 'true']);
      assert.match(stderr, /101 Switching Protocols[^]*Upgrade: SPDY\/3\.1/);
    });
  } else {
    it('exec and port-forward speak WebSocket and fall back to nothing', async () => {
      const { stderr } = await run(['-v=8', 'exec', pod, '--', 'true']);
      assert.match(stderr, /101 Switching Protocols[^]*v5\.channel\.k8s\.io/);
      assert.doesNotMatch(stderr, /fallback|SPDY/i);
      const lines = collect(start('-v=8', 'port-forward', pod, ':8080'));
      const [log, port] = await lines.until(/[^]*127\.0\.0\.1:(\d+) -> 8080/);
      assert.equal((await fetch(`http://127.0.0.1:${port ?? ''}/`)).status, 200);
      assert.match(log, /101 Switching Protocols[^]*SPDY\/3\.1\+portforward\.k8s\.io/);
      assert.doesNotMatch(log, /fallback/i);
    });

    it('exec speaks SPDY where it is told to', async () => {
      const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' };
      const { stdout, stderr } = await run(['-v=8', 'exec', '-i', pod, '--', 'cat'], {
        env,
        input: 'over SPDY',
      });
      assert.equal(stdout, 'over SPDY');
      assert.match(stderr, /Upgrade: SPDY\/3\.1/);
    });

    it('patch --subresource resize changes what a running container may use', async () => {
      const resources = { limits: { memory: '48Mi' } };
      const change = JSON.stringify({ spec: { containers: [{ name: 'web', resources }] } });
      await run(['patch', 'pod', pod, '--subresource=resize', '-p', change]);
      const inForce = 'jsonpath={.status.containerStatuses[0].resources.limits.memory}=48Mi';
      await run(['wait', `--for=${inForce}`, `pod/${pod}`, '--timeout=20s']);
      assert.equal(
        await out('get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].restartCount}'),
        '0',
      );
    });

    it('debug adds a container that sees the processes of another', async () => {
      const { kubectl } = given();
      const image = '--image=wheelhouse.local/sample:1';
      // kubectl attaches to what runs: one that has ended by then would only have a log.
      const inner = 'sleep 1; ps; echo looked around';
      const debug = `debug -it ${pod} ${image} --target=web -c looking -- sh -c '${inner}'`;
      const line = `${kubectl.path} -n ${namespace} ${debug}`;
      const { stdout } = await systemProcesses.run('script', ['-qfec', line, '/dev/null'], {
        env: { KUBECONFIG: given().cluster.paths.kubeconfig, HOME: folder },
      });
      assert.match(stdout, /httpd[^]*looked around/);
      assert.match(await out('describe', 'pod', pod), /Ephemeral Containers:\s+looking:/);
    });
  }

  it('cp copies files both ways', async () => {
    const file = path.join(folder, 'file.txt');
    await writeFile(file, 'copied');
    await run(['cp', file, `${pod}:/tmp/file.txt`]);
    assert.equal(await out('exec', pod, '--', 'cat', '/tmp/file.txt'), 'copied');
    await run(['cp', `${pod}:/tmp/file.txt`, path.join(folder, 'back.txt')]);
    assert.equal(await readFile(path.join(folder, 'back.txt'), 'utf8'), 'copied');
  });

  it('scale changes the number of pods', async () => {
    await run(['create', 'deployment', 'scaled', '--image=wheelhouse.local/sample:1', '--', ...STAYING]);
    await run(['scale', 'deployment/scaled', '--replicas=3']);
    await run(['rollout', 'status', 'deployment/scaled', '--timeout=60s']);
    assert.equal(await out('get', 'deployment', 'scaled', '-o', 'jsonpath={.status.readyReplicas}'), '3');
  });

  it('rollout status, history and undo', async () => {
    await run(['set', 'env', 'deployment/scaled', 'VERSION=2']);
    await run(['rollout', 'status', 'deployment/scaled', '--timeout=60s']);
    assert.match(await out('rollout', 'history', 'deployment/scaled'), /\n2 /);
    await run(['rollout', 'undo', 'deployment/scaled']);
    await run(['rollout', 'status', 'deployment/scaled', '--timeout=60s']);
    assert.equal(
      await out('get', 'deployment', 'scaled', '-o', 'jsonpath={.spec.template.spec.containers[0].env}'),
      '',
    );
  });

  // The old one prunes versions that are no longer served.
  if (!isOld) {
    it('apply --prune takes away what is no longer in the file, of all kinds that it looks at', async () => {
      const labels = { prune: namespace };
      const of = (apiVersion: string, kind: string, name: string, rest: object): object => ({
        apiVersion,
        kind,
        metadata: { name, labels },
        ...rest,
      });
      const template = {
        metadata: { labels },
        spec: { nodeSelector: { 'no/where': '' }, containers: [{ name: 'c', image: 'i' }] },
      };
      const volume = { accessModes: ['ReadWriteOnce'], storageClassName: 'none' };
      const kept = of('v1', 'ConfigMap', 'kept', {});
      const items = [
        kept,
        of('v1', 'ConfigMap', 'pruned', {}),
        of('v1', 'Secret', 'pruned', {}),
        of('v1', 'Service', 'pruned', { spec: { ports: [{ port: 80 }] } }),
        of('v1', 'PersistentVolume', `pruned-${namespace}`, {
          spec: { ...volume, capacity: { storage: '1Gi' }, hostPath: { path: '/tmp' } },
        }),
        of('v1', 'PersistentVolumeClaim', 'pruned', {
          spec: { ...volume, resources: { requests: { storage: '1Gi' } }, volumeName: 'none' },
        }),
        of('networking.k8s.io/v1', 'Ingress', 'pruned', {
          spec: { defaultBackend: { service: { name: 'pruned', port: { number: 80 } } } },
        }),
        of('apps/v1', 'Deployment', 'pruned', { spec: { selector: { matchLabels: labels }, template } }),
        of('batch/v1', 'CronJob', 'pruned', {
          spec: {
            schedule: '0 0 1 1 *',
            jobTemplate: {
              spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
            },
          },
        }),
      ];
      const apply = async (objects: readonly object[], ...how: string[]): Promise<string[]> => {
        const file = path.join(folder, 'prune.json');
        await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
        return (await out('apply', '-f', file, ...how)).trim().split('\n').sort();
      };
      await apply(items);
      await run(['create', 'configmap', 'not-applied']);
      await run(['label', 'configmap', 'not-applied', `prune=${namespace}`]);
      assert.deepEqual(await apply([kept], '--prune', '-l', `prune=${namespace}`), [
        'configmap/kept unchanged',
        'configmap/pruned pruned',
        'cronjob.batch/pruned pruned',
        'deployment.apps/pruned pruned',
        'ingress.networking.k8s.io/pruned pruned',
        `persistentvolume/pruned-${namespace} pruned`,
        'persistentvolumeclaim/pruned pruned',
        'secret/pruned pruned',
        'service/pruned pruned',
      ]);
      assert.equal(await out('get', 'configmap', 'not-applied', '-o', 'name'), 'configmap/not-applied\n');
    });

    it('apply --applyset prunes what its set holds no longer', async () => {
      const file = path.join(folder, 'set.json');
      const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
      const apply = async (...objects: readonly object[]): Promise<string> => {
        await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
        const env = { KUBECTL_APPLYSET: 'true' };
        return (await run(['apply', '-f', file, '--prune', '--applyset=set'], { env })).stdout;
      };
      await apply(map('in-set'), map('leaves-set'));
      assert.equal(await apply(map('in-set')), 'configmap/in-set unchanged\nconfigmap/leaves-set pruned\n');
    });
  }

  it('edit changes the live object', async () => {
    await run(['edit', 'configmap', 'sample'], { env: { KUBE_EDITOR: 'sed -i s/Wheelhouse/edit/' } });
    assert.match(
      await out('get', 'configmap', 'sample', '-o', 'jsonpath={.data.greeting}'),
      /Hello from edit/,
    );
  });

  it('patch in all types', async () => {
    const data = (): Promise<string> => out('get', 'configmap', 'sample', '-o', 'jsonpath={.data}');
    await run(['patch', 'configmap', 'sample', '--type=merge', '-p', '{"data":{"a":"1"}}']);
    await run(['patch', 'configmap', 'sample', '--type=strategic', '-p', '{"data":{"b":"2"}}']);
    await run(['patch', 'configmap', 'sample', '--type=json', '-p', '[{"op":"remove","path":"/data/a"}]']);
    assert.match(await data(), /"b":"2"/);
    assert.doesNotMatch(await data(), /"a":"1"/);
  });

  it('diff shows what apply would change', async () => {
    const diff = start('diff', '-f', sample);
    assert.match(
      await text(diff.stdout),
      /^-.*greeting: Hello from edit\n\+.*greeting: Hello from Wheelhouse$/m,
    );
    assert.equal(await diff.exited, 1);
    await run(['apply', '-f', sample]);
    await run(['diff', '-f', sample]);
  });

  it('wait waits for a condition', async () => {
    await run(['wait', '--for=condition=Available', 'deployment/sample', '--timeout=30s']);
    assert.match(
      await fails('wait', '--for=condition=Nonsense', 'deployment/sample', '--timeout=1s'),
      /timed out/,
    );
  });

  it('top fails politely where there are no metrics', async () => {
    assert.match(await fails('top', 'nodes'), /^error: Metrics API not available$/m);
  });

  it('tells servers of parts of the API whom to trust', async () => {
    const trust = await run([
      '-n',
      'kube-system',
      'get',
      'configmap',
      'extension-apiserver-authentication',
      '-o',
      'json',
    ]);
    const { data } = JSON.parse(trust.stdout) as { data: Record<string, string> };
    assert.match(data['client-ca-file'] ?? '', /BEGIN CERTIFICATE/);
    assert.match(data['requestheader-client-ca-file'] ?? '', /BEGIN CERTIFICATE/);
    assert.deepEqual(JSON.parse(data['requestheader-allowed-names'] ?? ''), ['front-proxy-client']);
  });

  it('auth can-i answers for oneself and for others', async () => {
    assert.equal(await out('auth', 'can-i', 'delete', 'pods'), 'yes\n');
    const other = start('auth', 'can-i', 'delete', 'pods', '--as=system:serviceaccount:default:default');
    assert.match(await text(other.stdout), /^no\b/);
    assert.equal(await other.exited, 1);
  });

  it('drain is held back by a disruption budget, and goes on when that allows it', async () => {
    const image = '--image=wheelhouse.local/sample:1';
    await run(['create', 'deployment', 'guarded', image, '--replicas=2', '--', ...STAYING]);
    await run(['rollout', 'status', 'deployment/guarded', '--timeout=60s']);
    const limit = async (minAvailable: number, allowed: number): Promise<void> => {
      const budget = {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'guarded' },
        spec: { minAvailable, selector: { matchLabels: { app: 'guarded' } } },
      };
      await run(['apply', '-f', '-'], { input: JSON.stringify(budget) });
      const watching = collect(start('get', 'pdb', 'guarded', '-w', '--no-headers'));
      await watching.until(new RegExp(`^guarded +${minAvailable} +N/A +${allowed} `, 'm'));
    };
    const where = ['get', 'pods', '-l', 'app=guarded', '-o', 'jsonpath={.items[0].spec.nodeName}'];
    const node = await out(...where);
    const drain = ['drain', node, '--pod-selector=app=guarded'];
    await limit(2, 0);
    const refused = collect(start(...drain, '--timeout=60s'));
    await refused.until(/Cannot evict pod as it would violate the pod's disruption budget/);
    await limit(1, 1);
    await run([...drain, '--timeout=60s']);
    await run(['uncordon', node]);
    await run(['rollout', 'status', 'deployment/guarded', '--timeout=60s']);
  });

  for (const mode of ['background', 'foreground', 'orphan'] as const) {
    it(`delete --cascade=${mode}`, async () => {
      const name = `cascade-${mode}`;
      await run(['create', 'deployment', name, '--image=wheelhouse.local/sample:1', '--', ...STAYING]);
      await run(['rollout', 'status', `deployment/${name}`, '--timeout=60s']);
      await run(['delete', 'deployment', name, `--cascade=${mode}`, '--timeout=60s']);
      const sets = (): Promise<string> => out('get', 'replicasets', '-l', `app=${name}`, '-o', 'name');
      if (mode === 'orphan') {
        assert.match(await sets(), /replicaset/);
        await run(['delete', 'replicasets', '-l', `app=${name}`, '--timeout=60s']);
      }
      // With nothing left to wait for, older versions call it an error.
      await run(['wait', '--for=delete', 'pods', '-l', `app=${name}`, '--timeout=60s']).catch(
        (error: unknown) => {
          if (!(error instanceof ProcessError) || !error.stderr.includes('no matching resources'))
            throw error;
        },
      );
      assert.equal(await sets(), '');
    });
  }
}

/** The output of a running command, to be waited on. */
function collect(process: RunningProcess): { until(pattern: RegExp): Promise<RegExpExecArray> } {
  let text = '';
  const listeners = new Set<() => void>();
  const add = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const listener of [...listeners]) listener();
  };
  process.stdout.on('data', add);
  process.stderr.on('data', add);
  return {
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        void process.exited.then((code) => reject(new Error(`it ended with ${code}: ${text}`)));
        look();
      }),
  };
}
