import { type Benchmark, median } from './benchmark.ts';
import { type Answer, LoadConnection, rateOf } from './loadClient.ts';
import { type BenchServer, startControlPlane, startEcho } from './servers.ts';

const CONNECTIONS = 32;
const SECONDS = 4;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/bench/pods';

type Report = Parameters<Benchmark['run']>[0];

/** The API over HTTPS from 32 connections, against a bare HTTPS server that parses and serialises the same bodies. */
export const api: Benchmark = {
  name: 'api',
  async run(report) {
    const server = await startControlPlane();
    const echo = await startEcho();
    try {
      await measure(server, echo, report);
    } finally {
      await echo.stop();
      await server.stop();
    }
  },
};

async function measure(server: BenchServer, echo: BenchServer, report: Report): Promise<void> {
  const api = await open(server);
  const bare = await open(echo);
  const [one] = api as [LoadConnection];
  const [bareOne] = bare as [LoadConnection];
  expect(await one.ask('POST', '/api/v1/namespaces', namespace()), 201);

  const compare = async (
    what: string,
    atLeast: number,
    code: number,
    ask: (connection: LoadConnection, i: number) => Promise<Answer>,
    askBare: (connection: LoadConnection, i: number) => Promise<Answer>,
  ): Promise<void> => {
    const limit = await rateOf(bare, SECONDS, code, askBare);
    const value = await rateOf(api, SECONDS, code, ask);
    report({ what, value, unit: '/s', limit: { what: 'bare HTTPS', value: limit }, target: { atLeast } });
  };

  await compare(
    'POST ConfigMap of 1 KB',
    0.55,
    201,
    (connection, i) => connection.ask('POST', CONFIG_MAPS, configMap(i)),
    (connection, i) => connection.ask('POST', '/', configMap(i)),
  );
  const stored = expect(await one.ask('GET', `${CONFIG_MAPS}/cm-0`), 200);
  expect(await bareOne.ask('POST', '/keep', stored.body.toString()), 201);
  await compare(
    'GET ConfigMap',
    0.7,
    200,
    (connection) => connection.ask('GET', `${CONFIG_MAPS}/cm-0`),
    (connection) => connection.ask('GET', '/'),
  );
  await listPods(api, one, 500, report);
  await listPods(api, one, 5_000, report);
  await compare(
    'POST Pod',
    0.35,
    201,
    (connection, i) => connection.ask('POST', PODS, pod(`post-${i}`)),
    (connection, i) => connection.ask('POST', '/', pod(`post-${i}`)),
  );
  for (const connection of [...api, ...bare]) connection.close();
}

/** Fills the namespace up to `count` pods, then lists them: many at once for 500, one after the other for 5,000. */
async function listPods(
  api: readonly LoadConnection[],
  one: LoadConnection,
  count: number,
  report: Report,
): Promise<void> {
  let next = count === 500 ? 0 : 500;
  const fill = async (connection: LoadConnection): Promise<void> => {
    while (next < count) expect(await connection.ask('POST', PODS, pod(`p-${next++}`)), 201);
  };
  await Promise.all(api.map(fill));
  const found = JSON.parse(expect(await one.ask('GET', PODS), 200).body.toString()) as { items: unknown[] };
  if (found.items.length !== count) throw new Error(`${found.items.length} pods instead of ${count}`);
  if (count === 500) {
    const value = await rateOf(api.slice(0, 4), SECONDS, 200, (connection) => connection.ask('GET', PODS));
    report({ what: 'LIST 500 pods', value, unit: '/s', target: { atLeast: 300 } });
    return;
  }
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    expect(await one.ask('GET', PODS), 200);
    times.push(performance.now() - start);
  }
  report({ what: 'LIST 5,000 pods', value: median(times), unit: 'ms', target: { atMost: 40 } });
}

function open(server: BenchServer): Promise<LoadConnection[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => LoadConnection.open(server.target)));
}

function expect(answer: Answer, code: number): Answer {
  if (answer.code !== code) throw new Error(`${answer.code}: ${answer.body.toString()}`);
  return answer;
}

function namespace(): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' } });
}

function configMap(i: number): string {
  const data = { text: 'x'.repeat(900) };
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `cm-${i}` }, data });
}

/** A usual pod, of a scheduler that is not there: what is measured is the write and nothing that follows from it. */
function pod(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', tier: 'web' } },
    spec: {
      schedulerName: 'nobody',
      containers: [
        {
          name: 'web',
          image: 'registry.example/web:1',
          ports: [{ containerPort: 8080 }],
          env: [{ name: 'MODE', value: 'bench' }],
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
        },
      ],
    },
  });
}
