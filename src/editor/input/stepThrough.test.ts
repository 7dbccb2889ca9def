import assert from 'node:assert/strict';
import { BACK, stepThrough, type Place, type Step } from './stepThrough.ts';

interface Answers {
  readonly kind?: string;
  readonly size?: string;
  readonly name?: string;
}

/** Questions that are answered from a list, in the order in which they are asked. */
function world(replies: readonly (string | typeof BACK | undefined)[]) {
  const asked: string[] = [];
  const rest = [...replies];
  const step = (field: keyof Answers, applies?: (answers: Answers) => boolean): Step<Answers> => ({
    ...(applies === undefined ? {} : { applies }),
    ask(answers: Answers, place: Place) {
      asked.push(`${field} ${place.step}/${place.totalSteps} ${answers[field] ?? ''}`.trim());
      const reply = rest.shift();
      return Promise.resolve(typeof reply === 'string' ? { ...answers, [field]: reply } : reply);
    },
  });
  const steps = [step('kind'), step('size', ({ kind }) => kind === 'vm'), step('name')];
  return { asked, run: () => stepThrough<Answers>('Create', steps, {}) };
}

describe('stepThrough', () => {
  it('asks in order, and leaves out what does not apply', async () => {
    const { asked, run } = world(['containers', 'dev']);
    assert.deepEqual(await run(), { kind: 'containers', name: 'dev' });
    assert.deepEqual(asked, ['kind 1/2', 'name 2/2']);
  });

  it('counts the questions again when an answer brings more of them', async () => {
    const { asked, run } = world(['vm', 'large', 'dev']);
    assert.deepEqual(await run(), { kind: 'vm', size: 'large', name: 'dev' });
    assert.deepEqual(asked, ['kind 1/2', 'size 2/3', 'name 3/3']);
  });

  it('goes back to the question before, which knows its answer, over those that do not apply', async () => {
    const { asked, run } = world(['containers', BACK, 'vm', 'small', BACK, 'large', 'dev']);
    assert.deepEqual(await run(), { kind: 'vm', size: 'large', name: 'dev' });
    assert.deepEqual(asked, [
      'kind 1/2',
      'name 2/2',
      'kind 1/2 containers',
      'size 2/3',
      'name 3/3',
      'size 2/3 small',
      'name 3/3',
    ]);
  });

  it('ends without an answer where one is dismissed, and on the way back from the first', async () => {
    assert.equal(await world(['vm', undefined]).run(), undefined);
    assert.equal(await world([BACK]).run(), undefined);
  });
});
