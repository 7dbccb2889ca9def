import assert from 'node:assert/strict';
import http from 'node:http';
import {
  createDockerCluster,
  loadSampleImage,
  SAMPLE_IMAGE,
  type DockerCluster,
} from '../harness/dockerCluster.ts';
import { ensureKubectls, kubectlFor } from '../harness/kubectl.ts';

/** How often the deployment is rolled while clients ask. */
const ROLLOUTS = 4;

/** A server as people write them for no downtime: it answers on for a while after it has been told to go. */
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sample' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'sample' } },
    template: {
      metadata: { labels: { app: 'sample' } },
      spec: {
        terminationGracePeriodSeconds: 10,
        containers: [
          {
            name: 'web',
            image: SAMPLE_IMAGE,
            command: ['sh', '-c'],
            args: [
              'echo "version $VERSION" > /tmp/index.html; trap "exit 0" TERM; httpd -f -p 8080 -h /tmp & wait',
            ],
            env: [{ name: 'VERSION', value: '0' }],
            ports: [{ name: 'http', containerPort: 8080 }],
            readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
            lifecycle: { preStop: { sleep: { seconds: 3 } } },
          },
        ],
      },
    },
  },
};

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'sample' },
  spec: {
    type: 'LoadBalancer',
    selector: { app: 'sample' },
    ports: [{ name: 'http', port: 8080, targetPort: 'http' }],
  },
};

/** Asks without end, every time over a new connection, and counts; it says every failure. */
const ASK = [
  'asked=0',
  'while true; do',
  '  answer=$(wget -q -T 5 -O - http://sample:8080/ 2>&1)',
  '  case "$answer" in',
  '    version*) ;;',
  '    *) echo "FAILED $asked $(cat /proc/uptime) $answer" ;;',
  '  esac',
  '  asked=$((asked + 1)); echo $asked > /tmp/next; mv /tmp/next /tmp/asked',
  'done',
].join('\n');

/** One pod that asks on every node: the way to a target is another one on each. */
const CLIENTS = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'client' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'client' } },
    template: {
      metadata: { labels: { app: 'client' } },
      spec: {
        terminationGracePeriodSeconds: 0,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: 'client' } },
          },
        ],
        containers: [{ name: 'ask', image: SAMPLE_IMAGE, command: ['sh', '-c', ASK] }],
      },
    },
  },
};

describe('a rolling update under load', () => {
  let cluster: DockerCluster;
  let kubectl: (...args: string[]) => Promise<string>;
  let apply: (...objects: readonly object[]) => Promise<string>;

  before(async function () {
    this.timeout(300_000);
    const release = (await ensureKubectls()).at(-1);
    assert.ok(release !== undefined);
    cluster = await createDockerCluster('rollout', 2);
    const run = kubectlFor(release, cluster.paths.kubeconfig);
    kubectl = async (...args) => (await run(args)).stdout;
    apply = async (...objects) =>
      (
        await run(['apply', '-f', '-'], {
          input: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
        })
      ).stdout;
    await loadSampleImage(cluster);
    await apply(DEPLOYMENT, SERVICE);
    await rolledOut('sample');
  });

  after(async function () {
    this.timeout(60_000);
    await cluster.delete();
  });

  const rolledOut = (name: string): Promise<string> =>
    kubectl('rollout', 'status', `deployment/${name}`, '--timeout=90s');

  async function rollSeveralTimes(): Promise<void> {
    for (let version = 1; version <= ROLLOUTS; version++) {
      await kubectl('set', 'env', 'deployment/sample', `VERSION=${Date.now()}.${version}`);
      await rolledOut('sample');
    }
  }

  it('loses no request of pods that ask through the service', async () => {
    await apply(CLIENTS);
    await rolledOut('client');
    const clients = (await kubectl('get', 'pods', '-l', 'app=client', '-o', 'name')).trim().split('\n');
    await rollSeveralTimes();
    for (const client of clients) {
      assert.equal(await kubectl('logs', client), '');
      const asked = Number(await kubectl('exec', client, '--', 'cat', '/tmp/asked'));
      assert.ok(asked > 20 * ROLLOUTS, `${client} has asked ${asked} times only`);
      assert.match(
        await kubectl('get', client, '-o', 'jsonpath={.status.containerStatuses[0].restartCount}'),
        /^0$/,
      );
    }
    await kubectl('delete', 'deployment', 'client', '--cascade=foreground', '--timeout=60s');
  });

  it('loses no request of the desktop that asks on the localhost port of the load balancer', async () => {
    const ingress = 'jsonpath={.status.loadBalancer.ingress[0].ports[0].port}';
    const port = Number(await kubectl('get', 'service', 'sample', '-o', ingress));
    const stop = new AbortController();
    const client = askUntil(stop.signal, port);
    await rollSeveralTimes();
    stop.abort();
    const { asked, failures } = await client;
    assert.deepEqual(failures, []);
    assert.ok(asked > 20 * ROLLOUTS, `asked ${asked} times only`);
  });
});

async function askUntil(signal: AbortSignal, port: number): Promise<{ asked: number; failures: string[] }> {
  const failures: string[] = [];
  let asked = 0;
  while (!signal.aborted) {
    const answer = await ask(port).catch((error: unknown) => String(error));
    if (!answer.startsWith('version')) failures.push(`${asked}: ${answer}`);
    asked++;
  }
  return { asked, failures };
}

/** The body of one answer, over a connection of its own. */
function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, agent: false, timeout: 5_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve(body));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 5 s')));
    request.on('error', reject);
  });
}
