/** A client of its own (a worker thread): creates default pods over HTTPS from many connections at once. */
import { Agent, request } from 'node:https';
import { parentPort, workerData } from 'node:worker_threads';

export interface PodCreatorData {
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly from: number;
  readonly count: number;
  readonly connections: number;
}

const { url, ca, cert, key, from, count, connections } = workerData as PodCreatorData;
const agent = new Agent({ ca, cert, key, keepAlive: true, maxSockets: connections });

function create(number: number): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${number}`, namespace: 'default' },
    spec: {
      containers: [
        { name: 'main', image: 'app:1', resources: { requests: { cpu: '100m', memory: '500Mi' } } },
      ],
    },
  };
  const body = JSON.stringify(pod);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = request(
      `${url}/api/v1/namespaces/default/pods`,
      { method: 'POST', agent, headers },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 201) resolve();
          else reject(new Error(`POST answered ${response.statusCode ?? 0}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

let next = from;
async function connection(): Promise<void> {
  while (next < from + count) await create(next++);
}
await Promise.all(Array.from({ length: connections }, connection));
agent.destroy();
parentPort?.postMessage('done');
