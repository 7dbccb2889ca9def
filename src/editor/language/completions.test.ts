import assert from 'node:assert/strict';
import { Position, type CompletionItem, type MarkdownString, type TextDocument } from 'vscode';
import { FakeClock } from '../../base/clock.ts';
import { ParsedManifests } from '../documents/parsedManifests.ts';
import { Schemas } from '../schema/schemas.ts';
import { ManifestCompletions } from './completions.ts';
import { ManifestHovers } from './hovers.ts';

const HEAD = 'apiVersion: apps/v1\nkind: Deployment\n';
const model = { preferred: () => undefined };
const schemas = new Schemas(new FakeClock());

/** A document, and the place of `|` in it. */
function documentAt(text: string): { document: TextDocument; position: Position } {
  const offset = text.indexOf('|');
  const whole = text.replace('|', '');
  const positionAt = (at: number): Position => {
    const before = whole.slice(0, at).split('\n');
    return new Position(before.length - 1, before.at(-1)?.length ?? 0);
  };
  const document = {
    version: 1,
    getText: () => whole,
    positionAt,
    offsetAt: ({ line, character }: Position) =>
      whole
        .split('\n')
        .slice(0, line)
        .reduce((sum, each) => sum + each.length + 1, character),
  } as unknown as TextDocument;
  return { document, position: positionAt(offset) };
}

const labelOf = ({ label }: CompletionItem): string => (typeof label === 'string' ? label : label.label);

describe('completions', () => {
  const at = (text: string): Promise<CompletionItem[]> => {
    const { document, position } = documentAt(text);
    return new ManifestCompletions(schemas, model).provideCompletionItems(document, position);
  };
  const labels = async (text: string): Promise<readonly string[]> => (await at(text)).map(labelOf);

  it('offers the fields that are not there yet, what is required first, with their documentation', async () => {
    const items = await at(
      `${HEAD}spec:\n  template:\n    spec:\n      containers:\n        - image: a\n          |\n`,
    );
    const [first] = items.toSorted((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
    assert.equal(first?.label, 'name');
    assert.equal(first.detail, 'string, required');
    assert.match((first.documentation as MarkdownString).value, /Name of the container/);
    const names = items.map(labelOf);
    assert.ok(names.includes('livenessProbe') && !names.includes('image'));
  });

  it('offers values, and kinds of a version', async () => {
    const pull = `${HEAD}spec: {}\n---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - imagePullPolicy: |\n`;
    assert.deepEqual(await labels(pull), ['Always', 'IfNotPresent', 'Never']);
    assert.deepEqual(await labels('apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: |\n'), ['true', 'false']);
    const kinds = await labels('apiVersion: apps/v1\nkind: |\n');
    assert.ok(kinds.includes('StatefulSet') && !kinds.includes('Pod') && !kinds.includes('DeploymentList'));
  });

  it('offers nothing in YAML that is not of Kubernetes, and for kinds that nobody knows', async () => {
    assert.deepEqual(await labels('services:\n  |\n'), []);
    assert.deepEqual(await labels('apiVersion: example.com/v1\nkind: Widget\nspec:\n  |\n'), []);
  });
});

describe('hovers', () => {
  const at = async (text: string): Promise<string | undefined> => {
    const { document, position } = documentAt(text);
    const hover = await new ManifestHovers(new ParsedManifests(), schemas, model).provideHover(
      document,
      position,
    );
    return (hover?.contents as unknown as MarkdownString | undefined)?.value;
  };

  it('say what a field is, as text', async () => {
    const pod = (field: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      ${field}\n`;
    const image = await at(pod('ima|ge: b'));
    assert.match(image ?? '', /^\*\*image\*\* string\n\nContainer image name/);
    assert.match((await at(pod('imagePull|Policy: Always'))) ?? '', /One of Always, IfNotPresent, Never/);
    assert.equal(await at(pod('image: b|b')), undefined);
    assert.equal(await at(pod('ima|g: b')), undefined);
  });
});
