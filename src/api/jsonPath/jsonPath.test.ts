import assert from 'node:assert/strict';
import { compileJsonPath, JsonPathError } from './jsonPath.ts';

const object = {
  metadata: { annotations: { 'a.b/c': 'escaped' } },
  spec: { replicas: 3, ports: [{ port: 80 }, { port: 443 }, { port: 8080 }], off: false, none: null },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', n: 1 },
      { type: 'Issuing', status: 'False', n: 2 },
    ],
  },
};

describe('compileJsonPath', () => {
  const cases: readonly [string, readonly unknown[]][] = [
    ['.spec.replicas', [3]],
    ['$.spec.replicas', [3]],
    ['.', [object]],
    ['.spec.off', [false]],
    ['.spec.none', [null]],
    ['.spec.missing.deeper', []],
    ['.spec.ports[0].port', [80]],
    ['.spec.ports[-1].port', [8080]],
    ['.spec.ports[7].port', []],
    ['.spec.ports[*].port', [80, 443, 8080]],
    ['.spec.ports[1:].port', [443, 8080]],
    ['.spec.ports[0:3:2].port', [80, 8080]],
    ['.spec.ports[0,2].port', [80, 8080]],
    ["['spec']['replicas']", [3]],
    ['.metadata.annotations.a\\.b/c', ['escaped']],
    ["['metadata'].annotations['a.b/c']", ['escaped']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type == 'Issuing')].status", ['False']],
    ['.status.conditions[?(@.n>1)].type', ['Issuing']],
    ['.status.conditions[?(@.n<=1)].type', ['Ready']],
    ['.status.conditions[?(@.type!="Ready")].type', ['Issuing']],
    ['.status.conditions[?(@.n=="1")].type', []],
    ['.status.conditions[?(@.status)].type', ['Ready', 'Issuing']],
    ['..port', [80, 443, 8080]],
    ['.spec.constructor', []],
  ];
  for (const [path, expected] of cases) {
    it(path, () => {
      assert.deepEqual(compileJsonPath(path)(object), expected);
    });
  }

  for (const path of ['.spec.ports[', '.a[x]', '.a[?(x)]', '.a[?(@.b==c)]', '...']) {
    it(`refuses ${path}`, () => {
      assert.throws(() => compileJsonPath(path), JsonPathError);
    });
  }
});
