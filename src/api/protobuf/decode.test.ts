import assert from 'node:assert/strict';
import protobuf from 'protobufjs/minimal.js';
import { StatusError } from '../status.ts';
import { builtIn } from '../schema/index.ts';
import { decodeProtobuf, type ExpectedType } from './decode.ts';

type Field = (writer: protobuf.Writer) => void;

const text =
  (number: number, value: string): Field =>
  (w) =>
    void w.uint32((number << 3) | 2).string(value);
const int =
  (number: number, value: number): Field =>
  (w) =>
    void w.uint32(number << 3).int64(value);
const message =
  (number: number, ...fields: Field[]): Field =>
  (w) =>
    void w.uint32((number << 3) | 2).bytes(bytesOf(...fields));

function bytesOf(...fields: Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const field of fields) field(writer);
  return writer.finish();
}

/** A body as a Go client sends it: the magic, then runtime.Unknown with type and raw bytes. */
function body(apiVersion: string, kind: string, ...fields: Field[]): Uint8Array {
  const unknown = bytesOf(
    message(1, text(1, apiVersion), text(2, kind)),
    (w) => void w.uint32((2 << 3) | 2).bytes(bytesOf(...fields)),
  );
  return Buffer.concat([Buffer.from('k8s\0'), unknown]);
}

const expected = (kind: string, model = `V1${kind}`): ExpectedType => ({
  apiVersion: undefined,
  kind,
  schema: builtIn(model),
});

describe('decodeProtobuf()', () => {
  it('reads maps, and leaves out what Go leaves out', () => {
    const metadata = message(
      1,
      text(1, 'a'),
      text(2, ''),
      message(8),
      message(11, text(1, 'k'), text(2, 'v')),
    );
    assert.deepEqual(
      decodeProtobuf(
        body('v1', 'ConfigMap', metadata, message(2, text(1, 'x'), text(2, 'y'))),
        expected('ConfigMap'),
      ),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', labels: { k: 'v' } },
        data: { x: 'y' },
      },
    );
  });

  it('keeps a zero that was set on purpose', () => {
    assert.deepEqual(
      decodeProtobuf(body('apps/v1', 'Deployment', message(2, int(1, 0), int(5, 0))), expected('Deployment')),
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: { replicas: 0 },
      },
    );
  });

  it('spreads inlined messages and reads quantities, times, int-or-strings and negative numbers', () => {
    const handler = message(1, message(2, text(1, '/'), message(2, int(1, 1), text(3, 'http'))));
    const container = message(
      2,
      text(1, 'c'),
      message(8, message(1, text(1, 'cpu'), message(2, text(1, '100m')))),
      message(10, handler, int(2, 5)),
    );
    const object = decodeProtobuf(
      body('v1', 'Pod', message(1, message(8, int(1, 1_700_000_000))), message(2, container, int(25, -1))),
      expected('Pod'),
    );
    assert.deepEqual(object, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { creationTimestamp: '2023-11-14T22:13:20Z' },
      spec: {
        containers: [
          {
            name: 'c',
            resources: { limits: { cpu: '100m' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' }, initialDelaySeconds: 5 },
          },
        ],
        priority: -1,
      },
    });
  });

  it('knows DeleteOptions of any group', () => {
    assert.deepEqual(
      decodeProtobuf(
        body('apps/v1', 'DeleteOptions', int(1, 0), text(4, 'Background')),
        expected('DeleteOptions'),
      ),
      {
        apiVersion: 'apps/v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds: 0,
        propagationPolicy: 'Background',
      },
    );
  });

  it('gives only the type of an object that is of another one', () => {
    const sent = body('v1', 'ConfigMap', message(2, text(1, 'x'), text(2, 'y')));
    assert.deepEqual(decodeProtobuf(sent, expected('Pod')), { apiVersion: 'v1', kind: 'ConfigMap' });
    assert.deepEqual(decodeProtobuf(sent, { ...expected('ConfigMap'), apiVersion: 'v2' }), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
    });
  });

  it('refuses what is no protobuf, is cut off, or is of a kind without a message', () => {
    const isBadRequest = (error: unknown): boolean => error instanceof StatusError && error.code === 400;
    assert.throws(() => decodeProtobuf(Buffer.from('{}'), expected('Pod')), isBadRequest);
    assert.throws(
      () => decodeProtobuf(body('v1', 'Nothing'), { ...expected('Nothing'), schema: { message: undefined } }),
      isBadRequest,
    );
    assert.throws(
      () => decodeProtobuf(body('v1', 'ConfigMap', text(1, 'abc')).subarray(0, -2), expected('ConfigMap')),
      isBadRequest,
    );
  });
});
