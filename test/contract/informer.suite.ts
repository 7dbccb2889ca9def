import assert from 'node:assert/strict';
import type { ConfigMap } from '../../src/api/types.ts';
import type { Informer } from '../../src/client/informer.ts';

/** An informer of ConfigMaps under test, empty at first. */
export interface InformerFixture {
  readonly informer: Informer<ConfigMap>;
  /** Lets it begin; indexes are there by then. */
  start(): Promise<void>;
  /** Makes or changes an object; resolves when the informer shows it. */
  put(namespace: string, name: string, value: string): Promise<void>;
  /** Resolves when the informer shows that it is gone. */
  remove(namespace: string, name: string): Promise<void>;
  dispose(): Promise<void>;
}

const valueOf = (object: ConfigMap | undefined): string | undefined => object?.data?.['value'];
const namesOf = (objects: readonly ConfigMap[]): string[] =>
  objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort();

/** What every informer keeps (src/client/informer.ts). */
export function informerContract(name: string, open: () => Promise<InformerFixture>): void {
  describe(`Informer contract: ${name}`, () => {
    let fixture: InformerFixture;
    let informer: Informer<ConfigMap>;

    beforeEach(async () => {
      fixture = await open();
      ({ informer } = fixture);
    });
    afterEach(() => fixture.dispose());

    it('shows what is there: one, all, and those of a namespace', async () => {
      await fixture.start();
      await informer.whenSynced(new AbortController().signal);
      assert.equal(informer.synced, true);
      assert.deepEqual(informer.list(), []);
      for (const at of ['a', 'b']) for (const each of ['x', 'y']) await fixture.put(at, each, `${at}${each}`);
      assert.equal(valueOf(informer.get('b', 'x')), 'bx');
      assert.equal(informer.get('c', 'x'), undefined);
      assert.deepEqual(namesOf(informer.list()), ['a/x', 'a/y', 'b/x', 'b/y']);
      assert.deepEqual(namesOf(informer.list('')), namesOf(informer.list()));
      assert.deepEqual(namesOf(informer.list('b')), ['b/x', 'b/y']);
      await fixture.remove('b', 'x');
      assert.equal(informer.get('b', 'x'), undefined);
      assert.deepEqual(namesOf(informer.list('b')), ['b/y']);
    });

    it('tells handlers of adds, updates and deletes after it shows them', async () => {
      const heard: unknown[] = [];
      const shown = (): string | undefined => valueOf(informer.get('a', 'x'));
      informer.addHandler({
        onAdd: (object) => heard.push(['add', valueOf(object), shown()]),
        onUpdate: (object, old) => heard.push(['update', valueOf(object), valueOf(old), shown()]),
        onDelete: (object) => heard.push(['delete', valueOf(object), shown()]),
      });
      await fixture.start();
      await fixture.put('a', 'x', '1');
      await fixture.put('a', 'x', '2');
      await fixture.remove('a', 'x');
      await fixture.put('a', 'x', '3');
      assert.deepEqual(heard, [
        ['add', '1', '1'],
        ['update', '2', '1', '2'],
        ['delete', '2', undefined],
        ['add', '3', '3'],
      ]);
    });

    it('tells a handler that comes late what is there, and one that has left nothing', async () => {
      await fixture.start();
      await fixture.put('a', 'x', '1');
      const late: string[] = [];
      const handler = informer.addHandler({
        onAdd: ({ metadata }) => late.push(metadata.name),
        onDelete: ({ metadata }) => late.push(`-${metadata.name}`),
      });
      assert.deepEqual(late, ['x']);
      await fixture.put('a', 'y', '1');
      handler.dispose();
      await fixture.put('a', 'z', '1');
      await fixture.remove('a', 'x');
      assert.deepEqual(late, ['x', 'y']);
    });

    it('a list that was given stays as it was', async () => {
      await fixture.start();
      await fixture.put('a', 'x', '1');
      const before = informer.list();
      const inNamespace = informer.list('a');
      await fixture.put('a', 'y', '1');
      await fixture.remove('a', 'x');
      assert.deepEqual([namesOf(before), namesOf(inNamespace)], [['a/x'], ['a/x']]);
      assert.deepEqual(namesOf(informer.list()), ['a/y']);
    });

    it('indexes objects under all of their keys, and follows them from key to key', async () => {
      informer.addIndex('letters', (object) => valueOf(object)?.split('') ?? []);
      await fixture.start();
      await fixture.put('a', 'x', 'pq');
      await fixture.put('a', 'y', 'q');
      assert.deepEqual(namesOf(informer.byIndex('letters', 'q')), ['a/x', 'a/y']);
      await fixture.put('a', 'x', 'r');
      assert.deepEqual(namesOf(informer.byIndex('letters', 'p')), []);
      assert.deepEqual(namesOf(informer.byIndex('letters', 'q')), ['a/y']);
      assert.deepEqual(namesOf(informer.byIndex('letters', 'r')), ['a/x']);
      await fixture.remove('a', 'y');
      assert.deepEqual(informer.byIndex('letters', 'q'), []);
      assert.throws(() => informer.byIndex('none', 'x'), /no index none/);
      assert.throws(() => informer.addIndex('late', () => []), /before the informer starts/);
    });

    it('says which revision it shows', async () => {
      await fixture.start();
      const seen = new Set([informer.resourceVersion]);
      await fixture.put('a', 'x', '1');
      seen.add(informer.resourceVersion);
      await fixture.put('a', 'x', '2');
      seen.add(informer.resourceVersion);
      await fixture.remove('a', 'x');
      seen.add(informer.resourceVersion);
      assert.equal(seen.size, 4);
    });
  });
}
