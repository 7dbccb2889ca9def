import { type Benchmark, type Figure, median } from './benchmark.ts';
import { type Answer, LoadConnection, rateOf } from './loadClient.ts';
import { type BenchServer, cpuMicroseconds, startControlPlane, startEcho } from './servers.ts';

const CONNECTIONS = 32;
const SECONDS = 1.5;
const ROUNDS = 5;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/bench/pods';

type Report = Parameters<Benchmark['run']>[0];

/** Requests a second, and microseconds of the server's processor time for each. */
interface Measured {
  readonly rate: number;
  readonly cpu: number;
}

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
  let next = 1;

  const compare = async (
    api: readonly LoadConnection[],
    bare: readonly LoadConnection[],
    what: string,
    atLeast: number,
    code: number,
    ask: (connection: LoadConnection, i: number) => Promise<Answer>,
    askBare: (connection: LoadConnection, i: number) => Promise<Answer>,
  ): Promise<void> => {
    const limits: Measured[] = [];
    const values: Measured[] = [];
    const round = async (of: BenchServer, into: Measured[], rate: () => Promise<number>): Promise<void> => {
      const [first, cpu] = [next, cpuMicroseconds(of.process)];
      into.push({ rate: await rate(), cpu: (cpuMicroseconds(of.process) - cpu) / (next - first) });
    };
    // In turns, so that what else the machine does meets both alike.
    for (let rounds = 0; rounds < ROUNDS; rounds++) {
      await round(echo, limits, () => rateOf(bare, SECONDS, code, (c) => askBare(c, next++)));
      await round(server, values, () => rateOf(api, SECONDS, code, (c) => ask(c, next++)));
    }
    const compared = (of: keyof Measured): Pick<Figure, 'value' | 'limit'> => ({
      value: median(values.map((measured) => measured[of])),
      limit: { what: 'bare HTTPS', value: median(limits.map((measured) => measured[of])) },
    });
    report({ what, ...compared('rate'), unit: '/s', target: { atLeast } });
    // What the work costs, also on a machine that has other things to do.
    report({ what: `CPU of ${what}`, ...compared('cpu'), unit: 'µs' });
  };

  await compare(
    api,
    bare,
    'POST ConfigMap of 1 KB',
    0.55,
    201,
    (connection, i) => connection.ask('POST', CONFIG_MAPS, configMap(i)),
    (connection, i) => connection.ask('POST', '/', configMap(i)),
  );
  expect(await one.ask('POST', CONFIG_MAPS, configMap(0)), 201);
  const stored = expect(await one.ask('GET', `${CONFIG_MAPS}/cm-0`), 200);
  expect(await bareOne.ask('POST', '/keep', stored.body.toString()), 201);
  await compare(
    api,
    bare,
    'GET ConfigMap',
    0.7,
    200,
    (connection) => connection.ask('GET', `${CONFIG_MAPS}/cm-0`),
    (connection) => connection.ask('GET', '/'),
  );
  await listPods(server, echo, 500, report);
  await listPods(server, echo, 5_000, report);
  // Those from before have rested too long: servers close such connections.
  const postApi = await open(server);
  const postBare = await open(echo);
  await compare(
    postApi,
    postBare,
    'POST Pod',
    0.35,
    201,
    (connection, i) => connection.ask('POST', PODS, pod(`post-${i}`)),
    (connection, i) => connection.ask('POST', '/', pod(`post-${i}`)),
  );
  for (const connection of [...api, ...bare, ...postApi, ...postBare]) connection.close();
}

/** Fills the namespace up to `count` pods, then lists them: several at once for 500, one after the other for 5,000. */
async function listPods(
  server: BenchServer,
  echo: BenchServer,
  count: number,
  report: Report,
): Promise<void> {
  const api = await open(server);
  const [bare] = (await open(echo, 1)) as [LoadConnection];
  const [one] = api as [LoadConnection];
  let made = itemsOf(expect(await one.ask('GET', PODS), 200)).length;
  const fill = async (connection: LoadConnection): Promise<void> => {
    while (made < count) expect(await connection.ask('POST', PODS, pod(`p-${made++}`)), 201);
  };
  await Promise.all(api.map(fill));
  const list = expect(await one.ask('GET', PODS), 200);
  if (itemsOf(list).length !== count) throw new Error(`${itemsOf(list).length} pods instead of ${count}`);
  expect(await bare.ask('POST', '/keep', list.body.toString()), 201);
  const what = `LIST ${count.toLocaleString('en-US')} pods, ${(list.body.length / 1e6).toFixed(1)} MB`;
  if (count <= 500) {
    const few = api.slice(0, 4);
    const limit = await rateOf(await open(echo, 4), SECONDS * 2, 200, (c) => c.ask('GET', '/bytes'));
    const value = await rateOf(few, SECONDS * 2, 200, (c) => c.ask('GET', PODS));
    report({ what, value, unit: '/s', limit: { what: 'the bytes alone', value: limit } });
    report({ what, value, unit: '/s', target: { atLeast: 300 } });
  } else {
    const limit = await timeOf(() => bare.ask('GET', '/bytes'));
    const value = await timeOf(() => one.ask('GET', PODS));
    report({ what, value, unit: 'ms', limit: { what: 'the bytes alone', value: limit } });
    report({ what, value, unit: 'ms', target: { atMost: 40 } });
  }
  for (const connection of [...api, bare]) connection.close();
}

function itemsOf(list: Answer): readonly unknown[] {
  return (JSON.parse(list.body.toString()) as { items: unknown[] }).items;
}

/** Milliseconds of one request, the middle of twenty. */
async function timeOf(ask: () => Promise<Answer>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    expect(await ask(), 200);
    times.push(performance.now() - start);
  }
  return median(times);
}

function open(server: BenchServer, count = CONNECTIONS): Promise<LoadConnection[]> {
  return Promise.all(Array.from({ length: count }, () => LoadConnection.open(server.target)));
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
