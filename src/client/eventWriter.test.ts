import assert from 'node:assert/strict';
import { FakeClock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { createLogger, silentLogger } from '../base/logger.ts';
import type { ApiRequest, ApiResponse, RequestHandler } from '../api/request.ts';
import { notFound } from '../api/status.ts';
import { events } from '../api/resources.ts';
import type { Pod } from '../api/types.ts';
import { createEventRecorder, type RunningEventRecorder } from './eventWriter.ts';
import { inProcessClient } from './inProcess.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '7', creationTimestamp: '' },
  spec: { containers: [] },
} as Pod;

interface Written {
  readonly verb: string;
  readonly name: string;
  readonly body: Record<string, unknown>;
}

/** Keeps the requests; `gate` holds the answers back, `refuse` may answer a request with an error. */
function recording(
  gate: Promise<unknown> = Promise.resolve(),
  refuse: (request: ApiRequest) => ApiResponse | undefined = () => undefined,
  logger = silentLogger,
): { readonly written: Written[]; readonly recorder: RunningEventRecorder } {
  const written: Written[] = [];
  const handler: RequestHandler = {
    async handle(request) {
      assert.equal(request.body.type, 'object');
      const body = (request.body as { object: Record<string, unknown> }).object;
      written.push({ verb: request.info.verb, name: request.info.name, body });
      await gate;
      return refuse(request) ?? { type: 'object', code: 201, object: body };
    },
  };
  const recorder = createEventRecorder({
    client: inProcessClient(handler, { name: 'kubelet', groups: [] }),
    clock: new FakeClock(1_700_000_000_000),
    logger,
    component: 'kubelet',
    host: 'node-1',
    random: () => 0,
  });
  return { written, recorder };
}

describe('createEventRecorder', () => {
  it('creates an event that names the object, the reason and the reporter', async () => {
    const { written, recorder } = recording();
    recorder.event(pod, 'Normal', 'Pulled', 'image is there', 'spec.containers{app}');
    await recorder.flushed();
    assert.equal(written.length, 1);
    const { metadata, ...event } = written[0]!.body as { metadata: { name: string; namespace: string } };
    assert.match(metadata.name, /^web\.[0-9a-f]+$/);
    assert.equal(metadata.namespace, 'shop');
    assert.deepEqual(event, {
      apiVersion: 'v1',
      kind: 'Event',
      involvedObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        namespace: 'shop',
        name: 'web',
        uid: 'u1',
        resourceVersion: '7',
        fieldPath: 'spec.containers{app}',
      },
      type: 'Normal',
      reason: 'Pulled',
      message: 'image is there',
      count: 1,
      firstTimestamp: '2023-11-14T22:13:20Z',
      lastTimestamp: '2023-11-14T22:13:20Z',
      source: { component: 'kubelet', host: 'node-1' },
      reportingComponent: 'kubelet',
      reportingInstance: 'node-1',
    });
  });

  it('counts repeats up with one patch, however many came while the event was written', async () => {
    const gate = createDeferred<undefined>();
    const { written, recorder } = recording(gate.promise);
    for (let i = 0; i < 5; i += 1) recorder.event(pod, 'Warning', 'BackOff', 'crashes');
    gate.resolve(undefined);
    await recorder.flushed();
    assert.deepEqual(
      written.map(({ verb, body }) => [verb, body.count]),
      [
        ['create', 1],
        ['patch', 5],
      ],
    );
    assert.equal(written[1]!.name, (written[0]!.body.metadata as { name: string }).name);
  });

  it('recreates an event that has expired before it was counted up', async () => {
    let patches = 0;
    const { written, recorder } = recording(undefined, (request) => {
      if (request.info.verb !== 'patch' || ++patches > 1) return undefined;
      return { type: 'object', code: 404, object: notFound(events, request.info.name).status };
    });
    recorder.event(pod, 'Warning', 'BackOff', 'crashes');
    await recorder.flushed();
    recorder.event(pod, 'Warning', 'BackOff', 'crashes');
    await recorder.flushed();
    assert.deepEqual(
      written.map(({ verb }) => verb),
      ['create', 'patch', 'create'],
    );
  });

  it('drops what is too much, and says how much in one line when all else is written', async () => {
    const lines: string[] = [];
    const gate = createDeferred<undefined>();
    const { written, recorder } = recording(
      gate.promise,
      undefined,
      createLogger((line) => lines.push(line)),
    );
    for (let i = 0; i < 1_500; i++) {
      const metadata = { ...pod.metadata, name: `web-${i}`, uid: `u${i}` };
      recorder.event({ ...pod, metadata }, 'Warning', 'FailedScheduling', 'no nodes');
    }
    assert.deepEqual(lines, []);
    gate.resolve(undefined);
    await recorder.flushed();
    assert.equal(lines.length, 1);
    assert.match(lines.join(), /too many waited to be written count=/);
    assert.equal(written.length + Number(/count=(\d+)/.exec(lines.join())?.[1]), 1_500);
  });

  it('drops what cannot be written and begins again with the next', async () => {
    let refusals = 0;
    const { written, recorder } = recording(undefined, (request) =>
      ++refusals === 1
        ? { type: 'object', code: 404, object: notFound(events, request.info.name).status }
        : undefined,
    );
    recorder.event(pod, 'Warning', 'BackOff', 'crashes');
    await recorder.flushed();
    recorder.event(pod, 'Warning', 'BackOff', 'crashes');
    await recorder.flushed();
    assert.deepEqual(
      written.map(({ verb, body }) => [verb, body.count]),
      [
        ['create', 1],
        ['create', 1],
      ],
    );
  });
});
