import assert from 'node:assert/strict';
import type { Kind } from '../../src/api/kind.ts';
import type { Draft, KubeObject } from '../../src/api/meta.ts';
import { asLines } from './fieldErrors.ts';

/** An object of a kind after defaulting, as validation sees it. */
export function objectOf(kind: Kind, content: object, metadata: object = {}): KubeObject {
  const draft = { metadata: { name: 'a', namespace: 'ns', ...metadata }, ...content } as unknown as Draft;
  kind.setDefaults?.(draft);
  return draft as unknown as KubeObject;
}

/** An object after defaulting, to compare with what upstream fills in. */
export function defaulted<T>(kind: Kind, content: object): T {
  const draft = { metadata: { name: 'a' }, ...structuredClone(content) } as unknown as Draft;
  kind.setDefaults?.(draft);
  return draft as unknown as T;
}

const says = (what: string, expected: readonly string[]): string =>
  `says about ${what}: ${expected.length === 0 ? 'nothing' : 'what upstream says'}`;

type Refusal = readonly [what: string, content: object, expected: readonly string[]];
type RefusedChange = readonly [what: string, before: object, now: object, expected: readonly string[]];

/** One test a row: what `validate` says about an object with the content. */
export function refusals(kind: Kind, rows: readonly Refusal[]): void {
  describe(`validate ${kind.resource.kind}`, () => {
    for (const [what, content, expected] of rows) {
      it(says(what, expected), () => {
        assert.deepEqual(asLines(kind.validate(objectOf(kind, content))), expected);
      });
    }
  });
}

/** One test a row: what `validateUpdate` says about the change. */
export function refusedChanges(kind: Kind, rows: readonly RefusedChange[]): void {
  describe(`validate a change of ${kind.resource.kind}`, () => {
    for (const [what, before, now, expected] of rows) {
      it(says(what, expected), () => {
        const errors = kind.validateUpdate?.(objectOf(kind, now), objectOf(kind, before)) ?? [];
        assert.deepEqual(asLines(errors), expected);
      });
    }
  });
}

/** The same for a write of the status. */
export function refusedStatuses(kind: Kind, rows: readonly RefusedChange[]): void {
  describe(`validate a status of ${kind.resource.kind}`, () => {
    for (const [what, before, now, expected] of rows) {
      it(says(what, expected), () => {
        const errors = kind.status?.validateUpdate?.(objectOf(kind, now), objectOf(kind, before)) ?? [];
        assert.deepEqual(asLines(errors), expected);
      });
    }
  });
}

/** When tables are looked at: objects of `shows` are 15 minutes old. */
export const TABLE_NOW = Date.parse('2026-01-01T01:00:00Z');

type Row = readonly [what: string, content: object, cells: readonly unknown[]];

/** One test a row: what `kubectl get` shows. @param columns all names, the wide ones in brackets */
export function shows(kind: Kind, columns: string, rows: readonly Row[]): void {
  describe(`a table of ${kind.resource.kind}`, () => {
    it(`has the columns ${columns}`, () => {
      const names = kind.columns.map(({ name, priority }) => (priority === 1 ? `[${name}]` : name));
      assert.equal(names.join(' '), columns);
    });
    for (const [what, content, cells] of rows) {
      it(`shows ${what}`, () => {
        const object = objectOf(kind, content, { creationTimestamp: '2026-01-01T00:45:00Z' });
        assert.deepEqual(
          kind.columns.map((column) => column.cell(object, TABLE_NOW)),
          cells,
        );
      });
    }
  });
}
